// Operations that change the type of elements: within its range, by their bytes, or, as images do,
// from a share of the largest number to that number.
#include <cmath>

#include "formats/keras/layers/operations/picture.h"
#include "formats/keras/model.h"
#include "ops/bitcast.h"

namespace tare {
namespace {

bool is_signed(DType type) {
  return type == DType::kInt8 || type == DType::kInt16 || type == DType::kInt32 ||
         type == DType::kInt64;
}

// The largest integer of a type and one.
double reach(DType type) {
  const int bits = static_cast<int>(dtype_size(type)) * 8;
  return std::ldexp(1.0, is_signed(type) ? bits - 1 : bits);
}

ValueId saturated(Operation& op, ValueId x, DType type) {
  if (!is_integer(type) || dtype_size(type) > 4) return op.g.cast(x, type);
  // The largest int32 is no float32; the one below it is.
  const double most = reach(type),
               high = dtype_size(type) == 4 ? most - (is_signed(type) ? 128 : 256) : most - 1;
  return op.g.cast(op.g.clip(op.real(x), is_signed(type) ? -most : 0, high), type);
}

std::optional<DType> wanted_type(Operation& op) {
  const auto type = keras_dtype(op.plain(1, "type|dtype").if_string().value_or(""));
  if (!type) op.fail("dtype: unknown");
  return op.ok() ? type : std::nullopt;
}

void read_saturate_cast(Operation& op) {
  const ValueId x = op.x();
  if (const auto type = wanted_type(op)) op.output(saturated(op, x, *type));
}

void read_view(Operation& op) {
  const ValueId x = op.x();
  const auto type = wanted_type(op);
  if (!type) return;
  if (op.layer().object().is_operation && dtype_size(*type) != dtype_size(op.g.dtype(x)))
    return op.unsupported("types of different sizes are not supported");
  op.output(op.layer().emit(Bitcast{.dtype = *type}, {x}));
}

// Of integers the whole range stands for what 0 to 1 does of floats.
void read_image_type(Operation& op) {
  const ValueId x = op.tensor(0, kImage);
  const auto type = wanted_type(op);
  const bool saturate = op.flag("saturate", false);
  if (!type || !op.ok()) return;
  const DType from = op.g.dtype(x);
  const auto is_number = [](DType t) { return is_float(t) || is_integer(t); };
  if (!is_number(from) || !is_number(*type)) return op.unsupported("floats and integers convert");
  const auto converted = [&](ValueId v) {
    return saturate ? saturated(op, v, *type) : op.g.cast(v, *type);
  };
  if (from == *type || (is_float(from) && is_float(*type))) return op.output(op.g.cast(x, *type));
  if (is_float(from)) return op.output(converted(op.g.mul(x, reach(*type) - 0.5)));
  if (is_float(*type)) return op.output(op.g.mul(op.g.cast(x, *type), 1 / (reach(from) - 1)));
  const double factor = reach(*type) / reach(from);
  if (factor >= 1) return op.output(op.g.mul(converted(x), factor));
  op.output(converted(op.g.binary(BinaryKind::kFloorDiv, x, 1 / factor)));
}

constexpr OperationRule kRules[] = {
    {"saturate_cast", read_saturate_cast},
    {"view", read_view},
    {"bitcast", read_view},
    {"convert_image_dtype", read_image_type},
};

}  // namespace

std::span<const OperationRule> conversion_operations() { return kRules; }

}  // namespace tare
