// Operations on images: colours, borders, maps and blurs.
#include <cmath>

#include "formats/keras/layers/operations/picture.h"
#include "formats/keras/layers/operations/steps.h"
#include "formats/keras/layers/window.h"
#include "ir/constant_tensor.h"
#include "ops/colours.h"
#include "ops/crop_and_resize.h"
#include "ops/depthwise_conv_2d/depthwise_conv_2d.h"
#include "ops/dilation_2d.h"
#include "ops/image_projective_transform.h"
#include "ops/local_response_normalization.h"

namespace tare {

Picture picture_of(Operation& op) {
  const ValueId x = op.tensor(0, kImage);
  const int rank = op.g.rank(x);
  if (op.ok() && (rank < 3 || rank > 4)) op.fail("expected an image or a batch of images");
  const bool first = op.text("data_format", "channels_last") == "channels_first";
  return {x, rank - (first ? 2 : 3), rank - (first ? 1 : 2), rank - (first ? 3 : 1)};
}

namespace {

// [batch, height, width, channels], and back.
template <class Make>
void output_image(Operation& op, Make make) {
  const Picture p = picture_of(op);
  if (!op.ok()) return;
  const bool single = op.g.rank(p.x) == 3;
  ValueId x = op.g.move_axis(p.x, p.channels, -1);
  if (single) x = op.g.expand_dims(x, 0);
  ValueId y = make(x);
  if (!op.ok()) return;
  if (single) y = op.g.squeeze(y, 0);
  op.output(op.g.move_axis(y, -1, p.channels));
}

template <ValueId (*kTurn)(Compose&, ValueId)>
void read_colours(Operation& op) {
  output_image(op, [&](ValueId x) { return kTurn(op.g, op.real(x)); });
}

// Two of what lies before, what lies behind and the whole are given.
template <bool kPads>
void read_borders(Operation& op) {
  const Picture p = picture_of(op);
  constexpr const char* kNames[2][2][3] = {{{"top_cropping", "bottom_cropping", "target_height"},
                                            {"left_cropping", "right_cropping", "target_width"}},
                                           {{"top_padding", "bottom_padding", "target_height"},
                                            {"left_padding", "right_padding", "target_width"}}};
  std::vector<std::int64_t> before(static_cast<std::size_t>(std::max(op.g.rank(p.x), 0))),
      after = before;
  ValueId x = p.x;
  for (std::size_t i = 0; i < 2 && op.ok(); ++i) {
    const int axis = i == 0 ? p.height : p.width;
    std::int64_t given[3];
    for (std::size_t k = 0; k < 3; ++k)
      given[k] = op.integer(Operation::kNamed, kNames[kPads][i][k], INT64_MIN);
    const std::int64_t extent = op.layer().extent(x, axis);
    if (!op.ok()) return;
    const auto known = [](std::int64_t v) { return v > -(1 << 24) && v < (1 << 24); };
    const std::int64_t border =
        known(given[2]) ? (kPads ? given[2] - extent : extent - given[2]) : 0;
    if (!known(given[0])) given[0] = border - (known(given[1]) ? given[1] : 0);
    if (!known(given[1])) given[1] = border - given[0];
    if (!known(given[0]) || !known(given[1]) || given[0] < 0 || given[1] < 0 ||
        (!kPads && given[0] + given[1] > extent))
      return op.fail("the borders do not fit the image");
    before[static_cast<std::size_t>(axis)] = given[0];
    after[static_cast<std::size_t>(axis)] = given[1];
    if (!kPads) x = op.g.slice(x, axis, given[0], extent - given[1]);
  }
  if (op.ok()) op.output(kPads ? op.g.pad(x, before, after) : x);
}

void read_affine_transform(Operation& op) {
  const ValueId maps = op.tensor(1, "transform", DType::kFloat32);
  using Outside = ImageProjectiveTransform::Outside;
  constexpr std::pair<std::string_view, Outside> kModes[] = {{"constant", Outside::kConstant},
                                                             {"reflect", Outside::kReflect},
                                                             {"wrap", Outside::kWrap},
                                                             {"nearest", Outside::kNearest}};
  ImageProjectiveTransform transform;
  bool known = false;
  for (const auto& [name, mode] : kModes) {
    if (op.text("fill_mode", "constant") == name) transform.outside = mode, known = true;
  }
  transform.nearest = op.text("interpolation", "bilinear") == "nearest";
  if (!known) return op.fail("fill_mode: not known");
  output_image(op, [&](ValueId x) {
    const ValueId rows = op.g.cast(maps, DType::kFloat32);
    const std::vector<Extent> size{op.g.extent(x, 1), op.g.extent(x, 2)};
    const double value = op.number(Operation::kNamed, "fill_value", 0);
    return op.layer().emit(transform,
                           {x, op.g.rank(rows) == 1 ? op.g.expand_dims(rows, 0) : rows,
                            op.g.shape_vector(size), op.g.number(value, DType::kFloat32)});
  });
}

std::vector<double> bell(std::int64_t size, double deviation) {
  std::vector<double> weights;
  double sum = 0;
  for (std::int64_t i = 0; i < size; ++i) {
    const double at = (static_cast<double>(i) - static_cast<double>(size - 1) / 2) / deviation;
    sum += weights.emplace_back(std::exp(-0.5 * at * at));
  }
  for (double& w : weights) w /= sum;
  return weights;
}

void read_gaussian_blur(Operation& op) {
  const auto size = op.integers(Operation::kNamed, "kernel_size");
  const Json sigma = op.plain(Operation::kNamed, "sigma");
  if (size.size() != 2 || size[0] < 1 || size[1] < 1 || size[0] > 1024 || size[1] > 1024)
    return op.fail("kernel_size: expected two small numbers");
  const auto rows = bell(size[1], sigma.at(1).if_number().value_or(1));
  const auto columns = bell(size[0], sigma.at(0).if_number().value_or(1));
  output_image(op, [&](ValueId x) {
    const std::int64_t channels = op.layer().extent(x, 3);
    if (!op.ok() || channels > 4096) return x;
    // The product's numbers in their order, whichever of the sizes is the height.
    std::vector<double> kernel;
    for (const double r : rows) {
      for (const double c : columns)
        kernel.insert(kernel.end(), static_cast<std::size_t>(channels), r * c);
    }
    const ValueId filter =
        op.g.constant(tensor_of(kernel, DType::kFloat32, {1, size[0], size[1], channels}));
    return emit_window(op.g, DepthwiseConv2D{}, {x, filter, ValueId::kNone});
  });
}

// Decibels between the square of the largest value and the mean square of the difference.
void read_psnr(Operation& op) {
  const auto [a, b] = op.operands("x1|a|image1", "x2|b|image2");
  if (!op.ok()) return;
  const double most = op.number(2, "max_val");
  const ValueId difference = op.g.square(op.g.sub(a, b));
  const ValueId mean = op.g.mean(difference, op.axes(SIZE_MAX, "none", difference));
  const double decibel = 10 / std::log(10.0);
  op.output(op.g.sub(20 * std::log10(most), op.g.mul(op.g.unary(UnaryKind::kLog, mean), decibel)));
}

template <bool kMax>
void read_adaptive(Operation& op) {
  ValueId x = op.x();
  const int spatial = op.g.rank(x) - 2;
  auto sizes = op.integers(1, "output_size");
  if (!op.ok() || spatial < 1 || spatial > 3) return op.fail("expected 3 to 5 dimensions");
  if (sizes.size() == 1) sizes.resize(static_cast<std::size_t>(spatial), sizes[0]);
  if (sizes.size() != static_cast<std::size_t>(spatial))
    return op.fail("output_size does not fit the input");
  const bool first = op.text("data_format", "channels_last") == "channels_first";
  for (int i = 0; i < spatial && op.ok(); ++i)
    x = adaptive_pool(op.layer(), x,
                      {i + (first ? 2 : 1), sizes[static_cast<std::size_t>(i)], kMax});
  op.output(x);
}

// The middle of each side; by how much is counted in doubles, as TensorFlow does.
void read_central_crop(Operation& op) {
  const Picture p = picture_of(op);
  const double share = op.number(1, "central_fraction");
  if (!op.ok() || !(share > 0 && share <= 1)) return op.fail("central_fraction out of range");
  ValueId x = p.x;
  for (const int axis : {p.height, p.width}) {
    const std::int64_t extent = op.layer().extent(x, axis);
    if (!op.ok()) return;
    const double whole = static_cast<double>(extent);
    const auto begin = static_cast<std::int64_t>((whole - whole * share) / 2);
    x = op.g.slice(x, axis, begin, extent - begin);
  }
  op.output(x);
}

// Cut or bordered about the middle.
void read_resize_with_crop_or_pad(Operation& op) {
  const Picture p = picture_of(op);
  const std::int64_t wanted[] = {op.integer(1, "target_height"), op.integer(2, "target_width")};
  ValueId x = p.x;
  std::vector<std::int64_t> before(static_cast<std::size_t>(std::max(op.g.rank(x), 0))),
      after = before;
  for (std::size_t i = 0; i < 2 && op.ok(); ++i) {
    const int axis = i == 0 ? p.height : p.width;
    const std::int64_t extent = op.layer().extent(x, axis);
    if (!op.ok() || wanted[i] < 1 || wanted[i] > (1 << 24)) return op.fail("a size out of range");
    const std::int64_t cut = std::max<std::int64_t>(extent - wanted[i], 0) / 2;
    x = op.g.slice(x, axis, cut, cut + std::min(extent, wanted[i]));
    const std::int64_t room = std::max<std::int64_t>(wanted[i] - extent, 0);
    before[static_cast<std::size_t>(axis)] = room / 2;
    after[static_cast<std::size_t>(axis)] = room - room / 2;
  }
  if (op.ok()) op.output(op.g.pad(x, before, after));
}

// Boxes in units of the image, each with the image it is cut from.
void read_crop_and_resize(Operation& op) {
  const ValueId x = op.real(op.tensor(0, kImage));
  const ValueId boxes = op.tensor(1, "boxes", DType::kFloat32);
  const ValueId images = op.tensor(2, "box_indices|box_ind", DType::kInt32);
  const auto size = op.integers(3, "crop_size");
  const std::string_view method = op.text("method", "bilinear");
  if (method != "bilinear" && method != "nearest") return op.fail("method: not known");
  const double outside = op.number(Operation::kNamed, "extrapolation_value", 0);
  if (!op.ok()) return;
  op.output(op.layer().emit(
      CropAndResize{.nearest = method == "nearest", .extrapolation = static_cast<float>(outside)},
      {x, op.g.cast(boxes, DType::kFloat32), op.g.cast(images, DType::kInt32),
       op.g.integers(size)}));
}

void read_local_response(Operation& op) {
  const ValueId x = op.tensor(0, "input");
  LocalResponseNormalization norm;
  norm.radius = op.integer(1, "depth_radius", 5);
  norm.bias = static_cast<float>(op.number(2, "bias", 1));
  norm.alpha = static_cast<float>(op.number(3, "alpha", 1));
  norm.beta = static_cast<float>(op.number(4, "beta", 0.5));
  if (op.ok()) op.output(op.layer().emit(norm, {x}));
}

// Erosion is the dilation of the negative by the filter turned round.
void read_morphology(Operation& op) {
  const bool erodes = op.name() == "erosion2d";
  ValueId x = op.tensor(0, "input|value");
  ValueId filter = op.tensor(1, "filters|filter|kernel", DType::kFloat32);
  const std::string_view padding = op.text("padding", "");
  if (op.text("data_format", "NHWC") != "NHWC") return op.unsupported("NHWC is supported");
  if (padding != "SAME" && padding != "VALID") return op.fail("padding: expected SAME or VALID");
  const auto strides = steps_of(op, 2, "strides", {2}, {1, 1});
  const auto rates = steps_of(op, Operation::kNamed, "dilations|rates", {2}, {1, 1});
  if (!op.ok()) return;
  Dilation2D dilation;
  dilation.padding = padding == "SAME" ? Padding::kSame : Padding::kValid;
  for (std::size_t i = 0; i < 2; ++i)
    dilation.axes[i].stride = strides[i], dilation.axes[i].dilation = rates[i];
  filter = op.g.cast(filter, op.g.dtype(x));
  if (erodes) x = op.g.neg(x), filter = op.g.reverse(op.g.reverse(filter, 0), 1);
  const ValueId y = op.layer().emit(dilation, {x, filter});
  op.output(erodes ? op.g.neg(y) : y);
}

constexpr OperationRule kRules[] = {
    {"crop_and_resize", read_crop_and_resize},
    {"local_response_normalization", read_local_response},
    {"lrn", read_local_response},
    {"erosion2d", read_morphology},
    {"dilation2d", read_morphology},
    {"rgb_to_hsv", read_colours<hsv_of_rgb>},
    {"hsv_to_rgb", read_colours<rgb_of_hsv>},
    {"crop_images", read_borders<false>},
    {"pad_images", read_borders<true>},
    {"affine_transform", read_affine_transform},
    {"gaussian_blur", read_gaussian_blur},
    {"psnr", read_psnr},
    {"adaptive_average_pool", read_adaptive<false>},
    {"adaptive_max_pool", read_adaptive<true>},
    {"central_crop", read_central_crop},
    {"resize_with_crop_or_pad", read_resize_with_crop_or_pad},
};

}  // namespace

std::span<const OperationRule> image_effect_operations() { return kRules; }

}  // namespace tare
