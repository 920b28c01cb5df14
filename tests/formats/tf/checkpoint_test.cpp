// The parts of a checkpoint's format: its checksum and its compression.
#include <gtest/gtest.h>

#include "formats/tf/crc32c.h"
#include "formats/tf/snappy.h"
#include "formats/tf/sorted_table.h"

namespace tare {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

TEST(Crc32c, MasksTheKnownSum) {
  Crc32c crc;
  crc.add(bytes_of("1234"));
  crc.add(bytes_of("56789"));
  constexpr std::uint32_t kSum = 0xe3069283;  // the check value of CRC-32C
  EXPECT_EQ(crc.masked(), ((kSum >> 15) | (kSum << 17)) + 0xa282ead8u);
}

TEST(Snappy, CopiesWhatCameBefore) {
  // 10 bytes: the literal "ab", then 8 bytes from 2 back.
  auto result = decompress_snappy(bytes_of(std::string_view("\x0a\x04"
                                                            "ab"
                                                            "\x11\x02",
                                                            6)),
                                  100);
  ASSERT_TRUE(result.ok()) << result.error().text();
  EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(result->data()), result->size()),
            "ababababab");
}

TEST(Snappy, RefusesBrokenBlocks) {
  for (const std::string_view broken :
       {std::string_view("\x0a\x04"
                         "ab",
                         4),  // too short a result
        std::string_view("\x0a\x04"
                         "ab\x11\x03",
                         6),  // from before the start
        std::string_view("\x0a\x04"
                         "ab\x11\x00",
                         6),  // from nowhere
        std::string_view("\x02\x08"
                         "abc",
                         5),                                 // too long a literal
        std::string_view("\xff\xff\xff\xff\xff\x01", 6)}) {  // too large a size
    EXPECT_FALSE(decompress_snappy(bytes_of(broken), 100).ok());
  }
}

std::string number(std::uint64_t v, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text.push_back(static_cast<char>(v >> (8 * i)));
  return text;
}

// Entries with a key of `shared` bytes of the one before and one byte more, and what follows a
// block in a file.
std::string block(const std::vector<std::pair<std::size_t, std::string>>& entries) {
  std::string text;
  for (const auto& [shared, value] : entries) {
    text += {static_cast<char>(shared), 1, static_cast<char>(value.size()), 'k'};
    text += value;
  }
  text += number(0, 4) + number(1, 4);
  Crc32c crc;
  crc.add(std::as_bytes(std::span(text)));
  crc.add(std::as_bytes(std::span("", 1)));
  return text + '\0' + number(crc.masked(), 4);
}

Status read_table(const std::string& first, const std::vector<std::string>& handles) {
  std::vector<std::pair<std::size_t, std::string>> entries;
  for (const std::string& handle : handles) entries.emplace_back(0, handle);
  const std::string index = block(entries);
  std::string footer{0, 0, static_cast<char>(first.size()), static_cast<char>(index.size() - 5)};
  footer.resize(40);
  const std::string file = first + index + footer + number(0xdb4775248b80fb57, 8);
  return read_sorted_table(Buffer::copy_of(std::as_bytes(std::span(file))),
                           [](std::string_view, std::span<const std::byte>) { return Status(); });
}

TEST(SortedTable, ReadsEachBlockOnce) {
  const std::string first = block({{0, "v"}});
  const std::string handle{0, static_cast<char>(first.size() - 5)};
  EXPECT_TRUE(read_table(first, {handle}).ok());
  EXPECT_FALSE(read_table(first, {handle, handle}).ok());
}

}  // namespace
}  // namespace tare
