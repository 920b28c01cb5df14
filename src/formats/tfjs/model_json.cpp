// Text and errors of model.json.
#include "formats/tfjs/model_json.h"

namespace tare {

std::string_view model_json_text(const ModelBundle& bundle) {
  const auto bytes = bundle.files().front().bytes.bytes();
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  return start == std::string_view::npos ? std::string_view() : text.substr(start);
}

Result<JsonDocument> parse_model_json(const ModelBundle& bundle) {
  auto document = JsonDocument::parse(model_json_text(bundle));
  if (!document)
    return Error{document.error().code, document.error().message, bundle.files().front().name};
  if (!document->root().is_object()) {
    return Error{Code::kInvalidModel, "expected a JSON object", bundle.files().front().name};
  }
  return document;
}

}  // namespace tare
