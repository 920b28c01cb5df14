// Float and hybrid LSTM steps, one row of the batch at a time: gates, cell, output.
#include <algorithm>
#include <cmath>

#include "ops/common/requantize.h"
#include "ops/common/run_vector.h"
#include "ops/common/vector_activations.h"
#include "ops/lstm/cell.h"

namespace tare {
namespace {

void clip(float* values, std::int64_t count, float limit) {
  if (limit <= 0.0f) return;
  for (std::int64_t i = 0; i < count; ++i) values[i] = std::min(std::max(values[i], -limit), limit);
}

void normalise(float* values, std::int64_t count) {
  float sum = 0.0f;
  for (std::int64_t i = 0; i < count; ++i) sum += values[i];
  const float mean = sum / static_cast<float>(count);
  float squares = 0.0f;
  for (std::int64_t i = 0; i < count; ++i) squares += (values[i] - mean) * (values[i] - mean);
  const float inverse = 1.0f / std::sqrt(squares / static_cast<float>(count) + 1e-8f);
  for (std::int64_t i = 0; i < count; ++i) values[i] = (values[i] - mean) * inverse;
}

bool is_hybrid(const LstmCell& cell) {
  if (is_run_time_quantised(cell.projection)) return true;
  return std::any_of(cell.gates.begin(), cell.gates.end(), [](const LstmGate& g) {
    return is_run_time_quantised(g.weights) || is_run_time_quantised(g.aux) ||
           is_run_time_quantised(g.recurrent);
  });
}

class FloatLstm {
 public:
  FloatLstm(const LstmCell& cell, ScratchParts& parts)
      : cell_(cell),
        hybrid_(is_hybrid(cell)),
        x_(parts, cell.inputs, cell.cells, hybrid_),
        aux_(parts, cell.aux, cell.cells, hybrid_),
        h_(parts, cell.outputs, cell.cells, hybrid_),
        hidden_(parts, cell.cells, cell.outputs, hybrid_),
        gates_part_(parts.add<float>(4 * cell.cells)) {}

  void bind(const ScratchParts& parts) {
    for (RunVector* v : {&x_, &aux_, &h_, &hidden_}) v->bind(parts);
    gates_ = parts.at<float>(gates_part_);
  }

  void step(const float* x, const float* aux, float* h, float* c);

 private:
  float* gate(LstmGateIndex g, const float* c);
  void activate_cell(float* values) const {
    if (cell_.activation == Activation::kTanh) return apply_tanh(values, cell_.cells);
    const Range range = activation_range(cell_.activation);
    for (std::int64_t i = 0; i < cell_.cells; ++i)
      values[i] = activate(values[i], cell_.activation, range);
  }
  void update(const float* input, const float* forget, const float* fresh, float* c) const;
  void put_output(const float* gate, const float* c, float* h);

  const LstmCell& cell_;
  bool hybrid_;
  RunVector x_, aux_, h_, hidden_;
  std::size_t gates_part_;
  float* gates_ = nullptr;
};

// The sum of all that enters gate g, before its activation.
float* FloatLstm::gate(LstmGateIndex g, const float* c) {
  const LstmGate& gate = cell_.gates[g];
  const std::int64_t n = cell_.cells;
  float* out = gates_ + g * n;
  const float* bias = gate.bias->as<float>().data();
  if (gate.norm)
    std::fill(out, out + n, 0.0f);
  else
    std::copy(bias, bias + n, out);
  x_.add_products(*gate.weights, n, out);
  if (gate.aux) aux_.add_products(*gate.aux, n, out);
  if (gate.recurrent->shape.rank() == 1) {
    const float* w = gate.recurrent->as<float>().data();
    for (std::int64_t i = 0; i < n; ++i) out[i] += w[i] * h_.values()[i];
  } else {
    h_.add_products(*gate.recurrent, n, out);
  }
  if (gate.peephole && gate.peephole->dtype == DType::kFloat32) {
    const float* w = gate.peephole->as<float>().data();
    for (std::int64_t i = 0; i < n; ++i) out[i] += w[i] * c[i];
  } else if (gate.peephole) {
    const std::int8_t* w = gate.peephole->as<std::int8_t>().data();
    for (std::int64_t i = 0; i < n; ++i)
      out[i] += gate.peephole->scale() * static_cast<float>(w[i]) * c[i];
  }
  if (gate.norm) {
    normalise(out, n);
    const float* w = gate.norm->as<float>().data();
    for (std::int64_t i = 0; i < n; ++i) out[i] = out[i] * w[i] + bias[i];
  }
  if (g == kCellGate)
    activate_cell(out);
  else
    apply_logistic(out, n);
  return out;
}

void FloatLstm::update(const float* input, const float* forget, const float* fresh,
                       float* c) const {
  for (std::int64_t i = 0; i < cell_.cells; ++i) {
    const float share = input ? input[i] : 1.0f - forget[i];
    c[i] = forget[i] * c[i] + share * fresh[i];
  }
  clip(c, cell_.cells, cell_.cell_clip);
}

void FloatLstm::put_output(const float* gate, const float* c, float* h) {
  // The cell gate's room is free by now.
  float* hidden = gates_ + kCellGate * cell_.cells;
  std::copy(c, c + cell_.cells, hidden);
  activate_cell(hidden);
  for (std::int64_t i = 0; i < cell_.cells; ++i) hidden[i] *= gate[i];
  if (!cell_.projection) {
    std::copy(hidden, hidden + cell_.cells, h);
    return;
  }
  const float* bias = cell_.projection_bias ? cell_.projection_bias->as<float>().data() : nullptr;
  if (bias)
    std::copy(bias, bias + cell_.outputs, h);
  else
    std::fill(h, h + cell_.outputs, 0.0f);
  hidden_.set(hidden, cell_.asymmetric);
  hidden_.add_products(*cell_.projection, cell_.outputs, h);
  clip(h, cell_.outputs, cell_.projection_clip);
}

void FloatLstm::step(const float* x, const float* aux, float* h, float* c) {
  x_.set(x, cell_.asymmetric);
  if (aux) aux_.set(aux, cell_.asymmetric);
  h_.set(h, cell_.asymmetric);
  const float* input = cell_.coupled() ? nullptr : gate(kInputGate, c);
  const float* forget = gate(kForgetGate, c);
  update(input, forget, gate(kCellGate, c), c);
  put_output(gate(kOutputGate, c), c, h);
}

}  // namespace

void run_float_lstm(EvalContext& c, const LstmCell& cell, const LstmSequence& s) {
  ScratchParts parts;
  FloatLstm lstm(cell, parts);
  const LstmStateRoom output_state(s.output_state, parts), cell_state(s.cell_state, parts);
  if (!parts.allocate(c)) return;
  lstm.bind(parts);
  std::byte* h_data = output_state.open(parts);
  std::byte* c_data = cell_state.open(parts);
  const float* x = s.x->as<float>().data();
  const float* aux = s.aux ? s.aux->as<float>().data() : nullptr;
  float* y = s.output->as<float>().data();
  s.each([&](std::int64_t row, std::int64_t b) {
    float* h = reinterpret_cast<float*>(h_data) + b * cell.outputs;
    lstm.step(x + row * cell.inputs, aux ? aux + row * cell.aux : nullptr, h,
              reinterpret_cast<float*>(c_data) + b * cell.cells);
    std::copy(h, h + cell.outputs, y + row * s.stride + s.offset);
  });
  output_state.close(h_data);
  cell_state.close(c_data);
}

}  // namespace tare
