// Errors as values. A stage returns Result<T> or Status; nothing in the core throws, prints or
// aborts on what a file holds. An error says what is wrong (message), what kind of wrong (code) and
// in which node, file or field (where).
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

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

// An error that may be there. One pointer, and every step out of line: each function that can fail
// carries code for it, so this code is what an engine has most of.
class OptionalError {
 public:
  OptionalError() = default;
  OptionalError(const Error& error);
  OptionalError(Error&& error);
  OptionalError(const OptionalError& other);
  OptionalError(OptionalError&& other) noexcept : error_(std::exchange(other.error_, nullptr)) {}
  OptionalError& operator=(OptionalError other) noexcept {
    std::swap(error_, other.error_);
    return *this;
  }
  ~OptionalError() {
    if (error_ != nullptr) drop();
  }

  bool there() const { return error_ != nullptr; }
  const Error& operator*() const { return *error_; }

 private:
  void drop();

  Error* error_ = nullptr;
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}
  Result(const Error& error) : error_(error) {}
  Result(Error&& error) : error_(std::move(error)) {}

  bool ok() const { return !error_.there(); }
  explicit operator bool() const { return ok(); }
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }
  const Error& error() const { return *error_; }
  T take() { return std::move(*value_); }

 private:
  OptionalError error_;
  std::optional<T> value_;
};

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(const Error& error) : error_(error) {}
  Status(Error&& error) : error_(std::move(error)) {}

  bool ok() const { return !error_.there(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const { return *error_; }

 private:
  friend class ErrorSink;
  explicit Status(const OptionalError& error) : error_(error) {}
  OptionalError error_;
};

// Remembers the first error of many steps, so that readers and kernels can go on without a check at
// each one.
class ErrorSink {
 public:
  bool ok() const { return !error_.there(); }
  void fail(Error&& error);
  void fail(const Error& error);
  void fail(std::string_view message, Code code);
  const Error& error() const { return *error_; }
  Status status() const { return Status(error_); }

 private:
  OptionalError error_;
};

}  // namespace tare
