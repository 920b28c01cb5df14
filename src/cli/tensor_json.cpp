// JSON to tensors and back.
#include "cli/tensor_json.h"

#include <algorithm>
#include <cmath>

#include "cli/elements.h"
#include "cli/number_text.h"
#include "ir/strings.h"

namespace tare::cli {
namespace {

Error wrong(Json at, std::string message) {
  return {Code::kInvalidArgument, std::move(message), at.path()};
}

// Visits what is not an array, in order; the parser has bounded the depth.
template <class Visit>
bool each_leaf(Json data, Visit visit) {
  if (!data.is_array()) return visit(data);
  for (const Json element : data) {
    if (!each_leaf(element, visit)) return false;
  }
  return true;
}

bool set_from(Json leaf, Tensor& tensor, std::int64_t i) {
  if (const auto text = leaf.if_string()) return set_text(tensor, i, *text);
  if (const auto truth = leaf.if_bool()) return set_integer(tensor, i, *truth);
  if (leaf.is_integer()) return set_integer(tensor, i, *leaf.if_integer());
  const auto real = leaf.if_number();
  // -0.0 is no natural number.
  if (real && (is_float(tensor.dtype) || is_complex(tensor.dtype)))
    return set_real(tensor, i, *real);
  if (const auto natural = leaf.if_natural()) return set_natural(tensor, i, *natural);
  return real && set_real(tensor, i, *real);
}

Error miscounted(Json data, std::int64_t got, const Shape& shape, std::int64_t wanted) {
  return wrong(data, std::to_string(got) + " values for shape " + shape.text() + ", which takes " +
                         std::to_string(wanted));
}

Result<TensorValue> strings_from(Json data, const Shape& shape) {
  std::vector<std::string> strings;
  Json odd;
  each_leaf(data, [&](Json leaf) {
    if (!leaf.is_string()) odd = leaf;
    strings.emplace_back(leaf.if_string().value_or(std::string_view()));
    return !odd.exists();
  });
  if (odd.exists()) return wrong(odd, "expected a string, got " + std::string(odd.what()));
  const auto count = static_cast<std::int64_t>(strings.size());
  if (count != shape.elements()) return miscounted(data, count, shape, shape.elements());
  return TensorValue{tensor_type(DType::kString, shape), pack_strings(strings), {}};
}

void write_number(const Tensor& tensor, std::int64_t i, JsonWriter& writer) {
  constexpr std::int64_t kExact = std::int64_t{1}
                                  << 53;  // beyond it a JSON number loses digits in most readers
  if (tensor.dtype == DType::kBool) {
    writer.boolean(integer_at(tensor, i) != 0);
  } else if (tensor.dtype == DType::kUint64) {
    const std::uint64_t value = tensor.as<std::uint64_t>()[static_cast<std::size_t>(i)];
    if (value > static_cast<std::uint64_t>(kExact))
      writer.string(std::to_string(value));
    else
      writer.natural(value);
  } else if (is_integer(tensor.dtype)) {
    const std::int64_t value = integer_at(tensor, i);
    if (value > kExact || value < -kExact)
      writer.string(std::to_string(value));
    else
      writer.integer(value);
  }
}

void write_real(double value, DType dtype, JsonWriter& writer) {
  if (!std::isfinite(value))
    writer.string(text_of(value));
  else if (dtype == DType::kFloat64 || dtype == DType::kComplex128)
    writer.number(value);
  else
    writer.number(static_cast<float>(value));
}

void write_element(const Tensor& tensor, std::int64_t i, JsonWriter& writer) {
  if (tensor.dtype == DType::kString) {
    writer.string(string_at({tensor.data, tensor.size}, i));
  } else if (is_float(tensor.dtype)) {
    write_real(real_element(tensor, i), tensor.dtype, writer);
  } else if (is_complex(tensor.dtype)) {
    writer.open_array();
    write_real(real_element(tensor, i), tensor.dtype, writer);
    write_real(imaginary_element(tensor, i), tensor.dtype, writer);
    writer.close_array();
  } else if (is_numeric(tensor.dtype)) {
    write_number(tensor, i, writer);
  } else {
    writer.null();  // a handle: nothing that text could hold
  }
}

void write_axis(const Tensor& tensor, int axis, std::int64_t& next, JsonWriter& writer) {
  if (axis == tensor.shape.rank()) return write_element(tensor, next++, writer);
  writer.open_array();
  for (Dim d = 0; d < tensor.shape[axis]; ++d) write_axis(tensor, axis + 1, next, writer);
  writer.close_array();
}

}  // namespace

Result<Shape> shape_of(Json data) {
  Shape shape;
  for (Json level = data; level.is_array(); level = level.at(std::size_t{0})) {
    if (shape.rank() == kMaxRank)
      return wrong(data, "arrays nested deeper than " + std::to_string(kMaxRank));
    shape.push_back(static_cast<Dim>(level.size()));
  }
  // Every array of one depth must be as long as the first of that depth.
  struct Check {
    const Shape& shape;
    Json odd;
    bool operator()(Json value, int depth) {
      const bool array = value.is_array();
      if (array != (depth < shape.rank()) ||
          (array && static_cast<Dim>(value.size()) != shape[depth])) {
        odd = value;
        return false;
      }
      for (const Json element : value) {
        if (array && !(*this)(element, depth + 1)) return false;
      }
      return true;
    }
  } check{shape, {}};
  if (!check(data, 0)) return wrong(check.odd, "the nested arrays are not all equally long");
  return shape;
}

Result<TensorValue> tensor_from_json(Json data, DType dtype, const Shape& shape) {
  if (!shape.checked_elements())
    return wrong(data, "shape " + shape.text() + " is not the shape of any data");
  if (dtype == DType::kString) return strings_from(data, shape);
  if (!is_numeric(dtype))
    return wrong(data, "no data can be given as " + std::string(dtype_name(dtype)));
  // Counted before memory is taken: a short text must not ask for a large tensor.
  std::int64_t count = 0;
  each_leaf(data, [&](Json) { return ++count; });
  TensorValue value{tensor_type(dtype, shape), {}, {}};
  const std::int64_t wanted = number_count(value.view());
  if (count != wanted) return miscounted(data, count, shape, wanted);
  value = TensorValue::zeros(value.type);
  Tensor tensor = value.view();
  std::int64_t i = 0;
  Json odd;
  each_leaf(data, [&](Json leaf) {
    if (!set_from(leaf, tensor, i++)) odd = leaf;
    return !odd.exists();
  });
  if (odd.exists())
    return wrong(odd, std::string(odd.what()) + " that is no " + std::string(dtype_name(dtype)));
  return value;
}

void write_nested(const Tensor& tensor, JsonWriter& writer) {
  std::int64_t next = 0;
  write_axis(tensor, 0, next, writer);
}

void write_flat(const Tensor& tensor, std::int64_t most, JsonWriter& writer) {
  const std::int64_t count = tensor.elements();
  const std::int64_t shown = std::min(count, most);
  writer.open_array();
  // Only a count above `most` is spread, so the product stays far from overflow.
  for (std::int64_t k = 0; k < shown; ++k)
    write_element(tensor, shown == count ? k : k * count / shown, writer);
  writer.close_array();
}

void write_shape(const Shape& shape, JsonWriter& writer) {
  if (!shape.ranked()) {
    writer.null();
    return;
  }
  writer.open_array();
  for (const Dim d : shape) {
    if (is_known(d))
      writer.integer(d);
    else
      writer.null();
  }
  writer.close_array();
}

}  // namespace tare::cli
