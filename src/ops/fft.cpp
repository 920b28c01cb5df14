// FFT, IFFT, RFFT and IRFFT: definition, kernel, readers. A length that is no power of two becomes
// a convolution of chirps of one that is (Bluestein, 1970).
#include "ops/fft.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

#include "ir/facets.h"
#include "ops/common/fourier.h"
#include "ops/compose.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

using Complex = std::complex<double>;

constexpr std::int64_t kMaxLength = std::int64_t{1} << 26;

std::string_view variant(const Fft& op) {
  constexpr std::string_view kNames[] = {"fft", "ifft", "rfft", "irfft"};
  return kNames[static_cast<std::size_t>(op.kind)];
}

void infer(const Fft& op, InferContext& c) {
  const bool real = op.kind == FftKind::kReal, back = op.kind == FftKind::kInverseReal;
  Shape out = c.shape(0);
  if (!c.require(c.dtype(0) == (real ? DType::kFloat32 : DType::kComplex64),
                 "no kernel for " + std::string(dtype_name(c.dtype(0)))))
    return;
  if (!c.require(!out.ranked() || out.rank() >= 1, "a scalar has no dimension to transform"))
    return;
  if (real || back) {
    if (!c.require(c.dtype(1) == DType::kInt32 && (!c.shape(1).known() || c.shape(1) == Shape{1}),
                   "length: expected int32 [1], got " + c.shape(1).text()))
      return;
    const auto length = c.integers(1);
    if (!c.require(!length || ((*length)[0] >= 0 && (*length)[0] <= kMaxLength),
                   "length: out of range"))
      return;
    if (out.ranked())
      out[out.rank() - 1] = !length ? kUnknownDim
                            : back  ? (*length)[0]
                                    : (*length)[0] / 2 + ((*length)[0] > 0 ? 1 : 0);
  } else if (out.ranked() && !c.require(out.back() <= kMaxLength, "too long a dimension")) {
    return;
  }
  c.output(0, back ? DType::kFloat32 : DType::kComplex64, out);
}

// e^(-i pi k^2 / n), with k^2 taken modulo 2 n, where the angle repeats.
std::vector<Complex> chirp(std::size_t n) {
  std::vector<Complex> w(n);
  for (std::size_t k = 0; k < n; ++k) {
    const auto turns = static_cast<double>(static_cast<std::uint64_t>(k) * k % (2 * n));
    w[k] = std::polar(1.0, -std::numbers::pi * turns / static_cast<double>(n));
  }
  return w;
}

void transform(std::vector<Complex>& x) {
  const std::size_t n = x.size();
  if (n <= 1) return;
  if (std::has_single_bit(n)) return fourier_transform(x);
  const auto w = chirp(n);
  const std::size_t m = std::bit_ceil(2 * n - 1);
  std::vector<Complex> a(m), b(m);
  for (std::size_t k = 0; k < n; ++k) a[k] = x[k] * w[k];
  for (std::size_t k = 0; k < n; ++k) b[k] = b[(m - k) % m] = std::conj(w[k]);
  fourier_transform(a);
  fourier_transform(b);
  for (std::size_t k = 0; k < m; ++k) a[k] = std::conj(a[k] * b[k]);
  fourier_transform(a);  // of the conjugate: the inverse, but for the scale
  for (std::size_t k = 0; k < n; ++k) x[k] = std::conj(a[k]) / static_cast<double>(m) * w[k];
}

// One row in, as complex numbers of the transform's length; those of inverses conjugated, which
// makes them forward ones.
void load_row(const Fft& op, const float* in, std::size_t width, std::vector<Complex>& row) {
  const std::size_t length = row.size();
  const bool back = op.kind == FftKind::kInverseReal;
  const std::size_t used = std::min(width, back && length > 0 ? length / 2 + 1 : length);
  std::fill(row.begin(), row.end(), Complex());
  for (std::size_t k = 0; k < used; ++k) {
    row[k] = op.kind == FftKind::kReal ? Complex(in[k]) : Complex(in[2 * k], in[2 * k + 1]);
    if (op.kind == FftKind::kInverse || back) row[k] = std::conj(row[k]);
  }
  if (!back) return;
  for (std::size_t k = 0; k <= length / 2 && length > 0; ++k) {
    const std::size_t other = (length - k) % length;
    if (other == k)
      row[k] = row[k].real();
    else
      row[other] = std::conj(row[k]);
  }
}

void eval(const Fft& op, EvalContext& c) {
  const Tensor& x = c.input(0);
  const bool real = op.kind == FftKind::kReal, back = op.kind == FftKind::kInverseReal;
  const std::int64_t width = x.shape.back();
  const std::int64_t length = real || back ? integer_at(c.input(1), 0) : width;
  if (!c.require(length >= 0 && length <= kMaxLength, "length: out of range")) return;
  const auto out = c.output(0).as<float>();
  const float* in = x.as<float>().data();
  const auto per_row = static_cast<std::size_t>(c.output(0).shape.back());
  const std::size_t rows = per_row == 0 ? 0 : out.size() / (back ? 1 : 2) / per_row;
  const double scale =
      op.kind == FftKind::kInverse || back ? 1.0 / static_cast<double>(length) : 1.0;
  std::vector<Complex> row(static_cast<std::size_t>(length));
  for (std::size_t r = 0; r < rows; ++r) {
    load_row(op, in + r * static_cast<std::size_t>(width) * (real ? 1 : 2),
             static_cast<std::size_t>(width), row);
    transform(row);
    for (std::size_t k = 0; k < per_row; ++k) {
      const Complex v = (op.kind == FftKind::kInverse ? std::conj(row[k]) : row[k]) * scale;
      if (back) {
        out[r * per_row + k] = static_cast<float>(v.real());
        continue;
      }
      out[2 * (r * per_row + k)] = static_cast<float>(v.real());
      out[2 * (r * per_row + k) + 1] = static_cast<float>(v.imag());
    }
  }
}

template <FftKind kind>
void read_tf(TfNode& n) {
  if (n.expect(kind == FftKind::kReal || kind == FftKind::kInverseReal ? 2 : 1))
    n.become(Fft{kind});
}

// Over the last `dims` dimensions, one after another.
template <FftKind kind, int dims>
void read_many(TfNode& n) {
  if (!n.expect(1)) return;
  Compose g(n.builder());
  ValueId x = n.input(0);
  const int rank = g.rank(x);
  if (!n.require(rank >= dims, "input: too few dimensions: " + g.shape(x).text())) return;
  for (int d = 1; d <= dims; ++d) {
    const int axis = rank - d;
    x = g.move_axis(n.emit(Fft{kind}, {g.move_axis(x, axis, rank - 1)}), rank - 1, axis);
  }
  n.output(0, x);
}

// Cropped or padded along the dimension before the last.
ValueId with_rows(Compose& g, ValueId x, std::int64_t rows) {
  const int axis = g.rank(x) - 2;
  if (g.shape(x)[axis] == rows) return x;
  std::vector<Extent> room = g.extents(x);
  room[static_cast<std::size_t>(axis)] = rows;
  const ValueId longer = g.concat({x, g.fill(room, g.number(0, g.dtype(x)))}, axis);
  return g.slice(longer, axis, 0, rows);
}

// The halved transform is that of the last dimension.
template <bool kBack>
void read_real_2d(TfNode& n) {
  if (!n.expect(2)) return;
  Compose g(n.builder());
  const auto lengths = n.known_integers(1, "fft_length");
  if (!n.ok() ||
      !n.require(g.rank(n.input(0)) >= 2 && lengths.size() == 2 && lengths[0] >= 1 &&
                     lengths[1] >= 1 && lengths[0] <= kMaxLength && lengths[1] <= kMaxLength,
                 "fft_length: expected two lengths, and images"))
    return;
  const int rank = g.rank(n.input(0));
  const ValueId length = g.integers(std::vector<std::int64_t>{lengths[1]});
  const auto along_rows = [&](FftKind kind, ValueId x) {
    return g.move_axis(n.emit(Fft{kind}, {g.move_axis(x, rank - 2, rank - 1)}), rank - 1, rank - 2);
  };
  ValueId x = with_rows(g, n.input(0), lengths[0]);
  if (!n.ok()) return;
  if (kBack)
    x = n.emit(Fft{FftKind::kInverseReal}, {along_rows(FftKind::kInverse, x), length});
  else
    x = along_rows(FftKind::kForward, n.emit(Fft{FftKind::kReal}, {x, length}));
  n.output(0, x);
}

}  // namespace

const OpDef Fft::kOp = define_op_table<Fft, infer, variant>("fft");
extern const EvalFacet eval_fft = eval_facet<Fft, eval>();
extern const ReadTfFacet read_tf_fft{"FFT", read_tf<FftKind::kForward>};
extern const ReadTfFacet read_tf_fft_2d{"FFT2D", read_many<FftKind::kForward, 2>};
extern const ReadTfFacet read_tf_fft_3d{"FFT3D", read_many<FftKind::kForward, 3>};
extern const ReadTfFacet read_tf_ifft{"IFFT", read_tf<FftKind::kInverse>};
extern const ReadTfFacet read_tf_ifft_2d{"IFFT2D", read_many<FftKind::kInverse, 2>};
extern const ReadTfFacet read_tf_ifft_3d{"IFFT3D", read_many<FftKind::kInverse, 3>};
extern const ReadTfFacet read_tf_irfft{"IRFFT", read_tf<FftKind::kInverseReal>};
extern const ReadTfFacet read_tf_rfft{"RFFT", read_tf<FftKind::kReal>};

extern const ReadTfFacet read_tf_rfft_2d{"RFFT2D", read_real_2d<false>};
extern const ReadTfFacet read_tf_irfft_2d{"IRFFT2D", read_real_2d<true>};
extern const ReadTfFacet read_tf_batch_fft{"BatchFFT", read_tf<FftKind::kForward>};
extern const ReadTfFacet read_tf_batch_fft2_d{"BatchFFT2D", read_many<FftKind::kForward, 2>};
extern const ReadTfFacet read_tf_batch_fft3_d{"BatchFFT3D", read_many<FftKind::kForward, 3>};
extern const ReadTfFacet read_tf_batch_ifft{"BatchIFFT", read_tf<FftKind::kInverse>};
extern const ReadTfFacet read_tf_batch_ifft2_d{"BatchIFFT2D", read_many<FftKind::kInverse, 2>};
extern const ReadTfFacet read_tf_batch_ifft3_d{"BatchIFFT3D", read_many<FftKind::kInverse, 3>};
}  // namespace tare
