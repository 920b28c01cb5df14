// EinsumDense, and the projections of attention layers, which are of its kind.
#include "base/checked.h"
#include "formats/keras/einsum.h"
#include "formats/keras/layers/projection.h"
#include "formats/keras/stored_kernel.h"
#include "ir/constant_tensor.h"
#include "ir/facets.h"
#include "ops/compose.h"

namespace tare {
namespace {

// A kernel that sums over the last dimensions of x and adds its own at the end is a dense layer.
bool is_dense(const EinsumTerms& terms, std::string& kept, std::string& summed) {
  for (const char c : terms.a) {
    const bool in_kernel = terms.b.find(c) != std::string::npos;
    if (!in_kernel && !summed.empty()) return false;
    (in_kernel ? summed : kept) += c;
  }
  std::string own;
  for (const char c : terms.b) {
    if (summed.find(c) == std::string::npos) own += c;
  }
  return terms.out == kept + own;
}

// Letters of the kernel in the order: its own, then those summed.
std::vector<int> dense_order(const EinsumTerms& terms, std::string_view summed) {
  std::vector<int> order;
  for (std::size_t i = 0; i < terms.b.size(); ++i) {
    if (summed.find(terms.b[i]) == std::string_view::npos) order.push_back(static_cast<int>(i));
  }
  for (const char c : summed) order.push_back(static_cast<int>(terms.b.find(c)));
  return order;
}

struct Projection {
  EinsumTerms terms;
  std::string kept, summed;  // letters of x
  bool dense = false;
  Shape kernel;  // in its own layout; what x does not tell is unknown
};

bool is_int4(KerasLayer& layer) { return layer.object().quantisation.starts_with("int4"); }

// Packed kernels do not tell their own extents; the layer's output does.
void take_output_shape(KerasLayer& layer, Projection& p) {
  const Json given = layer.config("output_shape");
  const std::size_t count = given.is_array() ? given.size() : 1;
  for (std::size_t i = 0; i < count && count <= p.terms.out.size(); ++i) {
    const char letter = p.terms.out[p.terms.out.size() - count + i];
    const std::size_t at = p.terms.b.find(letter);
    const auto extent = (given.is_array() ? given.at(i) : given).if_integer();
    if (at != std::string::npos && extent && *extent > 0 && *extent <= INT32_MAX)
      p.kernel[static_cast<int>(at)] = *extent;
  }
}

TensorValue stored_values(KerasLayer& layer, const Projection& p) {
  const std::string& mode = layer.object().quantisation;
  if (mode.empty()) {
    TensorValue values = read_stored_kernel(layer, {"kernel", 0, p.kernel}).values;
    // So attention is saved after quantize(), and cannot be loaded by Keras either.
    layer.require(is_float(values.type.dtype) || !layer.ok(),
                  "the kernel is stored as integers, which its dtype policy does not say");
    return values;
  }
  if (mode == "int8") return cast_numbers(layer.weight({"kernel", 0, p.kernel}), DType::kFloat32);
  Shape matrix{1, 1};
  for (std::size_t i = 0; i < p.terms.b.size(); ++i) {
    Dim& extent = matrix[p.summed.find(p.terms.b[i]) == std::string::npos ? 1 : 0];
    const auto product = checked_mul<std::int64_t>(extent, p.kernel[static_cast<int>(i)]);
    if (!layer.require(is_known(p.kernel[static_cast<int>(i)]) && product,
                       "output_shape does not tell the kernel's shape"))
      return {};
    extent = *product;
  }
  StoredKernel stored = read_stored_kernel(layer, {"kernel", 0, matrix});
  if (!layer.ok()) return stored.values;
  std::vector<double> numbers = numbers_of(stored.values);
  for (std::size_t i = 0; i < numbers.size() && !stored.divisors.empty(); ++i)
    numbers[i] /= stored.divisors[i % stored.divisors.size()];
  return tensor_of(numbers, DType::kFloat32, p.kernel);
}

// As the product takes it: of a dense layer [out, in].
ValueId kernel_of(KerasLayer& layer, const Projection& p) {
  return layer.constant("kernel", [&] {
    TensorValue w = stored_values(layer, p);
    if (!layer.ok() || !p.dense) return w;
    w = transposed(w, dense_order(p.terms, p.summed));
    std::int64_t in = 1;
    for (const char c : p.summed) in *= p.kernel[static_cast<int>(p.terms.b.find(c))];
    const std::int64_t elements = w.type.shape.elements();
    return reshaped(std::move(w), {in == 0 ? 0 : elements / in, in});
  });
}

ValueId dense_product(KerasLayer& layer, ValueId x, ValueId kernel, const Projection& p) {
  Compose g(layer.builder());
  const Shape full = is_int4(layer) ? p.kernel : layer.weight({"kernel", 0, p.kernel}).type.shape;
  if (!layer.ok()) return x;
  std::vector<Extent> in, out;
  for (std::size_t i = 0; i < p.kept.size(); ++i) in.push_back(g.extent(x, static_cast<int>(i)));
  out = in;
  in.push_back(g.shape(kernel)[1]);
  for (const char c : p.terms.out.substr(p.kept.size()))
    out.push_back(full[static_cast<int>(p.terms.b.find(c))]);
  if (p.summed.size() != 1) x = g.reshape(x, in);
  const ValueId y = g.dense(x, kernel, ValueId::kNone);
  return out.size() == p.kept.size() + 1 ? y : g.reshape(y, out);
}

// Integers times integers, divided by the scales of both; the kernel's is stored as it broadcasts.
ValueId quantised_product(KerasLayer& layer, ValueId x, ValueId kernel, const Projection& p,
                          int scale_index) {
  Compose g(layer.builder());
  const QuantisedInput input = quantise_input(layer, x, static_cast<int>(p.summed.size()));
  const ValueId y = dense_product(layer, input.steps, kernel, p);
  if (!layer.ok()) return y;
  std::vector<Extent> shape;
  for (std::size_t i = 0; i < p.kept.size(); ++i) shape.push_back(g.extent(x, static_cast<int>(i)));
  shape.resize(static_cast<std::size_t>(g.rank(y)), 1);
  const ValueId scale = layer.constant_of("kernel_scale", DType::kFloat32, [&] {
    return layer.weight({"kernel_scale", scale_index, Shape::of_rank(g.rank(y))});
  });
  return g.div(y, g.mul(g.reshape(input.scale, shape), scale));
}

}  // namespace

ValueId project(KerasLayer& layer, ValueId x, std::string_view equation, bool bias) {
  Compose g(layer.builder());
  if (!layer.ok()) return x;
  std::string kernel_letters(equation);
  kernel_letters = kernel_letters.substr(kernel_letters.find(',') + 1);
  kernel_letters = kernel_letters.substr(0, kernel_letters.find('-'));
  const auto rank = static_cast<int>(
      std::count_if(kernel_letters.begin(), kernel_letters.end(), [](char c) { return c != ' '; }));
  Projection p{
      .terms = einsum_terms(equation, g.rank(x), rank), .kept = {}, .summed = {}, .kernel = {}};
  if (p.terms.b.empty()) {
    layer.fail("equation '" + std::string(equation) + "' does not fit the input");
    return x;
  }
  for (const char c : p.terms.b) {
    const std::size_t at = p.terms.a.find(c);
    p.kernel.push_back(at == std::string::npos ? kUnknownDim
                                               : layer.extent(x, static_cast<int>(at)));
  }
  p.dense = is_dense(p.terms, p.kept, p.summed);
  const std::string& mode = layer.object().quantisation;
  if (!mode.empty() && ((mode != "int8" && !is_int4(layer)) || !p.dense)) {
    layer.unsupported("quantisation mode '" + mode + "' is not supported for this equation");
    return x;
  }
  if (is_int4(layer)) take_output_shape(layer, p);
  const ValueId kernel = kernel_of(layer, p);
  if (!layer.ok()) return x;
  ValueId y = mode == "int8" ? quantised_product(layer, x, kernel, p, bias ? 2 : 1)
              : p.dense      ? dense_product(layer, x, kernel, p)
                             : einsum(layer, equation, x, kernel);
  if (bias) y = g.add(y, layer.weight_value({"bias", 1}));
  return y;
}

namespace {

void read_einsum_dense(KerasLayer& layer) {
  if (!layer.expect(1, 1)) return;
  const bool bias = !layer.config("bias_axes").is_null() && !layer.text("bias_axes").empty();
  layer.output(
      layer.activate("activation", project(layer, layer.input(), layer.text("equation"), bias)));
}

}  // namespace

extern const ReadKerasFacet read_keras_einsum_dense{"EinsumDense", read_einsum_dense};

}  // namespace tare
