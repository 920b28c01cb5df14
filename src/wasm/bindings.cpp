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
std::vector<std::string>
    texts;  // strings on their way into an input, names on their way into the options
std::vector<std::int32_t> words;  // shapes on their way in, tensors on their way out

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

void set_option(const std::string& name, double value) {
  LoadOptions& options = session.options;
  Budgets& budgets = options.budgets;
  if (name == "bytes") budgets.bytes = static_cast<std::uint64_t>(value);
  if (name == "nodes") budgets.nodes = static_cast<std::int64_t>(value);
  if (name == "loopTrips") budgets.loop_trips = static_cast<std::int64_t>(value);
  if (name == "callDepth") budgets.call_depth = static_cast<int>(value);
  if (name == "seconds") budgets.seconds = value;
  if (name == "seed") options.seed = static_cast<std::uint64_t>(value);
  if (name == "optimise") options.optimise = value != 0;
  if (name == "xnnpack") options.use_xnnpack = value != 0;
  if (name == "raw") session.raw = value != 0;
}

void push_text(const std::string& text) { texts.push_back(text); }
void set_names(bool inputs) {
  (inputs ? session.options.input_names : session.options.output_names).swap(texts);
}
bool set_strings(int input) {
  const bool done = session.set_strings(input, texts);
  texts.clear();
  return done;
}

Address reserve_words(unsigned count) {
  words.resize(count);
  return address(words.data());
}
bool prepare(int signature) { return session.prepare(signature, words); }

// Address, size in bytes, rank and extents.
Address show(const Tensor& tensor) {
  words.assign({static_cast<std::int32_t>(address(tensor.data)),
                static_cast<std::int32_t>(tensor.size), tensor.shape.rank()});
  for (const Dim d : tensor.shape) words.push_back(static_cast<std::int32_t>(d));
  return address(words.data());
}
Address show_input(int i) { return show(session.input(i)); }
Address show_output(int i) { return show(session.output(i)); }
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
