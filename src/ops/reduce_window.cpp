// REDUCE_WINDOW. STABLEHLO_REDUCE_WINDOW becomes one, in stablehlo_reduce_window.cpp.
#include "ops/reduce_window.h"

#include <array>

#include "base/checked.h"
#include "ir/facets.h"
#include "ir/window.h"
#include "ops/common/elements.h"
#include "ops/common/move.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

enum Input { kX, kStart, kWindow, kStrides, kDilations };

bool is_logical(ReduceWindowKind kind) {
  return kind == ReduceWindowKind::kAll || kind == ReduceWindowKind::kAny;
}

bool check_types(const ReduceWindow& op, InferContext& c) {
  const DType dtype = c.dtype(kX);
  const bool numeric = is_float(dtype) || is_integer(dtype);
  if (!(is_logical(op.kind) ? dtype == DType::kBool : numeric)) {
    c.fail("no kernel for " + std::string(dtype_name(dtype)), Code::kUnsupported);
    return false;
  }
  if (!c.require(c.dtype(kStart) == dtype,
                 "the value to start from has another type than the input"))
    return false;
  if (!c.require(!c.shape(kStart).known() || c.shape(kStart).checked_elements() == 1,
                 "the value to start from must be one element"))
    return false;
  for (const int i : {kWindow, kStrides, kDilations}) {
    if (!c.require(c.dtype(i) == DType::kInt32 || c.dtype(i) == DType::kInt64,
                   "windows, strides and dilations must be int32 or int64"))
      return false;
    const Shape& list = c.shape(i);
    if (!c.require(!list.known() || !c.shape(kX).ranked() ||
                       (list.rank() == 1 && list[0] == c.shape(kX).rank()),
                   "expected one number a dimension, got " + list.text()))
      return false;
  }
  return true;
}

void infer(const ReduceWindow& op, InferContext& c) {
  if (!check_types(op, c)) return;
  const Shape& x = c.shape(kX);
  if (!x.ranked()) return c.output(0, c.dtype(kX), x);
  Shape out = Shape::of_rank(x.rank());
  const auto window = c.contents(kWindow), strides = c.contents(kStrides),
             dilations = c.contents(kDilations);
  for (int d = 0; window && strides && dilations && d < x.rank(); ++d) {
    const auto at = static_cast<std::size_t>(d);
    for (const Element& e : {(*window)[at], (*strides)[at], (*dilations)[at]}) {
      if (e.known && !c.require(e.value >= 1 && e.value <= INT32_MAX,
                                "windows, strides and dilations must be positive, got " +
                                    std::to_string(e.value)))
        return;
    }
    const bool known = (*window)[at].known && (*strides)[at].known && (*dilations)[at].known;
    const WindowAxis axis{.stride = (*strides)[at].value, .dilation = (*dilations)[at].value};
    if (known) out[d] = window_output(x[d], (*window)[at].value, axis, Padding::kValid);
  }
  c.output(0, c.dtype(kX), out);
}

Cost cost(const ReduceWindow&, const NodeTypes& t) {
  const auto outputs = t.outputs[0].shape.checked_elements().value_or(0);
  const auto inputs = t.inputs[0].shape.checked_elements().value_or(0);
  return {.macs = 0, .flops = checked_mul(outputs, inputs).value_or(INT64_MAX / 4)};
}

// Steps through the input from place to place of the output, and within a window.
struct Steps {
  Shape window;
  std::array<std::int64_t, kMaxRank> of_output{}, of_window{};
};

Steps steps_of(EvalContext& c) {
  const auto strides = strides_of(c.input(kX).shape);
  Steps s;
  for (int d = 0; d < c.input(kX).shape.rank(); ++d) {
    const auto at = static_cast<std::size_t>(d);
    s.window.push_back(integer_at(c.input(kWindow), d));
    s.of_output[at] = strides[at] * integer_at(c.input(kStrides), d);
    s.of_window[at] = strides[at] * integer_at(c.input(kDilations), d);
  }
  return s;
}

template <class T, class Load, class Store, class Function>
void reduce(EvalContext& c, Load load, Store store, Function function) {
  const Steps steps = steps_of(c);
  const Tensor& x = c.input(kX);
  Tensor& out = c.output(0);
  const std::int64_t places = steps.window.elements();
  StridedWalk from(out.shape, steps.of_output);
  for (std::int64_t i = 0; i < out.elements(); ++i, from.next()) {
    T value = load(c.input(kStart).data, 0);
    StridedWalk within(steps.window, steps.of_window, from.at());
    for (std::int64_t k = 0; k < places; ++k, within.next())
      value = function(value, load(x.data, within.at()));
    store(out.data, i, value);
  }
}

template <class T>
T (*function_of(ReduceWindowKind kind))(T, T) {
  switch (kind) {
    case ReduceWindowKind::kAdd:
      return [](T a, T b) { return static_cast<T>(a + b); };
    case ReduceWindowKind::kMultiply:
      return [](T a, T b) { return static_cast<T>(a * b); };
    case ReduceWindowKind::kMinimum:
      return [](T a, T b) { return b < a ? b : a; };
    case ReduceWindowKind::kMaximum:
      return [](T a, T b) { return a < b ? b : a; };
    case ReduceWindowKind::kAll:
      return [](T a, T b) { return static_cast<T>(a != 0 && b != 0); };
    default:
      return [](T a, T b) { return static_cast<T>(a != 0 || b != 0); };
  }
}

// Sums of signed integers wrap: they are computed as unsigned ones.
std::int64_t wrapping(ReduceWindowKind kind, std::int64_t a, std::int64_t b) {
  const auto x = static_cast<std::uint64_t>(a), y = static_cast<std::uint64_t>(b);
  return static_cast<std::int64_t>(kind == ReduceWindowKind::kAdd ? x + y : x * y);
}

void eval(const ReduceWindow& op, EvalContext& c) {
  const DType dtype = c.input(kX).dtype;
  if (c.output(0).elements() == 0) return;
  if (const LoadInt load = load_int(dtype)) {
    if (op.kind == ReduceWindowKind::kAdd || op.kind == ReduceWindowKind::kMultiply) {
      return reduce<std::int64_t>(c, load, store_int(dtype), [&](std::int64_t a, std::int64_t b) {
        return wrapping(op.kind, a, b);
      });
    }
    return reduce<std::int64_t>(c, load, store_int(dtype), function_of<std::int64_t>(op.kind));
  }
  reduce<double>(c, load_double(dtype), store_double(dtype), function_of<double>(op.kind));
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(5, 5)) return;
  switch (n.options<tflite::ReduceWindowOptions>().reduce_function()) {
    case tflite::ReduceWindowFunction_ADD:
      return n.emit(ReduceWindow{ReduceWindowKind::kAdd});
    case tflite::ReduceWindowFunction_MUL:
      return n.emit(ReduceWindow{ReduceWindowKind::kMultiply});
    case tflite::ReduceWindowFunction_MINIMUM:
      return n.emit(ReduceWindow{ReduceWindowKind::kMinimum});
    case tflite::ReduceWindowFunction_MAXIMUM:
      return n.emit(ReduceWindow{ReduceWindowKind::kMaximum});
    case tflite::ReduceWindowFunction_ALL:
      return n.emit(ReduceWindow{ReduceWindowKind::kAll});
    case tflite::ReduceWindowFunction_ANY:
      return n.emit(ReduceWindow{ReduceWindowKind::kAny});
    default:
      n.fail("no such reduce_function");
  }
}

void write_tflite(const ReduceWindow& op, TfliteWriter& w) {
  constexpr tflite::ReduceWindowFunction kFunctions[] = {
      tflite::ReduceWindowFunction_ADD,     tflite::ReduceWindowFunction_MUL,
      tflite::ReduceWindowFunction_MINIMUM, tflite::ReduceWindowFunction_MAXIMUM,
      tflite::ReduceWindowFunction_ALL,     tflite::ReduceWindowFunction_ANY};
  w.builtin(
      tflite::BuiltinOperator_REDUCE_WINDOW,
      tflite::CreateReduceWindowOptions(w.fbb(), kFunctions[static_cast<std::size_t>(op.kind)]));
}

}  // namespace

const OpDef ReduceWindow::kOp = define_op<ReduceWindow, infer, cost>("reduce_window");
extern const EvalFacet eval_reduce_window = eval_facet<ReduceWindow, eval>();
extern const ReadTfliteFacet read_tflite_reduce_window{tflite::BuiltinOperator_REDUCE_WINDOW,
                                                       read_tflite};
extern const WriteTfliteFacet write_tflite_reduce_window =
    write_tflite_facet<ReduceWindow, write_tflite>();

}  // namespace tare
