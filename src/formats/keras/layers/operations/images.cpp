// Operations on images: pools, resizing, borders, and values.
#include <algorithm>
#include <cmath>

#include "formats/keras/interpolation.h"
#include "formats/keras/layers/aspect.h"
#include "formats/keras/layers/operations/picture.h"
#include "formats/keras/layers/operations/steps.h"
#include "ir/constant_tensor.h"
#include "ops/depth_to_space.h"
#include "ops/pool/pool.h"
#include "ops/space_to_depth.h"

namespace tare {
namespace {

template <PoolKind kKind>
void read_pool(Operation& op) {
  ValueId x = op.x();
  const int spatial = op.g.rank(x) - 2;
  if (spatial < 1 || spatial > 3) return op.fail("expected an input of 3 to 5 dimensions");
  const std::string_view padding = op.text("padding", "valid"),
                         format = op.text("data_format", "channels_last");
  const bool first = format == "channels_first" || format.starts_with("NC");
  const StepForm form{spatial, first};
  const std::vector<std::int64_t> ones(static_cast<std::size_t>(spatial), 1);
  const auto size = steps_of(op, 1, "pool_size|ksize|window_shape", form, ones);
  const bool usual = op.argument(Operation::kNamed, "pooling_type").is_none();
  const auto strides = steps_of(op, 2, "strides", form, usual ? size : ones);
  const auto dilations = steps_of(op, Operation::kNamed, "dilation_rate|dilations", form, ones);
  const bool same = padding == "same" || padding == "SAME";
  if (!same && padding != "valid" && padding != "VALID")
    return op.fail("padding: expected valid or same");
  if (first) x = op.g.move_axis(x, 1, -1);
  if (spatial == 1) x = op.g.expand_dims(x, 1);
  const int inner = spatial == 1 ? 2 : spatial;
  Pool pool{.kind = kKind, .spatial = inner, .padding = same ? Padding::kSame : Padding::kValid};
  for (int i = 0; i < spatial; ++i) {
    const auto to = static_cast<std::size_t>(inner - spatial + i),
               from = static_cast<std::size_t>(i);
    pool.filter[to] = size[from];
    pool.axes[to].stride = strides[from];
    pool.axes[to].dilation = dilations[from];
  }
  ValueId y = op.layer().emit(pool, {x});
  if (spatial == 1) y = op.g.squeeze(y, 1);
  op.output(first ? op.g.move_axis(y, -1, 1) : y);
}

void read_any_pool(Operation& op) {
  const std::string_view type = op.text("pooling_type", "");
  if (type == "MAX") return read_pool<PoolKind::kMax>(op);
  if (type == "AVG") return read_pool<PoolKind::kAverage>(op);
  op.fail("pooling_type: expected MAX or AVG");
}

// A size of the image's own aspect ratio, and where it begins in the one wanted.
struct Fit {
  std::int64_t extents[2], before[2];
};

// In TensorFlow's float32: rounded, or, to be bordered, cut off.
Fit fit_within(Operation& op, ValueId x, const std::vector<std::int64_t>& wanted, bool bordered) {
  Fit fit{{wanted[0], wanted[1]}, {0, 0}};
  const float own[] = {static_cast<float>(op.layer().extent(x, 1)),
                       static_cast<float>(op.layer().extent(x, 2))};
  if (!op.ok() || own[0] < 1 || own[1] < 1) return fit;
  const float height = static_cast<float>(wanted[0]), width = static_cast<float>(wanted[1]);
  const float ratio = std::max(own[1] / width, own[0] / height),
              scale = std::min(height / own[0], width / own[1]);
  for (std::size_t i = 0; i < 2; ++i) {
    const float exact = bordered ? own[i] / ratio : scale * own[i];
    fit.extents[i] =
        static_cast<std::int64_t>(bordered ? std::floor(exact) : std::nearbyint(exact));
    if (!bordered) continue;
    const float border = (static_cast<float>(wanted[i]) - exact) / 2;
    fit.before[i] = std::max<std::int64_t>(static_cast<std::int64_t>(std::floor(border)), 0);
  }
  if (fit.extents[0] < 1 || fit.extents[1] < 1) op.fail("nothing of the image would be left");
  return fit;
}

void read_resize(Operation& op) {
  ValueId x = op.x();
  const bool bordered = op.name() == "resize_with_pad";
  const auto size = bordered
                        ? std::vector{op.integer(1, "target_height"), op.integer(2, "target_width")}
                        : op.integers(1, "size");
  if (size.size() != 2 || size[0] < 1 || size[1] < 1 || size[0] > INT32_MAX || size[1] > INT32_MAX)
    return op.fail("size: expected height and width");
  const std::string_view format = op.text("data_format", "channels_last");
  const bool single = op.g.rank(x) == 3;
  if (single) x = op.g.expand_dims(x, 0);
  if (op.ok() && op.g.rank(x) != 4) return op.fail("expected an image or a batch of images");
  if (format == "channels_first") x = op.g.move_axis(x, 1, -1);
  const std::string method(op.text("interpolation|method", "bilinear"));
  if (!op.ok()) return;
  Fit fit{{size[0], size[1]}, {0, 0}};
  if (bordered || op.flag("preserve_aspect_ratio", false))
    fit = fit_within(op, x, size, bordered);
  else if (op.flag("crop_to_aspect_ratio", false))
    x = crop_to_aspect(op.layer(), op.g, x, size[0], size[1]);
  else if (op.flag("pad_to_aspect_ratio", false))
    x = pad_to_aspect(op.layer(), op.g, x,
                      {size[0], size[1], op.number(Operation::kNamed, "fill_value", 0)});
  // TensorFlow's resize gives floats for all methods but nearest.
  if (op.ok() && method != "nearest" && !is_float(op.g.dtype(x))) x = op.g.cast(x, DType::kFloat32);
  ValueId y = resize_image(op.layer(), x,
                           {.method = method,
                            .height = fit.extents[0],
                            .width = fit.extents[1],
                            .antialias = op.flag("antialias", false)});
  if (bordered && op.ok()) {
    const auto after = [&](std::size_t i) { return size[i] - fit.extents[i] - fit.before[i]; };
    y = op.g.pad(y, std::array<std::int64_t, 4>{0, fit.before[0], fit.before[1], 0},
                 std::array<std::int64_t, 4>{0, after(0), after(1), 0});
  }
  if (format == "channels_first") y = op.g.move_axis(y, -1, 1);
  op.output(single ? op.g.squeeze(y, 0) : y);
}

template <class Op>
void read_blocks(Operation& op) {
  const std::int64_t block = op.integer(1, "block_size");
  if (block < 1 || block > 4096) return op.fail("block_size out of range");
  const std::string_view format = op.text("data_format", "NHWC");
  const bool first = format == "NCHW" || format == "channels_first";
  if (!first && format != "NHWC" && format != "channels_last")
    return op.unsupported("this data_format is not supported");
  const ValueId x = first ? op.g.move_axis(op.x(), 1, -1) : op.x();
  const ValueId y = op.layer().emit(Op{.block = block}, {x});
  op.output(first ? op.g.move_axis(y, -1, 1) : y);
}

void read_grayscale(Operation& op) {
  const Picture p = picture_of(op);
  if (!op.ok()) return;
  const ValueId x = op.real(p.x);
  std::vector<Extent> shape(static_cast<std::size_t>(op.g.rank(x)), 1);
  shape[static_cast<std::size_t>(p.channels)] = 3;
  const std::vector<double> shares{0.2989, 0.587, 0.114};
  const ValueId factors = op.g.constant(tensor_of(shares, op.g.dtype(x), {3}));
  op.output(op.g.sum(op.g.mul(x, op.g.reshape(factors, shape)), {p.channels}, true));
}

void read_to_rgb(Operation& op) {
  const Picture p = picture_of(op);
  if (op.ok()) op.output(op.g.repeat(p.x, p.channels, 3));
}

// Offsets of a box, then its extents: it is cut out, or the image is set into it.
template <bool kCut>
void read_bounding_box(Operation& op) {
  const Picture p = picture_of(op);
  std::int64_t box[4];
  constexpr const char* kNames[] = {"offset_height", "offset_width", "target_height",
                                    "target_width"};
  for (std::size_t i = 0; i < 4; ++i) {
    box[i] = op.integer(i + 1, kNames[i]);
    if (box[i] < 0 || box[i] > (1 << 24)) return op.fail("the box is out of range");
  }
  if (!op.ok()) return;
  if (kCut)
    return op.output(op.g.slice(op.g.slice(p.x, p.height, box[0], box[0] + box[2]), p.width, box[1],
                                box[1] + box[3]));
  const std::int64_t below = box[2] - box[0] - op.layer().extent(p.x, p.height);
  const std::int64_t right = box[3] - box[1] - op.layer().extent(p.x, p.width);
  if (!op.ok() || below < 0 || right < 0) return op.fail("the box is smaller than the image");
  std::vector<std::int64_t> before(static_cast<std::size_t>(op.g.rank(p.x))), after = before;
  before[static_cast<std::size_t>(p.height)] = box[0];
  after[static_cast<std::size_t>(p.height)] = below;
  before[static_cast<std::size_t>(p.width)] = box[1];
  after[static_cast<std::size_t>(p.width)] = right;
  op.output(op.g.pad(p.x, before, after));
}

void read_brightness(Operation& op) {
  op.output(op.g.add(op.real(op.tensor(0, kImage)), op.number(1, "delta")));
}

// Away from the mean of each channel.
void read_contrast(Operation& op) {
  const Picture p = picture_of(op);
  const ValueId x = op.real(p.x);
  const ValueId mean = op.g.mean(x, {p.height, p.width}, true);
  op.output(op.g.add(op.g.mul(op.g.sub(x, mean), op.number(1, "contrast_factor")), mean));
}

// Mean 0 and a spread of 1; of a plain image the spread is taken to be that of noise.
void read_standardization(Operation& op) {
  const Picture p = picture_of(op);
  if (!op.ok()) return;
  const ValueId x = op.real(p.x);
  const Compose::Axes axes{p.height, p.width, p.channels};
  double count = 1;
  for (const int axis : axes) count *= static_cast<double>(op.layer().extent(x, axis));
  const ValueId centred = op.g.sub(x, op.g.mean(x, axes, true));
  const ValueId spread = op.g.unary(UnaryKind::kSqrt, op.g.mean(op.g.square(centred), axes, true));
  op.output(op.g.div(centred, op.g.maximum(spread, 1 / std::sqrt(std::max(count, 1.0)))));
}

void read_bias_add(Operation& op) {
  const ValueId x = op.tensor(0, "value");
  ValueId bias = op.tensor(1, "bias", op.g.dtype(x));
  if (op.text("data_format", "NHWC").starts_with("NC")) {
    for (int i = 2; op.ok() && i < op.g.rank(x); ++i) bias = op.g.expand_dims(bias, -1);
  }
  op.output(op.g.add(x, bias));
}

void read_sum_of_all(Operation& op) {
  const auto parts = op.tensors(0, "inputs");
  if (!op.ok()) return;
  ValueId sum = parts[0];
  for (std::size_t i = 1; i < parts.size(); ++i) sum = op.g.add(sum, parts[i]);
  op.output(sum);
}

// No longer than the norm given.
void read_clip_by_norm(Operation& op) {
  const ValueId x = op.tensor(0, "t");
  const double most = op.number(1, "clip_norm");
  const ValueId sum = op.g.sum(op.g.square(x), op.axes(2, "axes", x), true);
  const ValueId norm = op.g.unary(UnaryKind::kSqrt, sum);
  op.output(op.g.div(op.g.mul(x, most), op.g.maximum(norm, most)));
}

void read_dropout(Operation& op) {
  if (op.number(1, "rate", 0) != 0)
    return op.unsupported("it draws at random whenever it is called");
  op.output(op.x());
}

constexpr OperationRule kRules[] = {
    {"average_pool", read_pool<PoolKind::kAverage>},
    {"avg_pool", read_pool<PoolKind::kAverage>},
    {"avg_pool1d", read_pool<PoolKind::kAverage>},
    {"avg_pool2d", read_pool<PoolKind::kAverage>},
    {"avg_pool3d", read_pool<PoolKind::kAverage>},
    {"max_pool", read_pool<PoolKind::kMax>},
    {"max_pool1d", read_pool<PoolKind::kMax>},
    {"max_pool2d", read_pool<PoolKind::kMax>},
    {"max_pool3d", read_pool<PoolKind::kMax>},
    {"pool", read_any_pool},
    {"resize", read_resize},
    {"resize_with_pad", read_resize},
    {"rgb_to_grayscale", read_grayscale},
    {"rgbto_grayscale", read_grayscale},
    {"grayscale_to_rgb", read_to_rgb},
    {"crop_to_bounding_box", read_bounding_box<true>},
    {"pad_to_bounding_box", read_bounding_box<false>},
    {"adjust_brightness", read_brightness},
    {"adjust_contrast", read_contrast},
    {"per_image_standardization", read_standardization},
    {"bias_add", read_bias_add},
    {"add_n", read_sum_of_all},
    {"accumulate_n", read_sum_of_all},
    {"clip_by_norm", read_clip_by_norm},
    {"dropout", read_dropout},
    {"depth_to_space", read_blocks<DepthToSpace>},
    {"space_to_depth", read_blocks<SpaceToDepth>},
};

}  // namespace

std::span<const OperationRule> image_operations() { return kRules; }

}  // namespace tare
