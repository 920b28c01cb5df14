// Errors are fine, whatever they are; crashes, hangs and what the sanitizers find are not.
#include "fuzz/run_model.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "api/model.h"

namespace tare::fuzz {
namespace {

constexpr int kMaxSignatures = 4;

LoadOptions small_budgets(bool use_xnnpack) {
  LoadOptions options;
  options.budgets = {.bytes = 16u << 20,
                     .nodes = 2000,
                     .loop_trips = 200,
                     .macs = 20'000'000,
                     .call_depth = 8,
                     .seconds = 2};
  options.use_xnnpack = use_xnnpack;
  options.seed = 1;
  return options;
}

std::vector<Shape> shapes_of(const Signature& signature) {
  std::vector<Shape> shapes;
  for (const TensorInfo& input : signature.inputs) {
    Shape shape = input.type.shape;
    if (!shape.ranked()) shape = {2};
    for (int d = 0; d < shape.rank(); ++d) {
      if (!is_known(shape[d])) shape[d] = 2;
    }
    shapes.push_back(shape);
  }
  return shapes;
}

// Bytes that make small numbers in every type, negative ones among them.
Status fill(Model& model, int i) {
  Tensor tensor = model.input(i);
  if (tensor.dtype == DType::kString) {
    const std::vector<std::string> strings(
        static_cast<std::size_t>(std::min<std::int64_t>(tensor.elements(), 1000)), "a");
    return model.set_strings(i, strings);
  }
  for (std::size_t b = 0; b < tensor.size; ++b)
    tensor.data[b] = static_cast<std::byte>((b * 37 + 11) % 7);
  if (tensor.dtype == DType::kFloat32) {
    for (float& f : tensor.as<float>())
      f = static_cast<float>((&f - tensor.as<float>().data()) % 5) - 2.0f;
  }
  if (tensor.dtype == DType::kBool) {
    for (std::size_t b = 0; b < tensor.size; ++b) tensor.data[b] = static_cast<std::byte>(b % 2);
  }
  return {};
}

// Reads every byte of the results, so that the sanitizers see what they are made of.
unsigned sum_outputs(const Model& model, const Signature& signature) {
  unsigned sum = 0;
  for (int i = 0; i < static_cast<int>(signature.outputs.size()); ++i) {
    const Tensor tensor = model.output(i);
    for (std::size_t b = 0; b < tensor.size; ++b) sum += static_cast<unsigned>(tensor.data[b]);
  }
  return sum;
}

bool run_once(Model& model, const Signature& signature) {
  for (int i = 0; i < static_cast<int>(signature.inputs.size()); ++i) {
    if (!fill(model, i)) return false;
  }
  if (!model.run()) return false;
  if (sum_outputs(model, signature) == 0xdeadbeef) std::abort();  // keeps the sum alive
  return true;
}

void run_all(Model& model) {
  const int count = std::min<int>(kMaxSignatures, static_cast<int>(model.signatures().size()));
  for (int s = 0; s < count; ++s) {
    const Signature& signature = model.signatures()[static_cast<std::size_t>(s)];
    if (!model.prepare(s, shapes_of(signature))) continue;
    if (!run_once(model, signature) || !run_once(model, signature)) continue;
    model.reset();
    run_once(model, signature);
    (void)model.report();
  }
}

}  // namespace

void run_model(ModelBundle bundle) {
  for (const bool use_xnnpack : {true, false}) {
    auto model = Model::load(bundle, small_budgets(use_xnnpack));
    if (model) run_all(*model);
  }
}

}  // namespace tare::fuzz
