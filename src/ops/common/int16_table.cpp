// Entries are moved by half of the error that interpolation would have in the middle of their interval.
#include "ops/common/int16_table.h"

#include <algorithm>
#include <cmath>

namespace tare {
namespace {

std::int16_t saturate(double v) { return static_cast<std::int16_t>(std::clamp(v, -32768.0, 32767.0)); }

}  // namespace

Int16Table::Int16Table(const Int16TableScales& s, double (*function)(double)) {
  const double input_min = s.input_scale * (-32768 - s.input_zero_point);
  const double input_max = s.input_scale * (32767 - s.input_zero_point);
  const double step = (input_max - input_min) / 512;
  const double scale = 65536.0 / (s.output_scale * (32767 - s.output_zero_point) - s.output_scale * (-32768 - s.output_zero_point));
  for (int i = 0; i < 512; ++i) {
    const double x = input_min + i * step;
    const double sample = std::round(function(x) * scale);
    const double between = std::round((function(input_min + (i + 1) * step) * scale + sample) / 2);
    const double middle = std::round(function(x + step / 2) * scale);
    entries_[static_cast<std::size_t>(i)] = saturate(sample - std::round((between - middle) / 2));
  }
  entries_[512] = saturate(std::round(function(input_max) * scale));
}

}  // namespace tare
