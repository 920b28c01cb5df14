// A host with nothing but memory.
#include "ir/evaluate.h"

#include "ir/facets.h"

namespace tare {
namespace {

class FoldingHost : public EvalHost {
 public:
  FoldingHost(std::vector<TensorValue>& values, std::vector<Tensor>& tensors,
              std::uint64_t max_bytes, std::int64_t& trips)
      : values_(values), tensors_(tensors), max_bytes_(max_bytes), trips_(trips) {}

  bool allocate(int output, const Shape& shape, ErrorSink& sink) override {
    const auto i = static_cast<std::size_t>(output);
    TensorType type = values_[i].type;
    type.shape = shape;
    const auto bytes =
        type.dtype == DType::kString ? tensors_[i].size : byte_size(type.dtype, shape);
    if (!bytes || *bytes > max_bytes_) {
      sink.fail({Code::kBudgetExceeded, "a constant would be too large to fold", {}});
      return false;
    }
    values_[i] = type.dtype == DType::kString ? TensorValue{type, Buffer::allocate(*bytes), {}}
                                              : TensorValue::zeros(type);
    if (!values_[i].bytes && !is_handle(type.dtype)) {
      sink.fail({Code::kBudgetExceeded, "out of memory", {}});
      return false;
    }
    tensors_[i] = values_[i].view();
    return true;
  }
  std::byte* scratch(std::size_t bytes) override {
    scratch_ = Buffer::allocate(bytes);
    return scratch_.mutable_data();
  }
  std::uint64_t max_bytes() const override { return max_bytes_; }
  Result<std::vector<TensorValue>> call(GraphId, std::span<const Tensor>) override {
    return Error{Code::kInternal, "a node that calls a graph cannot be folded", {}};
  }
  bool spend_trip(ErrorSink& sink) override {
    if (trips_-- > 0) return true;
    sink.fail({Code::kBudgetExceeded, "a constant would take too long to fold", {}});
    return false;
  }

 private:
  std::vector<TensorValue>& values_;
  std::vector<Tensor>& tensors_;
  std::uint64_t max_bytes_;
  std::int64_t& trips_;
  Buffer scratch_;
};

}  // namespace

Status check_sizes(const Node& node, std::span<const TensorType> outputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (node.outputs[i] == ValueId::kNone || outputs[i].shape.known() ||
        (node.op->flags & kSizesOutputs) != 0)
      continue;
    return Error{Code::kUnsupported,
                 "output " + std::to_string(i) + " " + outputs[i].shape.text() +
                     " has no size that its inputs tell",
                 node_place(node)};
  }
  return {};
}

Result<std::vector<TensorValue>> evaluate(const Node& node, std::span<const Value* const> inputs,
                                          std::uint64_t max_bytes, std::int64_t& trips) {
  const EvalFacet* facet = find_eval(node.op);
  if (facet == nullptr)
    return Error{Code::kUnsupported, "this build has no kernel for it", node_place(node)};
  auto inferred = infer_node(node, inputs);
  if (!inferred) return inferred.error();
  if (Status s = check_sizes(node, inferred->types); !s) return s.error();

  std::vector<TensorValue> sources;
  for (const Value* v : inputs)
    sources.push_back(v ? TensorValue{v->type, v->constant, {}} : TensorValue{});
  std::vector<Tensor> input_tensors;
  for (TensorValue& s : sources) input_tensors.push_back(s.view());
  std::vector<Tensor*> input_pointers;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    input_pointers.push_back(inputs[i] ? &input_tensors[i] : nullptr);

  std::vector<TensorValue> outputs(node.outputs.size());
  std::vector<Tensor> tensors(outputs.size());
  std::vector<Tensor*> pointers;
  FoldingHost host(outputs, tensors, max_bytes, trips);
  ErrorSink sink;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    outputs[i].type = inferred->types[i];
    tensors[i].dtype = outputs[i].type.dtype;
    pointers.push_back(&tensors[i]);
    if (outputs[i].type.shape.known() && outputs[i].type.dtype != DType::kString &&
        !host.allocate(static_cast<int>(i), outputs[i].type.shape, sink)) {
      return sink.error();
    }
  }
  EvalContext context(node, input_pointers, pointers, host);
  facet->eval(node.attributes.get(), context);
  if (!context.ok()) {
    Error error = context.error();
    error.where = node_place(node);
    return error;
  }
  return outputs;
}

}  // namespace tare
