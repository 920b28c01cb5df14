// The integer audio front end of TFLite Micro's speech models, custom ops Signal*: window, scaling,
// Fourier transform, energy, mel filter bank, square root, noise subtraction, gain control,
// logarithm. Each is exact in whole numbers.
#pragma once

#include "ir/op_def.h"

namespace tare {

// samples int16 [..., n] * window int16 [n] / 2^shift.
struct SignalWindow {
  std::int64_t shift = 0;
  bool operator==(const SignalWindow&) const = default;
  static const OpDef kOp;
};

// int16 samples shifted left until the largest fills 15 bits; and by how much, int32.
struct SignalFftAutoScale {
  bool operator==(const SignalFftAutoScale&) const = default;
  static const OpDef kOp;
};

// Fourier transform of int16 samples [..., n], padded with zeros; int16 [..., length + 2], real and
// imaginary in turn. Its result is the true one divided by the length.
struct SignalRfft {
  std::int64_t fft_length = 2;
  bool operator==(const SignalRfft&) const = default;
  static const OpDef kOp;
};

// Squared magnitudes of int16 complex numbers, uint32 [n / 2]; zero outside [start_index,
// end_index).
struct SignalEnergy {
  std::int64_t start_index = 0;
  std::int64_t end_index = 0;
  bool operator==(const SignalEnergy&) const = default;
  static const OpDef kOp;
};

// Weighted sums of uint32 energies over bands that overlap, uint64 [channels]. Inputs: energies,
// weights, their complements; starts in frequency, starts in weights and widths, int16 [channels +
// 1].
struct SignalFilterBank {
  std::int64_t num_channels = 1;
  bool operator==(const SignalFilterBank&) const = default;
  static const OpDef kOp;
};

// Square roots of uint64, shifted right by an int32 scalar: uint32.
struct SignalFilterBankSquareRoot {
  bool operator==(const SignalFilterBankSquareRoot&) const = default;
  static const OpDef kOp;
};

// Takes a running estimate of the noise from uint32 channels. Outputs: what remains, the estimate.
// Even and odd channels have smoothing of their own.
struct SignalFilterBankSpectralSubtraction {
  std::int64_t smoothing = 0;
  std::int64_t one_minus_smoothing = 0;
  std::int64_t alternate_smoothing = 0;
  std::int64_t alternate_one_minus_smoothing = 0;
  std::int64_t smoothing_bits = 0;
  std::int64_t spectral_subtraction_bits = 0;
  std::int64_t min_signal_remaining = 0;
  std::int64_t num_channels = 1;
  bool clamping = false;
  bool operator==(const SignalFilterBankSpectralSubtraction&) const = default;
  static const OpDef kOp;
};

// Per-channel amplitude normalisation: signal uint32 times a gain looked up by noise, then
// compressed. Inputs: signal, noise estimate, gain table int16 [125].
struct SignalPcan {
  std::int64_t snr_shift = 0;
  bool operator==(const SignalPcan&) const = default;
  static const OpDef kOp;
};

// output_scale * ln(x * 2^input_correction_bits) of uint32, as int16.
struct SignalFilterBankLog {
  std::int64_t output_scale = 1;
  std::int64_t input_correction_bits = 0;
  bool operator==(const SignalFilterBankLog&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
