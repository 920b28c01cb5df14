// The graph: nodes in topological order, values with one producer each, named inputs and outputs. A
// module is several graphs (main, bodies of while and if, called functions) and the entries that
// callers may run.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ir/tensor.h"

namespace tare {

struct OpDef;

// Stands for a type of attributes. Asking whether a node is a convolution must not name the
// definition of convolutions, lest each pass bring all that it looks for into a program.
template <class A>
inline constexpr char kAttributesOf = 0;
bool has_attributes(const OpDef* op, const char* type);

enum class ValueId : std::int32_t { kNone = -1 };  // kNone: an optional input that is absent
enum class GraphId : std::int32_t { kNone = -1 };

inline std::size_t index(ValueId id) { return static_cast<std::size_t>(id); }
inline std::size_t index(GraphId id) { return static_cast<std::size_t>(id); }

// One element of a small integer tensor that inference follows: a number, or an unknown named like
// a Dim.
struct Element {
  std::int64_t value = 0;
  bool known = true;
  Dim name = kUnknownDim;  // of an unknown

  static Element of(std::int64_t value) { return {value, true, kUnknownDim}; }
  static Element of_dim(Dim d) { return is_known(d) ? of(d) : Element{0, false, d}; }
  Dim dim() const { return known ? value : name; }
  bool operator==(const Element&) const = default;
};
using Contents = std::vector<Element>;

struct Value {
  std::string name = {};
  TensorType type = {};
  Buffer constant = {};  // its bytes when it is a constant
  std::optional<Contents> contents =
      {};  // what inference knows of a small integer tensor that is no constant
  bool is_constant = false;
  bool is_variable = false;  // state that outlives a run, zero (int8: its zero point) at first;
                             // kernels update it in place
};

struct Node {
  const OpDef* op = nullptr;
  std::shared_ptr<const void> attributes;
  std::vector<ValueId> inputs;
  std::vector<ValueId> outputs;
  std::string name;

  // The attributes when this node is an A, else null.
  template <class A>
  const A* as() const {
    return has_attributes(op, &kAttributesOf<A>) ? static_cast<const A*>(attributes.get())
                                                 : nullptr;
  }
};

struct Graph {
  std::string name;
  std::vector<Node> nodes;
  std::vector<Value> values;
  std::vector<ValueId> inputs;
  std::vector<ValueId> outputs;

  Value& value(ValueId id) { return values[index(id)]; }
  const Value& value(ValueId id) const { return values[index(id)]; }
  ValueId add_value(Value value) {
    values.push_back(std::move(value));
    return static_cast<ValueId>(values.size() - 1);
  }
};

// A way in: a named signature over one graph. Names are in the order of the graph's inputs and
// outputs.
struct Entry {
  std::string name;
  GraphId graph = GraphId::kNone;
  std::vector<std::string> input_names;
  std::vector<std::string> output_names;
};

struct Module {
  std::string format;  // what it was read from, for people: "tflite", "tfjs layers-model (Keras 2)"
  std::vector<Graph> graphs;
  std::vector<Entry> entries;            // the first one is the default
  GraphId initializer = GraphId::kNone;  // run once, before the first run and after reset
  std::vector<std::string> warnings;
  std::vector<std::string> labels;  // class names, where the file carries them

  Graph& graph(GraphId id) { return graphs[index(id)]; }
  const Graph& graph(GraphId id) const { return graphs[index(id)]; }
};

}  // namespace tare
