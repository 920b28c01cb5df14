// Indices of tokens (strings, or int32 and int64 numbers) in a vocabulary, as int64. Tokens outside
// of it are spread over buckets by a hash; without buckets they are an error.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "ir/op_def.h"

namespace tare {

// Numbers stand as their decimal text.
using Vocabulary = std::unordered_map<std::string, std::int64_t>;

struct TokenLookup {
  enum class Hash : std::uint8_t {
    kFingerprint,
    kSipHash,
    kRemainder
  };  // the last one of numbers alone
  std::shared_ptr<const Vocabulary> vocabulary;
  std::optional<std::string> mask;  // this token is mask_index
  std::int64_t mask_index = 0;
  std::int64_t first_bucket = 0;
  std::int64_t buckets = 1;
  Hash hash = Hash::kFingerprint;
  std::array<std::uint64_t, 2> key{};  // of SipHash
  bool operator==(const TokenLookup&) const = default;
  static const OpDef kOp;
};

// The other way: tokens of int32 or int64 indices, as strings.
struct TokenOf {
  std::shared_ptr<const std::vector<std::string>> tokens;
  std::int64_t first = 0;             // index of the first token
  std::string unknown;                // for every other index
  std::optional<std::string> masked;  // for index 0
  bool operator==(const TokenOf&) const = default;
  static const OpDef kOp;
};

}  // namespace tare
