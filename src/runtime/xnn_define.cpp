// The operator families of XNNPACK's subgraph API behind XnnBuilder's methods.
#include <xnnpack.h>

#include <algorithm>

#include "base/checked.h"
#include "ports/xnn_builder.h"

namespace tare {
namespace {

std::uint32_t id(XnnValue v) { return static_cast<std::uint32_t>(v); }
std::uint32_t u32(std::int64_t v) { return static_cast<std::uint32_t>(v); }

// XNNPACK keeps a pointer for each place of each window, and counts them in the machine's word.
bool table_fits(const XnnWindow& w, XnnBuilder& b) {
  constexpr std::int64_t kMost = std::int64_t{1} << 26;
  std::int64_t places = 1;
  const auto times = [&](std::int64_t extent) {
    places = checked_mul(places, std::max<std::int64_t>(extent, 1)).value_or(kMost + 1);
  };
  const Shape& out = b.output_type().shape;
  // Average pools count the rows that lie in the padding instead.
  const std::int64_t padded = (w.padding[0].before + w.padding[0].after) / w.stride[0] + 3;
  for (int d = 1; d + 1 < out.rank(); ++d) times(d == 1 ? std::max(out[d], padded) : out[d]);
  for (const std::int64_t extent : w.filter) times(extent);
  return places <= kMost || b.refuse("its windows have too many places");
}

constexpr xnn_unary_operator kUnary[] = {
    xnn_unary_convert, xnn_unary_clamp,     xnn_unary_abs,         xnn_unary_bankers_rounding,
    xnn_unary_ceiling, xnn_unary_elu,       xnn_unary_exp,         xnn_unary_floor,
    xnn_unary_gelu,    xnn_unary_hardswish, xnn_unary_leaky_relu,  xnn_unary_negate,
    xnn_unary_sigmoid, xnn_unary_square,    xnn_unary_square_root, xnn_unary_reciprocal_square_root,
    xnn_unary_tanh,
};
constexpr xnn_binary_operator kBinary[] = {
    xnn_binary_add,     xnn_binary_subtract, xnn_binary_multiply,           xnn_binary_divide,
    xnn_binary_maximum, xnn_binary_minimum,  xnn_binary_squared_difference, xnn_binary_prelu,
};

bool any_none(std::initializer_list<XnnValue> values) {
  return std::any_of(values.begin(), values.end(), [](XnnValue v) { return v == XnnValue::kNone; });
}

std::vector<std::size_t> sizes(std::span<const std::int64_t> values) {
  return {values.begin(), values.end()};
}

}  // namespace

XnnWindow XnnWindow::of(const Shape& input, std::array<std::int64_t, 2> filter,
                        std::span<const WindowAxis> axes, Padding padding) {
  XnnWindow window;
  for (std::size_t i = 0; i < 2; ++i) {
    window.filter[i] = filter[i];
    window.stride[i] = axes[i].stride;
    window.dilation[i] = axes[i].dilation;
    window.padding[i] = window_padding(input[static_cast<int>(i) + 1], filter[i], axes[i], padding);
  }
  return window;
}

bool XnnBuilder::unary(XnnUnary op, XnnValue in, XnnValue out, float a, float b) {
  if (any_none({in, out})) return false;
  xnn_unary_params params{};
  params.clamp = {a, b};  // elu.alpha and leaky_relu.negative_slope share the place of clamp.min
  return check(xnn_define_unary(segment_.subgraph, kUnary[static_cast<int>(op)], &params, id(in),
                                id(out), 0),
               "unary op");
}

bool XnnBuilder::binary(XnnBinary op, XnnValue a, XnnValue b, XnnValue out, Range range) {
  if (any_none({a, b, out})) return false;
  const xnn_binary_params params{range.min, range.max};
  return check(xnn_define_binary(segment_.subgraph, kBinary[static_cast<int>(op)], &params, id(a),
                                 id(b), id(out), 0),
               "binary op");
}

bool XnnBuilder::fully_connected(const FullyConnected& op) {
  if (any_none({op.input, op.filter, op.output}) || !reason_.empty()) return false;
  const std::uint32_t flags = op.filter_is_input_output ? XNN_FLAG_TRANSPOSE_WEIGHTS : 0;
  return check(
      xnn_define_fully_connected(segment_.subgraph, op.range.min, op.range.max, id(op.input),
                                 id(op.filter), id(op.bias), id(op.output), flags),
      "fully connected");
}

bool XnnBuilder::convolution(const Convolution& op) {
  if (any_none({op.input, op.filter, op.output}) || !reason_.empty()) return false;
  const XnnWindow& w = op.window;
  if (!table_fits(w, *this)) return false;
  return check(xnn_define_convolution_2d(
                   segment_.subgraph, u32(w.padding[0].before), u32(w.padding[1].after),
                   u32(w.padding[0].after), u32(w.padding[1].before), u32(w.filter[0]),
                   u32(w.filter[1]), u32(w.stride[0]), u32(w.stride[1]), u32(w.dilation[0]),
                   u32(w.dilation[1]), u32(op.groups), static_cast<std::size_t>(op.group_inputs),
                   static_cast<std::size_t>(op.group_outputs), op.range.min, op.range.max,
                   id(op.input), id(op.filter), id(op.bias), id(op.output), 0),
               "convolution");
}

bool XnnBuilder::depthwise_convolution(const Depthwise& op) {
  if (any_none({op.input, op.filter, op.output}) || !reason_.empty()) return false;
  const XnnWindow& w = op.window;
  if (!table_fits(w, *this)) return false;
  return check(
      xnn_define_depthwise_convolution_2d(
          segment_.subgraph, u32(w.padding[0].before), u32(w.padding[1].after),
          u32(w.padding[0].after), u32(w.padding[1].before), u32(w.filter[0]), u32(w.filter[1]),
          u32(w.stride[0]), u32(w.stride[1]), u32(w.dilation[0]), u32(w.dilation[1]),
          u32(op.multiplier), static_cast<std::size_t>(op.input_channels), op.range.min,
          op.range.max, id(op.input), id(op.filter), id(op.bias), id(op.output), 0),
      "depthwise convolution");
}

bool XnnBuilder::deconvolution(const Deconvolution& op) {
  if (any_none({op.input, op.filter, op.output}) || !reason_.empty()) return false;
  const XnnWindow& w = op.window;
  if (!table_fits(w, *this)) return false;
  return check(
      xnn_define_deconvolution_2d(
          segment_.subgraph, u32(w.padding[0].before), u32(w.padding[1].after),
          u32(w.padding[0].after), u32(w.padding[1].before), u32(op.adjustment[0]),
          u32(op.adjustment[1]), u32(w.filter[0]), u32(w.filter[1]), u32(w.stride[0]),
          u32(w.stride[1]), u32(w.dilation[0]), u32(w.dilation[1]), u32(op.groups),
          static_cast<std::size_t>(op.group_inputs), static_cast<std::size_t>(op.group_outputs),
          op.range.min, op.range.max, id(op.input), id(op.filter), id(op.bias), id(op.output), 0),
      "transposed convolution");
}

bool XnnBuilder::average_pool(const Pool& op) {
  if (any_none({op.input, op.output})) return false;
  const XnnWindow& w = op.window;
  if (!table_fits(w, *this)) return false;
  return check(xnn_define_average_pooling_2d(
                   segment_.subgraph, u32(w.padding[0].before), u32(w.padding[1].after),
                   u32(w.padding[0].after), u32(w.padding[1].before), u32(w.filter[0]),
                   u32(w.filter[1]), u32(w.stride[0]), u32(w.stride[1]), op.range.min, op.range.max,
                   id(op.input), id(op.output), 0),
               "average pool");
}

bool XnnBuilder::max_pool(const Pool& op) {
  if (any_none({op.input, op.output})) return false;
  const XnnWindow& w = op.window;
  if (!table_fits(w, *this)) return false;
  return check(xnn_define_max_pooling_2d(
                   segment_.subgraph, u32(w.padding[0].before), u32(w.padding[1].after),
                   u32(w.padding[0].after), u32(w.padding[1].before), u32(w.filter[0]),
                   u32(w.filter[1]), u32(w.stride[0]), u32(w.stride[1]), u32(w.dilation[0]),
                   u32(w.dilation[1]), op.range.min, op.range.max, id(op.input), id(op.output), 0),
               "max pool");
}

bool XnnBuilder::batch_matrix_multiply(XnnValue a, XnnValue b, XnnValue out, bool transpose_b) {
  if (any_none({a, b, out}) || !reason_.empty()) return false;
  return check(xnn_define_batch_matrix_multiply(segment_.subgraph, id(a), id(b), id(out),
                                                transpose_b ? XNN_FLAG_TRANSPOSE_B : 0),
               "batch matrix multiplication");
}

bool XnnBuilder::softmax(XnnValue in, XnnValue out) {
  if (any_none({in, out})) return false;
  return check(xnn_define_softmax(segment_.subgraph, id(in), id(out), 0), "softmax");
}

bool XnnBuilder::reduce(Reduction op, XnnValue in, XnnValue out, std::span<const std::int64_t> axes,
                        bool keep_dims) {
  if (any_none({in, out})) return false;
  const auto kind = op == Reduction::kSum ? xnn_reduce_sum : xnn_reduce_mean;
  return check(xnn_define_static_reduce_v2(segment_.subgraph, kind, axes.size(), axes.data(),
                                           id(in), id(out), keep_dims ? XNN_FLAG_KEEP_DIMS : 0),
               "reduction");
}

bool XnnBuilder::constant_pad(XnnValue in, XnnValue out, std::span<const PadPair> padding,
                              float value) {
  if (any_none({in, out})) return false;
  std::vector<std::size_t> before, after;
  for (const PadPair& p : padding) {
    before.push_back(static_cast<std::size_t>(p.before));
    after.push_back(static_cast<std::size_t>(p.after));
  }
  return check(xnn_define_static_constant_pad(segment_.subgraph, before.data(), after.data(), value,
                                              id(in), id(out), 0),
               "pad");
}

bool XnnBuilder::copy(XnnValue in, XnnValue out) {
  if (any_none({in, out})) return false;
  return check(xnn_define_copy(segment_.subgraph, id(in), id(out), 0), "copy");
}

bool XnnBuilder::reshape(XnnValue in, XnnValue out, const Shape& shape) {
  if (any_none({in, out})) return false;
  if (shape.rank() > XNN_MAX_TENSOR_DIMS) return refuse("rank above 6");
  const auto dims = sizes(shape.dims());
  return check(
      xnn_define_static_reshape(segment_.subgraph, dims.size(), dims.data(), id(in), id(out), 0),
      "reshape");
}

bool XnnBuilder::transpose(XnnValue in, XnnValue out, std::span<const std::int64_t> permutation) {
  if (any_none({in, out})) return false;
  const auto order = sizes(permutation);
  return check(xnn_define_static_transpose(segment_.subgraph, order.size(), order.data(), id(in),
                                           id(out), 0),
               "transpose");
}

bool XnnBuilder::slice(XnnValue in, XnnValue out, std::span<const std::int64_t> offsets,
                       std::span<const std::int64_t> extents) {
  if (any_none({in, out})) return false;
  const auto from = sizes(offsets);
  const auto extent = sizes(extents);
  return check(xnn_define_static_slice(segment_.subgraph, from.size(), from.data(), extent.data(),
                                       id(in), id(out), 0),
               "slice");
}

bool XnnBuilder::concatenate2(XnnValue a, XnnValue b, XnnValue out, int axis) {
  if (any_none({a, b, out})) return false;
  return check(xnn_define_concatenate2(segment_.subgraph, axis, id(a), id(b), id(out), 0),
               "concatenation");
}

// XNNPACK joins two tensors at a time; longer lists go through temporaries whose extent grows along
// the axis.
bool XnnBuilder::concatenate(std::span<const XnnValue> inputs, XnnValue out, int axis,
                             const TensorType& out_type) {
  if (inputs.size() < 2) return refuse("a concatenation of one");
  XnnValue so_far = inputs[0];
  TensorType type = out_type;
  type.shape[axis] = input_type(0).shape[axis];
  for (std::size_t i = 1; i < inputs.size(); ++i) {
    type.shape[axis] += input_type(static_cast<int>(i)).shape[axis];
    const XnnValue next = i + 1 == inputs.size() ? out : temporary(type);
    if (!concatenate2(so_far, inputs[i], next, axis)) return false;
    so_far = next;
  }
  return true;
}

bool XnnBuilder::resize_bilinear(XnnValue in, XnnValue out, std::int64_t height, std::int64_t width,
                                 bool align_corners, bool half_pixel_centers) {
  if (any_none({in, out})) return false;
  const std::uint32_t flags = align_corners        ? XNN_FLAG_ALIGN_CORNERS
                              : half_pixel_centers ? 0u
                                                   : XNN_FLAG_TENSORFLOW_LEGACY_MODE;
  return check(
      xnn_define_static_resize_bilinear_2d(segment_.subgraph, static_cast<std::size_t>(height),
                                           static_cast<std::size_t>(width), id(in), id(out), flags),
      "resize");
}

bool XnnBuilder::depth_to_space(XnnValue in, XnnValue out, std::int64_t block) {
  if (any_none({in, out})) return false;
  return check(xnn_define_depth_to_space_2d(segment_.subgraph, u32(block), id(in), id(out), 0),
               "depth to space");
}

bool XnnBuilder::space_to_depth(XnnValue in, XnnValue out, std::int64_t block) {
  if (any_none({in, out})) return false;
  return check(xnn_define_space_to_depth_2d(segment_.subgraph, u32(block), id(in), id(out), 0),
               "space to depth");
}

}  // namespace tare
