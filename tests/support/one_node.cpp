// The three ways share a builder; the round trip goes through the facade, as a user's file would.
#include "support/one_node.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "api/model.h"
#include "formats/tflite/write.h"
#include "ir/graph_builder.h"
#include "ops/common/elements.h"
#include "runtime/executable.h"

namespace tare::test {

struct Built {
  std::shared_ptr<Module> module;
  std::vector<Buffer> fed;
  std::vector<Shape> shapes;
};

OneNode& OneNode::add(TensorType type, Buffer data, Kind kind) {
  operands_.push_back({std::move(type), std::move(data), kind});
  return *this;
}

OneNode& OneNode::output(TensorType type) {
  outputs_.push_back(std::move(type));
  return *this;
}

Result<Built> OneNode::build() const {
  Built built{std::make_shared<Module>(), {}, {}};
  built.module->graphs.emplace_back().name = "main";
  GraphBuilder b(*built.module, GraphId{0});
  Entry entry{.name = "main", .graph = GraphId{0}, .input_names = {}, .output_names = {}};
  Node node{op_, attributes_, {}, {}, "node"};
  for (const Operand& o : operands_) {
    const std::string name = "in" + std::to_string(node.inputs.size());
    if (o.kind == Kind::kAbsent) {
      node.inputs.push_back(ValueId::kNone);
    } else if (o.kind == Kind::kConstant) {
      node.inputs.push_back(b.constant(name, o.type, o.data));
    } else {
      node.inputs.push_back(b.input(name, o.type));
      entry.input_names.push_back(name);
      built.fed.push_back(o.data);
      built.shapes.push_back(o.type.shape);
    }
  }
  const auto types = outputs_.empty()
                         ? std::vector<TensorType>{tensor_type(DType::kFloat32, Shape::unknown())}
                         : outputs_;
  for (std::size_t i = 0; i < types.size(); ++i) {
    entry.output_names.push_back("out" + std::to_string(i));
    node.outputs.push_back(
        b.graph().add_value({.name = entry.output_names.back(), .type = types[i]}));
    b.output(node.outputs.back());
  }
  b.add_into(std::move(node));
  if (!b.ok()) return b.error();
  built.module->entries.push_back(std::move(entry));
  return built;
}

namespace {

void fill(Tensor& tensor, const Buffer& data) {
  EXPECT_EQ(tensor.size, data.size());
  std::copy_n(data.data(), std::min(tensor.size, data.size()), tensor.data);
}

Outcome run_executable(const Built& built, bool use_xnnpack) {
  Outcome result;
  PlanOptions options;
  options.use_xnnpack = use_xnnpack;
  Executable executable(built.module, options);
  const auto fail = [&](const Status& status) {
    if (!status.ok()) result.error = status.error().text();
    return !status.ok();
  };
  if (fail(executable.prepare(GraphId{0}, built.shapes))) return result;
  for (std::size_t i = 0; i < built.fed.size(); ++i)
    fill(executable.input(GraphId{0}, static_cast<int>(i)), built.fed[i]);
  if (fail(executable.run(GraphId{0}))) return result;
  const Placement& placement = executable.plan(GraphId{0}).placements.at(0);
  result.lowered = placement.kind == Placement::Kind::kXnnpack;
  result.reason = placement.reason;
  for (std::size_t i = 0; i < built.module->graphs[0].outputs.size(); ++i) {
    result.outputs.push_back(
        TensorValue::copy_of(executable.output(GraphId{0}, static_cast<int>(i))));
  }
  return result;
}

Outcome run_written(const Built& built) {
  Outcome result;
  auto bytes = write_tflite(*built.module);
  if (!bytes) return {.error = bytes.error().text(), .reason = {}, .outputs = {}};
  ModelBundle bundle;
  bundle.add("model.tflite", bytes.take());
  LoadOptions options;
  options.use_xnnpack = false;
  auto model = Model::load(std::move(bundle), options);
  if (!model) return {.error = model.error().text(), .reason = {}, .outputs = {}};
  Status status = model->prepare(0, built.shapes);
  for (std::size_t i = 0; status.ok() && i < built.fed.size(); ++i) {
    Tensor input = model->input(static_cast<int>(i));
    fill(input, built.fed[i]);
  }
  if (status.ok()) status = model->run();
  if (!status.ok()) return {.error = status.error().text(), .reason = {}, .outputs = {}};
  for (std::size_t i = 0; i < built.module->graphs[0].outputs.size(); ++i) {
    result.outputs.push_back(TensorValue::copy_of(model->output(static_cast<int>(i))));
  }
  return result;
}

// Largest difference: relative to the largest magnitude for floats, in steps for integers.
double distance(const TensorValue& a, const TensorValue& b) {
  const Tensor x = a.view(), y = b.view();
  if (x.size != y.size || !(x.shape == y.shape)) return INFINITY;
  const LoadDouble load = load_double(x.dtype);
  double largest = 0, worst = 0;
  for (std::int64_t i = 0; i < x.elements(); ++i) {
    const double p = load(x.data, i), q = load(y.data, i);
    if (std::isnan(p) && std::isnan(q)) continue;
    if (std::isnan(p) || std::isnan(q)) return INFINITY;
    largest = std::max(largest, std::abs(p));
    if (p != q) worst = std::max(worst, std::abs(p - q));
  }
  return is_float(x.dtype) && largest > 0 ? worst / largest : worst;
}

}  // namespace

Outcome OneNode::run(Way way) const {
  const auto built = build();
  if (!built) return {.error = built.error().text(), .reason = {}, .outputs = {}};
  return way == Way::kRoundTrip ? run_written(*built)
                                : run_executable(*built, way == Way::kLowered);
}

TensorType quantised(DType dtype, Shape shape, float scale, std::int32_t zero_point) {
  TensorType type = tensor_type(dtype, shape);
  type.quantization = std::make_shared<Quantization>(Quantization{{scale}, {zero_point}, 0, 0});
  return type;
}

TensorType per_channel(DType dtype, Shape shape, std::vector<float> scales, int axis) {
  TensorType type = tensor_type(dtype, shape);
  std::vector<std::int32_t> zeros(scales.size(), 0);
  type.quantization =
      std::make_shared<Quantization>(Quantization{std::move(scales), std::move(zeros), axis, 0});
  return type;
}

std::vector<float> random_floats(std::size_t count, std::uint32_t seed) {
  std::vector<float> result(count);
  std::uint64_t state = seed * 2654435761u + 1u;
  for (float& f : result) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    f = static_cast<float>(static_cast<std::int32_t>(state >> 32)) / 2147483648.0f;
  }
  return result;
}

Outcome expect_agreement(const OneNode& node, const Agreement& agreement) {
  Outcome reference = node.run(Way::kReference);
  EXPECT_EQ(reference.error, "");
  const Outcome lowered = node.run(Way::kLowered);
  EXPECT_EQ(lowered.error, "");
  if (agreement.must_lower) EXPECT_TRUE(lowered.lowered) << lowered.reason;
  for (std::size_t i = 0; i < reference.outputs.size() && i < lowered.outputs.size(); ++i) {
    EXPECT_LE(distance(reference.outputs[i], lowered.outputs[i]), agreement.tolerance)
        << "output " << i << " on XNNPACK";
  }
  if (!agreement.round_trip) return reference;
  const Outcome again = node.run(Way::kRoundTrip);
  EXPECT_EQ(again.error, "");
  for (std::size_t i = 0; i < reference.outputs.size() && i < again.outputs.size(); ++i) {
    EXPECT_EQ(distance(reference.outputs[i], again.outputs[i]), 0.0)
        << "output " << i << " after the round trip";
  }
  return reference;
}

}  // namespace tare::test
