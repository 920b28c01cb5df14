// The walk over a model's topology, behind read_keras_model: objects of its layers
// (model_objects.cpp), their calls (model_calls.cpp), and the whole (model.cpp).
#pragma once

#include <map>

#include "formats/keras/activations.h"
#include "formats/keras/model.h"

namespace tare {

inline constexpr int kMaxModelDepth = 64;

// A model's layers as objects.
struct KerasNet {
  KerasTopology topology;
  std::vector<std::unique_ptr<KerasObject>> layers;
};

class KerasModelReader : public KerasHost {
 public:
  KerasModelReader(const KerasSource& source, const ReadOptions& options, Module& module)
      : source_(source), options_(options), main_(module, GraphId{0}) {}

  Status read();

  std::optional<TensorValue> find_weight(const KerasObject& object,
                                         const KerasWeight& weight) override;
  std::optional<Buffer> find_asset(const KerasObject& object, std::string_view name) override;
  std::vector<KerasTensor> call(KerasObject& object, const KerasCall& call,
                                GraphBuilder& builder) override;
  std::unique_ptr<KerasObject> make_object(Json serialized, const KerasObject& parent,
                                           std::string_view attribute,
                                           GraphBuilder& builder) override;
  ValueId activate(Json activation, ValueId x, KerasLayer& layer) override {
    return apply_activation(activation, x, layer);
  }

 private:
  std::unique_ptr<KerasObject> make_layer(const KerasTopology::Layer& layer,
                                          const KerasObject& model,
                                          std::map<std::string, int>& attributes, ErrorSink& sink);
  void fill_object(KerasObject& object, Json serialized, ErrorSink& sink);
  KerasNet* net_of(KerasObject& model, GraphBuilder& builder);
  std::vector<KerasTensor> call_model(KerasObject& model, const KerasCall& call,
                                      GraphBuilder& builder);
  std::vector<KerasTensor> call_chain(const KerasNet& net, std::vector<KerasTensor> chain,
                                      GraphBuilder& builder);
  std::vector<KerasTensor> call_graph(const KerasNet& net, const std::vector<KerasTensor>& inputs,
                                      GraphBuilder& builder);
  std::vector<KerasTensor> call_rule(KerasObject& object, const KerasCall& call,
                                     GraphBuilder& builder);
  std::vector<KerasTensor> model_inputs(const KerasNet& net, const KerasObject& model,
                                        const KerasCall& call, GraphBuilder& builder);
  std::vector<KerasArgument> graph_inputs();
  void graph_input(Json serialized, const std::string& name, Json shape,
                   std::vector<KerasArgument>& into);
  void report(const ErrorSink& sink, GraphBuilder& builder) {
    if (!sink.ok()) builder.fail(sink.error());
  }

  const KerasSource& source_;
  const ReadOptions& options_;
  GraphBuilder main_;
  Dim batch_ = kUnknownDim;
  int depth_ = 0;
  std::int64_t calls_left_ = options_.max_nodes;  // models in models may multiply them
  Entry entry_;
  KerasObject root_;
};

}  // namespace tare
