// Decimal text to the nearest double.
#pragma once

namespace tare {

// What strtod makes of digits with an optional sign, fraction and exponent: rounded to nearest,
// ties to even; infinite beyond the range. `end` is behind the last character that belongs to the
// number. The C library's own reads every other notation too, in quadruple precision, and weighs
// five times as much.
double parse_decimal(const char* text, const char** end);

}  // namespace tare
