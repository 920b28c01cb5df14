// The JSON facade: what it refuses, what it keeps apart, and how it says where.
#include "base/json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/json_writer.h"

namespace tare {
namespace {

std::string error_of(std::string_view text, const JsonLimits& limits = {}) {
  auto parsed = JsonDocument::parse(text, limits);
  return parsed ? "" : parsed.error().message;
}

TEST(Json, ReadsValuesInOrder) {
  auto parsed = JsonDocument::parse(R"({"b": [1, -2.5, 3.0, true, null, "x\u00e9"], "a": {}})");
  ASSERT_TRUE(parsed);
  const Json root = parsed->root();
  ASSERT_TRUE(root.is_object());
  EXPECT_EQ((*root.begin()).key(), "b");
  const Json b = root.at("b");
  ASSERT_EQ(b.size(), 6u);
  EXPECT_TRUE(b.at(0).is_integer());
  EXPECT_EQ(b.at(0).if_integer(), 1);
  EXPECT_FALSE(b.at(1).if_integer());
  EXPECT_EQ(b.at(1).if_number(), -2.5);
  EXPECT_FALSE(b.at(2).is_integer());
  EXPECT_EQ(b.at(2).if_integer(), 3);
  EXPECT_EQ(b.at(3).if_bool(), true);
  EXPECT_TRUE(b.at(4).is_null());
  EXPECT_EQ(b.at(5).if_string(), "x\xc3\xa9");
  EXPECT_EQ(root.at("a").size(), 0u);
}

TEST(Json, KeepsLargeIntegersExact) {
  auto parsed = JsonDocument::parse(
      "[9223372036854775807, 18446744073709551615, -9223372036854775808, 1e300]");
  ASSERT_TRUE(parsed);
  const Json root = parsed->root();
  EXPECT_EQ(root.at(0).if_integer(), INT64_MAX);
  EXPECT_FALSE(root.at(1).if_integer());
  EXPECT_EQ(root.at(1).if_natural(), UINT64_MAX);
  EXPECT_EQ(root.at(2).if_integer(), INT64_MIN);
  EXPECT_FALSE(root.at(3).if_integer());
}

TEST(Json, RefusesWhatIsAmbiguousOrBroken) {
  EXPECT_NE(error_of(R"({"units": 1, "units": 2})").find("units"), std::string::npos);
  EXPECT_NE(error_of(R"({"a": {"__proto__": 1}})").find("__proto__"), std::string::npos);
  for (const char* text :
       {"", "{", "[1,]", "{'a':1}", "[1] x", "[NaN]", "[Infinity]", "[-Infinity]", "[1e999]",
        "// no\n[]", "[\"a\nb\"]", "[\"\x80\"]", "[\"\\ud800\"]", "nul", "[01]"}) {
    EXPECT_NE(error_of(text), "") << text;
  }
  EXPECT_EQ(error_of("null"), "");
}

TEST(Json, TakesNumbersWithoutDigitsFromPython) {
  auto parsed = JsonDocument::parse(
      R"([1, "NaN \" [Infinity", -2.5e-3, NaN, {"a-1": -Infinity, "Infinity": [Infinity, 0]}])",
      {.from_python = true});
  ASSERT_TRUE(parsed);
  const Json root = parsed->root();
  EXPECT_EQ(root.at(0).if_integer(), 1);
  EXPECT_EQ(root.at(1).if_string(), "NaN \" [Infinity");
  EXPECT_EQ(root.at(2).if_number(), -2.5e-3);
  EXPECT_TRUE(std::isnan(root.at(3).if_number().value_or(0)));
  EXPECT_FALSE(root.at(3).if_integer());
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(root.at(4).at("a-1").if_number(), -kInfinity);
  EXPECT_EQ(root.at(4).at("Infinity").at(0).if_number(), kInfinity);
  EXPECT_EQ(root.at(4).at("Infinity").at(1).if_integer(), 0);
  for (const char* text : {"[-NaN]", "[+Infinity]", "[nan]", "[NaN1]", "[1NaN]", "[NaNNaN]",
                           "{NaN: 1}", "[--Infinity]", "[Infinity", "NaN\""}) {
    EXPECT_NE(error_of(text, {.from_python = true}), "") << text;
  }
}

TEST(Json, KeepsItsLimits) {
  EXPECT_EQ(error_of(std::string(256, '[') + std::string(256, ']')), "");
  EXPECT_NE(error_of(std::string(257, '[') + std::string(257, ']')), "");
  EXPECT_NE(error_of(std::string(100000, '[')), "");
  EXPECT_EQ(error_of("[1,2,3]", {.nodes = 4}), "");
  EXPECT_NE(error_of("[1,2,3,4]", {.nodes = 4}), "");
  EXPECT_NE(error_of("[1,2,3,4]", {.bytes = 8}), "");
}

TEST(Json, NamesThePlaceOfAFailure) {
  auto parsed = JsonDocument::parse(R"({"layers": [{"config": {"units": "many"}}, 7]})");
  ASSERT_TRUE(parsed);
  const Json layer = parsed->root().at("layers").at(0);
  ErrorSink sink;
  EXPECT_EQ(layer.at("config").at("units").integer(sink), 0);
  EXPECT_EQ(sink.error().text(), "layers[0].config.units: expected an integer, got a string");
  ErrorSink missing;
  layer.at("config").at("rate").number(missing);
  EXPECT_EQ(missing.error().text(), "layers[0].config.rate: expected a number, got nothing");
  ErrorSink deeper;
  parsed->root().at("no").at("such").at("place").string(deeper);
  EXPECT_EQ(deeper.error().where, "no");
  EXPECT_EQ(layer.at("config").at("rate").number_or(0.5, sink), 0.5);
}

TEST(JsonWriter, EscapesAndRoundTrips) {
  JsonWriter writer;
  writer.open_object()
      .key("a\"\\\n\x01")
      .open_array()
      .integer(-1)
      .number(0.1f)
      .number(1.0 / 3)
      .null()
      .boolean(true);
  writer.close_array().key("b").string("é").key("c").open_object().close_object().close_object();
  EXPECT_EQ(writer.text(),
            "{\"a\\\"\\\\\\n\\u0001\":[-1,0.1,0.3333333333333333,null,true],\"b\":\"é\",\"c\":{}}");
  auto parsed = JsonDocument::parse(writer.text());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->root().at("a\"\\\n\x01").at(2).if_number(), 1.0 / 3);
}

}  // namespace
}  // namespace tare
