// Reductions and products.
#include "ops/arg_extreme.h"
#include "ops/batch_matmul/batch_matmul.h"
#include "ops/compose.h"
#include "ops/cumulate.h"
#include "ops/fully_connected/fully_connected.h"
#include "ops/log_softmax.h"
#include "ops/one_hot.h"
#include "ops/softmax.h"
#include "ops/topk_v2.h"

namespace tare {

ValueId Compose::reduce(ReduceKind kind, ValueId x, const Axes& axes, bool keep) {
  std::vector<std::int64_t> numbers;
  for (const int axis : axes) numbers.push_back(axis_of(x, axis));
  if (numbers.empty()) return x;
  return builder_.emit(Reduce{.kind = kind, .keep_dims = keep}, {x, integers(numbers)});
}

ValueId Compose::softmax(ValueId x, int axis) {
  axis = axis_of(x, axis);
  const int last = rank(x) - 1;
  return move_axis(builder_.emit(Softmax{}, {move_axis(x, axis, last)}), last, axis);
}

ValueId Compose::log_softmax(ValueId x, int axis) {
  axis = axis_of(x, axis);
  const int last = rank(x) - 1;
  return move_axis(builder_.emit(LogSoftmax{}, {move_axis(x, axis, last)}), last, axis);
}

ValueId Compose::cumulative(ValueId x, int axis, bool product, bool reverse) {
  return builder_.emit(Cumulate{.product = product, .reverse = reverse},
                       {x, builder_.scalar_i32(axis_of(x, axis))});
}

ValueId Compose::arg_extreme(ValueId x, int axis, bool largest, DType type) {
  return builder_.emit(ArgExtreme{.largest = largest, .output_type = type},
                       {x, builder_.scalar_i32(axis_of(x, axis))});
}

Compose::Sorted Compose::top_k(ValueId x, ValueId k) {
  const auto outputs = builder_.emit_n(TopkV2{}, {x, k}, 2);
  return {outputs[0], outputs[1]};
}

ValueId Compose::one_hot(ValueId indices, std::int64_t depth, int axis, DType type) {
  return builder_.emit(OneHot{.axis = axis},
                       {indices, builder_.scalar(DType::kInt32, static_cast<double>(depth)),
                        number(1, type), number(0, type)});
}

// The op computes in float32; other float types are converted on the way, as XNNPACK would have
// them too.
ValueId Compose::dense(ValueId x, ValueId w, ValueId b) {
  const DType type = dtype(x);
  if (!is_float(type) || type == DType::kFloat32)
    return builder_.emit(FullyConnected{.keep_num_dims = true}, {x, w, b});
  const auto single = [&](ValueId v) { return v == ValueId::kNone ? v : cast(v, DType::kFloat32); };
  return cast(dense(single(x), single(w), single(b)), type);
}

ValueId Compose::matmul(ValueId a, ValueId b, bool transpose_a, bool transpose_b) {
  return builder_.emit(BatchMatMul{.adj_x = transpose_a, .adj_y = transpose_b}, {a, b});
}

}  // namespace tare
