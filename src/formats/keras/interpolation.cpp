// Weights follow TensorFlow's kernels: those of scale_and_translate for the windowed methods,
// resize_bicubic's table of 1024 steps, resize_area's overlaps. Source:
// tensorflow/core/kernels/image.
#include "formats/keras/interpolation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "ir/constant_tensor.h"
#include "ops/compose.h"
#include "ops/resize.h"

namespace tare {
namespace {

struct Kernel {
  std::string_view name;
  double radius;
  double (*weight)(double x);  // of x >= 0
};

double lanczos(double x, double radius) {
  if (x > radius) return 0;
  if (x <= 1e-3) return 1;
  constexpr double kPi = std::numbers::pi;
  return radius * std::sin(kPi * x) * std::sin(kPi * x / radius) / (kPi * kPi * x * x);
}

double keys_cubic(double x) {
  if (x >= 2) return 0;
  return x >= 1 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : ((1.5 * x - 2.5) * x) * x + 1;
}

double mitchell_cubic(double x) {
  if (x >= 2) return 0;
  return x >= 1 ? ((-7.0 / 18 * x + 2) * x - 10.0 / 3) * x + 16.0 / 9
                : ((7.0 / 6 * x - 2) * x) * x + 8.0 / 9;
}

constexpr Kernel kKernels[] = {
    {"lanczos3", 3, [](double x) { return lanczos(x, 3); }},
    {"lanczos5", 5, [](double x) { return lanczos(x, 5); }},
    {"gaussian", 1.5, [](double x) { return x >= 1.5 ? 0 : std::exp(-x * x / (2 * 0.5 * 0.5)); }},
    {"mitchellcubic", 2, mitchell_cubic},
    {"bicubic", 2, keys_cubic},                                      // antialiased only
    {"bilinear", 1, [](double x) { return std::max(0.0, 1 - x); }},  // the same
};

// Scales a row so that its sum is 1, unless there is nothing to scale.
void normalise(std::span<double> row) {
  double sum = 0;
  for (const double w : row) sum += w;
  if (std::abs(sum) < 1e-35) return;
  for (double& w : row) w /= sum;
}

void windowed_row(const Kernel& kernel, double centre, double scale, std::span<double> row) {
  const auto last = static_cast<double>(row.size()) - 1;
  if (centre < 0 || centre > last + 1) return;
  const double reach = kernel.radius * scale;
  const auto begin =
      static_cast<std::size_t>(std::clamp(std::ceil(centre - reach - 0.5), 0.0, last));
  const auto end =
      static_cast<std::size_t>(std::clamp(std::floor(centre + reach - 0.5), 0.0, last));
  for (std::size_t i = begin; i <= end; ++i) {
    row[i] = kernel.weight(std::abs(static_cast<double>(i) + 0.5 - centre) / scale);
  }
  normalise(row);
}

// Four neighbours; those outside the image have no weight.
void bicubic_row(double place, std::span<double> row) {
  const auto left = static_cast<std::int64_t>(std::floor(place));
  const double step = std::nearbyint((place - std::floor(place)) * 1024) / 1024;
  const double weights[] = {keys_cubic(1 + step), keys_cubic(step), keys_cubic(1 - step),
                            keys_cubic(2 - step)};
  for (std::int64_t k = 0; k < 4; ++k) {
    const std::int64_t at = left - 1 + k;
    if (at >= 0 && at < static_cast<std::int64_t>(row.size()))
      row[static_cast<std::size_t>(at)] += weights[k];
  }
  normalise(row);
}

void area_row(double begin, double end, std::span<double> row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    const auto at = static_cast<double>(i);
    row[i] = std::max(0.0, std::min(end, at + 1) - std::max(begin, at));
  }
  normalise(row);
}

// [rows, in] x along one axis of the image.
ValueId weigh(KerasLayer& layer, Compose& g, ValueId x, int axis, std::int64_t out,
              const ResizeWanted& wanted) {
  const std::int64_t in = layer.extent(x, axis);
  if (!layer.ok() ||
      !layer.require(in <= 16384 && out <= 16384, "images of more than 16384 rows or columns"))
    return x;
  if (in == out) return x;
  const std::string key =
      std::string(wanted.method) + std::to_string(in) + ">" + std::to_string(out);
  const auto weights = resize_weights(wanted.method, in, out, wanted.antialias);
  if (weights.empty()) {
    layer.unsupported("interpolation '" + std::string(wanted.method) + "' is not known");
    return x;
  }
  const ValueId matrix = layer.constant_of(
      key, DType::kFloat32, [&] { return tensor_of(weights, DType::kFloat32, {out, in}); });
  return g.move_axis(g.dense(g.move_axis(x, axis, 3), matrix, ValueId::kNone), 3, axis);
}

// The wanted height and width as a tensor.
ValueId size_tensor(Compose& g, ValueId x, const ResizeWanted& wanted) {
  std::vector<ValueId> parts;
  for (const int axis : {1, 2}) {
    const std::int64_t fixed = axis == 1 ? wanted.height : wanted.width;
    const std::int64_t factor = axis == 1 ? wanted.height_factor : wanted.width_factor;
    const Extent now = g.extent(x, axis);
    if (fixed != 0) {
      parts.push_back(g.integers(std::vector<std::int64_t>{fixed}));
    } else if (now.of == ValueId::kNone) {
      parts.push_back(g.integers(std::vector<std::int64_t>{now.number * factor}));
    } else {
      parts.push_back(g.mul(g.shape_vector(std::vector<Extent>{now}), static_cast<double>(factor)));
    }
  }
  return g.concat(parts, 0);
}

}  // namespace

std::vector<double> resize_weights(std::string_view method, std::int64_t in, std::int64_t out,
                                   bool antialias) {
  std::vector<double> weights(static_cast<std::size_t>(in * out));
  const double scale = static_cast<double>(in) / static_cast<double>(out);
  const Kernel* kernel = nullptr;
  for (const Kernel& k : kKernels) {
    if (k.name == method) kernel = &k;
  }
  if (kernel == nullptr && method != "area") return {};
  for (std::int64_t i = 0; i < out; ++i) {
    const std::span<double> row(weights.data() + i * in, static_cast<std::size_t>(in));
    const double centre = (static_cast<double>(i) + 0.5) * scale;
    if (method == "area") {
      area_row(static_cast<double>(i) * scale, static_cast<double>(i + 1) * scale, row);
    } else if (method == "bicubic" && !antialias) {
      bicubic_row(centre - 0.5, row);
    } else {
      windowed_row(*kernel, centre, antialias ? std::max(scale, 1.0) : 1.0, row);
    }
  }
  return weights;
}

// Unlike a resize it takes all elements into account, and sums below 1000 float32 steps for none.
std::vector<double> scaled_weights(std::string_view method, const ScaledWeights& wanted) {
  constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"linear", "bilinear"},   {"bilinear", "bilinear"}, {"trilinear", "bilinear"},
      {"triangle", "bilinear"}, {"cubic", "bicubic"},     {"bicubic", "bicubic"},
      {"tricubic", "bicubic"},  {"lanczos3", "lanczos3"}, {"lanczos5", "lanczos5"}};
  const Kernel* kernel = nullptr;
  for (const auto& [name, own] : kNames) {
    for (const Kernel& k : kKernels) {
      if (name == method && k.name == own) kernel = &k;
    }
  }
  if (kernel == nullptr || !(wanted.scale > 0)) return {};
  std::vector<double> weights(static_cast<std::size_t>(wanted.in * wanted.out));
  const double inverse = 1 / wanted.scale, spread = wanted.antialias ? std::max(inverse, 1.0) : 1.0;
  for (std::int64_t i = 0; i < wanted.out; ++i) {
    const double place = (static_cast<double>(i) + 0.5) * inverse - wanted.shift * inverse - 0.5;
    if (!(place >= -0.5 && place <= static_cast<double>(wanted.in) - 0.5)) continue;
    double sum = 0;
    const std::span<double> row(weights.data() + i * wanted.in,
                                static_cast<std::size_t>(wanted.in));
    for (std::size_t k = 0; k < row.size(); ++k)
      sum += row[k] = kernel->weight(std::abs(place - static_cast<double>(k)) / spread);
    const bool none = std::abs(sum) <= 1000.0 * std::numeric_limits<float>::epsilon();
    for (double& w : row) w = none ? 0 : w / sum;
  }
  return weights;
}

ValueId resize_image(KerasLayer& layer, ValueId x, const ResizeWanted& wanted) {
  Compose g(layer.builder());
  if (!layer.ok()) return x;
  if (wanted.method == "nearest" || (wanted.method == "bilinear" && !wanted.antialias)) {
    const auto method =
        wanted.method == "nearest" ? Resize::Method::kNearest : Resize::Method::kBilinear;
    return layer.emit(Resize{.method = method, .half_pixel_centers = true},
                      {x, size_tensor(g, x, wanted)});
  }
  const auto target = [&](int axis, std::int64_t fixed, std::int64_t factor) {
    return fixed != 0 ? fixed : layer.extent(x, axis) * factor;
  };
  const std::int64_t height = target(1, wanted.height, wanted.height_factor);
  const std::int64_t width = target(2, wanted.width, wanted.width_factor);
  x = weigh(layer, g, x, 1, height, wanted);
  return weigh(layer, g, x, 2, width, wanted);
}

}  // namespace tare
