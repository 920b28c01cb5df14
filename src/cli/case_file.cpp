// Reading case.json. Its fields are explained in the INDEX.md of each suite; what is not known here
// is left alone.
#include "cli/case_file.h"

#include <cstring>

#include "cli/elements.h"
#include "cli/files.h"
#include "cli/tensor_json.h"

namespace tare::cli {
namespace {

// Reads with a sink: the first thing that is wrong is what the caller hears of.
class CaseReader {
 public:
  explicit CaseReader(const std::string& folder) { case_.folder = folder; }

  Result<Case> read(Json root) {
    for (const Json model : root.at("models")) case_.models.emplace_back(model.string(sink_));
    if (case_.models.empty()) sink_.fail({Code::kInvalidArgument, "names no models", {}});
    read_expectation(root.at("expect"));
    case_.signature = root.at("signature").string_or("", sink_);
    const Json tolerance = root.at("tolerance");
    case_.tolerance = {.absolute = tolerance.at("abs").number_or(0, sink_),
                       .relative = tolerance.at("rel").number_or(0, sink_),
                       .quantised = tolerance.at("quantised").boolean_or(false, sink_)};
    shape_only_ = root.at("shape_only").boolean_or(false, sink_);
    case_.keeps_state = keeps_state(root);
    for (const Json run : root.at("runs")) case_.runs.push_back(read_run(run));
    for (const Json file : root.at("tensors")) {
      TensorNames& names = case_.tensor_names[std::string(file.key())];
      for (const Json name : file.at("inputs"))
        names.inputs[std::string(name.key())] = name.string(sink_);
      for (const Json name : file.at("outputs"))
        names.outputs[std::string(name.key())] = name.string(sink_);
    }
    if (!sink_.ok()) return sink_.error();
    return std::move(case_);
  }

 private:
  void read_expectation(Json expect) {
    if (!expect.exists()) return;
    const std::string_view text = expect.string(sink_);
    if (text == "load_error")
      case_.expectation = Expectation::kLoadError;
    else if (text == "run_error")
      case_.expectation = Expectation::kRunError;
    else if (text == "load_or_run_error")
      case_.expectation = Expectation::kLoadOrRunError;
    else if (text == "ok_or_error")
      case_.expectation = Expectation::kOkOrError;
    else
      expect.expected("load_error, run_error, load_or_run_error or ok_or_error", sink_);
  }

  // TFLite cases say so in a field, Keras ones in their notes; the runs of a TensorFlow graph share
  // one loaded model.
  bool keeps_state(Json root) {
    if (root.at("stateful").boolean_or(false, sink_) || root.has("tensors")) return true;
    if (root.at("notes").if_string().value_or("").find("stateful") != std::string_view::npos)
      return true;
    for (const std::string& model : case_.models) {
      if (model.ends_with("saved_model") || model.ends_with(".pb")) return true;
    }
    return false;
  }

  CaseRun read_run(Json run) {
    CaseRun result;
    result.signature = run.at("signature").string_or("", sink_);
    result.inputs = read_tensors(run.at("inputs"));
    result.outputs = read_tensors(run.at("outputs"));
    for (const Json other : run.at("also_accepted"))
      result.alternatives.push_back(read_tensors(other.at("outputs")));
    for (const char* field : {"float_outputs", "outputs_optimised"}) {
      if (run.has(field)) result.alternatives.push_back(read_tensors(run.at(field)));
    }
    return result;
  }

  std::vector<CaseTensor> read_tensors(Json tensors) {
    std::vector<CaseTensor> result;
    for (const Json tensor : tensors) result.push_back(read_tensor(tensor));
    return result;
  }

  CaseTensor read_tensor(Json tensor) {
    CaseTensor result;
    result.name = tensor.at("name").string_or("", sink_);
    const auto dtype = dtype_of(tensor.at("dtype").string(sink_));
    if (!dtype) tensor.at("dtype").expected("an element type", sink_);
    const auto extents = tensor.at("shape").integers(sink_, kMaxRank);
    result.value.type = tensor_type(dtype.value_or(DType::kFloat32), Shape(extents));
    const bool has_data = tensor.has("data") || tensor.has("file");
    result.shape_only =
        tensor.at("check").string_or("", sink_) == "shape" || (!has_data && shape_only_);
    if (const Json range = tensor.at("range"); range.exists()) {
      result.range = {range.at(std::size_t{0}).number(sink_),
                      range.at(std::size_t{1}).number(sink_)};
    }
    if (!sink_.ok() || result.shape_only) return result;
    auto value = tensor.has("file")
                     ? read_raw(tensor, result.value.type)
                     : tensor_from_json(tensor.at("data"), *dtype, result.value.type.shape);
    if (value)
      result.value = value.take();
    else
      sink_.fail(value.error());
    return result;
  }

  Result<TensorValue> read_raw(Json tensor, const TensorType& type) {
    const std::string path = join(case_.folder, tensor.at("file").string(sink_));
    const auto bytes = read_file(path);
    if (!bytes) return bytes.error();
    TensorValue value = TensorValue::zeros(type);
    if (bytes->size() != value.bytes.size()) {
      return Error{Code::kInvalidArgument,
                   "has " + std::to_string(bytes->size()) + " bytes; shape " + type.shape.text() +
                       " takes " + std::to_string(value.bytes.size()),
                   path};
    }
    if (!bytes->empty()) std::memcpy(value.bytes.mutable_data(), bytes->data(), bytes->size());
    return value;
  }

  Case case_;
  ErrorSink sink_;
  bool shape_only_ = false;
};

Status walk(const std::string& folder, int depth, std::vector<std::string>& found) {
  if (is_file(join(folder, "case.json"))) {
    found.push_back(folder);
    return {};
  }
  const auto names = list_folder(folder);
  if (!names) return names.error();
  for (const std::string& name : *names) {
    const std::string path = join(folder, name);
    if (depth > 0 && is_folder(path)) {
      if (Status status = walk(path, depth - 1, found); !status) return status;
    }
  }
  return {};
}

}  // namespace

Result<Case> read_case(const std::string& folder) {
  const std::string path = join(folder, "case.json");
  const auto bytes = read_file(path);
  if (!bytes) return bytes.error();
  const auto document = JsonDocument::parse(
      std::string_view(reinterpret_cast<const char*>(bytes->data()), bytes->size()));
  if (!document) return Error{document.error().code, document.error().text(), path};
  auto result = CaseReader(folder).read(document->root());
  if (!result) return Error{result.error().code, result.error().text(), path};
  return result;
}

Result<std::vector<std::string>> find_cases(const std::vector<std::string>& roots) {
  constexpr int kDepth = 16;
  std::vector<std::string> found;
  for (std::string root : roots) {
    while (root.size() > 1 && root.ends_with('/')) root.pop_back();
    if (name_of(root) == "case.json") root = folder_of(root);
    if (!is_folder(root)) return Error{Code::kMissingFile, "there is no such folder", root};
    if (Status status = walk(root, kDepth, found); !status) return status.error();
  }
  return found;
}

}  // namespace tare::cli
