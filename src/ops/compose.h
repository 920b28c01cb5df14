// Short names for emitting the ops that layers and graph rules are composed of.
//
//   Compose g(builder);
//   const ValueId y = g.mul(g.sub(x, mean), scale);
//
// Numbers become constants of the other operand's type. Axes may be negative, where the rank is
// known.
#pragma once

#include <initializer_list>
#include <span>
#include <vector>

#include "ir/graph_builder.h"
#include "ops/binary/binary.h"
#include "ops/reduce.h"
#include "ops/unary/unary.h"

namespace tare {

// An extent of a shape to be: a number, or dimension `axis` of a value when the model runs. -1:
// whatever remains.
struct Extent {
  std::int64_t number = -1;
  ValueId of = ValueId::kNone;
  int axis = 0;

  Extent(std::int64_t number) : number(number) {}
  Extent(ValueId of, int axis) : of(of), axis(axis) {}
};

class Compose {
 public:
  explicit Compose(GraphBuilder& builder) : builder_(builder) {}

  GraphBuilder& builder() { return builder_; }
  bool ok() const { return builder_.ok(); }
  DType dtype(ValueId x) const { return builder_.type(x).dtype; }
  const Shape& shape(ValueId x) const { return builder_.shape(x); }
  int rank(ValueId x) const { return shape(x).rank(); }
  ValueId number(double v, DType dtype) { return builder_.scalar(dtype, v); }
  ValueId integers(std::span<const std::int64_t> values) { return builder_.vector_i32(values); }
  // A constant; named after the scope.
  ValueId constant(const TensorValue& tensor) {
    return builder_.constant(builder_.scope(), tensor.type, tensor.bytes);
  }

  // Elementwise.
  ValueId unary(UnaryKind kind, ValueId x, float alpha = 0.0f) {
    return builder_.emit(Unary{kind, alpha}, {x});
  }
  ValueId binary(BinaryKind kind, ValueId a, ValueId b) {
    return builder_.emit(Binary{.kind = kind}, {a, b});
  }
  ValueId binary(BinaryKind kind, ValueId a, double b) {
    return binary(kind, a, number(b, dtype(a)));
  }
  ValueId binary(BinaryKind kind, double a, ValueId b) {
    return binary(kind, number(a, dtype(b)), b);
  }
  template <class A, class B>
  ValueId add(A a, B b) {
    return binary(BinaryKind::kAdd, a, b);
  }
  template <class A, class B>
  ValueId sub(A a, B b) {
    return binary(BinaryKind::kSub, a, b);
  }
  template <class A, class B>
  ValueId mul(A a, B b) {
    return binary(BinaryKind::kMul, a, b);
  }
  template <class A, class B>
  ValueId div(A a, B b) {
    return binary(BinaryKind::kDiv, a, b);
  }
  template <class A, class B>
  ValueId maximum(A a, B b) {
    return binary(BinaryKind::kMaximum, a, b);
  }
  template <class A, class B>
  ValueId minimum(A a, B b) {
    return binary(BinaryKind::kMinimum, a, b);
  }
  template <class A, class B>
  ValueId logical_and(A a, B b) {
    return binary(BinaryKind::kLogicalAnd, a, b);
  }
  template <class A, class B>
  ValueId logical_or(A a, B b) {
    return binary(BinaryKind::kLogicalOr, a, b);
  }
  ValueId logical_not(ValueId x) { return unary(UnaryKind::kLogicalNot, x); }
  ValueId neg(ValueId x) { return unary(UnaryKind::kNeg, x); }
  ValueId square(ValueId x) { return unary(UnaryKind::kSquare, x); }
  ValueId relu(ValueId x) { return unary(UnaryKind::kRelu, x); }
  ValueId clip(ValueId x, double low, double high) { return minimum(maximum(x, low), high); }
  ValueId cast(ValueId x, DType to);  // x itself when it is of that type
  // condition ? a : b
  ValueId select(ValueId condition, ValueId a, ValueId b);

  // Shape.
  Extent extent(ValueId x, int axis);
  std::vector<Extent> extents(ValueId x);                 // of all dimensions
  ValueId shape_vector(std::span<const Extent> extents);  // int32
  ValueId reshape(ValueId x, std::span<const Extent> shape);
  ValueId reshape(ValueId x, std::initializer_list<Extent> shape) {
    return reshape(x, std::span<const Extent>(shape.begin(), shape.size()));
  }
  ValueId transpose(ValueId x, std::span<const int> permutation);  // x itself when it moves nothing
  ValueId transpose(ValueId x, std::initializer_list<int> permutation) {
    return transpose(x, std::span<const int>(permutation.begin(), permutation.size()));
  }
  ValueId move_axis(ValueId x, int from, int to);
  ValueId expand_dims(ValueId x, int axis);
  ValueId squeeze(ValueId x, int axis);
  ValueId concat(const std::vector<ValueId>& parts, int axis);
  ValueId stack(const std::vector<ValueId>& parts, int axis);
  std::vector<ValueId> unstack(ValueId x, int axis, int count);
  std::vector<ValueId> split(ValueId x, int axis, int parts);
  // Elements begin, begin + step, ... before end of one axis. Negative ends count from the end;
  // INT64_MAX: to the end (with a negative step INT64_MIN: to the beginning).
  ValueId slice(ValueId x, int axis, std::int64_t begin, std::int64_t end, std::int64_t step = 1);
  ValueId pick(ValueId x, int axis, std::int64_t at) {
    return squeeze(slice(x, axis, at, at == -1 ? INT64_MAX : at + 1), axis);
  }
  ValueId pad(ValueId x, std::span<const std::int64_t> before, std::span<const std::int64_t> after,
              double value = 0);
  ValueId broadcast_to(ValueId x, std::span<const Extent> shape);
  ValueId tile(ValueId x, std::span<const std::int64_t> counts);
  ValueId repeat(ValueId x, int axis,
                 std::int64_t count);  // each element count times, one after the other
  ValueId gather(ValueId x, ValueId indices, int axis, int batch_dims = 0);
  ValueId reverse(ValueId x, int axis);
  ValueId fill(std::span<const Extent> shape, ValueId value);
  // 0, 1, ... n - 1 as int32.
  ValueId range(Extent n);

  // Over axes.
  using Axes = std::vector<int>;
  ValueId reduce(ReduceKind kind, ValueId x, const Axes& axes, bool keep);
  ValueId sum(ValueId x, const Axes& axes, bool keep = false) {
    return reduce(ReduceKind::kSum, x, axes, keep);
  }
  ValueId mean(ValueId x, const Axes& axes, bool keep = false) {
    return reduce(ReduceKind::kMean, x, axes, keep);
  }
  ValueId max(ValueId x, const Axes& axes, bool keep = false) {
    return reduce(ReduceKind::kMax, x, axes, keep);
  }
  ValueId min(ValueId x, const Axes& axes, bool keep = false) {
    return reduce(ReduceKind::kMin, x, axes, keep);
  }
  ValueId any(ValueId x, const Axes& axes, bool keep = false) {
    return reduce(ReduceKind::kAny, x, axes, keep);
  }
  ValueId all(ValueId x, const Axes& axes, bool keep = false) {
    return reduce(ReduceKind::kAll, x, axes, keep);
  }
  ValueId softmax(ValueId x, int axis = -1);
  ValueId log_softmax(ValueId x, int axis = -1);
  ValueId cumulative(ValueId x, int axis, bool product = false, bool reverse = false);
  ValueId arg_extreme(ValueId x, int axis, bool largest, DType type);  // drops the axis
  // The k largest of the last dimension, descending, and where they stand (int32).
  struct Sorted {
    ValueId values, indices;
  };
  Sorted top_k(ValueId x, ValueId k);
  ValueId one_hot(ValueId indices, std::int64_t depth, int axis, DType type);

  // Products.
  // x . w^T + b along the last dimension of any rank; w is [out, in], b may be absent.
  ValueId dense(ValueId x, ValueId w, ValueId b);
  // Of the last two dimensions; those before broadcast.
  ValueId matmul(ValueId a, ValueId b, bool transpose_a = false, bool transpose_b = false);

 private:
  int axis_of(ValueId x, int axis) const { return axis < 0 ? axis + rank(x) : axis; }
  GraphBuilder& builder_;
};

}  // namespace tare
