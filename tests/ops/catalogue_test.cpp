// What must hold for every op, by the tables this program was linked with.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "ir/facets.h"

namespace tare {
namespace {

TEST(Catalogue, EveryOpHasInferenceCostAndOneKernel) {
  std::set<const OpDef*> seen;
  std::set<std::string_view> names;
  for (const EvalFacet* facet : eval_table()) {
    ASSERT_NE(facet->op, nullptr);
    EXPECT_NE(facet->op->infer, nullptr) << facet->op->name;
    EXPECT_NE(facet->op->cost, nullptr) << facet->op->name;
    EXPECT_TRUE(seen.insert(facet->op).second) << facet->op->name << " has two kernels";
    EXPECT_TRUE(names.insert(facet->op->name).second) << facet->op->name << " names two ops";
  }
  EXPECT_GT(seen.size(), 50u);
}

TEST(Catalogue, EveryLoweringHasAKernelBehindIt) {
  for (const LowerFacet* facet : lower_table())
    EXPECT_NE(find_eval(facet->op), nullptr) << facet->op->name;
}

TEST(Catalogue, EveryWriterHasAKernelBehindIt) {
  for (const WriteTfliteFacet* facet : write_tflite_table())
    EXPECT_NE(find_eval(facet->op), nullptr) << facet->op->name;
}

TEST(Catalogue, EveryCodeAndNameIsReadOnce) {
  std::set<std::string> codes;
  for (const ReadTfliteFacet* facet : read_tflite_table()) {
    const std::string key = facet->custom ? facet->custom : std::to_string(facet->code);
    EXPECT_TRUE(codes.insert(key).second) << "TFLite operator " << key << " has two readers";
  }
  std::set<std::string_view> layers, ops;
  for (const ReadKerasFacet* facet : read_keras_table())
    EXPECT_TRUE(layers.insert(facet->class_name).second) << facet->class_name;
  for (const ReadTfFacet* facet : read_tf_table())
    EXPECT_TRUE(ops.insert(facet->op).second) << facet->op;
}

}  // namespace
}  // namespace tare
