// The whole border to JavaScript: one session per instance, functions over numbers and texts, and
// the hot call as a plain export, because an Embind call costs more than a small model does.
#include <emscripten/bind.h>
#include <emscripten/emscripten.h>

#include <string>
#include <vector>

#include "wasm/description.h"
#include "wasm/session.h"

namespace tare {
namespace {

Session session;

using Address = unsigned;

template <class T>
Address address(const T* pointer) {
  return static_cast<Address>(reinterpret_cast<std::uintptr_t>(pointer));
}

Address add_file(const std::string& name, double size) {
  return address(session.add_file(name, static_cast<std::size_t>(size)));
}

// Texts are empty where a call failed; error() says why.
std::string missing() {
  const auto names = session.missing();
  return names ? describe(*names) : std::string();
}
std::string load() { return session.load() ? describe(session) : std::string(); }
std::string last_error() { return describe(session.error()); }
std::string report() { return describe(session.model()->report()); }

void set_option(const std::string& name, double value) { session.set_option(name, value); }
void push_text(const std::string& text) { session.texts.push_back(text); }
void set_names(bool inputs) { session.set_names(inputs); }
bool set_strings(int input) { return session.set_strings(input); }
Address reserve_words(unsigned count) {
  session.words.resize(count);
  return address(session.words.data());
}
bool prepare(int signature) { return session.prepare(signature, session.words); }
Address show_input(int i) { return address(session.show(session.input(i))); }
Address show_output(int i) { return address(session.show(session.output(i))); }
void reset() { session.reset(); }

EMSCRIPTEN_BINDINGS(tare) {
  using emscripten::function;
  function("addFile", &add_file);
  function("missing", &missing);
  function("load", &load);
  function("error", &last_error);
  function("report", &report);
  function("setOption", &set_option);
  function("pushText", &push_text);
  function("setNames", &set_names);
  function("setStrings", &set_strings);
  function("words", &reserve_words);
  function("prepare", &prepare);
  function("input", &show_input);
  function("output", &show_output);
  function("reset", &reset);
}

}  // namespace
}  // namespace tare

extern "C" EMSCRIPTEN_KEEPALIVE int tare_run() { return static_cast<int>(tare::session.run()); }
