// BUCKETIZE.
#include "ops/bucketize.h"

#include <algorithm>
#include <cmath>

#include "ir/facets.h"
#include "ops/common/elements.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

void infer(const Bucketize& op, InferContext& c) {
  if (!c.require(!is_complex(c.dtype(0)) && is_numeric(c.dtype(0)) && c.dtype(0) != DType::kBool,
                 "no kernel for " + std::string(dtype_name(c.dtype(0)))))
    return;
  const bool ordered = std::none_of(op.boundaries.begin(), op.boundaries.end(),
                                    [](float v) { return std::isnan(v); }) &&
                       std::is_sorted(op.boundaries.begin(), op.boundaries.end());
  if (!c.require(ordered, "boundaries must be in ascending order")) return;
  c.output(0, DType::kInt32, c.shape(0));
}

// NaN is above no boundary's place: it goes to the last bucket, as upper_bound has it.
void eval(const Bucketize& op, EvalContext& c) {
  const Tensor& in = c.input(0);
  const LoadDouble load = load_double(in.dtype);
  std::int32_t* out = c.output(0).as<std::int32_t>().data();
  const std::int64_t count = in.elements();
  for (std::int64_t i = 0; i < count; ++i) {
    const double v = load(in.data, i);
    const auto place =
        std::upper_bound(op.boundaries.begin(), op.boundaries.end(), v,
                         [](double x, float b) { return x < static_cast<double>(b); });
    out[i] = static_cast<std::int32_t>(place - op.boundaries.begin());
  }
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(1, 1)) return;
  Bucketize op;
  if (const auto* boundaries = n.options<tflite::BucketizeOptions>().boundaries())
    op.boundaries.assign(boundaries->begin(), boundaries->end());
  n.emit(std::move(op));
}

void write_tflite(const Bucketize& op, TfliteWriter& w) {
  const auto boundaries = w.fbb().CreateVector(op.boundaries);
  w.builtin(tflite::BuiltinOperator_BUCKETIZE, tflite::CreateBucketizeOptions(w.fbb(), boundaries));
}

}  // namespace

const OpDef Bucketize::kOp = define_op<Bucketize, infer>("bucketize");
extern const EvalFacet eval_bucketize = eval_facet<Bucketize, eval>();
extern const ReadTfliteFacet read_tflite_bucketize{tflite::BuiltinOperator_BUCKETIZE, read_tflite};
extern const WriteTfliteFacet write_tflite_bucketize =
    write_tflite_facet<Bucketize, write_tflite>();

}  // namespace tare
