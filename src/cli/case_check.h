// Runs the models of a case and judges what comes of it.
#pragma once

#include <string>

#include "api/model.h"
#include "cli/case_file.h"
#include "cli/compare_tensors.h"

namespace tare::cli {

struct CheckOptions {
  Budgets budgets;
  bool use_xnnpack = true;
  bool compare = false;  // run the reference kernels too
  bool rewrite = false;  // run what is read back from a .tflite file that the model was written to
};

enum class Verdict : std::uint8_t { kPassed, kFailed, kSkipped };

struct CaseResult {
  Verdict verdict = Verdict::kPassed;
  bool broken = false;  // the case expects an error
  std::string file;     // that failed or was skipped
  std::string reason;
  Tallies lowered;    // results with XNNPACK against the expected ones
  Tallies reference;  // and against our own reference kernels, when compared
};

// Checks the case in a folder: the first model file that fails decides; one in a format that this
// build has no reader for makes it skipped, unless another one fails.
CaseResult check_case(const std::string& folder, const CheckOptions& options);

}  // namespace tare::cli
