// A function of an int16 as TFLite's 513-entry table with linear interpolation between entries.
#pragma once

#include <array>
#include <cstdint>

namespace tare {

struct Int16TableScales {
  double input_scale;
  int input_zero_point;
  double output_scale;
  int output_zero_point;
};

class Int16Table {
 public:
  Int16Table(const Int16TableScales& scales, double (*function)(double));
  std::int16_t operator()(std::int16_t value) const {
    const auto i = static_cast<std::size_t>(256 + (value >> 7));
    const int slope = entries_[i + 1] - entries_[i];
    return static_cast<std::int16_t>(entries_[i] + ((slope * (value & 127) + 64) >> 7));
  }

 private:
  std::array<std::int16_t, 513> entries_;
};

}  // namespace tare
