// BATCH_MATMUL: definition, lowering, reader and writer. Kernels are in reference.cpp.
#include "ops/batch_matmul/batch_matmul.h"

#include "base/checked.h"
#include "ir/facets.h"
#include "ops/common/broadcast.h"
#include "ops/common/window_checks.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"
#include "ports/xnn_builder.h"

namespace tare {
namespace {

bool has_kernel(DType a, DType b) {
  if (a == DType::kFloat32 && b == DType::kInt8) return true;
  if (a == DType::kInt16 && b == DType::kInt8) return true;
  if (a != b) return false;
  return is_float(a) || is_complex(a) || a == DType::kInt8 || a == DType::kInt16 ||
         a == DType::kInt32 || a == DType::kInt64;
}

bool check_types(const BatchMatMul& op, InferContext& c) {
  const DType a = c.dtype(0), b = c.dtype(1);
  if (!has_kernel(a, b)) {
    c.fail("no kernel for " + std::string(dtype_name(a)) + " with " + std::string(dtype_name(b)),
           Code::kUnsupported);
    return false;
  }
  const bool sums = op.output_dtype == DType::kInt32 && a == DType::kInt8;
  if (!c.require(!op.output_dtype || op.output_dtype == a || sums,
                 "no kernel for this output type"))
    return false;
  if (a == DType::kInt16 && !c.require(c.type(0).zero_point() == 0 && c.type(1).zero_point() == 0,
                                       "int16 needs zero point 0"))
    return false;
  return c.require(!is_hybrid(a, b) || c.type(1).quantized(), "int8 weights without quantisation");
}

void infer(const BatchMatMul& op, InferContext& c) {
  if (!check_types(op, c)) return;
  const DType dtype = op.output_dtype.value_or(c.dtype(0));
  const Shape& a = c.shape(0);
  const Shape& b = c.shape(1);
  if (!c.require((!a.ranked() || a.rank() >= 2) && (!b.ranked() || b.rank() >= 2),
                 "operands must have 2 dimensions at least"))
    return;
  if (!a.ranked() || !b.ranked()) return c.output(0, dtype, Shape::unknown());
  const int ra = a.rank(), rb = b.rank();
  const Dim depth_a = a[op.adj_x ? ra - 2 : ra - 1], depth_b = b[op.adj_y ? rb - 1 : rb - 2];
  if (!c.require(!is_known(depth_a) || !is_known(depth_b) || depth_a == depth_b,
                 "shapes " + a.text() + " and " + b.text() + " do not multiply"))
    return;
  const Dim columns = b[op.adj_y ? rb - 2 : rb - 1];
  if (const auto& q = c.type(1).quantization; q && is_known(columns)) {
    const auto scales = static_cast<std::int64_t>(q->scales.size());
    if (!c.require(scales == 1 || scales == columns, "expected 1 or " + std::to_string(columns) +
                                                         " scales, got " + std::to_string(scales)))
      return;
  }
  Shape out = broadcast_shape(c, Shape(a.dims().first(static_cast<std::size_t>(ra - 2))),
                              Shape(b.dims().first(static_cast<std::size_t>(rb - 2))));
  if (!c.ok()) return;
  out.push_back(a[op.adj_x ? ra - 1 : ra - 2]);
  out.push_back(columns);
  c.output(0, dtype, out);
}

Cost cost(const BatchMatMul& op, const NodeTypes& t) {
  const Shape& a = t.inputs[0].shape;
  const auto outputs = t.outputs[0].shape.checked_elements();
  if (!outputs || a.rank() < 2) return {};
  const std::int64_t macs =
      checked_mul(*outputs, a[op.adj_x ? a.rank() - 2 : a.rank() - 1]).value_or(INT64_MAX / 4);
  return {.macs = macs, .flops = macs > INT64_MAX / 4 ? INT64_MAX / 2 : 2 * macs};
}

// One constant matrix for all: a fully connected layer, which XNNPACK packs and has in more types.
bool lower_dense(const BatchMatMul& op, XnnBuilder& b, bool hybrid) {
  const XnnValue in = hybrid ? b.dynamically_quantised(0, 1) : b.input(0);
  return b.fully_connected({.input = in,
                            .filter = b.filter(1, op.adj_y ? 0 : 1, hybrid),
                            .bias = XnnValue::kNone,
                            .output = b.output(),
                            .range = activation_range(Activation::kNone),
                            .filter_is_input_output = !op.adj_y});
}

bool lower(const BatchMatMul& op, XnnBuilder& b) {
  const TensorType& x = b.input_type(0);
  const TensorType& w = b.input_type(1);
  const bool hybrid = is_hybrid(x.dtype, w.dtype);
  if (b.is_constant(1) && w.shape.rank() == 2 && !op.adj_x) return lower_dense(op, b, hybrid);
  if (x.dtype != DType::kFloat32 || w.dtype != DType::kFloat32)
    return b.refuse("XNNPACK multiplies batches in float32 alone");
  XnnValue left = b.input(0);
  if (op.adj_x) {
    TensorType swapped = x;
    std::vector<std::int64_t> order;
    for (int i = 0; i < x.shape.rank(); ++i) order.push_back(i);
    std::swap(order[order.size() - 1], order[order.size() - 2]);
    for (int i = 0; i < x.shape.rank(); ++i)
      swapped.shape[i] = x.shape[static_cast<int>(order[static_cast<std::size_t>(i)])];
    const XnnValue transposed = b.temporary(swapped);
    if (!b.transpose(left, transposed, order)) return false;
    left = transposed;
  }
  return b.batch_matrix_multiply(left, b.input(1), b.output(), op.adj_y);
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(2, 2)) return;
  const auto& o = n.options<tflite::BatchMatMulOptions>();
  const DType output = n.output_type(0).dtype;
  n.emit(BatchMatMul{
      .adj_x = o.adj_x(),
      .adj_y = o.adj_y(),
      .asymmetric_quantize_inputs = o.asymmetric_quantize_inputs(),
      .output_dtype = output == n.type(0).dtype ? std::nullopt : std::optional(output)});
}

void write_tflite(const BatchMatMul& op, TfliteWriter& w) {
  const DType a = w.input_type(0).dtype;
  const int version = is_hybrid(a, w.input_type(1).dtype) && op.asymmetric_quantize_inputs ? 4
                      : a == DType::kInt16                                                 ? 3
                      : a == DType::kInt8                                                  ? 2
                                                                                           : 1;
  w.builtin(
      tflite::BuiltinOperator_BATCH_MATMUL,
      tflite::CreateBatchMatMulOptions(w.fbb(), op.adj_x, op.adj_y, op.asymmetric_quantize_inputs),
      version);
}

}  // namespace

const OpDef BatchMatMul::kOp = define_op<BatchMatMul, infer, cost>("batch_matmul");
extern const LowerFacet lower_batch_matmul = lower_facet<BatchMatMul, lower>();
extern const ReadTfliteFacet read_tflite_batch_matmul{tflite::BuiltinOperator_BATCH_MATMUL,
                                                      read_tflite};
extern const WriteTfliteFacet write_tflite_batch_matmul =
    write_tflite_facet<BatchMatMul, write_tflite>();

}  // namespace tare
