// Nearest numbers by mpmath at 160 bits: arguments of which glibc's atan2 misses the nearest, and
// ends of the range.
#include "ops/common/atan2.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace tare::test {
namespace {

TEST(Atan2, IsTheNearestNumber) {
  constexpr struct {
    double y, x, angle;
  } kCases[] = {
      {0x1.06d6e03fca7fbp+1, 0x1.06d6e05bbc2dp+1, 0x1.921fb5290b49bp-1},
      {-0x1.bbce413528e3ep-2, 0x1.5f97f71dc079ep+1, -0x1.407fa3b3d5259p-3},
      {-0x1.3c642p-3, 0x1.4b28c8p-1, -0x1.e02bbb74e6aa1p-3},
      {0x1.e8a668p+0, 0x1.714a6cp+0, 0x1.d8e68a854a2c5p-1},
      {0x1.e14a56p-1, 0x1.c9b876p+1, 0x1.073a2257287cep-2},
      {0x1.013af845f61b4p+0, 0x1.013af7dc7ead7p+0, 0x1.921fb5ad391b8p-1},
      {-0x1.411dfep+0, -0x1.8db07cp-2, -0x1.defd1dba67cbap+0},
      {0x1.7679f62b8ee14p+0, 0x1.e218a7ecf77cdp+1, 0x1.7b57cdc022d0cp-2},
      {0x1.0000000000000p+0, 0x1.7e43c8800759cp+996, 0x1.56e1fc2f8f359p-997},
      {0x1.56e1fc2f8f359p-997, -0x1.56e1fc2f8f359p-997, 0x1.2d97c7f3321d2p+1},
      {0x0.03739a252b281p-1022, 0x0.0000000002788p-1022, 0x1.921fb5438b919p+0},
      {-0x1.1ccf385ebc8a0p+1023, 0x1.e42d130773b76p+1023, -0x1.103e230ebecf3p-1},
      {0x1.0000000000000p+1, -0x1.0000000000000p-40, 0x1.921fb54443518p+0},
  };
  for (const auto& c : kCases) EXPECT_EQ(accurate_atan2(c.y, c.x), c.angle) << c.y << ", " << c.x;
}

TEST(Atan2, HasTheSignsAndEndsOfIeee754) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(std::signbit(accurate_atan2(-0.0, 1)));
  EXPECT_EQ(accurate_atan2(-0.0, -0.0), -0x1.921fb54442d18p+1);
  EXPECT_EQ(accurate_atan2(kInfinity, -kInfinity), 0x1.2d97c7f3321d2p+1);
  EXPECT_EQ(accurate_atan2(-3, 0), -0x1.921fb54442d18p+0);
  EXPECT_TRUE(std::isnan(accurate_atan2(std::nan(""), 1)));
}

}  // namespace
}  // namespace tare::test
