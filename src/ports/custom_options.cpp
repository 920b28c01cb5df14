// The map is looked up anew for each key: there are few, and they are read once.
#include "ports/custom_options.h"

#include <optional>
#include <span>

#include "ports/flex_options.h"  // before any other FlatBuffers header
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

std::optional<flexbuffers::Reference> find(const TfliteNode& node, const char* key) {
  const auto bytes = node.custom_options();
  if (bytes.empty()) return std::nullopt;
  const auto root =
      flexbuffers::GetRoot(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  if (!root.IsMap()) return std::nullopt;
  const auto value = root.AsMap()[key];
  if (!value.IsNumeric() && !value.IsBool()) return std::nullopt;
  return value;
}

}  // namespace

CustomOptions::CustomOptions(TfliteNode& node) : node_(node) {
  const auto bytes = node.custom_options();
  if (bytes.empty()) return;
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const bool sound = flexbuffers::VerifyBuffer(data, bytes.size()) &&
                     flexbuffers::GetRoot(data, bytes.size()).IsMap();
  node.require(sound, "custom options: no sound FlexBuffers map");
}

bool CustomOptions::has(const char* key) const {
  return node_.ok() && find(node_, key).has_value();
}

std::int64_t CustomOptions::integer(const char* key, std::int64_t otherwise) const {
  if (!node_.ok()) return otherwise;
  const auto value = find(node_, key);
  return value ? value->AsInt64() : otherwise;
}

std::int64_t CustomOptions::integer(const char* key, std::int64_t least, std::int64_t most) {
  if (!node_.ok()) return least;
  const auto value = find(node_, key);
  if (!node_.require(value.has_value(), "custom options: " + std::string(key) + " is missing"))
    return least;
  const std::int64_t v = value->AsInt64();
  const bool fits = node_.require(
      v >= least && v <= most, std::string(key) + ": expected " + std::to_string(least) + " to " +
                                   std::to_string(most) + ", got " + std::to_string(v));
  return fits ? v : least;
}

double CustomOptions::number(const char* key, double otherwise) const {
  if (!node_.ok()) return otherwise;
  const auto value = find(node_, key);
  return value ? value->AsDouble() : otherwise;
}

bool CustomOptions::flag(const char* key, bool otherwise) const {
  if (!node_.ok()) return otherwise;
  const auto value = find(node_, key);
  return value ? value->AsBool() : otherwise;
}

void write_custom(TfliteWriter& w, std::string_view op,
                  std::initializer_list<CustomOption> entries) {
  flexbuffers::Builder builder;
  builder.Map([&] {
    for (const CustomOption& e : entries) {
      if (e.is_flag)
        builder.Bool(e.key, e.value != 0);
      else
        builder.Int(e.key, e.value);
    }
  });
  builder.Finish();
  w.custom(op, std::as_bytes(std::span(builder.GetBuffer())));
}

}  // namespace tare
