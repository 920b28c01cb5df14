// Entries of the index: small protobufs that say where in which shard a tensor lies.
#include "formats/tf/checkpoint.h"

#include "base/checked.h"
#include "formats/tf/attr_protobuf.h"
#include "formats/tf/crc32c.h"
#include "formats/tf/sorted_table.h"
#include "ir/constant_tensor.h"

namespace tare {
namespace {

constexpr std::uint64_t kMaxShards = 99999;

Error bad(std::string message) { return {Code::kInvalidModel, std::move(message), {}}; }

// Lengths, a checksum of them, then the bytes.
Result<TensorValue> strings_of(const Buffer& bytes, const Shape& shape, const std::string& name) {
  const auto count = shape.checked_elements();
  if (!count || static_cast<std::uint64_t>(*count) > bytes.size())
    return bad("'" + name + "': too few strings");
  Cursor c(bytes.bytes());
  std::vector<std::uint64_t> lengths;
  for (std::int64_t i = 0; i < *count && c.ok(); ++i) lengths.push_back(read_varint(c));
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

}  // namespace

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
  std::uint64_t& taken = taken_[e.shard];
  taken = checked_add(taken, e.size).value_or(UINT64_MAX);
  if (!entries_.emplace(key, std::move(e)).second)
    return bad("'" + std::string(key) + "' stands twice");
  return {};
}

Result<TfCheckpoint> TfCheckpoint::open(const ModelBundle& bundle, const std::string& prefix) {
  TfCheckpoint result;
  result.prefix_ = prefix;
  const std::string name = prefix + ".index";
  const Buffer* file = bundle.find(name);
  if (file == nullptr) return Error{Code::kMissingFile, "the file is missing", name};
  Status status =
      read_sorted_table(*file, [&](std::string_view key, std::span<const std::byte> value) {
        return result.add_entry(key, value);
      });
  if (status && result.shard_count_ == 0) status = bad("the header is missing");
  if (status) return result;
  Error error = status.error();
  error.where = name;
  return error;
}

std::string TfCheckpoint::shard_name(std::uint64_t shard) const {
  return prefix_ + ".data-" + five_digits(shard) + "-of-" + five_digits(shard_count_);
}

std::vector<std::string> TfCheckpoint::shards() const {
  std::vector<std::string> names;
  for (std::uint64_t i = 0; i < shard_count_; ++i) names.push_back(shard_name(i));
  return names;
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
  if (taken_.at(e.shard) > file->size())
    return bad("the variables share bytes of " + shard_name(e.shard));
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
