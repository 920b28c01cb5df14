// Builds and runs small graphs.
#include "support/run_graph.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

namespace tare::test {

Module TestGraph::one_graph() {
  Module module;
  module.graphs.emplace_back().name = "main";
  return module;
}

ValueId TestGraph::floats(std::vector<Dim> shape, std::vector<float> values) {
  return builder.constant("constant", tensor_type(DType::kFloat32, Shape(shape)),
                          Buffer::copy_of(std::as_bytes(std::span(values))));
}

std::vector<float> run(const Module& module,
                       const std::vector<std::pair<Shape, std::vector<float>>>& inputs,
                       bool use_xnnpack) {
  const auto main = static_cast<GraphId>(0);
  PlanOptions options;
  options.use_xnnpack = use_xnnpack;
  Executable executable(std::make_shared<const Module>(module), options);
  std::vector<Shape> shapes;
  for (const auto& [shape, values] : inputs) shapes.push_back(shape);
  if (Status s = executable.prepare(main, shapes); !s) {
    ADD_FAILURE() << s.error().text();
    return {};
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto& values = inputs[i].second;
    std::memcpy(executable.input(main, static_cast<int>(i)).data, values.data(),
                values.size() * sizeof(float));
  }
  if (Status s = executable.run(main); !s) {
    ADD_FAILURE() << s.error().text();
    return {};
  }
  const auto out = std::as_const(executable).output(main, 0).as<float>();
  return {out.begin(), out.end()};
}

std::vector<float> ramp(const Shape& shape) {
  std::vector<float> values(static_cast<std::size_t>(shape.elements()));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = 2.0f * std::sin(1.7f * static_cast<float>(i) + 0.3f);
  return values;
}

}  // namespace tare::test
