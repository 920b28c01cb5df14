// UNIQUE, and TensorFlow's Unique ops with an axis or counts.
#include "ops/unique.h"

#include <string_view>
#include <unordered_map>
#include <vector>

#include "ir/facets.h"
#include "ops/common/axis.h"
#include "ops/common/element_key.h"
#include "ops/common/move.h"
#include "ports/tf_node.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

void infer(const Unique& op, InferContext& c) {
  Shape out = c.shape(0);
  if (!c.require(is_integer(op.index_type), "idx_out_type: expected an integer type")) return;
  if (!c.require(!is_handle(c.dtype(0)), "handles cannot be compared")) return;
  int axis = 0;
  if (!op.axis) {
    if (!c.require(!out.ranked() || out.rank() == 1, "expected a vector, got " + out.text()))
      return;
    if (!out.ranked()) out = Shape::of_rank(1);
  } else if (out.ranked()) {
    axis = normalise_axis(c, *op.axis, out.rank());
    if (axis < 0) return;
  }
  c.output(1, op.index_type, {out.ranked() ? out[axis] : kUnknownDim});
  if (out.ranked()) out[axis] = kUnknownDim;
  c.output(0, c.dtype(0), out);
  if (c.outputs() > 2) c.output(2, op.index_type, {kUnknownDim});
}

void eval(const Unique& op, EvalContext& c) {
  const Tensor& in = c.input(0);
  const int rank = in.shape.rank();
  const int axis = static_cast<int>(op.axis ? (*op.axis < 0 ? *op.axis + rank : *op.axis) : 0);
  const std::int64_t count = in.shape[axis];
  std::int64_t inner = 1, outer = 1;
  for (int d = 0; d < rank; ++d) (d < axis ? outer : inner) *= d == axis ? 1 : in.shape[d];
  // Slices of nothing may still be many.
  constexpr std::int64_t kMaxEmpty = std::int64_t{1} << 24;
  if (in.elements() == 0 && count > kMaxEmpty)
    return c.fail("too many slices", Code::kBudgetExceeded);
  std::unordered_map<std::string, std::int64_t> seen;
  std::vector<std::int64_t> firsts, counts;
  for (std::int64_t i = 0; i < count; ++i) {
    std::string key;
    for (std::int64_t o = 0; o < outer; ++o)
      for (std::int64_t k = 0; k < inner; ++k)
        append_element_key(key, in, (o * count + i) * inner + k);
    const auto [place, fresh] =
        seen.emplace(std::move(key), static_cast<std::int64_t>(firsts.size()));
    if (fresh) {
      firsts.push_back(i);
      counts.push_back(0);
    }
    ++counts[static_cast<std::size_t>(place->second)];
    if (c.wants(1)) store_int(c.output(1).dtype)(c.output(1).data, i, place->second);
  }
  const auto kept = static_cast<Dim>(firsts.size());
  if (c.wants(2) && c.output(2, {kept}) != nullptr) {
    for (std::size_t k = 0; k < counts.size(); ++k)
      store_int(c.output(2).dtype)(c.output(2).data, static_cast<std::int64_t>(k), counts[k]);
  }
  if (!c.ok() || !c.wants(0)) return;
  Shape shape = in.shape;
  shape[axis] = kept;
  move_elements(c, 0, shape, [&](std::int64_t i) {
    const std::int64_t k = i % inner, row = i / inner % kept, o = i / inner / kept;
    return Source{&in, (o * count + firsts[static_cast<std::size_t>(row)]) * inner + k};
  });
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(1, 1, 2)) return;
  const bool wide = n.options<tflite::UniqueOptions>().idx_out_type() == tflite::TensorType_INT64;
  n.emit(Unique{.index_type = wide ? DType::kInt64 : DType::kInt32, .axis = {}});
}
void write_tflite(const Unique& op, TfliteWriter& w) {
  if (op.axis) return w.refuse("TFLite compares elements of vectors alone");
  w.builtin(tflite::BuiltinOperator_UNIQUE,
            tflite::CreateUniqueOptions(w.fbb(), op.index_type == DType::kInt64
                                                     ? tflite::TensorType_INT64
                                                     : tflite::TensorType_INT32));
}

// With an axis as an input there may be none in it: then elements of a vector are compared.
template <int inputs, int outputs>
void read_tf(TfNode& n) {
  if (!n.expect(inputs)) return;
  Unique op{.index_type = n.dtype("out_idx", DType::kInt32), .axis = {}};
  if (inputs == 2) {
    const auto axis = n.known_integers(1, "the axis");
    if (!n.ok() || !n.require(axis.size() <= 1, "the axis must be one number or none")) return;
    if (!axis.empty()) op.axis = axis[0];
  }
  n.outputs(n.builder().emit_n(op, {n.input(0)}, outputs));
}

}  // namespace

const OpDef Unique::kOp = define_op<Unique, infer, no_cost>("unique", kSizesOutputs);
extern const EvalFacet eval_unique = eval_facet<Unique, eval>();
extern const ReadTfliteFacet read_tflite_unique{tflite::BuiltinOperator_UNIQUE, read_tflite};
extern const WriteTfliteFacet write_tflite_unique = write_tflite_facet<Unique, write_tflite>();
extern const ReadTfFacet read_tf_unique{"Unique", read_tf<1, 2>};
extern const ReadTfFacet read_tf_unique_v2{"UniqueV2", read_tf<2, 2>};
extern const ReadTfFacet read_tf_unique_with_counts{"UniqueWithCounts", read_tf<1, 3>};
extern const ReadTfFacet read_tf_unique_with_counts_v2{"UniqueWithCountsV2", read_tf<2, 3>};

}  // namespace tare
