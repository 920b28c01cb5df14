// The parts of a checkpoint's format: its checksum and its compression.
#include <gtest/gtest.h>

#include "formats/tf/crc32c.h"
#include "formats/tf/snappy.h"

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

}  // namespace
}  // namespace tare
