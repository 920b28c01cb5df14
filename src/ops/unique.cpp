// UNIQUE.
#include "ops/unique.h"

#include <string_view>
#include <unordered_map>
#include <vector>

#include "ir/facets.h"
#include "ops/common/elements.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

void infer(const Unique& op, InferContext& c) {
  const Shape& in = c.shape(0);
  if (!c.require(is_integer(op.index_type), "idx_out_type: expected an integer type")) return;
  if (!c.require(!in.ranked() || in.rank() == 1, "expected a vector, got " + in.text())) return;
  c.output(0, c.dtype(0), {kUnknownDim});
  c.output(1, op.index_type, in.ranked() ? in : Shape::of_rank(1));
}

// Elements as bytes: equal bytes are equal elements, but for floats 0 and -0 are one and no NaN
// equals another.
std::string key(const Tensor& in, std::int64_t i) {
  if (in.dtype == DType::kString) return std::string(string_at({in.data, in.size}, i));
  if (is_float(in.dtype)) {
    const double v = load_double(in.dtype)(in.data, i);
    if (v == 0) return "0";
    if (v != v) return "nan" + std::to_string(i);
  }
  const std::size_t size = dtype_size(in.dtype);
  return std::string(reinterpret_cast<const char*>(in.data) + static_cast<std::size_t>(i) * size,
                     size);
}

void eval(const Unique&, EvalContext& c) {
  const Tensor& in = c.input(0);
  std::unordered_map<std::string, std::int64_t> seen;
  std::vector<std::int64_t> firsts;
  const StoreInt store = store_int(c.output(1).dtype);
  for (std::int64_t i = 0; i < in.elements(); ++i) {
    const auto [place, fresh] = seen.emplace(key(in, i), static_cast<std::int64_t>(firsts.size()));
    if (fresh) firsts.push_back(i);
    store(c.output(1).data, i, place->second);
  }
  const Shape shape{static_cast<Dim>(firsts.size())};
  if (in.dtype == DType::kString) {
    std::vector<std::string> strings;
    for (const std::int64_t i : firsts) strings.emplace_back(c.string(0, i));
    return c.output_strings(0, shape, strings);
  }
  Tensor* out = c.output(0, shape);
  const std::size_t size = dtype_size(in.dtype);
  for (std::size_t k = 0; out != nullptr && k < firsts.size(); ++k) {
    std::copy_n(in.data + static_cast<std::size_t>(firsts[k]) * size, size, out->data + k * size);
  }
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(1, 1, 2)) return;
  n.emit(Unique{.index_type =
                    n.options<tflite::UniqueOptions>().idx_out_type() == tflite::TensorType_INT64
                        ? DType::kInt64
                        : DType::kInt32});
}
void write_tflite(const Unique& op, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_UNIQUE,
            tflite::CreateUniqueOptions(w.fbb(), op.index_type == DType::kInt64
                                                     ? tflite::TensorType_INT64
                                                     : tflite::TensorType_INT32));
}

}  // namespace

const OpDef Unique::kOp = define_op<Unique, infer, no_cost>("unique");
extern const EvalFacet eval_unique = eval_facet<Unique, eval>();
extern const ReadTfliteFacet read_tflite_unique{tflite::BuiltinOperator_UNIQUE, read_tflite};
extern const WriteTfliteFacet write_tflite_unique = write_tflite_facet<Unique, write_tflite>();

}  // namespace tare
