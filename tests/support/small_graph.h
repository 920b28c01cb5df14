// A graph of one or a few nodes, built in a test and run as users run models: as it stands, without
// XNNPACK, or after it was written as TFLite and read again.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ir/graph_builder.h"
#include "runtime/executable.h"

namespace tare {

template <class T>
TensorValue tensor(DType dtype, Shape shape, std::vector<T> values) {
  return {tensor_type(dtype, shape), Buffer::copy_of(std::as_bytes(std::span(values))), {}};
}
inline TensorValue floats(Shape shape, std::vector<float> values) {
  return tensor(DType::kFloat32, shape, std::move(values));
}
inline TensorValue ints(Shape shape, std::vector<std::int32_t> values) {
  return tensor(DType::kInt32, shape, std::move(values));
}
inline TensorValue with_scale(TensorValue value, float scale, std::int32_t zero_point = 0) {
  value.type.quantization =
      std::make_shared<Quantization>(Quantization{.scales = {scale}, .zero_points = {zero_point}});
  return value;
}

template <class T>
std::vector<T> values_of(const TensorValue& value) {
  const Tensor view = value.view();
  const auto span = view.as<T>();
  return {span.begin(), span.begin() + static_cast<std::ptrdiff_t>(view.elements())};
}

class SmallGraph {
 public:
  SmallGraph();
  GraphBuilder& builder() { return builder_; }
  ValueId input(TensorType type);
  ValueId constant(const TensorValue& value);
  void output(ValueId id);

  // Why it could not be built, written, read or run; empty when all went well. Built or loaded
  // anew, state is gone.
  std::string load(bool use_xnnpack = true);
  std::string load_written();  // the graph as TFLite, read again
  std::string run(std::vector<TensorValue> inputs);
  const std::vector<TensorValue>& results() const { return results_; }
  std::vector<std::string> strings() const;  // result 0
  void reset() { executable_->reset(); }

 private:
  std::string start(std::shared_ptr<const Module> module, bool use_xnnpack);

  Module module_;
  GraphBuilder builder_;
  std::unique_ptr<Executable> executable_;
  std::vector<TensorValue> results_;
};

}  // namespace tare
