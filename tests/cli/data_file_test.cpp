// .npy and .csv: what NumPy and spreadsheets write, and files that end early or lie.
#include "cli/data_file.h"

#include <gtest/gtest.h>

#include "cli/elements.h"
#include "ir/strings.h"

namespace tare::cli {
namespace {

std::string npy(const std::string& header, const std::string& data, char version = 1) {
  std::string file("\x93NUMPY", 6);
  file += version;
  file += '\0';
  file += static_cast<char>(header.size() & 255);
  file += static_cast<char>(header.size() >> 8);
  if (version > 1) file += std::string(2, '\0');
  return file + header + data;
}

Result<TensorValue> read(const std::string& file) {
  return read_npy(std::as_bytes(std::span(file)));
}

std::vector<double> values(const Result<TensorValue>& value) {
  std::vector<double> reals;
  EXPECT_TRUE(value.ok()) << (value.ok() ? "" : value.error().text());
  if (!value) return reals;
  for (std::int64_t i = 0; i < value->view().elements(); ++i)
    reals.push_back(real_element(value->view(), i));
  return reals;
}

TEST(Npy, ReadsRowAndColumnMajor) {
  const std::string data = "\1\2\3\4\5\6";
  const auto rows =
      read(npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }\n", data));
  EXPECT_EQ(values(rows), (std::vector<double>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(rows->type.shape, (Shape{2, 3}));
  EXPECT_EQ(values(read(npy("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }\n", data))),
            (std::vector<double>{1, 3, 5, 2, 4, 6}));
}

TEST(Npy, ReadsScalarsAndLaterVersions) {
  const std::string one("\0\0\x80\x3f", 4);
  const auto scalar =
      read(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (), }\n", one, 2));
  EXPECT_EQ(values(scalar), std::vector<double>{1});
  EXPECT_EQ(scalar->type.shape, Shape{});
  EXPECT_EQ(values(read(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }\n", one))),
            std::vector<double>{1});
}

TEST(Npy, RefusesWhatItCannotHold) {
  const std::string good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n";
  EXPECT_FALSE(read("").ok());
  EXPECT_FALSE(read("\x93NUMPY").ok());
  EXPECT_FALSE(read(npy(good, "1234")).ok());
  EXPECT_FALSE(read(npy(good, "12345678").substr(0, 30)).ok());
  EXPECT_FALSE(read(npy(good, "12345678", 9)).ok());
  EXPECT_FALSE(
      read(npy("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }\n", "1234")).ok());
  EXPECT_FALSE(
      read(npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n", "1234")).ok());
  EXPECT_FALSE(read(npy("{'descr': '<f4', 'fortran_order': False}\n", "1234")).ok());
  EXPECT_FALSE(read(npy("{'descr': '<f4', 'shape': (4611686018427387904, 4), }\n", "1234")).ok());
  EXPECT_FALSE(read(npy("{'descr': '<f4', 'shape': (-1,), }\n", "1234")).ok());
}

TEST(Csv, ReadsRowsWithAndWithoutHeading) {
  const auto rows = read_csv("watermelon,apple\r\n3, 2\r\n1,-0.5e1\r\n\r\n", false);
  EXPECT_EQ(values(rows), (std::vector<double>{3, 2, 1, -5}));
  EXPECT_EQ(rows->type.shape, (Shape{2, 2}));
  EXPECT_EQ(values(read_csv("1\n2", false)), (std::vector<double>{1, 2}));
}

TEST(Csv, ReadsQuotedStrings) {
  const auto rows = read_csv("\"a, \"\"b\"\"\",c\n", true);
  ASSERT_TRUE(rows.ok());
  EXPECT_EQ(string_at(rows->bytes.bytes(), 0), "a, \"b\"");
  EXPECT_EQ(string_at(rows->bytes.bytes(), 1), "c");
}

TEST(Csv, RefusesRaggedRowsAndText) {
  EXPECT_FALSE(read_csv("1,2\n3\n", false).ok());
  EXPECT_FALSE(read_csv("1,2\n3,x\n", false).ok());
  EXPECT_FALSE(read_csv("a,b\n", false).ok());
  EXPECT_FALSE(read_csv("", false).ok());
  EXPECT_FALSE(read_csv("\"a", true).ok());
}

}  // namespace
}  // namespace tare::cli
