// Functions of mathematics that the C library has none of, in double precision.
#pragma once

namespace tare {

double digamma(double x);
double erfinv(double y);
double ndtri(double p);  // inverse of the normal distribution's cumulative function
double bessel_i0e(double x);
double bessel_i1e(double x);

}  // namespace tare
