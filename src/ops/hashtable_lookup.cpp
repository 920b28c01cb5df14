// HASHTABLE_LOOKUP.
#include "ops/hashtable_lookup.h"

#include <algorithm>

#include "ir/facets.h"
#include "ops/common/move.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

void infer(const HashtableLookup&, InferContext& c) {
  const Shape& wanted = c.shape(0);
  const Shape& keys = c.shape(1);
  const Shape& values = c.shape(2);
  if (!c.require(c.dtype(0) == DType::kInt32 && c.dtype(1) == DType::kInt32, "keys must be int32"))
    return;
  if (!c.require((!wanted.ranked() || wanted.rank() == 1) && (!keys.ranked() || keys.rank() == 1),
                 "keys must be vectors"))
    return;
  if (!c.require(!values.ranked() || values.rank() >= 1, "values must have 1 dimension at least"))
    return;
  if (values.ranked() && keys.ranked() &&
      !c.require(!is_known(keys[0]) || !is_known(values[0]) || keys[0] == values[0],
                 "as many values as keys are needed: " + keys.text() + " and " + values.text()))
    return;
  const Dim count = wanted.ranked() ? wanted[0] : kUnknownDim;
  Shape rows = values;
  if (rows.ranked()) rows[0] = count;
  c.output(0, c.dtype(2), rows);
  c.output(1, DType::kUint8, {count});
}

// -1 when it is not there.
std::int64_t place_of(std::int32_t key, const Tensor& keys) {
  const std::int32_t* begin = keys.as<std::int32_t>().data();
  const std::int32_t* end = begin + keys.elements();
  const std::int32_t* found = std::lower_bound(begin, end, key);
  return found != end && *found == key ? found - begin : -1;
}

void eval(const HashtableLookup&, EvalContext& c) {
  const Tensor& wanted = c.input(0);
  const Tensor& values = c.input(2);
  std::int64_t width = 1;
  for (int i = 1; i < values.shape.rank(); ++i) width *= values.shape[i];
  std::uint8_t* hits = c.output(1).as<std::uint8_t>().data();
  const auto place = [&](std::int64_t i) {
    return place_of(wanted.as<std::int32_t>()[static_cast<std::size_t>(i)], c.input(1));
  };
  for (std::int64_t i = 0; i < wanted.elements(); ++i) hits[i] = place(i) >= 0;
  move_elements(c, 0, [&](std::int64_t i) {
    const std::int64_t row = place(i / width);
    return row < 0 ? Source{nullptr, 0} : Source{&values, row * width + i % width};
  });
}

void read_tflite(TfliteNode& n) {
  if (n.expect(3, 3, 2)) n.emit(HashtableLookup{});
}
void write_tflite(const HashtableLookup&, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_HASHTABLE_LOOKUP);
}

}  // namespace

const OpDef HashtableLookup::kOp = define_op<HashtableLookup, infer, no_cost>("hashtable_lookup");
extern const EvalFacet eval_hashtable_lookup = eval_facet<HashtableLookup, eval>();
extern const ReadTfliteFacet read_tflite_hashtable_lookup{tflite::BuiltinOperator_HASHTABLE_LOOKUP,
                                                          read_tflite};
extern const WriteTfliteFacet write_tflite_hashtable_lookup =
    write_tflite_facet<HashtableLookup, write_tflite>();

}  // namespace tare
