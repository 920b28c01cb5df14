// Variables kept in slices: each slice is an entry of its own, under a key that names its place.
#include <array>
#include <cstring>

#include "formats/tf/checkpoint.h"

namespace tare {
namespace {

Error bad(std::string message) { return {Code::kInvalidModel, std::move(message), {}}; }

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
    const std::string key = slice_key(name, slice);
    const auto entry = entries_.find(key);
    if (entry != entries_.end() && !entry->second.slices.empty())
      return bad("'" + name + "': a slice in slices");
    auto part = read(bundle, key, max_bytes);
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
    if (covered > shape->elements()) return bad("'" + name + "': its slices overlap");
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

}  // namespace tare
