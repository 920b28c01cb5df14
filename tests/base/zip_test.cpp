// Archives made by Python's zipfile and zlib, and what damage does to them.
#include "base/zip.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "base/inflate.h"

namespace tare {
namespace {

// clang-format off
constexpr unsigned char kArchive[] = {
    109, 111, 100, 101, 108, 32, 98, 121, 116, 101, 115, 80, 75, 3, 4, 20, 0, 0, 0, 0, 0, 0, 0, 33,
    80, 207, 98, 32, 25, 5, 0, 0, 0, 5, 0, 0, 0, 10, 0, 0, 0, 115, 116, 111, 114, 101, 100, 46,
    116, 120, 116, 112, 108, 97, 105, 110, 80, 75, 3, 4, 20, 0, 0, 0, 8, 0, 0, 0, 33, 80, 126, 227,
    88, 35, 9, 0, 0, 0, 104, 1, 0, 0, 12, 0, 0, 0, 100, 101, 102, 108, 97, 116, 101, 100, 46, 116,
    120, 116, 75, 76, 74, 78, 28, 69, 180, 71, 0, 80, 75, 3, 4, 45, 0, 0, 0, 0, 0, 0, 0, 33,
    80, 226, 140, 227, 172, 255, 255, 255, 255, 255, 255, 255, 255, 8, 0, 20, 0, 119, 105, 100, 101, 46, 116, 120,
    116, 1, 0, 16, 0, 4, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 119, 105, 100,
    101, 80, 75, 1, 2, 20, 3, 20, 0, 0, 0, 0, 0, 0, 0, 33, 80, 207, 98, 32, 25, 5, 0, 0,
    0, 5, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 128, 1, 11, 0, 0, 0, 115,
    116, 111, 114, 101, 100, 46, 116, 120, 116, 80, 75, 1, 2, 20, 3, 20, 0, 0, 0, 8, 0, 0, 0, 33,
    80, 126, 227, 88, 35, 9, 0, 0, 0, 104, 1, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 128, 1, 56, 0, 0, 0, 100, 101, 102, 108, 97, 116, 101, 100, 46, 116, 120, 116, 80, 75, 1, 2, 45,
    3, 45, 0, 0, 0, 0, 0, 0, 0, 33, 80, 226, 140, 227, 172, 4, 0, 0, 0, 4, 0, 0, 0, 8,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 128, 1, 107, 0, 0, 0, 119, 105, 100, 101, 46, 116, 120,
    116, 80, 75, 5, 6, 0, 0, 0, 0, 3, 0, 3, 0, 168, 0, 0, 0, 169, 0, 0, 0, 0, 0,
};

constexpr unsigned char kDynamic[] = {
    237, 210, 9, 47, 22, 0, 0, 128, 225, 146, 74, 146, 144, 244, 101, 146, 74, 18, 145, 84, 146, 251, 21, 138,
    161, 40, 38, 73, 146, 36, 105, 147, 9, 73, 114, 148, 116, 208, 129, 162, 92, 73, 57, 50, 202, 85, 97, 146,
    84, 82, 33, 125, 169, 36, 153, 116, 172, 92, 97, 146, 74, 253, 142, 54, 207, 111, 120, 152, 172, 96, 178, 143,
    209, 205, 213, 122, 216, 15, 94, 113, 99, 98, 87, 199, 71, 228, 214, 132, 214, 114, 100, 248, 128, 24, 118, 226,
    77, 89, 132, 28, 140, 206, 68, 212, 42, 101, 148, 111, 1, 82, 183, 208, 26, 223, 94, 79, 211, 215, 233, 166,
    188, 208, 74, 158, 137, 246, 203, 40, 11, 122, 94, 55, 8, 153, 162, 27, 112, 143, 136, 31, 193, 18, 56, 201,
    190, 43, 38, 38, 54, 181, 28, 165, 93, 21, 74, 72, 165, 174, 238, 96, 155, 182, 236, 4, 36, 22, 90, 71,
    32, 23, 240, 193, 149, 195, 202, 175, 147, 176, 88, 166, 166, 141, 119, 242, 91, 85, 186, 61, 190, 30, 162, 254,
    164, 163, 22, 18, 82, 243, 76, 200, 233, 183, 42, 32, 115, 121, 99, 8, 191, 155, 74, 174, 81, 84, 63, 188,
    148, 218, 197, 137, 114, 232, 117, 92, 112, 102, 234, 240, 224, 31, 244, 246, 230, 143, 242, 208, 228, 145, 11, 55,
    125, 141, 102, 51, 242, 87, 102, 5, 233, 93, 230, 121, 92, 213, 105, 142, 68, 236, 125, 205, 109, 106, 63, 73,
    91, 241, 217, 170, 66, 31, 143, 105, 53, 39, 48, 210, 84, 215, 33, 48, 175, 15, 36, 143, 203, 228, 34, 82,
    19, 231, 139, 131, 139, 95, 2, 147, 54, 230, 11, 144, 205, 182, 28, 38, 220, 217, 116, 21, 214, 123, 18, 133,
    248, 183, 216, 212, 243, 235, 154, 219, 34, 218, 159, 55, 182, 49, 223, 57, 173, 159, 251, 38, 79, 119, 82, 125,
    212, 81, 7, 69, 85, 99, 15, 222, 168, 70, 125, 167, 255, 152, 90, 43, 94, 102, 26, 202, 24, 186, 198, 62,
    193, 247, 149, 117, 35, 227, 242, 119, 107, 211, 219, 209, 57, 128, 193, 254, 10, 25, 62, 121, 14, 196, 210, 91,
    28, 189, 27, 199, 237, 193, 25, 200, 251, 60, 209, 197, 80, 24, 172, 65, 229, 165, 168, 48, 146, 171, 190, 107,
    241, 198, 180, 204, 24, 255, 5, 237, 121, 248, 184, 239, 12, 224, 254, 232, 186, 52, 130, 126, 70, 171, 112, 194,
    126, 145, 56, 191, 196, 148, 109, 168, 155, 19, 218, 195, 208, 153, 85, 93, 132, 187, 217, 90, 226, 125, 186, 90,
    148, 27, 10, 9, 10, 56, 76, 122, 24, 135, 211, 250, 77, 94, 220, 30, 226, 34, 129, 35, 167, 212, 137, 223,
    186, 66, 30, 73, 69, 125, 79, 62, 27, 164, 75, 163, 120, 199, 93, 158, 194, 248, 200, 48, 174, 62, 21, 49,
    103, 104, 71, 155, 23, 153, 78, 179, 191, 112, 51, 183, 240, 17, 10, 91, 178, 69, 233, 244, 254, 147, 202, 212,
    230, 27, 23, 56, 115, 185, 170, 7, 191, 186, 165, 25, 20, 109, 248, 93, 130, 253, 74, 21, 21, 108, 131, 10,
    6, 201, 17, 156, 159, 135, 251, 172, 150, 60, 130, 252, 15, 197, 211, 173, 25, 250, 150, 170, 181, 173, 97, 244,
    85, 38, 69, 112, 248, 92, 241, 7, 124, 30, 44, 201, 160, 212, 113, 66, 37, 219, 204, 116, 87, 227, 121, 182,
    78, 134, 58, 131, 242, 117, 196, 152, 137, 191, 35, 255, 122, 105, 35, 75, 124, 239, 41, 49, 229, 156, 90, 3,
    102, 51, 250, 90, 105, 237, 159, 105, 193, 11, 205, 196, 233, 168, 62, 14, 210, 161, 165, 250, 86, 25, 223, 4,
    155, 82, 112, 126, 102, 219, 134, 74, 123, 86, 8, 118, 27, 92, 15, 208, 50, 215, 79, 72, 149, 245, 199, 83,
    76, 108, 46, 189, 66, 246, 221, 78, 1, 99, 119, 199, 238, 254, 167, 119, 255, 1,
};

// clang-format on

template <std::size_t N>
Buffer buffer_of(const unsigned char (&bytes)[N]) {
  return Buffer::copy_of(std::as_bytes(std::span(bytes)));
}

std::string text_of(const Buffer& buffer) {
  return {reinterpret_cast<const char*>(buffer.data()), buffer.size()};
}

std::string repeated(std::string_view part, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += part;
  return text;
}

TEST(Zip, ReadsStoredDeflatedAndWideMembersBehindAnotherFile) {
  auto zip = Zip::open(buffer_of(kArchive));
  ASSERT_TRUE(zip.ok()) << zip.error().text();
  ASSERT_EQ(zip->entries().size(), 3u);
  const auto member = [&](std::string_view name) {
    auto bytes = zip->read(*zip->find(name), 1000);
    return bytes ? text_of(*bytes) : bytes.error().text();
  };
  EXPECT_EQ(member("stored.txt"), "plain");
  EXPECT_EQ(member("deflated.txt"), repeated("abcabcabc", 40));
  EXPECT_EQ(member("wide.txt"), "wide");
  EXPECT_EQ(zip->find("absent.txt"), nullptr);
}

TEST(Zip, TakesStoredMembersAlignedAndInPlaceWhereNobodyElseSeesTheArchive) {
  Buffer file = buffer_of(kArchive);
  const std::byte* const begin = file.data();
  const std::size_t size = file.size();
  const auto aligned = [](const Buffer& b) {
    return reinterpret_cast<std::uintptr_t>(b.data()) % Buffer::kPadding == 0;
  };
  {
    auto shared = Zip::open(file);
    auto bytes = shared->take(*shared->find("wide.txt"), 0);
    ASSERT_TRUE(bytes.ok());
    EXPECT_EQ(text_of(*bytes), "wide");
    EXPECT_EQ(std::memcmp(begin, kArchive, size), 0);
  }
  auto zip = Zip::open(std::move(file));
  file = Buffer();
  auto bytes = zip->take(*zip->find("wide.txt"), 0);
  ASSERT_TRUE(bytes.ok());
  EXPECT_EQ(text_of(*bytes), "wide");
  EXPECT_TRUE(aligned(*bytes));
  EXPECT_TRUE(bytes->data() >= begin && bytes->data() < begin + size);
  auto other = zip->take(*zip->find("stored.txt"), 0);
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(text_of(*other), "plain");
}

TEST(Zip, DoesNotUnpackMoreThanItMay) {
  auto zip = Zip::open(buffer_of(kArchive));
  ASSERT_TRUE(zip.ok()) << zip.error().text();
  EXPECT_TRUE(zip->read(*zip->find("deflated.txt"), 360).ok());
  EXPECT_EQ(zip->read(*zip->find("deflated.txt"), 359).error().code, Code::kBudgetExceeded);
  // Stored members are parts of the file, which is there already.
  EXPECT_TRUE(zip->read(*zip->find("stored.txt"), 0).ok());
}

TEST(Zip, EveryDamagedByteGivesAnErrorOrTheSameMembers) {
  for (std::size_t at = 0; at < std::size(kArchive); ++at) {
    for (const int flip : {1, 128, 255}) {
      Buffer file = buffer_of(kArchive);
      file.mutable_data()[at] ^= static_cast<std::byte>(flip);
      auto zip = Zip::open(file);
      if (!zip) continue;
      for (const Zip::Entry& entry : zip->entries()) {
        auto bytes = zip->read(entry, 1000);
        if (!bytes) continue;
        const std::string text = text_of(*bytes);
        EXPECT_TRUE(text == "plain" || text == "wide" || text == repeated("abcabcabc", 40) ||
                    text.empty())
            << at;
      }
    }
  }
}

TEST(Zip, EveryTruncationGivesAnError) {
  const Buffer file = buffer_of(kArchive);
  for (std::size_t size = 0; size < file.size(); ++size)
    EXPECT_FALSE(Zip::open(file.slice(0, size)).ok()) << size;
}

TEST(Inflate, ReadsDynamicCodes) {
  std::string expected;
  for (int repeat = 0; repeat < 2; ++repeat) {
    for (int i = 0; i < 700; ++i)
      expected += static_cast<char>(i % 5 != 0 ? (i * i * 7 + i / 3) % 256 : 65);
  }
  const Buffer stream = buffer_of(kDynamic);
  auto bytes = inflate(stream.bytes(), expected.size());
  ASSERT_TRUE(bytes.ok());
  EXPECT_EQ(text_of(*bytes), expected);
  EXPECT_FALSE(inflate(stream.bytes(), expected.size() - 1).ok());
  EXPECT_FALSE(inflate(stream.bytes(), expected.size() + 1).ok());
  EXPECT_FALSE(inflate(stream.bytes(), std::uint64_t{1} << 60).ok());
  for (std::size_t size = 0; size < stream.size(); ++size) {
    EXPECT_FALSE(inflate(stream.bytes().first(size), expected.size()).ok()) << size;
  }
}

}  // namespace
}  // namespace tare
