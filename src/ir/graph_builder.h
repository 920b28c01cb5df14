// Builds one graph node by node; each node is inferred as it is added, so an importer always knows
// the types of what it has so far. The first failure sticks, and everything after it is ignored.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "ir/graph.h"
#include "ir/op_def.h"

namespace tare {

inline constexpr int kMaxCallDepth = 32;
inline constexpr std::size_t kMaxName = 500;  // of what comes from a file; longer ones are cut

// How much inference of called graphs may cost. Two calls in each of n nested graphs are 2^n
// inferences of the last.
struct InferenceBudget {
  std::int64_t values = 2'000'000;
  ContentsAllowance contents;
  // Bytes of names that builders make: scopes of calls in calls are long, and there may be a
  // million.
  std::int64_t names = std::int64_t{32} << 20;
};

// Types of a graph's outputs when its inputs have the given types: runs inference over a copy of
// its values.
Result<std::vector<TensorType>> infer_graph(const Module& module, GraphId id,
                                            std::span<const TensorType> inputs,
                                            InferenceBudget& budget, int depth = 1);

class GraphBuilder {
 public:
  // Adds to module.graph(id), which must stay in the module. Called graphs must be complete before
  // their callers.
  GraphBuilder(Module& module, GraphId id, InferenceBudget* budget = nullptr)
      : module_(module), id_(id), budget_(budget != nullptr ? *budget : own_budget_) {}
  GraphBuilder(const GraphBuilder&) = delete;
  GraphBuilder& operator=(const GraphBuilder&) = delete;

  ValueId input(std::string name, TensorType type);
  ValueId constant(std::string name, TensorType type, Buffer bytes);
  ValueId variable(std::string name, TensorType type);
  // Small constants that importers make themselves.
  ValueId scalar_f32(float value);
  ValueId scalar_i32(std::int32_t value);
  ValueId vector_i32(std::span<const std::int64_t> values);  // each must fit int32
  ValueId scalar(DType dtype, double value);                 // of any numeric type

  // A node with new outputs. Empty attributes' struct braces are enough: emit(Reshape{}, {x,
  // shape}).
  template <class A>
  ValueId emit(A attributes, std::vector<ValueId> inputs) {
    return add(&A::kOp, std::make_shared<A>(std::move(attributes)), std::move(inputs), 1)[0];
  }
  template <class A>
  std::vector<ValueId> emit_n(A attributes, std::vector<ValueId> inputs, int outputs) {
    return add(&A::kOp, std::make_shared<A>(std::move(attributes)), std::move(inputs), outputs);
  }
  std::vector<ValueId> add(const OpDef* op, std::shared_ptr<const void> attributes,
                           std::vector<ValueId> inputs, int outputs);
  // A node whose outputs are values with types that the file declared: they are checked against
  // inference, keep their quantisation, and take the inferred shape where that knows more.
  void add_into(Node node);

  void output(ValueId id) { graph().outputs.push_back(id); }
  const Value& value(ValueId id) const { return std::as_const(module_).graph(id_).value(id); }
  const TensorType& type(ValueId id) const { return value(id).type; }
  const Shape& shape(ValueId id) const { return type(id).shape; }
  // A new named unknown extent.
  Dim new_unknown() { return --last_unknown_; }

  // Name for the nodes and values to come; errors are placed there.
  void set_scope(std::string_view name) { scope_ = name.substr(0, kMaxName); }
  const std::string& scope() const { return scope_; }
  // The scope and a name within it.
  std::string scoped(std::string_view name) {
    return fitting(scope_ + "/" + std::string(name.substr(0, kMaxName)));
  }

  GraphId id() const { return id_; }
  Graph& graph() { return module_.graph(id_); }
  Module& module() { return module_; }

  void fail(std::string_view message, Code code = Code::kInvalidModel);
  void fail(Error&& error) { sink_.fail(std::move(error)); }
  void fail(const Error& error) { sink_.fail(error); }
  bool ok() const { return sink_.ok(); }
  Status status() const { return sink_.status(); }
  const Error& error() const { return sink_.error(); }

 private:
  std::string unique_name();
  std::string fitting(std::string name);
  Result<Inferred> infer(const Node& node) const;

  Module& module_;
  GraphId id_;
  InferenceBudget own_budget_;
  InferenceBudget& budget_;  // shared by all graphs of a module where an importer says so
  ErrorSink sink_;
  std::string scope_;
  int names_ = 0;
  Dim last_unknown_ = kUnknownDim;
};

}  // namespace tare
