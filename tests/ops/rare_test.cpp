// Rare and legacy ops, where golden cases do not reach: known answers of the hash and the random
// stream, streams between runs, odd sizes, and indices that are wrong.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "ir/strings.h"
#include "ops/add_n.h"
#include "ops/binary/binary.h"
#include "ops/bitcast.h"
#include "ops/bucketize.h"
#include "ops/common/fingerprint.h"
#include "ops/common/fourier.h"
#include "ops/common/philox.h"
#include "ops/embedding_lookup.h"
#include "ops/embedding_lookup_sparse.h"
#include "ops/fake_quant.h"
#include "ops/fill.h"
#include "ops/hashtable_lookup.h"
#include "ops/matrix_diag.h"
#include "ops/random.h"
#include "ops/rfft2d.h"
#include "ops/skip_gram.h"
#include "ops/sparse_to_dense.h"
#include "support/small_graph.h"

namespace tare {
namespace {

TensorType vector_type(DType dtype, Dim count) { return tensor_type(dtype, {count}); }

TEST(Philox, GivesTheAuthorsKnownAnswers) {
  using Block = std::array<std::uint32_t, 4>;
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr std::uint32_t kOnes = 0xffffffff;
  EXPECT_EQ(philox({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
}

TEST(Philox, SkipsAsManyBlocksAsItSays) {
  PhiloxStream a(7, 9), b(7, 9);
  for (int i = 0; i < 5; ++i) a.next();
  b.skip(5);
  EXPECT_EQ(a.next(), b.next());
}

// By TensorFlow's own op; each length is mixed in a way of its own.
TEST(Fingerprint, IsFarmhash64) {
  const std::pair<std::size_t, std::uint64_t> known[] = {
      {3, 0x40b4412e33eefd64},  {5, 0x156112f7c93e5cb3},  {12, 0x7e11fa045e761bc},
      {20, 0x7dab3f979fd30094}, {32, 0xa53f806f23a314e8}, {40, 0xb3987ba065f59b3a},
      {64, 0x566266cb579eca2},  {65, 0x77e0867714e6b0e4}, {128, 0x666823960b3ac271},
      {200, 0x6d7105b27cbe2fd7}};
  for (const auto& [length, hash] : known) {
    std::vector<std::byte> bytes(length);
    for (std::size_t i = 0; i < length; ++i) bytes[i] = static_cast<std::byte>(i * 7 + 3);
    EXPECT_EQ(fingerprint(bytes), hash) << length;
  }
}

TEST(Fourier, IsTheSumItStandsFor) {
  for (const std::size_t n : {1u, 2u, 8u, 32u}) {
    std::vector<std::complex<double>> values(n), expected(n);
    for (std::size_t i = 0; i < n; ++i)
      values[i] = {std::sin(1.0 + static_cast<double>(i)), static_cast<double>(i % 3)};
    for (std::size_t k = 0; k < n; ++k) {
      for (std::size_t i = 0; i < n; ++i) {
        expected[k] +=
            values[i] * std::polar(1.0, -2.0 * std::numbers::pi * static_cast<double>(i * k) /
                                            static_cast<double>(n));
      }
    }
    fourier_transform(values);
    for (std::size_t k = 0; k < n; ++k)
      EXPECT_LT(std::abs(values[k] - expected[k]), 1e-11) << n << " " << k;
  }
}

std::vector<float> draw(SmallGraph& g, std::int32_t count) {
  EXPECT_EQ(g.run({ints({1}, {count})}), "");
  return values_of<float>(g.results()[0]);
}

TEST(Random, StreamGoesOnBetweenRunsAndStartsAnewAfterReset) {
  SmallGraph g;
  g.output(g.builder().emit(Random{RandomKind::kUniform, {.seed = 3, .seed2 = 4}},
                            {g.input(vector_type(DType::kInt32, 1))}));
  ASSERT_EQ(g.load(), "");
  const auto eight = draw(g, 8);
  g.reset();
  const auto first = draw(g, 4), second = draw(g, 4);
  EXPECT_EQ(std::vector<float>(eight.begin(), eight.begin() + 4), first);
  EXPECT_EQ(std::vector<float>(eight.begin() + 4, eight.end()), second);
  ASSERT_EQ(g.load_written(), "");
  EXPECT_EQ(draw(g, 8), eight);
  for (const float v : eight) EXPECT_TRUE(v >= 0 && v < 1);
}

TEST(Random, SeedsOfZeroDifferFromLoadToLoad) {
  SmallGraph g;
  g.output(g.builder().emit(Random{RandomKind::kStandardNormal, {}},
                            {g.input(vector_type(DType::kInt32, 1))}));
  ASSERT_EQ(g.load(), "");
  const auto before = draw(g, 7);
  ASSERT_EQ(g.load(), "");
  EXPECT_NE(draw(g, 7), before);
}

TEST(Random, MultinomialFollowsItsProbabilities) {
  SmallGraph g;
  g.output(g.builder().emit(
      Multinomial{.seeds = {.seed = 1, .seed2 = 2}, .dtype = DType::kInt32},
      {g.input(tensor_type(DType::kFloat32, {1, 3})), g.constant(ints({}, {4000}))}));
  ASSERT_EQ(g.load(), "");
  ASSERT_EQ(g.run({floats({1, 3}, {std::log(0.5f), -INFINITY, std::log(0.25f)})}), "");
  int counts[3] = {};
  for (const std::int32_t v : values_of<std::int32_t>(g.results()[0])) ++counts[v];
  EXPECT_EQ(counts[1], 0);
  EXPECT_NEAR(counts[0] / 4000.0, 2.0 / 3.0, 0.03);
}

TEST(SkipGram, LeavesWordsOutBetweenTwo) {
  SmallGraph g;
  g.output(g.builder().emit(SkipGram{.ngram_size = 2, .max_skip_size = 1},
                            {g.input(vector_type(DType::kString, 1))}));
  const auto grams = [&](const std::string& text) {
    const std::vector<std::string> one = {text};
    EXPECT_EQ(g.run({{vector_type(DType::kString, 1), pack_strings(one), {}}}), "");
    return g.strings();
  };
  for (const bool as_written : {false, true}) {
    ASSERT_EQ(as_written ? g.load_written() : g.load(), "");
    EXPECT_EQ(grams("a b c d"), (std::vector<std::string>{"a b", "a c", "b c", "b d", "c d"}));
    EXPECT_EQ(grams("one  two"), (std::vector<std::string>{"one two"}));
    EXPECT_EQ(grams("one"), std::vector<std::string>{});
    EXPECT_EQ(grams(""), std::vector<std::string>{});
  }
}

TEST(SkipGram, GivesUpOnEndlessWalks) {
  SmallGraph g;
  g.output(g.builder().emit(SkipGram{.ngram_size = 60, .max_skip_size = 60},
                            {g.input(vector_type(DType::kString, 1))}));
  ASSERT_EQ(g.load(), "");
  std::string text = "a";
  for (int i = 1; i < 60; ++i) text += " a";
  const std::vector<std::string> one = {text};
  EXPECT_NE(g.run({{vector_type(DType::kString, 1), pack_strings(one), {}}}).find("budget"),
            std::string::npos);
}

TEST(SparseToDense, PlacesStringsInAnyOrder) {
  SmallGraph g;
  const std::vector<std::string> words = {"late", "first", "last"};
  const TensorValue values{vector_type(DType::kString, 3), pack_strings(words), {}};
  const TensorValue fallback{
      tensor_type(DType::kString, {}), pack_strings(std::vector<std::string>{"-"}), {}};
  g.output(g.builder().emit(
      SparseToDense{}, {g.input(tensor_type(DType::kInt32, {3, 2})), g.constant(ints({2}, {2, 2})),
                        g.constant(values), g.constant(fallback)}));
  ASSERT_EQ(g.load(), "");
  ASSERT_EQ(g.run({ints({3, 2}, {1, 0, 0, 0, 1, 0})}), "");
  EXPECT_EQ(g.strings(), (std::vector<std::string>{"first", "-", "last", "-"}));
  EXPECT_NE(g.run({ints({3, 2}, {1, 0, 0, 2, 1, 0})}).find("outside"), std::string::npos);
}

TEST(Fill, RefusesMoreStringsThanTheBudgetHolds) {
  SmallGraph g;
  g.output(g.builder().emit(
      Fill{}, {g.input(vector_type(DType::kInt32, 1)), g.input(tensor_type(DType::kString, {}))}));
  ASSERT_EQ(g.load(), "");
  const std::vector<std::string> one = {"ab"};
  const TensorValue text{tensor_type(DType::kString, {}), pack_strings(one), {}};
  EXPECT_NE(g.run({ints({1}, {1'000'000'000}), text}).find("budget"), std::string::npos);
  ASSERT_EQ(g.run({ints({1}, {3}), text}), "");
  EXPECT_EQ(g.strings(), (std::vector<std::string>{"ab", "ab", "ab"}));
}

TEST(Lookup, RefusesIndicesOutside) {
  SmallGraph g;
  g.output(g.builder().emit(EmbeddingLookup{}, {g.input(vector_type(DType::kInt32, 2)),
                                                g.constant(floats({3, 2}, {1, 2, 3, 4, 5, 6}))}));
  ASSERT_EQ(g.load(), "");
  ASSERT_EQ(g.run({ints({2}, {2, 0})}), "");
  EXPECT_EQ(values_of<float>(g.results()[0]), (std::vector<float>{5, 6, 1, 2}));
  EXPECT_NE(g.run({ints({2}, {0, 3})}).find("index 3 is outside"), std::string::npos);
  EXPECT_NE(g.run({ints({2}, {-1, 0})}).find("index -1 is outside"), std::string::npos);
}

TEST(Lookup, SparseBagsCheckTheirPlaces) {
  SmallGraph g;
  const ValueId ids = g.input(vector_type(DType::kInt32, 2)),
                places = g.input(tensor_type(DType::kInt32, {2, 2}));
  g.output(
      g.builder().emit(EmbeddingLookupSparse{Combiner::kMean},
                       {ids, places, g.constant(ints({2}, {2, 2})), g.constant(floats({2}, {1, 3})),
                        g.constant(floats({2, 1}, {10, 20}))}));
  for (const bool as_written : {false, true}) {
    ASSERT_EQ(as_written ? g.load_written() : g.load(), "");
    ASSERT_EQ(g.run({ints({2}, {0, 1}), ints({2, 2}, {1, 0, 1, 1})}), "");
    EXPECT_EQ(values_of<float>(g.results()[0]), (std::vector<float>{0, 17.5f}));
    EXPECT_NE(g.run({ints({2}, {0, 2}), ints({2, 2}, {1, 0, 1, 1})}).find("id 2"),
              std::string::npos);
    EXPECT_NE(g.run({ints({2}, {0, 1}), ints({2, 2}, {2, 0, 1, 1})}).find("place 2"),
              std::string::npos);
  }
}

TEST(Lookup, HashtableOfNothingMissesEverything) {
  SmallGraph g;
  const auto out = g.builder().emit_n(HashtableLookup{},
                                      {g.input(vector_type(DType::kInt32, 2)),
                                       g.constant(ints({0}, {})), g.constant(floats({0, 2}, {}))},
                                      2);
  for (const ValueId id : out) g.output(id);
  ASSERT_EQ(g.load(), "");
  ASSERT_EQ(g.run({ints({2}, {1, 2})}), "");
  EXPECT_EQ(values_of<float>(g.results()[0]), (std::vector<float>{0, 0, 0, 0}));
  EXPECT_EQ(values_of<std::uint8_t>(g.results()[1]), (std::vector<std::uint8_t>{0, 0}));
}

TEST(MatrixDiag, SetsTheDiagonalOfOblongMatrices) {
  SmallGraph g;
  const ValueId x = g.input(tensor_type(DType::kFloat32, {2, 2, 3}));
  g.output(g.builder().emit(MatrixSetDiag{}, {x, g.constant(floats({2, 2}, {-1, -2, -3, -4}))}));
  for (const bool as_written : {false, true}) {
    ASSERT_EQ(as_written ? g.load_written() : g.load(), "");
    ASSERT_EQ(g.run({floats({2, 2, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})}), "");
    EXPECT_EQ(values_of<float>(g.results()[0]),
              (std::vector<float>{-1, 2, 3, 4, -2, 6, -3, 8, 9, 10, -4, 12}));
  }
}

TEST(Complex, MultipliesAndCompares) {
  SmallGraph g;
  const TensorType type = vector_type(DType::kComplex64, 2);
  const ValueId a = g.input(type), b = g.input(type);
  g.output(g.builder().emit(Binary{.kind = BinaryKind::kMul}, {a, b}));
  g.output(g.builder().emit(Binary{.kind = BinaryKind::kDiv}, {a, b}));
  g.output(g.builder().emit(Binary{.kind = BinaryKind::kNotEqual}, {a, b}));
  ASSERT_EQ(g.load(), "");
  ASSERT_EQ(g.run({tensor<float>(DType::kComplex64, {2}, {1, 2, 3, 4}),
                   tensor<float>(DType::kComplex64, {2}, {0, 1, 3, 4})}),
            "");
  EXPECT_EQ(values_of<float>(g.results()[0]).size(), 2u);  // complex elements
  const auto product = std::as_const(g).results()[0].view().as<float>();
  EXPECT_EQ(std::vector<float>(product.begin(), product.begin() + 4),
            (std::vector<float>{-2, 1, -7, 24}));
  const auto quotient = std::as_const(g).results()[1].view().as<float>();
  EXPECT_EQ(std::vector<float>(quotient.begin(), quotient.begin() + 4),
            (std::vector<float>{2, -1, 1, 0}));
  EXPECT_EQ(values_of<std::uint8_t>(g.results()[2]), (std::vector<std::uint8_t>{1, 0}));
}

TEST(Bitcast, RefusesWhatDoesNotFit) {
  const auto error = [](DType from, Shape shape, DType to) {
    SmallGraph g;
    g.output(g.builder().emit(Bitcast{to}, {g.input(tensor_type(from, shape))}));
    return g.load();
  };
  EXPECT_EQ(error(DType::kInt16, {3, 2}, DType::kInt32), "");
  EXPECT_NE(error(DType::kInt16, {2, 3}, DType::kInt32).find("last dimension must be 2"),
            std::string::npos);
  EXPECT_NE(error(DType::kUint8, {4}, DType::kBool).find("bool"), std::string::npos);
  EXPECT_NE(error(DType::kString, {4}, DType::kInt32), "");
}

TEST(Attributes, AreCheckedBeforeARun) {
  const auto error = [](auto op, TensorType type) {
    SmallGraph g;
    g.output(g.builder().emit(op, {g.input(std::move(type))}));
    return g.load();
  };
  EXPECT_NE(error(FakeQuant{.num_bits = 17}, vector_type(DType::kFloat32, 1)).find("num_bits"),
            std::string::npos);
  EXPECT_NE(error(FakeQuant{.min = 1, .max = 1}, vector_type(DType::kFloat32, 1)).find("min"),
            std::string::npos);
  EXPECT_NE(error(Bucketize{{1.0f, 0.0f}}, vector_type(DType::kFloat32, 1)).find("ascending"),
            std::string::npos);
  EXPECT_EQ(error(Bucketize{}, vector_type(DType::kInt64, 1)), "");
}

}  // namespace
}  // namespace tare
