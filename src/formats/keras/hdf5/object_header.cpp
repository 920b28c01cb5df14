// Object headers: the messages that say what an object is, in two layouts and any number of blocks.
#include "formats/keras/hdf5/hdf5.h"

namespace tare {
namespace {

constexpr std::uint16_t kContinuation = 0x10;
constexpr std::size_t kMaxBlocks = 4096;
constexpr std::uint8_t kSharedFlag = 2;

}  // namespace

const std::vector<Hdf5File::Message>& Hdf5File::header(Address object) {
  static const std::vector<Message> kNone;
  if (const auto known = headers_.find(object); known != headers_.end()) return known->second;
  Cursor c = at(object, "object header");
  if (!ok()) return kNone;
  std::vector<Message> messages;
  Cursor first = c;
  if (first.text(4) == "OHDR") {
    read_new_header(c, messages);
  } else {
    read_old_header(c, messages);
  }
  for (Message& m : messages) {
    if (!ok()) return kNone;
    if (m.type & 0x8000) m = shared({static_cast<std::uint16_t>(m.type & 0x7fff), m.data});
  }
  return ok() ? headers_.emplace(object, std::move(messages)).first->second : kNone;
}

void Hdf5File::read_old_header(Cursor c, std::vector<Message>& into) {
  if (c.u8() != 1) return fail("HDF5: an object header of unknown version");
  c.skip(1);
  std::size_t left = c.u16();
  c.skip(4);
  const std::uint32_t size = c.u32();
  c.skip(4);
  std::vector<std::span<const std::byte>> blocks{c.take(size)};
  if (!check(c, "object header")) return;
  for (std::size_t i = 0; i < blocks.size() && i < kMaxBlocks; ++i) {
    Cursor block(blocks[i]);
    while (left > 0 && block.left() >= 8) {
      --left;
      const std::uint16_t type = block.u16();
      const std::uint16_t length = block.u16();
      const std::uint8_t flags = block.u8();
      block.skip(3);
      const auto data = block.take(length);
      if (!step() || !check(block, "header message")) return;
      if (type == kContinuation) {
        Cursor reference(data);
        const Address where = address(reference);
        const std::uint64_t bytes = this->length(reference);
        Cursor next = at(where, "header continuation");
        blocks.push_back(next.take(bytes));
        if (!check(reference, "header continuation") || !check(next, "header continuation")) return;
      } else {
        into.push_back(
            {static_cast<std::uint16_t>(type | (flags & kSharedFlag ? 0x8000 : 0)), data});
      }
    }
  }
  if (blocks.size() >= kMaxBlocks)
    fail("HDF5: an object header of too many blocks", Code::kBudgetExceeded);
}

void Hdf5File::read_new_header(Cursor c, std::vector<Message>& into) {
  const std::size_t begin = c.position();
  c.skip(4);
  if (c.u8() != 2) return fail("HDF5: an object header of unknown version");
  const std::uint8_t flags = c.u8();
  if (flags & 0x20) c.skip(16);  // times
  if (flags & 0x10) c.skip(4);   // limits for attributes
  const std::uint64_t size = c.number_of(1u << (flags & 3));
  std::vector<std::span<const std::byte>> blocks{c.take(size)};
  if (!check_sum(c, begin, "object header")) return;
  const std::size_t message_head = flags & 4 ? 6 : 4;
  for (std::size_t i = 0; i < blocks.size() && i < kMaxBlocks; ++i) {
    Cursor block(blocks[i]);
    while (block.left() >= message_head) {
      const std::uint16_t type = block.u8();
      const std::uint16_t length = block.u16();
      const std::uint8_t message_flags = block.u8();
      block.skip(message_head - 4);
      const auto data = block.take(length);
      if (!step() || !check(block, "header message")) return;
      if (type == kContinuation) {
        Cursor reference(data);
        const Address where = address(reference);
        const std::uint64_t bytes = this->length(reference);
        Cursor next = at(where, "header continuation");
        const std::size_t start = next.position();
        if (bytes < 8 || !next.expect("OCHK"))
          return fail("HDF5: a header continuation without its signature");
        blocks.push_back(next.take(bytes - 8));
        if (!check(reference, "header continuation") ||
            !check_sum(next, start, "header continuation"))
          return;
      } else {
        into.push_back(
            {static_cast<std::uint16_t>(type | (message_flags & kSharedFlag ? 0x8000 : 0)), data});
      }
    }
  }
  if (blocks.size() >= kMaxBlocks)
    fail("HDF5: an object header of too many blocks", Code::kBudgetExceeded);
}

// A message that stands in another object's header, as a named datatype's does.
Hdf5File::Message Hdf5File::shared(Message message) {
  Cursor c(message.data);
  const unsigned version = c.u8();
  const unsigned where = c.u8();
  if (version == 1) c.skip(6);
  const Address object = address(c);
  if (!check(c, "shared message")) return {};
  if (version < 1 || version > 3 || (version == 3 && where != 2)) {
    fail("HDF5: messages shared through a heap are not supported", Code::kUnsupported);
    return {};
  }
  Cursor other = at(object, "object header");
  std::vector<Message> messages;
  Cursor first = other;
  if (first.text(4) == "OHDR") {
    read_new_header(other, messages);
  } else {
    read_old_header(other, messages);
  }
  for (const Message& m : messages) {
    if (m.type == message.type) return m;
  }
  fail("HDF5: a shared message is not where it should be");
  return {};
}

const Hdf5File::Message* Hdf5File::find_message(Address object, std::uint16_t type) {
  for (const Message& m : header(object)) {
    if (m.type == type) return &m;
  }
  return nullptr;
}

}  // namespace tare
