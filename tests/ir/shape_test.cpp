// Shapes: products that overflow, unknown extents, compatibility.
#include "ir/shape.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

TEST(Shape, CountsElements) {
  EXPECT_EQ(Shape().checked_elements(), 1);
  EXPECT_EQ((Shape{2, 3, 4}).checked_elements(), 24);
  EXPECT_EQ((Shape{2, 0, 4}).checked_elements(), 0);
}

TEST(Shape, RefusesToCountWhatOverflows) {
  const Dim big = Dim{1} << 40;
  EXPECT_FALSE((Shape{big, big}).checked_elements().has_value());
  EXPECT_FALSE((Shape{big, big, 0}).checked_elements().has_value())
      << "a zero must not hide the overflow";
}

TEST(Shape, UnknownExtentsHaveNoCount) {
  EXPECT_FALSE((Shape{kUnknownDim, 3}).checked_elements().has_value());
  EXPECT_FALSE(Shape::unknown().checked_elements().has_value());
}

TEST(Shape, InsertsAndErases) {
  Shape shape{2, 3};
  shape.insert(1, 7);
  EXPECT_EQ(shape, (Shape{2, 7, 3}));
  shape.erase(0);
  EXPECT_EQ(shape, (Shape{7, 3}));
}

TEST(Shape, IsCompatibleWhereUnknown) {
  EXPECT_TRUE(compatible({kUnknownDim, 3}, {5, 3}));
  EXPECT_FALSE(compatible({kUnknownDim, 3}, {5, 4}));
  EXPECT_FALSE(compatible({3}, {3, 1}));
  EXPECT_TRUE(compatible(Shape::unknown(), {3, 1}));
}

TEST(Shape, SaysItself) { EXPECT_EQ((Shape{-2, 3}).text(), "[?,3]"); }

}  // namespace
}  // namespace tare
