// Sizes and names of element types; the names are the field's usual ones.
#include "ir/dtype.h"

#include <array>

namespace tare {
namespace {

struct Row {
  std::uint8_t size;
  std::string_view name;
};

constexpr std::array<Row, 19> kRows{{
    {4, "float32"},     {2, "float16"}, {2, "bfloat16"}, {8, "float64"}, {1, "int4"},
    {1, "int8"},        {2, "int16"},   {4, "int32"},    {8, "int64"},   {1, "uint8"},
    {2, "uint16"},      {4, "uint32"},  {8, "uint64"},   {1, "bool"},    {8, "complex64"},
    {16, "complex128"}, {0, "string"},  {0, "resource"}, {0, "variant"},
}};

}  // namespace

std::size_t dtype_size(DType dtype) { return kRows[static_cast<std::size_t>(dtype)].size; }
std::string_view dtype_name(DType dtype) { return kRows[static_cast<std::size_t>(dtype)].name; }

IntRange int_range(DType dtype) {
  const int bits = dtype == DType::kInt4 ? 4 : 8 * static_cast<int>(dtype_size(dtype));
  if (!is_integer(dtype) || bits >= 32) return {INT32_MIN, INT32_MAX};
  const std::int32_t max = (1 << (is_unsigned(dtype) ? bits : bits - 1)) - 1;
  return {is_unsigned(dtype) ? 0 : -max - 1, max};
}

}  // namespace tare
