// CROSS_HASH: what Keras's HashedCrossing does. The hash is that of TensorFlow's sparse_cross with
// its default key, since models are trained with the buckets it gives.
#include "ops/cross_hash.h"

#include "ir/facets.h"
#include "ops/common/fingerprint.h"

namespace tare {
namespace {

constexpr std::uint64_t kKey = 0xDECAFCAFFE;

void infer(const CrossHash& op, InferContext& c) {
  if (!c.require(op.buckets > 0, "the number of buckets must be positive")) return;
  Shape shape = c.shape(0);
  for (int i = 0; i < c.inputs(); ++i) {
    const DType in = c.dtype(i);
    if (!c.require(in == DType::kString || is_integer(in), "tokens must be strings or integers"))
      return;
    if (!c.require(c.shape(i).rank() == shape.rank(), "inputs must be of one shape")) return;
    for (int d = 0; d < shape.rank(); ++d) {
      if (!is_known(shape[d])) shape[d] = c.shape(i)[d];
      if (!c.require(!is_known(c.shape(i)[d]) || c.shape(i)[d] == shape[d],
                     "inputs must be of one shape"))
        return;
    }
  }
  c.output(0, DType::kInt64, shape);
}

std::uint64_t mixed(std::uint64_t v) { return v ^ (v >> 47); }

std::uint64_t joined(std::uint64_t a, std::uint64_t b) {
  constexpr std::uint64_t kFactor = 0xc6a4a7935bd1e995;
  const std::uint64_t both = ((a ^ kFactor) ^ (mixed(b * kFactor) * kFactor)) * kFactor;
  return mixed(mixed(both) * kFactor);
}

void eval(const CrossHash& op, EvalContext& c) {
  auto out = c.output(0).as<std::int64_t>();
  for (std::int64_t i = 0; i < c.output(0).elements(); ++i) {
    std::uint64_t hash = kKey;
    for (int k = 0; k < c.inputs(); ++k) {
      const Tensor& in = c.input(k);
      if (!c.require(in.elements() == c.output(0).elements(), "inputs must be of one shape"))
        return;
      if (in.dtype == DType::kString) {
        const std::string_view token = c.string(k, i);
        hash = joined(hash, fingerprint(std::as_bytes(std::span(token.data(), token.size()))));
      } else {
        hash = joined(hash, static_cast<std::uint64_t>(integer_at(in, i)));
      }
    }
    out[static_cast<std::size_t>(i)] =
        static_cast<std::int64_t>(hash % static_cast<std::uint64_t>(op.buckets));
  }
}

}  // namespace

const OpDef CrossHash::kOp = define_op<CrossHash, infer>("cross_hash");
extern const EvalFacet eval_cross_hash = eval_facet<CrossHash, eval>();

}  // namespace tare
