// A run of nodes that XNNPACK executes as one subgraph: built for fixed shapes, weights packed
// once.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "ir/graph.h"
#include "ports/xnn_builder.h"

struct xnn_runtime;

namespace tare {

// Starts XNNPACK once; false when the machine lacks what it needs.
bool start_xnnpack();

// Lowers one node alone. Empty when XNNPACK takes it, else the reason why not.
std::string probe_xnnpack(const Node& node, const std::vector<Value>& values);

class XnnSegment {
 public:
  // `values` are the plan's (concrete types, constants); `inputs` and `outputs` cross the segment's
  // border.
  static Result<XnnSegment> create(std::span<const Node* const> nodes,
                                   const std::vector<Value>& values,
                                   std::span<const ValueId> inputs,
                                   std::span<const ValueId> outputs);
  XnnSegment(XnnSegment&&) noexcept;
  XnnSegment& operator=(XnnSegment&&) noexcept;
  ~XnnSegment();

  // Tells where the border values lie, in the order of inputs, then outputs.
  bool set_up(std::span<std::byte* const> pointers);
  bool run();

 private:
  XnnSegment();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tare
