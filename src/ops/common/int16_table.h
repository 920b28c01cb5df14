// A function of an int16 as TFLite's 513-entry table with linear interpolation between entries.
// Entries are computed in Real, double or float, as each kernel's are.
#pragma once

#include <array>
#include <cstdint>

namespace tare {

template <class Real>
struct Int16TableScales {
  Real input_scale;
  int input_zero_point;
  Real output_scale;
  int output_zero_point;
};

class Int16Table {
 public:
  // function(x, context)
  template <class Real>
  using Function = Real (*)(Real x, const void* context);

  Int16Table(const Int16TableScales<double>& scales, Function<double> function,
             const void* context = nullptr);
  Int16Table(const Int16TableScales<float>& scales, Function<float> function,
             const void* context = nullptr);
  std::int16_t operator()(std::int16_t value) const {
    const auto i = static_cast<std::size_t>(256 + (value >> 7));
    const int slope = entries_[i + 1] - entries_[i];
    return static_cast<std::int16_t>(entries_[i] + ((slope * (value & 127) + 64) >> 7));
  }

 private:
  template <class Real>
  void fill(const Int16TableScales<Real>& s, Function<Real> function, const void* context);

  std::array<std::int16_t, 513> entries_;
};

}  // namespace tare
