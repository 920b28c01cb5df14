// The .npy format: magic, version, a header that is a Python dict literal, raw data.
#include <array>
#include <charconv>
#include <cstring>

#include "cli/data_file.h"

namespace tare::cli {
namespace {

Error broken(std::string message) {
  return {Code::kInvalidArgument, ".npy: " + std::move(message), {}};
}

struct TypeCode {
  std::string_view code;
  DType dtype;
};
constexpr TypeCode kTypes[] = {
    {"|b1", DType::kBool},      {"|i1", DType::kInt8},        {"|u1", DType::kUint8},
    {"<i2", DType::kInt16},     {"<u2", DType::kUint16},      {"<i4", DType::kInt32},
    {"<u4", DType::kUint32},    {"<i8", DType::kInt64},       {"<u8", DType::kUint64},
    {"<f2", DType::kFloat16},   {"<f4", DType::kFloat32},     {"<f8", DType::kFloat64},
    {"<c8", DType::kComplex64}, {"<c16", DType::kComplex128},
};

// The text after `'key':` in the header, blanks skipped.
std::string_view field(std::string_view header, std::string_view key) {
  const std::size_t at = header.find("'" + std::string(key) + "'");
  if (at == std::string_view::npos) return {};
  header.remove_prefix(at + key.size() + 2);
  while (!header.empty() && (header.front() == ':' || header.front() == ' '))
    header.remove_prefix(1);
  return header;
}

Result<Shape> shape_in(std::string_view text) {
  const std::size_t close = text.find(')');
  if (!text.starts_with('(') || close == std::string_view::npos)
    return broken("the header has no shape");
  text = text.substr(1, close - 1);
  Shape shape;
  while (!text.empty()) {
    if (text.front() == ' ' || text.front() == ',') {
      text.remove_prefix(1);
      continue;
    }
    Dim extent = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), extent);
    if (error != std::errc() || extent < 0 || shape.rank() == kMaxRank)
      return broken("the shape is not readable");
    shape.push_back(extent);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
  return shape;
}

// Copies column-major elements into row-major order.
void copy_fortran(std::span<const std::byte> from, const Shape& shape, std::size_t size,
                  std::byte* to) {
  std::array<Dim, kMaxRank> at{};
  const std::int64_t count = shape.elements();
  for (std::int64_t i = 0; i < count; ++i) {
    std::int64_t source = 0, stride = 1;
    for (int axis = 0; axis < shape.rank(); ++axis) {
      source += at[static_cast<std::size_t>(axis)] * stride;
      stride *= shape[axis];
    }
    std::memcpy(to + static_cast<std::size_t>(i) * size,
                from.data() + static_cast<std::size_t>(source) * size, size);
    for (int axis = shape.rank() - 1; axis >= 0; --axis) {
      Dim& index = at[static_cast<std::size_t>(axis)];
      if (++index < shape[axis]) break;
      index = 0;
    }
  }
}

struct Header {
  std::string_view text;
  std::size_t data_offset;
};

Result<Header> header_of(std::span<const std::byte> bytes) {
  const std::string_view file(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (file.size() < 12 || !file.starts_with("\x93NUMPY"))
    return broken("the file does not begin as one");
  const int version = file[6];
  if (version < 1 || version > 3) return broken("unknown version " + std::to_string(version));
  const std::size_t width = version == 1 ? 2 : 4;
  std::size_t length = 0;
  for (std::size_t i = width; i-- > 0;)
    length = length << 8 | static_cast<unsigned char>(file[8 + i]);
  const std::size_t begin = 8 + width;
  if (length > file.size() - begin) return broken("the header goes beyond the file");
  return Header{file.substr(begin, length), begin + length};
}

}  // namespace

Result<TensorValue> read_npy(std::span<const std::byte> bytes) {
  const auto header = header_of(bytes);
  if (!header) return header.error();
  const std::string_view code = field(header->text, "descr");
  const TypeCode* type = nullptr;
  for (const TypeCode& known : kTypes) {
    if (code.starts_with("'" + std::string(known.code) + "'")) type = &known;
  }
  if (type == nullptr) {
    return broken("element type " + std::string(code.substr(0, code.find(','))) +
                  " is not read: use little-endian numbers");
  }
  const auto shape = shape_in(field(header->text, "shape"));
  if (!shape) return shape.error();
  const auto size = byte_size(type->dtype, *shape);
  const auto data = bytes.subspan(header->data_offset);
  if (!size || *size > data.size())
    return broken("the data are shorter than shape " + shape->text() + " needs");
  TensorValue value = TensorValue::zeros(tensor_type(type->dtype, *shape));
  if (field(header->text, "fortran_order").starts_with("True")) {
    copy_fortran(data, *shape, dtype_size(type->dtype), value.bytes.mutable_data());
  } else if (*size > 0) {
    std::memcpy(value.bytes.mutable_data(), data.data(), *size);
  }
  return value;
}

}  // namespace tare::cli
