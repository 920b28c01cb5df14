// Fourier transforms and frames. Keras's operations keep complex numbers as two tensors.
#include <algorithm>

#include "formats/keras/json_tensor.h"
#include "formats/keras/layers/operations/operation.h"
#include "formats/keras/layers/spectrum.h"
#include "ir/constant_tensor.h"
#include "ops/complex_part.h"
#include "ops/fft.h"
#include "ops/scatter_nd.h"

namespace tare {
namespace {

bool is_pair(Operation& op) { return op.argument(0, "x|input").kind == KerasArgument::Kind::kList; }

ValueId complex_operand(Operation& op) {
  if (!is_pair(op)) return op.x();
  const auto parts = op.tensors(0, "x");
  if (op.ok() && parts.size() != 2) op.fail("expected the real and the imaginary part");
  return op.ok() ? complex_of(op.g, op.real(parts[0]), op.real(parts[1])) : ValueId::kNone;
}

ValueId part(Operation& op, ComplexPartKind kind, ValueId x) {
  return op.layer().emit(ComplexPart{kind}, {x});
}

void output_parts(Operation& op, ValueId y) {
  if (!op.layer().object().is_operation) return op.output(y);
  op.output(part(op, ComplexPartKind::kReal, y));
  op.output(part(op, ComplexPartKind::kImag, y));
}

template <FftKind kKind, int kAxes>
void read_fft(Operation& op) {
  ValueId x = complex_operand(op);
  if (!op.ok() || op.g.rank(x) < kAxes) return op.fail("the input has too few dimensions");
  x = op.g.cast(x, DType::kComplex64);
  x = op.layer().emit(Fft{kKind}, {x});
  if (kAxes == 2)
    x = op.g.move_axis(op.layer().emit(Fft{kKind}, {op.g.move_axis(x, -2, -1)}), -1, -2);
  output_parts(op, x);
}

void read_rfft(Operation& op) {
  const ValueId x = op.x();
  const std::int64_t given = op.integer(1, "fft_length", 0);
  if (!op.ok() || op.g.rank(x) < 1) return;
  const ValueId length = op.g.shape_vector(
      std::vector<Extent>{given > 0 ? Extent(given) : op.g.extent(x, op.g.rank(x) - 1)});
  output_parts(op, op.layer().emit(Fft{FftKind::kReal}, {op.real(x), length}));
}

void read_irfft(Operation& op) {
  const ValueId x = complex_operand(op);
  std::int64_t length = op.integer(1, "fft_length", 0);
  if (!op.ok() || op.g.rank(x) < 1) return;
  if (length <= 0) length = 2 * (op.layer().extent(x, op.g.rank(x) - 1) - 1);
  if (!op.ok()) return;
  op.output(op.layer().emit(
      Fft{FftKind::kInverseReal},
      {op.g.cast(x, DType::kComplex64), op.g.integers(std::vector<std::int64_t>{length})}));
}

// Positions are those of tf.signal.stft, whose window is periodic too and whose signal is not
// mirrored at its ends.
void read_stft(Operation& op) {
  const bool keras = op.layer().object().is_operation;
  ValueId x = op.tensor(0, "x|signals");
  SpectrumWanted wanted{.points = 0,
                        .length = op.integer(1, "sequence_length|frame_length"),
                        .stride = op.integer(2, "sequence_stride|frame_step"),
                        .window = "hann",
                        .centred = keras && op.flag("center", true)};
  wanted.points = op.integer(3, "fft_length", keras ? 0 : -1);
  const Json window = keras ? op.plain(4, "window") : Json();
  if (keras && window.is_null()) wanted.window = "none", wanted.length = wanted.points;
  if (const auto name = window.if_string()) wanted.window = *name;
  if (!op.ok()) return;
  if (wanted.points < 0)
    for (wanted.points = 1; wanted.points < wanted.length;) wanted.points *= 2;
  if (window.is_array() || (!keras && wanted.points != wanted.length))
    return op.unsupported("a window of this kind is not supported");
  if (wanted.length < 2 || wanted.points < wanted.length || wanted.points > kMaxSpectrumPoints ||
      wanted.stride < 1 || wanted.stride > INT32_MAX || op.g.rank(x) < 1)
    return op.fail("lengths out of range");
  std::vector<Extent> shape = op.g.extents(x);
  shape.pop_back();
  const ValueId rows = op.g.reshape(op.real(x), {-1, op.g.extent(x, op.g.rank(x) - 1)});
  const Spectrum spectrum = spectrum_of(op.layer(), rows, wanted);
  if (!op.ok()) return;
  shape.push_back(op.g.extent(spectrum.real, 1));
  shape.push_back(wanted.points / 2 + 1);
  const ValueId real = op.g.reshape(spectrum.real, shape),
                imaginary = op.g.reshape(spectrum.imaginary, shape);
  if (!keras) return op.output(complex_of(op.g, real, imaginary));
  op.output(real);
  op.output(imaginary);
}

// Windows of one axis, each a vector of its own behind it.
void read_frames(Operation& op) {
  const ValueId x = op.tensor(0, "x|signal");
  const std::int64_t length = op.integer(1, "sequence_length|frame_length"),
                     stride = op.integer(2, "sequence_stride|frame_step");
  const int axis = op.axis(op.integer(5, "axis", -1), x);
  if (!op.plain(3, "pad_end").is_null() && op.plain(3, "pad_end").if_bool() != false)
    return op.unsupported("pad_end is not supported");
  if (!op.ok()) return;
  const std::int64_t steps = op.layer().extent(x, axis);
  if (!op.ok() || length < 1 || stride < 1 || length > INT32_MAX || stride > INT32_MAX)
    return op.fail("lengths out of range");
  const std::int64_t count = steps < length ? 0 : (steps - length) / stride + 1;
  if (count > (1 << 24) / length) return op.fail("too many frames", Code::kBudgetExceeded);
  std::vector<double> places;
  for (std::int64_t i = 0; i < count; ++i) {
    for (std::int64_t k = 0; k < length; ++k) places.push_back(static_cast<double>(i * stride + k));
  }
  op.output(op.g.gather(x, op.g.constant(tensor_of(places, DType::kInt32, {count, length})), axis));
}

void read_complex(Operation& op) {
  const auto [real, imaginary] = op.operands("real", "imag");
  if (op.ok()) op.output(complex_of(op.g, op.real(real), op.real(imaginary)));
}

void read_polar(Operation& op) {
  const auto [size, angle] = op.operands("abs_", "angle");
  if (!op.ok()) return;
  op.output(complex_of(op.g, op.g.mul(size, op.g.unary(UnaryKind::kCos, angle)),
                       op.g.mul(size, op.g.unary(UnaryKind::kSin, angle))));
}

void read_view_as_real(Operation& op) {
  const ValueId x = op.x();
  if (!op.ok()) return;
  if (!is_complex(op.g.dtype(x))) return op.output(op.g.stack({x, op.g.mul(x, 0.0)}, -1));
  op.output(
      op.g.stack({part(op, ComplexPartKind::kReal, x), part(op, ComplexPartKind::kImag, x)}, -1));
}

void read_view_as_complex(Operation& op) {
  const ValueId x = op.real(op.x());
  if (op.ok()) op.output(complex_of(op.g, op.g.pick(x, -1, 0), op.g.pick(x, -1, 1)));
}

// A window of the transform's length, divided by what the squares of all that overlap add up to.
std::vector<double> inverse_window(Operation& op, std::int64_t points, std::int64_t length,
                                   std::int64_t stride) {
  const Json json = op.plain(Operation::kNamed, "window");
  const auto name = json.if_string();
  const auto given = name || json.is_null() ? std::nullopt : json_tensor(json, DType::kFloat64);
  if (name && name != "hann" && name != "hamming") op.fail("window: not known");
  if (given && given->type.shape.elements() != length) op.fail("window: of another length");
  if (!op.ok() || json.is_null()) return {};
  const auto numbers = given ? numbers_of(*given) : std::vector<double>();
  std::vector<double> window(static_cast<std::size_t>(points)), power(window.size());
  for (std::int64_t i = 0; i < length; ++i)
    window[static_cast<std::size_t>(i + (points - length) / 2)] =
        name ? window_weight(*name, i, length) : numbers[static_cast<std::size_t>(i)];
  const auto step = static_cast<std::size_t>(stride);
  for (std::size_t i = 0; i < window.size(); ++i) power[i % step] += window[i] * window[i];
  for (std::size_t i = 0; i < window.size(); ++i) window[i] /= power[i % step];
  return window;
}

// Frames add up where they overlap.
void read_istft(Operation& op) {
  const ValueId x = complex_operand(op);
  const std::int64_t length = op.integer(1, "sequence_length"),
                     stride = op.integer(2, "sequence_stride"),
                     points = op.integer(3, "fft_length"),
                     wanted = op.integer(Operation::kNamed, "length", -1);
  const int rank = op.g.rank(x);
  if (!op.ok() || rank < 2 || points < 2 || points > kMaxSpectrumPoints || length < 1 ||
      length > points || stride < 1 || stride > points)
    return op.fail("lengths out of range");
  const std::int64_t count = op.layer().extent(x, rank - 2);
  const auto window = inverse_window(op, points, length, stride);
  if (!op.ok() || count < 1 || count > (1 << 24) / points) return op.fail("too many frames");
  ValueId frames = op.layer().emit(
      Fft{FftKind::kInverseReal},
      {op.g.cast(x, DType::kComplex64), op.g.integers(std::vector<std::int64_t>{points})});
  if (!window.empty())
    frames = op.g.mul(frames, op.g.constant(tensor_of(window, op.g.dtype(frames), {points})));
  const ValueId begins = op.g.mul(op.g.range(count), static_cast<double>(stride));
  const ValueId places = op.g.add(op.g.reshape(begins, {count, 1}), op.g.range(points));
  const ValueId rows = op.g.transpose(op.g.reshape(frames, {-1, count * points}), {1, 0});
  const std::int64_t total = (count - 1) * stride + points;
  const ValueId sums = op.layer().emit(
      ScatterNd{}, {op.g.reshape(places, {count * points, 1}), rows,
                    op.g.shape_vector(std::vector<Extent>{total, op.g.extent(rows, 1)})});
  const std::int64_t side = op.flag("center", true) ? points / 2 : 0;
  const std::int64_t end =
      wanted < 0 ? total - side : std::min(total, side + std::min(wanted, total));
  if (end < side) return op.fail("length: nothing would be left");
  std::vector<Extent> shape = op.g.extents(x);
  shape.resize(shape.size() - 2, 1);
  shape.emplace_back(end - side);
  op.output(op.g.reshape(op.g.transpose(op.g.slice(sums, 0, side, end), {1, 0}), shape));
}

constexpr OperationRule kRules[] = {
    {"istft", read_istft},
    {"fft", read_fft<FftKind::kForward, 1>},
    {"fft2", read_fft<FftKind::kForward, 2>},
    {"fft2d", read_fft<FftKind::kForward, 2>},
    {"ifft", read_fft<FftKind::kInverse, 1>},
    {"ifft2", read_fft<FftKind::kInverse, 2>},
    {"ifft2d", read_fft<FftKind::kInverse, 2>},
    {"rfft", read_rfft},
    {"irfft", read_irfft},
    {"stft", read_stft},
    {"extract_sequences", read_frames},
    {"frame", read_frames},
    {"complex", read_complex},
    {"polar", read_polar},
    {"view_as_real", read_view_as_real},
    {"view_as_complex", read_view_as_complex},
};

}  // namespace

std::span<const OperationRule> signal_operations() { return kRules; }

}  // namespace tare
