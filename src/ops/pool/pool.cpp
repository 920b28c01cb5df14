// AVERAGE_POOL_2D, MAX_POOL_2D and L2_POOL_2D: definition, lowering, readers and writer. Kernels
// are in reference.cpp.
#include "ops/pool/pool.h"

#include <span>

#include "base/checked.h"
#include "ir/facets.h"
#include "ops/common/window_checks.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"
#include "ports/xnn_builder.h"

namespace tare {
namespace {

std::string_view variant(const Pool& op) {
  constexpr std::string_view kNames[3][3] = {
      {"average_pool_1d", "average_pool_2d", "average_pool_3d"},
      {"max_pool_1d", "max_pool_2d", "max_pool_3d"},
      {"l2_pool_1d", "l2_pool_2d", "l2_pool_3d"}};
  return kNames[static_cast<std::size_t>(op.kind)][op.spatial - 1];
}

bool has_kernel(PoolKind kind, DType dtype) {
  if (dtype == DType::kFloat32 || dtype == DType::kFloat16 || dtype == DType::kBFloat16)
    return true;
  return kind != PoolKind::kL2 &&
         (dtype == DType::kInt8 || dtype == DType::kUint8 || dtype == DType::kInt16);
}

void infer(const Pool& op, InferContext& c) {
  const Shape& x = c.shape(0);
  const int rank = op.spatial + 2;
  if (!check_axes(c, std::span(op.axes).first(static_cast<std::size_t>(op.spatial)))) return;
  if (!has_kernel(op.kind, c.dtype(0)))
    return c.fail("no kernel for " + std::string(dtype_name(c.dtype(0))), Code::kUnsupported);
  if (!x.ranked()) return c.output(0, c.dtype(0), Shape::of_rank(rank));
  if (!c.require(x.rank() == rank,
                 "input must have " + std::to_string(rank) + " dimensions, got " + x.text()))
    return;
  Shape out = x;
  for (int i = 0; i < op.spatial; ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (!c.require(op.filter[at] >= 1,
                   "the window must be positive, got " + std::to_string(op.filter[at])))
      return;
    out[i + 1] = checked_output(c, x[i + 1], op.filter[at], op.axes[at], op.padding);
  }
  c.output(0, c.dtype(0), out);
}

Cost cost(const Pool& op, const NodeTypes& t) {
  const auto outputs = t.outputs[0].shape.checked_elements().value_or(0);
  // A window larger than the input is clipped to it; its extents are below 2^31 each, the third
  // joins checked.
  const auto window = checked_mul(op.filter[0] * op.filter[1], op.filter[2]);
  const auto inputs = t.inputs[0].shape.checked_elements().value_or(0);
  const std::int64_t places = std::min(window.value_or(INT64_MAX), inputs);
  return {.macs = 0, .flops = checked_mul(outputs, places).value_or(INT64_MAX / 4)};
}

bool covers_all(const Pool& op, const XnnBuilder& b) {
  const Shape& x = b.input_type(0).shape;
  const Shape& y = b.output_type().shape;
  for (int i = 0; i < 2; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const PadPair pad = window_padding(x[i + 1], op.filter[at], op.axes[at], op.padding);
    if (y[i + 1] != 1 || op.filter[at] != x[i + 1] || op.axes[at].dilation != 1 ||
        pad.before != 0 || pad.after != 0)
      return false;
  }
  return true;
}

bool lower(const Pool& op, XnnBuilder& b) {
  if (op.kind == PoolKind::kL2) return b.refuse("XNNPACK has no such op");
  if (op.spatial != 2) return b.refuse("XNNPACK pools height and width alone");
  if (!is_clamp(op.activation)) return b.refuse("the activation is no clamp");
  const Shape& x = b.input_type(0).shape;
  if (op.kind == PoolKind::kAverage && op.activation == Activation::kNone && covers_all(op, b)) {
    constexpr std::int64_t kSpatial[] = {1, 2};
    return b.reduce(XnnBuilder::Reduction::kMean, b.input(0), b.output(), kSpatial, true);
  }
  const XnnWindow window = XnnWindow::of(x, {op.filter[0], op.filter[1]}, op.axes, op.padding);
  if (window.filter[0] * window.filter[1] == 1) return b.refuse("a window of one place");
  const XnnBuilder::Pool pool{.input = b.input(0),
                              .output = b.output(),
                              .window = window,
                              .range = activation_range(op.activation)};
  if (op.kind == PoolKind::kMax) return b.max_pool(pool);
  if (b.input_type(0).dtype != DType::kFloat32)
    return b.refuse("XNNPACK averages windows in float32 alone");
  if (window.dilation[0] != 1 || window.dilation[1] != 1)
    return b.refuse("XNNPACK averages no dilated windows");
  return b.average_pool(pool);
}

template <PoolKind kKind>
void read_tflite(TfliteNode& n) {
  if (!n.expect(1, 1)) return;
  const auto& o = n.options<tflite::Pool2DOptions>();
  n.emit(Pool{.kind = kKind,
              .filter = {n.positive(o.filter_height(), "filter_height"),
                         n.positive(o.filter_width(), "filter_width"), 1},
              .axes = {{{.stride = n.positive(o.stride_h(), "stride_h")},
                        {.stride = n.positive(o.stride_w(), "stride_w")},
                        {}}},
              .padding = n.padding(o.padding()),
              .activation = n.activation(o.fused_activation_function())});
}

void write_tflite(const Pool& op, TfliteWriter& w) {
  constexpr tflite::BuiltinOperator kCodes[] = {tflite::BuiltinOperator_AVERAGE_POOL_2D,
                                                tflite::BuiltinOperator_MAX_POOL_2D,
                                                tflite::BuiltinOperator_L2_POOL_2D};
  if (op.spatial != 2) return w.refuse("TFLite pools height and width alone");
  if (op.padding == Padding::kExplicit) return w.refuse("TFLite has no explicit padding");
  if (op.axes[0].dilation != 1 || op.axes[1].dilation != 1)
    return w.refuse("TFLite has no dilated windows");
  const DType dtype = w.input_type(0).dtype;
  w.builtin(kCodes[static_cast<std::size_t>(op.kind)],
            tflite::CreatePool2DOptions(
                w.fbb(), TfliteWriter::padding(op.padding), static_cast<int>(op.axes[1].stride),
                static_cast<int>(op.axes[0].stride), static_cast<int>(op.filter[1]),
                static_cast<int>(op.filter[0]), TfliteWriter::activation(op.activation)),
            dtype == DType::kInt16  ? 3
            : dtype == DType::kInt8 ? 2
                                    : 1);
}

}  // namespace

const OpDef Pool::kOp = define_op_table<Pool, infer, variant, cost>("pool");
extern const LowerFacet lower_pool = lower_facet<Pool, lower>();
extern const WriteTfliteFacet write_tflite_pool = write_tflite_facet<Pool, write_tflite>();
extern const ReadTfliteFacet read_tflite_average_pool_2d{tflite::BuiltinOperator_AVERAGE_POOL_2D,
                                                         read_tflite<PoolKind::kAverage>};
extern const ReadTfliteFacet read_tflite_max_pool_2d{tflite::BuiltinOperator_MAX_POOL_2D,
                                                     read_tflite<PoolKind::kMax>};
extern const ReadTfliteFacet read_tflite_l2_pool_2d{tflite::BuiltinOperator_L2_POOL_2D,
                                                    read_tflite<PoolKind::kL2>};

}  // namespace tare
