// The heap that new groups and attributes keep their names and values in.
#pragma once

#include "formats/keras/hdf5/hdf5.h"

namespace tare {

// A table of blocks: each row has `width` blocks; the first two rows' have `start` bytes, each
// further row's twice the row before. Blocks larger than `max_direct` hold tables of their own.
struct Hdf5File::FractalHeap {
  std::uint16_t id_size = 0;
  unsigned offset_size = 0;  // of an object's place, in bytes
  unsigned length_size = 0;  // of its length
  std::uint64_t max_managed = 0;
  std::uint16_t width = 0;
  std::uint64_t start = 0;
  std::uint64_t max_direct = 0;
  Address root = kUndefined;
  std::uint16_t root_rows = 0;  // 0: the root is a block of data
  bool checked = false;         // blocks carry a sum
  bool filtered = false;

  std::uint64_t block_size(unsigned row) const {
    return row == 0 ? start : row < 64 ? start << (row - 1) : 0;
  }
};

}  // namespace tare
