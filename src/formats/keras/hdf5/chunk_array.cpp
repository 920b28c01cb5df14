// What all arrays of chunks share, and fixed arrays; extensible ones have a file of their own.
#include "formats/keras/hdf5/chunk_array.h"

#include <algorithm>

namespace tare {

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
  if (step(8)) array.into.push_back(std::move(chunk));
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

}  // namespace tare
