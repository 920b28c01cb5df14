// A TensorFlow node as its file states it: name, op, inputs by name, attributes. Both encodings of
// a GraphDef (TF.js's JSON and protobuf) decode into this.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "ir/tensor.h"

namespace tare {

// Enum value of DataType; what it means is asked only where it matters.
struct TfType {
  std::int64_t code = 0;
  std::optional<DType> dtype() const;  // empty for types the IR has none for
};
std::optional<TfType> tf_type_named(std::string_view name);  // "DT_FLOAT"

struct TfShape {
  bool unknown_rank = false;
  std::vector<std::int64_t> dims = {};  // -1: unknown
  // Empty when there are too many dimensions or a negative one below -1.
  std::optional<Shape> shape() const;
};

// A TensorProto: bytes, or values of which the last one repeats.
struct TfTensor {
  TfType type;
  TfShape shape;
  std::string content = {};
  std::vector<double> numbers = {};
  std::vector<std::int64_t> integers = {};  // also the bits of halves
  std::vector<std::string> strings = {};
  bool has_values() const {
    return !content.empty() || !numbers.empty() || !integers.empty() || !strings.empty();
  }
  Result<TensorValue> value(std::uint64_t max_bytes) const;
};

struct TfAttr {
  enum class Kind : std::uint8_t {
    kNone,
    kString,
    kInt,
    kFloat,
    kBool,
    kType,
    kShape,
    kTensor,
    kFunction,
    kPlaceholder,
    kList
  };
  Kind kind = Kind::kNone;
  std::string text = {};     // of a string, a function's name, a placeholder
  std::int64_t integer = 0;  // of an int or a bool
  double number = 0;
  TfType type = {};
  TfShape shape = {};
  std::shared_ptr<const TfTensor> tensor = {};
  std::vector<TfAttr> list = {};
};
std::string_view tf_attr_kind_name(TfAttr::Kind kind);

struct TfNodeDef {
  std::string name = {};
  std::string op = {};
  std::vector<std::string> inputs = {};
  std::vector<std::pair<std::string, TfAttr>> attrs = {};

  const TfAttr* find(std::string_view attr) const {
    for (const auto& [name, value] : attrs) {
      if (name == attr) return &value;
    }
    return nullptr;
  }
};

}  // namespace tare
