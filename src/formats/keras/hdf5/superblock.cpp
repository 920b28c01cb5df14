// The start of the file, and access to everything else by address.
#include <algorithm>

#include "formats/keras/hdf5/hdf5.h"

namespace tare {
namespace {

// Messages, links, tree nodes, chunks, array elements and pieces of text of one file, all calls
// together. Any of them may be pointed at any number of times.
constexpr std::uint64_t kMaxSteps = 5'000'000;

}  // namespace

std::optional<std::uint64_t> Hdf5File::find_signature(std::span<const std::byte> file) {
  for (std::uint64_t at = 0; at + kSignature.size() <= file.size(); at = at == 0 ? 512 : at * 2) {
    Cursor c(file, static_cast<std::size_t>(at));
    if (c.text(kSignature.size()) == kSignature) return at;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> Hdf5Space::elements() const {
  std::uint64_t product = empty ? 0 : 1;
  for (const std::uint64_t d : dims) {
    if (__builtin_mul_overflow(product, d, &product)) return std::nullopt;
  }
  return product;
}

Hdf5File::Hdf5File(Buffer file, std::uint64_t max_bytes)
    : file_(std::move(file)), max_bytes_(max_bytes) {
  open();
}

bool Hdf5File::step(std::uint64_t steps) {
  steps_ += steps;
  if (steps_ > kMaxSteps)
    fail("the HDF5 file has too many parts, or parts that point at each other",
         Code::kBudgetExceeded);
  return ok();
}

bool Hdf5File::unpack(std::uint64_t bytes) {
  if (bytes > max_bytes_ - unpacked_)
    fail("HDF5: the datasets exceed the budget of bytes", Code::kBudgetExceeded);
  else
    unpacked_ += bytes;
  return ok();
}

Cursor Hdf5File::at(Address address, std::string_view what) {
  const auto bytes = file_.bytes();
  Cursor c(bytes);
  std::uint64_t position = 0;
  if (!step() || address == kUndefined || __builtin_add_overflow(base_, address, &position) ||
      position >= bytes.size()) {
    fail("HDF5: a " + std::string(what) + " lies outside the file");
    c.fail();
    return c;
  }
  c.seek(position);
  return c;
}

bool Hdf5File::check(const Cursor& c, std::string_view what) {
  if (!c.ok()) fail("HDF5: a " + std::string(what) + " is cut short or not what it says");
  return ok();
}

bool Hdf5File::check_sum(Cursor& c, std::size_t begin, std::string_view what) {
  if (!check(c, what)) return false;
  const std::uint32_t sum = hdf5_lookup3(c.all().subspan(begin, c.position() - begin));
  if (c.u32() != sum || !c.ok()) fail("HDF5: the checksum of a " + std::string(what) + " is wrong");
  return ok();
}

void Hdf5File::open() {
  const auto signature = find_signature(file_.bytes());
  if (!signature) return fail("not an HDF5 file");
  // Addresses count from here, whatever the superblock says: a user block may have been put before
  // it later.
  base_ = *signature;
  Cursor c(file_.bytes(), static_cast<std::size_t>(base_));
  const std::size_t begin = c.position();
  c.skip(kSignature.size());
  const unsigned version = c.u8();
  if (version > 3)
    return fail("HDF5 superblock version " + std::to_string(version) + " is unknown");
  if (version < 2) c.skip(4);
  offset_size_ = c.u8();
  length_size_ = c.u8();
  for (const unsigned size : {offset_size_, length_size_}) {
    if (size != 2 && size != 4 && size != 8)
      return fail("HDF5: addresses of " + std::to_string(size) + " bytes");
  }
  c.skip(version < 2 ? 9 : 1);  // a reserved byte, ranks of groups' trees, flags
  if (version == 1) c.skip(4);
  address(c);
  address(c);
  const Address end = address(c);
  if (version < 2) {
    address(c);
    address(c);  // the name of the root, none
  }
  root_ = address(c);
  if (version >= 2 && !check_sum(c, begin, "superblock")) return;
  if (!check(c, "superblock")) return;
  if (end > file_.size())
    fail("the HDF5 file is cut short: it should have " + std::to_string(end) + " bytes");
}

}  // namespace tare
