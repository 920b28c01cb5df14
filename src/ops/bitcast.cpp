// BITCAST.
#include "ops/bitcast.h"

#include <cstring>

#include "ir/facets.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

// int4 has no bytes of its own.
bool has_bytes(DType d) { return is_numeric(d) && d != DType::kInt4; }

void infer(const Bitcast& op, InferContext& c) {
  const DType from = c.dtype(0);
  Shape out = c.shape(0);
  if (!c.require(has_bytes(from) && has_bytes(op.dtype),
                 "no bits of " + std::string(dtype_name(has_bytes(from) ? op.dtype : from))))
    return;
  if (!c.require(op.dtype != DType::kBool || from == DType::kBool, "not every byte is a bool"))
    return;
  const auto in_size = static_cast<Dim>(dtype_size(from)),
             out_size = static_cast<Dim>(dtype_size(op.dtype));
  if (!out.ranked() || in_size == out_size) return c.output(0, op.dtype, out);
  if (in_size > out_size) {
    if (!c.require(out.rank() < kMaxRank, "a result of more than 8 dimensions")) return;
    out.push_back(in_size / out_size);
    return c.output(0, op.dtype, out);
  }
  const Dim ratio = out_size / in_size;
  if (!c.require(out.rank() >= 1 && (!is_known(out.back()) || out.back() == ratio),
                 "the last dimension must be " + std::to_string(ratio) + ", input " + out.text()))
    return;
  out.erase(out.rank() - 1);
  c.output(0, op.dtype, out);
}

void eval(const Bitcast&, EvalContext& c) {
  if (c.output(0).size > 0) std::memcpy(c.output(0).data, c.input(0).data, c.output(0).size);
}

void read_tflite(TfliteNode& n) {
  if (n.expect(1, 1)) n.emit(Bitcast{n.output_type(0).dtype});
}
void write_tflite(const Bitcast&, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_BITCAST, tflite::CreateBitcastOptions(w.fbb()));
}

}  // namespace

const OpDef Bitcast::kOp = define_op<Bitcast, infer, no_cost>("bitcast");
extern const EvalFacet eval_bitcast = eval_facet<Bitcast, eval>();
extern const ReadTfliteFacet read_tflite_bitcast{tflite::BuiltinOperator_BITCAST, read_tflite};
extern const WriteTfliteFacet write_tflite_bitcast = write_tflite_facet<Bitcast, write_tflite>();

}  // namespace tare
