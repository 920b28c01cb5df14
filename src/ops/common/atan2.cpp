// atan(n / d) = atan(c) + atan((n - c d) / (d + c n)) with c = k / 16 nearest to n / d, so that the
// second argument is at most 1/32 and all but its first term may be rounded. Sums of two doubles
// carry the rest (Dekker 1971).
#include "ops/common/atan2.h"

#include <cmath>
#include <utility>

namespace tare {
namespace {

// An unevaluated sum; low is at most half a unit in the last place of high.
struct Pair {
  double high;
  double low;
};

Pair sum(double a, double b) {
  const double s = a + b;
  const double v = s - a;
  return {s, (a - (s - v)) + (b - v)};
}

Pair sum(Pair a, Pair b) {
  const Pair s = sum(a.high, b.high);
  return sum(s.high, s.low + (a.low + b.low));
}

Pair halves(double a) {
  const double scaled = 0x1.0000002p27 * a;
  const double high = scaled - (scaled - a);
  return {high, a - high};
}

Pair product(double a, double b) {
  const Pair x = halves(a);
  const Pair y = halves(b);
  const double p = a * b;
  return {p, ((x.high * y.high - p) + x.high * y.low + x.low * y.high) + x.low * y.low};
}

constexpr Pair kAtanOfSixteenths[] = {
    {0.0, 0.0},
    {0x1.ff55bb72cfdeap-5, -0x1.c934d86d23f1dp-60},
    {0x1.fd5ba9aac2f6ep-4, -0x1.cd37686760c17p-59},
    {0x1.7b97b4bce5b02p-3, 0x1.347b0b4f881cap-58},
    {0x1.f5b75f92c80ddp-3, 0x1.8ab6e3cf7afbdp-57},
    {0x1.362773707ebccp-2, -0x1.963a544b672d8p-57},
    {0x1.6f61941e4def1p-2, -0x1.c63aae6f6e918p-56},
    {0x1.a64eec3cc23fdp-2, -0x1.24dec1b50b7ffp-56},
    {0x1.dac670561bb4fp-2, 0x1.a2b7f222f65e2p-56},
    {0x1.0657e94db30d0p-1, -0x1.d5b495f6349e6p-56},
    {0x1.1e00babdefeb4p-1, -0x1.928df287a668fp-58},
    {0x1.345f01cce37bbp-1, 0x1.1021137c71102p-55},
    {0x1.4978fa3269ee1p-1, 0x1.2419a87f2a458p-56},
    {0x1.5d58987169b18p-1, 0x1.0028e4bc5e7cap-57},
    {0x1.700a7c5784634p-1, -0x1.8c34d25aadef6p-56},
    {0x1.819d0b7158a4dp-1, -0x1.bf76229d3b917p-56},
    {0x1.921fb54442d18p-1, 0x1.1a62633145c07p-55},
};
constexpr Pair kHalfPi = {0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54};
constexpr Pair kPi = {0x1.921fb54442d18p+1, 0x1.1a62633145c07p-53};

// atan(n / d) for 0 <= n <= d, neither near the ends of double's range.
Pair first_octant(double n, double d) {
  const double k = std::floor(n / d * 16 + 0.5);
  const double c = k / 16;
  const Pair top = sum({n, 0}, product(-c, d));
  const Pair bottom = sum({d, 0}, product(c, n));
  const double t = top.high / bottom.high;
  const Pair taken = product(t, bottom.high);
  const double rest =
      ((top.high - taken.high) - taken.low + top.low - t * bottom.low) / bottom.high;
  const double z = t * t;
  const double series = z * (-1.0 / 3 + z * (1.0 / 5 + z * (-1.0 / 7 + z * (1.0 / 9 - z / 11))));
  return sum(kAtanOfSixteenths[static_cast<int>(k)], sum(t, rest + t * series));
}

}  // namespace

double accurate_atan2(double y, double x) {
  double n = std::fabs(y);
  double d = std::fabs(x);
  const bool steep = n > d;
  if (steep) std::swap(n, d);
  // Zeros, infinities, NaN and quotients so small that one term is exact: the C library is right
  // about them.
  if (!(n > 0 && d <= 0x1p1023 && n >= d * 0x1p-60)) return std::atan2(y, x);
  int exponent = 0;
  d = std::frexp(d, &exponent);
  Pair angle = first_octant(std::ldexp(n, -exponent), d);
  if (steep) angle = sum(kHalfPi, {-angle.high, -angle.low});
  if (x < 0) angle = sum(kPi, {-angle.high, -angle.low});
  return std::copysign(angle.high + angle.low, y);
}

}  // namespace tare
