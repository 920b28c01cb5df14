// keras.ops states strides and the like for space alone or, as TensorFlow does, for batch and
// channels too.
#include "formats/keras/layers/operations/steps.h"

namespace tare {

std::vector<std::int64_t> steps_of(Operation& op, std::size_t position, std::string_view names,
                                   const StepForm& form,
                                   const std::vector<std::int64_t>& otherwise) {
  if (op.argument(position, names).is_none()) return otherwise;
  const auto count = static_cast<std::size_t>(form.spatial);
  auto values = op.integers(position, names);
  if (values.size() == count + 2) {
    const std::ptrdiff_t from = form.channels_first ? 2 : 1;
    values = {values.begin() + from, values.begin() + from + form.spatial};
  }
  if (values.size() == 1) values.resize(count, values[0]);
  if (values.size() != count) op.fail("'" + std::string(names) + "' does not fit the input");
  for (std::int64_t& v : values) {
    if (v < 1 || v > INT32_MAX) op.fail("'" + std::string(names) + "' must be positive");
  }
  values.resize(count, 1);
  return values;
}

}  // namespace tare
