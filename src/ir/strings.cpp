// Checks, reads and writes packed strings; offsets may be unaligned, so they are copied out.
#include "ir/strings.h"

#include <cstring>

namespace tare {
namespace {

std::int32_t int_at(std::span<const std::byte> block, std::size_t index) {
  std::int32_t value;
  std::memcpy(&value, block.data() + 4 * index, 4);
  return value;
}

}  // namespace

bool strings_are_sound(std::span<const std::byte> block, std::int64_t elements) {
  if (block.empty()) return true;
  if (block.size() < 4 || int_at(block, 0) != elements) return false;
  const std::uint64_t head = 4 * (static_cast<std::uint64_t>(elements) + 2);
  if (head > block.size()) return false;
  auto last = static_cast<std::int64_t>(head);
  for (std::int64_t i = 0; i <= elements; ++i) {
    const std::int32_t offset = int_at(block, static_cast<std::size_t>(i) + 1);
    if (offset < last || static_cast<std::uint64_t>(offset) > block.size()) return false;
    last = offset;
  }
  return true;
}

std::string_view string_at(std::span<const std::byte> block, std::int64_t i) {
  if (block.empty()) return {};
  const auto begin = static_cast<std::size_t>(int_at(block, static_cast<std::size_t>(i) + 1));
  const auto end = static_cast<std::size_t>(int_at(block, static_cast<std::size_t>(i) + 2));
  return {reinterpret_cast<const char*>(block.data()) + begin, end - begin};
}

Buffer pack_strings(std::span<const std::string> strings) {
  const std::size_t head = 4 * (strings.size() + 2);
  std::size_t total = head;
  for (const std::string& s : strings) total += s.size();
  if (total > INT32_MAX) return {};
  Buffer block = Buffer::allocate(total);
  if (!block) return block;
  auto put = [&](std::size_t index, std::size_t value) {
    const auto narrow = static_cast<std::int32_t>(value);
    std::memcpy(block.mutable_data() + 4 * index, &narrow, 4);
  };
  put(0, strings.size());
  std::size_t at = head;
  for (std::size_t i = 0; i < strings.size(); ++i) {
    put(i + 1, at);
    if (!strings[i].empty())
      std::memcpy(block.mutable_data() + at, strings[i].data(), strings[i].size());
    at += strings[i].size();
  }
  put(strings.size() + 1, at);
  return block;
}

}  // namespace tare
