// Definition of the list ops: what is known of their results before they run. Kernels are in
// reference.cpp.
#include "ops/tensor_list/tensor_list.h"

namespace tare {
namespace {

using Kind = TensorListKind;

std::string_view variant(const TensorList& op) {
  constexpr std::string_view kNames[] = {
      "empty_tensor_list",  "tensor_list_reserve",   "tensor_list_from_tensor",
      "tensor_list_stack",  "tensor_list_get_item",  "tensor_list_set_item",
      "tensor_list_length", "tensor_list_push_back", "tensor_list_pop_back",
      "tensor_list_resize", "tensor_list_concat",    "tensor_list_split",
      "tensor_list_gather", "tensor_list_scatter",   "tensor_list_concat_lists"};
  return kNames[static_cast<std::size_t>(op.kind)];
}

struct Signature {
  int inputs;
  int list = -1;   // input that is a list
  int shape = -1;  // input that is a shape of elements
  int outputs = 1;
};
constexpr Signature kSignatures[] = {{2, -1, 0},   {2, -1, 0}, {2, -1, 1},   {2, 0, 1},
                                     {3, 0, 2},    {3, 0, -1}, {1, 0, -1},   {2, 0, -1},
                                     {2, 0, 1, 2}, {2, 0, -1}, {2, 0, 1, 2}, {3, -1, 1},
                                     {3, 0, 2},    {3, -1, 2}, {2, 0, -1}};

Shape both(const Shape& a, const Shape& b) {
  if (!a.ranked()) return b;
  if (!b.ranked() || a.rank() != b.rank()) return a;
  Shape s = a;
  for (int i = 0; i < s.rank(); ++i) {
    if (!is_known(s[i])) s[i] = b[i];
  }
  return s;
}

Shape element_shape(const TensorList& op, InferContext& c, int input) {
  if (input < 0 || !c.has(input)) return op.element;
  if (!c.require(c.dtype(input) == DType::kInt32 || c.dtype(input) == DType::kInt64,
                 "the shape of elements must be integers"))
    return op.element;
  if (!c.shape(input).ranked() || c.shape(input).rank() == 0) return op.element;
  if (!c.require(c.shape(input).rank() == 1, "the shape of elements must be a vector"))
    return op.element;
  const Dim rank = c.shape(input)[0];
  if (!is_known(rank) || !c.require(rank <= kMaxRank, "elements of more than 8 dimensions"))
    return op.element;
  Shape s = Shape::of_rank(static_cast<int>(rank));
  const auto contents = c.contents(input);
  for (int i = 0; contents && i < s.rank(); ++i) {
    const Element& e = (*contents)[static_cast<std::size_t>(i)];
    if (e.known && !c.require(e.value >= -1,
                              "the shape of elements has an extent of " + std::to_string(e.value)))
      return op.element;
    s[i] = e.known && e.value < 0 ? kUnknownDim : e.dim();
  }
  return both(s, op.element);
}

void infer(const TensorList& op, InferContext& c) {
  const Signature& s = kSignatures[static_cast<std::size_t>(op.kind)];
  const bool count = op.kind == Kind::kScatter && c.inputs() == 4;
  if (!c.require(c.inputs() == s.inputs || count, "takes " + std::to_string(s.inputs) +
                                                      " inputs, got " + std::to_string(c.inputs())))
    return;
  if (!c.require(c.outputs() <= s.outputs, "gives " + std::to_string(s.outputs) + " outputs"))
    return;
  if (s.list >= 0 && !c.require(c.dtype(s.list) == DType::kVariant,
                                "input " + std::to_string(s.list) + " must be a list"))
    return;
  if (op.kind == Kind::kJoin && !c.require(c.dtype(1) == DType::kVariant, "input 1 must be a list"))
    return;
  const Shape element = element_shape(op, c, s.shape);
  if (!c.ok()) return;
  const auto stacked = [&](Dim count) {
    Shape shape = element;
    if (shape.ranked() && shape.rank() < kMaxRank)
      shape.insert(0, count);
    else
      shape = Shape::unknown();
    return shape;
  };
  switch (op.kind) {
    case Kind::kLength:
      return c.output(0, DType::kInt32, {});
    case Kind::kGetItem:
      return c.output(0, op.dtype, element);
    case Kind::kStack:
      return c.output(0, op.dtype, stacked(kUnknownDim));
    case Kind::kGather:
      return c.output(0, op.dtype, stacked(c.shape(1).rank() == 1 ? c.shape(1)[0] : kUnknownDim));
    case Kind::kPopBack:
      c.output(0, DType::kVariant, {});
      if (c.outputs() > 1) c.output(1, op.dtype, element);
      return;
    case Kind::kConcat: {
      Shape joined = element;
      if (joined.rank() > 0) joined[0] = kUnknownDim;
      c.output(0, op.dtype, joined);
      if (c.outputs() > 1) c.output(1, DType::kInt64, {kUnknownDim});
      return;
    }
    default:
      return c.output(0, DType::kVariant, {});
  }
}

}  // namespace

// Stateful, though a list is a value: a handle is no constant that could be folded.
const OpDef TensorList::kOp =
    define_op_table<TensorList, infer, variant, no_cost>("tensor_list", kStateful | kSizesOutputs);

}  // namespace tare
