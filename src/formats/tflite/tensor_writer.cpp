// Undoes what the reader does to constants: int4 is packed again, scales of blocks become tensors.
#include "formats/tflite/tensor_writer.h"

#include <algorithm>
#include <cstring>

#include "base/half.h"
#include "ir/strings.h"

namespace tare::tflite_format {
namespace {

constexpr std::size_t kDataAlignment = 16;

tflite::TensorType type_code(DType dtype) {
  switch (dtype) {
    case DType::kFloat32:
      return tflite::TensorType_FLOAT32;
    case DType::kFloat16:
      return tflite::TensorType_FLOAT16;
    case DType::kBFloat16:
      return tflite::TensorType_BFLOAT16;
    case DType::kFloat64:
      return tflite::TensorType_FLOAT64;
    case DType::kInt4:
      return tflite::TensorType_INT4;
    case DType::kInt8:
      return tflite::TensorType_INT8;
    case DType::kInt16:
      return tflite::TensorType_INT16;
    case DType::kInt32:
      return tflite::TensorType_INT32;
    case DType::kInt64:
      return tflite::TensorType_INT64;
    case DType::kUint8:
      return tflite::TensorType_UINT8;
    case DType::kUint16:
      return tflite::TensorType_UINT16;
    case DType::kUint32:
      return tflite::TensorType_UINT32;
    case DType::kUint64:
      return tflite::TensorType_UINT64;
    case DType::kBool:
      return tflite::TensorType_BOOL;
    case DType::kComplex64:
      return tflite::TensorType_COMPLEX64;
    case DType::kComplex128:
      return tflite::TensorType_COMPLEX128;
    case DType::kString:
      return tflite::TensorType_STRING;
    case DType::kResource:
      return tflite::TensorType_RESOURCE;
    case DType::kVariant:
      return tflite::TensorType_VARIANT;
  }
  return tflite::TensorType_FLOAT32;
}

Buffer pack_int4(std::span<const std::byte> values) {
  Buffer packed = Buffer::allocate((values.size() + 1) / 2);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto half = static_cast<unsigned>(values[i]) & 15u;
    packed.mutable_data()[i / 2] |= static_cast<std::byte>(i % 2 == 0 ? half : half << 4);
  }
  return packed;
}

Buffer stored_form(const Value& value) {
  if (value.type.dtype == DType::kInt4) return pack_int4(value.constant.bytes());
  // In memory no block at all stands for empty strings; a file without data would be a tensor that
  // nobody produces.
  if (value.type.dtype == DType::kString && value.constant.empty()) {
    return pack_strings(
        std::vector<std::string>(static_cast<std::size_t>(value.type.shape.elements())));
  }
  return value.constant;
}

// Scales as halves where all of them are halves, as converters write them.
Buffer as_halves(const std::vector<float>& scales) {
  std::vector<std::uint16_t> halves;
  for (float scale : scales) {
    halves.push_back(float_to_half(scale));
    if (half_to_float(halves.back()) != scale) return {};
  }
  return Buffer::copy_of(std::as_bytes(std::span(halves)));
}

void mark(std::vector<bool>& used, const std::vector<ValueId>& ids) {
  for (ValueId id : ids) {
    if (id != ValueId::kNone) used[index(id)] = true;
  }
}

}  // namespace

BufferTable::BufferTable(flatbuffers::FlatBufferBuilder& fbb) : fbb_(fbb) {
  offsets_.push_back(tflite::CreateBuffer(fbb_));  // buffer 0 means no data
}

std::uint32_t BufferTable::add(std::span<const std::byte> bytes) {
  const std::size_t hash =
      std::hash<std::string_view>()({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  const auto [begin, end] = by_hash_.equal_range(hash);
  for (auto it = begin; it != end; ++it) {
    const auto held = it->second.bytes.bytes();
    if (std::equal(held.begin(), held.end(), bytes.begin(), bytes.end())) return it->second.index;
  }
  bytes_ += bytes.size() + kDataAlignment;
  const auto index = static_cast<std::uint32_t>(offsets_.size());
  fbb_.ForceVectorAlignment(bytes.size(), 1, kDataAlignment);
  const auto data =
      fbb_.CreateVector(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  offsets_.push_back(tflite::CreateBuffer(fbb_, data));
  by_hash_.emplace(hash, Held{index, Buffer::copy_of(bytes)});
  return index;
}

void TensorTable::add_values(const Graph& graph) {
  values_ = graph.values.size();
  std::vector<bool> used(values_, false);
  for (const Node& node : graph.nodes) mark(used, node.inputs);
  mark(used, graph.outputs);
  for (const Value& value : graph.values) {
    // Passes leave constants behind that nothing reads any more.
    const bool has_data =
        value.is_constant && used[static_cast<std::size_t>(&value - graph.values.data())];
    const Buffer data = has_data ? stored_form(value) : Buffer();
    offsets_.push_back(write(value.name, value.type, data.empty() ? 0 : buffers_.add(data.bytes()),
                             value.is_variable));
  }
  for (const Parameters& p : later_)
    offsets_.push_back(write(p.name, p.type, buffers_.add(p.bytes.bytes()), false));
}

std::int32_t TensorTable::add(const std::string& name, const TensorType& type) {
  offsets_.push_back(write(name, type, 0, false));
  return static_cast<std::int32_t>(offsets_.size()) - 1;
}

std::int32_t TensorTable::later(Parameters parameters) {
  later_.push_back(std::move(parameters));
  return static_cast<std::int32_t>(values_ + later_.size()) - 1;
}

flatbuffers::Offset<tflite::Tensor> TensorTable::write(const std::string& name,
                                                       const TensorType& type, std::uint32_t buffer,
                                                       bool variable) {
  std::vector<std::int32_t> dims, signature;
  bool open = false;
  for (Dim d : type.shape) {
    dims.push_back(is_known(d) ? static_cast<std::int32_t>(d) : 1);
    signature.push_back(is_known(d) ? static_cast<std::int32_t>(d) : -1);
    open = open || !is_known(d);
  }
  const auto parameters = quantization(name, type);
  const auto shape = fbb_.CreateVector(dims);
  const auto open_shape = open ? fbb_.CreateVector(signature)
                               : flatbuffers::Offset<flatbuffers::Vector<std::int32_t>>();
  const auto label = fbb_.CreateString(name);
  tflite::TensorBuilder tensor(fbb_);
  tensor.add_shape(shape);
  tensor.add_type(type_code(type.dtype));
  tensor.add_buffer(buffer);
  tensor.add_name(label);
  if (!parameters.IsNull()) tensor.add_quantization(parameters);
  tensor.add_is_variable(variable);
  if (open) tensor.add_shape_signature(open_shape);
  tensor.add_has_rank(type.shape.ranked());
  return tensor.Finish();
}

flatbuffers::Offset<tflite::QuantizationParameters> TensorTable::quantization(
    const std::string& name, const TensorType& type) {
  if (!type.quantized()) return {};
  const Quantization& q = *type.quantization;
  if (q.block_size != 0) return blocks(name, type);
  const std::vector<std::int64_t> zero_points(q.zero_points.begin(), q.zero_points.end());
  const auto scales = fbb_.CreateVector(q.scales);
  const auto zeros = fbb_.CreateVector(zero_points);
  tflite::QuantizationParametersBuilder parameters(fbb_);
  parameters.add_scale(scales);
  parameters.add_zero_point(zeros);
  parameters.add_quantized_dimension(q.axis);
  return parameters.Finish();
}

flatbuffers::Offset<tflite::QuantizationParameters> TensorTable::blocks(const std::string& name,
                                                                        const TensorType& type) {
  const Quantization& q = *type.quantization;
  Shape shape = type.shape;
  shape[shape.rank() - 1] /= q.block_size;
  const Buffer halves = as_halves(q.scales);
  const bool as_half = !halves.empty();
  const std::int32_t scales =
      later({name + "/scales", tensor_type(as_half ? DType::kFloat16 : DType::kFloat32, shape),
             as_half ? halves : Buffer::copy_of(std::as_bytes(std::span(q.scales)))});
  const bool shifted = std::any_of(q.zero_points.begin(), q.zero_points.end(),
                                   [](std::int32_t z) { return z != 0; });
  const std::int32_t zeros = shifted
                                 ? later({name + "/zero_points", tensor_type(DType::kInt32, shape),
                                          Buffer::copy_of(std::as_bytes(std::span(q.zero_points)))})
                                 : -1;
  const auto details = tflite::CreateBlockwiseQuantization(fbb_, scales, zeros, q.block_size);
  tflite::QuantizationParametersBuilder parameters(fbb_);
  parameters.add_details_type(tflite::QuantizationDetails_BlockwiseQuantization);
  parameters.add_details(details.Union());
  return parameters.Finish();
}

}  // namespace tare::tflite_format
