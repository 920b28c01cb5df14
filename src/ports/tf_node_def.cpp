// TensorFlow's numbers for types, and what a TensorProto's fields mean.
#include "ports/tf_node_def.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "ir/constant_tensor.h"
#include "ir/strings.h"

namespace tare {
namespace {

struct TypeName {
  std::string_view name;
  std::int64_t code;
  std::optional<DType> dtype;
};
constexpr TypeName kTypes[] = {
    {"DT_FLOAT", 1, DType::kFloat32},    {"DT_DOUBLE", 2, DType::kFloat64},
    {"DT_INT32", 3, DType::kInt32},      {"DT_UINT8", 4, DType::kUint8},
    {"DT_INT16", 5, DType::kInt16},      {"DT_INT8", 6, DType::kInt8},
    {"DT_STRING", 7, DType::kString},    {"DT_COMPLEX64", 8, DType::kComplex64},
    {"DT_INT64", 9, DType::kInt64},      {"DT_BOOL", 10, DType::kBool},
    {"DT_QINT8", 11, std::nullopt},      {"DT_QUINT8", 12, std::nullopt},
    {"DT_QINT32", 13, std::nullopt},     {"DT_BFLOAT16", 14, DType::kBFloat16},
    {"DT_QINT16", 15, std::nullopt},     {"DT_QUINT16", 16, std::nullopt},
    {"DT_UINT16", 17, DType::kUint16},   {"DT_COMPLEX128", 18, DType::kComplex128},
    {"DT_HALF", 19, DType::kFloat16},    {"DT_RESOURCE", 20, DType::kResource},
    {"DT_VARIANT", 21, DType::kVariant}, {"DT_UINT32", 22, DType::kUint32},
    {"DT_UINT64", 23, DType::kUint64},   {"DT_INT4", 29, DType::kInt4},
};
constexpr std::int64_t kReference = 100;  // DT_FLOAT_REF and the like, of version-1 variables

Error bad(std::string message) { return {Code::kInvalidModel, std::move(message), {}}; }

// Values given one by one; missing ones repeat the last.
template <class T>
std::vector<double> repeated(const std::vector<T>& given, std::size_t count) {
  std::vector<double> all(count, given.empty() ? 0.0 : static_cast<double>(given.back()));
  for (std::size_t i = 0; i < std::min(count, given.size()); ++i)
    all[i] = static_cast<double>(given[i]);
  return all;
}

template <class T>
void repeat_integers(const std::vector<std::int64_t>& given, TensorValue& into) {
  auto* out = reinterpret_cast<T*>(into.bytes.mutable_data());
  const auto count = static_cast<std::size_t>(into.type.shape.elements());
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = given.empty() ? T{} : static_cast<T>(given[std::min(i, given.size() - 1)]);
  }
}

void fill_integers(const std::vector<std::int64_t>& given, TensorValue& into) {
  switch (dtype_size(into.type.dtype)) {
    case 1:
      return repeat_integers<std::uint8_t>(given, into);
    case 2:
      return repeat_integers<std::uint16_t>(given, into);
    case 4:
      return repeat_integers<std::uint32_t>(given, into);
    default:
      return repeat_integers<std::uint64_t>(given, into);
  }
}

// Complex values are pairs of reals, so a splat repeats the last pair.
std::vector<double> repeated_pairs(const std::vector<double>& given, std::size_t count) {
  std::vector<double> all(count, 0.0);
  for (std::size_t i = 0; i < count && given.size() >= 2; ++i) {
    all[i] = i < given.size() ? given[i] : given[given.size() - 2 + i % 2];
  }
  return all;
}

TensorValue retyped(TensorValue t, TensorType type) {
  t.type = std::move(type);
  return t;
}

}  // namespace

std::optional<DType> TfType::dtype() const {
  const std::int64_t plain = code > kReference ? code - kReference : code;
  for (const TypeName& t : kTypes) {
    if (t.code == plain) return t.dtype;
  }
  return std::nullopt;
}

std::optional<TfType> tf_type_named(std::string_view name) {
  const bool reference = name.ends_with("_REF");
  if (reference) name.remove_suffix(4);
  for (const TypeName& t : kTypes) {
    if (t.name == name) return TfType{t.code + (reference ? kReference : 0)};
  }
  return std::nullopt;
}

std::optional<Shape> TfShape::shape() const {
  if (unknown_rank) return Shape::unknown();
  if (dims.size() > kMaxRank) return std::nullopt;
  Shape s;
  for (const std::int64_t d : dims) {
    if (d < -1) return std::nullopt;
    s.push_back(d);
  }
  return s;
}

Result<TensorValue> TfTensor::value(std::uint64_t max_bytes) const {
  const auto dtype = type.dtype();
  if (!dtype || is_handle(*dtype)) return bad("a tensor of type " + std::to_string(type.code));
  const auto s = shape.shape();
  if (!s || !s->known()) return bad("a constant's shape must be known and of at most 8 dimensions");
  const auto elements = s->checked_elements();
  if (!elements || static_cast<std::uint64_t>(*elements) > max_bytes / 16) {
    return Error{Code::kBudgetExceeded, "a constant " + s->text() + " is too large", {}};
  }
  const auto count = static_cast<std::size_t>(*elements);
  const TensorType to = tensor_type(*dtype, *s);
  if (*dtype == DType::kString) {
    if (strings.size() > count)
      return bad("a constant " + s->text() + " with " + std::to_string(strings.size()) +
                 " strings");
    std::vector<std::string> all(count, strings.empty() ? std::string() : strings.back());
    std::copy(strings.begin(), strings.end(), all.begin());
    return strings_tensor(all, *s);
  }
  TensorValue result = TensorValue::zeros(to);
  if (result.bytes.empty() && count > 0) return Error{Code::kBudgetExceeded, "out of memory", {}};
  if (!content.empty()) {
    if (content.size() != result.bytes.size()) {
      return bad("a constant " + s->text() + " needs " + std::to_string(result.bytes.size()) +
                 " bytes, got " + std::to_string(content.size()));
    }
    std::memcpy(result.bytes.mutable_data(), content.data(), content.size());
    return result;
  }
  const std::size_t parts = is_complex(*dtype) ? 2 : 1;
  if (numbers.size() > count * parts || integers.size() > count)
    return bad("a constant " + s->text() + " with more values");
  if (count == 0 || (numbers.empty() && integers.empty())) return result;
  if (is_complex(*dtype)) {
    const DType real = *dtype == DType::kComplex64 ? DType::kFloat32 : DType::kFloat64;
    return retyped(
        tensor_of(repeated_pairs(numbers, count * 2), real, {static_cast<Dim>(count * 2)}), to);
  }
  if (!integers.empty()) {
    if (*dtype == DType::kFloat32 || *dtype == DType::kFloat64)
      return tensor_of(repeated(integers, count), *dtype, *s);
    fill_integers(integers, result);
    return result;
  }
  return tensor_of(repeated(numbers, count), *dtype, *s);
}

std::string_view tf_attr_kind_name(TfAttr::Kind kind) {
  constexpr std::string_view kNames[] = {"nothing",    "a string",      "an integer", "a number",
                                         "a bool",     "a type",        "a shape",    "a tensor",
                                         "a function", "a placeholder", "a list"};
  return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace tare
