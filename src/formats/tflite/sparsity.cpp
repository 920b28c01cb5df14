// First the tree is described and checked (Plan), then it is walked level by level; every position
// of a level becomes the offset of an element in the dense tensor, so that after the last level
// stored value i belongs at offsets[i].
#include "formats/tflite/sparsity.h"

#include <array>
#include <cstring>
#include <optional>
#include <vector>

#include "base/checked.h"
#include "formats/tflite/file.h"
#include "ir/tensor.h"

namespace tare::tflite_format {
namespace {

constexpr std::size_t kMaxLevels = 2 * kMaxRank;
// A tensor may be this many times as large as what is stored of it: far above any real one (1 in
// 1000 values kept), and it keeps a tiny file from claiming gigabytes.
constexpr std::uint64_t kMaxExpansion = 4096;

Error invalid(std::string message) {
  return {Code::kInvalidModel, "sparsity: " + std::move(message), {}};
}

// An index vector of any of the three widths.
struct Indices {
  tflite::SparseIndexVector type = tflite::SparseIndexVector_NONE;
  const void* table = nullptr;

  std::size_t size() const {
    switch (type) {
      case tflite::SparseIndexVector_Int32Vector:
        return size_of(as<tflite::Int32Vector>().values());
      case tflite::SparseIndexVector_Uint16Vector:
        return size_of(as<tflite::Uint16Vector>().values());
      case tflite::SparseIndexVector_Uint8Vector:
        return size_of(as<tflite::Uint8Vector>().values());
      default:
        return 0;
    }
  }
  std::int64_t at(std::size_t i) const {
    const auto k = static_cast<flatbuffers::uoffset_t>(i);
    switch (type) {
      case tflite::SparseIndexVector_Int32Vector:
        return as<tflite::Int32Vector>().values()->Get(k);
      case tflite::SparseIndexVector_Uint16Vector:
        return as<tflite::Uint16Vector>().values()->Get(k);
      default:
        return as<tflite::Uint8Vector>().values()->Get(k);
    }
  }

 private:
  template <class T>
  const T& as() const {
    return *static_cast<const T*>(table);
  }
};

struct Level {
  bool dense = true;
  std::int64_t extent =
      0;  // how many children a dense level has; bound of the indices of a compressed one
  std::int64_t stride = 0;  // elements of the dense tensor from one child to the next
  Indices segments;
  Indices indices;
};

class Plan {
 public:
  explicit Plan(const SparseTensor& source)
      : sparsity_(source.sparsity), shape_(source.type.shape) {}

  Result<std::vector<Level>> levels() {
    std::vector<Level> levels;
    if (Status s = check_counts(); !s.ok()) return s.error();
    if (Status s = find_blocks(); !s.ok()) return s.error();
    const auto order = span_of(sparsity_.traversal_order());
    for (std::size_t i = 0; i < order.size(); ++i) {
      auto level = read_level(*sparsity_.dim_metadata()->Get(static_cast<unsigned>(i)), order[i]);
      if (!level) return level.error();
      levels.push_back(level.take());
    }
    return levels;
  }

 private:
  int rank() const { return shape_.rank(); }

  Status check_counts() {
    const auto order = span_of(sparsity_.traversal_order());
    const std::size_t blocks = size_of(sparsity_.block_map());
    if (order.size() > kMaxLevels || blocks > static_cast<std::size_t>(rank()))
      return invalid("too many levels");
    if (order.size() != static_cast<std::size_t>(rank()) + blocks || rank() == 0) {
      return invalid("the traversal order has " + std::to_string(order.size()) + " entries");
    }
    if (size_of(sparsity_.dim_metadata()) != order.size())
      return invalid("one description per level is required");
    std::array<bool, kMaxLevels> seen{};
    for (std::size_t i = 0; i < order.size(); ++i) {
      const std::int32_t d = order[i];
      if (d < 0 || static_cast<std::size_t>(d) >= order.size())
        return invalid("the traversal order is out of range");
      // Blocks come after all dimensions, so that each block's size is one run of levels.
      if ((d >= rank()) != (i >= static_cast<std::size_t>(rank())))
        return invalid("blocks must be traversed last");
      if (std::exchange(seen[static_cast<std::size_t>(d)], true))
        return invalid("the traversal order repeats itself");
    }
    return {};
  }

  // Sizes of blocks along each dimension; 1 where there is none.
  Status find_blocks() {
    block_.fill(1);
    const auto map = span_of(sparsity_.block_map());
    const auto order = span_of(sparsity_.traversal_order());
    for (std::size_t i = static_cast<std::size_t>(rank()); i < order.size(); ++i) {
      const std::int32_t d = map[static_cast<std::size_t>(order[i] - rank())];
      const auto& level = *sparsity_.dim_metadata()->Get(static_cast<unsigned>(i));
      if (d < 0 || d >= rank()) return invalid("the block map is out of range");
      const auto at = static_cast<std::size_t>(d);
      if (level.format() != tflite::DimensionType_DENSE) return invalid("blocks must be dense");
      if (level.dense_size() <= 0 || shape_[d] % level.dense_size() != 0 || block_[at] != 1) {
        return invalid("a block of " + std::to_string(level.dense_size()) +
                       " does not divide dimension " + std::to_string(d));
      }
      block_[at] = level.dense_size();
    }
    return {};
  }

  std::int64_t element_stride(int d) const {
    std::int64_t stride = 1;
    for (int i = d + 1; i < rank(); ++i) stride *= shape_[i];
    return stride;
  }

  Result<Level> read_level(const tflite::DimensionMetadata& source, std::int32_t dimension) const {
    const bool of_block = dimension >= rank();
    const int d = of_block
                      ? span_of(sparsity_.block_map())[static_cast<std::size_t>(dimension - rank())]
                      : dimension;
    const std::int64_t block = block_[static_cast<std::size_t>(d)];
    Level level;
    level.extent = of_block ? block : shape_[d] / block;
    level.stride = of_block ? element_stride(d) : element_stride(d) * block;
    if (source.format() == tflite::DimensionType_DENSE) {
      if (source.dense_size() != level.extent) {
        return invalid("dimension " + std::to_string(d) + " has size " +
                       std::to_string(source.dense_size()) + ", its shape wants " +
                       std::to_string(level.extent));
      }
      return level;
    }
    if (source.format() != tflite::DimensionType_SPARSE_CSR)
      return invalid("unknown kind of level");
    level.dense = false;
    level.segments = {source.array_segments_type(), source.array_segments()};
    level.indices = {source.array_indices_type(), source.array_indices()};
    if (level.segments.table == nullptr || level.indices.table == nullptr)
      return invalid("no segments or no indices");
    return level;
  }

  const tflite::SparsityParameters& sparsity_;
  const Shape& shape_;
  std::array<std::int64_t, kMaxRank> block_{};
};

using Offsets = std::vector<std::int64_t>;

Result<Offsets> descend_dense(const Offsets& parents, const Level& level, std::uint64_t limit) {
  const auto count =
      checked_mul<std::uint64_t>(parents.size(), static_cast<std::uint64_t>(level.extent));
  if (!count || *count > limit) return invalid("more positions than stored values");
  Offsets children;
  children.reserve(static_cast<std::size_t>(*count));
  for (const std::int64_t parent : parents) {
    for (std::int64_t i = 0; i < level.extent; ++i) children.push_back(parent + i * level.stride);
  }
  return children;
}

Result<Offsets> descend_compressed(const Offsets& parents, const Level& level,
                                   std::uint64_t limit) {
  const std::size_t stored = level.indices.size();
  if (level.segments.size() != parents.size() + 1) {
    return invalid(std::to_string(level.segments.size()) + " segments for " +
                   std::to_string(parents.size()) + " rows");
  }
  if (stored > limit) return invalid("more positions than stored values");
  if (level.segments.at(0) != 0 ||
      level.segments.at(parents.size()) != static_cast<std::int64_t>(stored)) {
    return invalid("the segments do not cover the indices");
  }
  Offsets children;
  children.reserve(stored);
  for (std::size_t row = 0; row < parents.size(); ++row) {
    const std::int64_t end = level.segments.at(row + 1);
    if (end < level.segments.at(row) || end > static_cast<std::int64_t>(stored))
      return invalid("segments run backwards");
    std::int64_t last = -1;
    while (static_cast<std::int64_t>(children.size()) < end) {
      const std::int64_t at = level.indices.at(children.size());
      if (at <= last || at >= level.extent)
        return invalid("index " + std::to_string(at) + " is out of range or order");
      last = at;
      children.push_back(parents[row] + at * level.stride);
    }
  }
  return children;
}

}  // namespace

Result<Buffer> expand_sparse(const SparseTensor& source) {
  const std::size_t element = dtype_size(source.type.dtype);
  const auto size = byte_size(source.type.dtype, source.type.shape);
  if (element == 0 || source.type.dtype == DType::kInt4 || !size) {
    return Error{Code::kUnsupported,
                 "sparse " + std::string(dtype_name(source.type.dtype)) + " is not supported",
                 {}};
  }
  auto levels = Plan(source).levels();
  if (!levels) return levels.error();
  // Positions of no level can outnumber what the file stores: values, or the row starts of the
  // level below.
  std::uint64_t limit = source.values.size() / element;
  for (const Level& level : *levels) limit += level.segments.size() + level.indices.size();
  if (*size / element / kMaxExpansion > limit)
    return invalid("the shape is too large for what is stored");

  Offsets offsets{0};
  for (const Level& level : *levels) {
    auto next = level.dense ? descend_dense(offsets, level, limit)
                            : descend_compressed(offsets, level, limit);
    if (!next) return next.error();
    offsets = next.take();
  }
  if (offsets.size() * element > source.values.size())
    return invalid("fewer values are stored than positions");
  Buffer dense = Buffer::allocate(*size);
  if (!dense) return Error{Code::kBudgetExceeded, "out of memory", {}};
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    std::memcpy(dense.mutable_data() + static_cast<std::size_t>(offsets[i]) * element,
                source.values.data() + i * element, element);
  }
  return dense;
}

}  // namespace tare::tflite_format
