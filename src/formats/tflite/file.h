// A .tflite file whose FlatBuffer is sound: every table and vector lies inside it. What the tables
// mean is checked by those who read them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/buffer.h"
#include "base/result.h"
#include "formats/open.h"
#include "tflite_schema_generated.h"

namespace tare::tflite_format {

// Memory that a file may still claim. Tables of a FlatBuffer may be shared, so a small file can
// refer to the same bytes a million times; what is copied out of it is counted.
class Allowance {
 public:
  explicit Allowance(std::uint64_t bytes) : left_(bytes) {}
  bool spend(std::uint64_t bytes) {
    if (bytes > left_) return false;
    left_ -= bytes;
    return true;
  }

 private:
  std::uint64_t left_;
};

struct File {
  Buffer bytes;  // the whole file, appended parts included
  const tflite::Model* model;
  Allowance constants;  // bytes of constants that are copied out
  Allowance structure;  // bytes of names, scales and index lists

  // Bytes [offset, offset + size) of the file; empty when they are not all there.
  std::optional<Buffer> part(std::uint64_t offset, std::uint64_t size) const;
  // The data of a buffer, wherever it is kept; an empty Buffer when it has none, nothing when it
  // lies outside the file.
  std::optional<Buffer> data_of(const tflite::Buffer& buffer) const;
};

Result<File> open_file(Buffer bytes, const ReadOptions& options);

template <class T>
std::size_t size_of(const flatbuffers::Vector<T>* vector) {
  return vector == nullptr ? 0 : vector->size();
}

// Only for elements that the verifier aligns: it aligns a vector's length, so wider ones may lie
// askew.
template <class T>
std::span<const T> span_of(const flatbuffers::Vector<T>* vector) {
  static_assert(sizeof(T) <= sizeof(flatbuffers::uoffset_t));
  if (vector == nullptr) return {};
  return {vector->data(), vector->size()};
}

inline std::string_view text_of(const flatbuffers::String* text) {
  return text == nullptr ? std::string_view() : text->string_view();
}

}  // namespace tare::tflite_format
