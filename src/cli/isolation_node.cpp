// Isolation in Node: bin/tare.mjs starts a worker thread with an instance of its own and waits for
// its lines; here are only the calls to it.
#ifdef __EMSCRIPTEN__

#include <emscripten/em_js.h>
#include <emscripten/heap.h>

#include <cstdlib>

#include "base/json_writer.h"
#include "cli/isolation.h"

EM_JS_DEPS(tare_isolation, "$UTF8ToString,$stringToNewUTF8")

EM_JS(int, tare_isolation_start, (const char* words),
      { return Module['isolation'].start(JSON.parse(UTF8ToString(words))); })
EM_JS(char*, tare_isolation_next, (double seconds),
      { return stringToNewUTF8(Module['isolation'].next(seconds)); })
EM_JS(void, tare_isolation_stop, (), { Module['isolation'].stop(); })
EM_JS(void, tare_isolation_say, (const char* line),
      { Module['isolation'].say(UTF8ToString(line)); })

EM_JS(int, tare_isolation_is_watched, (), { return Module['isolation'].watched ? 1 : 0; })

namespace tare::cli {
namespace {

class WorkerIsolation final : public Isolation {
 public:
  bool start(std::span<const std::string> words) override {
    JsonWriter writer;
    writer.open_array();
    for (const std::string& word : words) writer.string(word);
    writer.close_array();
    return tare_isolation_start(writer.text().c_str()) != 0;
  }

  // The answer's first character says what it is: a line, nothing in time, or the end and its
  // reason.
  Answer next(double seconds, std::string& line) override {
    char* answer = tare_isolation_next(seconds);
    const std::string text = answer;
    std::free(answer);
    if (text.starts_with('T')) return Answer::kTimeout;
    if (text.starts_with('L')) {
      line = text.substr(1);
      return Answer::kLine;
    }
    ending_ = text.substr(1);
    return Answer::kEnded;
  }

  void stop() override { tare_isolation_stop(); }
  std::string ending() const override { return ending_; }
  void say(const std::string& line) override { tare_isolation_say(line.c_str()); }
  std::uint64_t peak_bytes() const override { return emscripten_get_heap_size(); }
  bool is_watched() const override { return tare_isolation_is_watched() != 0; }

 private:
  std::string ending_;
};

}  // namespace

std::unique_ptr<Isolation> make_isolation() { return std::make_unique<WorkerIsolation>(); }

}  // namespace tare::cli

#endif
