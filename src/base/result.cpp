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

OptionalError::OptionalError(const Error& error) : error_(new Error(error)) {}
OptionalError::OptionalError(Error&& error) : error_(new Error(std::move(error))) {}
OptionalError::OptionalError(const OptionalError& other)
    : error_(other.error_ == nullptr ? nullptr : new Error(*other.error_)) {}

void OptionalError::drop() { delete error_; }

void ErrorSink::fail(Error&& error) {
  if (ok()) error_ = std::move(error);
}
void ErrorSink::fail(const Error& error) {
  if (ok()) error_ = error;
}
void ErrorSink::fail(std::string_view message, Code code) {
  if (ok()) error_ = Error{code, std::string(message), {}};
}

std::string Error::text() const { return where.empty() ? message : where + ": " + message; }

}  // namespace tare
