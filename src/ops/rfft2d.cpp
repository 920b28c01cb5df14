// RFFT2D: rows first, then the columns that are kept.
#include "ops/rfft2d.h"

#include <algorithm>

#include "base/checked.h"
#include "ir/facets.h"
#include "ops/common/fourier.h"
#include "ops/common/scratch_parts.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

using Complex = std::complex<double>;

void infer(const Rfft2d&, InferContext& c) {
  Shape out = c.shape(0);
  if (!c.require(c.dtype(0) == DType::kFloat32,
                 "no kernel for " + std::string(dtype_name(c.dtype(0)))))
    return;
  if (!c.require(c.dtype(1) == DType::kInt32 && (!c.shape(1).known() || c.shape(1) == Shape{2}),
                 "lengths: expected int32 [2], got " + c.shape(1).text()))
    return;
  if (!out.ranked()) return c.output(0, DType::kComplex64, Shape::unknown());
  if (!c.require(out.rank() >= 2, "input: expected 2 dimensions at least, got " + out.text()))
    return;
  out[out.rank() - 2] = out[out.rank() - 1] = kUnknownDim;
  if (const auto lengths = c.integers(1)) {
    for (const std::int64_t v : *lengths) {
      if (!c.require(is_power_of_two(v) && v <= INT32_MAX,
                     "lengths must be powers of two, got " + std::to_string(v)))
        return;
    }
    out[out.rank() - 2] = (*lengths)[0];
    out[out.rank() - 1] = (*lengths)[1] / 2 + 1;
  }
  c.output(0, DType::kComplex64, out);
}

Cost cost(const Rfft2d&, const NodeTypes& t) {
  // Some 5 n log n operations on complex numbers; the logarithm of what fits memory is below 32.
  return {.macs = 0,
          .flops = checked_mul<std::int64_t>(320, t.outputs[0].shape.checked_elements().value_or(0))
                       .value_or(INT64_MAX / 4)};
}

struct Lengths {
  std::int64_t height, width;  // of the transform
  std::int64_t rows, columns;  // of the input
  std::int64_t kept() const { return width / 2 + 1; }
};

// One image: `half` holds the kept half of its rows, `line` one row or column.
void transform(const Lengths& s, const float* in, Complex* half, std::span<Complex> line) {
  for (std::int64_t y = 0; y < s.height; ++y) {
    const auto row = line.first(static_cast<std::size_t>(s.width));
    std::fill(row.begin(), row.end(), Complex());
    if (y < s.rows) {
      const std::int64_t count = std::min(s.width, s.columns);
      for (std::int64_t x = 0; x < count; ++x)
        row[static_cast<std::size_t>(x)] = in[y * s.columns + x];
      fourier_transform(row);
    }
    std::copy_n(row.begin(), s.kept(), half + y * s.kept());
  }
  const auto column = line.first(static_cast<std::size_t>(s.height));
  for (std::int64_t x = 0; x < s.kept(); ++x) {
    for (std::int64_t y = 0; y < s.height; ++y)
      column[static_cast<std::size_t>(y)] = half[y * s.kept() + x];
    fourier_transform(column);
    for (std::int64_t y = 0; y < s.height; ++y)
      half[y * s.kept() + x] = column[static_cast<std::size_t>(y)];
  }
}

void eval(const Rfft2d&, EvalContext& c) {
  const Tensor& in = c.input(0);
  const int rank = in.shape.rank();
  const Lengths s = {.height = integer_at(c.input(1), 0),
                     .width = integer_at(c.input(1), 1),
                     .rows = in.shape[rank - 2],
                     .columns = in.shape[rank - 1]};
  // Lengths that only this run told were checked when it inferred the output.
  const std::int64_t image = s.height * s.kept(), longest = std::max(s.height, s.width);
  ScratchParts parts;
  const std::size_t half_part = parts.add<Complex>(image), line_part = parts.add<Complex>(longest);
  if (!parts.allocate(c)) return;
  Complex* half = parts.at<Complex>(half_part);
  const std::span<Complex> line(parts.at<Complex>(line_part), static_cast<std::size_t>(longest));
  auto* out = reinterpret_cast<std::complex<float>*>(c.output(0).data);
  const std::int64_t images = c.output(0).elements() / image;
  for (std::int64_t i = 0; i < images; ++i, out += image) {
    transform(s, in.as<float>().data() + i * s.rows * s.columns, half, line);
    std::transform(half, half + image, out, [](Complex v) { return std::complex<float>(v); });
  }
}

void read_tflite(TfliteNode& n) {
  if (n.expect(2, 2)) n.emit(Rfft2d{});
}
void write_tflite(const Rfft2d&, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_RFFT2D, tflite::CreateRfft2dOptions(w.fbb()));
}

}  // namespace

const OpDef Rfft2d::kOp = define_op<Rfft2d, infer, cost>("rfft2d");
extern const EvalFacet eval_rfft2d = eval_facet<Rfft2d, eval>();
extern const ReadTfliteFacet read_tflite_rfft2d{tflite::BuiltinOperator_RFFT2D, read_tflite};
extern const WriteTfliteFacet write_tflite_rfft2d = write_tflite_facet<Rfft2d, write_tflite>();

}  // namespace tare
