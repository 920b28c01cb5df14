// The angle of (x, y) in (-pi, pi], within 0.51 units in the last place. The C libraries' differ by
// one unit from each other; this one is the same everywhere, and the nearest number nearly always,
// as TensorFlow's is.
#pragma once

namespace tare {

double accurate_atan2(double y, double x);

}  // namespace tare
