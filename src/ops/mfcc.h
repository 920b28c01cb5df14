// Mel-frequency cepstral coefficients of spectrograms: magnitudes in bands evenly spaced in mel,
// their logarithms, and the first coefficients of a cosine transform. Inputs: squared magnitudes
// float [channels, frames, bins], sample rate int32. Output: [channels, frames, coefficients].
#pragma once

#include "ir/op_def.h"

namespace tare {

struct Mfcc {
  float upper_frequency_limit = 4000.0f;
  float lower_frequency_limit = 20.0f;
  std::int64_t filterbank_channel_count = 40;
  std::int64_t dct_coefficient_count = 13;
  bool operator==(const Mfcc&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
