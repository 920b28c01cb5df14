// Comparison by kind of element: reals within a tolerance, integers exactly or in steps, strings
// exactly.
#include "cli/compare_tensors.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "cli/elements.h"
#include "cli/number_text.h"
#include "ir/strings.h"

namespace tare::cli {
namespace {

// The worst of many misses, for one line of report.
class Misses {
 public:
  void add(std::int64_t i, double excess, std::string got, std::string want) {
    ++count_;
    if (count_ > 1 && !(excess > worst_)) return;
    worst_ = excess;
    at_ = i;
    got_ = std::move(got);
    want_ = std::move(want);
  }

  std::string text(const Shape& shape) const {
    if (count_ == 0) return {};
    return std::to_string(count_) + " of " + std::to_string(shape.elements()) +
           " elements wrong, worst at " + place(shape) + ": got " + got_ + ", want " + want_;
  }

 private:
  std::string place(const Shape& shape) const {
    Shape at = shape;
    std::int64_t rest = at_;
    for (int axis = shape.rank() - 1; axis >= 0; --axis) {
      at[axis] = rest % shape[axis];
      rest /= shape[axis];
    }
    return at.text();
  }

  std::int64_t count_ = 0, at_ = 0;
  double worst_ = 0;
  std::string got_, want_;
};

// How far `got` lies beyond what is allowed; 0 when it is within. Not a number equals itself.
double excess(double got, double want, const Tolerance& tolerance) {
  if (got == want || (std::isnan(got) && std::isnan(want))) return 0;
  const double beyond =
      std::abs(got - want) - (tolerance.absolute + tolerance.relative * std::abs(want));
  if (std::isfinite(beyond)) return std::max(beyond, 0.0);
  return std::numeric_limits<double>::infinity();
}

std::string text_at(const Tensor& tensor, std::int64_t i) {
  const auto part = [&](double v) {
    const bool wide = tensor.dtype == DType::kFloat64 || tensor.dtype == DType::kComplex128;
    return wide ? text_of(v) : text_of(static_cast<float>(v));
  };
  if (!is_complex(tensor.dtype)) return part(real_element(tensor, i));
  return "(" + part(real_element(tensor, i)) + ", " + part(imaginary_element(tensor, i)) + ")";
}

std::string compare_reals(const Tensor& got, const Tensor& want, const Tolerance& tolerance) {
  Misses misses;
  const std::int64_t count = want.elements();
  for (std::int64_t i = 0; i < count; ++i) {
    const double beyond =
        std::max(excess(real_element(got, i), real_element(want, i), tolerance),
                 excess(imaginary_element(got, i), imaginary_element(want, i), tolerance));
    if (beyond > 0) misses.add(i, beyond, text_at(got, i), text_at(want, i));
  }
  return misses.text(want.shape);
}

bool has_steps(DType dtype) {
  return dtype == DType::kInt4 || dtype == DType::kInt8 || dtype == DType::kUint8 ||
         dtype == DType::kInt16 || dtype == DType::kUint16;
}

std::string compare_integers(const Tensor& got, const Tensor& want, const Tolerance& tolerance) {
  const bool steps = tolerance.quantised && has_steps(want.dtype);
  const auto allowed = steps ? static_cast<std::int64_t>(tolerance.absolute) : 0;
  Misses misses;
  const std::int64_t count = want.elements();
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t g = integer_at(got, i), w = integer_at(want, i);
    if (g == w) continue;
    const double apart = std::abs(static_cast<double>(g) - static_cast<double>(w));
    if (allowed > 0 && apart <= static_cast<double>(allowed)) continue;
    const bool natural = want.dtype == DType::kUint64;
    misses.add(i, apart,
               natural ? std::to_string(static_cast<std::uint64_t>(g)) : std::to_string(g),
               natural ? std::to_string(static_cast<std::uint64_t>(w)) : std::to_string(w));
  }
  return misses.text(want.shape);
}

std::string compare_strings(const Tensor& got, const Tensor& want) {
  Misses misses;
  const std::int64_t count = want.elements();
  for (std::int64_t i = 0; i < count; ++i) {
    const std::string g(string_at({got.data, got.size}, i)),
        w(string_at({want.data, want.size}, i));
    if (g != w) misses.add(i, 1, "'" + g + "'", "'" + w + "'");
  }
  return misses.text(want.shape);
}

std::string outside(const Tensor& got, std::pair<double, double> range) {
  Misses misses;
  const std::int64_t count = got.elements();
  for (std::int64_t i = 0; i < count; ++i) {
    const double value = real_element(got, i);
    if (value >= range.first && value < range.second) continue;
    misses.add(i, 1, text_of(value),
               "from " + text_of(range.first) + " to below " + text_of(range.second));
  }
  return misses.text(got.shape);
}

// TensorFlow.js has no int64, so a reader of its models may keep to int32; NumPy has no int4, so
// what made the cases calls it int8.
bool may_stand_for(DType got, DType want) {
  return (got == DType::kInt32 && want == DType::kInt64) ||
         (got == DType::kInt4 && want == DType::kInt8);
}

}  // namespace

std::string mismatch(const Tensor& got, const CaseTensor& wanted, const Tolerance& tolerance) {
  const Tensor want = wanted.value.view();
  if (got.dtype != want.dtype && !may_stand_for(got.dtype, want.dtype)) {
    return "element type " + std::string(dtype_name(got.dtype)) + ", want " +
           std::string(dtype_name(want.dtype));
  }
  if (!(got.shape == want.shape))
    return "shape " + got.shape.text() + ", want " + want.shape.text();
  if (wanted.shape_only) return wanted.range ? outside(got, *wanted.range) : std::string();
  if (want.dtype == DType::kString) return compare_strings(got, want);
  if (is_float(want.dtype) || is_complex(want.dtype)) return compare_reals(got, want, tolerance);
  return compare_integers(got, want, tolerance);
}

void tally(const Tensor& a, const Tensor& b, Tallies& tallies) {
  if (a.dtype != b.dtype || !(a.shape == b.shape) || !is_numeric(a.dtype)) return;
  Tally& sum = tallies[std::string(dtype_name(a.dtype))];
  const std::int64_t count = a.elements();
  for (std::int64_t i = 0; i < count; ++i) {
    ++sum.elements;
    const bool whole = is_integer(a.dtype) || a.dtype == DType::kBool;
    const auto same = [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); };
    const bool equal = whole ? integer_at(a, i) == integer_at(b, i)
                             : same(real_element(a, i), real_element(b, i)) &&
                                   same(imaginary_element(a, i), imaginary_element(b, i));
    if (!equal) ++sum.different;
  }
}

}  // namespace tare::cli
