// SavedModels: saved_model.pb with graph, functions and signatures, and a checkpoint with the
// variables' values.
#include <algorithm>

#include "formats/tf/attr_protobuf.h"
#include "formats/tf/import.h"
#include "formats/tf/variables.h"

namespace tare {
namespace {

constexpr char kPrefix[] = "variables/variables";
constexpr std::string_view kInitSignature = "__saved_model_init_op";

struct MetaGraph {
  std::vector<std::string> tags;
  std::span<const std::byte> graph;
  std::vector<TfSignature> signatures;
  std::string initializer;                                  // a node, or nothing
  std::vector<std::pair<std::string, std::string>> assets;  // tensor that is the path, path
};

template <class F>
void each_map_entry(std::span<const std::byte> bytes, bool& ok, F&& f) {
  std::string key;
  std::span<const std::byte> value;
  Protobuf p(bytes);
  while (p.next()) {
    if (p.field() == 1)
      key = p.text();
    else if (p.field() == 2)
      value = p.bytes();
  }
  ok &= p.ok();
  if (ok) f(std::move(key), value);
}

TfSignature::Tensor read_tensor(std::string name, std::span<const std::byte> bytes, bool& ok) {
  TfSignature::Tensor t{std::move(name), {}};
  Protobuf p(bytes);
  while (p.next()) {
    if (p.field() == 1)
      t.tensor = p.text();
    else if (p.field() == 2)
      t.type = TfType{p.integer()};
    else if (p.field() == 3)
      t.shape = decode_tf_shape(p.bytes(), ok);
  }
  ok &= p.ok();
  return t;
}

TfSignature read_signature(std::string name, std::span<const std::byte> bytes, bool& ok) {
  TfSignature s;
  s.name = std::move(name);
  Protobuf p(bytes);
  while (p.next()) {
    if (p.field() != 1 && p.field() != 2) continue;
    auto& into = p.field() == 1 ? s.inputs : s.outputs;
    each_map_entry(p.bytes(), ok, [&](std::string key, std::span<const std::byte> value) {
      into.push_back(read_tensor(std::move(key), value, ok));
    });
  }
  ok &= p.ok();
  // A map has no order of its own; by name is how saved_model_cli shows it.
  const auto by_name = [](const auto& a, const auto& b) { return a.name < b.name; };
  std::sort(s.inputs.begin(), s.inputs.end(), by_name);
  std::sort(s.outputs.begin(), s.outputs.end(), by_name);
  return s;
}

void read_tags(std::span<const std::byte> bytes, MetaGraph& meta, bool& ok) {
  Protobuf p(bytes);
  while (p.next()) {
    if (p.field() == 4) meta.tags.push_back(p.text());
  }
  ok &= p.ok();
}

void read_asset(std::span<const std::byte> bytes, MetaGraph& meta, bool& ok) {
  TfSignature::Tensor tensor;
  std::string file;
  Protobuf p(bytes);
  while (p.next()) {
    if (p.field() == 1)
      tensor = read_tensor({}, p.bytes(), ok);
    else if (p.field() == 2)
      file = p.text();
  }
  ok &= p.ok();
  meta.assets.emplace_back(tensor.tensor, "assets/" + file);
}

// Version 1 keeps in collections what later has fields of its own: the node that fills tables,
// assets.
void read_collection(std::string_view key, std::span<const std::byte> bytes, MetaGraph& meta,
                     bool& ok) {
  const bool assets = key == "saved_model_assets";
  if (!assets && key != "saved_model_main_op" && key != "legacy_init_op") return;
  constexpr std::uint32_t kNodes = 1, kAnyItems = 5;
  Protobuf p(bytes);
  while (p.next()) {
    if (p.field() != (assets ? kAnyItems : kNodes)) continue;
    Protobuf items(p.bytes());
    while (items.next()) {
      if (items.field() != 1) continue;
      if (!assets) {
        meta.initializer = items.text();
        continue;
      }
      Protobuf any(items.bytes());
      while (any.next()) {
        if (any.field() == 2) read_asset(any.bytes(), meta, ok);
      }
      ok &= any.ok();
    }
    ok &= items.ok();
  }
  ok &= p.ok();
}

MetaGraph read_meta_graph(std::span<const std::byte> bytes, bool& ok) {
  MetaGraph meta;
  Protobuf p(bytes);
  while (p.next()) {
    if (p.field() == 1)
      read_tags(p.bytes(), meta, ok);
    else if (p.field() == 2)
      meta.graph = p.bytes();
    else if (p.field() == 4) {
      each_map_entry(p.bytes(), ok, [&](const std::string& key, std::span<const std::byte> value) {
        read_collection(key, value, meta, ok);
      });
    } else if (p.field() == 6) {
      read_asset(p.bytes(), meta, ok);
    } else if (p.field() == 5) {
      each_map_entry(p.bytes(), ok, [&](std::string key, std::span<const std::byte> value) {
        meta.signatures.push_back(read_signature(std::move(key), value, ok));
      });
    }
  }
  ok &= p.ok();
  std::erase_if(meta.signatures, [&](const TfSignature& s) {
    if (s.name != kInitSignature) return s.outputs.empty();
    if (!s.outputs.empty()) meta.initializer = s.outputs[0].tensor;
    return true;
  });
  std::sort(meta.signatures.begin(), meta.signatures.end(),
            [](const TfSignature& a, const TfSignature& b) {
              const bool first = a.name == "serving_default", second = b.name == "serving_default";
              return first != second ? first : a.name < b.name;
            });
  return meta;
}

// The graph for serving; of several, the one that is for nothing else.
Result<MetaGraph> read_for_serving(const Buffer& file) {
  std::optional<MetaGraph> best;
  std::string tags;
  bool ok = true;
  Protobuf p(file.bytes());
  while (p.next()) {
    if (p.field() != 2) continue;
    MetaGraph meta = read_meta_graph(p.bytes(), ok);
    std::string own;
    for (const std::string& tag : meta.tags) own += (own.empty() ? "" : ",") + tag;
    tags += (tags.empty() ? "[" : ", [") + own + "]";
    const bool serves = std::find(meta.tags.begin(), meta.tags.end(), "serve") != meta.tags.end();
    if (serves && (!best || meta.tags.size() < best->tags.size())) best = std::move(meta);
  }
  if (!p.ok() || !ok) return Error{Code::kInvalidModel, "the file is cut off or no SavedModel", {}};
  if (best) {
    for (const auto& [tensor, path] : best->assets) {
      if (!is_plain_relative_path(path))
        return Error{Code::kInvalidModel, "'" + path + "' lies outside the model's folder", {}};
    }
  }
  if (best) return std::move(*best);
  return Error{Code::kUnsupported,
               "no graph is tagged 'serve'; tags: " + (tags.empty() ? "none" : tags),
               {}};
}

bool makes_variables(const TfGraphDef& graph) {
  return std::any_of(graph.nodes.begin(), graph.nodes.end(), [](const TfNodeDef& n) {
    return n.op == "VarHandleOp" || n.op == "VariableV2" || n.op == "Variable";
  });
}

bool recognises(const ModelBundle& bundle) {
  const auto& file = bundle.files().front();
  if (file.name == "saved_model.pb" || file.name.ends_with("/saved_model.pb")) return true;
  return file.name.ends_with(".pb") && !file.bytes.empty() &&
         file.bytes.bytes()[0] == std::byte{0x08};
}

Result<std::vector<std::string>> missing(const ModelBundle& bundle, std::uint64_t) {
  std::vector<std::string> names;
  auto meta = read_for_serving(bundle.files().front().bytes);
  if (!meta) return in_file(meta.error(), bundle);
  auto graph = decode_tf_graph(meta->graph, ReadOptions{}.max_nodes);
  if (!graph) return in_file(graph.error(), bundle);
  for (const auto& [tensor, path] : meta->assets) {
    if (bundle.find(path) == nullptr) names.push_back(path);
  }
  if (!makes_variables(*graph)) return names;
  const std::string index = std::string(kPrefix) + ".index";
  if (bundle.find(index) == nullptr) {
    names.push_back(index);
    return names;
  }
  auto checkpoint = TfCheckpoint::open(bundle, kPrefix);
  if (!checkpoint) return checkpoint.error();
  for (const std::string& shard : checkpoint->shards()) {
    if (bundle.find(shard) == nullptr) names.push_back(shard);
  }
  return names;
}

class SavedVariables : public TfVariables {
 public:
  SavedVariables(const ModelBundle& bundle, const TfCheckpoint& checkpoint,
                 std::map<std::string, TfRestored> restored, std::uint64_t max_bytes)
      : bundle_(bundle),
        checkpoint_(checkpoint),
        restored_(std::move(restored)),
        max_bytes_(max_bytes) {}
  std::optional<Result<TensorValue>> find(const std::string& node) override {
    const auto found = restored_.find(node);
    if (found == restored_.end()) return std::nullopt;
    return restored_value(found->second, checkpoint_, bundle_, max_bytes_);
  }

 private:
  const ModelBundle& bundle_;
  const TfCheckpoint& checkpoint_;
  std::map<std::string, TfRestored> restored_;
  std::uint64_t max_bytes_;
};

Result<Module> read_saved_model(ModelBundle& bundle, const ReadOptions& options) {
  auto meta = read_for_serving(bundle.files().front().bytes);
  if (!meta) return meta.error();
  auto graph = decode_tf_graph(meta->graph, options.max_nodes);
  if (!graph) return graph.error();
  if (meta->signatures.empty()) {
    return Error{Code::kUnsupported,
                 "the SavedModel has no serving signature; export it with one (model.export, or "
                 "signatures=)",
                 {}};
  }
  TfSource source;
  source.graph = &*graph;
  source.signatures = std::move(meta->signatures);
  source.format = "SavedModel";
  source.initializer = meta->initializer;
  auto assets = std::make_shared<std::map<std::string, Buffer>>();
  for (const auto& [tensor, path] : meta->assets) {
    if (const Buffer* bytes = bundle.find(path)) assets->emplace(path, *bytes);
  }
  source.asset_tensors = std::move(meta->assets);
  source.assets = std::move(assets);
  if (!makes_variables(*graph)) return read_tf_graph(source, options);
  auto checkpoint = TfCheckpoint::open(bundle, kPrefix);
  if (!checkpoint) return checkpoint.error();
  SavedVariables variables(bundle, *checkpoint, restored_variables(*graph), options.max_bytes);
  source.variables = &variables;
  return read_tf_graph(source, options);
}

Result<Module> read(ModelBundle& bundle, const ReadOptions& options) {
  auto module = read_saved_model(bundle, options);
  if (!module) return in_file(module.error(), bundle);
  return module;
}

}  // namespace

extern const FormatReader format_saved_model{"savedmodel", recognises, missing, read};

}  // namespace tare
