// String tensors: one packed block in TFLite's layout: int32 count, int32 offsets[count + 1] (from
// the start of the block), then the bytes. An empty block is a tensor of empty strings.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/buffer.h"

namespace tare {

// False when count, offsets or sizes do not fit the block or the number of elements.
bool strings_are_sound(std::span<const std::byte> block, std::int64_t elements);

// String i of a sound block.
std::string_view string_at(std::span<const std::byte> block, std::int64_t i);

Buffer pack_strings(std::span<const std::string> strings);

}  // namespace tare
