// Groups: members by name, in the old layout (a B-tree over symbol nodes) and the new ones (link
// messages, or records of a B-tree that point into a heap), and attributes, which have the same
// choice.
#include "formats/keras/hdf5/heap.h"

namespace tare {
namespace {

constexpr std::uint16_t kLinkInfo = 0x02, kDatatype = 0x03, kLink = 0x06, kAttribute = 0x0c,
                        kSymbolTable = 0x11, kAttributeInfo = 0x15;
constexpr int kMaxSoftLinks = 16;

std::string text_at(const Buffer& heap, std::uint64_t offset) {
  const auto bytes = heap.bytes();
  if (offset >= bytes.size()) return {};
  const std::string_view rest(reinterpret_cast<const char*>(bytes.data()) + offset,
                              bytes.size() - offset);
  return std::string(rest.substr(0, rest.find('\0')));
}

}  // namespace

Buffer Hdf5File::local_heap(Address heap) {
  Cursor c = at(heap, "local heap");
  if (!c.expect("HEAP")) fail("HDF5: a local heap without its signature");
  c.skip(4);
  const std::uint64_t size = length(c);
  length(c);
  const Address data = address(c);
  if (!check(c, "local heap")) return {};
  Cursor segment = at(data, "local heap");
  const std::size_t begin = segment.position();
  segment.take(size);
  return check(segment, "local heap") ? file_.slice(begin, static_cast<std::size_t>(size))
                                      : Buffer();
}

void Hdf5File::read_symbol_tree(Address node, int level, const Buffer& heap,
                                std::vector<Link>& into) {
  Cursor c = at(node, "group tree");
  if (!c.expect("TREE") || c.u8() != 0) return fail("HDF5: a group's tree is not one");
  const int own_level = c.u8();
  const std::uint16_t used = c.u16();
  // A child one level down cannot be an ancestor.
  if (level >= 0 && own_level != level)
    return fail("HDF5: the levels of a group's tree do not fit");
  address(c);
  address(c);
  length(c);
  for (unsigned i = 0; i < used && ok(); ++i) {
    const Address child = address(c);
    length(c);
    if (!check(c, "group tree")) return;
    if (own_level > 0) {
      read_symbol_tree(child, own_level - 1, heap, into);
    } else {
      read_symbol_node(child, heap, into);
    }
  }
}

void Hdf5File::read_symbol_node(Address node, const Buffer& heap, std::vector<Link>& into) {
  Cursor c = at(node, "symbol node");
  if (!c.expect("SNOD") || c.u8() != 1) return fail("HDF5: a symbol node is not one");
  c.skip(1);
  const std::uint16_t count = c.u16();
  for (unsigned i = 0; i < count && step(); ++i) {
    Link link;
    const std::uint64_t name = c.number_of(offset_size_);
    link.address = address(c);
    const std::uint32_t kind = c.u32();
    c.skip(4);
    Cursor scratch(c.take(16));
    if (!check(c, "symbol node")) return;
    if (name >= heap.size()) return fail("HDF5: a name lies outside its heap");
    link.name = text_at(heap, name);
    if (kind == 2) {
      link.address = kUndefined;
      link.target = text_at(heap, scratch.u32());
    }
    if (!add_link(std::move(link), into)) return;
  }
}

bool Hdf5File::add_link(Link link, std::vector<Link>& into) {
  if (!step(8 + (link.name.size() + link.target.size()) / 16)) return false;
  into.push_back(std::move(link));
  return true;
}

void Hdf5File::read_link(std::span<const std::byte> data, std::vector<Link>& into) {
  Cursor c(data);
  if (c.u8() != 1) return fail("HDF5: a link of unknown version");
  const std::uint8_t flags = c.u8();
  const unsigned kind = flags & 8 ? c.u8() : 0;
  if (flags & 4) c.skip(8);   // creation order
  if (flags & 16) c.skip(1);  // character set
  const std::uint64_t name_size = c.number_of(1u << (flags & 3));
  Link link;
  link.name = c.text(name_size);
  if (kind == 0) {
    link.address = address(c);
  } else if (kind == 1) {
    link.target = c.text(c.u16());
  } else {
    link.external = true;
  }
  if (check(c, "link")) add_link(std::move(link), into);
}

const std::vector<Hdf5File::Link>& Hdf5File::links(Address group) {
  static const std::vector<Link> kNone;
  if (const auto known = links_.find(group); known != links_.end()) return known->second;
  std::vector<Link> found;
  // Messages stay where they are: headers_ is a map, and its entries do not change.
  for (const Message& m : header(group)) {
    if (!ok()) return kNone;
    Cursor c(m.data);
    if (m.type == kSymbolTable) {
      const Address tree = address(c);
      const Buffer heap = local_heap(address(c));
      if (ok()) read_symbol_tree(tree, -1, heap, found);
    } else if (m.type == kLink) {
      read_link(m.data, found);
    } else if (m.type == kLinkInfo) {
      c.skip(1);
      const std::uint8_t flags = c.u8();
      if (flags & 1) c.skip(8);
      const Address heap_address = address(c);
      const Address tree = address(c);
      if (!check(c, "link info") || heap_address == kUndefined) continue;
      const auto heap = fractal_heap(heap_address);
      if (!heap) return kNone;
      for (const auto record : tree_records(tree, 5)) {
        if (record.size() < 4) break;
        read_link(heap_object(*heap, record.subspan(4)), found);
      }
    }
  }
  return ok() ? links_.emplace(group, std::move(found)).first->second : kNone;
}

std::vector<std::string> Hdf5File::names(Address group) {
  std::vector<std::string> names;
  for (const Link& link : links(group)) names.push_back(link.name);
  return names;
}

std::optional<Hdf5File::Address> Hdf5File::find(Address group, std::string_view path) {
  return find(group, path, kMaxSoftLinks);
}

std::optional<Hdf5File::Address> Hdf5File::find(Address group, std::string_view path,
                                                int links_left) {
  if (path.starts_with('/')) group = root_;
  Address object = group;
  while (ok()) {
    const std::size_t start = path.find_first_not_of('/');
    if (start == std::string_view::npos) return object;
    path.remove_prefix(start);
    const std::string_view name = path.substr(0, path.find('/'));
    path.remove_prefix(name.size());
    const Link* link = nullptr;
    for (const Link& l : links(object)) {
      if (l.name == name) link = &l;
    }
    if (link == nullptr) return std::nullopt;
    if (link->external) {
      fail("HDF5: '" + std::string(name) + "' is a link into another file", Code::kUnsupported);
      return std::nullopt;
    }
    if (!link->target.empty() || link->address == kUndefined) {
      if (links_left == 0) {
        fail("HDF5: '" + std::string(name) + "' is a soft link that leads nowhere");
        return std::nullopt;
      }
      const auto next = find(object, link->target, links_left - 1);
      if (!next) return std::nullopt;
      object = *next;
    } else {
      object = link->address;
    }
  }
  return std::nullopt;
}

std::optional<Hdf5Attribute> Hdf5File::attribute(Address object, std::string_view name) {
  Hdf5Attribute found;
  for (const Message& m : header(object)) {
    if (!ok()) return std::nullopt;
    if (m.type == kAttribute && read_attribute(m.data, name, found)) return found;
    if (m.type != kAttributeInfo) continue;
    Cursor c(m.data);
    c.skip(1);
    const std::uint8_t flags = c.u8();
    if (flags & 1) c.skip(2);
    const Address heap_address = address(c);
    const Address tree = address(c);
    if (!check(c, "attribute info") || heap_address == kUndefined) continue;
    const auto heap = fractal_heap(heap_address);
    if (!heap) return std::nullopt;
    for (const auto record : tree_records(tree, 8)) {
      if (record.size() < 8) break;
      if (read_attribute(heap_object(*heap, record.first(8)), name, found)) return found;
    }
  }
  return std::nullopt;
}

std::vector<std::string> Hdf5File::strings(const Hdf5Attribute& attribute) {
  std::vector<std::string> result;
  const std::uint64_t count = attribute.space.elements().value_or(0);
  Cursor c(attribute.bytes);
  for (std::uint64_t i = 0; i < count && step(); ++i) {
    if (attribute.type.kind == Hdf5Type::Kind::kVariableString) {
      result.emplace_back(global_string(c));
    } else if (attribute.type.kind == Hdf5Type::Kind::kFixedString) {
      std::string_view text = c.text(attribute.type.size);
      if (attribute.type.null_ends)
        text = text.substr(0, text.find('\0'));
      else
        text = text.substr(0, text.find_last_not_of(' ') + 1);
      result.emplace_back(text);
    } else {
      fail("HDF5: an attribute holds " + std::string(attribute.type.what) +
           " where strings belong");
    }
  }
  check(c, "attribute");
  return ok() ? result : std::vector<std::string>();
}

bool Hdf5File::is_dataset(Address object) { return find_message(object, kDatatype) != nullptr; }

}  // namespace tare
