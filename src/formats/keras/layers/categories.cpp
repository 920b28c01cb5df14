// CategoryEncoding, Hashing, HashedCrossing and the lookup layers.
#include "formats/keras/layers/categories.h"

#include "formats/keras/json_tensor.h"
#include "formats/keras/model.h"
#include "ir/constant_tensor.h"
#include "ir/facets.h"
#include "ops/cross_hash.h"
#include "ops/token_lookup.h"

namespace tare {
namespace {

std::string decimal(Json json) {
  if (const auto text = json.if_string()) return std::string(*text);
  if (const auto number = json.if_integer()) return std::to_string(*number);
  return {};
}

void read_category_encoding(KerasLayer& layer) {
  const std::int64_t depth = layer.count("num_tokens");
  if (!layer.expect(1, 2)) return;
  Compose g(layer.builder());
  const KerasArgument& weights = layer.argument(1, "count_weights");
  ValueId x = layer.input();
  if (layer.ok() && !is_integer(g.dtype(x))) x = g.cast(x, DType::kInt64);
  layer.output(encode_categories(layer, x, depth, layer.compute_type(),
                                 weights.is_tensor() ? weights.tensor.value : ValueId::kNone),
               ValueId::kNone);
}

// SipHash's key, when the layer is salted.
void read_salt(KerasLayer& layer, TokenLookup& op) {
  const Json salt = layer.config("salt");
  if (salt.is_null()) return;
  op.hash = TokenLookup::Hash::kSipHash;
  for (std::size_t i = 0; i < 2; ++i) {
    const Json part = salt.is_array() ? salt.at(i) : salt;
    const auto value = part.if_natural();
    if (!value) return layer.fail("salt: expected one or two integers of at least 0");
    op.key[i] = *value;
  }
}

void read_hashing(KerasLayer& layer) {
  static const auto kEmpty = std::make_shared<const Vocabulary>();
  const std::int64_t bins = layer.count("num_bins");
  if (!layer.expect(1, 1)) return;
  TokenLookup op{.vocabulary = kEmpty, .mask = {}, .buckets = bins};
  const Json mask = layer.config("mask_value");
  if (!mask.is_null()) {
    op.mask = decimal(mask);
    if (bins > 1) op.first_bucket = 1;
    op.buckets = std::max<std::int64_t>(bins - 1, 1);
  }
  read_salt(layer, op);
  layer.output(encode_categories(layer, layer.emit(op, {layer.input()}), bins,
                                 code_type(layer, DType::kInt64)),
               ValueId::kNone);
}

void read_hashed_crossing(KerasLayer& layer) {
  const std::int64_t bins = layer.count("num_bins");
  if (!layer.expect(2, 64)) return;
  std::vector<ValueId> tokens;
  for (int i = 0; i < layer.inputs(); ++i) tokens.push_back(layer.input(i));
  layer.output(encode_categories(layer, layer.emit(CrossHash{.buckets = bins}, tokens), bins,
                                 code_type(layer, DType::kInt64)),
               ValueId::kNone);
}

// What a lookup layer's configuration makes of it.
struct Lookup {
  std::int64_t unknown = 1;  // indices for tokens outside of the vocabulary
  std::int64_t first_unknown = 0;
  std::vector<std::string> special;
  TokenTable table;
  std::int64_t depth = 0;
};

Lookup read_lookup(KerasLayer& layer) {
  Lookup lookup;
  const bool int_mode = layer.text("output_mode", "int") == "int";
  const Json mask = layer.config("mask_token");
  lookup.unknown = layer.integer("num_oov_indices", 1);
  if (!layer.require(lookup.unknown >= 0 && lookup.unknown <= INT32_MAX,
                     "num_oov_indices: out of range"))
    return lookup;
  lookup.first_unknown = !mask.is_null() && int_mode ? 1 : 0;
  if (lookup.first_unknown == 1) lookup.special.push_back(decimal(mask));
  for (std::int64_t i = 0; i < std::min<std::int64_t>(lookup.unknown, 4096); ++i)
    lookup.special.push_back(decimal(layer.config("oov_token")));
  lookup.table = read_vocabulary(layer, lookup.special);
  const auto tokens = static_cast<std::int64_t>(lookup.table.tokens.size());
  lookup.depth = layer.flag("pad_to_max_tokens", false)
                     ? layer.count("max_tokens")
                     : lookup.first_unknown + lookup.unknown + tokens;
  return lookup;
}

void read_inverse_lookup(KerasLayer& layer, Lookup lookup) {
  Compose g(layer.builder());
  ValueId x = layer.input();
  if (g.dtype(x) != DType::kInt32) x = g.cast(x, DType::kInt64);
  const Json mask = layer.config("mask_token");
  const std::int64_t first = lookup.first_unknown + lookup.unknown;
  if (layer.class_name() == "StringLookup") {
    TokenOf op{
        .tokens = std::make_shared<const std::vector<std::string>>(std::move(lookup.table.tokens)),
        .first = first,
        .unknown = decimal(layer.config("oov_token")),
        .masked = {}};
    if (!mask.is_null()) op.masked = decimal(mask);
    return layer.output(layer.emit(op, {x}), ValueId::kNone);
  }
  // The vocabulary, then what unknown and masked indices become.
  std::vector<double> numbers;
  for (const std::string& token : lookup.table.tokens)
    numbers.push_back(static_cast<double>(std::strtoll(token.c_str(), nullptr, 10)));
  const auto count = static_cast<double>(numbers.size());
  numbers.push_back(layer.number("oov_token", -1));
  numbers.push_back(layer.number("mask_token", 0));
  const ValueId table =
      g.constant(tensor_of(numbers, DType::kInt64, {static_cast<Dim>(numbers.size())}));
  const ValueId shifted = g.sub(x, static_cast<double>(first));
  const ValueId known = g.logical_and(g.binary(BinaryKind::kGreaterEqual, shifted, 0.0),
                                      g.binary(BinaryKind::kLess, shifted, count));
  ValueId row = g.select(known, shifted, g.number(count, g.dtype(x)));
  if (!mask.is_null())
    row = g.select(g.binary(BinaryKind::kEqual, x, 0.0), g.number(count + 1, g.dtype(x)), row);
  layer.output(g.gather(table, row, 0), ValueId::kNone);
}

void read_index_lookup(KerasLayer& layer) {
  if (!layer.expect(1, 1)) return;
  Compose g(layer.builder());
  Lookup lookup = read_lookup(layer);
  if (!layer.ok()) return;
  if (layer.flag("invert", false)) return read_inverse_lookup(layer, std::move(lookup));
  const std::string_view mode = layer.text("output_mode", "int");
  const Json mask = layer.config("mask_token");
  auto vocabulary = std::make_shared<Vocabulary>();
  for (std::size_t i = 0; i < lookup.table.tokens.size(); ++i) {
    vocabulary->emplace(lookup.table.tokens[i],
                        lookup.first_unknown + lookup.unknown + static_cast<std::int64_t>(i));
  }
  TokenLookup op{.vocabulary = std::move(vocabulary),
                 .mask = {},
                 .mask_index = mode == "int" ? 0 : -1,
                 .first_bucket = lookup.first_unknown,
                 .buckets = lookup.unknown};
  if (!mask.is_null()) op.mask = decimal(mask);
  ValueId x = layer.input();
  const bool numbers = layer.class_name() == "IntegerLookup";
  if (numbers && layer.text("oov_method", "floormod") != "farmhash")
    op.hash = TokenLookup::Hash::kRemainder;
  else
    read_salt(layer, op);
  if (numbers && g.dtype(x) != DType::kInt32) x = g.cast(x, DType::kInt64);
  // Keras 3 counts in integers whatever the policy says, and weighs in floats.
  const bool counts = layer.generation() == 3 && mode != "int" && mode != "tf_idf";
  const DType type = mode == "tf_idf" ? DType::kFloat32
                     : counts         ? DType::kInt64
                                      : code_type(layer, DType::kInt64);
  const ValueId codes = encode_categories(layer, layer.emit(op, {x}), lookup.depth, type);
  if (mode != "tf_idf") return layer.output(codes, ValueId::kNone);
  const ValueId weights = idf_weights(layer, lookup.first_unknown + lookup.unknown, lookup.depth,
                                      lookup.table.had_special_tokens);
  layer.output(g.mul(codes, g.cast(weights, g.dtype(codes))), ValueId::kNone);
}

}  // namespace

DType code_type(KerasLayer& layer, DType of_indices) {
  const DType type = layer.compute_type();
  return layer.text("output_mode", "int") == "int" && !is_integer(type) ? of_indices : type;
}

ValueId encode_categories(KerasLayer& layer, ValueId x, std::int64_t depth, DType type,
                          ValueId weights) {
  Compose g(layer.builder());
  const std::string_view mode = layer.text("output_mode", "multi_hot");
  if (layer.flag("sparse", false))
    layer.unsupported("sparse outputs cannot be made; save the layer with sparse=False");
  if (!layer.ok() || mode == "int") return g.cast(x, type);
  if (depth < 1 || depth > INT32_MAX) layer.fail("the number of categories is out of range");
  if (mode == "one_hot" || mode == "binary") {
    if (g.rank(x) > 1 && g.shape(x).back() == 1) x = g.squeeze(x, -1);
    return g.one_hot(x, depth, -1, type);
  }
  ValueId hot = g.one_hot(x, depth, -1, type);
  // Keras 3 joins along the first dimension after the batch.
  const int joined = layer.generation() == 3 && g.rank(hot) > 2 ? 1 : -2;
  if (mode == "multi_hot") return g.max(hot, {joined});
  if (mode != "count" && mode != "tf_idf")
    layer.fail("output_mode: '" + std::string(mode) + "' is unknown");
  if (weights != ValueId::kNone) hot = g.mul(hot, g.expand_dims(g.cast(weights, type), -1));
  return g.sum(hot, {joined});
}

TokenTable read_vocabulary(KerasLayer& layer, std::span<const std::string> special) {
  TokenTable table;
  const Json written = unwrapped(layer.config("vocabulary"));
  if (written.is_array()) {
    for (const Json token : written) {
      table.tokens.push_back(decimal(token));
      if (!token.is_string() && !token.if_integer())
        layer.fail("vocabulary: expected strings or integers");
    }
  } else {
    auto file = layer.host().find_asset(layer.object(), "vocabulary.txt");
    if (!file) file = layer.host().find_asset(layer.object(), "_lookup_layer/vocabulary.txt");
    if (!file) {
      layer.fail(
          "the vocabulary is not in the file; give it to the layer, or save as .keras after "
          "adapt()");
      return table;
    }
    std::string_view text(reinterpret_cast<const char*>(file->data()), file->size());
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      std::string_view line = text.substr(0, end);
      if (line.ends_with('\r')) line.remove_suffix(1);
      table.tokens.emplace_back(line);
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }
  const bool found = !special.empty() && table.tokens.size() >= special.size() &&
                     std::equal(special.begin(), special.end(), table.tokens.begin());
  table.had_special_tokens = found;
  if (found)
    table.tokens.erase(table.tokens.begin(),
                       table.tokens.begin() + static_cast<std::ptrdiff_t>(special.size()));
  return table;
}

ValueId idf_weights(KerasLayer& layer, std::int64_t special, std::int64_t depth,
                    bool with_special) {
  const DType type = is_float(layer.compute_type()) ? layer.compute_type() : DType::kFloat32;
  return layer.constant_of("idf_weights", type, [&] {
    const auto written = json_tensor(layer.config("idf_weights"), DType::kFloat32);
    if (layer.config("idf_weights").is_null() || !written)
      return layer.weight({"idf_weights|Variable", 0, {depth}});
    std::vector<double> weights = numbers_of(*written);
    double mean = 0;
    for (const double w : weights) mean += w / static_cast<double>(weights.size());
    // Unknown tokens weigh as much as the others on average.
    if (!with_special) weights.insert(weights.begin(), static_cast<std::size_t>(special), mean);
    if (static_cast<std::int64_t>(weights.size()) > depth)
      layer.fail("idf_weights: more than there are tokens");
    weights.resize(static_cast<std::size_t>(std::min<std::int64_t>(depth, 1 << 26)));
    return tensor_of(weights, DType::kFloat32, {static_cast<Dim>(weights.size())});
  });
}

extern const ReadKerasFacet read_keras_category_encoding{"CategoryEncoding",
                                                         read_category_encoding};
extern const ReadKerasFacet read_keras_hashing{"Hashing", read_hashing};
extern const ReadKerasFacet read_keras_hashed_crossing{"HashedCrossing", read_hashed_crossing};
extern const ReadKerasFacet read_keras_integer_lookup{"IntegerLookup", read_index_lookup};
extern const ReadKerasFacet read_keras_string_lookup{"StringLookup", read_index_lookup};

}  // namespace tare
