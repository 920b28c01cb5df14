// Files that nobody wrote by mistake: cut off, flipped and endless ones end in bounds and in time.
#include <gtest/gtest.h>

#include "support/read_tflite.h"

namespace tare {
namespace {

using test::output;
using test::read;
using test::sparse_constant;
using test::tanh_plus_constant;
using test::TfliteFile;

TEST(ReadTflite, EveryTruncationGivesAnError) {
  const Buffer file = tanh_plus_constant().bytes();
  for (std::size_t size = 0; size + 8 < file.size(); ++size) {
    EXPECT_FALSE(read(Buffer::copy_of(file.bytes().first(size))).ok()) << size;
  }
}

TEST(ReadTflite, EveryFlippedByteGivesAModelOrAnError) {
  const Buffer file = sparse_constant({0, 1, 3}, {1, 0, 1}, std::vector<float>(12, 1.0f)).bytes();
  for (std::size_t at = 0; at < file.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      Buffer copy = Buffer::copy_of(file.bytes());
      copy.mutable_data()[at] ^= static_cast<std::byte>(1 << bit);
      auto module = read(copy);
      if (module.ok() && !module->graphs.front().outputs.empty())
        EXPECT_LE(output(*module).constant.size(), 1u << 20);
    }
  }
}

TEST(ReadTflite, CallsThatGrowExponentiallyAreRefusedInTime) {
  // Each graph runs the next one in both branches of an IF: 2^24 inferences of the last.
  TfliteFile file;
  constexpr int kDepth = 24;
  for (int g = 0; g <= kDepth; ++g) {
    TfliteFile::Graph graph{
        .name = "g" + std::to_string(g),
        .tensors = {{.name = "b", .type = tflite::TensorType_BOOL, .shape = {1}},
                    {.name = "y", .type = tflite::TensorType_BOOL, .shape = {1}}},
        .inputs = {0},
        .outputs = {g == kDepth ? 0 : 1},
        .operators = {}};
    if (g < kDepth) {
      graph.operators.push_back({.code = tflite::BuiltinOperator_IF,
                                 .inputs = {0, 0},
                                 .outputs = {1},
                                 .type = tflite::BuiltinOptions_IfOptions,
                                 .options = [g](auto& fbb) {
                                   return tflite::CreateIfOptions(fbb, g + 1, g + 1).Union();
                                 }});
    }
    file.graphs.push_back(std::move(graph));
  }
  auto module = read(file);
  ASSERT_FALSE(module.ok());
  EXPECT_EQ(module.error().code, Code::kBudgetExceeded) << module.error().text();
}

}  // namespace
}  // namespace tare
