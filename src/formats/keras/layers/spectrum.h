// Short-time Fourier transforms as convolutions with windowed waves.
#pragma once

#include <string_view>

#include "ops/compose.h"
#include "ports/keras_layer.h"

namespace tare {

inline constexpr std::int64_t kMaxSpectrumPoints = 16384;

// Signals [rows, steps] as frames [rows, frames, waves]; a wave is a row of `kernel` [waves, 1,
// length, 1].
ValueId frames_of(KerasLayer& layer, Compose& g, ValueId signals, ValueId kernel,
                  std::int64_t stride, bool same);

// An element of hann, hamming, or none, as TensorFlow has them: periodic where the length is even.
double window_weight(std::string_view window, std::int64_t at, std::int64_t length);

struct SpectrumWanted {
  std::int64_t points, length, stride;  // of the transform, the window, between frames
  std::string_view window;              // hann, hamming, or none
  bool centred = true;  // frames begin half of one before the signal, which is mirrored there
};
// Of signals [rows, steps]: [rows, frames, points / 2 + 1].
struct Spectrum {
  ValueId real, imaginary;
};
Spectrum spectrum_of(KerasLayer& layer, ValueId signals, const SpectrumWanted& wanted);

}  // namespace tare
