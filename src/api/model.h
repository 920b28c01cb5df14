// The facade that wasm, command line and tests share: files in, a runnable model out.
//
//   ModelBundle bundle;  bundle.add("model.json", bytes);
//   for (const std::string& name : *missing_files(bundle))  add it
//   auto model = Model::load(std::move(bundle), {});
//   model->prepare(0, shapes);  write model->input(0).data;  model->run();  read model->output(0)
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "formats/bundle.h"
#include "ir/budgets.h"
#include "ir/graph.h"

namespace tare {

struct LoadOptions {
  Budgets budgets;
  bool optimise = true;     // graph passes
  bool use_xnnpack = true;  // false: reference kernels alone
  std::uint64_t seed =
      0;  // for random ops that the file gives no seed; 0: one that changes every load
  std::vector<std::string> input_names;  // frozen GraphDefs: tensors to feed and fetch
  std::vector<std::string> output_names;
};

struct TensorInfo {
  std::string name;
  TensorType type;  // unknown extents where the model takes any
};

struct Signature {
  std::string name;
  std::vector<TensorInfo> inputs;
  std::vector<TensorInfo> outputs;
};

class Model {
 public:
  static Result<Model> load(ModelBundle bundle, const LoadOptions& options);
  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;
  ~Model();

  const std::vector<Signature>& signatures() const;  // the first is the default
  const Module& module() const;                      // after passes
  const std::vector<std::string>& warnings() const;

  // Plans a run of one signature for these input shapes; nothing is done when they are the last
  // run's. Errors: unknown signature, count of shapes, shapes the model cannot take, budget.
  Status prepare(int signature, std::span<const Shape> shapes);
  // Where input i of the prepared run lies, to be written; padded, valid until the next prepare.
  Tensor input(int i);
  Status set_strings(int i, std::span<const std::string> strings);  // for string inputs
  Status run();
  // Result i of the last run; valid until the next run or prepare.
  Tensor output(int i) const;

  // Forgets state: recurrent state, variables, tables, random streams go back to what they were
  // after load.
  void reset();

  struct Report {  // of the plan that is prepared
    struct Row {
      std::string name, op, where, reason;  // where: "xnnpack 0" (segment), "reference", "folded"
      std::vector<TensorType> inputs, outputs;
      std::int64_t macs = 0, flops = 0;
    };
    std::vector<Row> rows;
    std::size_t arena_bytes = 0, constant_bytes = 0;
    std::int64_t parameters = 0;
    int segments = 0;
  };
  Report report() const;

 private:
  struct State;
  explicit Model(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tare
