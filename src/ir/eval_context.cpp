// Outputs whose shape or size only the kernel knows.
#include "ir/eval_context.h"

#include <cstring>

namespace tare {

Tensor* EvalContext::output(int i, const Shape& shape) {
  return host_.allocate(i, shape, sink_) ? outputs_[static_cast<std::size_t>(i)] : nullptr;
}

void EvalContext::output_strings(int i, const Shape& shape, std::span<const std::string> strings) {
  const Buffer block = pack_strings(strings);
  if (!block) return fail("strings exceed 2 GiB", Code::kBudgetExceeded);
  // A string tensor is allocated by its packed size: the host is told through the tensor's own size
  // field.
  Tensor& out = output(i);
  out.size = block.size();
  if (!host_.allocate(i, shape, sink_)) return;
  std::memcpy(out.data, block.data(), block.size());
}

}  // namespace tare
