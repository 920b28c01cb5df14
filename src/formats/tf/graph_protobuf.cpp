// GraphDef in protobuf's wire format: frozen graphs, and the graphs inside a SavedModel. Field
// numbers are those of TensorFlow's .proto files.
#include "formats/tf/attr_protobuf.h"
#include "formats/tf/graph_def.h"

namespace tare {
namespace {

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class GraphDecoder {
 public:
  explicit GraphDecoder(std::int64_t max_nodes) : left_(max_nodes) {}

  TfGraphDef graph(std::span<const std::byte> bytes);
  bool ok() const { return ok_; }
  bool too_many() const { return left_ < 0; }

 private:
  TfNodeDef node(std::span<const std::byte> bytes);
  TfFunctionDef function(std::span<const std::byte> bytes);
  void signature(std::span<const std::byte> bytes, TfFunctionDef& f);
  TfFunctionDef::Argument argument(std::span<const std::byte> bytes);
  void done(const Protobuf& p) { ok_ &= p.ok(); }

  bool ok_ = true;
  std::int64_t left_;
};

TfNodeDef GraphDecoder::node(std::span<const std::byte> bytes) {
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
      const auto [name, value] = protobuf_map_entry(p.bytes(), ok_);
      n.attrs.emplace_back(name, decode_tf_attr(value, ok_));
    }
  }
  done(p);
  return n;
}

TfFunctionDef::Argument GraphDecoder::argument(std::span<const std::byte> bytes) {
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

void GraphDecoder::signature(std::span<const std::byte> bytes, TfFunctionDef& f) {
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

TfFunctionDef GraphDecoder::function(std::span<const std::byte> bytes) {
  TfFunctionDef f;
  Protobuf p(bytes);
  while (p.next()) {
    if (p.field() == 1)
      signature(p.bytes(), f);
    else if (p.field() == 3)
      f.nodes.push_back(node(p.bytes()));
    else if (p.field() == 4) {
      const auto [name, value] = protobuf_map_entry(p.bytes(), ok_);
      f.results.emplace_back(name, text_of(value));
    } else if (p.field() == 6) {
      f.controls.push_back(text_of(protobuf_map_entry(p.bytes(), ok_).second));
    }
  }
  done(p);
  return f;
}

TfGraphDef GraphDecoder::graph(std::span<const std::byte> bytes) {
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
  GraphDecoder decoder(max_nodes);
  TfGraphDef graph = decoder.graph(protobuf);
  if (decoder.too_many()) return Error{Code::kBudgetExceeded, "too many nodes", {}};
  if (!decoder.ok())
    return Error{Code::kInvalidModel, "the GraphDef is cut off or no protobuf", {}};
  return graph;
}

}  // namespace tare
