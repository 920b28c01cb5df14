// The TF.js readers and all that runs after them. An input is model.json up to the first NUL; what
// follows is what every weight file that the model asks for holds.
#include <algorithm>
#include <cstdint>

#include "fuzz/run_model.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::byte> input = std::as_bytes(std::span(data, size));
  const auto end = std::find(input.begin(), input.end(), std::byte{0});
  const auto header = static_cast<std::size_t>(end - input.begin());
  const tare::Buffer weights =
      tare::Buffer::copy_of(input.subspan(std::min(header + 1, input.size())));

  tare::ModelBundle bundle;
  bundle.add("model.json", tare::Buffer::copy_of(input.first(header)));
  // Each round may name more: a bound, since the names are the input's too.
  for (int round = 0; round < 4; ++round) {
    const auto missing = tare::missing_files(bundle);
    if (!missing.ok()) return 0;
    if (missing->empty() || missing->size() > 16) break;
    for (const std::string& name : *missing) bundle.add(name, weights);
  }
  tare::fuzz::run_model(std::move(bundle));
  return 0;
}
