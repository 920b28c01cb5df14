// The table's footer points to an index of blocks, blocks hold keys that share prefixes, values are
// small protobufs.
#include "formats/tf/checkpoint.h"

#include <array>
#include <cstring>

#include "formats/tf/crc32c.h"
#include "formats/tf/graph_protobuf.h"
#include "formats/tf/snappy.h"
#include "ir/constant_tensor.h"

namespace tare {
namespace {

constexpr std::size_t kFooterSize = 48;
constexpr std::uint64_t kMagic = 0xdb4775248b80fb57;
constexpr std::uint64_t kMaxBlock = std::uint64_t{256} << 20;
constexpr std::uint64_t kMaxShards = 99999;

Error bad(std::string message) { return {Code::kInvalidModel, std::move(message), {}}; }

std::uint64_t varint(Cursor& c) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint8_t b = c.u8();
    value |= static_cast<std::uint64_t>(b & 0x7f) << shift;
    if ((b & 0x80) == 0) return c.ok() ? value : 0;
  }
  c.fail();
  return 0;
}

struct BlockHandle {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};
BlockHandle block_handle(Cursor& c) {
  BlockHandle h;
  h.offset = varint(c);
  h.size = varint(c);
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
    const std::uint64_t shared = varint(c), own = varint(c), size = varint(c);
    if (!c.ok() || shared > key.size()) return false;
    key.resize(static_cast<std::size_t>(shared));
    key += c.text(own);
    const auto value = c.take(size);
    if (!c.ok()) return false;
    if (!f(std::string_view(key), value)) return true;
  }
  return c.ok();
}

// Lengths, a checksum of them, then the bytes.
Result<TensorValue> strings_of(const Buffer& bytes, const Shape& shape, const std::string& name) {
  const auto count = shape.checked_elements();
  if (!count || static_cast<std::uint64_t>(*count) > bytes.size())
    return bad("'" + name + "': too few strings");
  Cursor c(bytes.bytes());
  std::vector<std::uint64_t> lengths;
  for (std::int64_t i = 0; i < *count && c.ok(); ++i) lengths.push_back(varint(c));
  c.skip(4);
  std::vector<std::string> strings;
  for (const std::uint64_t length : lengths) strings.emplace_back(c.text(length));
  if (!c.ok() || c.left() != 0) return bad("'" + name + "': its strings are cut off");
  return strings_tensor(strings, shape);
}

std::string five_digits(std::uint64_t v) {
  std::string digits = std::to_string(v);
  return std::string(digits.size() < 5 ? 5 - digits.size() : 0, '0') + digits;
}

// Numbers in keys that sort as bytes.
void put_number(std::string& key, std::uint64_t v) {
  std::string bytes;
  for (; v > 0; v >>= 8) bytes.insert(bytes.begin(), static_cast<char>(v & 0xff));
  key.push_back(static_cast<char>(bytes.size()));
  key += bytes;
}

void put_signed(std::string& key, std::int64_t v) {
  // 6 bits in the first byte, then 7 more with each: as many leading ones as bytes.
  const std::uint64_t magnitude = static_cast<std::uint64_t>(v < 0 ? ~v : v);
  std::size_t length = 1;
  while (length < 10 && length * 7 - 1 < 64 && magnitude >> (length * 7 - 1) != 0) ++length;
  std::array<std::uint8_t, 10> bytes{};
  const std::uint64_t bits = static_cast<std::uint64_t>(v);
  for (std::size_t i = 0; i < length; ++i) {
    const std::size_t shift = 8 * (length - 1 - i);
    bytes[i] = shift < 64 ? static_cast<std::uint8_t>(bits >> shift) : (v < 0 ? 0xff : 0);
  }
  // The header flips so many of the leading bits.
  for (std::size_t bit = 0; bit < length; ++bit)
    bytes[bit / 8] ^= static_cast<std::uint8_t>(0x80u >> (bit % 8));
  for (std::size_t i = 0; i < length; ++i) key.push_back(static_cast<char>(bytes[i]));
}

void put_text(std::string& key, const std::string& text) {
  for (const char c : text) {
    key.push_back(c);
    if (c == '\0') key.push_back('\xff');
    if (c == '\xff') key.push_back('\0');
  }
  key.push_back('\0');
  key.push_back('\1');
}

}  // namespace

std::string TfCheckpoint::slice_key(const std::string& name, const Slice& slice) {
  std::string key;
  put_number(key, 0);
  put_text(key, name);
  put_number(key, slice.starts.size());
  for (std::size_t i = 0; i < slice.starts.size(); ++i) {
    put_signed(key, slice.starts[i]);
    put_signed(key, slice.lengths[i]);
  }
  return key;
}

Status TfCheckpoint::add_entry(std::string_view key, std::span<const std::byte> value) {
  Protobuf p(value);
  bool ok = true;
  if (key.empty()) {
    bool big_endian = false;
    shard_count_ = 0;
    while (p.next()) {
      if (p.field() == 1)
        shard_count_ = p.natural();
      else if (p.field() == 2)
        big_endian = p.natural() != 0;
    }
    if (!p.ok() || shard_count_ == 0 || shard_count_ > kMaxShards)
      return bad("the header is no header");
    if (big_endian) return Error{Code::kUnsupported, "the variables are big-endian", {}};
    return {};
  }
  Entry e;
  while (p.next()) {
    if (p.field() == 1)
      e.type = {p.integer()};
    else if (p.field() == 2)
      e.shape = decode_tf_shape(p.bytes(), ok);
    else if (p.field() == 3)
      e.shard = p.natural();
    else if (p.field() == 4)
      e.offset = p.natural();
    else if (p.field() == 5)
      e.size = p.natural();
    else if (p.field() == 6)
      e.crc = p.fixed32();
    else if (p.field() == 7) {
      Slice slice;
      Protobuf s(p.bytes());
      while (s.next()) {
        if (s.field() != 1) continue;
        Protobuf extent(s.bytes());
        slice.starts.push_back(0);
        slice.lengths.push_back(-1);
        while (extent.next()) {
          if (extent.field() == 1)
            slice.starts.back() = extent.integer();
          else if (extent.field() == 2)
            slice.lengths.back() = extent.integer();
        }
        ok &= extent.ok();
      }
      ok &= s.ok();
      e.slices.push_back(std::move(slice));
    }
  }
  if (!p.ok() || !ok) return bad("'" + std::string(key) + "': the entry is no entry");
  if (!entries_.emplace(key, std::move(e)).second)
    return bad("'" + std::string(key) + "' stands twice");
  return {};
}

Status TfCheckpoint::read_entries(std::span<const std::byte> block) {
  Status status;
  const bool sound =
      each_in_block(block, [&](std::string_view key, std::span<const std::byte> value) {
        status = add_entry(key, value);
        return status.ok();
      });
  if (!sound) return bad("a block is broken");
  return status;
}

Result<TfCheckpoint> TfCheckpoint::open(const ModelBundle& bundle, const std::string& prefix) {
  TfCheckpoint result;
  result.prefix_ = prefix;
  const std::string name = prefix + ".index";
  const Buffer* file = bundle.find(name);
  if (file == nullptr) return Error{Code::kMissingFile, "the file is missing", name};
  const auto fail = [&](Error e) {
    e.where = name;
    return e;
  };
  if (file->size() < kFooterSize) return fail(bad("too short for an index of variables"));
  Cursor footer(file->bytes(), file->size() - kFooterSize);
  block_handle(footer);
  const BlockHandle at = block_handle(footer);
  if (!footer.ok()) return fail(bad("the footer is broken"));
  footer.seek(file->size() - 8);
  if (footer.u64() != kMagic) return fail(bad("this is no index of variables"));
  auto index = read_block(*file, at);
  if (!index) return fail(index.error());
  Status status;
  const bool sound =
      each_in_block(index->bytes(), [&](std::string_view, std::span<const std::byte> value) {
        Cursor c(value);
        const BlockHandle h = block_handle(c);
        auto block =
            c.ok() ? read_block(*file, h) : Result<Buffer>(bad("a block's place is broken"));
        status = block ? result.read_entries(block->bytes()) : Status(block.error());
        return status.ok();
      });
  if (!sound) return fail(bad("the index of blocks is broken"));
  if (!status) return fail(status.error());
  if (result.shard_count_ == 0) return fail(bad("the header is missing"));
  return result;
}

std::string TfCheckpoint::shard_name(std::uint64_t shard) const {
  return prefix_ + ".data-" + five_digits(shard) + "-of-" + five_digits(shard_count_);
}

std::vector<std::string> TfCheckpoint::shards() const {
  std::vector<std::string> names;
  for (std::uint64_t i = 0; i < shard_count_; ++i) names.push_back(shard_name(i));
  return names;
}

Result<TensorValue> TfCheckpoint::read_slices(const ModelBundle& bundle, const std::string& name,
                                              const Entry& whole, std::uint64_t max_bytes) const {
  const auto shape = whole.shape.shape();
  const auto dtype = whole.type.dtype();
  if (!shape || !shape->known() || !dtype || !is_numeric(*dtype) || !shape->checked_elements() ||
      static_cast<std::uint64_t>(*shape->checked_elements()) > max_bytes / 16)
    return bad("'" + name + "': a sliced variable of no possible type");
  TensorValue result = TensorValue::zeros(tensor_type(*dtype, *shape));
  std::int64_t covered = 0;
  for (const Slice& slice : whole.slices) {
    auto part = read(bundle, slice_key(name, slice), max_bytes);
    if (!part) return part;
    const Shape& p = part->type.shape;
    if (p.rank() != shape->rank() || slice.starts.size() != static_cast<std::size_t>(p.rank()) ||
        part->type.dtype != *dtype)
      return bad("'" + name + "': a slice does not fit");
    for (int d = 0; d < p.rank(); ++d) {
      const std::int64_t start = slice.starts[static_cast<std::size_t>(d)];
      if (start < 0 || start > (*shape)[d] || p[d] > (*shape)[d] - start)
        return bad("'" + name + "': a slice does not fit");
    }
    const std::size_t size = dtype_size(*dtype);
    const std::int64_t count = p.elements();
    covered += count;
    for (std::int64_t i = 0; i < count; ++i) {
      std::int64_t rest = i, to = 0, stride = 1;
      for (int d = p.rank() - 1; d >= 0; --d) {
        to += (rest % p[d] + slice.starts[static_cast<std::size_t>(d)]) * stride;
        rest /= p[d];
        stride *= (*shape)[d];
      }
      std::memcpy(result.bytes.mutable_data() + static_cast<std::size_t>(to) * size,
                  part->bytes.data() + static_cast<std::size_t>(i) * size, size);
    }
  }
  if (covered != shape->elements()) return bad("'" + name + "': its slices do not make it up");
  return result;
}

Result<TensorValue> TfCheckpoint::read(const ModelBundle& bundle, const std::string& name,
                                       std::uint64_t max_bytes) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) return bad("there is no variable '" + name + "'");
  const Entry& e = found->second;
  if (!e.slices.empty()) return read_slices(bundle, name, e, max_bytes);
  if (e.shard >= shard_count_)
    return bad("'" + name + "': there is no shard " + std::to_string(e.shard));
  const Buffer* file = bundle.find(shard_name(e.shard));
  if (file == nullptr) return Error{Code::kMissingFile, "the file is missing", shard_name(e.shard)};
  if (e.offset > file->size() || e.size > file->size() - e.offset)
    return bad("'" + name + "' lies outside " + shard_name(e.shard));
  const Buffer bytes =
      file->slice(static_cast<std::size_t>(e.offset), static_cast<std::size_t>(e.size));
  const auto shape = e.shape.shape();
  const auto dtype = e.type.dtype();
  if (!shape || !shape->known() || !dtype) return bad("'" + name + "': no possible type or shape");
  if (*dtype == DType::kString) return strings_of(bytes, *shape, name);
  Crc32c crc;
  crc.add(bytes.bytes());
  if (crc.masked() != e.crc) return bad("'" + name + "': the checksum does not hold");
  const auto size = byte_size(*dtype, *shape);
  if (is_handle(*dtype) || !size || *size != bytes.size()) {
    return bad("'" + name + "': " + shape->text() + " does not take " +
               std::to_string(bytes.size()) + " bytes");
  }
  return TensorValue{tensor_type(*dtype, *shape), Buffer::copy_of(bytes.bytes()), {}};
}

}  // namespace tare
