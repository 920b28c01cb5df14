// A SavedModel's variables: an index (a sorted table of blocks, as LevelDB writes it) from names to
// places in shards. Every block and every tensor carries a checksum, and each is verified.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "formats/bundle.h"
#include "formats/tf/graph_def.h"

namespace tare {

class TfCheckpoint {
 public:
  // `prefix` is "variables/variables". Reads the index alone.
  static Result<TfCheckpoint> open(const ModelBundle& bundle, const std::string& prefix);

  // Names of all shards.
  std::vector<std::string> shards() const;
  bool has(const std::string& name) const { return entries_.contains(name); }
  Result<TensorValue> read(const ModelBundle& bundle, const std::string& name,
                           std::uint64_t max_bytes) const;

 private:
  struct Slice {
    std::vector<std::int64_t> starts;   // of each dimension
    std::vector<std::int64_t> lengths;  // -1: all of it
  };
  struct Entry {
    TfType type;
    TfShape shape;
    std::uint64_t shard = 0;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    std::uint32_t crc = 0;
    std::vector<Slice> slices;
  };

  Status add_entry(std::string_view key, std::span<const std::byte> value);
  Result<TensorValue> read_slices(const ModelBundle& bundle, const std::string& name,
                                  const Entry& whole, std::uint64_t max_bytes) const;
  static std::string slice_key(const std::string& name, const Slice& slice);
  std::string shard_name(std::uint64_t shard) const;

  std::string prefix_;
  std::uint64_t shard_count_ = 0;
  std::map<std::string, Entry> entries_;
  std::map<std::uint64_t, std::uint64_t> taken_;  // bytes of all entries, by shard
};

}  // namespace tare
