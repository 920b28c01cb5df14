// RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR. Source: TFLite's reference kernels for scales and
// rounding; int8 bilinear weights have 10 bits.
#include "ops/resize.h"

#include <algorithm>
#include <cmath>

#include "ir/facets.h"
#include "ops/common/elements.h"
#include "ops/common/move.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"
#include "ports/xnn_builder.h"

namespace tare {
namespace {

std::string_view variant(const Resize& op) {
  return op.method == Resize::Method::kBilinear ? "resize_bilinear" : "resize_nearest_neighbor";
}

constexpr std::int64_t kMaxExtent = std::int64_t{1} << 21;  // 10-bit fixed point stays inside int32

void infer(const Resize& op, InferContext& c) {
  if (!c.require(is_integer(c.dtype(1)), "input 1 must be integers")) return;
  const Shape& in = c.shape(0);
  if (!c.require(!op.align_corners || !op.half_pixel_centers,
                 "align_corners and half_pixel_centers exclude each other"))
    return;
  if (!in.ranked()) return c.output(0, c.dtype(0), Shape::of_rank(4));
  if (!c.require(in.rank() == 4, "expected 4 dimensions (NHWC), got " + in.text())) return;
  Shape out{in[0], kUnknownDim, kUnknownDim, in[3]};
  if (const auto size = c.contents(1)) {
    if (!c.require(size->size() == 2, "size: expected height and width")) return;
    for (int d = 0; d < 2; ++d) {
      const Element& e = (*size)[static_cast<std::size_t>(d)];
      if (!c.require(!e.known || (e.value > 0 && e.value < kMaxExtent), "size: expected 1 to 2^21"))
        return;
      out[d + 1] = e.dim();
    }
  }
  for (int d = 1; d <= 2; ++d) {
    if (!c.require(in[d] != 0 && in[d] < kMaxExtent, "height and width must be 1 to 2^21")) return;
  }
  c.output(0, c.dtype(0), out);
}

Cost cost(const Resize&, const NodeTypes& t) {
  return {.macs = 0, .flops = 8 * t.outputs[0].shape.checked_elements().value_or(0)};
}

// Along one axis: the two source places of each output place and the weight of the second.
struct Tap {
  std::int64_t low, high;
  float weight;        // float kernels
  std::int32_t fixed;  // int8: weight in 1/1024
};

Tap float_tap(const Resize& op, std::int64_t place, std::int64_t in, std::int64_t out) {
  const bool corners = op.align_corners && out > 1;
  const float scale = corners ? static_cast<float>(in - 1) / static_cast<float>(out - 1)
                              : static_cast<float>(in) / static_cast<float>(out);
  const float at = op.half_pixel_centers ? (static_cast<float>(place) + 0.5f) * scale - 0.5f
                                         : static_cast<float>(place) * scale;
  const auto low = std::max<std::int64_t>(static_cast<std::int64_t>(std::floor(at)), 0);
  const auto high = std::min<std::int64_t>(static_cast<std::int64_t>(std::ceil(at)), in - 1);
  return {std::min(low, in - 1), std::max<std::int64_t>(high, 0), at - static_cast<float>(low), 0};
}

Tap fixed_tap(const Resize& op, std::int64_t place, std::int64_t in, std::int64_t out) {
  const bool corners = op.align_corners && out > 1;
  const std::int64_t span = corners ? in - 1 : in, steps = corners ? out - 1 : out;
  const std::int64_t scale = (1024 * span + steps / 2) / steps;
  const std::int64_t at = op.half_pixel_centers ? place * scale + scale / 2 - 512 : place * scale;
  const std::int64_t low = std::max<std::int64_t>(at / 1024, 0);
  const std::int64_t high = std::min<std::int64_t>((at + 1023) / 1024, in - 1);
  return {std::min(low, in - 1), std::max<std::int64_t>(high, 0), 0.0f,
          static_cast<std::int32_t>(at - 1024 * low)};
}

std::int64_t nearest(const Resize& op, std::int64_t place, std::int64_t in, std::int64_t out) {
  const bool corners = op.align_corners && out > 1;
  const float scale = corners ? static_cast<float>(in - 1) / static_cast<float>(out - 1)
                              : static_cast<float>(in) / static_cast<float>(out);
  const float offset = op.half_pixel_centers ? 0.5f : 0.0f;
  const float at = (static_cast<float>(place) + offset) * scale;
  const auto index = static_cast<std::int64_t>(op.align_corners ? std::round(at) : std::floor(at));
  return std::clamp<std::int64_t>(index, 0, in - 1);
}

// Visits (batch row, y tap, x tap) and hands out the four corners' offsets for every channel.
template <class Pixel>
void for_each_pixel(const Shape& in, const Shape& out, std::span<const Tap> rows,
                    std::span<const Tap> columns, Pixel pixel) {
  const std::int64_t depth = in[3];
  std::int64_t o = 0;
  for (std::int64_t b = 0; b < out[0]; ++b) {
    for (const Tap& y : rows) {
      const std::int64_t top = (b * in[1] + y.low) * in[2], bottom = (b * in[1] + y.high) * in[2];
      for (const Tap& x : columns) {
        const std::int64_t corners[4] = {(top + x.low) * depth, (top + x.high) * depth,
                                         (bottom + x.low) * depth, (bottom + x.high) * depth};
        pixel(o, y, x, corners);
        o += depth;
      }
    }
  }
}

void eval_fixed(EvalContext& c, std::span<const Tap> rows, std::span<const Tap> columns) {
  const Tensor& in = c.input(0);
  Tensor& out = c.output(0);
  const LoadInt load = load_int(in.dtype);
  const StoreInt store = store_int(out.dtype);
  for_each_pixel(in.shape, out.shape, rows, columns,
                 [&](std::int64_t o, const Tap& y, const Tap& x, const std::int64_t* at) {
                   for (std::int64_t ch = 0; ch < in.shape[3]; ++ch) {
                     const auto v = [&](int k) { return load(in.data, at[k] + ch); };
                     const std::int64_t sum = v(0) * (1024 - y.fixed) * (1024 - x.fixed) +
                                              v(2) * y.fixed * (1024 - x.fixed) +
                                              v(1) * (1024 - y.fixed) * x.fixed +
                                              v(3) * y.fixed * x.fixed;
                     store(out.data, o + ch, (sum + (sum > 0 ? 1 << 19 : -(1 << 19))) / (1 << 20));
                   }
                 });
}

void eval_float(EvalContext& c, std::span<const Tap> rows, std::span<const Tap> columns) {
  const Tensor& in = c.input(0);
  Tensor& out = c.output(0);
  const LoadDouble load = load_double(in.dtype);
  const StoreDouble store = store_double(out.dtype);
  const float rounding = is_integer(in.dtype) ? 0.5f : 0.0f;
  for_each_pixel(
      in.shape, out.shape, rows, columns,
      [&](std::int64_t o, const Tap& y, const Tap& x, const std::int64_t* at) {
        for (std::int64_t ch = 0; ch < in.shape[3]; ++ch) {
          const auto v = [&](int k) { return static_cast<float>(load(in.data, at[k] + ch)); };
          const float sum = v(0) * (1 - y.weight) * (1 - x.weight) +
                            v(2) * y.weight * (1 - x.weight) + v(1) * (1 - y.weight) * x.weight +
                            v(3) * y.weight * x.weight;
          store(out.data, o + ch, static_cast<double>(sum + rounding));
        }
      });
}

void eval_nearest(const Resize& op, EvalContext& c) {
  const Tensor& in = c.input(0);
  const Shape& out = c.output(0).shape;
  const std::int64_t depth = in.shape[3];
  move_elements(c, 0, [&](std::int64_t i) {
    const std::int64_t x = nearest(op, i / depth % out[2], in.shape[2], out[2]);
    const std::int64_t y = nearest(op, i / (depth * out[2]) % out[1], in.shape[1], out[1]);
    const std::int64_t b = i / (depth * out[2] * out[1]);
    return Source{&in, ((b * in.shape[1] + y) * in.shape[2] + x) * depth + i % depth};
  });
}

void eval(const Resize& op, EvalContext& c) {
  if (op.method == Resize::Method::kNearest) return eval_nearest(op, c);
  const Tensor& in = c.input(0);
  const Shape& out = c.output(0).shape;
  const bool fixed = in.dtype == DType::kInt8 || in.dtype == DType::kInt16;
  auto taps = c.scratch<Tap>(static_cast<std::size_t>(out[1] + out[2]));
  if (!c.ok()) return;
  const auto make = fixed ? fixed_tap : float_tap;
  const auto height = static_cast<std::size_t>(out[1]);
  for (std::int64_t y = 0; y < out[1]; ++y)
    taps[static_cast<std::size_t>(y)] = make(op, y, in.shape[1], out[1]);
  for (std::int64_t x = 0; x < out[2]; ++x)
    taps[height + static_cast<std::size_t>(x)] = make(op, x, in.shape[2], out[2]);
  if (fixed) return eval_fixed(c, taps.first(height), taps.subspan(height));
  if (!load_double(in.dtype))
    return c.fail("no kernel for " + std::string(dtype_name(in.dtype)), Code::kUnsupported);
  eval_float(c, taps.first(height), taps.subspan(height));
}

bool lower(const Resize& op, XnnBuilder& b) {
  if (op.method == Resize::Method::kNearest)
    return b.refuse("XNNPACK has no nearest-neighbour resize");
  const Shape& out = b.output_type().shape;
  return b.resize_bilinear(b.input(0), b.output(), out[1], out[2], op.align_corners,
                           op.half_pixel_centers);
}

template <Resize::Method kMethod, class Options>
void read_tflite(TfliteNode& n) {
  if (!n.expect(2, 2)) return;
  const auto& o = n.options<Options>();
  n.emit(Resize{.method = kMethod,
                .align_corners = o.align_corners(),
                .half_pixel_centers = o.half_pixel_centers()});
}

void write_tflite(const Resize& op, TfliteWriter& w) {
  if (op.method == Resize::Method::kBilinear) {
    return w.builtin(
        tflite::BuiltinOperator_RESIZE_BILINEAR,
        tflite::CreateResizeBilinearOptions(w.fbb(), op.align_corners, op.half_pixel_centers), 3);
  }
  w.builtin(
      tflite::BuiltinOperator_RESIZE_NEAREST_NEIGHBOR,
      tflite::CreateResizeNearestNeighborOptions(w.fbb(), op.align_corners, op.half_pixel_centers),
      3);
}

}  // namespace

const OpDef Resize::kOp = define_op_table<Resize, infer, variant, cost>("resize");
extern const EvalFacet eval_resize = eval_facet<Resize, eval>();
extern const LowerFacet lower_resize = lower_facet<Resize, lower>();
extern const ReadTfliteFacet read_tflite_resize_bilinear{
    tflite::BuiltinOperator_RESIZE_BILINEAR,
    read_tflite<Resize::Method::kBilinear, tflite::ResizeBilinearOptions>};
extern const ReadTfliteFacet read_tflite_resize_nearest{
    tflite::BuiltinOperator_RESIZE_NEAREST_NEIGHBOR,
    read_tflite<Resize::Method::kNearest, tflite::ResizeNearestNeighborOptions>};
extern const WriteTfliteFacet write_tflite_resize = write_tflite_facet<Resize, write_tflite>();

}  // namespace tare
