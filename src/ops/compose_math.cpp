// Reductions and products.
#include "ops/compose.h"

#include "ops/fully_connected/fully_connected.h"
#include "ops/softmax.h"

namespace tare {

ValueId Compose::dense(ValueId x, ValueId w, ValueId b) {
  // The op computes in float32; other float types are converted on the way, as XNNPACK would have them too.
  const DType type = dtype(x);
  if (is_float(type) && type != DType::kFloat32) {
    return cast(dense(cast(x, DType::kFloat32), cast(w, DType::kFloat32), b == ValueId::kNone ? b : cast(b, DType::kFloat32)), type);
  }
  return builder_.emit(FullyConnected{.keep_num_dims = true}, {x, w, b});
}

ValueId Compose::softmax(ValueId x, float beta) { return builder_.emit(Softmax{.beta = beta}, {x}); }

}  // namespace tare
