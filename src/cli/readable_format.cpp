// Which reader a file would need. A build may link some readers only (TARE_FORMATS).
#include "cli/readable_format.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string_view>

#include "cli/files.h"
#include "cli/open_model.h"
#include "formats/open.h"

namespace tare::cli {
namespace {

struct Kind {
  std::string_view suffix;
  std::string_view reader;  // as the reader's name has it
};
constexpr Kind kKinds[] = {
    {".tflite", "tflite"},      {".h5", "keras .h5"},
    {".keras", "keras .keras"}, {"saved_model.pb", "savedmodel"},
    {".pb", "graphdef"},
};

bool is_linked(std::string_view reader) {
  for (const FormatReader* known : format_table()) {
    if (std::string_view(known->name) == reader) return true;
  }
  return false;
}

std::string_view json_kind(const std::string& path) {
  const auto bytes = read_file(path);
  if (!bytes) return {};
  const std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  const bool graph = text.find("graph-model") != std::string_view::npos ||
                     text.find("\"node\"") != std::string_view::npos;
  return graph ? "tfjs graph-model" : "tfjs layers-model";
}

}  // namespace

std::string unreadable_format(const std::string& path) {
  const auto file = model_file(path);
  if (!file) return {};
  std::string_view reader;
  if (file->ends_with(".json")) reader = json_kind(*file);
  for (const Kind& kind : kKinds) {
    if (reader.empty() && file->ends_with(kind.suffix)) reader = kind.reader;
  }
  return reader.empty() || is_linked(reader) ? std::string() : std::string(reader);
}

}  // namespace tare::cli
