// Keras models as an archive (.keras): config.json, metadata.json, the weights as HDF5 and
// vocabularies as text; or the same files unpacked.
#include "base/zip.h"
#include "formats/keras/hdf5/hdf5.h"
#include "formats/keras/hdf5_variables.h"
#include "formats/keras/model.h"

namespace tare {
namespace {

constexpr std::string_view kConfig = "config.json", kMetadata = "metadata.json",
                           kWeights = "model.weights.h5";
constexpr std::size_t kMaxMembers = 65'536;

std::string_view text_of(const Buffer& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/') + 1); }

bool is_unpacked(const ModelBundle& bundle) {
  const std::string& name = bundle.files().front().name;
  const std::string_view text = text_of(bundle.files().front().bytes);
  return name.substr(folder_of(name).size()) == kConfig && text.starts_with("{") &&
         text.find("\"class_name\"") != std::string_view::npos;
}

bool recognises(const ModelBundle& bundle) {
  const Buffer& file = bundle.files().front().bytes;
  const std::string_view text = text_of(file);
  return text.starts_with("PK\x03\x04") || text.starts_with("PK\x05\x06") || is_unpacked(bundle) ||
         (bundle.files().front().name.ends_with(".keras") && Zip::ends(file));
}

Result<std::vector<std::string>> missing(const ModelBundle& bundle, std::uint64_t) {
  std::vector<std::string> names;
  if (!is_unpacked(bundle)) return names;
  const std::string weights = folder_of(bundle.files().front().name) + std::string(kWeights);
  if (bundle.find(weights) == nullptr) names.push_back(weights);
  return names;
}

// The members by name, wherever they come from.
class Members {
 public:
  static Result<Members> open(ModelBundle& bundle, std::uint64_t max_bytes);

  const Buffer* config() const { return &config_; }
  const std::optional<Buffer>& weights() const { return weights_; }
  Result<std::optional<Buffer>> find(std::string_view name) const;

 private:
  std::optional<Zip> archive_;
  ModelBundle unpacked_;
  std::string folder_;
  Buffer config_;
  std::optional<Buffer> weights_;
  std::uint64_t max_bytes_ = 0;
};

Error placed(Error error, std::string_view name) {
  if (error.where.empty()) error.where = name;
  return error;
}

Result<Members> Members::open(ModelBundle& bundle, std::uint64_t max_bytes) {
  Members members;
  members.max_bytes_ = max_bytes;
  if (is_unpacked(bundle)) {
    members.folder_ = folder_of(bundle.files().front().name);
    members.unpacked_ = std::move(bundle);
  } else {
    auto zip = Zip::open(bundle.files().front().bytes);
    if (!zip) return zip.error();
    if (zip->entries().size() > kMaxMembers)
      return Error{Code::kBudgetExceeded, "an archive of too many members", {}};
    members.archive_ = zip.take();
    bundle.files().clear();
  }
  // Before anything else holds a part of the archive: the weights are then used where they are.
  if (const Zip::Entry* e = members.archive_ ? members.archive_->find(kWeights) : nullptr) {
    auto weights = members.archive_->take(*e, max_bytes);
    if (!weights) return placed(weights.error(), kWeights);
    members.weights_ = weights.take();
  } else if (!members.archive_) {
    auto weights = members.find(kWeights);
    if (!weights) return weights.error();
    members.weights_ = weights.take();
  }
  auto config = members.find(kConfig);
  if (!config) return config.error();
  if (!*config)
    return Error{Code::kInvalidModel, "a zip archive without config.json is no Keras model", {}};
  members.config_ = **config;
  return members;
}

Result<std::optional<Buffer>> Members::find(std::string_view name) const {
  if (!archive_) {
    const Buffer* file = unpacked_.find(folder_ + std::string(name));
    return file ? std::optional<Buffer>(*file) : std::nullopt;
  }
  const Zip::Entry* entry = archive_->find(name);
  if (entry == nullptr) return std::optional<Buffer>();
  auto bytes = archive_->read(*entry, max_bytes_);
  if (!bytes) return placed(bytes.error(), name);
  return std::optional<Buffer>(bytes.take());
}

class ArchiveAssets : public KerasAssets {
 public:
  explicit ArchiveAssets(const Members& members) : members_(members) {}
  Result<std::optional<Buffer>> find(const std::string& path) const override {
    return members_.find("assets/" + path);
  }

 private:
  const Members& members_;
};

// Datasets named "vars/0", "vars/1", ... below groups named after attributes.
void collect(Hdf5File& file, Hdf5File::Address group, const std::string& path, int depth,
             Hdf5Variables& variables, std::vector<KerasWeightStore::Entry>& entries) {
  for (const std::string& name : file.names(group)) {
    const auto member = file.find(group, name);
    if (!file.ok() || !member || depth > 128) return;
    std::string full = path;
    if (!path.empty()) full += '/';
    full += name;
    if (file.is_dataset(*member)) {
      entries.push_back({full, {}});
      variables.add(*member);
    } else if (file.ok()) {
      collect(file, *member, full, depth + 1, variables, entries);
    }
  }
}

Result<std::unique_ptr<KerasWeightStore>> open_weights(const Members& members,
                                                       const ReadOptions& options) {
  if (!members.weights())
    return Error{Code::kInvalidModel, "the archive has no model.weights.h5", {}};
  auto file = std::make_shared<Hdf5File>(*members.weights(), options.max_bytes);
  std::vector<KerasWeightStore::Entry> entries;
  auto variables = std::make_unique<Hdf5Variables>(file);
  if (file->ok()) collect(*file, file->root(), "", 0, *variables, entries);
  if (!file->ok()) {
    Error error = file->error();
    error.where = kWeights;
    return error;
  }
  return std::make_unique<KerasWeightStore>(std::move(entries), std::move(variables), true);
}

Result<JsonDocument> parse(const Buffer& text, std::string_view name) {
  auto document = JsonDocument::parse(text_of(text), {.from_python = true});
  if (document) return document;
  Error error = document.error();
  error.where = name;
  return error;
}

Result<Module> read(ModelBundle& bundle, const ReadOptions& options) {
  auto members = Members::open(bundle, options.max_bytes);
  if (!members) return members.error();
  auto document = parse(*members->config(), kConfig);
  if (!document) return document.error();
  std::string version;
  auto metadata = members->find(kMetadata);
  if (!metadata) return metadata.error();
  if (*metadata) {
    auto parsed = parse(**metadata, kMetadata);
    if (!parsed) return parsed.error();
    version = parsed->root().at("keras_version").if_string().value_or("");
  }
  auto weights = open_weights(*members, options);
  if (!weights) return weights.error();
  const ArchiveAssets assets(*members);
  KerasSource source;
  source.model = document->root();
  source.generation = keras_generation(version, source.model);
  source.format = "Keras " + std::to_string(source.generation) + " .keras";
  source.weights = weights->get();
  source.assets = &assets;
  return read_keras_model(source, options);
}

}  // namespace

extern const FormatReader format_keras_archive{"keras .keras", recognises, missing, read};

}  // namespace tare
