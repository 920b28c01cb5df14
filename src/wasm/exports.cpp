// The whole border to JavaScript: one session per instance, as plain exports over numbers and
// texts. A text crosses through one buffer that both sides know; web/src/engine.ts is the other
// side. Embind and its glue would weigh as much as a small engine's kernels, and a call through it
// costs more than a small model does.
#include "wasm/description.h"
#include "wasm/session.h"

#define TARE_EXPORT(name) extern "C" __attribute__((export_name(#name)))

// Emscripten's own, in a program without its glue, traps.
extern "C" __attribute__((import_module("env"), import_name("random"))) void random_bytes(
    void* to, std::size_t size);
extern "C" int getentropy(void* to, std::size_t size) {
  random_bytes(to, size);
  return 0;
}

namespace tare {
namespace {

Session session;
std::string text;

// Empty where the call failed; error() says why.
const char* answer(std::string made) {
  text = std::move(made);
  return text.data();
}

}  // namespace

// Room for a text that the next call takes.
TARE_EXPORT(text) char* make_text(std::size_t size) {
  text.resize(size);
  return text.data();
}
TARE_EXPORT(textSize) std::size_t text_size() { return text.size(); }

TARE_EXPORT(addFile) std::byte* add_file(double size) {
  return session.add_file(text, static_cast<std::size_t>(size));
}
TARE_EXPORT(missing) const char* missing() {
  const auto names = session.missing();
  return answer(names ? describe(*names) : std::string());
}
TARE_EXPORT(load) const char* load() {
  return answer(session.load() ? describe(session) : std::string());
}
TARE_EXPORT(error) const char* last_error() { return answer(describe(session.error())); }
TARE_EXPORT(report) const char* report() { return answer(describe(session.model()->report())); }

TARE_EXPORT(setOption) void set_option(double value) { session.set_option(text, value); }
TARE_EXPORT(pushText) void push_text() { session.texts.push_back(text); }
TARE_EXPORT(setNames) void set_names(bool inputs) { session.set_names(inputs); }
TARE_EXPORT(setStrings) bool set_strings(int input) { return session.set_strings(input); }
TARE_EXPORT(words) std::int32_t* reserve_words(std::size_t count) {
  session.words.resize(count);
  return session.words.data();
}
TARE_EXPORT(prepare) bool prepare(int signature) {
  return session.prepare(signature, session.words);
}
TARE_EXPORT(input) const std::int32_t* show_input(int i) { return session.show(session.input(i)); }
TARE_EXPORT(output) const std::int32_t* show_output(int i) {
  return session.show(session.output(i));
}
TARE_EXPORT(reset) void reset() { session.reset(); }
TARE_EXPORT(run) int run() { return static_cast<int>(session.run()); }

}  // namespace tare
