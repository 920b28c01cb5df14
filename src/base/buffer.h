// Immutable bytes, shared. A buffer may be a part of a larger one (a weight inside its file), in
// which case it keeps the whole alive. kPadding readable bytes always follow, because XNNPACK reads
// a little past the end.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace tare {

class Buffer {
 public:
  static constexpr std::size_t kPadding = 16;

  Buffer() = default;
  static Buffer allocate(std::size_t size);  // zeroed; empty() when memory ran out and size > 0
  static Buffer copy_of(std::span<const std::byte> bytes);
  // A part of this buffer; offset + size has been checked by the caller.
  Buffer slice(std::size_t offset, std::size_t size) const;

  std::span<const std::byte> bytes() const { return {data_.get(), size_}; }
  const std::byte* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  explicit operator bool() const { return data_ != nullptr; }
  // For the one who just allocated it, before it is shared.
  std::byte* mutable_data() { return data_.get(); }
  long owners() const { return data_.use_count(); }

  template <class T>
  std::span<const T> as() const {
    return {reinterpret_cast<const T*>(data_.get()), size_ / sizeof(T)};
  }

 private:
  std::shared_ptr<std::byte> data_;
  std::size_t size_ = 0;
};

}  // namespace tare
