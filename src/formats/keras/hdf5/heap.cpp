// Heaps and version-2 B-trees.
#include "formats/keras/hdf5/heap.h"

#include <bit>

namespace tare {
namespace {

unsigned bytes_for(std::uint64_t v) { return (static_cast<unsigned>(std::bit_width(v)) + 7) / 8; }

}  // namespace

// A variable-length string: its length, and where in which collection it is.
std::string_view Hdf5File::global_string(Cursor& reference) {
  const std::uint32_t size = reference.u32();
  const Address collection = address(reference);
  const std::uint32_t number = reference.u32();
  if (!check(reference, "string") || size == 0) return {};
  Cursor c = at(collection, "global heap");
  const std::size_t begin = c.position();
  if (!c.expect("GCOL") || c.u8() != 1) {
    fail("HDF5: a global heap without its signature");
    return {};
  }
  c.skip(3);
  const std::uint64_t total = length(c);
  if (total > file_.size() - begin) {
    fail("HDF5: a global heap is larger than the file");
    return {};
  }
  while (step() && c.ok() && c.position() - begin + 8 + length_size_ <= total) {
    const std::uint16_t index = c.u16();
    c.skip(6);
    const std::uint64_t bytes = length(c);
    if (index == number && index != 0) {
      if (bytes < size || bytes > total - (c.position() - begin)) break;
      const std::string_view text = c.text(size);
      step(size / 16);
      return check(c, "global heap") ? text.substr(0, text.find('\0')) : std::string_view();
    }
    if (index == 0) break;
    c.skip(bytes);
    c.skip((8 - bytes % 8) % 8);
  }
  fail("HDF5: a string is not in its heap");
  return {};
}

std::optional<Hdf5File::FractalHeap> Hdf5File::fractal_heap(Address where) {
  Cursor c = at(where, "heap");
  const std::size_t begin = c.position();
  FractalHeap heap;
  if (!c.expect("FRHP") || c.u8() != 0) {
    fail("HDF5: a heap without its signature");
    return std::nullopt;
  }
  heap.id_size = c.u16();
  const std::uint16_t filters = c.u16();
  heap.filtered = filters != 0;
  heap.checked = (c.u8() & 2) != 0;
  heap.max_managed = c.u32();
  length(c);
  address(c);
  length(c);
  address(c);
  for (int i = 0; i < 8; ++i) length(c);  // counts and sizes
  heap.width = c.u16();
  heap.start = length(c);
  heap.max_direct = length(c);
  const std::uint16_t max_bits = c.u16();
  c.skip(2);
  heap.root = address(c);
  heap.root_rows = c.u16();
  if (filters != 0) {
    length(c);
    c.skip(4);
    c.skip(filters);
  }
  if (!check_sum(c, begin, "heap")) return std::nullopt;
  heap.offset_size = (max_bits + 7u) / 8u;
  const auto direct_bits = static_cast<unsigned>(std::countr_zero(heap.max_direct));
  heap.length_size = std::min((direct_bits + 7) / 8, bytes_for(heap.max_managed));
  const bool sound = std::has_single_bit(heap.start) && std::has_single_bit(heap.max_direct) &&
                     heap.width != 0 && max_bits <= 64 && heap.start <= heap.max_direct &&
                     heap.max_direct <= (std::uint64_t{1} << 40);
  if (!sound) fail("HDF5: a heap of impossible sizes");
  if (heap.filtered) fail("HDF5: filtered heaps are not supported", Code::kUnsupported);
  return ok() ? std::optional(heap) : std::nullopt;
}

std::span<const std::byte> Hdf5File::heap_object(const FractalHeap& heap,
                                                 std::span<const std::byte> id) {
  Cursor c(id);
  const std::uint8_t flags = c.u8();
  const unsigned kind = (flags >> 4) & 3;
  if (kind == 0) {
    const std::uint64_t offset = c.number_of(heap.offset_size);
    const std::uint64_t size = c.number_of(heap.length_size);
    return check(c, "heap object") ? managed_object(heap, offset, size)
                                   : std::span<const std::byte>();
  }
  if (kind == 1 && id.size() >= 1u + offset_size_ + length_size_) {
    const Address where = address(c);
    const std::uint64_t size = length(c);
    Cursor object = at(where, "heap object");
    const auto bytes = object.take(size);
    return check(object, "heap object") ? bytes : std::span<const std::byte>();
  }
  if (kind == 2) {
    const auto bytes = c.take((flags & 15u) + 1);
    return check(c, "heap object") ? bytes : std::span<const std::byte>();
  }
  if (kind == 1) {
    // The number of an object that has a tree of its own to find it by.
    fail("HDF5: an attribute or link of this size is not supported", Code::kUnsupported);
  } else {
    fail("HDF5: an unknown kind of heap object");
  }
  return {};
}

std::span<const std::byte> Hdf5File::managed_object(const FractalHeap& heap, std::uint64_t offset,
                                                    std::uint64_t size) {
  Address block = heap.root;
  std::uint64_t block_begin = 0;
  std::uint64_t block_size = heap.start;
  unsigned rows = heap.root_rows;
  while (rows != 0 && step()) {
    Cursor c = at(block, "heap block");
    const std::size_t begin = c.position();
    if (!c.expect("FHIB") || c.u8() != 0) {
      fail("HDF5: a heap block without its signature");
      return {};
    }
    address(c);
    c.skip(heap.offset_size);
    // The row and column whose block holds the offset.
    std::uint64_t at_offset = block_begin;
    unsigned row = 0;
    while (row < rows && heap.block_size(row) != 0 &&
           offset - at_offset >= heap.block_size(row) * heap.width) {
      at_offset += heap.block_size(row) * heap.width;
      ++row;
    }
    const std::uint64_t column = row < rows && heap.block_size(row) != 0
                                     ? (offset - at_offset) / heap.block_size(row)
                                     : heap.width;
    if (row >= rows || column >= heap.width) break;
    Address next = kUndefined;
    for (unsigned r = 0; r < rows && c.ok(); ++r) {
      for (unsigned k = 0; k < heap.width && c.ok() && step(); ++k) {
        const Address child = address(c);
        if (r == row && k == column) next = child;
      }
    }
    if (!check_sum(c, begin, "heap block")) return {};
    block = next;
    block_begin = at_offset + column * heap.block_size(row);
    block_size = heap.block_size(row);
    rows = 0;
    if (block_size > heap.max_direct) {
      // A table as large as all rows that fit into the block.
      std::uint64_t covered = 0;
      while (covered < block_size && rows < 64) covered += heap.block_size(rows++) * heap.width;
    }
  }
  if (!ok()) return {};
  const std::uint64_t inside = offset - block_begin;
  if (offset < block_begin || inside > block_size || size > block_size - inside) {
    fail("HDF5: a heap object lies outside its heap");
    return {};
  }
  Cursor c = at(block, "heap block");
  Cursor head = c;
  if (!head.expect("FHDB")) fail("HDF5: a heap block without its signature");
  c.skip(inside);
  const auto bytes = c.take(size);
  return check(c, "heap object") ? bytes : std::span<const std::byte>();
}

std::vector<std::span<const std::byte>> Hdf5File::tree_records(Address tree, int type) {
  std::vector<std::span<const std::byte>> records;
  Cursor c = at(tree, "B-tree");
  const std::size_t begin = c.position();
  if (!c.expect("BTHD") || c.u8() != 0 || c.u8() != type) {
    fail("HDF5: a B-tree is not the one it should be");
    return records;
  }
  const std::uint32_t node_size = c.u32();
  const std::uint16_t record_size = c.u16();
  const std::uint16_t depth = c.u16();
  c.skip(2);
  const Address root = address(c);
  const std::uint16_t root_records = c.u16();
  length(c);
  if (!check_sum(c, begin, "B-tree")) return records;
  if (record_size == 0 || node_size < 64 || depth > 16) {
    fail("HDF5: a B-tree of impossible sizes");
    return records;
  }
  if (root == kUndefined || root_records == 0) return records;
  read_tree_node({.address = root,
                  .depth = depth,
                  .records = root_records,
                  .record_size = record_size,
                  .node_size = node_size},
                 records);
  return records;
}

// Sizes of the counts in child pointers follow from how much a subtree of each depth can hold.
void Hdf5File::read_tree_node(const TreeNode& node, std::vector<std::span<const std::byte>>& into) {
  Cursor c = at(node.address, "B-tree node");
  const std::size_t begin = c.position();
  if (!c.expect(node.depth == 0 ? "BTLF" : "BTIN"))
    return fail("HDF5: a B-tree node without its signature");
  c.skip(2);
  for (unsigned i = 0; i < node.records && step(); ++i) into.push_back(c.take(node.record_size));
  if (node.depth == 0) {
    check_sum(c, begin, "B-tree node");
    return;
  }
  constexpr std::uint64_t kOverhead = 10;
  std::uint64_t most =
      (node.node_size - kOverhead) / node.record_size;  // records of a node at the depth below
  std::uint64_t total = most;                           // of the subtree there
  const unsigned count_size = bytes_for(most);
  unsigned total_size = 0;
  for (int depth = 1; depth < node.depth; ++depth) {
    const std::uint64_t pointer = offset_size_ + count_size + total_size;
    if (node.node_size < kOverhead + pointer) return fail("HDF5: a B-tree of impossible sizes");
    most = (node.node_size - kOverhead - pointer) / (node.record_size + pointer);
    if (__builtin_mul_overflow(total, most + 1, &total) ||
        __builtin_add_overflow(total, most, &total)) {
      return fail("HDF5: a B-tree of impossible sizes");
    }
    total_size = bytes_for(total);
  }
  std::vector<TreeNode> children;
  for (unsigned i = 0; i <= node.records && c.ok() && step(); ++i) {
    TreeNode child = node;
    child.depth = node.depth - 1;
    child.address = address(c);
    child.records = static_cast<unsigned>(c.number_of(count_size));
    if (child.depth > 0) c.skip(total_size);
    children.push_back(child);
  }
  if (!check_sum(c, begin, "B-tree node")) return;
  for (const TreeNode& child : children) {
    if (ok()) read_tree_node(child, into);
  }
}

}  // namespace tare
