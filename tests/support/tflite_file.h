// Makes small .tflite files for tests, sound or broken, from a description: our own writer would
// refuse to break them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "tflite_schema_generated.h"

namespace tare::test {

struct TfliteFile {
  using Builder = flatbuffers::FlatBufferBuilder;

  struct Tensor {
    std::string name;
    tflite::TensorType type = tflite::TensorType_FLOAT32;
    std::vector<std::int32_t> shape;
    std::vector<std::uint8_t> data = {};
    std::vector<std::int32_t> signature = {};
    std::vector<float> scales = {};
    std::vector<std::int64_t> zero_points = {};
    int axis = 0;
    bool variable = false;
    bool has_rank = true;
    int buffer = -1;  // another buffer than the tensor's own
    std::function<flatbuffers::Offset<tflite::SparsityParameters>(Builder&)> sparsity = {};
  };
  struct Operator {
    int code = 0;
    std::vector<std::int32_t> inputs;
    std::vector<std::int32_t> outputs;
    tflite::BuiltinOptions type = tflite::BuiltinOptions_NONE;
    std::function<flatbuffers::Offset<void>(Builder&)> options = {};
    int version = 1;
    std::string custom = {};
  };
  struct Graph {
    std::string name = "main";
    std::vector<Tensor> tensors;
    std::vector<std::int32_t> inputs;
    std::vector<std::int32_t> outputs;
    std::vector<Operator> operators;
  };
  struct Signature {
    std::string key;
    std::uint32_t graph = 0;
    std::vector<std::pair<std::string, std::uint32_t>> inputs;
    std::vector<std::pair<std::string, std::uint32_t>> outputs;
  };

  std::vector<Graph> graphs;
  std::vector<Signature> signatures = {};
  std::uint32_t version = 3;
  std::vector<std::uint8_t> appended = {};  // bytes after the FlatBuffer
  bool data_appended = false;               // keep constants there too

  Buffer bytes() const;
  Graph& main() { return graphs.front(); }
  Tensor& tensor(std::size_t i) { return main().tensors[i]; }
  Operator& op(std::size_t i) { return main().operators[i]; }
};

template <class T>
std::vector<std::uint8_t> raw(std::vector<T> values) {
  const auto* begin = reinterpret_cast<const std::uint8_t*>(values.data());
  return {begin, begin + values.size() * sizeof(T)};
}

// y = tanh(x) + w: x, w and y are float32 [1,3].
TfliteFile tanh_plus_constant();

// A file whose only output is one constant.
TfliteFile one_constant(TfliteFile::Tensor tensor);

// A constant 4 x 4 matrix in blocks of 2 x 2: where in `indices` each row of blocks begins, the
// column of each block, and the blocks' elements.
TfliteFile sparse_constant(std::vector<std::int32_t> segments, std::vector<std::int32_t> indices,
                           std::vector<float> values);

}  // namespace tare::test
