// Logistic and tanh of many floats, four at a time: gates of recurrent layers have as many of them
// as products, and one call of the C library each would cost more than the products do. Within 2
// units in the last place.
#pragma once

#include <cstdint>

namespace tare {

// In place.
void apply_logistic(float* values, std::int64_t count);
void apply_tanh(float* values, std::int64_t count);

}  // namespace tare
