// Three forms: one scale, one per index of an axis, or one per block, in which case scales are a
// tensor of their own.
#include "formats/tflite/quantization.h"

#include <cmath>
#include <limits>

#include "base/half.h"
#include "ports/tflite_vector.h"

namespace tare::tflite_format {
namespace {

using Quantizations = Result<std::shared_ptr<const Quantization>>;

Error invalid(std::string message) { return {Code::kInvalidModel, std::move(message), {}}; }

Status add(Quantization& q, float scale, std::int64_t zero_point, DType dtype) {
  const std::string place = q.scales.empty() ? "" : " " + std::to_string(q.scales.size());
  if (!std::isfinite(scale) || scale <= 0.0f) {
    return invalid("quantisation: scale" + place + " must be positive and finite");
  }
  const IntRange range = int_range(dtype);
  if (zero_point < range.min || zero_point > range.max) {
    return invalid("quantisation: zero point" + place + " is " + std::to_string(zero_point) +
                   ", which " + std::string(dtype_name(dtype)) + " cannot hold");
  }
  q.scales.push_back(scale);
  q.zero_points.push_back(static_cast<std::int32_t>(zero_point));
  return {};
}

Quantizations read_vectors(File& file, const tflite::Tensor& tensor, DType dtype) {
  const auto& source = *tensor.quantization();
  const auto scales = span_of(source.scale());
  if (size_of(source.zero_point()) != scales.size()) {
    return invalid("quantisation: " + std::to_string(scales.size()) + " scales and " +
                   std::to_string(size_of(source.zero_point())) + " zero points");
  }
  if (!file.structure.spend(8 * scales.size()))
    return invalid("quantisation: absurdly many scales");
  auto q = std::make_shared<Quantization>();
  if (scales.size() > 1) {
    const auto dims = span_of(tensor.shape());
    q->axis = source.quantized_dimension();
    if (q->axis < 0 || static_cast<std::size_t>(q->axis) >= dims.size()) {
      return invalid("quantisation: axis " + std::to_string(q->axis) + " of a tensor of rank " +
                     std::to_string(dims.size()));
    }
    const std::int32_t extent = dims[static_cast<std::size_t>(q->axis)];
    if (static_cast<std::size_t>(extent) != scales.size()) {
      return invalid("quantisation: " + std::to_string(scales.size()) + " scales for " +
                     std::to_string(extent) + " channels");
    }
  }
  for (std::size_t i = 0; i < scales.size(); ++i) {
    const Status added =
        add(*q, scales[i], element_of(*source.zero_point(), static_cast<unsigned>(i)), dtype);
    if (!added.ok()) return added.error();
  }
  return std::shared_ptr<const Quantization>(std::move(q));
}

// Bytes of a constant tensor of the same subgraph that holds `count` scales or zero points.
Result<Buffer> parameter_tensor(File& file, const tflite::SubGraph& graph, int index,
                                std::uint64_t count, std::size_t element) {
  if (index < 0 || static_cast<std::size_t>(index) >= size_of(graph.tensors())) {
    return invalid("quantisation: no tensor " + std::to_string(index) +
                   " that could hold the parameters of blocks");
  }
  const auto* tensor = graph.tensors()->Get(static_cast<unsigned>(index));
  if (tensor->buffer() >= size_of(file.model->buffers()))
    return invalid("quantisation: parameters without a buffer");
  const auto data = file.data_of(*file.model->buffers()->Get(tensor->buffer()));
  if (!data || data->size() / element < count)
    return invalid("quantisation: fewer parameters than blocks");
  if (!file.structure.spend(8 * count)) return invalid("quantisation: absurdly many scales");
  return *data;
}

// Entry i; the tensor may lie at any address.
std::optional<double> parameter(const Buffer& data, tflite::TensorType type, std::size_t i) {
  const auto at = [&]<class T>(T value) {
    std::memcpy(&value, data.data() + i * sizeof(T), sizeof(T));
    return value;
  };
  switch (type) {
    case tflite::TensorType_FLOAT32:
      return static_cast<double>(at(float{}));
    case tflite::TensorType_FLOAT16:
      return static_cast<double>(half_to_float(at(std::uint16_t{})));
    case tflite::TensorType_BFLOAT16:
      return static_cast<double>(bfloat16_to_float(at(std::uint16_t{})));
    case tflite::TensorType_INT32:
      return at(std::int32_t{});
    case tflite::TensorType_INT64:
      return static_cast<double>(at(std::int64_t{}));
    case tflite::TensorType_INT8:
      return at(std::int8_t{});
    case tflite::TensorType_UINT8:
      return at(std::uint8_t{});
    default:
      return std::nullopt;
  }
}

std::size_t element_size(tflite::TensorType type) {
  switch (type) {
    case tflite::TensorType_INT64:
      return 8;
    case tflite::TensorType_FLOAT32:
    case tflite::TensorType_INT32:
      return 4;
    case tflite::TensorType_FLOAT16:
    case tflite::TensorType_BFLOAT16:
      return 2;
    default:
      return 1;
  }
}

Quantizations read_blocks(File& file, const tflite::SubGraph& graph, const tflite::Tensor& tensor,
                          DType dtype) {
  const auto& source = *tensor.quantization()->details_as_BlockwiseQuantization();
  const auto dims = span_of(tensor.shape());
  auto q = std::make_shared<Quantization>();
  q->block_size = source.block_size();
  q->axis = static_cast<int>(dims.size()) - 1;
  if (dims.empty() || q->block_size <= 0 || dims.back() % q->block_size != 0) {
    return invalid("quantisation: blocks of " + std::to_string(q->block_size) +
                   " do not divide the last dimension");
  }
  Shape shape;
  for (std::int32_t d : dims) shape.push_back(d);
  const auto elements = shape.checked_elements();
  if (!elements) return invalid("the shape is too large");
  const auto count = static_cast<std::uint64_t>(*elements / q->block_size);

  const auto type_at = [&](int i) {
    return graph.tensors()->Get(static_cast<unsigned>(i))->type();
  };
  const auto holder = [&](int i) {
    const bool known = i >= 0 && static_cast<std::size_t>(i) < size_of(graph.tensors());
    return parameter_tensor(file, graph, i, count, known ? element_size(type_at(i)) : 1);
  };
  auto scales = holder(source.scales());
  if (!scales) return scales.error();
  // Zero points are left out with a -1; tensor 0 cannot be told from the field's default and holds
  // none either.
  const bool shifted = source.zero_points() > 0;
  auto zero_points = shifted ? holder(source.zero_points()) : Result<Buffer>(Buffer());
  if (!zero_points) return zero_points.error();
  for (std::size_t i = 0; i < count; ++i) {
    const auto scale = parameter(*scales, type_at(source.scales()), i);
    const auto zero = shifted ? parameter(*zero_points, type_at(source.zero_points()), i) : 0.0;
    if (!scale || !zero)
      return invalid("quantisation: parameters of blocks have a type that holds none");
    const bool whole = *zero >= INT32_MIN && *zero <= INT32_MAX && *zero == std::floor(*zero);
    if (!whole) return invalid("quantisation: a zero point of a block is no integer");
    const Status added =
        add(*q, static_cast<float>(*scale), static_cast<std::int64_t>(*zero), dtype);
    if (!added.ok()) return added.error();
  }
  return std::shared_ptr<const Quantization>(std::move(q));
}

}  // namespace

Quantizations read_quantization(File& file, const tflite::SubGraph& graph,
                                const tflite::Tensor& tensor, DType dtype) {
  const auto* source = tensor.quantization();
  const std::shared_ptr<const Quantization> none;
  // Converters leave ranges and stray scales on floats; kernels never look at them.
  if (source == nullptr || !is_integer(dtype)) return none;
  switch (source->details_type()) {
    case tflite::QuantizationDetails_BlockwiseQuantization:
      if (source->details() == nullptr) return none;
      return read_blocks(file, graph, tensor, dtype);
    case tflite::QuantizationDetails_NONE:
      break;
    default:
      return Error{Code::kUnsupported,
                   "quantisation: only one scale, a scale per channel or blockwise scales are read",
                   {}};
  }
  if (size_of(source->scale()) == 0) return none;
  return read_vectors(file, tensor, dtype);
}

}  // namespace tare::tflite_format
