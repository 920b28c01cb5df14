// SignalRfft: a fixed-point transform, bit for bit that of KISS FFT with 16 bits, whose every stage
// divides by its radix lest sums overflow. Lengths are powers of two, so stages have radix 4, and
// one of 2 where the length asks for it.
#include <cmath>
#include <numbers>

#include "base/checked.h"
#include "ir/facets.h"
#include "ops/common/fourier.h"
#include "ops/common/scratch_parts.h"
#include "ops/signal/signal.h"
#include "ports/custom_options.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

using I16 = std::int16_t;
using I32 = std::int32_t;

constexpr std::int64_t kMaxLength = 1 << 20;

struct Point {
  I16 re, im;
};

I16 wrap(I32 v) { return static_cast<I16>(v); }
I16 rounded(std::int64_t v) { return static_cast<I16>((v + (1 << 14)) >> 15); }
Point plus(Point a, Point b) { return {wrap(a.re + b.re), wrap(a.im + b.im)}; }
Point minus(Point a, Point b) { return {wrap(a.re - b.re), wrap(a.im - b.im)}; }
Point times(Point a, Point b) {
  return {rounded(std::int64_t{a.re} * b.re - std::int64_t{a.im} * b.im),
          rounded(std::int64_t{a.re} * b.im + std::int64_t{a.im} * b.re)};
}
Point divided(Point v, int by) {
  const I32 inverse = 32767 / by;
  return {rounded(std::int64_t{v.re} * inverse), rounded(std::int64_t{v.im} * inverse)};
}
Point on_circle(double angle) {
  const auto fixed = [](double v) { return static_cast<I16>(std::floor(0.5 + 32767.0 * v)); };
  return {fixed(std::cos(angle)), fixed(std::sin(angle))};
}

struct Stage {
  std::size_t length;  // of the transform that this stage finishes
  std::size_t stride;  // between its inputs, and in the table of twiddles
};

class Transform {
 public:
  Transform(std::size_t length, Point* twiddles) : twiddles_(twiddles) {
    for (std::size_t i = 0; i < length; ++i) {
      twiddles[i] =
          on_circle(-2.0 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(length));
    }
  }

  // Recursion is as deep as the length has factors of 4.
  void run(const Stage& s, const Point* in, Point* out) const {
    if (s.length == 1) {
      *out = *in;
      return;
    }
    const std::size_t radix = s.length % 4 == 0 ? 4 : 2, part = s.length / radix;
    for (std::size_t i = 0; i < radix; ++i)
      run({part, s.stride * radix}, in + i * s.stride, out + i * part);
    for (std::size_t k = 0; k < part; ++k) {
      if (radix == 4)
        join_four(s.stride * k, part, out + k);
      else
        join_two(s.stride * k, part, out + k);
    }
  }

 private:
  void join_two(std::size_t turn, std::size_t part, Point* at) const {
    const Point a = divided(at[0], 2), b = times(divided(at[part], 2), twiddles_[turn]);
    at[part] = minus(a, b);
    at[0] = plus(a, b);
  }

  void join_four(std::size_t turn, std::size_t part, Point* at) const {
    const Point a = divided(at[0], 4);
    const Point b = times(divided(at[part], 4), twiddles_[turn]);
    const Point c = times(divided(at[2 * part], 4), twiddles_[2 * turn]);
    const Point d = times(divided(at[3 * part], 4), twiddles_[3 * turn]);
    const Point even = plus(a, c), odd = minus(a, c), sum = plus(b, d), difference = minus(b, d);
    at[0] = plus(even, sum);
    at[2 * part] = minus(even, sum);
    at[part] = {wrap(odd.re + difference.im), wrap(odd.im - difference.re)};
    at[3 * part] = {wrap(odd.re - difference.im), wrap(odd.im + difference.re)};
  }

  const Point* twiddles_;
};

// Real samples went in as pairs; this takes their spectra apart.
void untangle(const Point* mixed, std::size_t half, Point* out) {
  const Point first = divided(mixed[0], 2);
  out[0] = {wrap(first.re + first.im), 0};
  out[half] = {wrap(first.re - first.im), 0};
  for (std::size_t k = 1; k <= half / 2; ++k) {
    const Point a = divided(mixed[k], 2),
                b = divided({mixed[half - k].re, wrap(-mixed[half - k].im)}, 2);
    const double angle =
        -std::numbers::pi * (static_cast<double>(k) / static_cast<double>(half) + 0.5);
    const Point sum = plus(a, b), turned = times(minus(a, b), on_circle(angle));
    out[k] = {wrap((sum.re + turned.re) >> 1), wrap((sum.im + turned.im) >> 1)};
    out[half - k] = {wrap((sum.re - turned.re) >> 1), wrap((turned.im - sum.im) >> 1)};
  }
}

void infer(const SignalRfft& op, InferContext& c) {
  Shape out = c.shape(0);
  if (!c.require(c.dtype(0) == DType::kInt16,
                 "no kernel for " + std::string(dtype_name(c.dtype(0)))))
    return;
  if (!c.require(
          is_power_of_two(op.fft_length) && op.fft_length >= 4 && op.fft_length <= kMaxLength,
          "fft_length: expected a power of two from 4 to 2^20"))
    return;
  if (!out.ranked()) return c.output(0, DType::kInt16, out);
  if (!c.require(out.rank() >= 1 && (!is_known(out.back()) || out.back() <= op.fft_length),
                 "more samples than fft_length: " + out.text()))
    return;
  out[out.rank() - 1] = op.fft_length + 2;
  c.output(0, DType::kInt16, out);
}

Cost cost(const SignalRfft&, const NodeTypes& t) {
  return {.macs = 0,
          .flops = checked_mul<std::int64_t>(40, t.outputs[0].shape.checked_elements().value_or(0))
                       .value_or(INT64_MAX / 4)};
}

void eval(const SignalRfft& op, EvalContext& c) {
  const Tensor& in = c.input(0);
  const std::int64_t half = op.fft_length / 2, samples = in.shape.back();
  ScratchParts parts;
  const std::size_t twiddles = parts.add<Point>(half), padded = parts.add<Point>(half),
                    mixed = parts.add<Point>(half);
  const std::size_t spectrum = parts.add<Point>(half + 1);
  if (!parts.allocate(c)) return;
  const Transform transform(static_cast<std::size_t>(half), parts.at<Point>(twiddles));
  const std::int64_t rows = c.output(0).elements() / (op.fft_length + 2);
  for (std::int64_t r = 0; r < rows; ++r) {
    I16* line = parts.at<I16>(padded);
    std::fill(line, line + op.fft_length, I16{0});
    const I16* from = in.as<I16>().data() + r * samples;
    std::copy(from, from + samples, line);
    transform.run({static_cast<std::size_t>(half), 1}, parts.at<Point>(padded),
                  parts.at<Point>(mixed));
    untangle(parts.at<Point>(mixed), static_cast<std::size_t>(half), parts.at<Point>(spectrum));
    const I16* to = parts.at<I16>(spectrum);
    std::copy(to, to + op.fft_length + 2, c.output(0).as<I16>().data() + r * (op.fft_length + 2));
  }
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(1, 1)) return;
  CustomOptions o(n);
  // T is a TensorFlow type: 1 float, 2 int32, 7 int16 in TFLite's numbering.
  if (o.has("T") && o.integer("T", 0) != tflite::TensorType_INT16)
    return n.fail("only the int16 transform has a kernel", Code::kUnsupported);
  n.emit(SignalRfft{.fft_length = o.integer("fft_length", 4, kMaxLength)});
}

void write_tflite(const SignalRfft& op, TfliteWriter& w) {
  write_custom(w, "SignalRfft", {{"T", tflite::TensorType_INT16}, {"fft_length", op.fft_length}});
}

}  // namespace

const OpDef SignalRfft::kOp = define_op<SignalRfft, infer, cost>("signal_rfft");
extern const EvalFacet eval_signal_rfft = eval_facet<SignalRfft, eval>();
extern const ReadTfliteFacet read_tflite_signal_rfft{kCustomOp, read_tflite, "SignalRfft"};
extern const WriteTfliteFacet write_tflite_signal_rfft =
    write_tflite_facet<SignalRfft, write_tflite>();

}  // namespace tare
