// The custom op Mfcc, in double precision. Each bin of the spectrum lies between the centres of two
// bands and is shared by them, triangle by triangle.
#include "ops/mfcc.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/checked.h"
#include "ir/facets.h"
#include "ops/common/scratch_parts.h"
#include "ports/custom_options.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

constexpr std::int64_t kMaxChannels = 1 << 16;

void infer(const Mfcc& op, InferContext& c) {
  const Shape& in = c.shape(0);
  if (!c.require(c.dtype(0) == DType::kFloat32 && c.dtype(1) == DType::kInt32,
                 "expected float32 spectrograms and an int32 rate"))
    return;
  if (!c.require(!in.ranked() || (in.rank() == 3 && in[2] != 0 && in[2] != 1),
                 "spectrograms: expected [channels, frames, bins], got " + in.text()))
    return;
  if (c.shape(1).known() && !c.require(c.shape(1).elements() == 1,
                                       "the rate must be one number, got " + c.shape(1).text()))
    return;
  const auto counted = [](std::int64_t v) { return v >= 1 && v <= kMaxChannels; };
  if (!c.require(counted(op.filterbank_channel_count) && counted(op.dct_coefficient_count),
                 "filterbank_channel_count, dct_coefficient_count: expected 1 to 65536"))
    return;
  if (!c.require(op.dct_coefficient_count <= op.filterbank_channel_count,
                 "more coefficients than bands"))
    return;
  if (!c.require(
          op.lower_frequency_limit >= 0 && op.upper_frequency_limit > op.lower_frequency_limit,
          "frequency limits: the upper must be above the lower"))
    return;
  Shape out = in;
  if (out.ranked()) out[2] = op.dct_coefficient_count;
  c.output(0, DType::kFloat32, out);
}

Cost cost(const Mfcc& op, const NodeTypes& t) {
  const std::int64_t macs =
      checked_mul(t.outputs[0].shape.checked_elements().value_or(0), op.filterbank_channel_count)
          .value_or(INT64_MAX / 4);
  return {.macs = macs, .flops = 2 * macs};
}

double mel(double frequency) { return 1127.0 * std::log1p(frequency / 700.0); }

// Where bins go: `band` is the lower of a bin's two bands (-1: below the first), which gets
// `weight` of it.
struct Bin {
  std::int64_t band;
  double weight;
};

struct Bank {
  std::int64_t first, last;  // bins in use
  Bin* bins;

  Bank(const Mfcc& op, std::int64_t count, std::int64_t rate, Bin* to) : bins(to) {
    const double lower = static_cast<double>(op.lower_frequency_limit),
                 upper = static_cast<double>(op.upper_frequency_limit);
    const double low = mel(lower), spacing = (mel(upper) - low) /
                                             static_cast<double>(op.filterbank_channel_count + 1);
    const auto centre = [&](std::int64_t band) {
      return low + spacing * static_cast<double>(band + 1);
    };
    const double hertz = 0.5 * static_cast<double>(rate) / static_cast<double>(count - 1);
    const auto whole = [&](double v) {
      return static_cast<std::int64_t>(std::min(v, static_cast<double>(count)));
    };
    // The constant part of the signal never counts.
    first = whole(1.5 + lower / hertz);
    last = whole(upper / hertz);
    std::int64_t above = 0;
    for (std::int64_t i = first; i <= std::min(last, count - 1); ++i) {
      const double m = mel(static_cast<double>(i) * hertz);
      while (above < op.filterbank_channel_count && centre(above) < m) ++above;
      const std::int64_t band = above - 1;
      bins[i] = {band,
                 (centre(band + 1) - m) / (centre(band + 1) - (band >= 0 ? centre(band) : low))};
    }
  }

  void sum(const float* powers, std::int64_t bands, double* out) const {
    std::fill(out, out + bands, 0.0);
    for (std::int64_t i = first; i <= last; ++i) {
      const double magnitude = std::sqrt(static_cast<double>(powers[i])),
                   share = magnitude * bins[i].weight;
      if (bins[i].band >= 0) out[bins[i].band] += share;
      if (bins[i].band + 1 < bands) out[bins[i].band + 1] += magnitude - share;
    }
  }
};

void cosine_transform(const double* in, std::int64_t count, std::int64_t kept, float* out) {
  const double scale = std::sqrt(2.0 / static_cast<double>(count)),
               step = std::numbers::pi / static_cast<double>(count);
  for (std::int64_t i = 0; i < kept; ++i) {
    double total = 0.0;
    for (std::int64_t k = 0; k < count; ++k)
      total +=
          scale * std::cos(static_cast<double>(i) * step * (static_cast<double>(k) + 0.5)) * in[k];
    out[i] = static_cast<float>(total);
  }
}

void eval(const Mfcc& op, EvalContext& c) {
  const Tensor& in = c.input(0);
  const std::int64_t count = in.shape[2], rows = in.elements() / count,
                     bands = op.filterbank_channel_count;
  const std::int64_t rate = integer_at(c.input(1), 0);
  if (!c.require(rate > 0, "sample rate: expected a positive number, got " + std::to_string(rate)))
    return;
  ScratchParts parts;
  const std::size_t bins_part = parts.add<Bin>(count), bands_part = parts.add<double>(bands);
  if (!parts.allocate(c)) return;
  const Bank bank(op, count, rate, parts.at<Bin>(bins_part));
  if (!c.require(bank.last < count, "the upper frequency limit is above half the sample rate"))
    return;
  double* sums = parts.at<double>(bands_part);
  for (std::int64_t r = 0; r < rows; ++r) {
    bank.sum(in.as<float>().data() + r * count, bands, sums);
    for (std::int64_t i = 0; i < bands; ++i) sums[i] = std::log(std::max(sums[i], 1e-12));
    cosine_transform(sums, bands, op.dct_coefficient_count,
                     c.output(0).as<float>().data() + r * op.dct_coefficient_count);
  }
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(2, 2)) return;
  CustomOptions o(n);
  // Limits are whole numbers in TFLite.
  n.emit(Mfcc{
      .upper_frequency_limit = static_cast<float>(o.integer("upper_frequency_limit", 1, INT32_MAX)),
      .lower_frequency_limit = static_cast<float>(o.integer("lower_frequency_limit", 0, INT32_MAX)),
      .filterbank_channel_count = o.integer("filterbank_channel_count", 1, kMaxChannels),
      .dct_coefficient_count = o.integer("dct_coefficient_count", 1, kMaxChannels)});
}

void write_tflite(const Mfcc& op, TfliteWriter& w) {
  write_custom(w, "Mfcc",
               {{"upper_frequency_limit", static_cast<std::int64_t>(op.upper_frequency_limit)},
                {"lower_frequency_limit", static_cast<std::int64_t>(op.lower_frequency_limit)},
                {"filterbank_channel_count", op.filterbank_channel_count},
                {"dct_coefficient_count", op.dct_coefficient_count}});
}

}  // namespace

const OpDef Mfcc::kOp = define_op<Mfcc, infer, cost>("mfcc");
extern const EvalFacet eval_mfcc = eval_facet<Mfcc, eval>();
extern const ReadTfliteFacet read_tflite_mfcc{kCustomOp, read_tflite, "Mfcc"};
extern const WriteTfliteFacet write_tflite_mfcc = write_tflite_facet<Mfcc, write_tflite>();

}  // namespace tare
