// The tree is filled from nlohmann's SAX events (its own DOM would weigh half as much again) and
// read by index.
#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/heap_sort.h"
#include "base/json.h"

namespace tare {
namespace {

// A number that has no digits, and which one of the text's numbers it is.
struct PythonWord {
  std::size_t at;
  double value;
};

// The text with " 0 " for each of Python's words. Outside of strings a number is what begins with a
// digit or a minus, so that counting them tells which is which.
std::string without_python_words(std::string_view text, std::vector<PythonWord>& words) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr std::pair<std::string_view, double> kWords[] = {
      {"NaN", std::numeric_limits<double>::quiet_NaN()},
      {"Infinity", kInfinity},
      {"-Infinity", -kInfinity}};
  const auto in_number = [](char c) {
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
  };
  std::string plain;
  std::size_t numbers = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t length = 1;
    if (quoted || text[i] == '"') {
      quoted ^= text[i] == '"';
      if (quoted && text[i] == '\\') length = 2;
    } else if ((text[i] >= '0' && text[i] <= '9') || text[i] == '-' || text[i] == 'N' ||
               text[i] == 'I') {
      const std::string_view rest = text.substr(i);
      const auto* word = std::find_if(std::begin(kWords), std::end(kWords),
                                      [&](const auto& w) { return rest.starts_with(w.first); });
      if (word != std::end(kWords)) {
        words.push_back({numbers++, word->second});
        plain += " 0 ";
        i += word->first.size();
        continue;
      }
      while (length < rest.size() && in_number(rest[length])) ++length;
      ++numbers;
    }
    plain += text.substr(i, length);
    i += std::min(length, text.size() - i);
  }
  return plain;
}

}  // namespace

class JsonTreeBuilder {
 public:
  using Kind = JsonDocument::Kind;
  using Node = JsonDocument::Node;
  static constexpr std::uint32_t kNone = JsonDocument::kNone;

  JsonTreeBuilder(JsonDocument& document, const JsonLimits& limits,
                  const std::vector<PythonWord>& words)
      : document_(document), limits_(limits), words_(words) {}

  bool null() {
    return add(Kind::kNull, [](Node&) {});
  }
  bool boolean(bool v) {
    return add(Kind::kBool, [v](Node& n) { n.boolean = v; });
  }
  bool number_integer(std::int64_t v) {
    const std::size_t at = numbers_++;
    if (word_ < words_.size() && words_[word_].at == at) {
      const double value = words_[word_++].value;
      return add(Kind::kDouble, [value](Node& n) { n.real = value; });
    }
    return add(Kind::kInt, [v](Node& n) { n.integer = v; });
  }
  bool number_unsigned(std::uint64_t v) {
    if (v <= static_cast<std::uint64_t>(INT64_MAX))
      return number_integer(static_cast<std::int64_t>(v));
    ++numbers_;
    return add(Kind::kUint, [v](Node& n) { n.natural = v; });
  }
  bool number_float(double v, const std::string&) {
    ++numbers_;
    return add(Kind::kDouble, [v](Node& n) { n.real = v; });
  }
  bool string(const std::string& v) {
    const JsonDocument::Text text = keep(v);
    return add(Kind::kString, [text](Node& n) { n.text = text; });
  }
  template <class Binary>
  bool binary(Binary&) {
    return false;
  }
  bool start_object(std::size_t) { return open(Kind::kObject); }
  bool start_array(std::size_t) { return open(Kind::kArray); }
  bool end_array() { return close(); }
  bool end_object() { return has_unique_keys() && close(); }
  bool key(const std::string& v) {
    if (v == "__proto__") return fail("the key \"__proto__\" is not allowed");
    key_ = keep(v);
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) {
    return fail("not valid JSON at byte " + std::to_string(position));
  }

  const ErrorSink& sink() const { return sink_; }

 private:
  struct Level {
    std::uint32_t node;
    std::uint32_t last_child;
  };

  bool fail(std::string message, Code code = Code::kInvalidModel) {
    sink_.fail({code, std::move(message), {}});
    return false;
  }

  JsonDocument::Text keep(const std::string& v) {
    const JsonDocument::Text text{static_cast<std::uint32_t>(document_.texts_.size()),
                                  static_cast<std::uint32_t>(v.size())};
    document_.texts_ += v;
    return text;
  }

  template <class Set>
  bool add(Kind kind, Set set) {
    auto& nodes = document_.nodes_;
    if (nodes.size() >= limits_.nodes) {
      return fail("JSON of more than " + std::to_string(limits_.nodes) + " values",
                  Code::kBudgetExceeded);
    }
    const auto id = static_cast<std::uint32_t>(nodes.size());
    Node& node = nodes.emplace_back();
    node.kind = kind;
    node.key = key_;
    key_ = {};
    set(node);
    if (!levels_.empty()) {
      Level& level = levels_.back();
      node.parent = level.node;
      ++nodes[level.node].count;
      (level.last_child == kNone ? nodes[level.node].first : nodes[level.last_child].next) = id;
      level.last_child = id;
    }
    return true;
  }

  bool open(Kind kind) {
    if (levels_.size() >= static_cast<std::size_t>(limits_.depth)) {
      return fail("JSON nested deeper than " + std::to_string(limits_.depth),
                  Code::kBudgetExceeded);
    }
    if (!add(kind, [](Node& n) { n.first = kNone; })) return false;
    levels_.push_back({static_cast<std::uint32_t>(document_.nodes_.size() - 1), kNone});
    return true;
  }

  bool close() {
    levels_.pop_back();
    return true;
  }

  bool has_unique_keys() {
    keys_.clear();
    const auto& nodes = document_.nodes_;
    for (std::uint32_t n = nodes[levels_.back().node].first; n != kNone; n = nodes[n].next) {
      keys_.push_back(document_.view(nodes[n].key));
    }
    heap_sort(keys_);
    const auto twice = std::adjacent_find(keys_.begin(), keys_.end());
    if (twice == keys_.end()) return true;
    return fail("the key \"" + std::string(*twice) + "\" is given twice in one object");
  }

  JsonDocument& document_;
  const JsonLimits& limits_;
  const std::vector<PythonWord>& words_;
  std::size_t word_ = 0;     // the next of these
  std::size_t numbers_ = 0;  // met so far
  ErrorSink sink_;
  std::vector<Level> levels_;
  std::vector<std::string_view> keys_;
  JsonDocument::Text key_;
};

Result<JsonDocument> JsonDocument::parse(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes) {
    return Error{
        Code::kBudgetExceeded, "JSON of " + std::to_string(text.size()) + " bytes is too long", {}};
  }
  JsonDocument document;
  std::vector<PythonWord> words;
  std::string plain;
  if (limits.from_python && (text.find("NaN") != text.npos || text.find("Infinity") != text.npos)) {
    plain = without_python_words(text, words);
    text = plain;
  }
  JsonTreeBuilder builder(document, limits, words);
  const bool parsed = nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  if (!builder.sink().ok()) return builder.sink().error();
  if (!parsed || document.nodes_.empty()) return Error{Code::kInvalidModel, "not valid JSON", {}};
  return document;
}

}  // namespace tare
