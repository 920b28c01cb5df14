// Where the chunks of a dataset are, by the indexes of the format: a single chunk, and trees whose
// records say where each belongs; arrays are in chunk_array.cpp.
#include "formats/keras/hdf5/hdf5.h"

namespace tare {

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
      if (step(8)) into.push_back(std::move(chunk));
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
    if (step(8)) into.push_back(std::move(chunk));
  }
}

}  // namespace tare
