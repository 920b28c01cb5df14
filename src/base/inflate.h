// Decompresses DEFLATE streams, bare (RFC 1951) as zip members are and wrapped by zlib (RFC 1950)
// as HDF5 chunks are. The decoder is libdeflate's.
#pragma once

#include <span>

#include "base/buffer.h"
#include "base/result.h"

namespace tare {

enum class Wrapping { kNone, kZlib };

// Fails unless the stream gives exactly `size` bytes. The size comes from a file: it is refused
// before anything is allocated when no stream of this length could give so many.
Result<Buffer> inflate(std::span<const std::byte> stream, std::uint64_t size,
                       Wrapping wrapping = Wrapping::kNone);

}  // namespace tare
