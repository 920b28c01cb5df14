// Decompresses DEFLATE streams (RFC 1951), as zip members, gzip files and HDF5 chunks hold them.
#pragma once

#include <span>

#include "base/buffer.h"
#include "base/result.h"

namespace tare {

// Fails unless the stream gives exactly `size` bytes. The size comes from a file: it is refused
// before anything is allocated when no stream of this length could give so many.
Result<Buffer> inflate(std::span<const std::byte> stream, std::uint64_t size);

}  // namespace tare
