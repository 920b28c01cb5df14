// What the manifest says: which files there must be, and where in them each tensor lies.
#include "formats/tfjs/weights.h"

#include <algorithm>

#include "base/heap_sort.h"
#include "base/parts.h"
#include "formats/tfjs/model_json.h"

namespace tare {
namespace {

Error broken(std::string message, Json at) {
  return {Code::kInvalidModel, std::move(message), at.path()};
}

std::string_view folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash + 1);
}

std::string_view file_name(std::string_view path) { return path.substr(folder_of(path).size()); }

// TF.js itself writes "./model.weights.bin".
std::string_view plain(std::string_view path) {
  return path.starts_with("./") ? path.substr(2) : path;
}

// All paths of the manifest, checked.
Result<std::vector<std::string>> manifest_paths(Json manifest) {
  ErrorSink sink;
  std::vector<std::string> paths;
  if (!manifest.is_array()) manifest.expected("an array of weight groups", sink);
  for (const Json group : manifest) {
    const Json names = group.at("paths");
    if (!names.is_array()) names.expected("an array of file names", sink);
    for (const Json name : names) {
      const std::string_view path = plain(name.string(sink));
      if (!sink.ok()) break;
      if (!is_plain_relative_path(path)) {
        sink.fail({Code::kInvalidModel,
                   "'" + std::string(path.substr(0, 80)) +
                       "' is not a plain path inside the model's folder",
                   name.path()});
      }
      paths.emplace_back(path);
    }
  }
  if (!sink.ok()) return sink.error();
  return paths;
}

// The first text that occurs twice; texts come back sorted.
std::optional<std::string_view> sorted_twice(std::vector<std::string_view>& texts) {
  heap_sort(texts);
  const auto twice = std::adjacent_find(texts.begin(), texts.end());
  return twice == texts.end() ? std::nullopt : std::optional(*twice);
}

// Different files have different names, so that a name alone tells which is meant.
bool names_differ(const std::vector<std::string>& paths) {
  std::vector<std::string_view> files(paths.begin(), paths.end());
  sorted_twice(files);
  files.erase(std::unique(files.begin(), files.end()), files.end());
  for (std::string_view& file : files) file = file_name(file);
  return !sorted_twice(files);
}

const Buffer* find_file(const ModelBundle& bundle, const std::string& path, bool by_name) {
  const std::string folder(folder_of(bundle.files().front().name));
  if (const Buffer* file = bundle.find(folder + path)) return file;
  return by_name ? bundle.find(folder + std::string(file_name(path))) : nullptr;
}

struct TypeName {
  std::string_view name;
  DType dtype;
};

std::optional<DType> type_named(std::string_view name) {
  static constexpr TypeName kTypes[] = {
      {"float32", DType::kFloat32}, {"int32", DType::kInt32},         {"bool", DType::kBool},
      {"string", DType::kString},   {"complex64", DType::kComplex64}, {"float16", DType::kFloat16},
      {"uint8", DType::kUint8},     {"uint16", DType::kUint16},       {"int64", DType::kInt64},
      {"int8", DType::kInt8},       {"int16", DType::kInt16},         {"float64", DType::kFloat64},
  };
  for (const TypeName& t : kTypes) {
    if (t.name == name) return t.dtype;
  }
  return std::nullopt;
}

Shape read_shape(Json json, ErrorSink& sink) {
  Shape shape;
  if (!json.is_array() || json.size() > kMaxRank) {
    json.expected("a shape of at most " + std::to_string(kMaxRank) + " dimensions", sink);
    return shape;
  }
  for (const Json dim : json) {
    const std::int64_t extent = dim.integer(sink);
    if (sink.ok() && extent < 0) dim.expected("a dimension of at least 0", sink);
    shape.push_back(extent);
  }
  return shape;
}

}  // namespace

Result<std::vector<std::string>> missing_tfjs_weights(const ModelBundle& bundle, std::uint64_t) {
  auto document = parse_model_json(bundle);
  if (!document) return document.error();
  const Json manifest = document->root().at("weightsManifest");
  std::vector<std::string> missing;
  if (manifest.is_null()) return missing;
  auto paths = manifest_paths(manifest);
  if (!paths) return in_file(paths.error(), bundle);
  const bool by_name = names_differ(*paths);
  const std::string folder(folder_of(bundle.files().front().name));
  for (const std::string& path : *paths) {
    if (!find_file(bundle, path, by_name)) missing.push_back(folder + path);
  }
  std::vector<std::string_view> names(missing.begin(), missing.end());
  if (sorted_twice(names)) {
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return std::vector<std::string>(names.begin(), names.end());
  }
  return missing;
}

Result<TfjsWeights> TfjsWeights::open(Json manifest, ModelBundle& bundle,
                                      const ReadOptions& options) {
  TfjsWeights weights;
  if (manifest.is_null()) return weights;
  auto paths = manifest_paths(manifest);
  if (!paths) return paths.error();
  const bool by_name = names_differ(*paths);
  ErrorSink sink;
  for (const Json json : manifest) {
    Group group;
    std::uint64_t end = 0;
    for (const Json name : json.at("paths")) {
      const std::string path(plain(*name.if_string()));
      const Buffer* file = find_file(bundle, path, by_name);
      if (!file)
        return Error{Code::kMissingFile, "the weight file '" + path + "' was not given", {}};
      if (!bundle.find(std::string(folder_of(bundle.files().front().name)) + path)) {
        weights.warnings_.push_back("the manifest names '" + path + "'; '" +
                                    std::string(file_name(path)) +
                                    "' beside the model was taken instead");
      }
      end += file->size();
      group.files.push_back(*file);
      group.ends.push_back(end);
    }
    weights.groups_.push_back(std::move(group));
    const Json entries = json.at("weights");
    if (!entries.is_array()) entries.expected("an array of weights", sink);
    std::uint64_t offset = 0;
    for (const Json entry : entries) {
      if (sink.ok())
        weights.add_entry(entry, weights.groups_.size() - 1, offset, options.max_bytes, sink);
    }
    if (!sink.ok()) return sink.error();
    if (offset != end) {
      return broken("the weights take " + std::to_string(offset) + " bytes, the files have " +
                        std::to_string(end),
                    json);
    }
  }
  std::vector<std::string_view> names;
  for (const Entry& entry : weights.entries_) names.push_back(entry.name);
  if (const auto twice = sorted_twice(names))
    return broken("two weights are called '" + std::string(*twice) + "'", manifest);
  auto& files = bundle.files();
  files.resize(1);
  return weights;
}

void TfjsWeights::add_entry(Json json, std::size_t group, std::uint64_t& offset,
                            std::uint64_t max_bytes, ErrorSink& sink) {
  Entry entry;
  Stored stored;
  entry.name = json.at("name").string(sink);
  const auto dtype = type_named(json.at("dtype").string(sink));
  if (sink.ok() && !dtype) json.at("dtype").expected("a known dtype", sink);
  entry.type = tensor_type(dtype.value_or(DType::kFloat32), read_shape(json.at("shape"), sink));
  stored.dtype = entry.type.dtype;
  stored.group = group;
  stored.offset = offset;
  if (const Json q = json.at("quantization"); !q.is_null()) {
    const std::string_view name = q.at("dtype").string(sink);
    stored.quantised = name != "float16";
    if (stored.quantised) {
      stored.scale = q.at("scale").number(sink);
      stored.min = q.at("min").number(sink);
    }
    if (name != "uint8" && name != "uint16" && name != "float16")
      q.at("dtype").expected("uint8, uint16 or float16", sink);
    if (!is_float(entry.type.dtype) && !is_integer(entry.type.dtype))
      q.expected("no quantisation of this dtype", sink);
    if (sink.ok()) stored.dtype = *type_named(name);
  }
  if (!kParts.all_types && (entry.type.dtype != DType::kFloat32 ||
                            (stored.dtype != DType::kFloat32 && stored.dtype != DType::kFloat16))) {
    sink.fail({Code::kUnsupported,
               "this build takes weights in float32 only, stored so or as float16", json.path()});
  }
  if (!sink.ok()) return;
  const auto elements = entry.type.shape.checked_elements();
  const auto result = byte_size(entry.type.dtype, entry.type.shape);
  if (!elements || !result || *result > max_bytes) {
    return sink.fail(
        {Code::kBudgetExceeded,
         "weight '" + entry.name + "' of shape " + entry.type.shape.text() + " is too large",
         json.path()});
  }
  const std::uint64_t available = groups_[group].ends.empty() ? 0 : groups_[group].ends.back();
  stored.size = kParts.all_types && stored.dtype == DType::kString
                    ? strings_end(group, offset, *elements) - offset
                    : static_cast<std::uint64_t>(*elements) * dtype_size(stored.dtype);
  if (stored.size > available || offset > available - stored.size) {
    return sink.fail(
        broken("weight '" + entry.name + "' ends after the last byte of its files", json));
  }
  offset += stored.size;
  entries_.push_back(std::move(entry));
  stored_.push_back(stored);
}

}  // namespace tare
