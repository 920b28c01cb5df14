// GraphDef as protobuf's JSON, the way TF.js writes it: bytes in base64 (or lists of numbers),
// 64-bit integers as text, enums by name or number, what is at its default left out.
#include <cmath>
#include <limits>

#include "formats/tf/graph_def.h"

namespace tare {
namespace {

constexpr std::size_t kMaxFields = 1'000'000;  // values of one list

int sextet(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return -1;
}

bool decode_base64(std::string_view text, std::string& out) {
  while (text.ends_with('=')) text.remove_suffix(1);
  if (text.size() % 4 == 1) return false;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const int s = sextet(c);
    if (s < 0) return false;
    bits = bits << 6 | static_cast<std::uint32_t>(s);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out.push_back(static_cast<char>(bits >> count & 0xff));
  }
  return true;
}

class Decoder {
 public:
  explicit Decoder(std::int64_t max_nodes) : left_(max_nodes) {}

  TfGraphDef graph(Json json);
  TfType type(Json json);
  TfShape shape(Json json);
  ErrorSink& sink() { return sink_; }

 private:
  std::string bytes(Json json);
  std::int64_t integer(Json json);
  double number(Json json);
  TfTensor tensor(Json json);
  TfAttr list(Json json);
  TfAttr single(Json json);
  TfAttr attr(Json json);
  TfNodeDef node(Json json);
  TfFunctionDef function(Json json);
  void nodes(Json json, std::vector<TfNodeDef>& into);
  void arguments(Json json, std::vector<TfFunctionDef::Argument>& into);
  template <class F>
  void each(Json json, F&& f) {
    if (json.is_null()) return;
    if (!json.is_array()) return json.expected("an array", sink_);
    if (json.size() > kMaxFields * 16) return json.expected("a shorter list", sink_);
    for (const Json item : json) {
      if (!sink_.ok()) return;
      f(item);
    }
  }

  ErrorSink sink_;
  std::int64_t left_;
};

std::string Decoder::bytes(Json json) {
  std::string out;
  if (json.is_array()) {
    each(json, [&](Json item) {
      const std::int64_t v = item.integer(sink_);
      if (v < 0 || v > 255) item.expected("a byte", sink_);
      out.push_back(static_cast<char>(v));
    });
  } else if (!decode_base64(json.string_or("", sink_), out)) {
    json.expected("base64", sink_);
  }
  return out;
}

std::int64_t Decoder::integer(Json json) {
  const auto text = json.if_string();
  if (!text) return json.integer(sink_);
  const bool negative = text->starts_with('-');
  const std::string_view digits = text->substr(negative ? 1 : 0);
  std::int64_t value = 0;
  if (digits.empty()) json.expected("an integer", sink_);
  for (const char c : digits) {
    if (c < '0' || c > '9' || __builtin_mul_overflow(value, 10, &value) ||
        __builtin_add_overflow(value, negative ? -(c - '0') : c - '0', &value)) {
      json.expected("an integer of 64 bits", sink_);
      return 0;
    }
  }
  return value;
}

double Decoder::number(Json json) {
  const auto text = json.if_string();
  if (!text) return json.number(sink_);
  if (*text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (*text == "Infinity") return std::numeric_limits<double>::infinity();
  if (*text == "-Infinity") return -std::numeric_limits<double>::infinity();
  json.expected("a number", sink_);
  return 0;
}

TfType Decoder::type(Json json) {
  if (json.is_null()) return {};
  if (json.is_number()) return {json.integer(sink_)};
  const auto named = tf_type_named(json.string(sink_));
  if (!named) json.expected("a type such as DT_FLOAT", sink_);
  return named.value_or(TfType{});
}

TfShape Decoder::shape(Json json) {
  TfShape s;
  if (!json.is_null() && !json.is_object()) json.expected("a shape", sink_);
  s.unknown_rank = json.at("unknownRank").boolean_or(false, sink_);
  each(json.at("dim"), [&](Json dim) {
    if (!dim.is_object()) return dim.expected("a dimension", sink_);
    s.dims.push_back(dim.has("size") ? integer(dim.at("size")) : 0);
  });
  return s;
}

TfTensor Decoder::tensor(Json json) {
  TfTensor t;
  if (!json.is_object()) json.expected("a tensor", sink_);
  t.type = type(json.at("dtype"));
  t.shape = shape(json.at("tensorShape"));
  t.content = bytes(json.at("tensorContent"));
  for (const char* key : {"floatVal", "doubleVal", "scomplexVal", "dcomplexVal"}) {
    each(json.at(key), [&](Json v) { t.numbers.push_back(number(v)); });
  }
  for (const char* key : {"intVal", "int64Val", "halfVal", "uint32Val", "uint64Val"}) {
    each(json.at(key), [&](Json v) { t.integers.push_back(integer(v)); });
  }
  each(json.at("boolVal"), [&](Json v) { t.integers.push_back(v.boolean(sink_) ? 1 : 0); });
  each(json.at("stringVal"), [&](Json v) { t.strings.push_back(bytes(v)); });
  return t;
}

TfAttr Decoder::single(Json json) {
  using Kind = TfAttr::Kind;
  TfAttr a;
  const std::string_view key = json.key();
  if (key == "s")
    a = {.kind = Kind::kString, .text = bytes(json)};
  else if (key == "i")
    a = {.kind = Kind::kInt, .integer = integer(json)};
  else if (key == "f")
    a = {.kind = Kind::kFloat, .number = number(json)};
  else if (key == "b")
    a = {.kind = Kind::kBool, .integer = json.boolean(sink_) ? 1 : 0};
  else if (key == "type")
    a = {.kind = Kind::kType, .type = type(json)};
  else if (key == "shape")
    a = {.kind = Kind::kShape, .shape = shape(json)};
  else if (key == "tensor")
    a = {.kind = Kind::kTensor, .tensor = std::make_shared<TfTensor>(tensor(json))};
  else if (key == "func")
    a = {.kind = Kind::kFunction, .text = std::string(json.at("name").string(sink_))};
  else if (key == "placeholder")
    a = {.kind = Kind::kPlaceholder, .text = std::string(json.string(sink_))};
  return a;
}

TfAttr Decoder::list(Json json) {
  TfAttr a{.kind = TfAttr::Kind::kList};
  if (!json.is_object()) json.expected("a list", sink_);
  const auto add = [&](const char* key, auto&& make) {
    each(json.at(key), [&](Json item) { a.list.push_back(make(item)); });
  };
  using Kind = TfAttr::Kind;
  add("s", [&](Json v) { return TfAttr{.kind = Kind::kString, .text = bytes(v)}; });
  add("i", [&](Json v) { return TfAttr{.kind = Kind::kInt, .integer = integer(v)}; });
  add("f", [&](Json v) { return TfAttr{.kind = Kind::kFloat, .number = number(v)}; });
  add("b",
      [&](Json v) { return TfAttr{.kind = Kind::kBool, .integer = v.boolean(sink_) ? 1 : 0}; });
  add("type", [&](Json v) { return TfAttr{.kind = Kind::kType, .type = type(v)}; });
  add("shape", [&](Json v) { return TfAttr{.kind = Kind::kShape, .shape = shape(v)}; });
  add("func", [&](Json v) {
    return TfAttr{.kind = Kind::kFunction, .text = std::string(v.at("name").string(sink_))};
  });
  return a;
}

TfAttr Decoder::attr(Json json) {
  if (!json.is_object()) json.expected("an attribute", sink_);
  if (json.has("list")) return list(json.at("list"));
  for (const Json member : json) {
    TfAttr a = single(member);
    if (a.kind != TfAttr::Kind::kNone) return a;
  }
  return {};
}

TfNodeDef Decoder::node(Json json) {
  TfNodeDef n;
  if (!json.is_object()) json.expected("a node", sink_);
  n.name = json.at("name").string(sink_);
  n.op = json.at("op").string(sink_);
  each(json.at("input"), [&](Json input) { n.inputs.emplace_back(input.string(sink_)); });
  const Json attrs = json.at("attr");
  if (!attrs.is_null() && !attrs.is_object()) attrs.expected("an object", sink_);
  for (const Json a : attrs) n.attrs.emplace_back(a.key(), attr(a));
  return n;
}

void Decoder::nodes(Json json, std::vector<TfNodeDef>& into) {
  each(json, [&](Json n) {
    if (--left_ < 0) return sink_.fail({Code::kBudgetExceeded, "too many nodes", {}});
    into.push_back(node(n));
  });
}

void Decoder::arguments(Json json, std::vector<TfFunctionDef::Argument>& into) {
  each(json, [&](Json a) {
    into.push_back({std::string(a.at("name").string(sink_)), type(a.at("type"))});
  });
}

TfFunctionDef Decoder::function(Json json) {
  TfFunctionDef f;
  const Json signature = json.at("signature");
  f.name = signature.at("name").string(sink_);
  arguments(signature.at("inputArg"), f.inputs);
  arguments(signature.at("outputArg"), f.outputs);
  nodes(json.at("nodeDef"), f.nodes);
  for (const Json r : json.at("ret")) f.results.emplace_back(r.key(), r.string(sink_));
  for (const Json c : json.at("controlRet")) f.controls.emplace_back(c.string(sink_));
  return f;
}

TfGraphDef Decoder::graph(Json json) {
  TfGraphDef g;
  if (!json.is_object()) json.expected("an object", sink_);
  if (sink_.ok() && !json.at("node").is_array()) json.at("node").expected("an array", sink_);
  nodes(json.at("node"), g.nodes);
  const Json library = json.at("library");
  if (!library.is_null() && !library.is_object()) library.expected("an object", sink_);
  each(library.at("function"), [&](Json f) { g.functions.push_back(function(f)); });
  return g;
}

}  // namespace

Result<TfGraphDef> decode_tf_graph(Json graph, std::int64_t max_nodes) {
  Decoder decoder(max_nodes);
  TfGraphDef result = decoder.graph(graph);
  if (!decoder.sink().ok()) return decoder.sink().error();
  return result;
}

TfType decode_tf_type(Json type, ErrorSink& sink) {
  Decoder decoder(0);
  TfType result = decoder.type(type);
  if (!decoder.sink().ok()) sink.fail(decoder.sink().error());
  return result;
}

TfShape decode_tf_shape(Json shape, ErrorSink& sink) {
  Decoder decoder(0);
  TfShape result = decoder.shape(shape);
  if (!decoder.sink().ok()) sink.fail(decoder.sink().error());
  return result;
}

}  // namespace tare
