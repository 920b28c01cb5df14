// Writes JSON text: commas and escapes are its only knowledge; that objects get keys and are closed
// is the caller's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tare {

class JsonWriter {
 public:
  JsonWriter& open_object() { return open('{'); }
  JsonWriter& close_object() { return close('}'); }
  JsonWriter& open_array() { return open('['); }
  JsonWriter& close_array() { return close(']'); }
  JsonWriter& key(std::string_view name);
  JsonWriter& string(std::string_view text);
  JsonWriter& integer(std::int64_t value) { return raw(std::to_string(value)); }
  JsonWriter& natural(std::uint64_t value) { return raw(std::to_string(value)); }
  // The shortest text that reads back as the same number; NaN and infinities, which JSON lacks,
  // become null.
  JsonWriter& number(double value);
  JsonWriter& number(float value);
  JsonWriter& boolean(bool value) { return raw(value ? "true" : "false"); }
  JsonWriter& null() { return raw("null"); }

  const std::string& text() const { return text_; }
  std::string take() { return std::move(text_); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  JsonWriter& raw(std::string_view text);
  void separate();
  void quote(std::string_view text);

  std::string text_;
  bool comma_ = false;
};

}  // namespace tare
