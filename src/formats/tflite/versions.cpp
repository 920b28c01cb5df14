// The newest version that TensorFlow 2.21 registers a kernel for, by operator code; found by asking
// its interpreter to load a one-operator model of each version.
#include "formats/tflite/versions.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace tare::tflite_format {
namespace {

constexpr std::array<std::uint8_t, 210> kNewest{{
    5, 3, 5, 8, 7, 2, 7, 5, 1, 14, 1, 2, 1, 1, 3,
    1, 4, 3, 7, 3, 1, 3, 1, 4, 3,  3, 2, 4, 3, 1,  // from 0
    1, 1, 1, 1, 5, 3, 7, 4, 4, 7,  3, 5, 2, 2, 4,
    8, 3, 2, 3, 4, 2, 1, 3, 8, 1,  4, 3, 4, 3, 1,  // from 30
    5, 2, 3, 2, 4, 7, 1, 5, 3, 3,  1, 5, 4, 2, 2,
    2, 3, 1, 1, 3, 2, 2, 3, 4, 1,  1, 1, 1, 4, 3,  // from 60
    3, 1, 1, 1, 4, 2, 2, 4, 2, 2,  3, 5, 2, 1, 1,
    3, 1, 5, 1, 2, 1, 1, 1, 1, 4,  1, 1, 1, 1, 1,  // from 90
    1, 1, 1, 2, 1, 1, 4, 1, 1, 1,  3, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1,  1, 1, 1, 1, 1,  // from 120
    2, 5, 1, 1, 1, 1, 1, 1, 2, 1,  1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1,  1, 1, 1, 1, 1,  // from 150
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1,  1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1,  1, 1, 1, 1, 1,  // from 180
}};

}  // namespace

int newest_version(int code) {
  const auto i = static_cast<std::size_t>(code);
  return i < kNewest.size() ? kNewest[i] : 1;
}

}  // namespace tare::tflite_format
