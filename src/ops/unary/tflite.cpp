// Elementwise ops of one input in TFLite files.
#include "ir/facets.h"
#include "ops/unary/rows.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

void read_plain(TfliteNode& n, UnaryKind kind, float alpha = 0.0f) {
  if (n.expect(1, 1)) n.emit(Unary{kind, alpha});
}

template <UnaryKind kKind>
void read_tflite(TfliteNode& n) {
  read_plain(n, kKind);
}

void read_elu(TfliteNode& n) { read_plain(n, UnaryKind::kElu, 1.0f); }
void read_leaky_relu(TfliteNode& n) {
  read_plain(n, UnaryKind::kLeakyRelu, n.options<tflite::LeakyReluOptions>().alpha());
}
void read_gelu(TfliteNode& n) {
  read_plain(n, n.options<tflite::GeluOptions>().approximate() ? UnaryKind::kGeluApproximate
                                                               : UnaryKind::kGelu);
}

void write_tflite(const Unary& op, TfliteWriter& w) {
  const UnaryRow& r = row_of(op.kind);
  if (op.kind == UnaryKind::kGeluApproximate)
    return w.builtin(tflite::BuiltinOperator_GELU, tflite::CreateGeluOptions(w.fbb(), true));
  if (r.tflite < 0) return w.refuse("TFLite has no " + std::string(r.name));
  const auto code = static_cast<tflite::BuiltinOperator>(r.tflite);
  if (op.kind == UnaryKind::kLeakyRelu)
    return w.builtin(code, tflite::CreateLeakyReluOptions(w.fbb(), op.alpha));
  w.builtin(code);
}

}  // namespace

extern const WriteTfliteFacet write_tflite_unary = write_tflite_facet<Unary, write_tflite>();

extern const ReadTfliteFacet read_tflite_relu{tflite::BuiltinOperator_RELU,
                                              read_tflite<UnaryKind::kRelu>};
extern const ReadTfliteFacet read_tflite_relu6{tflite::BuiltinOperator_RELU6,
                                               read_tflite<UnaryKind::kRelu6>};
extern const ReadTfliteFacet read_tflite_relu_0_to_1{tflite::BuiltinOperator_RELU_0_TO_1,
                                                     read_tflite<UnaryKind::kRelu0To1>};
extern const ReadTfliteFacet read_tflite_relu_n1_to_1{tflite::BuiltinOperator_RELU_N1_TO_1,
                                                      read_tflite<UnaryKind::kReluN1To1>};
extern const ReadTfliteFacet read_tflite_logistic{tflite::BuiltinOperator_LOGISTIC,
                                                  read_tflite<UnaryKind::kLogistic>};
extern const ReadTfliteFacet read_tflite_tanh{tflite::BuiltinOperator_TANH,
                                              read_tflite<UnaryKind::kTanh>};

extern const ReadTfliteFacet read_tflite_abs{tflite::BuiltinOperator_ABS,
                                             read_tflite<UnaryKind::kAbs>};
extern const ReadTfliteFacet read_tflite_ceil{tflite::BuiltinOperator_CEIL,
                                              read_tflite<UnaryKind::kCeil>};
extern const ReadTfliteFacet read_tflite_cos{tflite::BuiltinOperator_COS,
                                             read_tflite<UnaryKind::kCos>};
extern const ReadTfliteFacet read_tflite_exp{tflite::BuiltinOperator_EXP,
                                             read_tflite<UnaryKind::kExp>};
extern const ReadTfliteFacet read_tflite_floor{tflite::BuiltinOperator_FLOOR,
                                               read_tflite<UnaryKind::kFloor>};
extern const ReadTfliteFacet read_tflite_hard_swish{tflite::BuiltinOperator_HARD_SWISH,
                                                    read_tflite<UnaryKind::kHardSwish>};
extern const ReadTfliteFacet read_tflite_log{tflite::BuiltinOperator_LOG,
                                             read_tflite<UnaryKind::kLog>};
extern const ReadTfliteFacet read_tflite_logical_not{tflite::BuiltinOperator_LOGICAL_NOT,
                                                     read_tflite<UnaryKind::kLogicalNot>};
extern const ReadTfliteFacet read_tflite_neg{tflite::BuiltinOperator_NEG,
                                             read_tflite<UnaryKind::kNeg>};
extern const ReadTfliteFacet read_tflite_round{tflite::BuiltinOperator_ROUND,
                                               read_tflite<UnaryKind::kRound>};
extern const ReadTfliteFacet read_tflite_rsqrt{tflite::BuiltinOperator_RSQRT,
                                               read_tflite<UnaryKind::kRsqrt>};
extern const ReadTfliteFacet read_tflite_sign{tflite::BuiltinOperator_SIGN,
                                              read_tflite<UnaryKind::kSign>};
extern const ReadTfliteFacet read_tflite_sin{tflite::BuiltinOperator_SIN,
                                             read_tflite<UnaryKind::kSin>};
extern const ReadTfliteFacet read_tflite_sqrt{tflite::BuiltinOperator_SQRT,
                                              read_tflite<UnaryKind::kSqrt>};
extern const ReadTfliteFacet read_tflite_square{tflite::BuiltinOperator_SQUARE,
                                                read_tflite<UnaryKind::kSquare>};
extern const ReadTfliteFacet read_tflite_elu{tflite::BuiltinOperator_ELU, read_elu};
extern const ReadTfliteFacet read_tflite_leaky_relu{tflite::BuiltinOperator_LEAKY_RELU,
                                                    read_leaky_relu};
extern const ReadTfliteFacet read_tflite_gelu{tflite::BuiltinOperator_GELU, read_gelu};

}  // namespace tare
