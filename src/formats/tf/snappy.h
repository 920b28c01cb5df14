// Decompresses a block in Snappy's raw format.
#pragma once

#include "base/buffer.h"
#include "base/result.h"

namespace tare {

Result<Buffer> decompress_snappy(std::span<const std::byte> compressed, std::uint64_t max_bytes);

}  // namespace tare
