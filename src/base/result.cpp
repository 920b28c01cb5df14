// Texts of errors.
#include "base/result.h"

namespace tare {

std::string_view code_name(Code code) {
  switch (code) {
    case Code::kInvalidModel:
      return "invalid_model";
    case Code::kUnsupported:
      return "unsupported";
    case Code::kInvalidArgument:
      return "invalid_argument";
    case Code::kMissingFile:
      return "missing_file";
    case Code::kBudgetExceeded:
      return "budget_exceeded";
    case Code::kInternal:
      return "internal";
  }
  return "internal";
}

std::string Error::text() const { return where.empty() ? message : where + ": " + message; }

}  // namespace tare
