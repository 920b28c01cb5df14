// A model of one node, for tests of ops: run on the reference kernels, on XNNPACK, and after being
// written as TFLite and read again.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "ir/op_def.h"
#include "ir/tensor.h"

namespace tare::test {

enum class Way { kReference, kLowered, kRoundTrip };

struct Outcome {
  std::string error;  // empty when it ran
  bool lowered = false;
  std::string reason;  // why it was not
  std::vector<TensorValue> outputs;

  template <class T>
  std::vector<T> output(std::size_t i = 0) const {
    const auto data = outputs.at(i).bytes.as<T>();
    return {data.begin(), data.end()};
  }
};

class OneNode {
 public:
  template <class A>
  explicit OneNode(A attributes)
      : op_(&A::kOp), attributes_(std::make_shared<A>(std::move(attributes))) {}

  template <class T>
  OneNode& feed(TensorType type, const std::vector<T>& data) {
    return add(std::move(type), bytes_of(data), Kind::kFed);
  }
  template <class T>
  OneNode& constant(TensorType type, const std::vector<T>& data) {
    return add(std::move(type), bytes_of(data), Kind::kConstant);
  }
  OneNode& absent() { return add({}, {}, Kind::kAbsent); }
  // Element type and quantisation of the next output; its shape is left to inference. Without any:
  // one float32.
  OneNode& output(TensorType type);

  Outcome run(Way way) const;

 private:
  enum class Kind { kFed, kConstant, kAbsent };
  struct Operand {
    TensorType type;
    Buffer data;
    Kind kind;
  };
  template <class T>
  static Buffer bytes_of(const std::vector<T>& data) {
    return Buffer::copy_of(std::as_bytes(std::span(data)));
  }
  OneNode& add(TensorType type, Buffer data, Kind kind);
  Result<struct Built> build() const;

  const OpDef* op_;
  std::shared_ptr<const void> attributes_;
  std::vector<Operand> operands_;
  std::vector<TensorType> outputs_;
};

TensorType quantised(DType dtype, Shape shape, float scale, std::int32_t zero_point = 0);
TensorType per_channel(DType dtype, Shape shape, std::vector<float> scales, int axis);

// The same numbers on every machine; floats in -1..1.
std::vector<float> random_floats(std::size_t count, std::uint32_t seed);
template <class T>
std::vector<T> random_integers(std::size_t count, std::uint32_t seed, std::int32_t low,
                               std::int32_t high) {
  std::vector<T> result;
  for (const float f : random_floats(count, seed)) {
    result.push_back(
        static_cast<T>(static_cast<float>(low) + (f + 1) / 2 * static_cast<float>(high - low)));
  }
  return result;
}

// EXPECTs that all three ways agree: the round trip exactly, XNNPACK within `tolerance` (of the
// largest result, for floats; in steps, for integers). Returns the reference's outcome.
struct Agreement {
  double tolerance = 1e-5;
  bool must_lower = true;
  bool round_trip = true;
};
Outcome expect_agreement(const OneNode& node, const Agreement& agreement);

}  // namespace tare::test
