// Lists as tensors.
#include "formats/keras/json_tensor.h"

#include "formats/keras/model.h"
#include "ir/constant_tensor.h"

namespace tare {
namespace {

constexpr std::size_t kMaxElements = 4'000'000;

struct Elements {
  std::vector<double> numbers;
  std::vector<std::string> strings;
  bool whole = true;
  bool truth = true;  // all are bools
};

bool collect(Json json, int depth, Shape& shape, Elements& into) {
  if (json.is_array()) {
    const auto extent = static_cast<Dim>(json.size());
    if (depth == shape.rank()) {
      if (depth == kMaxRank || !(into.numbers.empty() && into.strings.empty())) return false;
      shape.push_back(extent);
    }
    if (shape[depth] != extent) return false;
    for (const Json item : json) {
      if (!collect(item, depth + 1, shape, into)) return false;
    }
    return true;
  }
  if (depth != shape.rank() || into.numbers.size() + into.strings.size() >= kMaxElements)
    return false;
  if (const auto text = json.if_string()) {
    into.strings.emplace_back(*text);
    return into.numbers.empty();
  }
  const auto truth = json.if_bool();
  const auto number = truth ? std::optional(*truth ? 1.0 : 0.0) : json.if_number();
  if (!number || !into.strings.empty()) return false;
  into.whole &= truth.has_value() || json.is_integer();
  into.truth &= truth.has_value();
  into.numbers.push_back(*number);
  return true;
}

}  // namespace

Json unwrapped(Json json) {
  if (!json.is_object()) return json;
  if (json.at("config").has("value")) return json.at("config").at("value");
  return json.at("value");
}

std::optional<TensorValue> json_tensor(Json json, std::optional<DType> otherwise) {
  std::optional<DType> own;
  if (json.is_object()) {
    const Json dtype =
        json.at("config").has("dtype") ? json.at("config").at("dtype") : json.at("dtype");
    if (const auto name = dtype.if_string()) own = keras_dtype(*name);
  }
  Shape shape;
  Elements elements;
  if (!collect(unwrapped(json), 0, shape, elements)) return std::nullopt;
  if (!elements.strings.empty()) return strings_tensor(elements.strings, shape);
  const bool truth = elements.truth && !elements.numbers.empty();
  const DType natural = truth                                         ? DType::kBool
                        : elements.whole && !elements.numbers.empty() ? DType::kInt32
                                                                      : DType::kFloat32;
  return tensor_of(elements.numbers, own.value_or(otherwise.value_or(natural)), shape);
}

}  // namespace tare
