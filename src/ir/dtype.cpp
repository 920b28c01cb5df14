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

}  // namespace tare
