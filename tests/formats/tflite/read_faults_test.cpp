// How the reader refuses broken files: each by the fault it has.
#include <gtest/gtest.h>

#include <algorithm>

#include "support/read_tflite.h"

namespace tare {
namespace {

using test::one_constant;
using test::raw;
using test::read;
using test::sparse_constant;
using test::tanh_plus_constant;
using test::TfliteFile;

struct Fault {
  const char* name;
  TfliteFile (*make)();
  const char* message;
};

template <class Break>
TfliteFile broken(Break change) {
  TfliteFile file = tanh_plus_constant();
  change(file);
  return file;
}

const Fault kFaults[] = {
    {"version", [] { return broken([](auto& f) { f.version = 2; }); }, "schema version 2"},
    {"no graphs", [] { return broken([](auto& f) { f.graphs.clear(); }); }, "no subgraph"},
    {"operator", [] { return broken([](auto& f) { f.op(0).code = 251; }); },
     "operator code 251 at 't'"},
    {"operator version", [] { return broken([](auto& f) { f.op(0).version = 99; }); },
     "TANH version 99"},
    {"custom",
     [] {
       return broken([](auto& f) {
         f.op(0).code = 32;
         f.op(0).custom = "FlexFoo";
       });
     },
     "SELECT_TF_OPS"},
    {"vendor",
     [] {
       return broken([](auto& f) {
         f.op(0).code = 32;
         f.op(0).custom = "MTKEXT_X";
       });
     },
     "accelerator"},
    {"input index", [] { return broken([](auto& f) { f.op(0).inputs = {9}; }); },
     "input tensor 9 does not exist"},
    {"output index", [] { return broken([](auto& f) { f.op(1).outputs = {-1}; }); },
     "output tensor -1 does not exist"},
    {"graph input", [] { return broken([](auto& f) { f.main().inputs = {7}; }); },
     "input of the graph: tensor 7"},
    {"input twice", [] { return broken([](auto& f) { f.main().inputs = {0, 0}; }); },
     "is an input twice"},
    {"buffer index", [] { return broken([](auto& f) { f.tensor(2).buffer = 50; }); },
     "buffer 50 does not exist"},
    {"order", [] { return broken([](auto& f) { std::swap(f.op(0), f.op(1)); }); },
     "nothing before it produces it"},
    {"two producers", [] { return broken([](auto& f) { f.op(1).outputs = {1}; }); },
     "already holds a value"},
    {"writes input", [] { return broken([](auto& f) { f.op(0).outputs = {0}; }); },
     "already holds a value"},
    {"writes constant", [] { return broken([](auto& f) { f.op(0).outputs = {2}; }); },
     "a constant or a variable"},
    {"element type",
     [] { return broken([](auto& f) { f.tensor(0).type = static_cast<tflite::TensorType>(77); }); },
     "element type 77"},
    {"negative extent", [] { return broken([](auto& f) { f.tensor(0).shape = {1, -3}; }); },
     "is negative"},
    {"rank", [] { return broken([](auto& f) { f.tensor(0).shape.assign(9, 1); }); }, "rank 9"},
    {"overflow", [] { return broken([](auto& f) { f.tensor(0).shape.assign(4, 65536); }); },
     "too large"},
    {"signature rank", [] { return broken([](auto& f) { f.tensor(0).signature = {-1}; }); },
     "differ in rank"},
    {"declared shape", [] { return broken([](auto& f) { f.tensor(3).shape = {1, 4}; }); },
     "is declared float32[1,4] but is float32[1,3]"},
    {"declared type",
     [] { return broken([](auto& f) { f.tensor(1).type = tflite::TensorType_INT32; }); },
     "is declared int32"},
    {"short constant", [] { return broken([](auto& f) { f.tensor(2).data.resize(11); }); },
     "needs 12 bytes, its buffer has 11"},
    {"claimed size", [] { return broken([](auto& f) { f.tensor(2).shape = {30000, 30000}; }); },
     "needs 3600000000 bytes"},
    {"signature graph", [] { return broken([](auto& f) { f.signatures = {{"s", 5, {}, {}}}; }); },
     "subgraph 5 does not exist"},
    {"signature tensor",
     [] { return broken([](auto& f) { f.signatures = {{"s", 0, {{"a", 2}}, {}}}; }); },
     "not an input or output"},
    {"variable with data", [] { return broken([](auto& f) { f.tensor(2).variable = true; }); },
     "variable with a first value"},
    {"scale",
     [] {
       return one_constant({.name = "c",
                            .type = tflite::TensorType_INT8,
                            .shape = {1},
                            .data = {1},
                            .scales = {-1},
                            .zero_points = {0}});
     },
     "must be positive"},
    {"zero point",
     [] {
       return one_constant({.name = "c",
                            .type = tflite::TensorType_INT8,
                            .shape = {1},
                            .data = {1},
                            .scales = {1},
                            .zero_points = {128}});
     },
     "int8 cannot hold"},
    {"zero point count",
     [] {
       return one_constant({.name = "c",
                            .type = tflite::TensorType_INT8,
                            .shape = {1},
                            .data = {1},
                            .scales = {1}});
     },
     "1 scales and 0 zero points"},
    {"channel count",
     [] {
       return one_constant({.name = "c",
                            .type = tflite::TensorType_INT8,
                            .shape = {3},
                            .data = {1, 2, 3},
                            .scales = {1, 1},
                            .zero_points = {0, 0}});
     },
     "2 scales for 3 channels"},
    {"channel axis",
     [] {
       return one_constant({.name = "c",
                            .type = tflite::TensorType_INT8,
                            .shape = {2},
                            .data = {1, 2},
                            .scales = {1, 1},
                            .zero_points = {0, 0},
                            .axis = 1});
     },
     "axis 1 of a tensor of rank 1"},
    {"strings",
     [] {
       return one_constant({.name = "c",
                            .type = tflite::TensorType_STRING,
                            .shape = {1},
                            .data = raw<std::int32_t>({1, 12, 13})});
     },
     "table of strings"},
    {"sparse index", [] { return sparse_constant({0, 1, 3}, {1, 0, 2}, std::vector<float>(12)); },
     "index 2 is out of range"},
    {"sparse rows", [] { return sparse_constant({0, 3}, {1, 0, 1}, std::vector<float>(12)); },
     "2 segments for 2 rows"},
    {"sparse order",
     [] { return sparse_constant({0, 2, 1, 3}, {1, 0, 1}, std::vector<float>(12)); },
     "4 segments for 2 rows"},
    {"sparse values", [] { return sparse_constant({0, 1, 3}, {1, 0, 1}, std::vector<float>(11)); },
     "fewer values"},
};

class ReadTfliteFault : public testing::TestWithParam<Fault> {};

TEST_P(ReadTfliteFault, IsRefusedByName) {
  auto module = read(GetParam().make());
  ASSERT_FALSE(module.ok());
  EXPECT_NE(module.error().text().find(GetParam().message), std::string::npos)
      << module.error().text();
}

INSTANTIATE_TEST_SUITE_P(All, ReadTfliteFault, testing::ValuesIn(kFaults), [](const auto& info) {
  std::string name = info.param.name;
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
});

TEST(ReadTflite, AllOperatorsThatCannotBeReadAreNamedAtOnce) {
  auto module = read(broken([](auto& f) {
    f.op(0).code = f.op(1).code = 32;
    f.op(0).custom = "First";
    f.op(1).custom = "Second";
  }));
  ASSERT_FALSE(module.ok());
  EXPECT_EQ(module.error().code, Code::kUnsupported);
  EXPECT_NE(module.error().message.find("First"), std::string::npos);
  EXPECT_NE(module.error().message.find("Second"), std::string::npos);
}

}  // namespace
}  // namespace tare
