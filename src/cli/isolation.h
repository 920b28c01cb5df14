// A second copy of the program that can hang or crash without taking this one along: a process
// natively, a worker thread with a wasm instance of its own in Node. It says lines; this one waits
// for them with a limit.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace tare::cli {

class Isolation {
 public:
  virtual ~Isolation() = default;

  // Starts the copy with these words; one at a time. False when that is not possible.
  virtual bool start(std::span<const std::string> words) = 0;
  enum class Answer : std::uint8_t { kLine, kTimeout, kEnded };
  virtual Answer next(double seconds, std::string& line) = 0;
  virtual void stop() = 0;
  // After kEnded: how it ended, such as "signal 11".
  virtual std::string ending() const = 0;

  // In the copy: says a line to the one who started it.
  virtual void say(const std::string& line) = 0;
  // Most memory this program has taken so far, in bytes.
  virtual std::uint64_t peak_bytes() const = 0;
  // Whether a person watches standard error.
  virtual bool is_watched() const = 0;
};

std::unique_ptr<Isolation> make_isolation();

}  // namespace tare::cli
