// Where the chunks of a dataset are: the five indexes of the format.
#include <bit>

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

namespace {

std::uint64_t divide_up(std::uint64_t a, std::uint64_t b) { return a / b + (a % b != 0 ? 1 : 0); }

}  // namespace

std::vector<Hdf5File::Chunk> Hdf5File::chunks(const Dataset& dataset) {
  std::vector<Chunk> found;
  const Layout& layout = dataset.layout;
  const auto rank = dataset.space.dims.size();
  if (layout.chunk.size() != rank) {
    fail("HDF5: chunks of another rank than their dataset");
    return found;
  }
  if (layout.address == kUndefined) return found;
  if (layout.index == 1) {
    found.push_back(
        {layout.address, layout.single_size, layout.single_mask, std::vector<std::uint64_t>(rank)});
  } else if (layout.index == 0) {
    read_chunk_tree(layout.address, -1, dataset, found);
  } else if (layout.index == 5) {
    read_chunk_records(dataset, found);
  } else {
    read_chunk_array(dataset, found);
  }
  return found;
}

void Hdf5File::read_chunk_tree(Address node, int level, const Dataset& dataset,
                               std::vector<Chunk>& into) {
  Cursor c = at(node, "chunk tree");
  if (!c.expect("TREE") || c.u8() != 1) return fail("HDF5: a chunk tree is not one");
  const int own_level = c.u8();
  const std::uint16_t used = c.u16();
  // A child one level down cannot be an ancestor.
  if (level >= 0 && own_level != level) return fail("HDF5: the levels of a chunk tree do not fit");
  address(c);
  address(c);
  for (unsigned i = 0; i < used && step(); ++i) {
    Chunk chunk;
    chunk.size = c.u32();
    chunk.skipped_filters = c.u32();
    for (std::size_t d = 0; d < dataset.space.dims.size(); ++d) chunk.offset.push_back(c.u64());
    c.skip(8);
    chunk.address = address(c);
    if (!check(c, "chunk tree")) return;
    if (own_level > 0) {
      read_chunk_tree(chunk.address, own_level - 1, dataset, into);
    } else {
      into.push_back(std::move(chunk));
    }
  }
}

void Hdf5File::read_chunk_records(const Dataset& dataset, std::vector<Chunk>& into) {
  const bool filtered = !dataset.filters.empty();
  const std::size_t rank = dataset.space.dims.size();
  for (const auto record : tree_records(dataset.layout.address, filtered ? 11 : 10)) {
    Cursor c(record);
    Chunk chunk;
    chunk.address = address(c);
    if (filtered) {
      const std::size_t rest = offset_size_ + 4 + 8 * rank;
      if (record.size() <= rest) return fail("HDF5: a chunk's record is too short");
      chunk.size = c.number_of(static_cast<unsigned>(record.size() - rest));
      chunk.skipped_filters = c.u32();
    }
    for (std::size_t d = 0; d < rank; ++d) {
      std::uint64_t offset = 0;
      if (__builtin_mul_overflow(c.u64(), dataset.layout.chunk[d], &offset))
        return fail("HDF5: a chunk lies outside its dataset");
      chunk.offset.push_back(offset);
    }
    if (!check(c, "chunk's record")) return;
    into.push_back(std::move(chunk));
  }
}

// Fixed arrays, extensible arrays, and no index at all (index 2: one chunk after the other).
void Hdf5File::read_chunk_array(const Dataset& dataset, std::vector<Chunk>& into) {
  ChunkArray array{dataset, into, {}, {}, {}};
  const Hdf5Space& space = dataset.space;
  array.count = 1;
  for (std::size_t d = 0; d < space.dims.size(); ++d) {
    const std::uint64_t most = space.max_dims[d] == UINT64_MAX
                                   ? space.dims[d]
                                   : std::max(space.max_dims[d], space.dims[d]);
    array.grid.push_back(divide_up(most, dataset.layout.chunk[d]));
    if (__builtin_mul_overflow(array.count, array.grid.back(), &array.count))
      return fail("HDF5: too many chunks", Code::kBudgetExceeded);
    // The dimension that grows is the slowest of an extensible array.
    const bool first = dataset.layout.index == 4 && space.max_dims[d] == UINT64_MAX;
    array.order.insert(first ? array.order.begin() : array.order.end(), d);
  }
  if (dataset.layout.index == 3) {
    read_fixed_array(array);
  } else if (dataset.layout.index == 4) {
    read_extensible_array(array);
  } else {
    std::uint64_t size = dataset.type.size;
    for (const std::uint64_t extent : dataset.layout.chunk) {
      if (__builtin_mul_overflow(size, extent, &size))
        return fail("HDF5: a chunk is too large", Code::kBudgetExceeded);
    }
    Address where = dataset.layout.address;
    for (std::uint64_t i = 0; i < array.count && step(); ++i) {
      add_chunk(array, {where, size, 0, {}});
      if (__builtin_add_overflow(where, size, &where))
        return fail("HDF5: a chunk lies outside the file");
    }
  }
}

void Hdf5File::add_chunk(ChunkArray& array, Chunk chunk) {
  std::uint64_t number = array.next++;
  if (number >= array.count || chunk.address == kUndefined) return;
  chunk.offset.resize(array.grid.size());
  for (std::size_t k = array.order.size(); k-- > 0;) {
    const std::size_t d = array.order[k];
    chunk.offset[d] = number % array.grid[d] * array.dataset.layout.chunk[d];
    number /= array.grid[d];
  }
  array.into.push_back(std::move(chunk));
}

void Hdf5File::read_elements(Cursor& c, std::uint64_t count, ChunkArray& array) {
  for (std::uint64_t i = 0; i < count && c.ok() && step(); ++i) {
    Chunk chunk;
    chunk.address = address(c);
    if (array.filtered) {
      chunk.size = c.number_of(array.element_size - offset_size_ - 4);
      chunk.skipped_filters = c.u32();
    }
    if (c.ok()) add_chunk(array, std::move(chunk));
  }
}

bool Hdf5File::read_array_head(Cursor& c, std::string_view signature, ChunkArray& array) {
  if (!c.expect(signature) || c.u8() != 0) {
    fail("HDF5: a chunk array without its signature");
    return false;
  }
  array.filtered = c.u8() == 1;
  array.element_size = c.u8();
  const unsigned least = offset_size_ + (array.filtered ? 5 : 0);
  if (array.element_size < least || array.element_size > least + 7 ||
      array.filtered != !array.dataset.filters.empty()) {
    fail("HDF5: a chunk array of impossible elements");
  }
  return ok();
}

void Hdf5File::read_fixed_array(ChunkArray& array) {
  Cursor c = at(array.dataset.layout.address, "chunk array");
  const std::size_t begin = c.position();
  if (!read_array_head(c, "FAHD", array)) return;
  array.page_bits = c.u8();
  const std::uint64_t count = length(c);
  const Address block = address(c);
  if (!check_sum(c, begin, "chunk array") || block == kUndefined) return;
  array.signature = "FADB";
  read_array_block(block, std::min(count, array.count), count, array);
}

// Data of an array: elements, or, when there are many, pages of them with a sum each. `all` is how
// many the block has, `count` how many of them can be chunks.
bool Hdf5File::read_array_block(Address block, std::uint64_t count, std::uint64_t all,
                                ChunkArray& array) {
  Cursor c = at(block, "chunk array");
  const std::size_t begin = c.position();
  if (!c.expect(array.signature) || c.u8() != 0) {
    fail("HDF5: a chunk array's block without its signature");
    return false;
  }
  c.skip(1);
  address(c);
  c.skip(array.offset_size);
  if (array.page_bits >= 32) {
    fail("HDF5: a chunk array of impossible pages");
    return false;
  }
  const std::uint64_t page = std::uint64_t{1} << array.page_bits;
  if (all <= page) {
    read_elements(c, count, array);
    // The sum stands behind all elements, of which only the first may have been of interest.
    return count != all || check_sum(c, begin, "chunk array");
  }
  const std::uint64_t pages = divide_up(all, page);
  // Which pages were written: a fixed array keeps it here, an extensible one in the block above.
  std::span<const std::byte> written;
  if (array.signature == "FADB") written = c.take(divide_up(pages, 8));
  if (!check_sum(c, begin, "chunk array")) return false;
  for (std::uint64_t p = 0; p < pages && count > 0 && ok(); ++p) {
    const std::uint64_t here = std::min(page, all - p * page);
    const std::uint64_t wanted = std::min(here, count);
    count -= wanted;
    const bool there =
        written.empty() || (std::to_integer<unsigned>(written[p / 8]) >> (7 - p % 8) & 1u) != 0;
    if (!there) {
      array.next += wanted;
      c.skip(here * array.element_size + 4);
      continue;
    }
    const std::size_t start = c.position();
    read_elements(c, wanted, array);
    c.skip((here - wanted) * array.element_size);
    if (!check_sum(c, start, "chunk array")) return false;
  }
  return ok();
}

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
