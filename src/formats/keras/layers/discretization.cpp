// Discretization: numbers into bins. The bounds of the bins stand in the configuration, or, when
// Keras 2 found them itself, follow from a summary of the data that it stores as a weight.
#include "formats/keras/json_tensor.h"
#include "formats/keras/layers/categories.h"
#include "ir/constant_tensor.h"
#include "ir/facets.h"
#include "ops/bucketize.h"

namespace tare {
namespace {

// y at x between the points (xs, ys), the outermost beyond them; xs ascend.
double interpolated(double x, const std::vector<double>& xs, const std::vector<double>& ys) {
  if (x <= xs.front()) return ys.front();
  for (std::size_t i = 1; i < xs.size(); ++i) {
    if (x <= xs[i]) return ys[i - 1] + (ys[i] - ys[i - 1]) * (x - xs[i - 1]) / (xs[i] - xs[i - 1]);
  }
  return ys.back();
}

// The summary is [2, n]: values, and how many each stands for.
std::vector<double> bounds_of_summary(KerasLayer& layer) {
  const TensorValue summary = layer.weight({"summary|Variable", 0, {2, kUnknownDim}});
  const std::int64_t bins = layer.count("num_bins");
  if (!layer.ok()) return {};
  const auto numbers = numbers_of(summary);
  const std::size_t n = numbers.size() / 2;
  if (!layer.require(n >= 1 && bins <= (1 << 24), "summary: adapt the layer before saving"))
    return {};
  const std::vector<double> values(numbers.begin(),
                                   numbers.begin() + static_cast<std::ptrdiff_t>(n));
  std::vector<double> shares(numbers.begin() + static_cast<std::ptrdiff_t>(n), numbers.end());
  const double width = 1.0 / static_cast<double>(bins);
  if (static_cast<double>(n) * width < 1) return {values.begin(), values.end() - 1};
  for (std::size_t i = 1; i < n; ++i) shares[i] += shares[i - 1];
  const double total = shares.back();
  for (double& s : shares) s /= total;
  std::vector<double> bounds;
  for (std::int64_t i = 1; i < bins; ++i)
    bounds.push_back(interpolated(static_cast<double>(i) * width, shares, values));
  return bounds;
}

std::vector<double> bounds_of(KerasLayer& layer) {
  const Json written = layer.config("bin_boundaries").exists() ? layer.config("bin_boundaries")
                                                               : layer.config("bins");
  if (written.is_null()) return bounds_of_summary(layer);
  const auto bounds = json_tensor(written, DType::kFloat32);
  if (bounds && bounds->type.shape.rank() == 1) return numbers_of(*bounds);
  layer.fail("bin_boundaries: expected a list of numbers");
  return {};
}

void read_discretization(KerasLayer& layer) {
  if (!layer.expect(1, 1)) return;
  Bucketize op;
  for (const double b : bounds_of(layer)) op.boundaries.push_back(static_cast<float>(b));
  if (!layer.ok()) return;
  const auto depth = static_cast<std::int64_t>(op.boundaries.size()) + 1;
  const ValueId bins = layer.emit(op, {layer.input()});
  layer.output(
      encode_categories(layer, bins, depth,
                        code_type(layer, layer.generation() == 2 ? DType::kInt64 : DType::kInt32)),
      ValueId::kNone);
}

}  // namespace

extern const ReadKerasFacet read_keras_discretization{"Discretization", read_discretization};

}  // namespace tare
