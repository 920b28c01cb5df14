// A weight's bytes, wherever its group was cut into files, and its value from them.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/parts.h"
#include "formats/tfjs/weights.h"
#include "ir/constant_tensor.h"
#include "ir/strings.h"

namespace tare {

// Strings are a 4-byte length and that many bytes each. Beyond the files' end when they do not fit.
std::uint64_t TfjsWeights::strings_end(std::size_t group, std::uint64_t offset,
                                       std::int64_t count) const {
  for (std::int64_t i = 0; i < count; ++i) {
    const Buffer length = bytes({.group = group, .offset = offset, .size = 4});
    if (length.size() != 4) return UINT64_MAX;
    offset += 4 + std::uint64_t{length.as<std::uint32_t>()[0]};
  }
  return offset;
}

// One range of the group; empty when it is not inside.
Buffer TfjsWeights::bytes(const Stored& stored) const {
  const Group& group = groups_[stored.group];
  const std::uint64_t end = stored.offset + stored.size;
  if (group.ends.empty() || end > group.ends.back()) return {};
  std::size_t file = 0;
  while (group.ends[file] <= stored.offset && file + 1 < group.ends.size()) ++file;
  std::uint64_t begin = file == 0 ? 0 : group.ends[file - 1];
  if (end <= group.ends[file]) {
    const Buffer part = group.files[file].slice(static_cast<std::size_t>(stored.offset - begin),
                                                static_cast<std::size_t>(stored.size));
    const std::size_t size = std::max<std::size_t>(dtype_size(stored.dtype), 1);
    const bool aligned = reinterpret_cast<std::uintptr_t>(part.data()) % size == 0;
    return aligned ? part : Buffer::copy_of(part.bytes());
  }
  Buffer whole = Buffer::allocate(static_cast<std::size_t>(stored.size));
  if (!whole) return whole;
  for (std::uint64_t at = stored.offset; at < end; ++file) {
    begin = file == 0 ? 0 : group.ends[file - 1];
    const std::uint64_t count = std::min(end, group.ends[file]) - at;
    std::memcpy(whole.mutable_data() + (at - stored.offset),
                group.files[file].data() + (at - begin), static_cast<std::size_t>(count));
    at += count;
  }
  return whole;
}

Result<TensorValue> TfjsWeights::read(std::size_t i) const {
  const Stored& stored = stored_[i];
  const TensorType& type = entries_[i].type;
  TensorValue value{tensor_type(stored.dtype, type.shape), bytes(stored), {}};
  const auto no_memory = [&] {
    return Error{Code::kBudgetExceeded, "out of memory for weight '" + entries_[i].name + "'", {}};
  };
  if (value.bytes.size() != stored.size) return no_memory();
  if (kParts.all_types && stored.dtype == DType::kString) {
    std::vector<std::string> strings;
    for (std::size_t at = 0; at < value.bytes.size();) {
      std::uint32_t length = 0;
      std::memcpy(&length, value.bytes.data() + at, 4);
      strings.emplace_back(reinterpret_cast<const char*>(value.bytes.data()) + at + 4, length);
      at += 4 + std::size_t{length};
    }
    return strings_tensor(strings, type.shape);
  }
  if (kParts.all_types && stored.quantised) {
    std::vector<double> numbers = numbers_of(value);
    for (double& v : numbers) {
      v = v * stored.scale + stored.min;
      if (is_integer(type.dtype)) v = std::nearbyint(v);
    }
    value = tensor_of(numbers, type.dtype, type.shape);
  } else if (stored.dtype != type.dtype) {
    value = cast_numbers(std::move(value), type.dtype);
  }
  if (value.bytes.empty() && stored.size != 0) return no_memory();
  return value;
}

}  // namespace tare
