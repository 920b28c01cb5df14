// The session behind the package's predict, run natively: once a shape is prepared, a run of it
// allocates nothing, whatever the border converts.
#include "wasm/session.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cli/open_model.h"
#include "support/allocations.h"
#include "support/source_path.h"

namespace tare {
namespace {

std::unique_ptr<Session> open_session(const std::string& path) {
  auto session = std::make_unique<Session>();
  const auto file = cli::model_file(test::source_path(path));
  EXPECT_TRUE(file.ok()) << path;
  auto bundle = cli::read_bundle(file.ok() ? *file : path, session->options.budgets.bytes);
  EXPECT_TRUE(bundle.ok()) << path;
  if (!bundle.ok()) return nullptr;
  for (const auto& [name, bytes] : bundle->files()) {
    std::memcpy(session->add_file(name, bytes.size()), bytes.data(), bytes.size());
  }
  EXPECT_TRUE(session->load()) << path << ": " << session->error().text();
  return session;
}

// Allocations of 100 runs after the first two of a shape.
std::int64_t allocations_of_runs(Session& session, std::span<const std::int32_t> shapes) {
  EXPECT_TRUE(session.prepare(0, shapes)) << session.error().text();
  EXPECT_NE(session.run(), Outcome::kFailed) << session.error().text();
  EXPECT_EQ(session.run(), Outcome::kDone);
  const std::int64_t before = test::allocations_so_far();
  for (int i = 0; i < 100; ++i) {
    if (session.run() != Outcome::kDone) return -1;
  }
  return test::allocations_so_far() - before;
}

TEST(Session, ARunOfAPreparedShapeAllocatesNothing) {
  if (!test::allocations_are_counted()) GTEST_SKIP() << test::kWhyNotCounted;
  for (const char* model :
       {"models/fruit/tfjs", "models/fruit/fruit.tflite", "models/fruit/fruit_dynamic_range.tflite",
        "models/fruit/saved_model"}) {
    const auto session = open_session(model);
    ASSERT_NE(session, nullptr);
    const std::int32_t one[] = {2, 1, 3};
    const std::int32_t many[] = {2, 50, 3};
    EXPECT_EQ(allocations_of_runs(*session, one), 0) << model;
    EXPECT_EQ(allocations_of_runs(*session, many), 0) << model;
  }
}

TEST(Session, QuantisedBordersAreConvertedWithoutAllocation) {
  if (!test::allocations_are_counted()) GTEST_SKIP() << test::kWhyNotCounted;
  for (const char* net : {"small_cnn_int8", "small_cnn"}) {
    const auto session =
        open_session(std::string("tests/conformance/tflite/nets/") + net + "/model.tflite");
    ASSERT_NE(session, nullptr);
    const Shape& shape = session->model()->signatures()[0].inputs[0].type.shape;
    std::vector<std::int32_t> words{shape.rank()};
    for (const Dim d : shape) words.push_back(static_cast<std::int32_t>(is_known(d) ? d : 1));
    EXPECT_EQ(allocations_of_runs(*session, words), 0) << net;
  }
}

TEST(Allocations, AreCounted) {
  if (!test::allocations_are_counted()) GTEST_SKIP() << test::kWhyNotCounted;
  const std::int64_t before = test::allocations_so_far();
  void* const block = std::malloc(1);
  EXPECT_NE(block, nullptr);
  std::free(block);
  EXPECT_EQ(test::allocations_so_far() - before, 1);
}

}  // namespace
}  // namespace tare
