// A model's folder as one zip archive: a SavedModel, or model.json with its weights, at the top or
// in a folder. What it unpacks to is read as if its files had been given one by one.
#include <algorithm>

#include "base/zip.h"
#include "formats/open.h"

namespace tare {
namespace {

constexpr std::size_t kMaxEntries = 10000;

bool names_a_model(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  const std::string_view own = slash == std::string_view::npos ? name : name.substr(slash + 1);
  return own == "saved_model.pb" || own == "model.json";
}

// The entry that is the model: of several the one nearest to the top.
const Zip::Entry* model_in(const Zip& zip) {
  const Zip::Entry* best = nullptr;
  for (const Zip::Entry& entry : zip.entries()) {
    if (!names_a_model(entry.name) || entry.name.starts_with("__MACOSX/")) continue;
    if (best == nullptr || entry.name.size() < best->name.size()) best = &entry;
  }
  return best;
}

bool recognises(const ModelBundle& bundle) {
  const auto& file = bundle.files().front();
  const auto head = file.bytes.bytes().first(std::min<std::size_t>(file.bytes.size(), 4));
  constexpr std::string_view kLocalHeader = "PK\x03\x04";
  if (std::string_view(reinterpret_cast<const char*>(head.data()), head.size()) != kLocalHeader ||
      !Zip::ends(file.bytes))
    return false;
  const auto zip = Zip::open(file.bytes);
  return zip && zip->find("config.json") == nullptr && model_in(*zip) != nullptr;
}

Result<ModelBundle> unpacked(const ModelBundle& bundle, std::uint64_t max_bytes) {
  auto zip = Zip::open(bundle.files().front().bytes);
  if (!zip) return zip.error();
  const Zip::Entry* model = model_in(*zip);
  if (model == nullptr || zip->entries().size() > kMaxEntries)
    return Error{Code::kInvalidModel, "no model's folder, or too many files", {}};
  const std::size_t slash = model->name.rfind('/');
  const std::string_view folder =
      slash == std::string_view::npos ? std::string_view() : model->name.substr(0, slash + 1);
  ModelBundle files;
  std::uint64_t total = 0;
  const auto add = [&](const Zip::Entry& entry) -> Status {
    const std::string name(entry.name.substr(folder.size()));
    if (!is_plain_relative_path(name))
      return Error{Code::kInvalidModel, "'" + name + "' lies outside the model's folder", {}};
    auto bytes = zip->read(entry, max_bytes - std::min(total, max_bytes));
    if (!bytes) return bytes.error();
    total += bytes->size();
    files.add(name, bytes.take());
    return {};
  };
  if (Status status = add(*model); !status) return status.error();
  for (const Zip::Entry& entry : zip->entries()) {
    if (&entry == model || !entry.name.starts_with(folder) || entry.name.ends_with('/')) continue;
    if (Status status = add(entry); !status) return status.error();
  }
  return files;
}

Result<std::vector<std::string>> missing(const ModelBundle& bundle, std::uint64_t max_bytes) {
  auto files = unpacked(bundle, max_bytes);
  if (!files) return in_file(files.error(), bundle);
  auto names = missing_files(*files, max_bytes);
  if (!names) return in_file(names.error(), bundle);
  if (names->empty()) return names;
  return in_file({Code::kMissingFile, "the archive lacks '" + names->front() + "'", {}}, bundle);
}

Result<Module> read(ModelBundle& bundle, const ReadOptions& options) {
  auto files = unpacked(bundle, options.max_bytes);
  if (!files) return in_file(files.error(), bundle);
  ModelBundle inner = files.take();
  auto module = read_model(inner, options);
  if (!module) return in_file(module.error(), bundle);
  return module;
}

}  // namespace

// Asked before the reader of Keras archives, which takes every other zip for its own.
extern const FormatReader format_archive{"zip", recognises, missing, read};

}  // namespace tare
