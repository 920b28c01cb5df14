// An index of chunks that is an array: a chunk's number is its place, and says where in the dataset
// it belongs.
#pragma once

#include "formats/keras/hdf5/hdf5.h"

namespace tare {

// Elements of a fixed or extensible array, in the order of their numbers.
struct Hdf5File::ChunkArray {
  const Dataset& dataset;
  std::vector<Chunk>& into;
  // Chunks along each dimension, and the dimensions from the slowest to the fastest.
  std::vector<std::uint64_t> grid;
  std::vector<std::size_t> order;
  std::string_view signature;  // of blocks of data
  bool filtered = false;
  unsigned element_size = 0;
  std::uint64_t next = 0;   // number of the next element
  std::uint64_t count = 0;  // of elements that can be chunks
  // Of an extensible array's data blocks.
  unsigned page_bits = 0;
  unsigned offset_size = 0;
};

inline std::uint64_t divide_up(std::uint64_t a, std::uint64_t b) {
  return a / b + (a % b != 0 ? 1 : 0);
}

}  // namespace tare
