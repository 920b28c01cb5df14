// Matrices in scratch memory and what is made of them in place: elimination with row pivots,
// Cholesky's and Householder's factors; the reflections have the signs that LAPACK and Eigen give
// them.
#pragma once

#include <cstddef>

namespace tare {

// Row-major.
struct Matrix {
  double* v;
  std::size_t rows, columns;
  double* operator[](std::size_t r) const { return v + r * columns; }
  std::size_t size() const { return rows * columns; }
};

void make_unit(const Matrix& e);

// Eliminates below the diagonal, in b's rows too; gives the sign of the order of rows.
double eliminate(const Matrix& a, const Matrix* b);

// b becomes the x of a x = b for a triangle; false when it has a zero on its diagonal.
bool substitute(const Matrix& a, const Matrix& b, bool lower);

// The same for any square matrix, which is left eliminated.
bool solve(const Matrix& a, const Matrix& b);

// What is not positive definite has no factor: NaN, as TensorFlow fills it.
void factor_cholesky(const Matrix& a);

// Leaves r in the upper half of `a`, and in `q` the first of its columns. `tau`: a.rows numbers of
// room.
void factor_qr(const Matrix& a, const Matrix& q, double* tau);

// Into `values`, as many as `a` has rows or columns, whichever are fewer; descending. `a` is left
// turned.
void find_singular_values(const Matrix& a, double* values);

}  // namespace tare
