// The graph is the module's only one and its only entry.
#include "support/small_graph.h"

#include "formats/open.h"
#include "formats/tflite/write.h"
#include "ir/strings.h"

namespace tare {
namespace {

constexpr auto kGraph = static_cast<GraphId>(0);

Module one_graph() {
  Module module;
  module.graphs.resize(1);
  module.graphs[0].name = "main";
  return module;
}

}  // namespace

SmallGraph::SmallGraph() : module_(one_graph()), builder_(module_, kGraph) {}

ValueId SmallGraph::input(TensorType type) {
  const ValueId id =
      builder_.input("in" + std::to_string(builder_.graph().inputs.size()), std::move(type));
  return id;
}

ValueId SmallGraph::constant(const TensorValue& value) {
  return builder_.constant("constant" + std::to_string(builder_.graph().values.size()), value.type,
                           value.bytes);
}

void SmallGraph::output(ValueId id) { builder_.output(id); }

std::string SmallGraph::start(std::shared_ptr<const Module> module, bool use_xnnpack) {
  executable_ = std::make_unique<Executable>(
      std::move(module), PlanOptions{.budgets = {}, .use_xnnpack = use_xnnpack});
  return {};
}

std::string SmallGraph::load(bool use_xnnpack) {
  if (!builder_.ok()) return builder_.error().text();
  return start(std::make_shared<const Module>(module_), use_xnnpack);
}

std::string SmallGraph::load_written() {
  if (!builder_.ok()) return builder_.error().text();
  Module module = module_;
  Entry entry{"main", kGraph, {}, {}};
  for (const ValueId id : module.graphs[0].inputs)
    entry.input_names.push_back(module.graphs[0].value(id).name);
  for (const ValueId id : module.graphs[0].outputs)
    entry.output_names.push_back(module.graphs[0].value(id).name);
  module.entries = {entry};
  auto file = write_tflite(module);
  if (!file) return file.error().text();
  ModelBundle bundle;
  bundle.add("model.tflite", file.take());
  auto read = read_model(bundle, {});
  if (!read) return read.error().text();
  return start(std::make_shared<const Module>(read.take()), true);
}

std::string SmallGraph::run(std::vector<TensorValue> inputs) {
  std::vector<Shape> shapes;
  for (const TensorValue& v : inputs) shapes.push_back(v.type.shape);
  if (Status s = executable_->prepare(kGraph, shapes); !s) return s.error().text();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (Status s = executable_->set_input(kGraph, static_cast<int>(i), inputs[i].view()); !s)
      return s.error().text();
  }
  if (Status s = executable_->run(kGraph); !s) return s.error().text();
  results_.clear();
  for (std::size_t i = 0; i < executable_->module().graphs[0].outputs.size(); ++i) {
    results_.push_back(TensorValue::copy_of(executable_->output(kGraph, static_cast<int>(i))));
  }
  return {};
}

std::vector<std::string> SmallGraph::strings() const {
  std::vector<std::string> result;
  const Tensor view = results_[0].view();
  for (std::int64_t i = 0; i < view.elements(); ++i)
    result.emplace_back(string_at({view.data, view.size}, i));
  return result;
}

}  // namespace tare
