// What happens to one frame of samples around its Fourier transform: SignalWindow,
// SignalFftAutoScale, SignalEnergy.
#include <algorithm>
#include <bit>

#include "ir/facets.h"
#include "ops/common/quantized_activation.h"
#include "ops/signal/signal.h"
#include "ports/custom_options.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

using I16 = std::int16_t;

bool expect_type(InferContext& c, int i, DType type) {
  return c.require(c.dtype(i) == type, "input " + std::to_string(i) + ": expected " +
                                           std::string(dtype_name(type)) + ", got " +
                                           std::string(dtype_name(c.dtype(i))));
}

void infer_window(const SignalWindow& op, InferContext& c) {
  const Shape& x = c.shape(0);
  if (!expect_type(c, 0, DType::kInt16) || !expect_type(c, 1, DType::kInt16)) return;
  if (!c.require(op.shift >= 0 && op.shift < 32, "shift: expected 0 to 31")) return;
  if (!c.require(!x.ranked() || x.rank() >= 1, "samples: expected 1 dimension at least")) return;
  if (!c.require(!x.ranked() || compatible(c.shape(1), {x.back()}),
                 "window " + c.shape(1).text() + " does not fit samples " + x.text()))
    return;
  c.output(0, DType::kInt16, x);
}

void eval_window(const SignalWindow& op, EvalContext& c) {
  const auto x = c.input(0).as<I16>(), w = c.input(1).as<I16>();
  const auto out = c.output(0).as<I16>();
  for (std::size_t i = 0; i < x.size(); ++i) {
    out[i] = static_cast<I16>(clamp_to((x[i] * w[i % w.size()]) >> op.shift, {-32768, 32767}));
  }
}

void read_window(TfliteNode& n) {
  if (!n.expect(2, 2)) return;
  CustomOptions o(n);
  n.emit(SignalWindow{.shift = o.integer("shift", 0, 31)});
}
void write_window(const SignalWindow& op, TfliteWriter& w) {
  write_custom(w, "SignalWindow", {{"shift", op.shift}});
}

void infer_scale(const SignalFftAutoScale&, InferContext& c) {
  if (!expect_type(c, 0, DType::kInt16)) return;
  c.output(0, DType::kInt16, c.shape(0));
  c.output(1, DType::kInt32, Shape());
}

void eval_scale(const SignalFftAutoScale&, EvalContext& c) {
  const auto x = c.input(0).as<I16>();
  std::uint32_t largest = 0;
  // The reference keeps magnitudes in 16 bits, where that of -32768 is 32767.
  for (const I16 v : x)
    largest = std::max(largest,
                       static_cast<std::uint32_t>(std::min(std::abs(static_cast<int>(v)), 32767)));
  const int shift = std::max(0, 16 - static_cast<int>(std::bit_width(largest)) - 1);
  const auto out = c.output(0).as<I16>();
  for (std::size_t i = 0; i < x.size(); ++i) out[i] = static_cast<I16>(x[i] * (1 << shift));
  c.output(1).as<std::int32_t>()[0] = shift;
}

void read_scale(TfliteNode& n) {
  if (n.expect(1, 1, 2)) n.emit(SignalFftAutoScale{});
}
void write_scale(const SignalFftAutoScale&, TfliteWriter& w) {
  write_custom(w, "SignalFftAutoScale", {});
}

void infer_energy(const SignalEnergy& op, InferContext& c) {
  const Shape& x = c.shape(0);
  if (!expect_type(c, 0, DType::kInt16)) return;
  if (!c.require(!x.ranked() || x.rank() == 1, "expected 1 dimension, got " + x.text())) return;
  const Dim count = x.ranked() && is_known(x[0]) ? x[0] / 2 : kUnknownDim;
  if (!c.require(op.start_index >= 0 && op.start_index <= op.end_index &&
                     (!is_known(count) || op.end_index <= count),
                 "start_index, end_index: outside the spectrum"))
    return;
  c.output(0, DType::kUint32, {count});
}

void eval_energy(const SignalEnergy& op, EvalContext& c) {
  const auto x = c.input(0).as<I16>();
  const auto out = c.output(0).as<std::uint32_t>();
  std::fill(out.begin(), out.end(), 0u);
  for (auto i = static_cast<std::size_t>(op.start_index);
       i < static_cast<std::size_t>(op.end_index); ++i) {
    const auto square = [](I16 v) { return static_cast<std::uint32_t>(v * v); };
    out[i] = square(x[2 * i]) + square(x[2 * i + 1]);
  }
}

void read_energy(TfliteNode& n) {
  if (!n.expect(1, 1)) return;
  CustomOptions o(n);
  n.emit(SignalEnergy{.start_index = o.integer("start_index", 0, INT32_MAX),
                      .end_index = o.integer("end_index", 0, INT32_MAX)});
}
void write_energy(const SignalEnergy& op, TfliteWriter& w) {
  write_custom(w, "SignalEnergy", {{"start_index", op.start_index}, {"end_index", op.end_index}});
}

}  // namespace

const OpDef SignalWindow::kOp = define_op<SignalWindow, infer_window>("signal_window");
extern const EvalFacet eval_signal_window = eval_facet<SignalWindow, eval_window>();
extern const ReadTfliteFacet read_tflite_signal_window{kCustomOp, read_window, "SignalWindow"};
extern const WriteTfliteFacet write_tflite_signal_window =
    write_tflite_facet<SignalWindow, write_window>();

const OpDef SignalFftAutoScale::kOp =
    define_op<SignalFftAutoScale, infer_scale>("signal_fft_auto_scale");
extern const EvalFacet eval_signal_fft_auto_scale = eval_facet<SignalFftAutoScale, eval_scale>();
extern const ReadTfliteFacet read_tflite_signal_fft_auto_scale{kCustomOp, read_scale,
                                                               "SignalFftAutoScale"};
extern const WriteTfliteFacet write_tflite_signal_fft_auto_scale =
    write_tflite_facet<SignalFftAutoScale, write_scale>();

const OpDef SignalEnergy::kOp = define_op<SignalEnergy, infer_energy>("signal_energy");
extern const EvalFacet eval_signal_energy = eval_facet<SignalEnergy, eval_energy>();
extern const ReadTfliteFacet read_tflite_signal_energy{kCustomOp, read_energy, "SignalEnergy"};
extern const WriteTfliteFacet write_tflite_signal_energy =
    write_tflite_facet<SignalEnergy, write_energy>();

}  // namespace tare
