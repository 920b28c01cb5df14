// Element types and policies by name: "float16", "mixed_bfloat16", "int8_from_mixed_float16".
#include "formats/keras/model.h"

namespace tare {

std::optional<DType> keras_dtype(std::string_view name) {
  static constexpr std::pair<std::string_view, DType> kNames[] = {
      {"float32", DType::kFloat32},
      {"float", DType::kFloat32},
      {"float16", DType::kFloat16},
      {"half", DType::kFloat16},
      {"float64", DType::kFloat64},
      {"double", DType::kFloat64},
      {"bfloat16", DType::kBFloat16},
      {"int8", DType::kInt8},
      {"int16", DType::kInt16},
      {"int32", DType::kInt32},
      {"int", DType::kInt32},
      {"int64", DType::kInt64},
      {"uint8", DType::kUint8},
      {"uint16", DType::kUint16},
      {"uint32", DType::kUint32},
      {"uint64", DType::kUint64},
      {"bool", DType::kBool},
      {"complex64", DType::kComplex64},
      {"complex128", DType::kComplex128},
      {"string", DType::kString},
  };
  for (const auto& [known, dtype] : kNames) {
    if (name == known) return dtype;
  }
  return std::nullopt;
}

void read_dtype_policy(Json dtype, KerasObject& object, ErrorSink& sink) {
  if (dtype.is_object()) {
    const std::string_view kind = dtype.at("class_name").string(sink);
    const Json config = dtype.at("config");
    if (kind == "DTypePolicyMap") {
      if (config.at("policy_map").size() != 0) {
        sink.fail({Code::kUnsupported, "a DTypePolicyMap with policies of its own for some layers",
                   dtype.path()});
      }
      return read_dtype_policy(config.at("default_policy"), object, sink);
    }
    if (config.has("source_name")) {
      object.quantisation = config.at("mode").string(sink);
      return read_dtype_policy(config.at("source_name"), object, sink);
    }
    return read_dtype_policy(config.at("name"), object, sink);
  }
  if (dtype.is_null()) return;
  std::string_view name = dtype.string(sink);
  if (const std::size_t from = name.find("_from_"); from != std::string_view::npos) {
    object.quantisation = name.substr(0, from);
    name.remove_prefix(from + 6);
  }
  if (name == "mixed_float16" || name == "mixed_bfloat16") {
    object.compute_type = name == "mixed_float16" ? DType::kFloat16 : DType::kBFloat16;
    object.variable_type = DType::kFloat32;
  } else if (const auto known = keras_dtype(name)) {
    object.compute_type = object.variable_type = *known;
  } else if (sink.ok()) {
    sink.fail({Code::kInvalidModel, "unknown dtype '" + std::string(name) + "'", dtype.path()});
  }
}

}  // namespace tare
