// GraphDef in protobuf's wire format: frozen graphs, and the graphs inside a SavedModel. Field
// numbers are those of TensorFlow's .proto files.
#include "formats/tf/graph_protobuf.h"

namespace tare {
namespace {

constexpr int kMaxAttrDepth = 64;

std::pair<std::string, std::span<const std::byte>> map_entry(std::span<const std::byte> bytes,
                                                             bool& ok) {
  std::pair<std::string, std::span<const std::byte>> entry;
  Protobuf p(bytes);
  while (p.next()) {
    if (p.field() == 1)
      entry.first = p.text();
    else if (p.field() == 2)
      entry.second = p.bytes();
  }
  ok &= p.ok();
  return entry;
}

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class Decoder {
 public:
  explicit Decoder(std::int64_t max_nodes) : left_(max_nodes) {}

  TfGraphDef graph(std::span<const std::byte> bytes);
  TfShape shape(std::span<const std::byte> bytes);
  TfTensor tensor(std::span<const std::byte> bytes);
  bool ok() const { return ok_; }
  bool too_many() const { return left_ < 0; }

 private:
  std::string function_name(std::span<const std::byte> bytes);
  TfAttr attr(std::span<const std::byte> bytes);
  TfAttr list(std::span<const std::byte> bytes);
  TfNodeDef node(std::span<const std::byte> bytes);
  TfFunctionDef function(std::span<const std::byte> bytes);
  void signature(std::span<const std::byte> bytes, TfFunctionDef& f);
  TfFunctionDef::Argument argument(std::span<const std::byte> bytes);
  void done(const Protobuf& p) { ok_ &= p.ok(); }

  bool ok_ = true;
  int depth_ = 0;
  std::int64_t left_;
};

TfShape Decoder::shape(std::span<const std::byte> bytes) {
  TfShape s;
  Protobuf p(bytes);
  while (p.next()) {
    if (p.field() == 3) s.unknown_rank = p.natural() != 0;
    if (p.field() != 2) continue;
    std::int64_t size = 0;
    Protobuf dim(p.bytes());
    while (dim.next()) {
      if (dim.field() == 1) size = dim.integer();
    }
    done(dim);
    s.dims.push_back(size);
  }
  done(p);
  return s;
}

TfTensor Decoder::tensor(std::span<const std::byte> bytes) {
  TfTensor t;
  Protobuf p(bytes);
  while (p.next()) {
    switch (p.field()) {
      case 1:
        t.type = {p.integer()};
        break;
      case 2:
        t.shape = shape(p.bytes());
        break;
      case 4:
        t.content = p.text();
        break;
      case 5:
      case 9:
        p.numbers(5, [&](Protobuf& q) { t.numbers.push_back(static_cast<double>(q.raw_f32())); });
        break;
      case 6:
      case 12:
        p.numbers(1, [&](Protobuf& q) { t.numbers.push_back(q.raw_f64()); });
        break;
      case 8:
        t.strings.push_back(p.text());
        break;
      case 7:
      case 10:
      case 11:
      case 13:
      case 16:
      case 17:
        p.numbers(0, [&](Protobuf& q) {
          t.integers.push_back(static_cast<std::int64_t>(q.raw_varint()));
        });
        break;
      default:
        break;
    }
  }
  done(p);
  return t;
}

// A function's name; the attributes bound to it may bind functions again, and are looked at for
// soundness alone.
std::string Decoder::function_name(std::span<const std::byte> bytes) {
  std::string name;
  if (depth_ >= kMaxAttrDepth) {
    ok_ = false;
    return name;
  }
  ++depth_;
  Protobuf p(bytes);
  while (p.next()) {
    if (p.field() == 1)
      name = p.text();
    else if (p.field() == 2)
      attr(map_entry(p.bytes(), ok_).second);
  }
  --depth_;
  done(p);
  return name;
}

TfAttr Decoder::list(std::span<const std::byte> bytes) {
  using Kind = TfAttr::Kind;
  TfAttr a{.kind = Kind::kList};
  Protobuf p(bytes);
  while (p.next()) {
    switch (p.field()) {
      case 2:
        a.list.push_back({.kind = Kind::kString, .text = p.text()});
        break;
      case 3:
        p.numbers(0, [&](Protobuf& q) {
          a.list.push_back(
              {.kind = Kind::kInt, .integer = static_cast<std::int64_t>(q.raw_varint())});
        });
        break;
      case 4:
        p.numbers(5, [&](Protobuf& q) {
          a.list.push_back({.kind = Kind::kFloat, .number = static_cast<double>(q.raw_f32())});
        });
        break;
      case 5:
        p.numbers(0, [&](Protobuf& q) {
          a.list.push_back({.kind = Kind::kBool, .integer = q.raw_varint() != 0});
        });
        break;
      case 6:
        p.numbers(0, [&](Protobuf& q) {
          a.list.push_back(
              {.kind = Kind::kType, .type = {static_cast<std::int64_t>(q.raw_varint())}});
        });
        break;
      case 7:
        a.list.push_back({.kind = Kind::kShape, .shape = shape(p.bytes())});
        break;
      case 9:
        a.list.push_back({.kind = Kind::kFunction, .text = function_name(p.bytes())});
        break;
      default:
        break;
    }
  }
  done(p);
  return a;
}

TfAttr Decoder::attr(std::span<const std::byte> bytes) {
  using Kind = TfAttr::Kind;
  TfAttr a;
  Protobuf p(bytes);
  while (p.next()) {
    switch (p.field()) {
      case 1:
        a = list(p.bytes());
        break;
      case 2:
        a = {.kind = Kind::kString, .text = p.text()};
        break;
      case 3:
        a = {.kind = Kind::kInt, .integer = p.integer()};
        break;
      case 4:
        a = {.kind = Kind::kFloat, .number = static_cast<double>(p.f32())};
        break;
      case 5:
        a = {.kind = Kind::kBool, .integer = p.natural() != 0};
        break;
      case 6:
        a = {.kind = Kind::kType, .type = {p.integer()}};
        break;
      case 7:
        a = {.kind = Kind::kShape, .shape = shape(p.bytes())};
        break;
      case 8:
        a = {.kind = Kind::kTensor, .tensor = {tensor(p.bytes())}};
        break;
      case 9:
        a = {.kind = Kind::kPlaceholder, .text = p.text()};
        break;
      case 10:
        a = {.kind = Kind::kFunction, .text = function_name(p.bytes())};
        break;
      default:
        break;
    }
  }
  done(p);
  return a;
}

TfNodeDef Decoder::node(std::span<const std::byte> bytes) {
  TfNodeDef n;
  if (--left_ < 0) return n;
  Protobuf p(bytes);
  while (p.next()) {
    if (p.field() == 1)
      n.name = p.text();
    else if (p.field() == 2)
      n.op = p.text();
    else if (p.field() == 3)
      n.inputs.push_back(p.text());
    else if (p.field() == 5) {
      const auto [name, value] = map_entry(p.bytes(), ok_);
      n.attrs.emplace_back(name, attr(value));
    }
  }
  done(p);
  return n;
}

TfFunctionDef::Argument Decoder::argument(std::span<const std::byte> bytes) {
  TfFunctionDef::Argument a;
  Protobuf p(bytes);
  while (p.next()) {
    if (p.field() == 1)
      a.name = p.text();
    else if (p.field() == 3)
      a.type = {p.integer()};
  }
  done(p);
  return a;
}

void Decoder::signature(std::span<const std::byte> bytes, TfFunctionDef& f) {
  Protobuf p(bytes);
  while (p.next()) {
    if (p.field() == 1)
      f.name = p.text();
    else if (p.field() == 2)
      f.inputs.push_back(argument(p.bytes()));
    else if (p.field() == 3)
      f.outputs.push_back(argument(p.bytes()));
  }
  done(p);
}

TfFunctionDef Decoder::function(std::span<const std::byte> bytes) {
  TfFunctionDef f;
  Protobuf p(bytes);
  while (p.next()) {
    if (p.field() == 1)
      signature(p.bytes(), f);
    else if (p.field() == 3)
      f.nodes.push_back(node(p.bytes()));
    else if (p.field() == 4) {
      const auto [name, value] = map_entry(p.bytes(), ok_);
      f.results.emplace_back(name, text_of(value));
    } else if (p.field() == 6) {
      f.controls.push_back(text_of(map_entry(p.bytes(), ok_).second));
    }
  }
  done(p);
  return f;
}

TfGraphDef Decoder::graph(std::span<const std::byte> bytes) {
  TfGraphDef g;
  Protobuf p(bytes);
  while (p.next()) {
    if (p.field() == 1) g.nodes.push_back(node(p.bytes()));
    if (p.field() != 2) continue;
    Protobuf library(p.bytes());
    while (library.next()) {
      if (library.field() == 1) g.functions.push_back(function(library.bytes()));
    }
    done(library);
  }
  done(p);
  return g;
}

}  // namespace

Result<TfGraphDef> decode_tf_graph(std::span<const std::byte> protobuf, std::int64_t max_nodes) {
  Decoder decoder(max_nodes);
  TfGraphDef graph = decoder.graph(protobuf);
  if (decoder.too_many()) return Error{Code::kBudgetExceeded, "too many nodes", {}};
  if (!decoder.ok())
    return Error{Code::kInvalidModel, "the GraphDef is cut off or no protobuf", {}};
  return graph;
}

TfShape decode_tf_shape(std::span<const std::byte> protobuf, bool& ok) {
  Decoder decoder(0);
  TfShape shape = decoder.shape(protobuf);
  ok &= decoder.ok();
  return shape;
}

}  // namespace tare
