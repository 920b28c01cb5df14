// See the header. Scales are divided in float32 and then widened, where the reference does so.
#include "ops/common/quantized_unary.h"

#include <algorithm>
#include <cmath>

#include "ops/common/elements.h"
#include "ops/common/fixed_point_16.h"
#include "ops/common/fixed_point_functions.h"
#include "ops/common/int16_table.h"
#include "ops/common/logistic_16.h"
#include "ops/common/quantized_activation.h"

namespace tare {
namespace {

using I32 = std::int32_t;

// out = f(stored number), for every element; f of 8-bit numbers is asked 256 times at most.
template <class F>
void map_elements(EvalContext& c, F f) {
  const Tensor& in = c.input(0);
  Tensor& out = c.output(0);
  const std::int64_t count = in.elements();
  if (in.dtype == DType::kInt16) {
    const std::int16_t* from = in.as<std::int16_t>().data();
    std::int16_t* to = out.as<std::int16_t>().data();
    for (std::int64_t i = 0; i < count; ++i) to[i] = static_cast<std::int16_t>(f(from[i]));
    return;
  }
  std::uint8_t table[256];
  const bool is_signed = in.dtype == DType::kInt8;
  for (int i = 0; i < 256; ++i)
    table[i] = static_cast<std::uint8_t>(f(is_signed ? static_cast<std::int8_t>(i) : i));
  const std::uint8_t* from = in.as<std::uint8_t>().data();
  std::uint8_t* to = out.as<std::uint8_t>().data();
  for (std::int64_t i = 0; i < count; ++i) to[i] = table[from[i]];
}

struct Quantities {
  float in_scale, out_scale;
  I32 in_zero, out_zero;
  IntRange range;  // of the type
  explicit Quantities(EvalContext& c)
      : in_scale(c.input(0).scale()),
        out_scale(c.output(0).scale()),
        in_zero(c.input(0).zero_point()),
        out_zero(c.output(0).zero_point()),
        range(int_range(c.input(0).dtype)) {}
  I32 to_output(I32 v) const { return clamp_to(static_cast<std::int64_t>(v) + out_zero, range); }
};

I32 scaled(I32 v, QuantizedMultiplier m) { return multiply_by_quantized_multiplier(v, m); }

void absolute(EvalContext& c) {
  const Quantities q(c);
  const QuantizedMultiplier m = quantize_multiplier(q.in_scale / q.out_scale);
  const bool same = q.in_scale == q.out_scale;
  map_elements(c, [&](I32 v) {
    const I32 magnitude = std::abs(v - q.in_zero);
    return q.to_output(same ? magnitude : scaled(magnitude, m));
  });
}

void rectify(const Unary& op, EvalContext& c) {
  const Quantities q(c);
  const QuantizedMultiplier m = quantize_multiplier(q.in_scale / q.out_scale);
  const auto bound = [&](float real) {
    return clamp_to(q.out_zero + static_cast<std::int64_t>(std::round(real / q.out_scale)),
                    q.range);
  };
  const IntRange range = {bound(op.kind == UnaryKind::kReluN1To1 ? -1.0f : 0.0f),
                          op.kind == UnaryKind::kRelu
                              ? q.range.max
                              : bound(op.kind == UnaryKind::kRelu6 ? 6.0f : 1.0f)};
  map_elements(c, [&](I32 v) {
    return clamp_to(static_cast<std::int64_t>(scaled(v - q.in_zero, m)) + q.out_zero, range);
  });
}

void leaky_relu(const Unary& op, EvalContext& c) {
  const Quantities q(c);
  const QuantizedMultiplier m = quantize_multiplier(q.in_scale / q.out_scale);
  const QuantizedMultiplier negative = quantize_multiplier(q.in_scale * op.alpha / q.out_scale);
  map_elements(
      c, [&](I32 v) { return q.to_output(scaled(v - q.in_zero, v >= q.in_zero ? m : negative)); });
}

std::int16_t to_16(std::int64_t v) {
  return static_cast<std::int16_t>(clamp_to(v, {-32768, 32767}));
}

std::int16_t reduced(QuantizedMultiplier m) {
  constexpr I32 kHalf = 1 << 15;
  return m.multiplier >= INT32_MAX - kHalf
             ? std::int16_t{32767}
             : static_cast<std::int16_t>((m.multiplier + kHalf) >> 16);
}

// 16-bit arithmetic: the input with 7 more bits, times a clamped and rescaled copy of itself.
bool hard_swish(EvalContext& c) {
  const Quantities q(c);
  const auto high = [](std::int16_t a, std::int16_t b) {
    return saturating_rounding_doubling_high_mul(a, b);
  };
  const float fine = q.in_scale / 128.0f;
  const QuantizedMultiplier to_out = quantize_multiplier(fine / q.out_scale);
  const QuantizedMultiplier to_gate = quantize_multiplier(fine / (3.0f / 32768.0f));
  if (to_out.shift > 0 || to_gate.shift > 15) {
    c.fail("the output's scale is too small for the input's", Code::kUnsupported);
    return false;
  }
  const std::int16_t out_factor = reduced(to_out), gate_factor = reduced(to_gate);
  map_elements(c, [&](I32 v) {
    const auto x = static_cast<std::int16_t>((v - q.in_zero) * 128);
    std::int16_t gate = x;
    if (to_gate.shift > 0) gate = to_16(static_cast<std::int64_t>(gate) << (to_gate.shift - 1));
    gate = high(gate, gate_factor);
    if (to_gate.shift > 0) gate = to_16(gate * 2);
    if (to_gate.shift < 0)
      gate = static_cast<std::int16_t>(rounding_divide_by_pot(gate, -to_gate.shift));
    gate = static_cast<std::int16_t>((gate + 32768) >> 1);
    const std::int16_t product = to_16(gate * high(x, out_factor) / 32768);
    return q.to_output(rounding_divide_by_pot(product, -to_out.shift));
  });
  return true;
}

bool all_above_zero_point(EvalContext& c) {
  const Tensor& in = c.input(0);
  const LoadInt load = load_int(in.dtype);
  for (std::int64_t i = 0; i < in.elements(); ++i) {
    if (load(in.data, i) < in.zero_point()) {
      c.fail("the square root of a negative number");
      return false;
    }
  }
  return true;
}

// Truncated, where the tables round.
void square_root(EvalContext& c) {
  const Quantities q(c);
  map_elements(c, [&](I32 v) -> I32 {
    if (v <= q.in_zero) return q.out_zero;
    const float root = std::sqrt(q.in_scale * static_cast<float>(v - q.in_zero)) / q.out_scale;
    return q.to_output(static_cast<I32>(std::min(root, 65536.0f)));
  });
}

void reciprocal_root_8(EvalContext& c) {
  constexpr int kBits = 20;
  const Quantities q(c);
  const QuantizedMultiplier scale =
      quantize_multiplier(1.0 / static_cast<double>(std::sqrt(q.in_scale) * q.out_scale));
  map_elements(c, [&](I32 v) {
    if (v <= q.in_zero) return q.range.max;
    const QuantizedMultiplier root = inverse_square_root(v - q.in_zero);
    const I32 fine = scaled(1, {root.multiplier, root.shift + kBits});
    return q.to_output(scaled(fine, {scale.multiplier, scale.shift - kBits}));
  });
}

struct TableFunction {
  const QuantizedUnary& unary;
  const Quantities& q;

  // What the reference's tables are made of.
  float operator()(float x) const {
    const UnaryKind kind = unary.op.kind;
    if (x <= 0 && kind == UnaryKind::kLog)
      return q.out_scale * static_cast<float>(q.range.min - q.out_zero);
    if (x <= 0 && kind == UnaryKind::kRsqrt) return q.out_scale * 32767.0f;
    return static_cast<float>(
        unary.real(static_cast<double>(x), static_cast<double>(unary.op.alpha)));
  }
};

void by_table_8(const QuantizedUnary& unary, EvalContext& c) {
  const Quantities q(c);
  const TableFunction function{unary, q};
  const float inverse = 1.0f / q.out_scale;
  map_elements(c, [&](I32 v) {
    const float y = std::round(function(q.in_scale * static_cast<float>(v - q.in_zero)) * inverse) +
                    static_cast<float>(q.out_zero);
    if (std::isnan(y)) return q.range.min;
    return static_cast<I32>(
        std::clamp(y, static_cast<float>(q.range.min), static_cast<float>(q.range.max)));
  });
}

void by_table_16(const QuantizedUnary& unary, EvalContext& c) {
  const Quantities q(c);
  const TableFunction function{unary, q};
  const auto call = [](float x, const void* f) {
    return (*static_cast<const TableFunction*>(f))(x);
  };
  const Int16Table table(Int16TableScales<float>{q.in_scale, q.in_zero, q.out_scale, q.out_zero},
                         call, &function);
  map_elements(c, [&](I32 v) { return table(static_cast<std::int16_t>(v)); });
}

}  // namespace

bool eval_quantized_unary(const QuantizedUnary& unary, EvalContext& c) {
  const Unary& op = unary.op;
  const DType type = c.input(0).dtype;
  const bool narrow = type == DType::kInt8 || type == DType::kUint8;
  if ((!narrow && type != DType::kInt16) || c.output(0).dtype != type || !c.output(0).quantization)
    return false;
  switch (op.kind) {
    case UnaryKind::kAbs:
      absolute(c);
      return true;
    case UnaryKind::kNeg:
      return false;  // the reference negates the stored number
    case UnaryKind::kRelu:
    case UnaryKind::kRelu6:
    case UnaryKind::kRelu0To1:
    case UnaryKind::kReluN1To1:
      rectify(op, c);
      return true;
    case UnaryKind::kLeakyRelu:
      leaky_relu(op, c);
      return true;
    case UnaryKind::kHardSwish:
      if (narrow) {
        hard_swish(c);
        return true;
      }
      break;
    case UnaryKind::kRsqrt:
      if (!all_above_zero_point(c)) return true;
      if (narrow) {
        reciprocal_root_8(c);
        return true;
      }
      break;
    case UnaryKind::kSqrt:
      if (all_above_zero_point(c)) square_root(c);
      return true;
    case UnaryKind::kLogistic:
    case UnaryKind::kTanh:
      if (!narrow) {
        (op.kind == UnaryKind::kTanh ? eval_tanh_16 : eval_logistic_16)(c);
        return true;
      }
      break;
    default:
      break;
  }
  if (unary.real == nullptr) return false;
  (narrow ? by_table_8 : by_table_16)(unary, c);
  return true;
}

}  // namespace tare
