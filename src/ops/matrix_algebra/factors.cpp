// Textbook factorisations in double: the matrices are small, and float32 results are rounded once.
#include "ops/matrix_algebra/factors.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tare {

void make_unit(const Matrix& e) {
  std::fill_n(e.v, e.size(), 0.0);
  for (std::size_t i = 0; i < std::min(e.rows, e.columns); ++i) e[i][i] = 1;
}

double eliminate(const Matrix& a, const Matrix* b) {
  double sign = 1;
  for (std::size_t k = 0; k < a.rows; ++k) {
    std::size_t pivot = k;
    for (std::size_t r = k + 1; r < a.rows; ++r) {
      if (std::abs(a[r][k]) > std::abs(a[pivot][k])) pivot = r;
    }
    if (pivot != k) {
      std::swap_ranges(a[k], a[k] + a.columns, a[pivot]);
      if (b) std::swap_ranges((*b)[k], (*b)[k] + b->columns, (*b)[pivot]);
      sign = -sign;
    }
    if (a[k][k] == 0) continue;
    for (std::size_t r = k + 1; r < a.rows; ++r) {
      const double factor = a[r][k] / a[k][k];
      if (factor == 0) continue;
      for (std::size_t i = k; i < a.columns; ++i) a[r][i] -= factor * a[k][i];
      for (std::size_t i = 0; b && i < b->columns; ++i) (*b)[r][i] -= factor * (*b)[k][i];
    }
  }
  return sign;
}

bool substitute(const Matrix& a, const Matrix& b, bool lower) {
  for (std::size_t step = 0; step < a.rows; ++step) {
    const std::size_t r = lower ? step : a.rows - 1 - step;
    if (a[r][r] == 0) return false;
    const std::size_t from = lower ? 0 : r + 1, to = lower ? r : a.rows;
    for (std::size_t i = 0; i < b.columns; ++i) {
      double sum = b[r][i];
      for (std::size_t k = from; k < to; ++k) sum -= a[r][k] * b[k][i];
      b[r][i] = sum / a[r][r];
    }
  }
  return true;
}

bool solve(const Matrix& a, const Matrix& b) {
  eliminate(a, &b);
  return substitute(a, b, false);
}

void factor_cholesky(const Matrix& a) {
  bool sound = true;
  for (std::size_t r = 0; r < a.rows; ++r) {
    for (std::size_t k = 0; k <= r; ++k) {
      double sum = a[r][k];
      for (std::size_t i = 0; i < k; ++i) sum -= a[r][i] * a[k][i];
      sound &= r != k || sum > 0;
      a[r][k] = r == k ? std::sqrt(sum) : sum / a[k][k];
    }
    std::fill(a[r] + r + 1, a[r] + a.columns, 0.0);
  }
  if (sound) return;
  for (std::size_t r = 0; r < a.rows; ++r)
    std::fill_n(a[r], r + 1, std::numeric_limits<double>::quiet_NaN());
}

namespace {

// Reflects the columns of b from row k on: b -= tau * v * (v * b), where v is 1 in row k and,
// below, what stands in column k of `a`.
void reflect(const Matrix& a, std::size_t k, double tau, const Matrix& b, std::size_t from) {
  for (std::size_t i = from; i < b.columns; ++i) {
    double sum = b[k][i];
    for (std::size_t r = k + 1; r < a.rows; ++r) sum += a[r][k] * b[r][i];
    sum *= tau;
    b[k][i] -= sum;
    for (std::size_t r = k + 1; r < a.rows; ++r) b[r][i] -= sum * a[r][k];
  }
}

}  // namespace

void factor_qr(const Matrix& a, const Matrix& q, double* tau) {
  const std::size_t steps = std::min(a.rows, a.columns);
  for (std::size_t k = 0; k < steps; ++k) {
    double tail = 0;
    for (std::size_t r = k + 1; r < a.rows; ++r) tail += a[r][k] * a[r][k];
    tau[k] = 0;
    if (tail <= std::numeric_limits<double>::min()) continue;
    const double first = a[k][k], length = std::sqrt(first * first + tail);
    const double beta = first >= 0 ? -length : length;
    tau[k] = (beta - first) / beta;
    for (std::size_t r = k + 1; r < a.rows; ++r) a[r][k] /= first - beta;
    a[k][k] = beta;
    reflect(a, k, tau[k], a, k + 1);
  }
  make_unit(q);
  for (std::size_t k = steps; k-- > 0;) {
    if (tau[k] != 0) reflect(a, k, tau[k], q, 0);
  }
  for (std::size_t k = 0; k < steps; ++k) {
    for (std::size_t r = k + 1; r < a.rows; ++r) a[r][k] = 0;
  }
}

// One-sided Jacobi: the shorter side's vectors are turned in pairs until all are at right angles;
// their lengths are the values. Sweeps converge quadratically, and what is not finite ends them.
void find_singular_values(const Matrix& a, double* values) {
  const bool tall = a.rows >= a.columns;
  const std::size_t count = tall ? a.columns : a.rows, length = tall ? a.rows : a.columns;
  const std::size_t next = tall ? 1 : a.columns, along = tall ? a.columns : 1;
  const auto dot = [&](const double* x, const double* y) {
    double sum = 0;
    for (std::size_t i = 0; i < length; ++i) sum += x[i * along] * y[i * along];
    return sum;
  };
  constexpr int kMostSweeps = 60;
  bool turned = true;
  for (int sweep = 0; sweep < kMostSweeps && turned; ++sweep) {
    turned = false;
    for (std::size_t j = 0; j < count; ++j) {
      for (std::size_t k = j + 1; k < count; ++k) {
        double *x = a.v + j * next, *y = a.v + k * next;
        const double xx = dot(x, x), yy = dot(y, y), xy = dot(x, y);
        if (!(std::abs(xy) > 1e-15 * std::sqrt(xx * yy))) continue;
        turned = true;
        const double zeta = (yy - xx) / (2 * xy);
        const double t = (zeta < 0 ? -1 : 1) / (std::abs(zeta) + std::sqrt(1 + zeta * zeta));
        const double c = 1 / std::sqrt(1 + t * t), s = c * t;
        for (std::size_t i = 0; i < length * along; i += along) {
          const double u = x[i], v = y[i];
          x[i] = c * u - s * v;
          y[i] = s * u + c * v;
        }
      }
    }
  }
  for (std::size_t j = 0; j < count; ++j) {
    const double* x = a.v + j * next;
    const double value = std::sqrt(dot(x, x));
    std::size_t at = j;
    for (; at > 0 && values[at - 1] < value; --at) values[at] = values[at - 1];
    values[at] = value;
  }
}

}  // namespace tare
