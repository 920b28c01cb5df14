// Allocation of padded, 16-byte aligned blocks.
#include "base/buffer.h"

#include <cstdlib>
#include <cstring>

namespace tare {

Buffer Buffer::allocate(std::size_t size) {
  Buffer buffer;
  if (size > SIZE_MAX - 2 * kPadding) return buffer;
  const std::size_t room = (size + 2 * kPadding - 1) / kPadding * kPadding;
  auto* memory = static_cast<std::byte*>(std::aligned_alloc(kPadding, room));
  if (memory == nullptr) return buffer;
  std::memset(memory, 0, room);
  buffer.data_ = std::shared_ptr<std::byte>(memory, [](std::byte* p) { std::free(p); });
  buffer.size_ = size;
  return buffer;
}

Buffer Buffer::copy_of(std::span<const std::byte> bytes) {
  Buffer buffer = allocate(bytes.size());
  if (buffer && !bytes.empty()) std::memcpy(buffer.mutable_data(), bytes.data(), bytes.size());
  return buffer;
}

Buffer Buffer::slice(std::size_t offset, std::size_t size) const {
  Buffer part;
  part.data_ = std::shared_ptr<std::byte>(data_, data_.get() + offset);
  part.size_ = size;
  return part;
}

}  // namespace tare
