// What is not there, or not of the wanted type, still says where it would be.
#include "base/json.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tare {

Json JsonDocument::root() const { return Json(this, 0); }

Json Json::missing(std::string_view key) const {
  Json json;
  json.document_ = document_;
  json.near_ = exists() ? node_ : near_;
  json.missing_key_ = exists() ? key : missing_key_;
  return json;
}

Json Json::at(std::string_view key) const {
  if (is_object()) {
    for (const Json member : *this) {
      if (member.key() == key) return member;
    }
  }
  return missing(key);
}

Json Json::at(std::size_t i) const {
  if (i < size()) {
    for (const Json element : *this) {
      if (i-- == 0) return element;
    }
  }
  return missing({});
}

std::size_t Json::size() const { return is_array() || is_object() ? node().count : 0; }

std::string_view Json::key() const { return exists() ? document_->view(node().key) : missing_key_; }

Json::Iterator Json::begin() const {
  return {document_, is_array() || is_object() ? node().first : JsonDocument::kNone};
}

std::optional<bool> Json::if_bool() const {
  return is_bool() ? std::optional(node().boolean) : std::nullopt;
}

std::optional<std::int64_t> Json::if_integer() const {
  if (kind() == Kind::kInt) return node().integer;
  if (kind() != Kind::kDouble) return std::nullopt;
  const double v = node().real;
  // Beyond 2^53 a double does not say which integer it means.
  if (std::floor(v) != v || std::abs(v) > 9007199254740992.0) return std::nullopt;
  return static_cast<std::int64_t>(v);
}

std::optional<std::uint64_t> Json::if_natural() const {
  if (kind() == Kind::kUint) return node().natural;
  const auto v = if_integer();
  return v && *v >= 0 ? std::optional(static_cast<std::uint64_t>(*v)) : std::nullopt;
}

std::optional<double> Json::if_number() const {
  switch (kind()) {
    case Kind::kInt:
      return static_cast<double>(node().integer);
    case Kind::kUint:
      return static_cast<double>(node().natural);
    case Kind::kDouble:
      return node().real;
    default:
      return std::nullopt;
  }
}

std::optional<std::string_view> Json::if_string() const {
  return is_string() ? std::optional(document_->view(node().text)) : std::nullopt;
}

bool Json::boolean(ErrorSink& sink) const {
  if (!is_bool()) expected("true or false", sink);
  return if_bool().value_or(false);
}

std::int64_t Json::integer(ErrorSink& sink) const {
  const auto v = if_integer();
  if (!v) expected("an integer", sink);
  return v.value_or(0);
}

double Json::number(ErrorSink& sink) const {
  const auto v = if_number();
  if (!v) expected("a number", sink);
  return v.value_or(0);
}

std::string_view Json::string(ErrorSink& sink) const {
  const auto v = if_string();
  if (!v) expected("a string", sink);
  return v.value_or(std::string_view());
}

std::vector<std::int64_t> Json::integers(ErrorSink& sink, std::size_t most) const {
  std::vector<std::int64_t> values;
  if (!is_array() || size() > most) {
    expected("an array of at most " + std::to_string(most) + " integers", sink);
    return values;
  }
  for (const Json element : *this) values.push_back(element.integer(sink));
  return values;
}

std::string Json::path() const {
  if (document_ == nullptr) return {};
  const auto& nodes = document_->nodes_;
  std::string text;
  const auto prepend = [&text](std::string part) {
    if (!text.empty() && text.front() != '[') part += '.';
    text = std::move(part) + text;
  };
  if (!exists() && !missing_key_.empty()) prepend(std::string(missing_key_));
  for (std::uint32_t n = exists() ? node_ : near_; n != JsonDocument::kNone; n = nodes[n].parent) {
    const std::uint32_t parent = nodes[n].parent;
    if (parent == JsonDocument::kNone) break;
    if (nodes[parent].kind == Kind::kObject) {
      prepend(std::string(document_->view(nodes[n].key)));
      continue;
    }
    std::size_t position = 0;
    for (std::uint32_t k = nodes[parent].first; k != n; k = nodes[k].next) ++position;
    prepend("[" + std::to_string(position) + "]");
  }
  return text;
}

std::string_view Json::what() const {
  if (!exists()) return "nothing";
  switch (kind()) {
    case Kind::kNull:
      return "null";
    case Kind::kBool:
      return node().boolean ? "true" : "false";
    case Kind::kInt:
    case Kind::kUint:
      return "an integer";
    case Kind::kDouble:
      return "a fraction";
    case Kind::kString:
      return "a string";
    case Kind::kArray:
      return "an array";
    case Kind::kObject:
      return "an object";
  }
  return "nothing";
}

void Json::expected(std::string_view what, ErrorSink& sink) const {
  if (!sink.ok()) return;
  sink.fail({Code::kInvalidModel,
             "expected " + std::string(what) + ", got " + std::string(this->what()), path()});
}

}  // namespace tare
