// Messages about data: element types, dataspaces, layouts, filters, attributes.
#include <bit>

#include "formats/keras/hdf5/hdf5.h"

namespace tare {
namespace {

// Classes of datatypes.
constexpr unsigned kFixedPoint = 0, kFloatingPoint = 1, kString = 3, kOpaque = 5, kEnumeration = 8,
                   kVariableLength = 9;

std::string_view class_name(unsigned kind) {
  static constexpr std::string_view kNames[] = {
      "integers",    "floats",    "times",      "strings",      "bit fields",
      "opaque data", "compounds", "references", "enumerations", "variable-length data",
      "arrays"};
  return kind < std::size(kNames) ? kNames[kind] : "data of an unknown class";
}

std::optional<DType> integer_type(std::uint32_t size, bool is_signed) {
  switch (size) {
    case 1:
      return is_signed ? DType::kInt8 : DType::kUint8;
    case 2:
      return is_signed ? DType::kInt16 : DType::kUint16;
    case 4:
      return is_signed ? DType::kInt32 : DType::kUint32;
    case 8:
      return is_signed ? DType::kInt64 : DType::kUint64;
    default:
      return std::nullopt;
  }
}

// Only the IEEE formats, and bfloat16; `exponent` and `mantissa` are their sizes in bits.
std::optional<DType> float_type(std::uint32_t size, unsigned exponent, unsigned mantissa) {
  if (size == 2 && exponent == 5 && mantissa == 10) return DType::kFloat16;
  if (size == 2 && exponent == 8 && mantissa == 7) return DType::kBFloat16;
  if (size == 4 && exponent == 8 && mantissa == 23) return DType::kFloat32;
  if (size == 8 && exponent == 11 && mantissa == 52) return DType::kFloat64;
  return std::nullopt;
}

}  // namespace

Hdf5Type Hdf5File::read_type(std::span<const std::byte> data) {
  Cursor c(data);
  Hdf5Type type;
  const std::uint8_t head = c.u8();
  const unsigned kind = head & 15u;
  const unsigned version = head >> 4;
  const std::uint32_t bits =
      c.u8() | static_cast<std::uint32_t>(c.u8()) << 8 | static_cast<std::uint32_t>(c.u8()) << 16;
  type.size = c.u32();
  if (!check(c, "datatype")) return type;
  if (version < 1 || version > 4) fail("HDF5: a datatype of unknown version");
  if (type.size == 0) fail("HDF5: a datatype of size 0");
  type.what = class_name(kind);
  type.big_endian = (bits & 1u) != 0;
  std::optional<DType> dtype;
  if (kind == kFixedPoint) {
    const bool whole = c.u16() == 0 && c.u16() == type.size * 8;
    dtype = whole ? integer_type(type.size, (bits & 8u) != 0) : std::nullopt;
  } else if (kind == kFloatingPoint) {
    c.skip(5);
    const unsigned exponent = c.u8();
    c.skip(1);
    const unsigned mantissa = c.u8();
    dtype = (bits & 0x40u) ? std::nullopt : float_type(type.size, exponent, mantissa);
  } else if (kind == kEnumeration) {
    // NumPy's booleans are an enumeration of bytes.
    const Hdf5Type base = read_type(c.take(c.left()));
    if (base.kind == Hdf5Type::Kind::kNumber && base.size == 1 && type.size == 1)
      dtype = DType::kBool;
  } else if (kind == kString) {
    type.kind = Hdf5Type::Kind::kFixedString;
    type.null_ends = (bits & 15u) != 2;
  } else if (kind == kVariableLength && (bits & 15u) == 1) {
    type.kind = Hdf5Type::Kind::kVariableString;
  }
  // bfloat16 has no HDF5 type of its own for h5py, which writes it as two opaque bytes.
  if (kind == kOpaque && type.size == 2) {
    dtype = DType::kBFloat16;
    type.big_endian = false;
  }
  if (dtype) {
    type.kind = Hdf5Type::Kind::kNumber;
    type.dtype = *dtype;
  }
  check(c, "datatype");
  return type;
}

Hdf5Space Hdf5File::read_space(std::span<const std::byte> data) {
  Cursor c(data);
  Hdf5Space space;
  const unsigned version = c.u8();
  const unsigned rank = c.u8();
  const std::uint8_t flags = c.u8();
  if (version == 1) {
    c.skip(5);
  } else if (version == 2) {
    space.empty = c.u8() == 2;
  } else {
    fail("HDF5: a dataspace of unknown version");
  }
  if (rank > 32) fail("HDF5: a dataspace of " + std::to_string(rank) + " dimensions");
  for (unsigned i = 0; i < rank && ok(); ++i) space.dims.push_back(length(c));
  space.max_dims = space.dims;
  if (flags & 1) {
    for (std::uint64_t& most : space.max_dims) most = widen(length(c), length_size_);
  }
  check(c, "dataspace");
  return space;
}

Hdf5File::Layout Hdf5File::read_layout(std::span<const std::byte> data) {
  Cursor c(data);
  Layout layout;
  const unsigned version = c.u8();
  if (version < 1 || version > 4) {
    fail("HDF5: a data layout of version " + std::to_string(version));
    return layout;
  }
  unsigned dimensions = version < 3 ? c.u8() : 0;
  const unsigned kind = c.u8();
  if (version < 3) c.skip(5);
  if (kind > 2) {
    fail(kind == 3 ? "HDF5: virtual datasets are not supported" : "HDF5: an unknown data layout",
         Code::kUnsupported);
    return layout;
  }
  layout.kind = static_cast<Layout::Kind>(kind);
  if (version < 3) {
    if (kind != 0) layout.address = address(c);
    for (unsigned i = 0; i < dimensions && i < 33; ++i) layout.chunk.push_back(c.u32());
    if (kind == 0) layout.compact = c.take(c.u32());
    layout.size = UINT64_MAX;  // not stored: as much as the dataspace asks for
  } else if (kind == 0) {
    layout.compact = c.take(c.u16());
  } else if (kind == 1) {
    layout.address = address(c);
    layout.size = length(c);
  } else if (version == 3) {
    dimensions = c.u8();
    layout.address = address(c);
    for (unsigned i = 0; i < dimensions && i < 33; ++i) layout.chunk.push_back(c.u32());
  } else {
    const std::uint8_t flags = c.u8();
    layout.no_filter_at_edges = flags & 1;
    layout.single_filtered = flags & 2;
    dimensions = c.u8();
    const unsigned size = c.u8();
    for (unsigned i = 0; i < dimensions && i < 33; ++i) layout.chunk.push_back(c.number_of(size));
    layout.index = c.u8();
    if (layout.index == 1 && layout.single_filtered) {
      layout.single_size = length(c);
      layout.single_mask = c.u32();
    } else if (layout.index >= 3 && layout.index <= 5) {
      // What the index says of itself again; of a B-tree, its node size too.
      c.skip(layout.index == 3 ? 1 : layout.index == 4 ? 5 : 6);
    } else if (layout.index < 1 || layout.index > 5) {
      fail("HDF5: an unknown chunk index");
    }
    layout.address = address(c);
  }
  if (!check(c, "data layout")) return layout;
  if (layout.kind == Layout::Kind::kChunked) {
    // The last one is the size of an element.
    if (layout.chunk.size() < 2 || layout.chunk.size() != dimensions)
      fail("HDF5: chunks of no dimensions");
    else
      layout.chunk.pop_back();
    for (const std::uint64_t extent : layout.chunk) {
      if (extent == 0) fail("HDF5: chunks of size 0");
    }
  }
  return layout;
}

std::vector<Hdf5File::Filter> Hdf5File::read_filters(std::span<const std::byte> data) {
  Cursor c(data);
  std::vector<Filter> filters;
  const unsigned version = c.u8();
  const unsigned count = c.u8();
  if (version == 1) c.skip(6);
  if (version < 1 || version > 2 || count > 32) fail("HDF5: an unknown filter pipeline");
  for (unsigned i = 0; i < count && ok(); ++i) {
    Filter filter{.id = c.u16()};
    const std::uint16_t name = version == 1 || filter.id >= 256 ? c.u16() : 0;
    c.skip(2);
    const std::uint16_t values = c.u16();
    c.skip(version == 1 ? (name + 7u) / 8 * 8 : name);
    for (unsigned k = 0; k < values; ++k) {
      const std::uint32_t value = c.u32();
      if (k == 0) filter.element_size = value;
    }
    if (version == 1 && values % 2 == 1) c.skip(4);
    if (filter.id < 1 || filter.id > 3) {
      fail("HDF5: filter " + std::to_string(filter.id) +
               " is not supported; save with gzip or without compression",
           Code::kUnsupported);
    }
    check(c, "filter pipeline");
    filters.push_back(filter);
  }
  return filters;
}

// True when the attribute in this message has the name.
bool Hdf5File::read_attribute(std::span<const std::byte> data, std::string_view name,
                              Hdf5Attribute& into) {
  Cursor c(data);
  const unsigned version = c.u8();
  const std::uint8_t flags = c.u8();
  const std::uint16_t name_size = c.u16();
  const std::uint16_t type_size = c.u16();
  const std::uint16_t space_size = c.u16();
  if (version == 3) c.skip(1);
  if (version < 1 || version > 3) {
    fail("HDF5: an attribute of unknown version");
    return false;
  }
  const auto field = [&](std::uint16_t size) {
    const auto bytes = c.take(size);
    if (version == 1) c.skip((8u - size % 8u) % 8u);
    return bytes;
  };
  const auto stored = field(name_size);
  std::string_view text(reinterpret_cast<const char*>(stored.data()), stored.size());
  text = text.substr(0, text.find('\0'));
  if (!check(c, "attribute") || text != name) return false;
  auto type = field(type_size);
  auto space = field(space_size);
  if (!check(c, "attribute")) return false;
  if (version > 1 && (flags & 1)) type = shared({0x03, type}).data;
  if (version > 1 && (flags & 2)) space = shared({0x01, space}).data;
  into.type = read_type(type);
  into.space = read_space(space);
  const auto elements = into.space.elements();
  std::uint64_t size = 0;
  if (!elements || __builtin_mul_overflow(*elements, std::uint64_t{into.type.size}, &size)) {
    fail("HDF5: attribute '" + std::string(name) + "' is too large", Code::kBudgetExceeded);
    return false;
  }
  into.bytes = c.take(size);
  return check(c, "attribute");
}

}  // namespace tare
