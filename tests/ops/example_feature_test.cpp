// Features of tf.train.Example messages that are broken, of another type or missing.
#include "ops/example_feature.h"

#include <gtest/gtest.h>

#include "ir/strings.h"
#include "support/small_graph.h"

namespace tare {
namespace {

// {"n": int64 [3, 4]}
const std::string kMessage("\x0a\x0d\x0a\x0b\x0a\x01n\x12\x06\x1a\x04\x0a\x02\x03\x04", 15);

TensorValue packed(const std::string& message) {
  const std::vector<std::string> one{message};
  return {tensor_type(DType::kString, {1}), pack_strings(one), {}};
}

struct Parser {
  SmallGraph g;
  explicit Parser(const std::string& key, DType dtype = DType::kInt64) {
    const ValueId messages = g.input(tensor_type(DType::kString, {1}));
    const ValueId none = g.constant(TensorValue::zeros(tensor_type(dtype, {0})));
    g.output(
        g.builder().emit(ExampleDense{.key = key, .dtype = dtype, .shape = {2}}, {messages, none}));
    for (const ValueId v :
         g.builder().emit_n(ExampleSparse{.key = key, .dtype = dtype}, {messages}, 3))
      g.output(v);
    EXPECT_EQ(g.load(), "");
  }
  std::string run(const std::string& message) { return g.run({packed(message)}); }
};

TEST(ExampleFeature, GivesWhatTheMessageHolds) {
  Parser p("n");
  ASSERT_EQ(p.run(kMessage), "");
  using Numbers = std::vector<std::int64_t>;
  EXPECT_EQ(values_of<std::int64_t>(p.g.results()[0]), (Numbers{3, 4}));
  EXPECT_EQ(values_of<std::int64_t>(p.g.results()[1]), (Numbers{0, 0, 0, 1}));
  EXPECT_EQ(values_of<std::int64_t>(p.g.results()[2]), (Numbers{3, 4}));
  EXPECT_EQ(values_of<std::int64_t>(p.g.results()[3]), (Numbers{1, 2}));
}

TEST(ExampleFeature, NamesWhatIsMissingOrOfAnotherType) {
  EXPECT_NE(Parser("m").run(kMessage).find("'m'"), std::string::npos);
  EXPECT_NE(Parser("n", DType::kFloat32).run(kMessage).find("is not float32"), std::string::npos);
}

// Whatever a byte becomes, there is an answer or an error; of a message that ends early, an error.
TEST(ExampleFeature, SurvivesBrokenMessages) {
  Parser p("n");
  for (std::size_t i = 0; i < kMessage.size(); ++i) {
    EXPECT_NE(p.run(kMessage.substr(0, i)), "") << i;
    for (int v = 0; v < 256; ++v) {
      std::string broken = kMessage;
      broken[i] = static_cast<char>(v);
      if (p.run(broken).empty()) EXPECT_EQ(p.g.results()[0].type.shape, (Shape{1, 2})) << i;
    }
  }
}

}  // namespace
}  // namespace tare
