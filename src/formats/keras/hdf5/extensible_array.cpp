// Arrays of chunks that grow: blocks of blocks, each larger than the one before.
#include <algorithm>
#include <bit>

#include "formats/keras/hdf5/chunk_array.h"

namespace tare {

// Elements stand in the index block, in data blocks it points to, and in data blocks that super
// blocks point to; blocks grow from one super block to the next.
void Hdf5File::read_extensible_array(ChunkArray& array) {
  Cursor c = at(array.dataset.layout.address, "chunk array");
  const std::size_t begin = c.position();
  if (!read_array_head(c, "EAHD", array)) return;
  const unsigned count_bits = c.u8();
  const unsigned in_index = c.u8();
  const unsigned least = c.u8();
  const unsigned least_pointers = c.u8();
  array.page_bits = c.u8();
  for (int i = 0; i < 6; ++i) length(c);
  const Address index = address(c);
  if (!check_sum(c, begin, "chunk array") || index == kUndefined) return;
  if (!std::has_single_bit(least) || !std::has_single_bit(least_pointers) || count_bits > 64 ||
      least_pointers < 2) {
    return fail("HDF5: a chunk array of impossible sizes");
  }
  array.offset_size = (count_bits + 7) / 8;
  array.signature = "EADB";
  const int least_bits = std::countr_zero(least);
  const int super_blocks = static_cast<int>(count_bits) - least_bits + 1;
  const int direct_super_blocks = 2 * std::countr_zero(least_pointers);
  Cursor block = at(index, "chunk array");
  const std::size_t index_begin = block.position();
  if (!block.expect("EAIB") || block.u8() != 0)
    return fail("HDF5: a chunk array's block without its signature");
  block.skip(1);
  address(block);
  const std::uint64_t first = std::min<std::uint64_t>(in_index, array.count);
  read_elements(block, first, array);
  block.skip((in_index - first) * array.element_size);
  struct Part {
    Address address;
    int super_block;
    bool direct;
  };
  std::vector<Part> parts;
  for (int s = 0; s < super_blocks && s < direct_super_blocks; ++s) {
    for (std::uint64_t b = 0; b < std::uint64_t{1} << (s / 2); ++b)
      parts.push_back({address(block), s, true});
  }
  for (int s = direct_super_blocks; s < super_blocks; ++s)
    parts.push_back({address(block), s, false});
  if (!check_sum(block, index_begin, "chunk array")) return;
  for (const Part& part : parts) {
    if (array.next >= array.count || !ok()) return;
    const std::uint64_t elements = std::uint64_t{least} << ((part.super_block + 1) / 2);
    const std::uint64_t blocks = part.direct ? 1 : std::uint64_t{1} << (part.super_block / 2);
    if (part.address == kUndefined) {
      array.next += elements * blocks;
    } else if (part.direct) {
      read_array_block(part.address, std::min(elements, array.count - array.next), elements, array);
    } else {
      read_super_block(part.address, blocks, elements, array);
    }
  }
}

void Hdf5File::read_super_block(Address where, std::uint64_t blocks, std::uint64_t elements,
                                ChunkArray& array) {
  Cursor c = at(where, "chunk array");
  const std::size_t begin = c.position();
  if (!c.expect("EASB") || c.u8() != 0)
    return fail("HDF5: a chunk array's block without its signature");
  c.skip(1);
  address(c);
  c.skip(array.offset_size);
  const std::uint64_t page = std::uint64_t{1} << array.page_bits;
  if (elements > page) c.skip(blocks * divide_up(divide_up(elements, page), 8));
  std::vector<Address> found;
  for (std::uint64_t b = 0; b < blocks && c.ok() && step(); ++b) found.push_back(address(c));
  if (!check_sum(c, begin, "chunk array")) return;
  for (const Address block : found) {
    if (array.next >= array.count || !ok()) return;
    if (block == kUndefined) {
      array.next += elements;
    } else {
      read_array_block(block, std::min(elements, array.count - array.next), elements, array);
    }
  }
}

}  // namespace tare
