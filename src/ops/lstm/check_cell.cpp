// Before an LSTM cell runs: what its tensors must look like, what a step costs, what two cells
// give.
#include <string>

#include "base/checked.h"
#include "ops/lstm/cell.h"

namespace tare {
namespace {

constexpr const char* kGateNames[] = {"input", "forget", "cell", "output"};

class Checker {
 public:
  Checker(InferContext& c, const LstmPlaces& places) : c_(c), p_(places) {}

  Dim check(const LstmCheck& check);

 private:
  bool has(int i) const { return i >= 0 && c_.has(i); }
  bool integer() const { return c_.dtype(p_.x) == DType::kInt8; }
  // 8-bit weights of hybrid cells; legacy files call int8's bits uint8.
  bool weight_type(DType d) const {
    if (d == DType::kInt8) return true;
    return !integer() && (d == DType::kFloat32 || d == DType::kUint8);
  }
  bool tensor(int i, const Shape& shape, bool type_fits, const std::string& what);
  bool vector_of(int i, Dim size, DType type, const std::string& what) {
    return tensor(i, {size}, c_.dtype(i) == type, what);
  }
  bool matrix(int i, Dim rows, Dim columns, const std::string& what) {
    return tensor(i, {rows, columns}, weight_type(c_.dtype(i)), what);
  }
  bool sizes();
  bool gate(std::size_t g);
  bool gates();
  bool projection();
  bool states(const LstmCheck& check);
  bool state(int i, Dim width, DType type, const LstmCheck& check);

  InferContext& c_;
  const LstmPlaces& p_;
  Dim inputs_ = kUnknownDim, aux_ = kUnknownDim, cells_ = kUnknownDim, outputs_ = kUnknownDim;
};

bool Checker::tensor(int i, const Shape& shape, bool type_fits, const std::string& what) {
  if (!type_fits) {
    c_.fail(what + ": no kernel for " + std::string(dtype_name(c_.dtype(i))) + " with input " +
                std::string(dtype_name(c_.dtype(p_.x))),
            Code::kUnsupported);
    return false;
  }
  if (!compatible(c_.shape(i), shape)) {
    c_.fail(what + ": expected " + shape.text() + ", got " + c_.shape(i).text());
    return false;
  }
  if (is_float(c_.dtype(i)) || c_.dtype(i) == DType::kInt32) return true;
  const auto& q = c_.type(i).quantization;
  return c_.require(q != nullptr && q->per_tensor(), what + ": expected one scale");
}

bool Checker::sizes() {
  const Shape& x = c_.shape(p_.x);
  const int w = p_.weights[kOutputGate], r = p_.recurrent[kOutputGate];
  for (const int i : {w, r, p_.weights[kForgetGate], p_.recurrent[kForgetGate],
                      p_.weights[kCellGate], p_.recurrent[kCellGate]}) {
    if (!c_.require(has(i),
                    "input " + std::to_string(i) +
                        " is missing: weights of the forget, cell and output gates must be there"))
      return false;
  }
  if (!c_.require(!c_.shape(w).ranked() || c_.shape(w).rank() == 2,
                  "weights: expected 2 dimensions"))
    return false;
  if (!c_.require(!c_.shape(r).ranked() || (c_.shape(r).rank() >= 1 && c_.shape(r).rank() <= 2),
                  "recurrent weights: expected 1 or 2 dimensions"))
    return false;
  inputs_ = x.ranked() ? x.back() : kUnknownDim;
  if (c_.shape(w).ranked()) {
    cells_ = c_.shape(w)[0];
    if (!is_known(inputs_)) inputs_ = c_.shape(w)[1];
  }
  if (c_.shape(r).ranked()) outputs_ = c_.shape(r).back();
  if (has(p_.aux) && c_.shape(p_.aux).ranked()) aux_ = c_.shape(p_.aux).back();
  return c_.require(cells_ != 0 && outputs_ != 0 && inputs_ != 0,
                    "a cell without inputs, cells or outputs");
}

bool Checker::gate(std::size_t g) {
  const std::string name = std::string(kGateNames[g]) + " gate ";
  if (!matrix(p_.weights[g], cells_, inputs_, name + "weights")) return false;
  const int r = p_.recurrent[g];
  const bool diagonal = c_.shape(r).ranked() && c_.shape(r).rank() == 1;
  // Diagonal weights stay float in hybrid cells.
  if (diagonal &&
      !c_.require(!integer(), name + "recurrent weights: no integer kernel for diagonal ones"))
    return false;
  if (diagonal ? !vector_of(r, cells_, DType::kFloat32, name + "recurrent weights")
               : !matrix(r, cells_, outputs_, name + "recurrent weights"))
    return false;
  if (diagonal &&
      !c_.require(cells_ == outputs_,
                  name + "recurrent weights: diagonal ones need as many outputs as cells"))
    return false;
  if (has(p_.aux_weights[g]) &&
      !matrix(p_.aux_weights[g], cells_, aux_, name + "auxiliary weights"))
    return false;
  const int peephole = p_.peephole[g];
  if (has(peephole)) {
    const DType d = c_.dtype(peephole);
    const bool fits = integer() ? d == DType::kInt16 : weight_type(d);
    if (!tensor(peephole, {cells_}, fits, name + "peephole weights")) return false;
  }
  if (!c_.require(has(p_.bias[g]), name + "bias is missing")) return false;
  if (!vector_of(p_.bias[g], cells_, integer() ? DType::kInt32 : DType::kFloat32, name + "bias"))
    return false;
  return !has(p_.norm[g]) ||
         vector_of(p_.norm[g], cells_, integer() ? DType::kInt16 : DType::kFloat32,
                   name + "normalisation");
}

bool Checker::gates() {
  const bool coupled = !has(p_.weights[kInputGate]);
  for (const auto* tensors : {&p_.recurrent, &p_.bias}) {
    if (!c_.require(has((*tensors)[kInputGate]) != coupled,
                    "tensors of the input gate must be all there or all absent"))
      return false;
  }
  for (std::size_t g = coupled ? 1 : 0; g < 4; ++g) {
    if (!gate(g)) return false;
  }
  // Of groups that are all there or all absent, the forget gate's tensor tells.
  const auto alike = [&](const std::array<int, 4>& tensors, bool cell_gate,
                         const std::string& what) {
    const bool there = has(tensors[kForgetGate]);
    bool same =
        has(tensors[kOutputGate]) == there && has(tensors[kInputGate]) == (there && !coupled);
    same = same && (!cell_gate || has(tensors[kCellGate]) == there);
    return c_.require(same, what + " must be all there or all absent");
  };
  return alike(p_.peephole, false, "peephole weights") &&
         alike(p_.norm, true, "normalisation weights") &&
         alike(p_.aux_weights, true, "auxiliary weights");
}

bool Checker::projection() {
  if (!has(p_.projection)) {
    return c_.require(!has(p_.projection_bias), "a projection bias without projection weights") &&
           c_.require(!is_known(cells_) || !is_known(outputs_) || cells_ == outputs_,
                      "without a projection there must be as many outputs as cells, got " +
                          std::to_string(outputs_) + " and " + std::to_string(cells_));
  }
  if (!matrix(p_.projection, outputs_, cells_, "projection weights")) return false;
  return !has(p_.projection_bias) ||
         vector_of(p_.projection_bias, outputs_, integer() ? DType::kInt32 : DType::kFloat32,
                   "projection bias");
}

bool Checker::state(int i, Dim width, DType type, const LstmCheck& check) {
  if (!has(i)) return c_.require(!check.keeps_state, "a state is missing");
  if (!c_.require(!check.keeps_state || c_.value(i).is_variable,
                  "input " + std::to_string(i) + ": the state must be a variable"))
    return false;
  if (c_.dtype(i) != type) {
    c_.fail("state: expected " + std::string(dtype_name(type)) + ", got " +
            std::string(dtype_name(c_.dtype(i))));
    return false;
  }
  const auto& q = c_.type(i).quantization;
  if (type != DType::kFloat32 &&
      !c_.require(q != nullptr && q->per_tensor(), "state: expected one scale"))
    return false;
  // One or two dimensions, whatever they are.
  const Dim batch = sequence_shape(c_.shape(p_.x), check.time_major).batch;
  const auto elements = c_.shape(i).checked_elements();
  const auto wanted = is_known(batch) && is_known(width) ? checked_mul(batch, width) : std::nullopt;
  if (check.keeps_state && wanted && elements != wanted && c_.shape(i).ranked() &&
      c_.shape(i).rank() == 2 && c_.shape(i)[1] == width) {
    c_.variable_shape(i, {batch, width});
    return true;
  }
  return c_.require(!elements || !wanted || *elements == *wanted,
                    "state: expected [" + std::to_string(batch) + "," + std::to_string(width) +
                        "], got " + c_.shape(i).text());
}

bool Checker::states(const LstmCheck& check) {
  return state(p_.output_state, outputs_, c_.dtype(p_.x), check) &&
         state(p_.cell_state, cells_, integer() ? DType::kInt16 : DType::kFloat32, check);
}

Dim Checker::check(const LstmCheck& check) {
  const DType x = c_.dtype(p_.x);
  if (x != DType::kFloat32 && x != DType::kInt8) {
    c_.fail("no kernel for " + std::string(dtype_name(x)), Code::kUnsupported);
    return kUnknownDim;
  }
  if (integer() &&
      !c_.require(c_.type(p_.x).quantization != nullptr && c_.type(p_.x).quantization->per_tensor(),
                  "input: expected one scale"))
    return kUnknownDim;
  if (!sizes() || !gates() || !projection() || !states(check)) return kUnknownDim;
  return outputs_;
}

}  // namespace

Dim check_lstm(InferContext& c, const LstmCheck& check) {
  return Checker(c, check.places).check(check);
}

std::int64_t lstm_macs(const NodeTypes& t, const LstmPlaces& places) {
  std::int64_t sum = 0;
  const auto add = [&](int i) {
    if (i >= 0 && static_cast<std::size_t>(i) < t.inputs.size()) {
      // An absent input has the type of a scalar.
      const Shape& shape = t.inputs[static_cast<std::size_t>(i)].shape;
      if (shape.rank() > 0)
        sum = checked_add(sum, shape.checked_elements().value_or(0)).value_or(INT64_MAX / 4);
    }
  };
  for (const auto* group :
       {&places.weights, &places.aux_weights, &places.recurrent, &places.peephole}) {
    for (const int i : *group) add(i);
  }
  add(places.projection);
  return sum;
}

void infer_both_ways(InferContext& c, const BothWays& widths) {
  const auto output = [&](int i, Dim width) {
    Shape y = c.shape(0);
    if (y.ranked()) y[2] = width;
    c.output(i, DType::kFloat32, y);
  };
  const auto [forward, backward, merge] = widths;
  if (merge)
    return output(0, is_known(forward) && is_known(backward) ? forward + backward : kUnknownDim);
  output(0, forward);
  output(1, backward);
}

}  // namespace tare
