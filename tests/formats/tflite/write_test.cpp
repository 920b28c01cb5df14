// What is written is read again: types, quantisation, constants of every storage form, names and
// entries.
#include "formats/tflite/write.h"

#include <gtest/gtest.h>

#include "formats/open.h"
#include "ir/graph_builder.h"
#include "ir/strings.h"
#include "ops/reshape.h"
#include "ops/unary/unary.h"

namespace tare {
namespace {

template <class T>
Buffer bytes_of(std::vector<T> values) {
  return Buffer::copy_of(std::as_bytes(std::span(values)));
}

Result<Module> write_and_read(const Module& module) {
  auto file = write_tflite(module);
  if (!file) return file.error();
  ModelBundle bundle;
  bundle.add("model.tflite", file.take());
  return read_model(bundle, {});
}

std::shared_ptr<const Quantization> quantization(Quantization q) {
  return std::make_shared<Quantization>(std::move(q));
}

Module with_graphs(std::size_t count) {
  Module module;
  module.graphs.resize(count);
  for (std::size_t i = 0; i < count; ++i) module.graphs[i].name = "graph" + std::to_string(i);
  return module;
}

void enter(Module& module, std::string name, GraphId graph, std::vector<std::string> in,
           std::vector<std::string> out) {
  module.entries.push_back({std::move(name), graph, std::move(in), std::move(out)});
}

// A graph whose outputs are the constants to be kept.
Module constants(std::vector<std::pair<TensorType, Buffer>> list) {
  Module module = with_graphs(1);
  GraphBuilder b(module, static_cast<GraphId>(0));
  std::vector<std::string> names;
  for (auto& [type, bytes] : list) {
    names.push_back("constant" + std::to_string(names.size()));
    b.output(b.constant(names.back(), type, bytes));
  }
  enter(module, "graph0", static_cast<GraphId>(0), {}, names);
  return module;
}

TEST(WriteTflite, KeepsConstantsOfEveryForm) {
  TensorType int4 = tensor_type(DType::kInt4, {1, 5});
  int4.quantization = quantization({.scales = {0.5f}, .zero_points = {0}});
  TensorType blocks = tensor_type(DType::kInt4, {2, 4});
  blocks.quantization = quantization({.scales = {0.5f, 0.25f, 1.0f, 0.1f},
                                      .zero_points = {0, 1, 0, -2},
                                      .axis = 1,
                                      .block_size = 2});
  TensorType channels = tensor_type(DType::kInt8, {2, 3});
  channels.quantization =
      quantization({.scales = {0.1f, 0.2f, 0.3f}, .zero_points = {0, 0, 0}, .axis = 1});
  const Module module = constants({
      {int4, bytes_of<std::int8_t>({-8, 7, -1, 0, 3})},
      {blocks, bytes_of<std::int8_t>({1, -2, 3, -4, 5, -6, 7, -8})},
      {channels, bytes_of<std::int8_t>({1, 2, 3, 4, 5, 6})},
      {tensor_type(DType::kFloat32, {2}), bytes_of<float>({1.5f, -2.0f})},
      {tensor_type(DType::kInt64, {}), bytes_of<std::int64_t>({-5})},
      {tensor_type(DType::kBool, {3}), bytes_of<std::uint8_t>({1, 0, 1})},
      {tensor_type(DType::kString, {2}), pack_strings(std::vector<std::string>{"ab", ""})},
      {tensor_type(DType::kString, {2}), Buffer()},
      {tensor_type(DType::kFloat32, {0, 3}), Buffer::allocate(0)},
      {tensor_type(DType::kComplex64, {1}), bytes_of<float>({1, 2})},
  });
  auto read = write_and_read(module);
  ASSERT_TRUE(read.ok()) << read.error().text();
  const Graph& before = module.graphs[0];
  const Graph& after = read->graphs[0];
  ASSERT_EQ(after.outputs.size(), before.outputs.size());
  for (std::size_t i = 0; i < before.outputs.size(); ++i) {
    const Value& a = before.value(before.outputs[i]);
    const Value& b = after.value(after.outputs[i]);
    EXPECT_EQ(a.name, b.name);
    EXPECT_EQ(a.type.dtype, b.type.dtype) << i;
    EXPECT_EQ(a.type.shape, b.type.shape) << i;
    ASSERT_EQ(a.type.quantized(), b.type.quantized()) << i;
    if (a.type.quantized()) EXPECT_EQ(*a.type.quantization, *b.type.quantization) << i;
    if (a.type.dtype == DType::kString) {
      for (std::int64_t k = 0; k < 2; ++k)
        EXPECT_EQ(string_at(a.constant.bytes(), k), string_at(b.constant.bytes(), k));
    } else {
      EXPECT_TRUE(std::ranges::equal(a.constant.bytes(), b.constant.bytes())) << i;
    }
  }
}

TEST(WriteTflite, SharesBuffersOfEqualConstants) {
  const TensorType type = tensor_type(DType::kFloat32, {1000});
  const std::vector<float> ones(1000, 1.0f);
  const auto one = write_tflite(constants({{type, bytes_of(ones)}}));
  const auto three = write_tflite(
      constants({{type, bytes_of(ones)}, {type, bytes_of(ones)}, {type, bytes_of(ones)}}));
  ASSERT_TRUE(one.ok() && three.ok());
  EXPECT_LT(three->size(), one->size() + 1000);
}

TEST(WriteTflite, KeepsUnknownExtentsAndTheirNames) {
  Module module = with_graphs(1);
  GraphBuilder b(module, static_cast<GraphId>(0));
  const Dim batch = b.new_unknown();
  const ValueId x = b.input("x", tensor_type(DType::kFloat32, {batch, 4}));
  const ValueId y = b.input("y", tensor_type(DType::kFloat32, {batch, b.new_unknown()}));
  b.output(b.emit(Unary{.kind = UnaryKind::kTanh}, {x}));
  b.output(b.emit(Unary{.kind = UnaryKind::kLogistic}, {y}));
  ASSERT_TRUE(b.ok()) << b.error().text();
  enter(module, "graph0", static_cast<GraphId>(0), {"x", "y"}, {"a", "b"});
  auto read = write_and_read(module);
  ASSERT_TRUE(read.ok()) << read.error().text();
  const Graph& graph = read->graphs[0];
  const Shape& first = graph.value(graph.inputs[0]).type.shape;
  const Shape& second = graph.value(graph.inputs[1]).type.shape;
  EXPECT_FALSE(is_known(first[0]));
  EXPECT_EQ(first[0], second[0]);
  EXPECT_NE(second[0], second[1]);
  EXPECT_EQ(first[1], 4);
  EXPECT_EQ(graph.value(graph.outputs[0]).type.shape, first);
  EXPECT_EQ(read->entries[0].output_names, (std::vector<std::string>{"a", "b"}));
}

TEST(WriteTflite, PutsTheDefaultEntryFirst) {
  Module module = with_graphs(2);
  for (int i = 0; i < 2; ++i) {
    GraphBuilder b(module, static_cast<GraphId>(i));
    const ValueId x = b.input("x", tensor_type(DType::kFloat32, {i + 1}));
    b.output(b.emit(Unary{.kind = UnaryKind::kTanh}, {x}));
  }
  enter(module, "second", static_cast<GraphId>(1), {"in"}, {"out"});
  enter(module, "first", static_cast<GraphId>(0), {"in"}, {"out"});
  auto read = write_and_read(module);
  ASSERT_TRUE(read.ok()) << read.error().text();
  ASSERT_EQ(read->entries.size(), 2u);
  EXPECT_EQ(read->entries[0].name, "second");
  EXPECT_EQ(read->graph(read->entries[0].graph).name, "graph1");
  EXPECT_EQ(read->entries[1].name, "first");
}

TEST(WriteTflite, NamesEveryNodeThatHasNoForm) {
  struct Strange {
    static void infer(const Strange&, InferContext& c) { c.output(0, c.type(0)); }
  };
  static constexpr OpDef kStrange = define_op<Strange, Strange::infer>("strange");
  Module module = with_graphs(1);
  GraphBuilder b(module, static_cast<GraphId>(0));
  const ValueId x = b.input("x", tensor_type(DType::kFloat32, {1}));
  b.set_scope("one");
  const ValueId y = b.add(&kStrange, std::make_shared<Strange>(), {x}, 1)[0];
  b.set_scope("two");
  b.output(b.add(&kStrange, std::make_shared<Strange>(), {y}, 1)[0]);
  const auto file = write_tflite(module);
  ASSERT_FALSE(file.ok());
  EXPECT_NE(file.error().message.find("node 'one' (strange)"), std::string::npos)
      << file.error().message;
  EXPECT_NE(file.error().message.find("'two"), std::string::npos) << file.error().message;
}

}  // namespace
}  // namespace tare
