// JSON as model files carry it, checked while it is parsed: a key given twice, the key "__proto__",
// invalid UTF-8, nesting, size and bytes after the end are errors, because a parser that lets them
// pass lets two programs see two models in one file. The result is a compact tree whose members
// keep their order and whose integers stay integers.
//
// NaN, Infinity and -Infinity, which Python writes as bare words, are no JSON and are refused like
// any other word, unless the file is one that Python alone reads.
//
//   auto parsed = JsonDocument::parse(text);
//   ErrorSink sink;
//   const std::int64_t units = parsed->root().at("config").at("units").integer(sink);
//   // sink: "config.units: expected an integer, got a string"
//
// A Json that is not there reads as null and stays readable, so that a chain of at() needs no check
// at each step.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tare {

struct JsonLimits {
  // Of text. The parser keeps some copies of what it has begun, blanks included.
  std::size_t bytes = std::size_t{32} << 20;
  std::size_t nodes = 4'000'000;  // values of all kinds
  int depth = 256;                // of nested objects and arrays
  bool from_python = false;       // NaN, Infinity and -Infinity are numbers
};

class Json;

class JsonDocument {
 public:
  static Result<JsonDocument> parse(std::string_view text, const JsonLimits& limits = {});

  // Valid as long as the document is; moving the document invalidates it.
  Json root() const;

 private:
  friend class Json;
  friend class JsonTreeBuilder;

  enum class Kind : std::uint8_t { kNull, kBool, kInt, kUint, kDouble, kString, kArray, kObject };
  static constexpr std::uint32_t kNone = UINT32_MAX;
  struct Text {
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
  };
  struct Node {
    Kind kind = Kind::kNull;
    std::uint32_t parent = kNone;
    std::uint32_t next = kNone;  // of the same parent
    std::uint32_t count = 0;     // of children
    Text key;
    union {
      bool boolean;
      std::int64_t integer;
      std::uint64_t natural;
      double real;
      Text text;
      std::uint32_t first;  // child
    };
    Node() : integer(0) {}
  };
  std::string_view view(Text t) const { return {texts_.data() + t.offset, t.size}; }

  std::vector<Node> nodes_;
  std::string texts_;
};

// A value in a document: small, to be passed by value.
class Json {
 public:
  Json() = default;

  bool exists() const { return node_ != JsonDocument::kNone; }
  bool is_null() const { return kind() == Kind::kNull; }  // also true for what is not there
  bool is_bool() const { return kind() == Kind::kBool; }
  bool is_integer() const { return kind() == Kind::kInt; }  // fits int64
  bool is_number() const { return kind() >= Kind::kInt && kind() <= Kind::kDouble; }
  bool is_string() const { return kind() == Kind::kString; }
  bool is_array() const { return kind() == Kind::kArray; }
  bool is_object() const { return kind() == Kind::kObject; }

  // A member or an element; one that reads as null when there is none.
  Json at(std::string_view key) const;
  Json at(std::size_t i) const;
  Json at(int i) const { return at(static_cast<std::size_t>(i)); }
  bool has(std::string_view key) const { return at(key).exists(); }
  std::size_t size() const;      // of members or elements; 0 for anything else
  std::string_view key() const;  // of a member

  // What it is, if it is that.
  std::optional<bool> if_bool() const;
  std::optional<std::int64_t> if_integer() const;  // 3 and 3.0, not 3.5
  std::optional<std::uint64_t> if_natural() const;
  std::optional<double> if_number() const;
  std::optional<std::string_view> if_string() const;

  // What it is, or a failure that says where it stands and a harmless value.
  bool boolean(ErrorSink& sink) const;
  std::int64_t integer(ErrorSink& sink) const;
  double number(ErrorSink& sink) const;
  std::string_view string(ErrorSink& sink) const;
  // An array of integers, of at most `most`.
  std::vector<std::int64_t> integers(ErrorSink& sink, std::size_t most = 4096) const;
  // The same for a value that may be left out or null.
  bool boolean_or(bool otherwise, ErrorSink& sink) const {
    return is_null() ? otherwise : boolean(sink);
  }
  std::int64_t integer_or(std::int64_t otherwise, ErrorSink& sink) const {
    return is_null() ? otherwise : integer(sink);
  }
  double number_or(double otherwise, ErrorSink& sink) const {
    return is_null() ? otherwise : number(sink);
  }
  std::string_view string_or(std::string_view otherwise, ErrorSink& sink) const {
    return is_null() ? otherwise : string(sink);
  }

  // "config.layers[2].units"; "" for the root.
  std::string path() const;
  // "a string", "null", "nothing"
  std::string_view what() const;
  // Says "<path>: expected <what>, got <what it is>".
  void expected(std::string_view what, ErrorSink& sink) const;

  class Iterator {
   public:
    Iterator(const JsonDocument* document, std::uint32_t node) : document_(document), node_(node) {}
    Json operator*() const { return Json(document_, node_); }
    Iterator& operator++() {
      node_ = document_->nodes_[node_].next;
      return *this;
    }
    bool operator==(const Iterator& other) const { return node_ == other.node_; }

   private:
    const JsonDocument* document_;
    std::uint32_t node_;
  };
  Iterator begin() const;  // over members or elements, in order
  Iterator end() const { return {document_, JsonDocument::kNone}; }

  bool operator==(const Json& other) const = default;  // the same place, not the same content

 private:
  friend class JsonDocument;
  using Kind = JsonDocument::Kind;
  Json(const JsonDocument* document, std::uint32_t node) : document_(document), node_(node) {}

  const JsonDocument::Node& node() const { return document_->nodes_[node_]; }
  Kind kind() const { return exists() ? node().kind : Kind::kNull; }
  Json missing(std::string_view key) const;

  const JsonDocument* document_ = nullptr;
  std::uint32_t node_ = JsonDocument::kNone;
  std::uint32_t near_ =
      JsonDocument::kNone;        // of a missing one: the nearest ancestor that is there
  std::string_view missing_key_;  // and the member that it lacks; the caller's text
};

}  // namespace tare
