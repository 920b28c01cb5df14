// MULTINOMIAL: each sample is looked up in the running sum of its row's probabilities.
#include <algorithm>
#include <cmath>
#include <limits>

#include "ir/facets.h"
#include "ops/common/elements.h"
#include "ops/random.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

void infer(const Multinomial& op, InferContext& c) {
  const Shape& logits = c.shape(0);
  if (!c.require(c.dtype(0) == DType::kFloat32,
                 "no kernel for logits of " + std::string(dtype_name(c.dtype(0)))))
    return;
  if (!c.require(!logits.ranked() || (logits.rank() == 2 && logits[1] != 0),
                 "logits: expected [batch, classes], got " + logits.text()))
    return;
  if (!c.require(is_integer(c.dtype(1)), "the count must be an integer")) return;
  if (c.shape(1).known() && !c.require(c.shape(1).elements() == 1,
                                       "the count must be one number, got " + c.shape(1).text()))
    return;
  if (!c.require(op.dtype == DType::kInt32 || op.dtype == DType::kInt64,
                 "samples must be int32 or int64"))
    return;
  const auto count = c.contents(1);
  const Dim samples = count ? count->front().dim() : kUnknownDim;
  if (count && count->front().known && !c.require(samples >= 0, "a negative count")) return;
  c.output(0, op.dtype, {logits.ranked() ? logits[0] : kUnknownDim, samples});
}

// Unnormalised; logits that are not finite add nothing.
double fill_running_sum(const float* logits, std::int64_t classes, double* sums) {
  float largest = std::numeric_limits<float>::lowest();
  for (std::int64_t i = 0; i < classes; ++i)
    if (std::isfinite(logits[i])) largest = std::max(largest, logits[i]);
  double total = 0.0;
  for (std::int64_t i = 0; i < classes; ++i) {
    if (std::isfinite(logits[i]))
      total += std::exp(static_cast<double>(logits[i]) - static_cast<double>(largest));
    sums[i] = total;
  }
  return total;
}

void eval(const Multinomial& op, EvalContext& c) {
  const Tensor& logits = c.input(0);
  Tensor& out = c.output(0);
  const std::int64_t batch = logits.shape[0], classes = logits.shape[1], samples = out.shape[1];
  const auto sums = c.scratch<double>(static_cast<std::size_t>(classes));
  PhiloxStream* stream = random_stream(c, op.seeds);
  if (!c.ok()) return;
  const StoreInt store = store_int(out.dtype);
  PhiloxStream draws = *stream;
  // TensorFlow's ops leave so many blocks to each run.
  stream->skip(static_cast<std::uint64_t>(batch) *
               static_cast<std::uint64_t>((samples + 3) / 4 * 4) * 512);
  std::array<std::uint32_t, 4> bits{};
  std::size_t used = bits.size();
  for (std::int64_t b = 0; b < batch; ++b) {
    const double total =
        fill_running_sum(logits.as<float>().data() + b * classes, classes, sums.data());
    for (std::int64_t i = 0; i < samples; ++i) {
      if (used == bits.size()) {
        bits = draws.next();
        used = 0;
      }
      const double wanted = uniform_double(bits[used], bits[used + 1]) * total;
      used += 2;
      store(out.data, b * samples + i,
            std::upper_bound(sums.begin(), sums.end(), wanted) - sums.begin());
    }
  }
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(2, 2)) return;
  const auto& o = n.options<tflite::RandomOptions>();
  n.emit(Multinomial{.seeds = {.seed = o.seed(), .seed2 = o.seed2()},
                     .dtype = n.output_type(0).dtype});
}

void write_tflite(const Multinomial& op, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_MULTINOMIAL,
            tflite::CreateRandomOptions(w.fbb(), op.seeds.seed, op.seeds.seed2));
}

}  // namespace

const OpDef Multinomial::kOp = define_op<Multinomial, infer>("multinomial", kRandom | kStateful);
extern const EvalFacet eval_multinomial = eval_facet<Multinomial, eval>();
extern const ReadTfliteFacet read_tflite_multinomial{tflite::BuiltinOperator_MULTINOMIAL,
                                                     read_tflite};
extern const WriteTfliteFacet write_tflite_multinomial =
    write_tflite_facet<Multinomial, write_tflite>();

}  // namespace tare
