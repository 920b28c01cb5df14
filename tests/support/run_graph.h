// Runs a graph that a test has built, with or without XNNPACK.
#pragma once

#include <memory>
#include <vector>

#include "ir/graph_builder.h"
#include "runtime/executable.h"

namespace tare::test {

// A module of one empty graph with one entry, and its builder.
struct TestGraph {
  Module module;
  GraphBuilder builder;

  TestGraph() : module(one_graph()), builder(module, static_cast<GraphId>(0)) {}
  TestGraph(const TestGraph&) = delete;
  static Module one_graph();
  ValueId floats(std::vector<Dim> shape, std::vector<float> values);  // a constant
};

// The first output as floats; empty (with a test failure) when planning or running fails.
std::vector<float> run(const Module& module,
                       const std::vector<std::pair<Shape, std::vector<float>>>& inputs,
                       bool use_xnnpack);

// As many numbers as the shape has elements, spread over [-2, 2], the same for each call.
std::vector<float> ramp(const Shape& shape);

}  // namespace tare::test
