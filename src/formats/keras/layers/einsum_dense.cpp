// EinsumDense, and the projections of attention layers, which are of its kind.
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

}  // namespace

ValueId project(KerasLayer& layer, ValueId x, std::string_view equation, bool bias) {
  Compose g(layer.builder());
  if (!layer.ok()) return x;
  std::string kernel_letters(equation);
  kernel_letters = kernel_letters.substr(kernel_letters.find(',') + 1);
  kernel_letters = kernel_letters.substr(0, kernel_letters.find('-'));
  const auto rank = static_cast<int>(
      std::count_if(kernel_letters.begin(), kernel_letters.end(), [](char c) { return c != ' '; }));
  const EinsumTerms terms = einsum_terms(equation, g.rank(x), rank);
  if (terms.b.empty()) {
    layer.fail("equation '" + std::string(equation) + "' does not fit the input");
    return x;
  }
  Shape shape;
  for (const char c : terms.b) {
    const std::size_t at = terms.a.find(c);
    shape.push_back(at == std::string::npos ? kUnknownDim : layer.extent(x, static_cast<int>(at)));
  }
  std::string kept, summed;
  const bool dense = is_dense(terms, kept, summed);
  const ValueId kernel = layer.constant("kernel", [&] {
    TensorValue w = read_stored_kernel(layer, {"kernel", 0, shape}).values;
    if (!layer.ok() || !dense) return w;
    w = transposed(w, dense_order(terms, summed));
    std::int64_t in = 1;
    for (const char c : summed) in *= shape[static_cast<int>(terms.b.find(c))];
    const std::int64_t elements = w.type.shape.elements();
    return reshaped(std::move(w), {in == 0 ? 0 : elements / in, in});
  });
  if (!layer.ok()) return x;
  ValueId y = x;
  if (dense) {
    // The kernel's own extents are those of the stored one.
    const TensorValue w = layer.weight({"kernel", 0, shape});
    std::vector<Extent> in, out;
    for (std::size_t i = 0; i < kept.size(); ++i) in.push_back(g.extent(x, static_cast<int>(i)));
    out = in;
    in.push_back(g.shape(kernel)[1]);
    for (const char c : terms.out.substr(kept.size()))
      out.push_back(w.type.shape[static_cast<int>(terms.b.find(c))]);
    if (summed.size() != 1) y = g.reshape(y, in);
    y = g.dense(y, kernel, ValueId::kNone);
    if (out.size() != kept.size() + 1) y = g.reshape(y, out);
  } else {
    y = einsum(layer, equation, x, kernel);
  }
  if (bias) y = g.add(y, layer.weight_value({"bias", 1}));
  return y;
}

namespace {

void read_einsum_dense(KerasLayer& layer) {
  if (!layer.expect(1, 1)) return;
  const bool bias = !layer.config("bias_axes").is_null() && layer.text("bias_axes") != "";
  layer.output(
      layer.activate("activation", project(layer, layer.input(), layer.text("equation"), bias)));
}

}  // namespace

extern const ReadKerasFacet read_keras_einsum_dense{"EinsumDense", read_einsum_dense};

}  // namespace tare
