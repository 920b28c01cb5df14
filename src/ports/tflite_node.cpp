// How an op reads its TFLite operator. Everything here fails into the builder, so that readers need
// not return early.
#include "ports/tflite_node.h"

#include <algorithm>
#include <cmath>

namespace tare {
namespace {

// A table without fields: every read of it gives the schema's default. A table starts with the
// distance back to its vtable, which holds its own size and the table's.
struct EmptyTable {
  std::uint16_t vtable_size = 4;
  std::uint16_t table_size = 4;
  std::int32_t vtable_distance = 4;
};
constexpr EmptyTable kEmptyTable;

std::string count_text(int least, int most) {
  if (least == most) return std::to_string(least);
  if (most == INT32_MAX) return "at least " + std::to_string(least);
  return std::to_string(least) + " to " + std::to_string(most);
}

}  // namespace

const void* TfliteNode::table_of(int got, int want, const void* table) {
  if (table == nullptr) return &kEmptyTable.vtable_distance;
  if (got == want) return table;
  fail("the options belong to another operator (union member " + std::to_string(got) + ", not " +
       std::to_string(want) + ")");
  return &kEmptyTable.vtable_distance;
}

const Value& TfliteNode::input_value(int i) const {
  static const Value kAbsent;
  return has(i) ? builder_.value(input(i)) : kAbsent;
}

bool TfliteNode::expect(int least, int most, int outputs) {
  if (inputs() < least || inputs() > most) {
    fail("takes " + count_text(least, most) + " inputs, got " + std::to_string(inputs()));
    return false;
  }
  for (int i = 0; i < least; ++i) {
    if (!has(i)) fail("input " + std::to_string(i) + " is required and left out");
  }
  if (this->outputs() != outputs) {
    fail("gives " + std::to_string(outputs) + " outputs, got " + std::to_string(this->outputs()));
  }
  return ok();
}

void TfliteNode::add(const OpDef* op, std::shared_ptr<const void> attributes,
                     std::vector<ValueId> inputs) {
  builder_.add_into({op, std::move(attributes), std::move(inputs), outputs_, name_});
}

void TfliteNode::alias(int i, ValueId value) {
  const TensorType& declared = output_type(i);
  const TensorType& type = builder_.type(value);
  if (!type_fits(type, declared)) {
    return fail("output " + std::to_string(i) + " is declared " +
                std::string(dtype_name(declared.dtype)) + declared.shape.text() + " but is " +
                std::string(dtype_name(type.dtype)) + type.shape.text());
  }
  outputs_[static_cast<std::size_t>(i)] = value;
}

Activation TfliteNode::activation(tflite::ActivationFunctionType type) {
  switch (type) {
    case tflite::ActivationFunctionType_NONE:
      return Activation::kNone;
    case tflite::ActivationFunctionType_RELU:
      return Activation::kRelu;
    case tflite::ActivationFunctionType_RELU_N1_TO_1:
      return Activation::kReluN1To1;
    case tflite::ActivationFunctionType_RELU6:
      return Activation::kRelu6;
    case tflite::ActivationFunctionType_TANH:
      return Activation::kTanh;
    case tflite::ActivationFunctionType_SIGN_BIT:
      return Activation::kSignBit;
  }
  fail("unknown fused activation " + std::to_string(static_cast<int>(type)));
  return Activation::kNone;
}

Padding TfliteNode::padding(tflite::Padding padding) {
  if (padding == tflite::Padding_SAME) return Padding::kSame;
  if (padding != tflite::Padding_VALID)
    fail("unknown padding " + std::to_string(static_cast<int>(padding)));
  return Padding::kValid;
}

std::int64_t TfliteNode::positive(std::int64_t value, std::string_view attribute) {
  if (value >= 1 && value <= INT32_MAX) return value;
  fail(std::string(attribute) + " must be positive, got " + std::to_string(value));
  return 1;
}

GraphId TfliteNode::subgraph(int i) {
  if (!ok()) return GraphId::kNone;
  auto graph = subgraphs_.graph_of(i);
  if (graph) return *graph;
  Error error = graph.error();
  if (error.where.empty()) error.where = place();
  builder_.fail(std::move(error));
  return GraphId::kNone;
}

void TfliteNode::expect_bias_scale(int input, int filter, int bias) {
  if (!has(input) || !has(filter) || !has(bias)) return;
  const TensorType& in = type(input);
  const TensorType& weights = type(filter);
  const TensorType& sum = type(bias);
  if (!in.quantized() || !weights.quantized() || !sum.quantized()) return;
  const auto& scales = sum.quantization->scales;
  const auto& filters = weights.quantization->scales;
  if (weights.quantization->block_size != 0 || scales.size() != filters.size()) return;
  for (std::size_t i = 0; i < scales.size(); ++i) {
    const double product = static_cast<double>(in.scale()) * filters[i];
    // Converters compute the product in float32 and may round each factor; further off, sums would
    // be wrong.
    if (std::abs(product - scales[i]) > 0.02 * std::max(product, static_cast<double>(scales[i]))) {
      return fail("bias scale " + std::to_string(i) + " is not input scale times filter scale");
    }
  }
}

bool TfliteNode::require(bool condition, std::string_view message) {
  if (!condition) fail(message);
  return condition;
}

void TfliteNode::fail(std::string_view message, Code code) {
  builder_.fail(Error{code, std::string(message), place()});
}

std::string TfliteNode::place() const {
  return "node '" + name_ + "' (" + std::string(kind_) + ")";
}

}  // namespace tare
