// The custom op AudioSpectrogram.
#include "ops/audio_spectrogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include "base/checked.h"
#include "ir/facets.h"
#include "ops/common/fourier.h"
#include "ops/common/scratch_parts.h"
#include "ports/custom_options.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

using Complex = std::complex<double>;

constexpr std::int64_t kMaxWindow = 1 << 24;

std::int64_t length_of(const AudioSpectrogram& op) {
  return static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(op.window_size)));
}

void infer(const AudioSpectrogram& op, InferContext& c) {
  const Shape& in = c.shape(0);
  if (!c.require(c.dtype(0) == DType::kFloat32,
                 "no kernel for " + std::string(dtype_name(c.dtype(0)))))
    return;
  if (!c.require(!in.ranked() || in.rank() == 2,
                 "samples: expected [count, channels], got " + in.text()))
    return;
  if (!c.require(op.window_size >= 2 && op.window_size <= kMaxWindow && op.stride >= 1,
                 "window_size or stride out of range"))
    return;
  const Dim count = in.ranked() ? in[0] : kUnknownDim;
  const Dim frames = !is_known(count)         ? kUnknownDim
                     : count < op.window_size ? 0
                                              : 1 + (count - op.window_size) / op.stride;
  c.output(0, DType::kFloat32, {in.ranked() ? in[1] : kUnknownDim, frames, length_of(op) / 2 + 1});
}

Cost cost(const AudioSpectrogram&, const NodeTypes& t) {
  return {.macs = 0,
          .flops = checked_mul<std::int64_t>(240, t.outputs[0].shape.checked_elements().value_or(0))
                       .value_or(INT64_MAX / 4)};
}

void eval(const AudioSpectrogram& op, EvalContext& c) {
  const std::int64_t length = length_of(op), kept = length / 2 + 1, channels = c.input(0).shape[1];
  const std::int64_t frames = c.output(0).shape[1];
  ScratchParts parts;
  const std::size_t window_part = parts.add<double>(op.window_size),
                    line_part = parts.add<Complex>(length);
  if (!parts.allocate(c)) return;
  double* window = parts.at<double>(window_part);
  for (std::int64_t i = 0; i < op.window_size; ++i) {
    window[i] = 0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * static_cast<double>(i) /
                                     static_cast<double>(op.window_size));
  }
  const std::span<Complex> line(parts.at<Complex>(line_part), static_cast<std::size_t>(length));
  const float* samples = c.input(0).as<float>().data();
  float* out = c.output(0).as<float>().data();
  for (std::int64_t channel = 0; channel < channels; ++channel) {
    for (std::int64_t frame = 0; frame < frames; ++frame, out += kept) {
      std::fill(line.begin(), line.end(), Complex());
      for (std::int64_t i = 0; i < op.window_size; ++i) {
        line[static_cast<std::size_t>(i)] =
            static_cast<double>(samples[(frame * op.stride + i) * channels + channel]) * window[i];
      }
      fourier_transform(line);
      for (std::int64_t i = 0; i < kept; ++i) {
        const auto power = static_cast<float>(std::norm(line[static_cast<std::size_t>(i)]));
        out[i] = op.magnitude_squared ? power : std::sqrt(power);
      }
    }
  }
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(1, 1)) return;
  CustomOptions o(n);
  n.emit(AudioSpectrogram{.window_size = o.integer("window_size", 2, kMaxWindow),
                          .stride = o.integer("stride", 1, INT32_MAX),
                          .magnitude_squared = o.flag("magnitude_squared", false)});
}

void write_tflite(const AudioSpectrogram& op, TfliteWriter& w) {
  write_custom(w, "AudioSpectrogram",
               {{"window_size", op.window_size},
                {"stride", op.stride},
                {"magnitude_squared", op.magnitude_squared, true}});
}

}  // namespace

const OpDef AudioSpectrogram::kOp = define_op<AudioSpectrogram, infer, cost>("audio_spectrogram");
extern const EvalFacet eval_audio_spectrogram = eval_facet<AudioSpectrogram, eval>();
extern const ReadTfliteFacet read_tflite_audio_spectrogram{kCustomOp, read_tflite,
                                                           "AudioSpectrogram"};
extern const WriteTfliteFacet write_tflite_audio_spectrogram =
    write_tflite_facet<AudioSpectrogram, write_tflite>();

}  // namespace tare
