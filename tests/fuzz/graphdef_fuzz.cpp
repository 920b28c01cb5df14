// Fuzzes the reader of frozen GraphDefs (protobuf), the TensorFlow rules and everything behind
// them.
#include <cstddef>
#include <cstdint>

#include "fuzz/run_model.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::uint8_t> bytes(data, size);
  tare::ModelBundle bundle;
  bundle.add("frozen.pb", tare::Buffer::copy_of(std::as_bytes(bytes)));
  tare::fuzz::run_model(std::move(bundle));
  return 0;
}
