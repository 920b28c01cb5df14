// Options of a custom operator that come as a FlexBuffers map: read with the checks that hostile
// bytes need, and written.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tare {

class TfliteNode;
class TfliteWriter;

class CustomOptions {
 public:
  // Fails the node when its custom options are no sound map. No options at all are an empty map.
  explicit CustomOptions(TfliteNode& node);

  bool has(const char* key) const;
  std::int64_t integer(const char* key, std::int64_t otherwise) const;
  // Fails unless least <= value <= most.
  std::int64_t integer(const char* key, std::int64_t least, std::int64_t most);
  double number(const char* key, double otherwise) const;
  bool flag(const char* key, bool otherwise) const;

 private:
  TfliteNode& node_;
};

// One custom operator whose options are integers and flags.
struct CustomOption {
  const char* key;
  std::int64_t value;
  bool is_flag = false;
};
void write_custom(TfliteWriter& w, std::string_view op,
                  std::initializer_list<CustomOption> entries);

}  // namespace tare
