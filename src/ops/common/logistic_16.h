// Logistic and tanh of int16, bit for bit as TFLite's reference kernels.
#pragma once

#include "ir/eval_context.h"

namespace tare {

// Of input 0, which is int16 as the output is; of the quantisations its scale alone counts.
void eval_logistic_16(EvalContext& c);
void eval_tanh_16(EvalContext& c);

}  // namespace tare
