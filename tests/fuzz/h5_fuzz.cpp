// The HDF5 reader, the Keras readers behind it, and all that runs after them. An input is a file.
#include <cstdint>

#include "fuzz/run_model.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tare::ModelBundle bundle;
  bundle.add("model.h5", tare::Buffer::copy_of(std::as_bytes(std::span(data, size))));
  tare::fuzz::run_model(std::move(bundle));
  return 0;
}
