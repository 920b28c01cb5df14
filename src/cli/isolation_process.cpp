// Isolation by fork: the copy needs no new start, and what it says comes through a pipe.
#ifndef __EMSCRIPTEN__

#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>

#include "cli/commands.h"
#include "cli/isolation.h"

namespace tare::cli {
namespace {

class ProcessIsolation final : public Isolation {
 public:
  ~ProcessIsolation() override { stop(); }

  bool start(std::span<const std::string> words) override {
    stop();
    int ends[2];
    if (pipe(ends) != 0) return false;
    // What is still in the buffer would otherwise be printed twice.
    std::fflush(nullptr);
    child_ = fork();
    if (child_ == 0) {
      close(ends[0]);
      pipe_ = ends[1];
      const int code = run_program(words, *this);
      std::fflush(nullptr);
      _exit(code);
    }
    close(ends[1]);
    pipe_ = ends[0];
    return child_ > 0;
  }

  Answer next(double seconds, std::string& line) override {
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + std::chrono::duration<double>(seconds);
    for (;;) {
      if (const std::size_t newline = pending_.find('\n'); newline != std::string::npos) {
        line = pending_.substr(0, newline);
        pending_.erase(0, newline + 1);
        return Answer::kLine;
      }
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
      pollfd waited{pipe_, POLLIN, 0};
      const int ready = left <= 0 ? 0 : poll(&waited, 1, static_cast<int>(left));
      if (ready < 0 && errno == EINTR) continue;
      if (ready <= 0) return Answer::kTimeout;
      char bytes[4096];
      const ssize_t count = read(pipe_, bytes, sizeof bytes);
      if (count <= 0) return end_of_child();
      pending_.append(bytes, static_cast<std::size_t>(count));
    }
  }

  void stop() override {
    if (child_ > 0) {
      kill(child_, SIGKILL);
      waitpid(child_, nullptr, 0);
    }
    child_ = -1;
    if (pipe_ >= 0) close(pipe_);
    pipe_ = -1;
    pending_.clear();
  }

  std::string ending() const override { return ending_; }

  void say(const std::string& line) override {
    const std::string text = line + "\n";
    for (std::size_t done = 0; done < text.size();) {
      const ssize_t count = write(pipe_, text.data() + done, text.size() - done);
      if (count <= 0) return;
      done += static_cast<std::size_t>(count);
    }
  }

  std::uint64_t peak_bytes() const override {
    rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
#ifdef __APPLE__
    return static_cast<std::uint64_t>(usage.ru_maxrss);
#else
    return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
#endif
  }

  bool is_watched() const override { return isatty(STDERR_FILENO) != 0; }

 private:
  Answer end_of_child() {
    int status = 0;
    waitpid(child_, &status, 0);
    child_ = -1;
    ending_ = WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                                  : "exit code " + std::to_string(WEXITSTATUS(status));
    return Answer::kEnded;
  }

  pid_t child_ = -1;
  int pipe_ = -1;
  std::string pending_;
  std::string ending_;
};

}  // namespace

std::unique_ptr<Isolation> make_isolation() { return std::make_unique<ProcessIsolation>(); }

}  // namespace tare::cli

#endif
