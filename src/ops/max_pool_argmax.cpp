// MediaPipe's MaxPoolingWithArgmax2D and MaxUnpooling2D, and the unpooling of TFLite's perception
// ops (int32 places, of an image), which LiteRT calls LiteRtMaxUnpooling2D.
#include "ops/max_pool_argmax.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/checked.h"
#include "ir/facets.h"
#include "ops/common/elements.h"
#include "ops/common/requantize.h"
#include "ops/common/window_checks.h"
#include "ops/common/window_runs.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

void infer_pool(const MaxPoolArgmax& op, InferContext& c) {
  const Shape& x = c.shape(0);
  if (!check_axes(c, op.axes)) return;
  if (!c.require(is_float(c.dtype(0)), "no kernel for " + std::string(dtype_name(c.dtype(0)))))
    return;
  if (!c.require(!x.ranked() || x.rank() == 4, "input must have 4 dimensions, got " + x.text()))
    return;
  Shape out = x.ranked() ? x : Shape::of_rank(4);
  for (int i = 0; i < 2; ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (!c.require(op.filter[at] >= 1, "the window must be positive")) return;
    out[i + 1] = checked_output(c, out[i + 1], op.filter[at], op.axes[at], op.padding);
  }
  c.output(0, c.dtype(0), out);
  c.output(1, op.place_dtype, out);
}

struct Window {
  ConvolutionShape shape;
  std::int64_t channels, width;  // of the image, of the window

  Window(const MaxPoolArgmax& op, const Shape& x, const Shape& y)
      : channels(x[3]), width(op.filter[1]) {
    shape = {.batch = x[0], .group_inputs = x[3], .group_outputs = x[3]};
    for (int i = 0; i < 2; ++i) {
      const auto to = static_cast<std::size_t>(i + 1);
      shape.input[to] = x[i + 1];
      shape.output[to] = y[i + 1];
      shape.filter[to] = op.filter[static_cast<std::size_t>(i)];
      shape.axes[to] = op.axes[static_cast<std::size_t>(i)];
      shape.axes[to].pad_before =
          window_padding(x[i + 1], shape.filter[to], shape.axes[to], op.padding).before;
    }
  }
};

void eval_pool(const MaxPoolArgmax& op, EvalContext& c) {
  const Tensor& x = c.input(0);
  if (c.output(0).elements() == 0) return;
  const Window w(op, x.shape, c.output(0).shape);
  const LoadDouble load = load_double(x.dtype);
  const StoreDouble store = store_double(c.output(0).dtype),
                    store_place = store_double(c.output(1).dtype);
  const Range range = activation_range(op.activation);
  const std::int64_t image = x.elements() / w.shape.batch;
  WindowRuns runs(w.shape);
  for (std::int64_t p = 0; p < w.shape.batch * w.shape.points(); ++p) {
    runs.move_to(p / w.shape.points(), p % w.shape.points());
    for (std::int64_t channel = 0; channel < w.channels; ++channel) {
      double largest = -static_cast<double>(std::numeric_limits<float>::max());
      std::int64_t place = 0;
      runs.each(0, [&](std::int64_t at, std::int64_t k, std::int64_t count) {
        for (std::int64_t i = 0; i < count; i += w.channels) {
          const double v = load(x.data, at + i + channel);
          if (!(v > largest)) continue;
          largest = v;
          place = op.place == ArgmaxPlace::kWindow ? (k + i) / w.channels : at + i + channel;
        }
      });
      if (op.place == ArgmaxPlace::kImage) place %= image;
      store(c.output(0).data, p * w.channels + channel,
            static_cast<double>(activate(static_cast<float>(largest), op.activation, range)));
      store_place(c.output(1).data, p * w.channels + channel,
                  static_cast<double>(place) + (op.place == ArgmaxPlace::kWindow ? 0.1 : 0.0));
    }
  }
}

Dim unpooled(const MaxUnpool& op, std::size_t i, Dim extent) {
  if (!is_known(extent)) return kUnknownDim;
  if (op.place == ArgmaxPlace::kWindow) return extent * op.filter[i];
  return op.padding == Padding::kSame ? extent * op.stride[i]
         : extent == 0                ? 0
                                      : (extent - 1) * op.stride[i] + op.filter[i];
}

void infer_unpool(const MaxUnpool& op, InferContext& c) {
  const Shape& x = c.shape(0);
  const DType place = c.dtype(1);
  if (!c.require(is_float(c.dtype(0)), "no kernel for " + std::string(dtype_name(c.dtype(0)))))
    return;
  if (!c.require(op.place == ArgmaxPlace::kWindow
                     ? place == DType::kFloat32
                     : place == DType::kInt32 || place == DType::kInt64,
                 "no kernel for places in " + std::string(dtype_name(place))))
    return;
  if (!c.require(!x.ranked() || x.rank() == 4, "input must have 4 dimensions, got " + x.text()))
    return;
  if (!c.require(compatible(x, c.shape(1)),
                 "places " + c.shape(1).text() + " for input " + x.text()))
    return;
  Shape out = x.ranked() ? x : Shape::of_rank(4);
  for (int i = 0; i < 2; ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (!c.require(op.filter[at] >= 1 && op.filter[at] <= INT32_MAX && op.stride[at] >= 1 &&
                       op.stride[at] <= INT32_MAX,
                   "window and strides must be positive"))
      return;
    if (!c.require(out[i + 1] < INT32_MAX, "an extent is too large")) return;
    out[i + 1] = unpooled(op, at, out[i + 1]);
  }
  c.output(0, c.dtype(0), out);
}

// Where in its image the output of an element lies; -1 when the window would reach outside.
std::int64_t window_place(const MaxUnpool& op, const Shape& x, const Shape& y, std::int64_t element,
                          float place) {
  if (!(place >= 0.0f) || place >= 1e9f) return -1;
  const auto inside = static_cast<std::int64_t>(place);
  const std::int64_t at[2] = {element / (x[3] * x[2]) % x[1], element / x[3] % x[2]};
  const std::int64_t offset[2] = {inside / op.filter[1], inside % op.filter[1]};
  std::int64_t to[2];
  for (std::size_t i = 0; i < 2; ++i) {
    const int d = static_cast<int>(i) + 1;
    const std::int64_t padding =
        std::max<std::int64_t>(((x[d] - 1) * op.stride[i] + op.filter[i] - y[d]) / 2, 0);
    to[i] = at[i] * op.stride[i] - padding + offset[i];
    if (to[i] < 0 || to[i] >= y[d]) return -1;
  }
  return (to[0] * y[2] + to[1]) * y[3] + element % x[3];
}

void eval_unpool(const MaxUnpool& op, EvalContext& c) {
  const Tensor& x = c.input(0);
  Tensor& y = c.output(0);
  std::memset(y.data, 0, y.size);
  if (x.elements() == 0) return;
  const LoadDouble load = load_double(x.dtype);
  const StoreDouble store = store_double(y.dtype);
  const std::int64_t image_in = x.elements() / x.shape[0], image_out = y.elements() / x.shape[0];
  for (std::int64_t i = 0; i < x.elements(); ++i) {
    std::int64_t to;
    if (op.place == ArgmaxPlace::kWindow) {
      to = window_place(op, x.shape, y.shape, i,
                        c.input(1).as<float>()[static_cast<std::size_t>(i)]);
      if (to < 0) continue;
    } else {
      to = integer_at(c.input(1), i);
      if (!c.require(to >= 0 && to < image_out, "a place outside the image")) return;
    }
    store(y.data, i / image_in * image_out + to, load(x.data, i));
  }
}

// TfLitePoolParams as it lies in memory.
struct PoolWords {
  std::int32_t padding, stride_width, stride_height, filter_width, filter_height, activation;
};

bool read_words(TfliteNode& n, PoolWords& words) {
  if (!n.require(n.custom_options().size() >= sizeof words, "the options are too short"))
    return false;
  std::memcpy(&words, n.custom_options().data(), sizeof words);
  // The C enumeration of activations has the schema's numbers for these.
  n.require(words.padding == 1 || words.padding == 2,
            "unknown padding " + std::to_string(words.padding));
  return n.require(words.activation >= 0 && words.activation <= 3,
                   "unknown activation " + std::to_string(words.activation));
}

void read_pool(TfliteNode& n) {
  PoolWords w;
  if (!n.expect(1, 1, 2) || !read_words(n, w)) return;
  n.emit(MaxPoolArgmax{
      .filter = {n.positive(w.filter_height, "filter_height"),
                 n.positive(w.filter_width, "filter_width")},
      .axes = {{{.stride = n.positive(w.stride_height, "stride_height")},
                {.stride = n.positive(w.stride_width, "stride_width")}}},
      .padding = w.padding == 1 ? Padding::kSame : Padding::kValid,
      .activation = n.activation(static_cast<tflite::ActivationFunctionType>(w.activation))});
}

void read_unpool(TfliteNode& n) {
  PoolWords w;
  if (!n.expect(2, 2) || !read_words(n, w)) return;
  n.emit(MaxUnpool{
      .filter = {n.positive(w.filter_height, "filter_height"),
                 n.positive(w.filter_width, "filter_width")},
      .stride = {n.positive(w.stride_height, "stride_height"),
                 n.positive(w.stride_width, "stride_width")},
      .padding = w.padding == 1 ? Padding::kSame : Padding::kValid,
      .place = n.type(1).dtype == DType::kFloat32 ? ArgmaxPlace::kWindow : ArgmaxPlace::kImage});
}

void write_words(TfliteWriter& w, const char* name, const PoolWords& words) {
  std::int32_t all[10] = {};  // the rest is room that the kernel computes into
  std::memcpy(all, &words, sizeof words);
  w.custom(name, std::as_bytes(std::span(all)));
}

void write_pool(const MaxPoolArgmax& op, TfliteWriter& w) {
  if (op.place != ArgmaxPlace::kWindow) return w.refuse("MediaPipe counts places within windows");
  if (op.padding == Padding::kExplicit || op.axes[0].dilation != 1 || op.axes[1].dilation != 1)
    return w.refuse("MediaPipe has no such window");
  write_words(w, "MaxPoolingWithArgmax2D",
              {op.padding == Padding::kSame ? 1 : 2, static_cast<std::int32_t>(op.axes[1].stride),
               static_cast<std::int32_t>(op.axes[0].stride),
               static_cast<std::int32_t>(op.filter[1]), static_cast<std::int32_t>(op.filter[0]),
               static_cast<std::int32_t>(TfliteWriter::activation(op.activation))});
}

void write_unpool(const MaxUnpool& op, TfliteWriter& w) {
  write_words(w, op.place == ArgmaxPlace::kWindow ? "MaxUnpooling2D" : "LiteRtMaxUnpooling2D",
              {op.padding == Padding::kSame ? 1 : 2, static_cast<std::int32_t>(op.stride[1]),
               static_cast<std::int32_t>(op.stride[0]), static_cast<std::int32_t>(op.filter[1]),
               static_cast<std::int32_t>(op.filter[0]), 0});
}

}  // namespace

const OpDef MaxPoolArgmax::kOp = define_op<MaxPoolArgmax, infer_pool>("max_pool_with_argmax");
const OpDef MaxUnpool::kOp = define_op<MaxUnpool, infer_unpool, no_cost>("max_unpool");
extern const EvalFacet eval_max_pool_argmax = eval_facet<MaxPoolArgmax, eval_pool>();
extern const EvalFacet eval_max_unpool = eval_facet<MaxUnpool, eval_unpool>();
extern const ReadTfliteFacet read_tflite_max_pool_argmax{kCustomOp, read_pool,
                                                         "MaxPoolingWithArgmax2D"};
extern const ReadTfliteFacet read_tflite_max_unpool{kCustomOp, read_unpool, "MaxUnpooling2D"};
extern const ReadTfliteFacet read_tflite_litert_max_unpool{kCustomOp, read_unpool,
                                                           "LiteRtMaxUnpooling2D"};
extern const WriteTfliteFacet write_tflite_max_pool_argmax =
    write_tflite_facet<MaxPoolArgmax, write_pool>();
extern const WriteTfliteFacet write_tflite_max_unpool =
    write_tflite_facet<MaxUnpool, write_unpool>();

}  // namespace tare
