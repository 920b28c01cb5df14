// Reads HDF5 files as Keras and its converters write them, and every neighbour of those files that
// the format allows: our own bounded reader, as the HDF5 library outweighs the whole engine and
// trusts its input. Superblocks 0 to 3; old and new groups; compact, contiguous and chunked data
// under each chunk index; deflate, shuffle and Fletcher-32. Source: the HDF5 File Format
// Specification, version 3.0.
//
// The first failure sticks (ok(), error()); what is returned after it is empty. Every step through
// the file is counted, so that a file whose parts point at each other ends.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/cursor.h"
#include "base/result.h"
#include "ir/tensor.h"

namespace tare {

struct Hdf5Type {
  enum class Kind : std::uint8_t { kNumber, kFixedString, kVariableString, kOther };
  Kind kind = Kind::kOther;
  std::uint32_t size = 0;  // bytes an element takes in the file
  DType dtype = DType::kFloat32;
  bool big_endian = false;
  bool null_ends = true;  // of fixed strings
  std::string_view what;  // of other kinds, for people
};

struct Hdf5Space {
  std::vector<std::uint64_t> dims;
  std::vector<std::uint64_t> max_dims;  // UINT64_MAX: unlimited
  bool empty = false;                   // a null dataspace
  std::optional<std::uint64_t> elements() const;
};

// An attribute's value: small, in place.
struct Hdf5Attribute {
  Hdf5Type type;
  Hdf5Space space;
  std::span<const std::byte> bytes;
};

class Hdf5File {
 public:
  using Address = std::uint64_t;  // of an object's header
  static constexpr Address kUndefined = UINT64_MAX;
  static constexpr std::string_view kSignature = "\x89HDF\r\n\x1a\n";

  // Where the signature stands: at 0, or at 512, 1024, ... behind a user block. Empty: not an HDF5
  // file.
  static std::optional<std::uint64_t> find_signature(std::span<const std::byte> file);

  Hdf5File(Buffer file, std::uint64_t max_bytes);

  bool ok() const { return sink_.ok(); }
  const Error& error() const { return sink_.error(); }
  Address root() const { return root_; }

  // The object at a path below a group; empty when there is none. Soft links are followed, external
  // ones are failures.
  std::optional<Address> find(Address group, std::string_view path);
  std::vector<std::string> names(Address group);  // of a group's members
  bool is_dataset(Address object);

  std::optional<Hdf5Attribute> attribute(Address object, std::string_view name);
  // Strings of an attribute: a scalar gives one.
  std::vector<std::string> strings(const Hdf5Attribute& attribute);

  // Element type and shape of a dataset of numbers, and its elements.
  TensorType dataset_type(Address dataset);
  TensorValue read(Address dataset);

 private:
  struct Message {
    std::uint16_t type = 0;
    std::span<const std::byte> data;
  };
  struct Link {
    std::string name;
    Address address = kUndefined;
    std::string target;  // of a soft link
    bool external = false;
  };
  struct Filter {
    std::uint16_t id = 0;
    std::uint32_t element_size = 0;  // of shuffle
  };
  struct Chunk {
    Address address = kUndefined;
    std::uint64_t size = 0;
    std::uint32_t skipped_filters = 0;
    std::vector<std::uint64_t> offset;  // in elements
  };
  struct Layout {
    enum class Kind : std::uint8_t { kCompact, kContiguous, kChunked };
    Kind kind = Kind::kContiguous;
    std::span<const std::byte> compact;
    Address address = kUndefined;
    std::uint64_t size = 0;
    std::vector<std::uint64_t> chunk;  // extents, in elements
    int index = 0;  // how chunks are found: 0 a version-1 B-tree, else as in version 4
    std::uint64_t single_size = 0;  // of a single chunk that is filtered
    std::uint32_t single_mask = 0;
    bool single_filtered = false;
    bool no_filter_at_edges = false;
  };
  struct Dataset {
    Hdf5Type type;
    Hdf5Space space;
    Layout layout;
    std::vector<Filter> filters;
  };
  struct FractalHeap;

  // superblock.cpp
  void open();
  Cursor at(Address address, std::string_view what);
  Address address(Cursor& c) const {
    return offset_size_ == 8 ? c.u64() : widen(c.number_of(offset_size_), offset_size_);
  }
  Address length(Cursor& c) const { return c.number_of(length_size_); }
  static std::uint64_t widen(std::uint64_t v, unsigned size) {
    return size < 8 && v == (std::uint64_t{1} << (8 * size)) - 1 ? kUndefined : v;
  }
  bool step(std::uint64_t steps = 1);
  // Many weights may be one dataset, and a chunk may be larger than what it holds.
  bool unpack(std::uint64_t bytes);
  void fail(std::string_view message, Code code = Code::kInvalidModel) {
    sink_.fail(message, code);
  }
  bool check(const Cursor& c, std::string_view what);
  // The bytes of a checked structure are from `begin` to the cursor; its sum follows.
  bool check_sum(Cursor& c, std::size_t begin, std::string_view what);

  // object_header.cpp
  const std::vector<Message>& header(Address object);
  void read_old_header(Cursor c, std::vector<Message>& into);
  void read_new_header(Cursor c, std::vector<Message>& into);
  Message shared(Message message);
  const Message* find_message(Address object, std::uint16_t type);

  // messages.cpp
  Hdf5Type read_type(std::span<const std::byte> data);
  Hdf5Space read_space(std::span<const std::byte> data);
  Layout read_layout(std::span<const std::byte> data);
  std::vector<Filter> read_filters(std::span<const std::byte> data);
  bool read_attribute(std::span<const std::byte> data, std::string_view name, Hdf5Attribute& into);

  // group.cpp
  const std::vector<Link>& links(Address group);
  void read_symbol_tree(Address node, int level, const Buffer& heap, std::vector<Link>& into);
  void read_symbol_node(Address node, const Buffer& heap, std::vector<Link>& into);
  Buffer local_heap(Address heap);
  void read_link(std::span<const std::byte> data, std::vector<Link>& into);
  bool add_link(Link link, std::vector<Link>& into);
  std::optional<Address> find(Address group, std::string_view path, int links_left);

  // heap.cpp
  std::string_view global_string(Cursor& reference);
  std::optional<FractalHeap> fractal_heap(Address address);
  std::span<const std::byte> heap_object(const FractalHeap& heap, std::span<const std::byte> id);
  std::span<const std::byte> managed_object(const FractalHeap& heap, std::uint64_t offset,
                                            std::uint64_t size);
  struct TreeNode {
    Address address = kUndefined;
    int depth = 0;
    unsigned records = 0;
    std::uint16_t record_size = 0;
    std::uint32_t node_size = 0;
  };
  // All records of a version-2 B-tree.
  std::vector<std::span<const std::byte>> tree_records(Address tree, int type);
  void read_tree_node(const TreeNode& node, std::vector<std::span<const std::byte>>& into);

  // chunks.cpp
  std::vector<Chunk> chunks(const Dataset& dataset);
  void read_chunk_tree(Address node, int level, const Dataset& dataset, std::vector<Chunk>& into);
  void read_chunk_records(const Dataset& dataset, std::vector<Chunk>& into);

  // chunk_array.cpp
  struct ChunkArray;
  void read_chunk_array(const Dataset& dataset, std::vector<Chunk>& into);
  void read_fixed_array(ChunkArray& array);
  bool read_array_head(Cursor& c, std::string_view signature, ChunkArray& array);
  bool read_array_block(Address block, std::uint64_t count, std::uint64_t all, ChunkArray& array);
  void read_elements(Cursor& c, std::uint64_t count, ChunkArray& array);
  void add_chunk(ChunkArray& array, Chunk chunk);

  // extensible_array.cpp
  void read_extensible_array(ChunkArray& array);
  void read_super_block(Address where, std::uint64_t blocks, std::uint64_t elements,
                        ChunkArray& array);

  // dataset.cpp
  std::optional<Dataset> dataset(Address object);
  void read_chunks(const Dataset& dataset, TensorValue& into);
  Buffer unfiltered(const Dataset& dataset, const Chunk& chunk, std::uint64_t size);
  void copy_chunk(const Dataset& dataset, const Chunk& chunk, const Buffer& bytes,
                  TensorValue& into);

  Buffer file_;
  std::uint64_t max_bytes_;
  std::uint64_t base_ = 0;
  unsigned offset_size_ = 8;
  unsigned length_size_ = 8;
  Address root_ = kUndefined;
  ErrorSink sink_;
  std::uint64_t steps_ = 0;
  std::uint64_t unpacked_ = 0;
  std::map<Address, std::vector<Message>> headers_;
  std::map<Address, std::vector<Link>> links_;
};

// checksum.cpp
std::uint32_t hdf5_lookup3(std::span<const std::byte> bytes);
std::uint32_t hdf5_fletcher32(std::span<const std::byte> bytes);

}  // namespace tare
