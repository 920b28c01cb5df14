// Operations: functions called on tensors instead of layers, which Keras 3 keeps as nodes of
// keras.ops and Keras 2 as TFOpLambda. Both name their parameters, at different places and
// differently; a rule sees them by position and by all their names ("axis", "keepdims|keep_dims").
#pragma once

#include <span>
#include <string_view>

#include "ops/compose.h"
#include "ports/keras_layer.h"

namespace tare {

class Operation {
 public:
  Operation(KerasLayer& layer, std::string_view name)
      : g(layer.builder()), layer_(layer), name_(name) {}

  Compose g;
  KerasLayer& layer() { return layer_; }
  std::string_view name() const { return name_; }
  bool ok() const { return layer_.ok(); }

  // Parameters. A position of kNamed: never by position.
  static constexpr std::size_t kNamed = SIZE_MAX;
  const KerasArgument& argument(std::size_t position, std::string_view names);
  Json plain(std::size_t position, std::string_view names);
  bool flag(std::string_view names, bool otherwise);
  std::int64_t integer(std::size_t position, std::string_view names,
                       std::optional<std::int64_t> otherwise = std::nullopt);
  double number(std::size_t position, std::string_view names,
                std::optional<double> otherwise = std::nullopt);
  std::string_view text(std::string_view names, std::string_view otherwise);
  std::vector<std::int64_t> integers(std::size_t position, std::string_view names);

  // A tensor, or a constant made of what stands there: of the type of `like`, unless it cannot hold
  // the numbers.
  ValueId tensor(std::size_t position, std::string_view names,
                 std::optional<DType> like = std::nullopt);
  ValueId x() {
    return tensor(0,
                  "x|inputs|input|a|tensor|value|params|condition|image|images|logits|features|"
                  "input_tensor|values");
  }
  std::vector<ValueId> tensors(std::size_t position, std::string_view names);  // of a list

  // Two operands in one type; a number takes the type of the tensor beside it.
  struct Pair {
    ValueId a, b;
  };
  Pair operands(std::string_view first = "x1|x|a|features|logits|self",
                std::string_view second = "x2|y|b|other");

  // Axes of x: one, a list, or all when there is none.
  Compose::Axes axes(std::size_t position, std::string_view names, ValueId x);
  int axis(std::int64_t axis, ValueId x) { return layer_.axis(axis, g.rank(x)); }

  // x with `axes` moved to the end and joined there; and a result of that form in x's own.
  struct Joined {
    ValueId value = ValueId::kNone;
    std::vector<int> order;     // where x's dimensions went
    std::vector<Extent> shape;  // of x, in that order
  };
  Joined join(ValueId x, const Compose::Axes& axes);
  ValueId spread(const Joined& joined, ValueId y);
  // Dimensions of 1 where a reduction took some away, when the call keeps them.
  ValueId kept(ValueId y, Compose::Axes axes);
  // Whole numbers as the floats that Keras 3 makes of them; others as they are.
  ValueId real(ValueId x);
  ValueId counted(ValueId x);  // truth values and small integers as int32 or uint32

  void output(ValueId value) { layer_.output(value, ValueId::kNone); }
  void fail(std::string_view message, Code code = Code::kInvalidModel);
  void unsupported(std::string_view message) { fail(message, Code::kUnsupported); }

 private:
  std::vector<ValueId> tensors_of(const KerasArgument& list, std::optional<DType> like);

  KerasLayer& layer_;
  std::string_view name_;
  std::vector<std::unique_ptr<KerasArgument>> from_config_;
};

struct OperationRule {
  std::string_view name;
  void (*read)(Operation&);
};
// By what they do.
std::span<const OperationRule> elementwise_operations();
std::span<const OperationRule> activation_operations();
std::span<const OperationRule> number_operations();
std::span<const OperationRule> statistics_operations();
std::span<const OperationRule> matrix_operations();
std::span<const OperationRule> indexing_operations();
std::span<const OperationRule> network_operations();
std::span<const OperationRule> reduction_operations();
std::span<const OperationRule> shape_operations();
std::span<const OperationRule> movement_operations();
std::span<const OperationRule> image_operations();
std::span<const OperationRule> image_effect_operations();
std::span<const OperationRule> convolution_operations();
std::span<const OperationRule> loss_operations();
std::span<const OperationRule> linear_algebra_operations();
std::span<const OperationRule> signal_operations();
std::span<const OperationRule> slicing_operations();
std::span<const OperationRule> searching_operations();
std::span<const OperationRule> conversion_operations();
std::span<const OperationRule> diagonal_operations();
std::span<const OperationRule> picking_operations();
std::span<const OperationRule> spacing_operations();
std::span<const OperationRule> sampling_operations();

// The type that both can be converted to: floats before integers, wider ones before narrower.
DType promoted(DType a, DType b);

}  // namespace tare
