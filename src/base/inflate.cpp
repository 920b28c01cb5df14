// libdeflate wants to know how much comes out; a bound on what DEFLATE can make of so many bytes
// says it before anything is allocated.
#include "base/inflate.h"

#include <libdeflate.h>

#include <cstdint>
#include <memory>
#include <string>

namespace tare {
namespace {

// A match of 258 bytes costs at least two bits.
constexpr std::uint64_t kMaxRatio = 1032;

Error broken(const char* what) {
  return {Code::kInvalidModel, std::string("compressed data: ") + what, {}};
}

struct Release {
  void operator()(libdeflate_decompressor* d) const { libdeflate_free_decompressor(d); }
};

}  // namespace

Result<Buffer> inflate(std::span<const std::byte> stream, std::uint64_t size, Wrapping wrapping) {
  if (size / kMaxRatio > stream.size() || size > SIZE_MAX / 2)
    return broken("fewer bytes than their size says");
  const std::unique_ptr<libdeflate_decompressor, Release> decoder(libdeflate_alloc_decompressor());
  Buffer result = Buffer::allocate(static_cast<std::size_t>(size));
  if (!decoder || !result) return Error{Code::kBudgetExceeded, "out of memory", {}};
  const auto decode = wrapping == Wrapping::kZlib ? libdeflate_zlib_decompress_ex
                                                  : libdeflate_deflate_decompress_ex;
  std::size_t read = 0, written = 0;
  const libdeflate_result status = decode(decoder.get(), stream.data(), stream.size(),
                                          result.mutable_data(), result.size(), &read, &written);
  if (status == LIBDEFLATE_INSUFFICIENT_SPACE) return broken("more bytes than their size says");
  if (status != LIBDEFLATE_SUCCESS) return broken("the stream is damaged");
  if (written != size) return broken("fewer bytes than their size says");
  return result;
}

}  // namespace tare
