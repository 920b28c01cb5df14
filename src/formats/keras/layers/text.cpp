// TextVectorization: texts as tokens, and tokens as indices or counts.
#include "formats/keras/layers/categories.h"
#include "ir/facets.h"
#include "ops/text_tokens.h"
#include "ops/token_lookup.h"

namespace tare {
namespace {

TextTokens read_tokens(KerasLayer& layer) {
  TextTokens op{.lower = false, .strip_punctuation = false, .ngrams = {}};
  const Json standardize = layer.config("standardize");
  const std::string_view how = standardize.if_string().value_or("");
  op.lower = how == "lower" || how == "lower_and_strip_punctuation";
  op.strip_punctuation = how == "strip_punctuation" || how == "lower_and_strip_punctuation";
  if (!standardize.is_null() && !op.lower && !op.strip_punctuation)
    layer.unsupported("standardize: a function of one's own is Python code");
  const Json split = layer.config("split");
  const std::string_view by = split.if_string().value_or("");
  op.split = by == "whitespace"  ? TextTokens::Split::kWhitespace
             : by == "character" ? TextTokens::Split::kCharacter
                                 : TextTokens::Split::kNone;
  if (!split.is_null() && op.split == TextTokens::Split::kNone)
    layer.unsupported("split: a function of one's own is Python code");
  const Json ngrams = layer.config("ngrams");
  ErrorSink sink;
  if (ngrams.is_array()) op.ngrams = ngrams.integers(sink, 64);
  const std::int64_t longest = ngrams.is_array() ? 0 : ngrams.integer_or(0, sink);
  for (std::int64_t n = 1; n <= std::min<std::int64_t>(longest, 64); ++n) op.ngrams.push_back(n);
  for (const std::int64_t n : op.ngrams) {
    if (n < 1 || n > 64) layer.fail("ngrams: expected lengths of 1 to 64");
  }
  if (!sink.ok() || longest > 64) layer.fail("ngrams: expected lengths of 1 to 64");
  if (!layer.config("output_sequence_length").is_null())
    op.length = layer.count("output_sequence_length");
  return op;
}

void read_text_vectorization(KerasLayer& layer) {
  if (!layer.expect(1, 1)) return;
  if (layer.flag("ragged", false))
    return layer.unsupported("ragged outputs cannot be made; save the layer with ragged=False");
  TextTokens split = read_tokens(layer);
  const Json written = layer.config("output_mode");
  const std::string_view mode =
      written.exists() && written.is_null() ? "" : layer.text("output_mode", "int");
  const bool indices = mode == "int";
  if (!indices) split.length = 0;
  if (!layer.ok()) return;
  Compose g(layer.builder());
  const ValueId tokens = layer.emit(split, {layer.input()});
  if (mode.empty()) return layer.output(tokens, ValueId::kNone);
  const std::int64_t special = indices ? 2 : 1;
  const std::vector<std::string> names =
      indices ? std::vector<std::string>{"", "[UNK]"} : std::vector<std::string>{"[UNK]"};
  const TokenTable table = read_vocabulary(layer, names);
  auto vocabulary = std::make_shared<Vocabulary>();
  for (std::size_t i = 0; i < table.tokens.size(); ++i)
    vocabulary->emplace(table.tokens[i], special + static_cast<std::int64_t>(i));
  const std::int64_t depth = layer.flag("pad_to_max_tokens", false)
                                 ? layer.count("max_tokens")
                                 : special + static_cast<std::int64_t>(table.tokens.size());
  const ValueId found = layer.emit(TokenLookup{.vocabulary = std::move(vocabulary),
                                               .mask = "",
                                               .mask_index = indices ? 0 : -1,
                                               .first_bucket = indices ? 1 : 0},
                                   {tokens});
  if (indices) return layer.output(found, ValueId::kNone);
  // Keras 3 counts in integers, and weighs in floats.
  const DType type = layer.generation() == 3 && mode != "tf_idf" ? DType::kInt64 : DType::kFloat32;
  const ValueId codes = encode_categories(layer, found, depth, type);
  if (mode != "tf_idf") return layer.output(codes, ValueId::kNone);
  layer.output(
      g.mul(codes, g.cast(idf_weights(layer, special, depth, table.had_special_tokens), type)),
      ValueId::kNone);
}

}  // namespace

extern const ReadKerasFacet read_keras_text_vectorization{"TextVectorization",
                                                          read_text_vectorization};

}  // namespace tare
