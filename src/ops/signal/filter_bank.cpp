// SignalFilterBank, SignalFilterBankSquareRoot, SignalFilterBankSpectralSubtraction.
#include <algorithm>
#include <bit>

#include "ir/facets.h"
#include "ops/signal/signal.h"
#include "ports/custom_options.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

using U32 = std::uint32_t;
using U64 = std::uint64_t;

constexpr std::int64_t kMaxChannels = 1 << 15;

bool expect_type(InferContext& c, int i, DType type) {
  return c.require(c.dtype(i) == type, "input " + std::to_string(i) + ": expected " +
                                           std::string(dtype_name(type)) + ", got " +
                                           std::string(dtype_name(c.dtype(i))));
}

void infer_bank(const SignalFilterBank& op, InferContext& c) {
  if (!expect_type(c, 0, DType::kUint32)) return;
  for (int i = 0; i < 6; ++i) {
    if (i > 0 && !expect_type(c, i, DType::kInt16)) return;
    const Shape wanted = i < 3 ? Shape{kUnknownDim} : Shape{op.num_channels + 1};
    if (!c.require(compatible(c.shape(i), wanted), "input " + std::to_string(i) + ": expected " +
                                                       wanted.text() + ", got " +
                                                       c.shape(i).text()))
      return;
  }
  if (!c.require(compatible(c.shape(1), c.shape(2)),
                 "weights and their complements differ in shape"))
    return;
  if (!c.require(op.num_channels >= 1 && op.num_channels <= kMaxChannels,
                 "num_channels: out of range"))
    return;
  c.output(0, DType::kUint64, {op.num_channels});
}

void eval_bank(const SignalFilterBank& op, EvalContext& c) {
  const auto x = c.input(0).as<U32>();
  const auto weights = c.input(1).as<std::int16_t>(), complements = c.input(2).as<std::int16_t>();
  const auto frequencies = c.input(3).as<std::int16_t>(), places = c.input(4).as<std::int16_t>(),
             widths = c.input(5).as<std::int16_t>();
  const auto out = c.output(0).as<U64>();
  // Each band takes its weights' share, and leaves the rest to the next. The first has no channel
  // of its own.
  U64 sum = 0;
  for (std::size_t i = 0; i <= static_cast<std::size_t>(op.num_channels); ++i) {
    const std::int64_t frequency = frequencies[i], place = places[i],
                       width = std::max<std::int64_t>(widths[i], 0);
    const bool inside = frequency >= 0 && place >= 0 &&
                        frequency + width <= static_cast<std::int64_t>(x.size()) &&
                        place + width <= static_cast<std::int64_t>(weights.size());
    if (width > 0 && !c.require(inside, "band " + std::to_string(i) +
                                            " reaches outside its spectrum or weights"))
      return;
    U64 rest = 0;
    for (std::int64_t k = 0; k < width; ++k) {
      const U64 v = x[static_cast<std::size_t>(frequency + k)];
      sum += static_cast<U64>(
                 static_cast<std::int64_t>(weights[static_cast<std::size_t>(place + k)])) *
             v;
      rest += static_cast<U64>(
                  static_cast<std::int64_t>(complements[static_cast<std::size_t>(place + k)])) *
              v;
    }
    if (i > 0) out[i - 1] = sum;
    sum = rest;
  }
}

void read_bank(TfliteNode& n) {
  if (!n.expect(6, 6)) return;
  CustomOptions o(n);
  n.emit(SignalFilterBank{.num_channels = o.integer("num_channels", 1, kMaxChannels)});
}
void write_bank(const SignalFilterBank& op, TfliteWriter& w) {
  write_custom(w, "SignalFilterBank", {{"num_channels", op.num_channels}});
}

// Digit by digit, rounded up from a half; Word is 32 bits wide for small numbers, where the largest
// root is 65535.
template <class Word>
Word square_root(Word v, Word largest) {
  if (v == 0) return 0;
  Word root = 0;
  for (Word bit = Word{1} << ((std::bit_width(v) - 1) / 2 * 2); bit != 0; bit >>= 2) {
    const bool fits = v >= root + bit;
    if (fits) v -= root + bit;
    root = (root >> 1) + (fits ? bit : 0);
  }
  return v > root && root != largest ? root + 1 : root;
}

void infer_root(const SignalFilterBankSquareRoot&, InferContext& c) {
  if (!expect_type(c, 0, DType::kUint64) || !expect_type(c, 1, DType::kInt32)) return;
  if (c.shape(1).known() &&
      !c.require(c.shape(1).elements() == 1, "scale bits: expected one number"))
    return;
  c.output(0, DType::kUint32, c.shape(0));
}

void eval_root(const SignalFilterBankSquareRoot&, EvalContext& c) {
  const std::int64_t bits = integer_at(c.input(1), 0);
  if (!c.require(bits >= 0 && bits < 32,
                 "scale bits: expected 0 to 31, got " + std::to_string(bits)))
    return;
  const auto x = c.input(0).as<U64>();
  const auto out = c.output(0).as<U32>();
  for (std::size_t i = 0; i < x.size(); ++i) {
    const U32 root = x[i] >> 32 ? static_cast<U32>(square_root<U64>(x[i], 0xFFFFFFFFu))
                                : square_root<U32>(static_cast<U32>(x[i]), 0xFFFFu);
    out[i] = root >> bits;
  }
}

void read_root(TfliteNode& n) {
  if (n.expect(2, 2)) n.emit(SignalFilterBankSquareRoot{});
}
void write_root(const SignalFilterBankSquareRoot&, TfliteWriter& w) {
  write_custom(w, "SignalFilterBankSquareRoot", {});
}

struct NoiseEstimate : Object {
  static constexpr char kKind{};
  explicit NoiseEstimate(std::size_t channels) : Object(&kKind), levels(channels) {}
  std::vector<U32> levels;
};

void infer_subtraction(const SignalFilterBankSpectralSubtraction& op, InferContext& c) {
  if (!expect_type(c, 0, DType::kUint32)) return;
  if (!c.require(
          compatible(c.shape(0), {op.num_channels}),
          "expected " + std::to_string(op.num_channels) + " channels, got " + c.shape(0).text()))
    return;
  c.output(0, DType::kUint32, {op.num_channels});
  c.output(1, DType::kUint32, {op.num_channels});
}

void eval_subtraction(const SignalFilterBankSpectralSubtraction& op, EvalContext& c) {
  ObjectPtr* slot = c.node_state();
  if (!c.require(slot != nullptr, "there is no room for the noise estimate")) return;
  const auto x = c.input(0).as<U32>();
  auto* noise = object_as<NoiseEstimate>(*slot);
  if (noise == nullptr || noise->levels.size() != x.size()) {
    auto fresh = std::make_shared<NoiseEstimate>(x.size());
    noise = fresh.get();
    *slot = std::move(fresh);
  }
  const auto out = c.output(0).as<U32>(), estimates = c.output(1).as<U32>();
  for (std::size_t i = 0; i < x.size(); ++i) {
    const bool odd = i % 2 == 1;
    const auto fresh_share = static_cast<U64>(odd ? op.alternate_smoothing : op.smoothing);
    const auto old_share =
        static_cast<U64>(odd ? op.alternate_one_minus_smoothing : op.one_minus_smoothing);
    // More bits make small channels smooth.
    const U32 signal = x[i] << op.smoothing_bits;
    U32& level = noise->levels[i];
    level = static_cast<U32>((signal * fresh_share + level * old_share) >>
                             op.spectral_subtraction_bits);
    const U32 subtracted = std::min(level, signal);
    if (op.clamping) level = subtracted;
    const U32 least =
        static_cast<U32>((static_cast<U64>(x[i]) * static_cast<U64>(op.min_signal_remaining)) >>
                         op.spectral_subtraction_bits);
    out[i] = std::max((signal - subtracted) >> op.smoothing_bits, least);
    estimates[i] = level;
  }
}

void read_subtraction(TfliteNode& n) {
  if (!n.expect(1, 1, 2)) return;
  CustomOptions o(n);
  const auto share = [&](const char* key) { return o.integer(key, 0, INT32_MAX); };
  n.emit(SignalFilterBankSpectralSubtraction{
      .smoothing = share("smoothing"),
      .one_minus_smoothing = share("one_minus_smoothing"),
      .alternate_smoothing = share("alternate_smoothing"),
      .alternate_one_minus_smoothing = share("alternate_one_minus_smoothing"),
      .smoothing_bits = o.integer("smoothing_bits", 0, 31),
      .spectral_subtraction_bits = o.integer("spectral_subtraction_bits", 0, 31),
      .min_signal_remaining = share("min_signal_remaining"),
      .num_channels = o.integer("num_channels", 1, kMaxChannels),
      .clamping = o.flag("clamping", false)});
}
void write_subtraction(const SignalFilterBankSpectralSubtraction& op, TfliteWriter& w) {
  write_custom(w, "SignalFilterBankSpectralSubtraction",
               {{"alternate_one_minus_smoothing", op.alternate_one_minus_smoothing},
                {"alternate_smoothing", op.alternate_smoothing},
                {"clamping", op.clamping, true},
                {"min_signal_remaining", op.min_signal_remaining},
                {"num_channels", op.num_channels},
                {"one_minus_smoothing", op.one_minus_smoothing},
                {"smoothing", op.smoothing},
                {"smoothing_bits", op.smoothing_bits},
                {"spectral_subtraction_bits", op.spectral_subtraction_bits}});
}

}  // namespace

const OpDef SignalFilterBank::kOp = define_op<SignalFilterBank, infer_bank>("signal_filter_bank");
extern const EvalFacet eval_signal_filter_bank = eval_facet<SignalFilterBank, eval_bank>();
extern const ReadTfliteFacet read_tflite_signal_filter_bank{kCustomOp, read_bank,
                                                            "SignalFilterBank"};
extern const WriteTfliteFacet write_tflite_signal_filter_bank =
    write_tflite_facet<SignalFilterBank, write_bank>();

const OpDef SignalFilterBankSquareRoot::kOp =
    define_op<SignalFilterBankSquareRoot, infer_root>("signal_filter_bank_square_root");
extern const EvalFacet eval_signal_filter_bank_square_root =
    eval_facet<SignalFilterBankSquareRoot, eval_root>();
extern const ReadTfliteFacet read_tflite_signal_filter_bank_square_root{
    kCustomOp, read_root, "SignalFilterBankSquareRoot"};
extern const WriteTfliteFacet write_tflite_signal_filter_bank_square_root =
    write_tflite_facet<SignalFilterBankSquareRoot, write_root>();

const OpDef SignalFilterBankSpectralSubtraction::kOp =
    define_op<SignalFilterBankSpectralSubtraction, infer_subtraction>(
        "signal_filter_bank_spectral_subtraction", kStateful);
extern const EvalFacet eval_signal_filter_bank_spectral_subtraction =
    eval_facet<SignalFilterBankSpectralSubtraction, eval_subtraction>();
extern const ReadTfliteFacet read_tflite_signal_filter_bank_spectral_subtraction{
    kCustomOp, read_subtraction, "SignalFilterBankSpectralSubtraction"};
extern const WriteTfliteFacet write_tflite_signal_filter_bank_spectral_subtraction =
    write_tflite_facet<SignalFilterBankSpectralSubtraction, write_subtraction>();

}  // namespace tare
