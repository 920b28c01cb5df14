// Tensors and buffers of a file that is being written. Equal constants share one buffer.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "flatbuffers/flatbuffers.h"
#include "ir/graph.h"
#include "tflite_schema_generated.h"

namespace tare::tflite_format {

// Buffers of the whole file.
class BufferTable {
 public:
  explicit BufferTable(flatbuffers::FlatBufferBuilder& fbb);
  // The index of a buffer that holds these bytes.
  std::uint32_t add(std::span<const std::byte> bytes);
  std::uint64_t bytes() const { return bytes_; }
  const std::vector<flatbuffers::Offset<tflite::Buffer>>& offsets() const { return offsets_; }

 private:
  struct Held {
    std::uint32_t index;
    Buffer bytes;
  };

  flatbuffers::FlatBufferBuilder& fbb_;
  std::vector<flatbuffers::Offset<tflite::Buffer>> offsets_;
  std::unordered_multimap<std::size_t, Held> by_hash_;
  std::uint64_t bytes_ = 0;
};

// Tensors of one subgraph: one per value of the graph, in order, then those that values and
// operators need besides.
class TensorTable {
 public:
  TensorTable(flatbuffers::FlatBufferBuilder& fbb, BufferTable& buffers)
      : fbb_(fbb), buffers_(buffers) {}

  // Adds all values of a graph. Call once, first: value i becomes tensor i.
  void add_values(const Graph& graph);
  // A tensor without data: an intermediate.
  std::int32_t add(const std::string& name, const TensorType& type);
  const std::vector<flatbuffers::Offset<tflite::Tensor>>& offsets() const { return offsets_; }

 private:
  // What a table needs that must be written before it: blocks' scales become tensors behind all
  // values.
  struct Parameters {
    std::string name;
    TensorType type;
    Buffer bytes;
  };

  flatbuffers::Offset<tflite::Tensor> write(const std::string& name, const TensorType& type,
                                            std::uint32_t buffer, bool variable);
  flatbuffers::Offset<tflite::QuantizationParameters> quantization(const std::string& name,
                                                                   const TensorType& type);
  flatbuffers::Offset<tflite::QuantizationParameters> blocks(const std::string& name,
                                                             const TensorType& type);
  std::int32_t later(Parameters parameters);

  flatbuffers::FlatBufferBuilder& fbb_;
  BufferTable& buffers_;
  std::vector<flatbuffers::Offset<tflite::Tensor>> offsets_;
  std::size_t values_ = 0;
  std::vector<Parameters> later_;
};

}  // namespace tare::tflite_format
