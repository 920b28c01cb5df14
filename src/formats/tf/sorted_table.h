// A sorted table of keys and values as LevelDB writes it: a footer points to an index of blocks,
// blocks hold keys that share prefixes. Each block carries a checksum, which is verified.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "base/buffer.h"
#include "base/cursor.h"
#include "base/result.h"

namespace tare {

using EachEntry = std::function<Status(std::string_view key, std::span<const std::byte> value)>;

// Calls with every entry in order, up to the first failure.
Status read_sorted_table(const Buffer& file, const EachEntry& each);

// Seven bits a byte, the lowest first.
std::uint64_t read_varint(Cursor& cursor);

}  // namespace tare
