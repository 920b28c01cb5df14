// Both interpolate in one table of the logistic function, 24 entries to the unit.
#include "ops/common/logistic_16.h"

#include <algorithm>
#include <cmath>

namespace tare {
namespace {

using I32 = std::int32_t;

// Where a bit is set TFLite's table is one above the function rounded.
constexpr std::uint64_t kOneAbove[] = {0xc0467baefa7bd110, 0x11009020440005, 0x80, 0x0};

class Logistic16 {
 public:
  Logistic16() {
    for (int i = 0; i < 256; ++i) {
      const double v = std::round(65536.0 / (1.0 + std::exp(-i / 24.0)));
      const auto above = static_cast<I32>(kOneAbove[i / 64] >> (i % 64) & 1);
      table_[i] = std::min(static_cast<I32>(v) + above, 65535);
    }
  }
  // Of a magnitude whose low `bits` bits are the fraction, with as many more bits; `largest` past
  // the table.
  I32 operator()(std::uint32_t magnitude, int bits, I32 largest) const {
    const std::uint32_t i = magnitude >> bits;
    if (i >= 255) return largest;
    const auto fraction = static_cast<I32>(magnitude & ((1u << bits) - 1));
    return (table_[i] << bits) + fraction * (table_[i + 1] - table_[i]);
  }

 private:
  I32 table_[256];
};

struct InputScale {
  I32 multiplier;
  int shift;

  // To 12 fraction bits and threefold; powers of two are exact.
  InputScale(float scale, bool is_tanh) {
    const double bits = std::log2(static_cast<double>(scale));
    const double rounded = std::round(bits);
    const int headroom = 12 + static_cast<int>(std::clamp(rounded, -100.0, 100.0));
    if (std::fabs(bits - rounded) < 1e-3 && (headroom == 0 || (is_tanh && headroom == 1))) {
      multiplier = 3 << headroom;
      shift = 0;
      return;
    }
    double m = static_cast<double>(scale) * 4096.0 * 3.0;
    for (shift = 0; m <= 32767.0 / 2.0 && shift <= 30; ++shift) m *= 2.0;
    multiplier = static_cast<I32>(std::min(m, 2147483647.0));
  }
  I32 operator()(I32 v) const {
    const std::int64_t rounding = shift > 0 ? std::int64_t{1} << (shift - 1) : 0;
    return static_cast<I32>(std::clamp<std::int64_t>(
        (static_cast<std::int64_t>(v) * multiplier + rounding) >> shift, -INT32_MAX, INT32_MAX));
  }
};

void evaluate(bool is_tanh, EvalContext& c) {
  const InputScale scale(c.input(0).scale(), is_tanh);
  const Logistic16 logistic;
  const auto value = [&](I32 v) {
    const I32 x = scale(v);
    const auto magnitude = static_cast<std::uint32_t>(std::abs(x));
    if (is_tanh) {
      const I32 r = logistic(magnitude, 8, 0xFFFF << 8);
      return (x >= 0 ? r - (1 << 23) + (1 << 7) : -r + (1 << 23) + (1 << 7) - 1) >> 8;
    }
    const I32 r = logistic(magnitude, 9, 0x7FFF << 10);
    return (x >= 0 ? r + (1 << 9) : (1 << 25) - r + (1 << 9) - 1) >> 10;
  };
  const Tensor& in = c.input(0);
  const std::int64_t count = in.elements();
  const std::int16_t* from = in.as<std::int16_t>().data();
  std::int16_t* to = c.output(0).as<std::int16_t>().data();
  for (std::int64_t i = 0; i < count; ++i) to[i] = static_cast<std::int16_t>(value(from[i]));
}

}  // namespace

void eval_logistic_16(EvalContext& c) { evaluate(false, c); }
void eval_tanh_16(EvalContext& c) { evaluate(true, c); }

}  // namespace tare
