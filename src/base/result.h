// Errors as values. A stage returns Result<T> or Status; nothing in the core throws, prints or
// aborts on what a file holds. An error says what is wrong (message), what kind of wrong (code) and
// in which node, file or field (where).
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace tare {

enum class Code {
  kInvalidModel,     // the bytes are not a sound model
  kUnsupported,      // sound, but outside what Tare runs
  kInvalidArgument,  // the caller's inputs or options are wrong
  kMissingFile,      // the model refers to a file that was not given
  kBudgetExceeded,   // bytes, nodes, loop trips, call depth or seconds
  kInternal,         // our own mistake
};

std::string_view code_name(Code code);

struct Error {
  Code code = Code::kInternal;
  std::string message;
  std::string where;

  std::string text() const;  // "where: message", or the message alone
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::move(value)) {}
  Result(Error error) : content_(std::move(error)) {}

  bool ok() const { return content_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& operator*() { return *std::get_if<0>(&content_); }
  const T& operator*() const { return *std::get_if<0>(&content_); }
  T* operator->() { return std::get_if<0>(&content_); }
  const T* operator->() const { return std::get_if<0>(&content_); }
  const Error& error() const { return *std::get_if<1>(&content_); }
  T take() { return std::move(*std::get_if<0>(&content_)); }

 private:
  std::variant<T, Error> content_;
};

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(std::move(error)) {}

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const { return *error_; }

 private:
  std::optional<Error> error_;
};

// Remembers the first error of many steps, so that readers and kernels can go on without a check at
// each one.
class ErrorSink {
 public:
  bool ok() const { return !error_.has_value(); }
  void fail(Error error) {
    if (!error_) error_ = std::move(error);
  }
  const Error& error() const { return *error_; }
  Status status() const { return error_ ? Status(*error_) : Status(); }

 private:
  std::optional<Error> error_;
};

}  // namespace tare
