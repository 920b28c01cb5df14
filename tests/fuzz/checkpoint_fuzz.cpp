// Fuzzes the index of a SavedModel's variables and the values behind it, with its checksums made
// right where they stand, lest nothing get past them. An input is the index; its own bytes are the
// values too.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "formats/tf/checkpoint.h"
#include "formats/tf/crc32c.h"
#include "formats/tf/sorted_table.h"

namespace {

using Bytes = std::vector<std::byte>;

// The block at (offset, size) is followed by its kind and its checksum.
void seal(Bytes& file, std::uint64_t offset, std::uint64_t size) {
  if (offset > file.size() || size > file.size() - offset || file.size() - offset - size < 5)
    return;
  const std::span<std::byte> block = std::span(file).subspan(offset, size + 1);
  tare::Crc32c crc;
  crc.add(block);
  const std::uint32_t sum = crc.masked();
  std::memcpy(block.data() + block.size(), &sum, sizeof sum);
}

// Places that look like those of blocks: pairs of small numbers, wherever they stand.
void seal_all(Bytes& file) {
  for (std::size_t at = 0; at < file.size() && at < 4096; ++at) {
    tare::Cursor c(std::span<const std::byte>(file).subspan(at));
    const std::uint64_t offset = tare::read_varint(c), size = tare::read_varint(c);
    if (c.ok() && at + 120 > file.size() && size >= 8) seal(file, offset, size);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = std::as_bytes(std::span(data, size));
  Bytes file(input.begin(), input.end());
  seal_all(file);
  tare::ModelBundle bundle;
  bundle.add("saved_model.pb", {});
  bundle.add("v.index", tare::Buffer::copy_of(file));
  const auto checkpoint = tare::TfCheckpoint::open(bundle, "v");
  if (!checkpoint.ok()) return 0;
  constexpr std::uint64_t kMaxBytes = 1 << 20;
  for (const std::string& shard : checkpoint->shards()) {
    if (bundle.files().size() > 8) break;
    bundle.add(shard, tare::Buffer::copy_of(file));
  }
  for (const char* name : {"", "a", "b", "w", "v/.ATTRIBUTES/VARIABLE_VALUE"})
    (void)checkpoint->read(bundle, name, kMaxBytes);
  return 0;
}
