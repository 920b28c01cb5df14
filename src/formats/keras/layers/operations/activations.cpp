// Activations called as operations.
#include "formats/keras/json_tensor.h"
#include "formats/keras/layers/operations/operation.h"

namespace tare {
namespace {

template <UnaryKind kKind>
void read_unary(Operation& op) {
  op.output(op.g.unary(kKind, op.x()));
}

void read_leaky_relu(Operation& op) {
  op.output(op.g.unary(UnaryKind::kLeakyRelu, op.x(),
                       static_cast<float>(op.number(1, "negative_slope|alpha", 0.2))));
}

void read_elu(Operation& op) {
  op.output(op.g.unary(UnaryKind::kElu, op.x(),
                       static_cast<float>(op.number(Operation::kNamed, "alpha", 1.0))));
}

// max(x, 0) + min(0, alpha * (exp(x / alpha) - 1))
void read_celu(Operation& op) {
  const double alpha = op.number(Operation::kNamed, "alpha", 1.0);
  const ValueId x = op.x();
  const ValueId low =
      op.g.mul(op.g.unary(UnaryKind::kExpm1, op.g.div(op.g.minimum(x, 0.0), alpha)), alpha);
  op.output(op.g.add(op.g.relu(x), low));
}

void read_gelu(Operation& op) {
  const bool keras = op.layer().object().is_operation;
  op.output(op.g.unary(
      op.flag("approximate", keras) ? UnaryKind::kGeluApproximate : UnaryKind::kGelu, op.x()));
}

// Over several axes: over them as one dimension, at the end.
void read_softmax(Operation& op) {
  const ValueId x = op.x();
  const bool log = op.name() == "log_softmax";
  const auto over = [&](ValueId v, int axis) {
    return log ? op.g.log_softmax(v, axis) : op.g.softmax(v, axis);
  };
  if (!unwrapped(op.plain(1, "axis|dim")).is_array())
    return op.output(over(x, op.axis(op.integer(1, "axis|dim", -1), x)));
  const Compose::Axes axes = op.axes(1, "axis|dim", x);
  if (!op.ok()) return;
  const Operation::Joined joined = op.join(x, axes);
  op.output(op.spread(joined, over(joined.value, -1)));
}

void read_hard_sigmoid(Operation& op) {
  op.output(op.g.unary(UnaryKind::kHardSigmoid, op.x(),
                       op.layer().generation() == 2 ? 0.2f : 1.0f / 6.0f));
}

void read_silu(Operation& op) {
  const ValueId x = op.x();
  const double beta = op.number(1, "beta", 1);
  if (beta == 1) return op.output(op.g.unary(UnaryKind::kSilu, x));
  op.output(op.g.mul(x, op.g.unary(UnaryKind::kLogistic, op.g.mul(x, beta))));
}

// Activations that have a rule by name already.
void read_activation(Operation& op) {
  const ValueId x = op.x();
  op.output(op.layer().activate(
      op.layer().object().is_operation ? op.layer().config("name") : Json(), x));
}

void read_soft_shrink(Operation& op) {
  const double t = op.number(1, "threshold", 0.5);
  const ValueId x = op.x();
  op.output(op.g.sub(x, op.g.clip(x, -t, t)));
}

void read_hard_shrink(Operation& op) {
  const double t = op.number(1, "threshold", 0.5);
  const ValueId x = op.x();
  op.output(op.g.select(op.g.binary(BinaryKind::kGreater, op.g.unary(UnaryKind::kAbs, x), t), x,
                        op.g.number(0, op.g.dtype(x))));
}

void read_threshold(Operation& op) {
  const ValueId x = op.x();
  const ValueId other = op.g.number(op.number(2, "default_value"), op.g.dtype(x));
  op.output(op.g.select(op.g.binary(BinaryKind::kGreater, x, op.number(1, "threshold")), x, other));
}

void read_tanh_shrink(Operation& op) {
  const ValueId x = op.x();
  op.output(op.g.sub(x, op.g.unary(UnaryKind::kTanh, x)));
}

void read_log_sigmoid(Operation& op) {
  op.output(op.g.neg(op.g.unary(UnaryKind::kSoftplus, op.g.neg(op.x()))));
}

void read_squareplus(Operation& op) {
  const ValueId x = op.x();
  const ValueId root = op.g.unary(UnaryKind::kSqrt, op.g.add(op.g.square(x), op.number(1, "b", 4)));
  op.output(op.g.mul(op.g.add(x, root), 0.5));
}

void read_glu(Operation& op) {
  const ValueId x = op.x();
  const auto halves = op.g.split(x, op.axis(op.integer(1, "axis", -1), x), 2);
  op.output(op.g.mul(halves[0], op.g.unary(UnaryKind::kLogistic, halves[1])));
}

void read_sparse_plus(Operation& op) {
  const ValueId x = op.x();
  const ValueId middle = op.g.mul(op.g.square(op.g.add(op.g.clip(x, -1, 1), 1.0)), 0.25);
  op.output(op.g.add(middle, op.g.relu(op.g.sub(x, 1.0))));
}

void read_sparse_sigmoid(Operation& op) {
  op.output(op.g.unary(UnaryKind::kHardSigmoid, op.x(), 0.5f));
}

using U = UnaryKind;
constexpr OperationRule kRules[] = {
    {"relu", read_unary<U::kRelu>},
    {"relu6", read_unary<U::kRelu6>},
    {"sigmoid", read_unary<U::kLogistic>},
    {"silu", read_silu},
    {"swish", read_silu},
    {"selu", read_unary<U::kSelu>},
    {"softplus", read_unary<U::kSoftplus>},
    {"softsign", read_unary<U::kSoftsign>},
    {"mish", read_unary<U::kMish>},
    {"hard_tanh", read_unary<U::kReluN1To1>},
    {"hard_silu", read_unary<U::kHardSwish>},
    {"hard_swish", read_unary<U::kHardSwish>},
    {"leaky_relu", read_leaky_relu},
    {"elu", read_elu},
    {"celu", read_celu},
    {"gelu", read_gelu},
    {"softmax", read_softmax},
    {"log_softmax", read_softmax},
    {"hard_sigmoid", read_hard_sigmoid},
    {"soft_shrink", read_soft_shrink},
    {"hard_shrink", read_hard_shrink},
    {"threshold", read_threshold},
    {"tanh_shrink", read_tanh_shrink},
    {"log_sigmoid", read_log_sigmoid},
    {"squareplus", read_squareplus},
    {"glu", read_glu},
    {"sparse_plus", read_sparse_plus},
    {"sparse_sigmoid", read_sparse_sigmoid},
    {"sparsemax", read_activation},
};

}  // namespace

std::span<const OperationRule> activation_operations() { return kRules; }

}  // namespace tare
