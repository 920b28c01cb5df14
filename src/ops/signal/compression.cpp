// SignalPCAN and SignalFilterBankLog: what brings channels into a range that does not depend on
// loudness.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "ir/facets.h"
#include "ops/signal/signal.h"
#include "ports/custom_options.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

using U32 = std::uint32_t;
using U64 = std::uint64_t;

// Three entries for the numbers up to 2, and four for each further bit, of which the last pads.
constexpr std::int64_t kTableSize = 125;
constexpr int kSnrBits = 12, kOutputBits = 6;

bool expect_channels(InferContext& c, int i) {
  return c.require(c.dtype(i) == DType::kUint32, "input " + std::to_string(i) +
                                                     ": expected uint32, got " +
                                                     std::string(dtype_name(c.dtype(i))));
}

void infer_pcan(const SignalPcan& op, InferContext& c) {
  if (!expect_channels(c, 0) || !expect_channels(c, 1)) return;
  if (!c.require(compatible(c.shape(0), c.shape(1)), "signal and noise of different shapes"))
    return;
  if (!c.require(c.dtype(2) == DType::kInt16, "the gain table must be int16")) return;
  if (c.shape(2).known() &&
      !c.require(c.shape(2).elements() >= kTableSize,
                 "gain table: expected 125 entries, got " + c.shape(2).text()))
    return;
  if (!c.require(op.snr_shift >= 0 && op.snr_shift < 64, "snr_shift: expected 0 to 63")) return;
  c.output(0, DType::kUint32, c.shape(0));
}

// A parabola for each power of two.
std::int16_t gain_of(U32 noise, const std::int16_t* table) {
  if (noise <= 2) return table[noise];
  const int bits = static_cast<int>(std::bit_width(noise));
  const std::int16_t* part = table + 4 * bits - 6;
  const auto fraction =
      static_cast<std::int32_t>((bits < 11 ? noise << (11 - bits) : noise >> (bits - 11)) & 0x3FF);
  std::int32_t v = (part[2] * fraction) >> 5;
  v += static_cast<std::int32_t>(static_cast<U32>(part[1]) << 5);
  v = static_cast<std::int32_t>(static_cast<U32>(v) * static_cast<U32>(fraction) + (1u << 14)) >>
      15;
  return static_cast<std::int16_t>(v + part[0]);
}

// x^2 / 4 below 2, x - 1 above.
U32 shrink(U32 snr) {
  if (snr < 2u << kSnrBits) return (snr * snr) >> (2 + 2 * kSnrBits - kOutputBits);
  return (snr >> (kSnrBits - kOutputBits)) - (1u << kOutputBits);
}

void eval_pcan(const SignalPcan& op, EvalContext& c) {
  const auto signal = c.input(0).as<U32>(), noise = c.input(1).as<U32>();
  const auto out = c.output(0).as<U32>();
  for (std::size_t i = 0; i < signal.size(); ++i) {
    const auto gain = static_cast<U32>(gain_of(noise[i], c.input(2).as<std::int16_t>().data()));
    out[i] = shrink(static_cast<U32>((static_cast<U64>(signal[i]) * gain) >> op.snr_shift));
  }
}

void read_pcan(TfliteNode& n) {
  if (!n.expect(3, 3)) return;
  CustomOptions o(n);
  n.emit(SignalPcan{.snr_shift = o.integer("snr_shift", 0, 63)});
}
void write_pcan(const SignalPcan& op, TfliteWriter& w) {
  write_custom(w, "SignalPCAN", {{"snr_shift", op.snr_shift}});
}

// ln by log2: the whole part from the highest bit, the rest from a table of what log2(1 + x) has
// over x.
class Logarithm {
 public:
  Logarithm() {
    for (std::size_t k = 0; k < table_.size(); ++k) {
      const double x = static_cast<double>(k) / kSegments;
      table_[k] = static_cast<std::int32_t>(std::lround(65536.0 * (std::log2(1.0 + x) - x)));
    }
  }
  U32 operator()(U32 v, U32 scale) const {
    const int whole = static_cast<int>(std::bit_width(v)) - 1;
    const U32 rest = v - (U32{1} << whole);
    const auto x =
        static_cast<std::int32_t>(whole < 16 ? rest << (16 - whole) : rest >> (whole - 16));
    const std::int32_t segment = x >> 9;
    const std::int32_t low = table_[static_cast<std::size_t>(segment)],
                       high = table_[static_cast<std::size_t>(segment) + 1];
    const std::int32_t fraction = x + low + (((high - low) * (x - 512 * segment)) >> 16);
    constexpr U64 kLn2 = 45426, kHalf = 32768;
    const U64 log2 = (static_cast<U64>(whole) << 16) + static_cast<U64>(fraction);
    const auto natural = static_cast<U32>((kLn2 * log2 + kHalf) >> 16);
    return (scale * natural + static_cast<U32>(kHalf)) >> 16;
  }

 private:
  static constexpr int kSegments = 128;
  std::array<std::int32_t, kSegments + 1> table_;
};

void infer_log(const SignalFilterBankLog& op, InferContext& c) {
  if (!expect_channels(c, 0)) return;
  if (!c.require(op.input_correction_bits >= 0 && op.input_correction_bits < 32,
                 "input_correction_bits: expected 0 to 31"))
    return;
  c.output(0, DType::kInt16, c.shape(0));
}

void eval_log(const SignalFilterBankLog& op, EvalContext& c) {
  const Logarithm logarithm;
  const auto x = c.input(0).as<U32>();
  const auto out = c.output(0).as<std::int16_t>();
  for (std::size_t i = 0; i < x.size(); ++i) {
    const U32 v = x[i] << op.input_correction_bits;
    out[i] = v > 1 ? static_cast<std::int16_t>(
                         std::min(logarithm(v, static_cast<U32>(op.output_scale)), 32767u))
                   : std::int16_t{0};
  }
}

void read_log(TfliteNode& n) {
  if (!n.expect(1, 1)) return;
  CustomOptions o(n);
  n.emit(SignalFilterBankLog{.output_scale = o.integer("output_scale", 0, INT32_MAX),
                             .input_correction_bits = o.integer("input_correction_bits", 0, 31)});
}
void write_log(const SignalFilterBankLog& op, TfliteWriter& w) {
  write_custom(
      w, "SignalFilterBankLog",
      {{"input_correction_bits", op.input_correction_bits}, {"output_scale", op.output_scale}});
}

}  // namespace

const OpDef SignalPcan::kOp = define_op<SignalPcan, infer_pcan>("signal_pcan");
extern const EvalFacet eval_signal_pcan = eval_facet<SignalPcan, eval_pcan>();
extern const ReadTfliteFacet read_tflite_signal_pcan{kCustomOp, read_pcan, "SignalPCAN"};
extern const WriteTfliteFacet write_tflite_signal_pcan =
    write_tflite_facet<SignalPcan, write_pcan>();

const OpDef SignalFilterBankLog::kOp =
    define_op<SignalFilterBankLog, infer_log>("signal_filter_bank_log");
extern const EvalFacet eval_signal_filter_bank_log = eval_facet<SignalFilterBankLog, eval_log>();
extern const ReadTfliteFacet read_tflite_signal_filter_bank_log{kCustomOp, read_log,
                                                                "SignalFilterBankLog"};
extern const WriteTfliteFacet write_tflite_signal_filter_bank_log =
    write_tflite_facet<SignalFilterBankLog, write_log>();

}  // namespace tare
