// A file that needs three operators we lack should say so once, not three times in three attempts.
#include "formats/tflite/operators.h"

#include <algorithm>

#include "formats/tflite/versions.h"

namespace tare::tflite_format {
namespace {

constexpr std::size_t kMaxNodesNamed = 3;  // per operator in a message
constexpr std::size_t kMaxKindsNamed = 32;
constexpr std::size_t kMaxName = 200;  // a longer name is no name

const ReadTfliteFacet* find_reader(int code, std::string_view custom) {
  for (const ReadTfliteFacet* facet : read_tflite_table()) {
    if (facet->code != code) continue;
    if (code != kCustomOp || (facet->custom != nullptr && facet->custom == custom)) return facet;
  }
  return nullptr;
}

// Where an operator that cannot be read occurs.
struct Unreadable {
  std::string nodes;
  std::size_t count = 0;
};

std::string advice(const OperatorKind& kind) {
  const auto starts = [&](std::string_view prefix) { return kind.name.starts_with(prefix); };
  if (!kind.custom()) return {};
  if (kind.name.empty()) return " (a custom operator without a name)";
  if (starts("Flex")) return " (needs TensorFlow itself: convert without SELECT_TF_OPS)";
  if (kind.name == "DISPATCH_OP" || kind.name == "NPU_OP" || kind.name == "ethos-u" ||
      kind.name == "edgetpu-custom-op" || starts("MTKEXT_")) {
    return " (compiled for a vendor's accelerator: use the model as it was before compilation)";
  }
  return " (a custom operator that Tare does not know)";
}

std::string problem(const OperatorKind& kind) {
  if (kind.reader != nullptr) {
    return kind.text() + " version " + std::to_string(kind.version) + " (the newest known is " +
           std::to_string(newest_version(kind.code)) + ")";
  }
  return kind.text() + advice(kind);
}

bool readable(const OperatorKind& kind) {
  return kind.reader != nullptr && (kind.custom() || kind.version <= newest_version(kind.code));
}

Error unsupported(const std::vector<OperatorKind>& kinds, const std::vector<Unreadable>& found) {
  std::string message = "operators that cannot be run: ";
  std::size_t named = 0;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (found[i].count == 0) continue;
    if (named++ == kMaxKindsNamed) {
      message += "; and more";
      break;
    }
    message += (named == 1 ? "" : "; ") + problem(kinds[i]) + " at " + found[i].nodes;
    if (found[i].count > kMaxNodesNamed)
      message += " and " + std::to_string(found[i].count - kMaxNodesNamed) + " more";
  }
  return {Code::kUnsupported, std::move(message), {}};
}

}  // namespace

std::string OperatorKind::text() const {
  if (!name.empty()) return std::string(name);
  return custom() ? "CUSTOM" : "operator code " + std::to_string(code);
}

std::vector<OperatorKind> read_operator_codes(const File& file) {
  std::vector<OperatorKind> kinds;
  for (std::size_t i = 0; i < size_of(file.model->operator_codes()); ++i) {
    const auto& source = *file.model->operator_codes()->Get(static_cast<unsigned>(i));
    OperatorKind kind;
    // Codes below 127 stand in both fields or in the old one alone, greater ones in the new one.
    kind.code = std::max<int>(source.deprecated_builtin_code(), source.builtin_code());
    kind.name =
        kind.custom()
            ? text_of(source.custom_code()).substr(0, kMaxName)
            : tflite::EnumNameBuiltinOperator(static_cast<tflite::BuiltinOperator>(kind.code));
    kind.version = source.version();
    kind.reader = find_reader(kind.code, kind.name);
    kinds.push_back(kind);
  }
  return kinds;
}

Status check_operators(const File& file, const std::vector<OperatorKind>& kinds) {
  std::vector<Unreadable> found(kinds.size());
  bool any = false;
  for (const tflite::SubGraph* graph : *file.model->subgraphs()) {
    for (std::size_t i = 0; i < size_of(graph->operators()); ++i) {
      const auto& op = *graph->operators()->Get(static_cast<unsigned>(i));
      if (op.opcode_index() >= kinds.size()) {
        return Error{Code::kInvalidModel,
                     "operator code " + std::to_string(op.opcode_index()) + " does not exist",
                     "node '" + operator_name(*graph, op, i) + "'"};
      }
      if (readable(kinds[op.opcode_index()])) continue;
      any = true;
      Unreadable& entry = found[op.opcode_index()];
      if (entry.count++ < kMaxNodesNamed) {
        entry.nodes += (entry.nodes.empty() ? "'" : ", '") + operator_name(*graph, op, i) + "'";
      }
    }
  }
  if (any) return unsupported(kinds, found);
  return {};
}

std::string operator_name(const tflite::SubGraph& graph, const tflite::Operator& op,
                          std::size_t index) {
  const auto outputs = span_of(op.outputs());
  if (!outputs.empty() && outputs[0] >= 0 &&
      static_cast<std::size_t>(outputs[0]) < size_of(graph.tensors())) {
    const std::string_view name =
        text_of(graph.tensors()->Get(static_cast<unsigned>(outputs[0]))->name());
    if (!name.empty()) return std::string(name.substr(0, kMaxName));
  }
  return "#" + std::to_string(index);
}

}  // namespace tare::tflite_format
