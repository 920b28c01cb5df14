// MatrixDiag, MatrixDiagPart, MatrixSetDiag of all versions: definitions, kernels, readers.
#include "ops/band_diag.h"

#include <algorithm>

#include "ir/facets.h"
#include "ops/common/move.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

constexpr std::int64_t kMaxExtent = std::int64_t{1} << 30;

struct Band {
  const DiagonalBand& b;
  std::int64_t rows, columns;

  bool single() const { return b.low == b.high; }
  std::int64_t count() const { return b.high - b.low + 1; }
  std::int64_t length(std::int64_t d) const {
    return std::min(rows + std::min<std::int64_t>(d, 0), columns - std::max<std::int64_t>(d, 0));
  }
  std::int64_t longest() const {
    return std::min(rows + std::min<std::int64_t>(b.high, 0),
                    columns - std::max<std::int64_t>(b.low, 0));
  }
  bool holds(std::int64_t d) const { return d >= b.low && d <= b.high; }
  std::int64_t gap(std::int64_t d) const {
    return (d >= 0 ? b.right_above : b.right_below) ? longest() - length(d) : 0;
  }
  // Where among the diagonals of one matrix an element stands.
  std::int64_t place(std::int64_t row, std::int64_t column) const {
    const std::int64_t d = column - row;
    return (b.high - d) * longest() + std::min(row, column) + gap(d);
  }
  bool fits() const {
    return (b.low > -rows || (b.low == 0 && rows == 0)) &&
           (b.high < columns || (b.high == 0 && columns == 0)) && longest() >= 0;
  }
};

Band band_of(const DiagonalBand& b, const Shape& matrix) {
  return {b, matrix[matrix.rank() - 2], matrix[matrix.rank() - 1]};
}

// Rows and columns of the matrix whose band is given.
bool size_of(const BandDiag& op, std::int64_t longest, std::int64_t& rows, std::int64_t& columns) {
  const std::int64_t least_rows = longest - std::min<std::int64_t>(op.band.high, 0),
                     least_columns = longest + std::max<std::int64_t>(op.band.low, 0);
  rows = op.rows;
  columns = op.columns;
  if (rows < 0 && columns < 0) rows = columns = std::max(least_rows, least_columns);
  if (rows < 0) rows = least_rows;
  if (columns < 0) columns = least_columns;
  return rows >= least_rows && columns >= least_columns &&
         (rows == least_rows || columns == least_columns);
}

void infer_diag(const BandDiag& op, InferContext& c) {
  const Shape& in = c.shape(0);
  const bool single = op.band.low == op.band.high;
  const int own = single ? 1 : 2;
  if (!c.require(c.dtype(1) == c.dtype(0), "diagonals and padding of different types")) return;
  if (!in.ranked()) return c.output(0, c.dtype(0), in);
  if (!c.require(in.rank() >= own && in.rank() + 2 - own <= kMaxRank,
                 "diagonals: not so many dimensions: " + in.text()))
    return;
  if (!c.require(single || !is_known(in[in.rank() - 2]) ||
                     in[in.rank() - 2] == op.band.high - op.band.low + 1,
                 "diagonals " + in.text() + " are not as many as k says"))
    return;
  Shape out(in.dims().first(static_cast<std::size_t>(in.rank() - own)));
  std::int64_t rows = kUnknownDim, columns = kUnknownDim;
  if (is_known(in.back()) &&
      !c.require(in.back() <= kMaxExtent && size_of(op, in.back(), rows, columns),
                 "num_rows, num_cols: do not fit diagonals of " + std::to_string(in.back())))
    return;
  out.push_back(rows);
  out.push_back(columns);
  c.output(0, c.dtype(0), out);
}

void eval_diag(const BandDiag& op, EvalContext& c) {
  const Tensor& in = c.input(0);
  const Band band = band_of(op.band, c.output(0).shape);
  const std::int64_t size = band.rows * band.columns, own = band.count() * in.shape.back();
  move_elements(c, 0, [&](std::int64_t i) {
    const std::int64_t row = i % size / band.columns, column = i % band.columns;
    return band.holds(column - row) ? Source{&in, i / size * own + band.place(row, column)}
                                    : Source{&c.input(1), 0};
  });
}

// Shape of the diagonals of matrices like these; fails where the band leaves them.
Shape part_shape(InferContext& c, const DiagonalBand& b, const Shape& in) {
  if (!in.ranked()) return in;
  if (!c.require(in.rank() >= 2, "expected matrices, got " + in.text())) return in;
  Shape out(in.dims().first(static_cast<std::size_t>(in.rank() - 2)));
  const Band band = band_of(b, in);
  if (b.low != b.high) out.push_back(b.high - b.low + 1);
  const bool known = is_known(band.rows) && is_known(band.columns);
  c.require(!known || band.fits(), "k: outside matrices of " + in.text());
  out.push_back(known ? band.longest() : kUnknownDim);
  return out;
}

void infer_part(const BandDiagPart& op, InferContext& c) {
  if (c.require(c.dtype(1) == c.dtype(0), "matrices and padding of different types"))
    c.output(0, c.dtype(0), part_shape(c, op.band, c.shape(0)));
}

void eval_part(const BandDiagPart& op, EvalContext& c) {
  const Tensor& in = c.input(0);
  const Band band = band_of(op.band, in.shape);
  const std::int64_t longest = band.longest(), own = band.count() * longest;
  move_elements(c, 0, [&](std::int64_t i) {
    const std::int64_t d = op.band.high - i % own / longest;
    const std::int64_t k = i % longest - band.gap(d);
    if (k < 0 || k >= band.length(d)) return Source{&c.input(1), 0};
    const std::int64_t row = k + std::max<std::int64_t>(-d, 0),
                       column = k + std::max<std::int64_t>(d, 0);
    return Source{&in, (i / own * band.rows + row) * band.columns + column};
  });
}

void infer_set(const BandSetDiag& op, InferContext& c) {
  if (!c.require(c.dtype(1) == c.dtype(0), "matrices and diagonals of different types")) return;
  const Shape wanted = part_shape(c, op.band, c.shape(0));
  if (c.require(compatible(wanted, c.shape(1)),
                "diagonals: expected " + wanted.text() + ", got " + c.shape(1).text()))
    c.output(0, c.dtype(0), c.shape(0));
}

void eval_set(const BandSetDiag& op, EvalContext& c) {
  const Tensor& in = c.input(0);
  const Band band = band_of(op.band, in.shape);
  const std::int64_t size = band.rows * band.columns, own = band.count() * band.longest();
  move_elements(c, 0, [&](std::int64_t i) {
    const std::int64_t row = i % size / band.columns, column = i % band.columns;
    return band.holds(column - row) ? Source{&c.input(1), i / size * own + band.place(row, column)}
                                    : Source{&in, i};
  });
}

// k (an input from version 2 on) and align (an attribute from version 3 on).
DiagonalBand band_from(TfNode& n, int k_input) {
  DiagonalBand b{.right_above = false, .right_below = false};
  if (n.inputs() > k_input) {
    const auto k = n.known_integers(k_input, "k");
    if (!n.ok() || !n.require(k.size() == 1 || k.size() == 2, "k: expected one or two numbers"))
      return b;
    b.low = k.front();
    b.high = k.back();
    n.require(b.low <= b.high && b.low > -kMaxExtent && b.high < kMaxExtent, "k: out of range");
  }
  if (!n.op().ends_with("V3")) return b;
  const std::string align = n.text("align", "RIGHT_LEFT");
  const std::size_t bar = align.find('_');
  const std::string above = align.substr(0, bar),
                    below = bar == std::string::npos ? "" : align.substr(bar + 1);
  n.require((above == "LEFT" || above == "RIGHT") && (below == "LEFT" || below == "RIGHT"),
            "align: expected LEFT or RIGHT, twice, got '" + align + "'");
  b.right_above = above == "RIGHT";
  b.right_below = below == "RIGHT";
  return b;
}

ValueId zero_like(TfNode& n) { return n.builder().scalar(n.type(0).dtype, 0); }

void read_diag(TfNode& n) {
  if (!n.expect(1, 5)) return;
  BandDiag op{.band = band_from(n, 1)};
  const auto extent = [&](int input) {
    const auto v = n.known_integers(input, "the number of rows or columns");
    n.require(v.size() == 1 && v[0] >= -1 && v[0] <= kMaxExtent,
              "num_rows, num_cols: expected a number");
    return n.ok() ? v[0] : -1;
  };
  if (n.inputs() == 5) {
    op.rows = extent(2);
    op.columns = extent(3);
  }
  if (n.ok()) n.output(0, n.emit(op, {n.input(0), n.inputs() == 5 ? n.input(4) : zero_like(n)}));
}

void read_part(TfNode& n) {
  if (!n.expect(1, 3)) return;
  const BandDiagPart op{band_from(n, 1)};
  if (n.ok()) n.output(0, n.emit(op, {n.input(0), n.inputs() == 3 ? n.input(2) : zero_like(n)}));
}

void read_set(TfNode& n) {
  if (!n.expect(2, 3)) return;
  const BandSetDiag op{band_from(n, 2)};
  if (n.ok()) n.output(0, n.emit(op, {n.input(0), n.input(1)}));
}

}  // namespace

const OpDef BandDiag::kOp = define_op<BandDiag, infer_diag, no_cost>("band_diag");
const OpDef BandDiagPart::kOp = define_op<BandDiagPart, infer_part, no_cost>("band_diag_part");
const OpDef BandSetDiag::kOp = define_op<BandSetDiag, infer_set, no_cost>("band_set_diag");
extern const EvalFacet eval_band_diag = eval_facet<BandDiag, eval_diag>();
extern const EvalFacet eval_band_diag_part = eval_facet<BandDiagPart, eval_part>();
extern const EvalFacet eval_band_set_diag = eval_facet<BandSetDiag, eval_set>();
extern const ReadTfFacet read_tf_matrix_diag{"MatrixDiag", read_diag};
extern const ReadTfFacet read_tf_matrix_diag_part{"MatrixDiagPart", read_part};
extern const ReadTfFacet read_tf_matrix_diag_part_v2{"MatrixDiagPartV2", read_part};
extern const ReadTfFacet read_tf_matrix_diag_part_v3{"MatrixDiagPartV3", read_part};
extern const ReadTfFacet read_tf_matrix_diag_v2{"MatrixDiagV2", read_diag};
extern const ReadTfFacet read_tf_matrix_diag_v3{"MatrixDiagV3", read_diag};
extern const ReadTfFacet read_tf_matrix_set_diag{"MatrixSetDiag", read_set};
extern const ReadTfFacet read_tf_matrix_set_diag_v2{"MatrixSetDiagV2", read_set};
extern const ReadTfFacet read_tf_matrix_set_diag_v3{"MatrixSetDiagV3", read_set};
extern const ReadTfFacet read_tf_batch_matrix_diag{"BatchMatrixDiag", read_diag};
extern const ReadTfFacet read_tf_batch_matrix_diag_part{"BatchMatrixDiagPart", read_part};
extern const ReadTfFacet read_tf_batch_matrix_set_diag{"BatchMatrixSetDiag", read_set};
}  // namespace tare
