// Fuzzes the reader of SavedModels: the protobuf, the index of variables and their values. An input
// begins with the sizes of the first two (uint32, little-endian); what is left is every other file
// the model asks for.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "fuzz/run_model.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::span<const std::byte> input = std::as_bytes(std::span(data, size));
  const auto take = [&](std::size_t count) {
    const auto part = input.first(std::min(count, input.size()));
    input = input.subspan(part.size());
    return part;
  };
  std::uint32_t sizes[2] = {};
  const auto head = take(sizeof sizes);
  if (!head.empty()) std::memcpy(sizes, head.data(), head.size());
  tare::ModelBundle bundle;
  bundle.add("saved_model.pb", tare::Buffer::copy_of(take(sizes[0])));
  const tare::Buffer index = tare::Buffer::copy_of(take(sizes[1]));
  const tare::Buffer rest = tare::Buffer::copy_of(input);
  for (int round = 0; round < 4; ++round) {
    const auto missing = tare::missing_files(bundle);
    if (!missing.ok()) return 0;
    if (missing->empty() || missing->size() > 16) break;
    for (const std::string& name : *missing)
      bundle.add(name, name.ends_with(".index") ? index : rest);
  }
  tare::fuzz::run_model(std::move(bundle));
  return 0;
}
