// Loads one model file of a case and makes its runs, up to the first error.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/model.h"
#include "cli/case_check.h"
#include "cli/case_file.h"
#include "cli/compare_tensors.h"

namespace tare::cli {

struct RunOutputs {
  std::vector<TensorValue> tensors;  // in the model's order
  std::vector<std::size_t> order;    // for each output that the case wants, where it stands
  bool lowered = false;              // XNNPACK ran a part
};

struct CaseOutcome {
  bool loaded = false;
  std::optional<Error> error;
  std::vector<RunOutputs> runs;
};

CaseOutcome run_case_file(const Case& c, const std::string& model, const CheckOptions& options);

// Empty when the outputs are those wanted.
std::string outputs_mismatch(const Case& c, const RunOutputs& got,
                             const std::vector<CaseTensor>& want);

void tally_outputs(const RunOutputs& got, const std::vector<CaseTensor>& want, Tallies& tallies);

}  // namespace tare::cli
