// Tables are written inside out, as FlatBuffers wants it.
#include "support/tflite_file.h"

#include <cstring>

namespace tare::test {
namespace {

using Builder = TfliteFile::Builder;

// Constants that stand behind the FlatBuffer are found by an offset that is known only when it is
// finished, so the file is built twice: first to learn its size.
struct Writer {
  const TfliteFile& file;
  std::uint64_t data_at = 0;
  Builder fbb{};
  std::vector<flatbuffers::Offset<tflite::Buffer>> buffers{};
  std::vector<flatbuffers::Offset<tflite::OperatorCode>> codes{};
  std::vector<std::uint8_t> behind{};

  std::uint32_t buffer(const std::vector<std::uint8_t>& data) {
    if (data.empty()) return 0;
    if (!file.data_appended) {
      buffers.push_back(tflite::CreateBufferDirect(fbb, &data));
    } else {
      buffers.push_back(tflite::CreateBuffer(fbb, 0, data_at + behind.size(), data.size()));
      behind.insert(behind.end(), data.begin(), data.end());
    }
    return static_cast<std::uint32_t>(buffers.size() - 1);
  }

  flatbuffers::Offset<tflite::Tensor> tensor(const TfliteFile::Tensor& t) {
    const std::uint32_t own = buffer(t.data);
    const auto sparsity =
        t.sparsity ? t.sparsity(fbb) : flatbuffers::Offset<tflite::SparsityParameters>();
    const auto quantization = t.scales.empty()
                                  ? flatbuffers::Offset<tflite::QuantizationParameters>()
                                  : tflite::CreateQuantizationParametersDirect(
                                        fbb, nullptr, nullptr, &t.scales, &t.zero_points,
                                        tflite::QuantizationDetails_NONE, 0, t.axis);
    return tflite::CreateTensorDirect(fbb, &t.shape, t.type,
                                      t.buffer < 0 ? own : static_cast<std::uint32_t>(t.buffer),
                                      t.name.c_str(), quantization, t.variable, sparsity,
                                      t.signature.empty() ? nullptr : &t.signature, t.has_rank);
  }

  flatbuffers::Offset<tflite::Operator> op(const TfliteFile::Operator& o) {
    const auto options = o.options ? o.options(fbb) : flatbuffers::Offset<void>();
    codes.push_back(
        tflite::CreateOperatorCodeDirect(fbb, static_cast<std::int8_t>(std::min(o.code, 127)),
                                         o.custom.empty() ? nullptr : o.custom.c_str(), o.version,
                                         static_cast<tflite::BuiltinOperator>(o.code)));
    return tflite::CreateOperatorDirect(fbb, static_cast<std::uint32_t>(codes.size() - 1),
                                        &o.inputs, &o.outputs, o.type, options);
  }

  flatbuffers::Offset<tflite::SubGraph> graph(const TfliteFile::Graph& g) {
    std::vector<flatbuffers::Offset<tflite::Tensor>> tensors;
    for (const auto& t : g.tensors) tensors.push_back(tensor(t));
    std::vector<flatbuffers::Offset<tflite::Operator>> operators;
    for (const auto& o : g.operators) operators.push_back(op(o));
    return tflite::CreateSubGraphDirect(fbb, &tensors, &g.inputs, &g.outputs, &operators,
                                        g.name.c_str());
  }

  flatbuffers::Offset<tflite::SignatureDef> signature(const TfliteFile::Signature& s) {
    const auto maps = [&](const auto& names) {
      std::vector<flatbuffers::Offset<tflite::TensorMap>> result;
      for (const auto& [name, index] : names)
        result.push_back(tflite::CreateTensorMapDirect(fbb, name.c_str(), index));
      return result;
    };
    const auto inputs = maps(s.inputs), outputs = maps(s.outputs);
    return tflite::CreateSignatureDefDirect(fbb, &inputs, &outputs, s.key.c_str(), s.graph);
  }

  void write() {
    buffers.push_back(tflite::CreateBuffer(fbb));
    std::vector<flatbuffers::Offset<tflite::SubGraph>> graphs;
    for (const auto& g : file.graphs) graphs.push_back(graph(g));
    std::vector<flatbuffers::Offset<tflite::SignatureDef>> signatures;
    for (const auto& s : file.signatures) signatures.push_back(signature(s));
    tflite::FinishModelBuffer(
        fbb, tflite::CreateModelDirect(fbb, file.version, &codes, &graphs, "test", &buffers,
                                       nullptr, nullptr, &signatures));
  }
};

// Rows of a 4 x 4 matrix in 2 x 2 blocks: dense over block rows, compressed over block columns,
// then the block.
flatbuffers::Offset<tflite::SparsityParameters> block_rows(Builder& fbb,
                                                           std::vector<std::int32_t> segments,
                                                           std::vector<std::int32_t> indices) {
  const auto values = [&](const std::vector<std::int32_t>& v) {
    return tflite::CreateInt32VectorDirect(fbb, &v).Union();
  };
  const auto kind = tflite::SparseIndexVector_Int32Vector;
  const auto dense = [&](int size) {
    return tflite::CreateDimensionMetadata(fbb, tflite::DimensionType_DENSE, size);
  };
  std::vector<flatbuffers::Offset<tflite::DimensionMetadata>> levels;
  levels.push_back(dense(2));
  const auto starts = values(segments), columns = values(indices);
  levels.push_back(tflite::CreateDimensionMetadata(fbb, tflite::DimensionType_SPARSE_CSR, 0, kind,
                                                   starts, kind, columns));
  levels.push_back(dense(2));
  levels.push_back(dense(2));
  const std::vector<std::int32_t> order{0, 1, 2, 3}, map{0, 1};
  return tflite::CreateSparsityParametersDirect(fbb, &order, &map, &levels);
}

}  // namespace

Buffer TfliteFile::bytes() const {
  // A first offset of 2 at least: 0 and 1 would mean that there is none.
  Writer first{.file = *this, .data_at = 1 << 20};
  first.write();
  Writer second{.file = *this, .data_at = first.fbb.GetSize()};
  second.write();
  std::vector<std::uint8_t> all(second.fbb.GetBufferPointer(),
                                second.fbb.GetBufferPointer() + second.fbb.GetSize());
  all.insert(all.end(), second.behind.begin(), second.behind.end());
  all.insert(all.end(), appended.begin(), appended.end());
  return Buffer::copy_of(std::as_bytes(std::span(all)));
}

TfliteFile tanh_plus_constant() {
  TfliteFile file;
  file.graphs.push_back(
      {.tensors = {{.name = "x", .shape = {1, 3}},
                   {.name = "t", .shape = {1, 3}},
                   {.name = "w", .shape = {1, 3}, .data = raw<float>({1, 2, 3})},
                   {.name = "y", .shape = {1, 3}}},
       .inputs = {0},
       .outputs = {3},
       .operators = {{.code = tflite::BuiltinOperator_TANH, .inputs = {0}, .outputs = {1}},
                     {.code = tflite::BuiltinOperator_ADD, .inputs = {1, 2}, .outputs = {3}}}});
  return file;
}

TfliteFile one_constant(TfliteFile::Tensor tensor) {
  TfliteFile file;
  file.graphs.push_back(
      {.tensors = {std::move(tensor)}, .inputs = {}, .outputs = {0}, .operators = {}});
  return file;
}

TfliteFile sparse_constant(std::vector<std::int32_t> segments, std::vector<std::int32_t> indices,
                           std::vector<float> values) {
  return one_constant(
      {.name = "c", .shape = {4, 4}, .data = raw(std::move(values)), .sparsity = [=](Builder& fbb) {
         return block_rows(fbb, segments, indices);
       }});
}

}  // namespace tare::test
