// A conformance case: the models of a folder, what to feed them, and what must come out
// (case.json).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "ir/tensor.h"

namespace tare::cli {

enum class Expectation : std::uint8_t {
  kOutputs,
  kLoadError,
  kRunError,
  kLoadOrRunError,
  kOkOrError
};

struct CaseTensor {
  std::string name;
  TensorValue value;                               // type and shape alone when shape_only
  bool shape_only = false;                         // values are not determined
  std::optional<std::pair<double, double>> range;  // they lie in [first, second)
};

struct CaseRun {
  std::string signature;  // empty: the case's
  std::vector<CaseTensor> inputs;
  std::vector<CaseTensor> outputs;
  std::vector<std::vector<CaseTensor>> alternatives;  // sets of outputs that are as right
};

struct Tolerance {
  double absolute = 0;
  double relative = 0;
  bool quantised = false;  // absolute counts steps of integer outputs of 16 bits or fewer
};

// Names of a run's inputs and outputs to names of tensors in one model file.
struct TensorNames {
  std::map<std::string, std::string> inputs;
  std::map<std::string, std::string> outputs;
};

struct Case {
  std::string folder;
  std::vector<std::string> models;
  Expectation expectation = Expectation::kOutputs;
  Tolerance tolerance;
  std::string signature;
  bool keeps_state = false;  // from one run to the next
  std::vector<CaseRun> runs;
  std::map<std::string, TensorNames> tensor_names;  // by model
};

Result<Case> read_case(const std::string& folder);

// Folders below the given ones (or themselves) that hold a case.json, in order.
Result<std::vector<std::string>> find_cases(const std::vector<std::string>& roots);

}  // namespace tare::cli
