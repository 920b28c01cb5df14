// Datasets: their bytes, contiguous or in chunks, through their filters, in the machine's byte
// order.
#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "base/inflate.h"
#include "formats/keras/hdf5/hdf5.h"

namespace tare {
namespace {

constexpr std::uint16_t kSpace = 0x01, kType = 0x03, kExternal = 0x07, kLayout = 0x08,
                        kFilters = 0x0b;
constexpr std::uint16_t kDeflate = 1, kShuffle = 2, kFletcher32 = 3;

// The first bytes of all elements, then the second bytes, and so on.
Buffer unshuffled(const Buffer& bytes, std::size_t size) {
  if (size < 2) return bytes;
  Buffer result = Buffer::copy_of(bytes.bytes());
  if (!result) return result;
  const std::size_t count = bytes.size() / size;
  for (std::size_t k = 0; k < size; ++k) {
    const std::byte* from = bytes.data() + k * count;
    std::byte* to = result.mutable_data() + k;
    for (std::size_t i = 0; i < count; ++i) to[i * size] = from[i];
  }
  return result;
}

void swap_bytes(std::byte* data, std::size_t bytes, std::size_t size) {
  for (std::size_t i = 0; i + size <= bytes; i += size) std::reverse(data + i, data + i + size);
}

// Indexes also list chunks of what a dataset was before it shrank.
bool is_inside(const std::vector<std::uint64_t>& offset, const Hdf5Space& space) {
  for (std::size_t d = 0; d < offset.size(); ++d) {
    if (offset[d] >= space.dims[d]) return false;
  }
  return true;
}

}  // namespace

std::optional<Hdf5File::Dataset> Hdf5File::dataset(Address object) {
  Dataset dataset;
  unsigned found = 0;
  for (const Message& m : header(object)) {
    if (!ok()) return std::nullopt;
    if (m.type == kType) dataset.type = read_type(m.data), found |= 1;
    if (m.type == kSpace) dataset.space = read_space(m.data), found |= 2;
    if (m.type == kLayout) dataset.layout = read_layout(m.data), found |= 4;
    if (m.type == kFilters) dataset.filters = read_filters(m.data);
    if (m.type == kExternal)
      fail("HDF5: data in another file are not supported", Code::kUnsupported);
  }
  if (ok() && found != 7) fail("HDF5: an object where a dataset belongs is none");
  // How a bfloat16 is kept in a format that has no such type.
  if (const auto note =
          ok() && dataset.type.size == 2 ? attribute(object, "dtype") : std::nullopt) {
    const auto text = strings(*note);
    if (!text.empty() && text[0] == "bfloat16") {
      dataset.type.kind = Hdf5Type::Kind::kNumber;
      dataset.type.dtype = DType::kBFloat16;
    }
  }
  if (ok() && dataset.type.kind != Hdf5Type::Kind::kNumber) {
    fail("HDF5: a dataset holds " + std::string(dataset.type.what) + " of size " +
         std::to_string(dataset.type.size) + " where numbers belong");
  }
  return ok() ? std::optional(dataset) : std::nullopt;
}

TensorType Hdf5File::dataset_type(Address object) {
  TensorType type;
  const auto data = dataset(object);
  if (!data) return type;
  type.dtype = data->type.dtype;
  if (data->space.dims.size() > kMaxRank || data->space.empty) {
    fail("HDF5: a dataset of " + std::to_string(data->space.dims.size()) +
         " dimensions where a weight belongs");
    return type;
  }
  for (const std::uint64_t d : data->space.dims) {
    if (d > INT64_MAX) fail("HDF5: a dataset is too large", Code::kBudgetExceeded);
    type.shape.push_back(static_cast<Dim>(d));
  }
  const auto size = byte_size(type.dtype, type.shape);
  if (ok() && (!size || *size > max_bytes_)) {
    fail("HDF5: a dataset of shape " + type.shape.text() + " is too large", Code::kBudgetExceeded);
  }
  return type;
}

TensorValue Hdf5File::read(Address object) {
  TensorValue value;
  value.type = dataset_type(object);
  const auto data = ok() ? dataset(object) : std::nullopt;
  const auto size = byte_size(value.type.dtype, value.type.shape);
  if (!ok() || !data || !size) return value;
  const Layout& layout = data->layout;
  const std::size_t element = data->type.size;
  if (*size == 0) return TensorValue::zeros(value.type);
  if (layout.kind == Layout::Kind::kCompact) {
    if (layout.compact.size() < *size)
      fail("HDF5: a dataset is larger than what is stored of it");
    else if (unpack(*size))
      value.bytes = Buffer::copy_of(layout.compact.first(*size));
  } else if (layout.kind == Layout::Kind::kContiguous) {
    Cursor c = at(layout.address, "dataset");
    const std::size_t begin = c.position();
    c.take(*size);
    if (layout.size < *size) fail("HDF5: a dataset is larger than what is stored of it");
    if (!check(c, "dataset")) return value;
    const bool aligned = reinterpret_cast<std::uintptr_t>(file_.data() + begin) % element == 0;
    value.bytes = file_.slice(begin, *size);
    if (aligned && !data->type.big_endian) return value;
    value.bytes = unpack(*size) ? Buffer::copy_of(value.bytes.bytes()) : Buffer();
  } else {
    read_chunks(*data, value);
  }
  if (ok() && value.bytes.size() != *size)
    fail("out of memory for a dataset", Code::kBudgetExceeded);
  if (ok() && data->type.big_endian && element > 1)
    swap_bytes(value.bytes.mutable_data(), *size, element);
  return value;
}

void Hdf5File::read_chunks(const Dataset& data, TensorValue& into) {
  auto found = chunks(data);
  if (!ok()) return;
  std::uint64_t expected = 1;
  std::uint64_t chunk_bytes = data.type.size;
  for (std::size_t d = 0; d < data.space.dims.size(); ++d) {
    const std::uint64_t extent = data.layout.chunk[d];
    expected *= data.space.dims[d] / extent +
                (data.space.dims[d] % extent != 0);  // at most the elements: no overflow
    if (__builtin_mul_overflow(chunk_bytes, extent, &chunk_bytes) || chunk_bytes > max_bytes_) {
      return fail("HDF5: a chunk is too large", Code::kBudgetExceeded);
    }
  }
  // Before memory is taken for what no chunk fills.
  std::erase_if(found, [&](const Chunk& chunk) { return !is_inside(chunk.offset, data.space); });
  std::vector<std::vector<std::uint64_t>> places;
  for (const Chunk& chunk : found) {
    for (std::size_t d = 0; d < chunk.offset.size(); ++d) {
      if (chunk.offset[d] % data.layout.chunk[d] != 0)
        return fail("HDF5: a chunk is not where chunks begin");
    }
    places.push_back(chunk.offset);
  }
  std::sort(places.begin(), places.end());
  if (std::adjacent_find(places.begin(), places.end()) != places.end())
    return fail("HDF5: two chunks at one place");
  if (places.size() != expected)
    return fail("HDF5: chunks of a dataset are missing: it was not written to the end");
  if (!unpack(checked_mul(chunk_bytes, expected).value_or(UINT64_MAX))) return;
  into = TensorValue::zeros(into.type);
  if (into.bytes.empty()) return;
  for (const Chunk& chunk : found) {
    if (!ok()) return;
    const Buffer bytes = unfiltered(data, chunk, chunk_bytes);
    if (ok()) copy_chunk(data, chunk, bytes, into);
  }
}

Buffer Hdf5File::unfiltered(const Dataset& data, const Chunk& chunk, std::uint64_t size) {
  bool at_edge = false;
  for (std::size_t d = 0; d < chunk.offset.size(); ++d) {
    at_edge |=
        data.space.dims[d] - std::min(data.space.dims[d], chunk.offset[d]) < data.layout.chunk[d];
  }
  const bool filtered = !data.filters.empty() && !(data.layout.no_filter_at_edges && at_edge);
  Cursor c = at(chunk.address, "chunk");
  const std::size_t begin = c.position();
  c.take(filtered ? chunk.size : size);
  if (!check(c, "chunk")) return {};
  Buffer bytes = file_.slice(begin, c.position() - begin);
  // Sizes on the way out, from the sizes on the way in.
  std::vector<std::uint64_t> before(data.filters.size());
  std::uint64_t stage = size;
  for (std::size_t i = 0; i < data.filters.size(); ++i) {
    before[i] = stage;
    if (data.filters[i].id == kFletcher32 && !(chunk.skipped_filters >> i & 1)) stage += 4;
  }
  for (std::size_t i = data.filters.size(); filtered && i-- > 0 && ok();) {
    if (chunk.skipped_filters >> i & 1) continue;
    const Filter& filter = data.filters[i];
    if (filter.id == kDeflate) {
      auto result = inflate(bytes.bytes(), before[i], Wrapping::kZlib);
      if (result)
        bytes = result.take();
      else
        fail(result.error().message, result.error().code);
    } else if (filter.id == kShuffle) {
      bytes = unshuffled(bytes, filter.element_size);
    } else if (bytes.size() < 4) {
      fail("HDF5: a chunk is shorter than its checksum");
    } else {
      const std::size_t count = bytes.size() - 4;
      std::uint32_t stored = 0;
      std::memcpy(&stored, bytes.data() + count, 4);
      const std::uint32_t sum = hdf5_fletcher32(bytes.bytes().first(count));
      // The library once summed words of the other byte order, and still takes that.
      const std::uint32_t swapped = (sum & 0x00ff00ffu) << 8 | (sum & 0xff00ff00u) >> 8;
      if (stored != sum && stored != swapped) fail("HDF5: the checksum of a chunk is wrong");
      bytes = bytes.slice(0, count);
    }
  }
  if (ok() && bytes.size() != size) fail("HDF5: a chunk has another size than it should");
  return bytes;
}

// Rows of the last dimension, one by one; what reaches over the dataset's edge is left out.
void Hdf5File::copy_chunk(const Dataset& data, const Chunk& chunk, const Buffer& bytes,
                          TensorValue& into) {
  const std::size_t rank = data.space.dims.size();
  const std::size_t element = data.type.size;
  const auto& dims = data.space.dims;
  const auto& extent = data.layout.chunk;
  std::byte* to = into.bytes.mutable_data();
  if (rank == 0) {
    std::memcpy(to, bytes.data(), element);
    return;
  }
  std::uint64_t rows = 1;
  for (std::size_t d = 0; d + 1 < rank; ++d) rows *= extent[d];
  for (std::size_t d = 0; d < rank; ++d) {
    if (chunk.offset[d] >= dims[d]) return;
  }
  const std::uint64_t width = std::min(extent[rank - 1], dims[rank - 1] - chunk.offset[rank - 1]);
  for (std::uint64_t row = 0; row < rows; ++row) {
    std::uint64_t rest = row, target = 0, stride = 1;
    bool inside = true;
    for (std::size_t d = rank - 1; d-- > 0;) {
      stride *= dims[d + 1];
      const std::uint64_t at = chunk.offset[d] + rest % extent[d];
      rest /= extent[d];
      inside &= at < dims[d];
      target += at * stride;
    }
    if (!inside) continue;
    target += chunk.offset[rank - 1];
    std::memcpy(to + target * element, bytes.data() + row * extent[rank - 1] * element,
                static_cast<std::size_t>(width) * element);
  }
}

}  // namespace tare
