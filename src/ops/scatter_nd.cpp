// SCATTER_ND. Repeated places add up.
#include "ops/scatter_nd.h"

#include <cstring>

#include "ir/facets.h"
#include "ops/common/elements.h"
#include "ops/common/move.h"
#include "ops/common/wanted_shape.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

void infer(const ScatterNd&, InferContext& c) {
  const Shape out = wanted_shape(c, 2);
  const Shape& at = c.shape(0);
  const Shape& updates = c.shape(1);
  if (at.known() && updates.known() && out.ranked()) {
    if (!c.require(at.rank() >= 1 && at.back() <= out.rank(),
                   "index tuples deeper than the result"))
      return;
    const auto depth = static_cast<int>(at.back());
    Shape expected;
    for (int d = 0; d + 1 < at.rank(); ++d) expected.push_back(at[d]);
    if (!c.require(expected.rank() + out.rank() - depth <= kMaxRank,
                   "updates of more than 8 dimensions"))
      return;
    for (int d = depth; d < out.rank(); ++d) expected.push_back(out[d]);
    if (!c.require(compatible(expected, updates),
                   "updates " + updates.text() + ", expected " + expected.text()))
      return;
  }
  c.output(0, c.dtype(1), out);
}

void eval(const ScatterNd&, EvalContext& c) {
  const Tensor& at = c.input(0);
  const Tensor& updates = c.input(1);
  Tensor& out = c.output(0);
  const std::int64_t depth = at.shape.back();
  const auto strides = strides_of(out.shape);
  std::int64_t slice = 1;
  for (int d = static_cast<int>(depth); d < out.shape.rank(); ++d) slice *= out.shape[d];
  if (out.size > 0) std::memset(out.data, 0, out.size);
  const LoadInt load = load_int(out.dtype);
  const StoreInt store = store_int(out.dtype);
  const LoadDouble real = load_double(out.dtype);
  const StoreDouble put = store_double(out.dtype);
  const LoadComplex complex = load_complex(out.dtype);
  if (!load && !real && !complex)
    return c.fail("no kernel for " + std::string(dtype_name(out.dtype)), Code::kUnsupported);
  const std::int64_t tuples = depth == 0 ? 1 : at.elements() / depth;
  for (std::int64_t t = 0; t < tuples && slice > 0; ++t) {
    std::int64_t start = 0;
    for (std::int64_t k = 0; k < depth; ++k) {
      const std::int64_t i = integer_at(at, t * depth + k);
      if (!c.require(i >= 0 && i < out.shape[static_cast<int>(k)],
                     "index " + std::to_string(i) + " is outside an extent of " +
                         std::to_string(out.shape[static_cast<int>(k)])))
        return;
      start += i * strides[static_cast<std::size_t>(k)];
    }
    for (std::int64_t j = 0; j < slice; ++j) {
      const std::int64_t from = t * slice + j, to = start + j;
      if (load && store) {
        const std::int64_t old = load(out.data, to), more = load(updates.data, from);
        store(out.data, to, out.dtype == DType::kBool ? old | more : old + more);
      } else if (real && put) {
        put(out.data, to, real(out.data, to) + real(updates.data, from));
      } else {
        store_complex(out.dtype)(out.data, to, complex(out.data, to) + complex(updates.data, from));
      }
    }
  }
}

void read_tflite(TfliteNode& n) {
  if (n.expect(3, 3)) n.emit(ScatterNd{});
}
void write_tflite(const ScatterNd&, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_SCATTER_ND);
}

}  // namespace

const OpDef ScatterNd::kOp = define_op<ScatterNd, infer>("scatter_nd");
extern const EvalFacet eval_scatter_nd = eval_facet<ScatterNd, eval>();
extern const ReadTfliteFacet read_tflite_scatter_nd{tflite::BuiltinOperator_SCATTER_ND,
                                                    read_tflite};
extern const WriteTfliteFacet write_tflite_scatter_nd =
    write_tflite_facet<ScatterNd, write_tflite>();

}  // namespace tare
