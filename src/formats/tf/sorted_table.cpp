// Blocks and the index of them.
#include "formats/tf/sorted_table.h"

#include <algorithm>
#include <string>

#include "formats/tf/crc32c.h"
#include "formats/tf/snappy.h"

namespace tare {
namespace {

constexpr std::size_t kFooterSize = 48;
constexpr std::uint64_t kMagic = 0xdb4775248b80fb57;
constexpr std::uint64_t kMaxBlock = std::uint64_t{256} << 20;
constexpr std::uint64_t kMaxKeys =
    64;  // bytes of keys for each of the file: entries share beginnings

Error bad(std::string message) { return {Code::kInvalidModel, std::move(message), {}}; }

struct BlockHandle {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};
BlockHandle block_handle(Cursor& c) {
  BlockHandle h;
  h.offset = read_varint(c);
  h.size = read_varint(c);
  return h;
}

// After a block stand a byte that says how it is compressed and a checksum over both.
Result<Buffer> read_block(const Buffer& file, BlockHandle h) {
  Cursor c(file.bytes());
  c.seek(h.offset);
  const auto bytes = c.take(h.size);
  const auto type = c.take(1);
  const std::uint32_t sum = c.u32();
  if (!c.ok()) return bad("a block lies outside the file");
  Crc32c crc;
  crc.add(bytes);
  crc.add(type);
  if (crc.masked() != sum) return bad("a block's checksum does not hold");
  if (type[0] == std::byte{0}) return Buffer::copy_of(bytes);
  if (type[0] == std::byte{1}) return decompress_snappy(bytes, kMaxBlock);
  return Error{Code::kUnsupported, "a block is compressed in an unknown way", {}};
}

// Calls with each key and value; false when the block is broken.
template <class F>
bool each_in_block(std::span<const std::byte> block, F&& f) {
  if (block.size() < 4) return false;
  Cursor tail(block, block.size() - 4);
  const std::uint64_t restarts = tail.u32();
  if (restarts == 0 || restarts > (block.size() - 4) / 4) return false;
  const std::size_t end = block.size() - 4 - static_cast<std::size_t>(restarts) * 4;
  for (Cursor c(block, end); c.left() > 4;) {
    if (c.u32() > end) return false;
  }
  Cursor c(block.first(end));
  std::string key;
  while (c.ok() && c.left() > 0) {
    const std::uint64_t shared = read_varint(c), own = read_varint(c), size = read_varint(c);
    if (!c.ok() || shared > key.size()) return false;
    key.resize(static_cast<std::size_t>(shared));
    key += c.text(own);
    const auto value = c.take(size);
    if (!c.ok()) return false;
    if (!f(std::string_view(key), value)) return true;
  }
  return c.ok();
}

Status read_entries(std::span<const std::byte> block, std::uint64_t& keys, const EachEntry& each) {
  Status status;
  const bool sound =
      each_in_block(block, [&](std::string_view key, std::span<const std::byte> value) {
        if (key.size() > keys)
          status = bad("absurdly long names");
        else
          status = each(key, value);
        keys -= std::min<std::uint64_t>(keys, key.size());
        return status.ok();
      });
  if (!sound) return bad("a block is broken");
  return status;
}

}  // namespace

std::uint64_t read_varint(Cursor& c) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint8_t b = c.u8();
    value |= static_cast<std::uint64_t>(b & 0x7f) << shift;
    if ((b & 0x80) == 0) return c.ok() ? value : 0;
  }
  c.fail();
  return 0;
}

Status read_sorted_table(const Buffer& file, const EachEntry& each) {
  if (file.size() < kFooterSize) return bad("too short for an index of variables");
  Cursor footer(file.bytes(), file.size() - kFooterSize);
  block_handle(footer);
  const BlockHandle at = block_handle(footer);
  std::uint64_t keys = (std::uint64_t{1} << 20) + kMaxKeys * file.size();
  std::uint64_t end = 0;  // of the block before
  if (!footer.ok()) return bad("the footer is broken");
  footer.seek(file.size() - 8);
  if (footer.u64() != kMagic) return bad("this is no index of variables");
  auto index = read_block(file, at);
  if (!index) return index.error();
  Status status;
  const bool sound =
      each_in_block(index->bytes(), [&](std::string_view, std::span<const std::byte> value) {
        Cursor c(value);
        const BlockHandle h = block_handle(c);
        const bool next = c.ok() && h.offset >= end;
        auto block = next ? read_block(file, h) : Result<Buffer>(bad("a block's place is broken"));
        end = h.offset + h.size;
        status = block ? read_entries(block->bytes(), keys, each) : Status(block.error());
        return status.ok();
      });
  if (!sound) return bad("the index of blocks is broken");
  return status;
}

}  // namespace tare
