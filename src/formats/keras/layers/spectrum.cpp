// The waves of all frequencies are the filters.
#include "formats/keras/layers/spectrum.h"

#include <cmath>
#include <numbers>

#include "ir/constant_tensor.h"
#include "ops/conv_2d/conv_2d.h"
#include "ops/mirror_pad.h"

namespace tare {
namespace {

// Windowed cosines and sines of all frequencies, [frequencies, 1, points, 1].
TensorValue waves(const SpectrumWanted& wanted, bool sine) {
  const auto& [points, length, stride, window, centred] = wanted;
  std::vector<double> numbers;
  const std::int64_t left = (points - length) / 2;
  for (std::int64_t f = 0; f <= points / 2; ++f) {
    for (std::int64_t i = 0; i < points; ++i) {
      const bool outside = i < left || i >= left + length;
      const double weight = outside ? 0 : window_weight(window, i - left, length);
      const double angle =
          2 * std::numbers::pi * static_cast<double>(f * i % points) / static_cast<double>(points);
      numbers.push_back(weight * (sine ? -std::sin(angle) : std::cos(angle)));
    }
  }
  return tensor_of(numbers, DType::kFloat32, {points / 2 + 1, 1, points, 1});
}

}  // namespace

double window_weight(std::string_view window, std::int64_t at, std::int64_t length) {
  if (length == 1 || (window != "hann" && window != "hamming")) return 1;
  const auto period = static_cast<double>(length - length % 2);
  const double turn = std::cos(2 * std::numbers::pi * static_cast<double>(at) / period);
  return window == "hann" ? 0.5 - 0.5 * turn : 0.54 - 0.46 * turn;
}

ValueId frames_of(KerasLayer& layer, Compose& g, ValueId signals, ValueId kernel,
                  std::int64_t stride, bool same) {
  Conv2D op{.padding = same ? Padding::kSame : Padding::kValid};
  op.axes[1].stride = stride;
  const ValueId x = g.expand_dims(g.expand_dims(signals, 1), -1);
  return g.squeeze(layer.emit(op, {x, kernel, ValueId::kNone}), 1);
}

Spectrum spectrum_of(KerasLayer& layer, ValueId signals, const SpectrumWanted& wanted) {
  Compose g(layer.builder());
  if (wanted.centred) {
    const std::int64_t side = wanted.points / 2;
    const auto half = static_cast<double>(side);
    const ValueId border =
        g.constant(tensor_of(std::array{0.0, 0.0, half, half}, DType::kInt32, {2, 2}));
    signals = layer.emit(MirrorPad{.reflect = true}, {signals, border});
  }
  const auto transform = [&](const char* key, bool sine) {
    const ValueId kernel =
        layer.constant_of(key, DType::kFloat32, [&] { return waves(wanted, sine); });
    return frames_of(layer, g, signals, kernel, wanted.stride, false);
  };
  return {transform("cosines", false), transform("sines", true)};
}

}  // namespace tare
