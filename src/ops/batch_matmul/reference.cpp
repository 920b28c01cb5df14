// Reference kernels of batched products: matrix by matrix, each a convolution of single points.
#include <algorithm>
#include <complex>

#include "ir/facets.h"
#include "ops/batch_matmul/batch_matmul.h"
#include "ops/common/broadcast.h"
#include "ops/common/convolution_types.h"
#include "ops/common/dynamic_quantization.h"
#include "ops/common/window_checks.h"

namespace tare {
namespace {

struct Products {
  std::int64_t rows, depth, columns;
  Shape batch, batch_a, batch_b;
  bool adj_x, adj_y;

  Products(const BatchMatMul& op, const Shape& a, const Shape& b, const Shape& out)
      : adj_x(op.adj_x), adj_y(op.adj_y) {
    rows = out[out.rank() - 2];
    columns = out.back();
    depth = a[op.adj_x ? a.rank() - 2 : a.rank() - 1];
    const auto before = [](const Shape& s) {
      return Shape(s.dims().first(static_cast<std::size_t>(s.rank() - 2)));
    };
    batch = before(out);
    batch_a = before(a);
    batch_b = before(b);
  }

  // body(matrix of the output, of a, of b)
  template <class Body>
  void each(Body body) const {
    BroadcastLoop<2>(batch, {batch_a, batch_b}).run([&](std::int64_t i, const auto& at) {
      body(i, at[0], at[1]);
    });
  }

  ConvolutionShape shape() const {
    return {.batch = rows, .group_inputs = depth, .group_outputs = columns};
  }
  Columns columns_of(const Tensor& b, std::int64_t matrix) const {
    return {.weights = &b,
            .offset = matrix * depth * columns,
            .k_stride = adj_y ? 1 : columns,
            .column_stride = adj_y ? depth : 1,
            .zero_point = b.zero_point()};
  }
  std::int64_t place_a(std::int64_t matrix, std::int64_t row, std::int64_t k) const {
    return matrix * rows * depth + (adj_x ? k * rows + row : row * depth + k);
  }
  std::int64_t place_b(std::int64_t matrix, std::int64_t k, std::int64_t column) const {
    return matrix * depth * columns + (adj_y ? column * depth + k : k * columns + column);
  }
  Tensor matrix_of(const Tensor& out, std::int64_t matrix) const {
    Tensor part = out;
    part.size = static_cast<std::size_t>(rows * columns) * dtype_size(out.dtype);
    part.data = out.data + static_cast<std::size_t>(matrix) * part.size;
    return part;
  }
};

// Rows of a side by side: a itself, or transposed into `rows`.
template <class T>
const T* straight(const Products& p, const T* a, std::int64_t matrix, T* rows) {
  if (!p.adj_x) return a + matrix * p.rows * p.depth;
  for (std::int64_t r = 0; r < p.rows; ++r) {
    for (std::int64_t k = 0; k < p.depth; ++k) rows[r * p.depth + k] = a[p.place_a(matrix, r, k)];
  }
  return rows;
}

void eval_float(const Products& p, EvalContext& c) {
  const Tensor& a = c.input(0);
  const bool copied = a.dtype != DType::kFloat32;
  ScratchParts parts;
  const std::size_t tile = parts.add<float>(p.depth * kTile);
  const std::size_t rows = parts.add<float>(p.adj_x ? p.rows * p.depth : 0);
  const std::size_t floats = parts.add<float>(copied ? a.elements() : 0);
  if (!parts.allocate(c)) return;
  if (copied) load_floats(a, parts.at<float>(floats));
  const float* from = copied ? parts.at<float>(floats) : a.as<float>().data();
  p.each([&](std::int64_t i, std::int64_t at_a, std::int64_t at_b) {
    Tensor out = p.matrix_of(c.output(0), i);
    convolve(p.shape(), straight(p, from, at_a, parts.at<float>(rows)),
             p.columns_of(c.input(1), at_b), parts.at<float>(tile),
             FloatStore{.output = &out, .channels = p.columns});
  });
}

void eval_quantised(const Products& p, EvalContext& c) {
  Tensor a = c.input(0), b = c.input(1), y = c.output(0);
  const bool sums_alone = y.dtype == DType::kInt32;
  if (sums_alone) a.quantization = b.quantization = y.quantization = nullptr;
  const bool wide = a.dtype == DType::kInt16;
  if (!sums_alone && !has_scale(c, y)) return;
  ScratchParts parts;
  const std::size_t tile = parts.add<std::int16_t>(p.depth * kTile);
  const std::size_t input = parts.add<std::int16_t>(a.elements());
  const std::size_t rows = parts.add<std::int16_t>(p.adj_x ? p.rows * p.depth : 0);
  const std::size_t scales = parts.add<ChannelScale>(p.columns);
  if (!parts.allocate(c)) return;
  load_centred(a, parts.at<std::int16_t>(input));
  fill_scales({a, b, y, true}, p.columns, parts.at<ChannelScale>(scales));
  p.each([&](std::int64_t i, std::int64_t at_a, std::int64_t at_b) {
    Tensor out = p.matrix_of(y, i);
    convolve(p.shape(),
             straight(p, parts.at<std::int16_t>(input), at_a, parts.at<std::int16_t>(rows)),
             p.columns_of(b, at_b), parts.at<std::int16_t>(tile),
             IntSums(products_in_32_bits(a.dtype, b.dtype)),
             IntStore{.output = &out,
                      .channels = p.columns,
                      .scales = parts.at<ChannelScale>(scales),
                      .rounding = sums_alone ? Rounding::kNone
                                  : wide     ? Rounding::kWide
                                             : Rounding::kTwice,
                      .range = quantized_activation_range(Activation::kNone, out)});
  });
}

// Rows of a are quantised one by one, once for all matrices of b.
void eval_hybrid(const Products& p, const BatchMatMul& op, EvalContext& c) {
  const Tensor& a = c.input(0);
  const std::int64_t matrices = p.rows * p.depth == 0 ? 0 : a.elements() / (p.rows * p.depth);
  ScratchParts parts;
  const std::size_t tile = parts.add<std::int16_t>(p.depth * kTile);
  const std::size_t input = parts.add<std::int16_t>(a.elements());
  const std::size_t row = parts.add<float>(p.rows * p.depth);
  const std::size_t scales = parts.add<float>(matrices * p.rows);
  if (!parts.allocate(c)) return;
  const auto quantise = op.asymmetric_quantize_inputs ? quantize_asymmetric : quantize_symmetric;
  for (std::int64_t m = 0; m < matrices; ++m) {
    const float* from = straight(p, a.as<float>().data(), m, parts.at<float>(row));
    for (std::int64_t r = 0; r < p.rows; ++r) {
      const std::int64_t to = m * p.rows + r;
      parts.at<float>(scales)[to] =
          quantise(from + r * p.depth, p.depth, parts.at<std::int16_t>(input) + to * p.depth);
    }
  }
  p.each([&](std::int64_t i, std::int64_t at_a, std::int64_t at_b) {
    Tensor out = p.matrix_of(c.output(0), i);
    Columns columns = p.columns_of(c.input(1), at_b);
    columns.zero_point = 0;
    convolve(p.shape(), parts.at<std::int16_t>(input) + at_a * p.rows * p.depth, columns,
             parts.at<std::int16_t>(tile), IntSums(products_in_32_bits(DType::kInt8, DType::kInt8)),
             HybridStore{.output = &out,
                         .channels = p.columns,
                         .image_scales = parts.at<float>(scales) + at_a * p.rows,
                         .weights = &c.input(1)});
  });
}

// Types without a kernel of their own, element by element.
template <class Sum, class Load, class Store>
void eval_elements(const Products& p, EvalContext& c, Load load, Store store) {
  p.each([&](std::int64_t i, std::int64_t at_a, std::int64_t at_b) {
    for (std::int64_t r = 0; r < p.rows; ++r) {
      for (std::int64_t n = 0; n < p.columns; ++n) {
        Sum sum{};
        for (std::int64_t k = 0; k < p.depth; ++k) {
          auto left = load(c.input(0).data, p.place_a(at_a, r, k)),
               right = load(c.input(1).data, p.place_b(at_b, k, n));
          if constexpr (std::is_same_v<Sum, std::complex<double>>) {
            if (p.adj_x) left = std::conj(left);
            if (p.adj_y) right = std::conj(right);
          }
          sum += static_cast<Sum>(left) * static_cast<Sum>(right);
        }
        store(c.output(0).data, (i * p.rows + r) * p.columns + n, sum);
      }
    }
  });
}

void eval(const BatchMatMul& op, EvalContext& c) {
  if (c.output(0).elements() == 0) return;
  const Products p(op, c.input(0).shape, c.input(1).shape, c.output(0).shape);
  const DType a = c.input(0).dtype, b = c.input(1).dtype;
  if (is_hybrid(a, b)) return eval_hybrid(p, op, c);
  if (a == DType::kInt8 || a == DType::kInt16) return eval_quantised(p, c);
  if (is_complex(a))
    return eval_elements<std::complex<double>>(p, c, load_complex(a), store_complex(a));
  if (a == DType::kFloat64) return eval_elements<double>(p, c, load_double(a), store_double(a));
  if (is_float(a)) return eval_float(p, c);
  // Unsigned sums wrap, as stored integers do.
  const StoreInt store = store_int(a);
  eval_elements<std::uint64_t>(p, c, load_int(a),
                               [store](std::byte* to, std::int64_t i, std::uint64_t v) {
                                 store(to, i, static_cast<std::int64_t>(v));
                               });
}

}  // namespace

extern const EvalFacet eval_batch_matmul = eval_facet<BatchMatMul, eval>();

}  // namespace tare
