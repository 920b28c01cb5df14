// The switch over element types, once for reading and once for writing.
#include "cli/elements.h"

#include <cmath>
#include <limits>

#include "base/half.h"
#include "cli/number_text.h"

namespace tare::cli {
namespace {

template <class T>
void put(Tensor& tensor, std::int64_t i, T value) {
  tensor.as<T>()[static_cast<std::size_t>(i)] = value;
}

template <class T>
T get(const Tensor& tensor, std::int64_t i) {
  return tensor.as<T>()[static_cast<std::size_t>(i)];
}

template <class T>
bool put_whole(Tensor& tensor, std::int64_t i, std::int64_t value,
               std::int64_t low = std::numeric_limits<T>::min(),
               std::int64_t high = std::numeric_limits<T>::max()) {
  if (value < low || value > high) return false;
  put<T>(tensor, i, static_cast<T>(value));
  return true;
}

bool set_float(Tensor& tensor, std::int64_t i, double value) {
  switch (tensor.dtype) {
    case DType::kComplex64:
    case DType::kFloat32:
      put(tensor, i, static_cast<float>(value));
      return true;
    case DType::kComplex128:
    case DType::kFloat64:
      put(tensor, i, value);
      return true;
    case DType::kFloat16:
      put(tensor, i, float_to_half(static_cast<float>(value)));
      return true;
    case DType::kBFloat16:
      put(tensor, i, float_to_bfloat16(static_cast<float>(value)));
      return true;
    default:
      return false;
  }
}

double complex_part(const Tensor& tensor, std::int64_t number) {
  return tensor.dtype == DType::kComplex64 ? get<float>(tensor, number)
                                           : get<double>(tensor, number);
}

}  // namespace

double real_element(const Tensor& tensor, std::int64_t i) {
  switch (tensor.dtype) {
    case DType::kFloat32:
      return get<float>(tensor, i);
    case DType::kFloat64:
      return get<double>(tensor, i);
    case DType::kFloat16:
      return half_to_float(get<std::uint16_t>(tensor, i));
    case DType::kBFloat16:
      return bfloat16_to_float(get<std::uint16_t>(tensor, i));
    case DType::kComplex64:
    case DType::kComplex128:
      return complex_part(tensor, 2 * i);
    case DType::kUint64:
      return static_cast<double>(get<std::uint64_t>(tensor, i));
    default:
      return static_cast<double>(integer_at(tensor, i));
  }
}

double imaginary_element(const Tensor& tensor, std::int64_t i) {
  return is_complex(tensor.dtype) ? complex_part(tensor, 2 * i + 1) : 0.0;
}

std::int64_t number_count(const Tensor& tensor) {
  return tensor.elements() * (is_complex(tensor.dtype) ? 2 : 1);
}

bool set_real(Tensor& tensor, std::int64_t i, double value) {
  if (is_float(tensor.dtype) || is_complex(tensor.dtype)) return set_float(tensor, i, value);
  // The bounds are powers of two, so that these comparisons are exact.
  if (std::floor(value) != value || value < -0x1p63 || value >= 0x1p64) return false;
  if (value >= 0x1p63) return set_natural(tensor, i, static_cast<std::uint64_t>(value));
  return set_integer(tensor, i, static_cast<std::int64_t>(value));
}

bool set_integer(Tensor& tensor, std::int64_t i, std::int64_t value) {
  switch (tensor.dtype) {
    case DType::kInt4:
      return put_whole<std::int8_t>(tensor, i, value, -8, 7);
    case DType::kInt8:
      return put_whole<std::int8_t>(tensor, i, value);
    case DType::kInt16:
      return put_whole<std::int16_t>(tensor, i, value);
    case DType::kInt32:
      return put_whole<std::int32_t>(tensor, i, value);
    case DType::kInt64:
      return put_whole<std::int64_t>(tensor, i, value);
    case DType::kUint8:
      return put_whole<std::uint8_t>(tensor, i, value);
    case DType::kUint16:
      return put_whole<std::uint16_t>(tensor, i, value);
    case DType::kUint32:
      return put_whole<std::uint32_t>(tensor, i, value);
    case DType::kBool:
      return put_whole<std::uint8_t>(tensor, i, value, 0, 1);
    case DType::kUint64:
      return value >= 0 && set_natural(tensor, i, static_cast<std::uint64_t>(value));
    default:
      return set_float(tensor, i, static_cast<double>(value));
  }
}

bool set_natural(Tensor& tensor, std::int64_t i, std::uint64_t value) {
  if (tensor.dtype == DType::kUint64) {
    put(tensor, i, value);
    return true;
  }
  if (is_integer(tensor.dtype) || tensor.dtype == DType::kBool) {
    return value <= static_cast<std::uint64_t>(INT64_MAX) &&
           set_integer(tensor, i, static_cast<std::int64_t>(value));
  }
  return set_float(tensor, i, static_cast<double>(value));
}

bool set_text(Tensor& tensor, std::int64_t i, std::string_view text) {
  if (tensor.dtype == DType::kBool && (text == "true" || text == "false"))
    return set_integer(tensor, i, text == "true");
  if (const auto integer = integer_of(text)) return set_integer(tensor, i, *integer);
  if (const auto natural = natural_of(text)) return set_natural(tensor, i, *natural);
  const auto real = real_of(text);
  return real && set_real(tensor, i, *real);
}

Result<TensorValue> convert_elements(const TensorValue& from, DType to) {
  if (from.type.dtype == to) return from;
  const auto refuse = [&](const std::string& what) {
    return Error{Code::kInvalidArgument,
                 what + " of type " + std::string(dtype_name(from.type.dtype)) +
                     " cannot be given as " + std::string(dtype_name(to)),
                 {}};
  };
  if (!is_numeric(from.type.dtype) || !is_numeric(to)) return refuse("data");
  TensorValue result = TensorValue::zeros(tensor_type(to, from.type.shape));
  const Tensor source = from.view();
  Tensor target = result.view();
  const bool whole = is_integer(source.dtype) || source.dtype == DType::kBool;
  const std::int64_t step = is_complex(to) ? 2 : 1;
  for (std::int64_t i = 0; i < source.elements(); ++i) {
    bool held;
    if (source.dtype == DType::kUint64)
      held = set_natural(target, i * step, get<std::uint64_t>(source, i));
    else if (whole)
      held = set_integer(target, i * step, integer_at(source, i));
    else
      held = set_real(target, i * step, real_element(source, i));
    if (step == 2) set_real(target, 2 * i + 1, imaginary_element(source, i));
    if (!held) return refuse(text_of(real_element(source, i)));
  }
  return result;
}

std::optional<DType> dtype_of(std::string_view name) {
  for (int d = 0; d <= static_cast<int>(DType::kVariant); ++d) {
    if (dtype_name(static_cast<DType>(d)) == name) return static_cast<DType>(d);
  }
  return std::nullopt;
}

}  // namespace tare::cli
