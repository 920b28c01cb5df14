// EMBEDDING_LOOKUP.
#include "ops/embedding_lookup.h"

#include "ir/facets.h"
#include "ops/common/elements.h"
#include "ops/common/move.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

bool check_scales(InferContext& c) {
  const auto& q = c.type(1).quantization;
  const DType d = c.dtype(1);
  if (!c.require(d == DType::kInt8 || d == DType::kInt4 || d == DType::kUint8,
                 "no kernel for rows of " + std::string(dtype_name(d))))
    return false;
  if (!c.require(q != nullptr && q->block_size == 0, "the table has no scale")) return false;
  const auto scales = static_cast<std::int64_t>(q->scales.size());
  const Dim rows = c.shape(1).ranked() && c.shape(1).rank() > 0 ? c.shape(1)[0] : kUnknownDim;
  return c.require(scales == 1 || (q->axis == 0 && (!is_known(rows) || rows == scales)),
                   "expected one scale, or one for each row");
}

void infer(const EmbeddingLookup& op, InferContext& c) {
  const Shape& ids = c.shape(0);
  const Shape& table = c.shape(1);
  if (!c.require(c.dtype(0) == DType::kInt32, "indices must be int32")) return;
  if (!c.require(!ids.ranked() || ids.rank() == 1,
                 "indices: expected 1 dimension, got " + ids.text()))
    return;
  if (!c.require(!table.ranked() || table.rank() >= 1, "the table has no rows")) return;
  if (op.dequantize && !check_scales(c)) return;
  Shape out = table;
  if (out.ranked()) out[0] = ids.ranked() ? ids[0] : kUnknownDim;
  c.output(0, op.dequantize ? DType::kFloat32 : c.dtype(1), out);
}

void eval(const EmbeddingLookup& op, EvalContext& c) {
  const Tensor& ids = c.input(0);
  const Tensor& table = c.input(1);
  const std::int64_t rows = table.shape[0];
  const std::int64_t width = rows > 0 ? table.elements() / rows : 0;
  const std::int32_t* at = ids.as<std::int32_t>().data();
  if (width == 0) return;
  for (std::int64_t i = 0; i < ids.elements(); ++i) {
    if (!c.require(at[i] >= 0 && at[i] < rows, "index " + std::to_string(at[i]) +
                                                   " is outside a table of " +
                                                   std::to_string(rows) + " rows"))
      return;
  }
  if (!op.dequantize) {
    return move_elements(
        c, 0, [&](std::int64_t i) { return Source{&table, at[i / width] * width + i % width}; });
  }
  // The reference reads the bytes of either type as signed: old converters called int8 weights
  // uint8.
  const LoadDouble load = load_double(table.dtype == DType::kUint8 ? DType::kInt8 : table.dtype);
  float* out = c.output(0).as<float>().data();
  for (std::int64_t i = 0; i < ids.elements(); ++i) {
    const auto& q = *table.quantization;
    const std::size_t row = q.scales.size() > 1 ? static_cast<std::size_t>(at[i]) : 0;
    const float zero = static_cast<float>(q.zero_points[row]);
    for (std::int64_t k = 0; k < width; ++k) {
      *out++ = (static_cast<float>(load(table.data, at[i] * width + k)) - zero) * q.scales[row];
    }
  }
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(2, 2)) return;
  n.emit(EmbeddingLookup{.dequantize = n.output_type(0).dtype == DType::kFloat32 &&
                                       n.type(1).dtype != DType::kFloat32});
}

void write_tflite(const EmbeddingLookup& op, TfliteWriter& w) {
  const DType table = w.input_type(1).dtype;
  w.builtin(tflite::BuiltinOperator_EMBEDDING_LOOKUP, table == DType::kInt4                    ? 4
                                                      : op.dequantize || table == DType::kInt8 ? 3
                                                                                               : 1);
}

}  // namespace

const OpDef EmbeddingLookup::kOp = define_op<EmbeddingLookup, infer, no_cost>("embedding_lookup");
extern const EvalFacet eval_embedding_lookup = eval_facet<EmbeddingLookup, eval>();
extern const ReadTfliteFacet read_tflite_embedding_lookup{tflite::BuiltinOperator_EMBEDDING_LOOKUP,
                                                          read_tflite};
extern const WriteTfliteFacet write_tflite_embedding_lookup =
    write_tflite_facet<EmbeddingLookup, write_tflite>();

}  // namespace tare
