// Float rows quantised to 8 bits at run time, as TFLite's hybrid kernels do. Kept as int16 less
// their zero point: what integer products take.
#pragma once

#include <cstdint>

namespace tare {

// Returns the scale. Symmetric: -127..127 around 0. Asymmetric: -128..127 with a zero point, 0
// being exact.
float quantize_symmetric(const float* values, std::int64_t count, std::int16_t* out);
float quantize_asymmetric(const float* values, std::int64_t count, std::int16_t* out);

}  // namespace tare
