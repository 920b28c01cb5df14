// Entries are moved by half of the error that interpolation would have in the middle of their
// interval.
#include "ops/common/int16_table.h"

#include <algorithm>
#include <cmath>

namespace tare {
namespace {

template <class Real>
std::int16_t saturate(Real v) {
  return static_cast<std::int16_t>(std::isnan(v) ? Real{0}
                                                 : std::clamp(v, Real{-32768}, Real{32767}));
}

}  // namespace

template <class Real>
void Int16Table::fill(const Int16TableScales<Real>& s, Function<Real> function,
                      const void* context) {
  const auto from = [&](int v) {
    return s.input_scale * static_cast<Real>(v - s.input_zero_point);
  };
  const auto to = [&](int v) {
    return s.output_scale * static_cast<Real>(v - s.output_zero_point);
  };
  const Real input_min = from(-32768), input_max = from(32767);
  const Real step = (input_max - input_min) / 512;
  const Real scale = 65536 / (to(32767) - to(-32768));
  for (int i = 0; i < 512; ++i) {
    const Real x = input_min + static_cast<Real>(i) * step;
    const Real sample = std::round(function(x, context) * scale);
    const Real next = function(input_min + static_cast<Real>(i + 1) * step, context);
    const Real between = std::round((next * scale + sample) / 2);
    const Real middle = std::round(function(x + step / 2, context) * scale);
    entries_[static_cast<std::size_t>(i)] = saturate(sample - std::round((between - middle) / 2));
  }
  entries_[512] = saturate(std::round(function(input_max, context) * scale));
}

Int16Table::Int16Table(const Int16TableScales<double>& scales, Function<double> function,
                       const void* context) {
  fill(scales, function, context);
}
Int16Table::Int16Table(const Int16TableScales<float>& scales, Function<float> function,
                       const void* context) {
  fill(scales, function, context);
}

}  // namespace tare
