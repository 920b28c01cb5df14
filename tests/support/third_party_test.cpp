// The third-party parts are there, link and run: a build whose XNNPACK has no kernels for this
// machine, or whose FlatBuffers headers are of another version than flatc, fails here and not in
// the middle of a model.
#include <flatbuffers/flatbuffers.h>
#include <gtest/gtest.h>
#include <xnnpack.h>

#include <array>
#include <nlohmann/json.hpp>

namespace tare {
namespace {

TEST(ThirdParty, XnnpackAddsTwoVectors) {
  ASSERT_EQ(xnn_initialize(nullptr), xnn_status_success);
  xnn_subgraph_t subgraph = nullptr;
  ASSERT_EQ(xnn_create_subgraph(3, 0, &subgraph), xnn_status_success);
  const std::array<size_t, 1> dims = {3};
  std::array<uint32_t, 3> ids{};
  for (uint32_t i = 0; i < 3; ++i) {
    const uint32_t flag = i < 2 ? XNN_VALUE_FLAG_EXTERNAL_INPUT : XNN_VALUE_FLAG_EXTERNAL_OUTPUT;
    ASSERT_EQ(xnn_define_tensor_value(subgraph, xnn_datatype_fp32, dims.size(), dims.data(),
                                      nullptr, i, flag, &ids[i]),
              xnn_status_success);
  }
  ASSERT_EQ(xnn_define_binary(subgraph, xnn_binary_add, nullptr, ids[0], ids[1], ids[2], 0),
            xnn_status_success);
  xnn_runtime_t runtime = nullptr;
  ASSERT_EQ(xnn_create_runtime(subgraph, &runtime), xnn_status_success);
  std::array<float, 16> a = {1, 2, 3}, b = {10, 20, 30}, sum{};
  const std::array<xnn_external_value, 3> values = {
      {{ids[0], a.data()}, {ids[1], b.data()}, {ids[2], sum.data()}}};
  ASSERT_EQ(xnn_setup_runtime(runtime, values.size(), values.data()), xnn_status_success);
  ASSERT_EQ(xnn_invoke_runtime(runtime), xnn_status_success);
  EXPECT_EQ(sum[0], 11);
  EXPECT_EQ(sum[2], 33);
  EXPECT_EQ(sum[3], 0);
  xnn_delete_runtime(runtime);
  xnn_delete_subgraph(subgraph);
}

TEST(ThirdParty, FlatBuffersIsThePinnedVersion) {
  EXPECT_EQ(FLATBUFFERS_VERSION_MAJOR, 23);
  EXPECT_EQ(FLATBUFFERS_VERSION_MINOR, 5);
  EXPECT_EQ(FLATBUFFERS_VERSION_REVISION, 26);
}

TEST(ThirdParty, JsonParsesWithoutExceptions) {
  EXPECT_TRUE(nlohmann::json::parse("{\"a\":[1,2]}", nullptr, false).contains("a"));
  EXPECT_TRUE(nlohmann::json::parse("{\"a\":", nullptr, false).is_discarded());
}

}  // namespace
}  // namespace tare
