// The int8 LSTM with 16-bit gates and cell state, bit for bit as TFLite's. Gates are sums in Q3.12
// (or normalised ones), their activations 2^15ths; the cell state has a power of two as its scale.
#include <algorithm>
#include <cmath>

#include "ops/common/fixed_point.h"
#include "ops/common/fixed_point_16.h"
#include "ops/common/fixed_point_functions.h"
#include "ops/common/quantized_activation.h"
#include "ops/common/row_products.h"
#include "ops/common/scratch_parts.h"
#include "ops/lstm/cell.h"

namespace tare {
namespace {

using I16 = std::int16_t;
using I32 = std::int32_t;
using I64 = std::int64_t;

constexpr IntRange kRange16 = {-32768, 32767};
constexpr IntRange kRange8 = {-128, 127};

I16 to_16(I64 v) { return static_cast<I16>(clamp_to(v, kRange16)); }
I32 wrap(I64 v) { return static_cast<I32>(static_cast<std::uint32_t>(v)); }

struct Gate {
  QuantizedMultiplier input, recurrent, peephole, norm;
  I32 least_variance = 1;
};

// Products of scales are taken in float32 as the reference does, then widened.
struct Parameters {
  std::array<Gate, 4> gates;
  QuantizedMultiplier hidden, projection;
  I32 hidden_zero = 0;
  int cell_bits = 0;  // log2 of the cell state's scale
  I16 cell_clip = 0;
  std::int8_t projection_clip = 0;

  Parameters(const IntegerLstm& lstm, float input_scale);
};

Parameters::Parameters(const IntegerLstm& lstm, float input_scale) {
  const LstmCell& cell = lstm.cell;
  const float state_scale = lstm.output_state.scale();
  const float hidden_scale = lstm.between[4].scale;
  cell_bits = static_cast<int>(std::lround(std::log2(lstm.cell_state.scale())));
  for (std::size_t g = 0; g < 4; ++g) {
    const LstmGate& gate = cell.gates[g];
    if (!gate.weights) continue;
    const float scale = cell.normalised() ? lstm.between[g].scale : std::ldexp(1.0f, -12);
    gates[g].input = quantize_multiplier(gate.weights->scale() * input_scale / scale);
    gates[g].recurrent = quantize_multiplier(gate.recurrent->scale() * state_scale / scale);
    if (gate.peephole) {
      const auto product =
          static_cast<float>(std::ldexp(1.0, cell_bits) * gate.peephole->scale() / scale);
      gates[g].peephole = quantize_multiplier(product);
    }
    if (gate.norm) {
      gates[g].norm = quantize_multiplier(gate.norm->scale());
      gates[g].least_variance =
          std::max(1, static_cast<I32>(std::min(10000.0f * gate.norm->scale(), 1e9f)));
    }
  }
  hidden = quantize_multiplier(
      static_cast<float>(std::ldexp(1.0, -15) / hidden_scale * std::ldexp(1.0, -15)));
  hidden_zero = lstm.between[4].zero_point;
  if (cell.projection)
    projection = quantize_multiplier(cell.projection->scale() * hidden_scale / state_scale);
  if (cell.cell_clip > 0)
    cell_clip = static_cast<I16>(std::min(cell.cell_clip / lstm.cell_state.scale(), 32767.0f));
  if (cell.projection_clip > 0)
    projection_clip =
        static_cast<std::int8_t>(std::min(cell.projection_clip / state_scale, 127.0f));
}

class Integer {
 public:
  Integer(const IntegerLstm& lstm, const Tensor& x, std::int64_t rows_at_once, ScratchParts& parts)
      : cell_(lstm.cell),
        p_(lstm, x.scale()),
        input_zero_(x.zero_point()),
        state_zero_(lstm.output_state.zero_point()),
        rows_at_once_(rows_at_once),
        gates_part_(parts.add<I16>(4 * cell_.cells)),
        x_part_(parts.add<I16>(cell_.inputs)),
        h_part_(parts.add<I16>(cell_.outputs)),
        hidden_part_(parts.add<I16>(cell_.cells)),
        sums_part_(parts.add<I32>(std::max(cell_.cells, cell_.outputs))) {}

  void bind(const ScratchParts& parts) {
    gates_ = parts.at<I16>(gates_part_);
    x_ = parts.at<I16>(x_part_);
    h_ = parts.at<I16>(h_part_);
    hidden_ = parts.at<I16>(hidden_part_);
    sums_ = parts.at<I32>(sums_part_);
  }

  void step(const std::int8_t* x, std::int8_t* h, I16* c, std::int64_t row);

 private:
  I16* gate(LstmGateIndex g, const I16* c, std::int64_t row);
  void add_products(const Tensor& weights, const I16* x, const I32* bias, QuantizedMultiplier m,
                    I16* out);
  void add_peephole(const LstmGate& gate, QuantizedMultiplier m, const I16* c, std::int64_t row,
                    I16* out) const;
  void normalise(const LstmGate& gate, const Gate& p, I16* values) const;
  void update(const I16* input, const I16* forget, const I16* fresh, I16* c) const;
  void put_output(const I16* gate, const I16* c, std::int8_t* h);

  const LstmCell& cell_;
  Parameters p_;
  I32 input_zero_, state_zero_;
  std::int64_t rows_at_once_;
  std::size_t gates_part_, x_part_, h_part_, hidden_part_, sums_part_;
  I16* gates_ = nullptr;
  I16* x_ = nullptr;
  I16* h_ = nullptr;
  I16* hidden_ = nullptr;
  I32* sums_ = nullptr;
};

void Integer::add_products(const Tensor& weights, const I16* x, const I32* bias,
                           QuantizedMultiplier m, I16* out) {
  row_products({cell_.cells, weights.shape[1]}, weights.as<std::int8_t>().data(), x, sums_);
  for (std::int64_t i = 0; i < cell_.cells; ++i) {
    const I32 sum = bias ? wrap(static_cast<I64>(sums_[i]) + bias[i]) : sums_[i];
    out[i] = to_16(static_cast<I64>(multiply_by_quantized_multiplier(sum, m)) + out[i]);
  }
}

// The reference takes the rows of a time step as rows of as many elements as there are outputs;
// with a projection to fewer that is not where the cells are. Its results are what models were
// tuned with.
void Integer::add_peephole(const LstmGate& gate, QuantizedMultiplier m, const I16* c,
                           std::int64_t row, I16* out) const {
  const I16* w = gate.peephole->as<I16>().data();
  const bool narrow = cell_.outputs < cell_.cells;
  for (std::int64_t i = 0; i < cell_.cells; ++i) {
    const std::int64_t at = narrow ? row * cell_.cells + i : i;
    if (narrow && at >= rows_at_once_ * cell_.outputs) return;
    const I32 product =
        multiply_by_quantized_multiplier(w[narrow ? at % cell_.outputs : at] * c[i], m);
    out[i] = to_16(static_cast<I64>(product) + out[i]);
  }
}

void Integer::normalise(const LstmGate& gate, const Gate& p, I16* values) const {
  const std::int64_t n = cell_.cells;
  I64 sum = 0, squares = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    sum += values[i];
    squares += values[i] * values[i];
  }
  const auto mean = static_cast<I32>(sum * 1024 / n);
  const I64 variance = squares * ((1 << 20) / n) - static_cast<I64>(mean) * mean;
  auto spread = static_cast<I32>(variance / (1 << 20));
  if (spread < 1) spread = p.least_variance;
  const QuantizedMultiplier inverse = inverse_square_root(spread);
  const QuantizedMultiplier scale = {p.norm.multiplier, p.norm.shift + 12};
  const I16* w = gate.norm->as<I16>().data();
  const I32* bias = gate.bias->as<I32>().data();
  for (std::int64_t i = 0; i < n; ++i) {
    const I32 scaled = multiply_by_quantized_multiplier(1024 * values[i] - mean, inverse);
    const I32 weighted = wrap(static_cast<I64>(scaled) * w[i] + bias[i]);
    const I64 nudged =
        weighted > 0 ? static_cast<I64>(weighted) + 512 : static_cast<I64>(weighted) - 512;
    values[i] = to_16(multiply_by_quantized_multiplier(static_cast<I32>(nudged / 1024), scale));
  }
}

I16* Integer::gate(LstmGateIndex g, const I16* c, std::int64_t row) {
  const LstmGate& gate = cell_.gates[g];
  const Gate& p = p_.gates[g];
  I16* out = gates_ + g * cell_.cells;
  std::fill(out, out + cell_.cells, I16{0});
  // With normalisation the bias is added after it.
  add_products(*gate.weights, x_, gate.norm ? nullptr : gate.bias->as<I32>().data(), p.input, out);
  add_products(*gate.recurrent, h_, nullptr, p.recurrent, out);
  if (gate.peephole) add_peephole(gate, p.peephole, c, row, out);
  if (gate.norm) normalise(gate, p, out);
  for (std::int64_t i = 0; i < cell_.cells; ++i)
    out[i] = g == kCellGate ? tanh_16(out[i], 3) : logistic_16(out[i]);
  return out;
}

void Integer::update(const I16* input, const I16* forget, const I16* fresh, I16* c) const {
  for (std::int64_t i = 0; i < cell_.cells; ++i) {
    const I16 kept = static_cast<I16>(rounding_divide_by_pot(forget[i] * c[i], 15));
    const I32 share = input ? input[i] : 32767 - forget[i];
    const I16 added = static_cast<I16>(rounding_divide_by_pot(share * fresh[i], 30 + p_.cell_bits));
    c[i] = to_16(static_cast<I64>(kept) + added);
    if (p_.cell_clip > 0) c[i] = std::clamp(c[i], static_cast<I16>(-p_.cell_clip), p_.cell_clip);
  }
}

void Integer::put_output(const I16* gate, const I16* c, std::int8_t* h) {
  const auto hidden = [&](std::int64_t i, I32 zero) {
    const I32 product = gate[i] * tanh_16(c[i], 15 + p_.cell_bits);
    return clamp_to(static_cast<I64>(multiply_by_quantized_multiplier(product, p_.hidden)) + zero,
                    kRange8);
  };
  if (!cell_.projection) {
    for (std::int64_t i = 0; i < cell_.cells; ++i)
      h[i] = static_cast<std::int8_t>(hidden(i, p_.hidden_zero));
    return;
  }
  // Stored less the zero point, which the bias takes away again: both are the reference's.
  for (std::int64_t i = 0; i < cell_.cells; ++i)
    hidden_[i] = static_cast<I16>(hidden(i, -p_.hidden_zero) + p_.hidden_zero);
  row_products({cell_.outputs, cell_.cells}, cell_.projection->as<std::int8_t>().data(), hidden_,
               sums_);
  const I32* bias = cell_.projection_bias ? cell_.projection_bias->as<I32>().data() : nullptr;
  for (std::int64_t i = 0; i < cell_.outputs; ++i) {
    const I32 sum = bias ? wrap(static_cast<I64>(sums_[i]) + bias[i]) : sums_[i];
    I32 v = clamp_to(
        static_cast<I64>(multiply_by_quantized_multiplier(sum, p_.projection)) + state_zero_,
        kRange8);
    if (p_.projection_clip > 0) v = std::clamp<I32>(v, -p_.projection_clip, p_.projection_clip);
    h[i] = static_cast<std::int8_t>(v);
  }
}

void Integer::step(const std::int8_t* x, std::int8_t* h, I16* c, std::int64_t row) {
  for (std::int64_t i = 0; i < cell_.inputs; ++i) x_[i] = static_cast<I16>(x[i] - input_zero_);
  for (std::int64_t i = 0; i < cell_.outputs; ++i) h_[i] = static_cast<I16>(h[i] - state_zero_);
  const I16* input = cell_.coupled() ? nullptr : gate(kInputGate, c, row);
  const I16* forget = gate(kForgetGate, c, row);
  update(input, forget, gate(kCellGate, c, row), c);
  put_output(gate(kOutputGate, c, row), c, h);
}

}  // namespace

void run_integer_lstm(EvalContext& c, const IntegerLstm& lstm, const LstmSequence& s) {
  ScratchParts parts;
  // Batch-major sequences run one row at a time in the reference too.
  Integer run(lstm, *s.x, s.time_major ? s.batch : 1, parts);
  const LstmStateRoom output_state(s.output_state, parts), cell_state(s.cell_state, parts);
  if (!parts.allocate(c)) return;
  run.bind(parts);
  std::byte* h_data = output_state.open(parts);
  std::byte* c_data = cell_state.open(parts);
  const std::int8_t* x = s.x->as<std::int8_t>().data();
  std::int8_t* y = s.output->as<std::int8_t>().data();
  s.each([&](std::int64_t row, std::int64_t b) {
    std::int8_t* h = reinterpret_cast<std::int8_t*>(h_data) + b * lstm.cell.outputs;
    run.step(x + row * lstm.cell.inputs, h, reinterpret_cast<I16*>(c_data) + b * lstm.cell.cells,
             s.time_major ? b : 0);
    std::copy(h, h + lstm.cell.outputs, y + row * s.stride + s.offset);
  });
  output_state.close(h_data);
  cell_state.close(c_data);
}

}  // namespace tare
