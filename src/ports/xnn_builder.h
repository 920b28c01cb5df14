// What an op's lower() sees of XNNPACK: the node's types and constants, and one call per operator
// family of the subgraph API. Partitioning lowers each node alone into a scratch subgraph (probe),
// so the answer and its reason are XNNPACK's own; compiling lowers it again for real. Every method
// returns false after recording a reason. Methods are plain functions, each its own section: a link
// whose ops never call one does not carry its kernels.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "ir/activation.h"
#include "ir/graph.h"
#include "ir/window.h"

struct xnn_subgraph;

namespace tare {

enum class XnnValue : std::uint32_t { kNone = UINT32_MAX };

enum class XnnUnary {
  kConvert,
  kClamp,
  kAbs,
  kBankersRounding,
  kCeiling,
  kElu,
  kExp,
  kFloor,
  kGelu,
  kHardSwish,
  kLeakyRelu,
  kNegate,
  kSigmoid,
  kSquare,
  kSquareRoot,
  kReciprocalSquareRoot,
  kTanh,
};
enum class XnnBinary {
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kMaximum,
  kMinimum,
  kSquaredDifference,
  kPrelu
};

// Axes are height, then width.
struct XnnWindow {
  std::int64_t filter[2] = {1, 1};
  std::int64_t stride[2] = {1, 1};
  std::int64_t dilation[2] = {1, 1};
  PadPair padding[2];

  // Of a filter of these extents over height and width of an input in NHWC.
  static XnnWindow of(const Shape& input, std::array<std::int64_t, 2> filter,
                      std::span<const WindowAxis> axes, Padding padding);
};

class XnnBuilder {
 public:
  // Values that a segment shares: id of each graph value, and memory that must live as long as the
  // runtime.
  struct Segment {
    xnn_subgraph* subgraph = nullptr;
    struct Shared {
      XnnValue value = XnnValue::kNone;
      std::uint32_t external_id = UINT32_MAX;  // XNN_INVALID_VALUE_ID: inside the segment
      std::uint32_t flags = 0;                 // of external ones
    };
    std::map<std::int32_t, Shared> values;  // by ValueId
    std::uint32_t externals = 0;
    // Where their elements lie does not change when these grow.
    std::vector<Buffer> buffers;
    std::vector<std::vector<float>> scales;
  };

  XnnBuilder(Segment& segment, const std::vector<Value>& values, const Node& node)
      : segment_(segment), values_(values), node_(node) {}

  int inputs() const { return static_cast<int>(node_.inputs.size()); }
  int outputs() const { return static_cast<int>(node_.outputs.size()); }
  bool has(int i) const {
    return i < inputs() && node_.inputs[static_cast<std::size_t>(i)] != ValueId::kNone;
  }
  const Value& input_value(int i) const {
    return values_[index(node_.inputs[static_cast<std::size_t>(i)])];
  }
  const TensorType& input_type(int i) const { return input_value(i).type; }
  const TensorType& output_type(int i = 0) const {
    return values_[index(node_.outputs[static_cast<std::size_t>(i)])].type;
  }
  bool is_constant(int i) const { return input_value(i).is_constant; }
  // Integers of a constant input; empty when it is none.
  std::vector<std::int64_t> constant_integers(int i) const;

  // The node's values; kNone (with a reason) where XNNPACK has no such type.
  XnnValue input(int i) { return value(node_.inputs[static_cast<std::size_t>(i)]); }
  XnnValue output(int i = 0) { return value(node_.outputs[static_cast<std::size_t>(i)]); }
  // A constant filter whose channels lie along `axis`, with the quantisation that convolutions take
  // (float16 weights are unpacked to float32; int8 becomes per-channel where `per_channel`; for
  // hybrid ops too).
  XnnValue filter(int i, int axis, bool per_channel = false);
  // The bias of a convolution: float, or int32 with scales input * filter. kNone and no reason when
  // absent.
  XnnValue bias(int i, int input, int filter);
  // A value inside the segment, or a constant made here (copied).
  XnnValue temporary(const TensorType& type);
  XnnValue constant(const TensorType& type, Buffer bytes);
  // The input quantised at run time, a scale and zero point per row of its last `non_batch_dims`
  // dims (qd8).
  XnnValue dynamically_quantised(int i, int non_batch_dims);

  bool unary(XnnUnary op, XnnValue in, XnnValue out, float a = 0,
             float b = 0);  // clamp: min, max; elu, leaky: alpha
  bool binary(XnnBinary op, XnnValue a, XnnValue b, XnnValue out,
              Range range = {-kInfinity, kInfinity});

  struct FullyConnected {
    XnnValue input, filter, bias, output;
    Range range;
    bool filter_is_input_output = false;
  };
  bool fully_connected(const FullyConnected& op);
  struct Convolution {
    XnnValue input, filter, bias, output;
    XnnWindow window;
    std::int64_t groups, group_inputs, group_outputs;
    Range range;
  };
  bool convolution(const Convolution& op);
  struct Depthwise {
    XnnValue input, filter, bias, output;
    XnnWindow window;
    std::int64_t multiplier, input_channels;
    Range range;
  };
  bool depthwise_convolution(const Depthwise& op);
  // window.padding is cut from the output; adjustment is added to its end.
  struct Deconvolution {
    XnnValue input, filter, bias, output;
    XnnWindow window;
    std::int64_t adjustment[2];
    std::int64_t groups, group_inputs, group_outputs;
    Range range;
  };
  bool deconvolution(const Deconvolution& op);
  struct Pool {
    XnnValue input, output;
    XnnWindow window;
    Range range;
  };
  bool average_pool(const Pool& op);
  bool max_pool(const Pool& op);

  bool batch_matrix_multiply(XnnValue a, XnnValue b, XnnValue out, bool transpose_b);
  bool softmax(XnnValue in, XnnValue out);
  enum class Reduction { kSum, kMean };
  bool reduce(Reduction op, XnnValue in, XnnValue out, std::span<const std::int64_t> axes,
              bool keep_dims);
  bool constant_pad(XnnValue in, XnnValue out, std::span<const PadPair> padding, float value);
  bool copy(XnnValue in, XnnValue out);
  bool reshape(XnnValue in, XnnValue out, const Shape& shape);
  bool transpose(XnnValue in, XnnValue out, std::span<const std::int64_t> permutation);
  bool slice(XnnValue in, XnnValue out, std::span<const std::int64_t> offsets,
             std::span<const std::int64_t> sizes);
  bool concatenate(std::span<const XnnValue> inputs, XnnValue out, int axis,
                   const TensorType& out_type);
  bool concatenate2(XnnValue a, XnnValue b, XnnValue out, int axis);
  bool resize_bilinear(XnnValue in, XnnValue out, std::int64_t height, std::int64_t width,
                       bool align_corners, bool half_pixel_centers);
  bool depth_to_space(XnnValue in, XnnValue out, std::int64_t block);
  bool space_to_depth(XnnValue in, XnnValue out, std::int64_t block);

  // Always false: `return b.refuse("why");`
  bool refuse(std::string_view reason);
  const std::string& reason() const { return reason_; }

 private:
  static constexpr float kInfinity = __builtin_inff();
  XnnValue value(ValueId id);
  XnnValue define(const TensorType& type, const void* data, std::uint32_t external_id,
                  std::uint32_t flags);
  bool check(int status, const char* what);

  Segment& segment_;
  const std::vector<Value>& values_;
  const Node& node_;
  std::string reason_;
};

}  // namespace tare
