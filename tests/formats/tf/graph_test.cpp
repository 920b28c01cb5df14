// GraphDefs: both encodings, references between nodes, and old control flow rewritten.
#include <gtest/gtest.h>

#include "formats/tf/frames.h"
#include "formats/tf/graph_index.h"

namespace tare {
namespace {

Result<TfGraphDef> from_json(std::string_view text, std::int64_t max_nodes = 100) {
  auto document = JsonDocument::parse(text);
  if (!document) return document.error();
  return decode_tf_graph(document->root(), max_nodes);
}

Result<TfGraphDef> from_bytes(std::string_view bytes, std::int64_t max_nodes = 100) {
  return decode_tf_graph(std::as_bytes(std::span(bytes.data(), bytes.size())), max_nodes);
}

// A node "x" of op "Relu" with input "y" and attribute T: DT_FLOAT.
constexpr std::string_view kRelu(
    "\x0a\x17\x0a\x01x\x12\x04Relu\x1a\x01y*\x09\x0a\x01T\x12\x04\x30\x01\x58\x00", 25);

TEST(TfGraph, ReadsProtobuf) {
  auto graph = from_bytes(kRelu);
  ASSERT_TRUE(graph.ok()) << graph.error().text();
  ASSERT_EQ(graph->nodes.size(), 1u);
  EXPECT_EQ(graph->nodes[0].name, "x");
  EXPECT_EQ(graph->nodes[0].op, "Relu");
  EXPECT_EQ(graph->nodes[0].inputs, std::vector<std::string>{"y"});
  ASSERT_NE(graph->nodes[0].find("T"), nullptr);
}

TEST(TfGraph, RefusesEveryCutOfAProtobuf) {
  for (std::size_t size = 1; size < kRelu.size(); ++size)
    EXPECT_FALSE(from_bytes(kRelu.substr(0, size)).ok()) << size;
}

TEST(TfGraph, CountsNodes) { EXPECT_EQ(from_bytes(kRelu, 0).error().code, Code::kBudgetExceeded); }

TEST(TfGraph, ReadsJsonAsWritersVary) {
  auto graph = from_json(R"({"node":[{"name":"c","op":"Const","attr":{
    "dtype":{"type":3},"text":{"s":"U0FNRQ=="},"bytes":{"s":[83,65]},"big":{"i":"-9223372036854775808"},
    "value":{"tensor":{"dtype":"DT_INT32","tensorShape":{"dim":[{"size":"2"},{}]}}}}}]})");
  ASSERT_TRUE(graph.ok()) << graph.error().text();
  const TfNodeDef& node = graph->nodes[0];
  EXPECT_EQ(node.find("dtype")->type.dtype(), DType::kInt32);
  EXPECT_EQ(node.find("text")->text, "SAME");
  EXPECT_EQ(node.find("bytes")->text, "SA");
  EXPECT_EQ(node.find("big")->integer, INT64_MIN);
  EXPECT_EQ(node.find("value")->tensor->shape.dims, (std::vector<std::int64_t>{2, 0}));
}

TEST(TfGraph, NamesWhatIsWrongInJson) {
  EXPECT_FALSE(from_json(R"({"node":[{"name":"c","op":"Const","attr":{"a":{"s":"***"}}}]})").ok());
  EXPECT_FALSE(
      from_json(R"({"node":[{"name":"c","op":"Const","attr":{"a":{"i":"9223372036854775808"}}}]})")
          .ok());
  EXPECT_FALSE(
      from_json(R"({"node":[{"name":"c","op":"Const","attr":{"a":{"type":"DT_NONE"}}}]})").ok());
  EXPECT_FALSE(from_json(R"({"node":[{"op":"Const"}]})").ok());
}

TEST(TfGraph, FindsTensors) {
  auto graph = from_json(
      R"({"node":[{"name":"a","op":"NoOp"},{"name":"b","op":"Identity","input":["a:1","^a"]}]})");
  ASSERT_TRUE(graph.ok());
  auto index = TfGraphIndex::of(graph->nodes, nullptr);
  ASSERT_TRUE(index.ok());
  EXPECT_EQ(index->inputs(1)[0].port, 1u);
  EXPECT_TRUE(index->inputs(1)[1].control);
  EXPECT_FALSE(index->find("a:x").ok());
  EXPECT_FALSE(index->find("a:").ok());
  EXPECT_FALSE(index->find("nobody").ok());
}

TEST(TfGraph, RefusesCircles) {
  auto graph = from_json(
      R"({"node":[{"name":"a","op":"Relu","input":["b"]},{"name":"b","op":"Relu","input":["^a"]}]})");
  ASSERT_TRUE(graph.ok());
  auto index = TfGraphIndex::of(graph->nodes, nullptr);
  ASSERT_TRUE(index.ok());
  EXPECT_FALSE(index->order_of_all().ok());
}

TEST(TfGraph, MakesALoopOfAFrame) {
  auto graph = from_json(R"({"node":[
    {"name":"zero","op":"Const"},
    {"name":"enter","op":"Enter","input":["zero"],"attr":{"frame_name":{"s":"Zg=="}}},
    {"name":"merge","op":"Merge","input":["enter","next"]},
    {"name":"less","op":"Less","input":["merge","merge"]},
    {"name":"cond","op":"LoopCond","input":["less"]},
    {"name":"switch","op":"Switch","input":["merge","cond"]},
    {"name":"step","op":"Neg","input":["switch:1"]},
    {"name":"next","op":"NextIteration","input":["step"]},
    {"name":"exit","op":"Exit","input":["switch"]}]})");
  ASSERT_TRUE(graph.ok()) << graph.error().text();
  ASSERT_TRUE(lower_frames(*graph).ok());
  EXPECT_EQ(graph->nodes.back().op, "While");
  EXPECT_EQ(graph->functions.size(), 2u);
  auto index = TfGraphIndex::of(graph->nodes, nullptr);
  ASSERT_TRUE(index.ok());
  EXPECT_TRUE(index->order_of_all().ok());
  EXPECT_EQ(graph->nodes[index->find("exit")->node].op, "Identity");
}

TEST(TfGraph, MakesABranchOfSwitchAndMerge) {
  auto graph = from_json(R"({"node":[
    {"name":"p","op":"Placeholder"},{"name":"x","op":"Placeholder"},
    {"name":"switch","op":"Switch","input":["x","p"]},
    {"name":"no","op":"Neg","input":["switch:0"]},{"name":"yes","op":"Abs","input":["switch:1"]},
    {"name":"merge","op":"Merge","input":["no","yes"]}]})");
  ASSERT_TRUE(graph.ok());
  ASSERT_TRUE(lower_frames(*graph).ok());
  EXPECT_EQ(graph->nodes[5].inputs[0], "if merge:0");
  const TfNodeDef& branch = graph->nodes.back();
  EXPECT_EQ(branch.op, "If");
  EXPECT_EQ(branch.inputs, (std::vector<std::string>{"p", "x"}));
  ASSERT_EQ(graph->functions.size(), 2u);
  for (const TfFunctionDef& f : graph->functions) {
    const bool then = f.name == branch.find("then_branch")->text;
    EXPECT_EQ(f.nodes[0].op, then ? "Abs" : "Neg");
  }
}

// Both results wait for the assignment, which must not be made twice.
TEST(TfGraph, MakesOneBranchOfResultsThatShareAnAssignment) {
  auto graph = from_json(R"({"node":[
    {"name":"p","op":"Placeholder"},{"name":"v","op":"VarHandleOp"},
    {"name":"switch","op":"Switch","input":["v","p"]},{"name":"one","op":"Const"},
    {"name":"assign","op":"AssignAddVariableOp","input":["switch:1","one"]},
    {"name":"read","op":"ReadVariableOp","input":["switch"]},
    {"name":"a","op":"Neg","input":["one","^assign"]},
    {"name":"b","op":"Abs","input":["one","^assign"]},
    {"name":"merge a","op":"Merge","input":["read","a"]},
    {"name":"merge b","op":"Merge","input":["read","b"]},
    {"name":"sum","op":"AddV2","input":["merge a","merge b"]}]})");
  ASSERT_TRUE(graph.ok());
  ASSERT_TRUE(lower_frames(*graph).ok());
  ASSERT_EQ(graph->functions.size(), 2u);
  const TfNodeDef& branch = graph->nodes.back();
  for (const TfFunctionDef& f : graph->functions) {
    EXPECT_EQ(f.outputs.size(), 4u);
    const auto assigns = std::count_if(f.nodes.begin(), f.nodes.end(), [](const TfNodeDef& n) {
      return n.op == "AssignAddVariableOp";
    });
    EXPECT_EQ(assigns, f.name == branch.find("then_branch")->text ? 1 : 0);
  }
}

// A small file must not grow into a large graph.
TEST(TfGraph, RefusesBranchesThatShareALongWay) {
  std::string nodes = R"({"name":"p","op":"Placeholder"},{"name":"n0","op":"Const"})";
  for (int i = 1; i < 1000; ++i)
    nodes += R"(,{"name":"n)" + std::to_string(i) + R"(","op":"Neg","input":["n)" +
             std::to_string(i - 1) + R"("]})";
  for (int i = 0; i < 1000; ++i) {
    const std::string k = std::to_string(i);
    nodes += R"(,{"name":"s)" + k + R"(","op":"Switch","input":["p","p"]},{"name":"a)" + k +
             R"(","op":"And","input":["s)" + k + R"(","n999"]},{"name":"m)" + k +
             R"(","op":"Merge","input":["a)" + k + R"(","s)" + k + R"(:1"]})";
  }
  auto graph = from_json("{\"node\":[" + nodes + "]}", 10000);
  ASSERT_TRUE(graph.ok()) << graph.error().text();
  const Status status = lower_frames(*graph);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, Code::kBudgetExceeded);
}

// A SavedModel of version 1 assigns its variables beside what it computes: that is no reason to
// look for order in branches that need none of it.
TEST(TfGraph, MakesManyBranchesBesideAssignments) {
  std::string nodes =
      R"({"name":"p","op":"Placeholder"},{"name":"m0","op":"Placeholder"},)"
      R"({"name":"v","op":"VariableV2"},{"name":"assign","op":"Assign","input":["v","m0"]})";
  for (int i = 1; i <= 3000; ++i) {
    const std::string k = std::to_string(i);
    nodes += R"(,{"name":"s)" + k + R"(","op":"Switch","input":["m)" + std::to_string(i - 1) +
             R"(","p"]},{"name":"a)" + k + R"(","op":"Neg","input":["s)" + k + R"("]},{"name":"m)" +
             k + R"(","op":"Merge","input":["a)" + k + R"(","s)" + k + R"(:1"]})";
  }
  auto graph = from_json("{\"node\":[" + nodes + "]}", 100000);
  ASSERT_TRUE(graph.ok()) << graph.error().text();
  const Status status = lower_frames(*graph);
  EXPECT_TRUE(status.ok()) << status.error().text();
  EXPECT_EQ(graph->functions.size(), 6000u);
}

}  // namespace
}  // namespace tare
