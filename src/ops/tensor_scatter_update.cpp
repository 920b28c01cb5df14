// TensorScatterUpdate, -Add, -Sub, -Min, -Max: definition, kernel, readers. Of two updates of one
// place the later stays.
#include "ops/tensor_scatter_update.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "ir/facets.h"
#include "ops/common/elements.h"
#include "ops/common/move.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

void infer(const TensorScatterUpdate& op, InferContext& c) {
  const Shape& x = c.shape(0);
  const Shape& at = c.shape(1);
  const Shape& updates = c.shape(2);
  const bool moves = op.kind == ScatterKind::kUpdate;
  if (!c.require(!is_handle(c.dtype(0)) && c.dtype(2) == c.dtype(0),
                 "tensor and updates must be of one type"))
    return;
  if (!c.require(moves || is_numeric(c.dtype(0)), "no kernel for strings")) return;
  if (!c.require(is_integer(c.dtype(1)), "indices must be integers")) return;
  if (at.known() && updates.known() && x.ranked()) {
    if (!c.require(at.rank() >= 1 && at.back() <= x.rank(), "index tuples deeper than the tensor"))
      return;
    Shape expected;
    for (int d = 0; d + 1 < at.rank(); ++d) expected.push_back(at[d]);
    const auto depth = static_cast<int>(at.back());
    if (!c.require(expected.rank() + x.rank() - depth <= kMaxRank,
                   "updates of more than 8 dimensions"))
      return;
    for (int d = depth; d < x.rank(); ++d) expected.push_back(x[d]);
    if (!c.require(compatible(expected, updates),
                   "updates " + updates.text() + ", expected " + expected.text()))
      return;
  }
  c.output(0, c.dtype(0), x);
}

// Calls body(first element of the slice, first element of the update) for each update.
template <class Body>
void each_update(EvalContext& c, std::int64_t slice, Body body) {
  const Tensor& at = c.input(1);
  const Shape& x = c.input(0).shape;
  const std::int64_t depth = at.shape.back();
  std::int64_t tuples = 1;
  for (int d = 0; d + 1 < at.shape.rank(); ++d) tuples *= at.shape[d];
  for (std::int64_t t = 0; t < tuples && slice > 0; ++t) {
    std::int64_t start = 0;
    for (int k = 0; k < static_cast<int>(depth); ++k) {
      const std::int64_t i = integer_at(at, t * depth + k);
      if (!c.require(i >= 0 && i < x[k], "index " + std::to_string(i) +
                                             " is outside an extent of " + std::to_string(x[k])))
        return;
      start = start * x[k] + i;
    }
    body(start * slice, t * slice);
  }
}

// Integers wrap; a divisor of 0 has been refused before, and INT64_MIN / -1 would trap.
double product(double a, double b) { return a * b; }
std::int64_t product(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
}
double quotient(double a, double b) { return a / b; }
std::int64_t quotient(std::int64_t a, std::int64_t b) { return b == -1 ? product(a, b) : a / b; }

template <class T>
T combined(ScatterKind kind, T a, T b) {
  switch (kind) {
    case ScatterKind::kAdd:
      return a + b;
    case ScatterKind::kSub:
      return a - b;
    case ScatterKind::kMin:
      return std::min(a, b);
    case ScatterKind::kMax:
      return std::max(a, b);
    case ScatterKind::kMul:
      return product(a, b);
    case ScatterKind::kDiv:
      return quotient(a, b);
    default:
      return b;
  }
}

template <class Load, class Store>
void combine(const TensorScatterUpdate& op, EvalContext& c, std::int64_t slice, Load load,
             Store store) {
  Tensor& out = c.output(0);
  each_update(c, slice, [&](std::int64_t to, std::int64_t from) {
    for (std::int64_t j = 0; j < slice; ++j)
      store(out.data, to + j,
            combined(op.kind, load(out.data, to + j), load(c.input(2).data, from + j)));
  });
}

void eval(const TensorScatterUpdate& op, EvalContext& c) {
  const Tensor& x = c.input(0);
  std::int64_t slice = 1;
  for (int d = static_cast<int>(c.input(1).shape.back()); d < x.shape.rank(); ++d)
    slice *= x.shape[d];
  if (op.kind == ScatterKind::kUpdate) {
    std::vector<std::int64_t> updated(static_cast<std::size_t>(x.elements()), -1);
    each_update(c, slice, [&](std::int64_t to, std::int64_t from) {
      for (std::int64_t j = 0; j < slice; ++j) updated[static_cast<std::size_t>(to + j)] = from + j;
    });
    if (!c.ok()) return;
    return move_elements(c, 0, [&](std::int64_t i) {
      const std::int64_t u = updated[static_cast<std::size_t>(i)];
      return u >= 0 ? Source{&c.input(2), u} : Source{&x, i};
    });
  }
  if (x.size > 0) std::memcpy(c.output(0).data, x.data, x.size);
  if (const LoadInt load = load_int(x.dtype)) {
    const Tensor& by = c.input(2);
    for (std::int64_t i = 0; op.kind == ScatterKind::kDiv && i < by.elements(); ++i)
      if (!c.require(load(by.data, i) != 0, "division by zero")) return;
    return combine(op, c, slice, load, store_int(x.dtype));
  }
  if (const LoadDouble load = load_double(x.dtype))
    return combine(op, c, slice, load, store_double(x.dtype));
  if (op.kind == ScatterKind::kAdd || op.kind == ScatterKind::kSub) {
    const LoadComplex load = load_complex(x.dtype);
    const StoreComplex store = store_complex(x.dtype);
    const double sign = op.kind == ScatterKind::kAdd ? 1 : -1;
    return each_update(c, slice, [&](std::int64_t to, std::int64_t from) {
      for (std::int64_t j = 0; j < slice; ++j)
        store(c.output(0).data, to + j,
              load(c.output(0).data, to + j) + sign * load(c.input(2).data, from + j));
    });
  }
  c.fail("no kernel for " + std::string(dtype_name(x.dtype)), Code::kUnsupported);
}

template <ScatterKind kind>
void read_tf(TfNode& n) {
  if (n.expect(3)) n.become(TensorScatterUpdate{kind});
}

}  // namespace

const OpDef TensorScatterUpdate::kOp =
    define_op<TensorScatterUpdate, infer, no_cost>("tensor_scatter_update");
extern const EvalFacet eval_tensor_scatter_update = eval_facet<TensorScatterUpdate, eval>();
extern const ReadTfFacet read_tf_tensor_scatter_add{"TensorScatterAdd", read_tf<ScatterKind::kAdd>};
extern const ReadTfFacet read_tf_tensor_scatter_max{"TensorScatterMax", read_tf<ScatterKind::kMax>};
extern const ReadTfFacet read_tf_tensor_scatter_min{"TensorScatterMin", read_tf<ScatterKind::kMin>};
extern const ReadTfFacet read_tf_tensor_scatter_sub{"TensorScatterSub", read_tf<ScatterKind::kSub>};
extern const ReadTfFacet read_tf_tensor_scatter_update{"TensorScatterUpdate",
                                                       read_tf<ScatterKind::kUpdate>};
extern const ReadTfFacet read_tf_scatter_nd_non_aliasing_add{"ScatterNdNonAliasingAdd",
                                                             read_tf<ScatterKind::kAdd>};
}  // namespace tare
