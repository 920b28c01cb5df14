// Normalisations and attention called as operations.
#include <cmath>

#include "formats/keras/layers/attention_mask.h"
#include "formats/keras/layers/operations/operation.h"

namespace tare {
namespace {

// A vector along one axis of x, ready to broadcast over it.
ValueId along(Operation& op, ValueId v, ValueId x, int axis) {
  if (!op.ok() || op.g.rank(v) != 1) return v;
  for (int i = axis + 1; i < op.g.rank(x); ++i) v = op.g.expand_dims(v, -1);
  return v;
}

void read_batch_norm(Operation& op) {
  const ValueId x = op.x();
  if (!op.ok()) return;
  const DType type = op.g.dtype(x);
  const int axis = op.axis(op.integer(Operation::kNamed, "axis", -1), x);
  const double epsilon = op.number(Operation::kNamed, "epsilon", 1e-3);
  const auto vector = [&](std::size_t position, std::string_view name) {
    return along(op, op.g.cast(op.tensor(position, name, type), type), x, axis);
  };
  ValueId factor = op.g.unary(UnaryKind::kRsqrt, op.g.add(vector(2, "variance"), epsilon));
  if (!op.argument(4, "scale").is_none()) factor = op.g.mul(factor, vector(4, "scale"));
  ValueId y = op.g.mul(op.g.sub(x, vector(1, "mean")), factor);
  if (!op.argument(3, "offset").is_none()) y = op.g.add(y, vector(3, "offset"));
  op.output(y);
}

// By the mean and spread of each element's own axes, or the root of its mean square.
void read_layer_norm(Operation& op) {
  const ValueId x = op.x();
  if (!op.ok()) return;
  const bool root = op.name() == "rmsnorm" || op.name() == "rms_norm";
  const auto named = [&](const char* name) {
    return !op.argument(Operation::kNamed, name).is_none();
  };
  Compose::Axes axes = op.axes(Operation::kNamed, "axis", x);
  const double epsilon = op.number(Operation::kNamed, "epsilon", 1e-7);
  const ValueId centred = root ? x : op.g.sub(x, op.g.mean(x, axes, true));
  const ValueId spread = op.g.mean(op.g.square(centred), axes, true);
  ValueId y = op.g.mul(centred, op.g.unary(UnaryKind::kRsqrt, op.g.add(spread, epsilon)));
  const std::size_t first = 1;
  if (op.layer().call().positional.size() > first || named("gamma") || named("scale"))
    y = op.g.mul(y, op.tensor(first, "gamma|scale", op.g.dtype(x)));
  if (!root && !op.argument(2, "beta").is_none())
    y = op.g.add(y, op.tensor(2, "beta", op.g.dtype(x)));
  op.output(y);
}

// query [batch, steps, heads, width]; fewer heads of keys and values serve several of the query's.
void read_attention(Operation& op) {
  const ValueId query = op.tensor(0, "query");
  ValueId key = op.tensor(1, "key"), value = op.tensor(2, "value");
  if (!op.ok() || op.g.rank(query) != 4) return op.fail("query: expected four dimensions");
  const std::int64_t width = op.layer().extent(query, 3), heads = op.layer().extent(query, 2);
  const std::int64_t shared = op.layer().extent(key, 2);
  if (!op.ok() || shared < 1 || heads % shared != 0) return op.fail("the heads do not divide");
  if (heads != shared) {
    key = op.g.repeat(key, 2, heads / shared);
    value = op.g.repeat(value, 2, heads / shared);
  }
  const double scale = op.number(5, "scale", 1 / std::sqrt(static_cast<double>(width)));
  const ValueId q = op.g.transpose(query, {0, 2, 1, 3});
  ValueId scores = op.g.mul(op.g.matmul(q, op.g.transpose(key, {0, 2, 3, 1})), scale);
  if (const double cap = op.number(Operation::kNamed, "attn_logits_soft_cap", 0); cap > 0)
    scores = op.g.mul(op.g.unary(UnaryKind::kTanh, op.g.div(scores, cap)), cap);
  if (!op.argument(3, "bias").is_none())
    scores = op.g.add(scores, op.tensor(3, "bias", op.g.dtype(scores)));
  ValueId mask = ValueId::kNone;
  if (!op.argument(4, "mask").is_none()) mask = op.g.cast(op.tensor(4, "mask"), DType::kBool);
  if (op.flag("is_causal", false)) mask = both_masks(op.g, mask, causal_mask(op.g, scores));
  if (mask != ValueId::kNone)
    scores =
        op.g.select(mask, scores, op.g.number(-3.4028234663852886e38 * 0.7, op.g.dtype(scores)));
  const ValueId seen = op.g.matmul(op.g.softmax(scores), op.g.transpose(value, {0, 2, 1, 3}));
  op.output(op.g.transpose(seen, {0, 2, 1, 3}));
}

constexpr OperationRule kRules[] = {
    {"batch_norm", read_batch_norm}, {"batch_normalization", read_batch_norm},
    {"layer_norm", read_layer_norm}, {"rmsnorm", read_layer_norm},
    {"rms_norm", read_layer_norm},   {"dot_product_attention", read_attention},
};

}  // namespace

std::span<const OperationRule> network_operations() { return kRules; }

}  // namespace tare
