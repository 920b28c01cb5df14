// SPARSE_TO_DENSE.
#include "ops/sparse_to_dense.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/heap_sort.h"
#include "ir/facets.h"
#include "ops/common/move.h"
#include "ops/common/wanted_shape.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

// A place of the output and the value for it; of several for one place the last counts.
using Placed = std::pair<std::int64_t, std::int64_t>;

void infer(const SparseToDense&, InferContext& c) {
  if (!c.require(c.dtype(2) == c.dtype(3), "values and default of different types")) return;
  if (!c.require(!c.shape(0).ranked() || c.shape(0).rank() <= 2,
                 "indices must have at most 2 dimensions"))
    return;
  if (c.shape(3).known() &&
      !c.require(c.shape(3).elements() == 1, "the default must be one element"))
    return;
  c.output(0, c.dtype(2), wanted_shape(c, 1));
}

void eval(const SparseToDense&, EvalContext& c) {
  const Tensor& at = c.input(0);
  const Tensor& values = c.input(2);
  const Tensor& fallback = c.input(3);
  Tensor& out = c.output(0);
  const int depth = out.shape.rank();
  const std::int64_t tuples = at.shape.rank() == 0 ? 1 : at.shape[0];
  const std::int64_t width = at.shape.rank() == 2 ? at.shape[1] : 1;
  if (!c.require(width == depth,
                 "index tuples of " + std::to_string(width) + " for " + out.shape.text()))
    return;
  const bool one = values.elements() == 1 && values.shape.rank() == 0;
  if (!c.require(one || values.elements() == tuples, "as many values as index tuples are needed"))
    return;
  const auto strides = strides_of(out.shape);
  std::vector<Placed> placed(static_cast<std::size_t>(tuples));
  for (std::int64_t t = 0; t < tuples; ++t) {
    std::int64_t place = 0;
    for (int k = 0; k < depth; ++k) {
      const std::int64_t i = integer_at(at, t * width + k);
      if (!c.require(i >= 0 && i < out.shape[k], "index " + std::to_string(i) +
                                                     " is outside an extent of " +
                                                     std::to_string(out.shape[k])))
        return;
      place += i * strides[static_cast<std::size_t>(k)];
    }
    placed[static_cast<std::size_t>(t)] = {place, one ? 0 : t};
  }
  if (!std::is_sorted(placed.begin(), placed.end())) heap_sort(placed);
  auto next = placed.begin();
  move_elements(c, 0, [&](std::int64_t i) {
    Source source{&fallback, 0};
    for (; next != placed.end() && next->first == i; ++next) source = {&values, next->second};
    return source;
  });
}

void read_tflite(TfliteNode& n) {
  if (n.expect(4, 4))
    n.emit(SparseToDense{.validate_indices =
                             n.options<tflite::SparseToDenseOptions>().validate_indices()});
}
void write_tflite(const SparseToDense& op, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_SPARSE_TO_DENSE,
            tflite::CreateSparseToDenseOptions(w.fbb(), op.validate_indices), 3);
}

}  // namespace

const OpDef SparseToDense::kOp = define_op<SparseToDense, infer, no_cost>("sparse_to_dense");
extern const EvalFacet eval_sparse_to_dense = eval_facet<SparseToDense, eval>();
extern const ReadTfliteFacet read_tflite_sparse_to_dense{tflite::BuiltinOperator_SPARSE_TO_DENSE,
                                                         read_tflite};
extern const WriteTfliteFacet write_tflite_sparse_to_dense =
    write_tflite_facet<SparseToDense, write_tflite>();

}  // namespace tare
