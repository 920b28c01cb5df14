// TEXT_TOKENS: no format has this op; Keras's TextVectorization is composed of it.
#include "ops/text_tokens.h"

#include <algorithm>

#include "ir/facets.h"

namespace tare {
namespace {

void infer(const TextTokens& op, InferContext& c) {
  const Shape& in = c.shape(0);
  if (!c.require(c.dtype(0) == DType::kString, "texts must be strings")) return;
  if (op.split == TextTokens::Split::kNone) return c.output(0, DType::kString, in);
  if (!in.ranked()) return c.output(0, DType::kString, Shape::of_rank(2));
  const bool column = in.rank() == 2 && (!is_known(in[1]) || in[1] == 1);
  if (!c.require(in.rank() == 1 || column, "texts must be one to a row, got " + in.text())) return;
  c.output(0, DType::kString, {in[0], op.length > 0 ? op.length : kUnknownDim});
}

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool is_punctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
         (c >= '{' && c <= '~');
}

std::string standardised(const TextTokens& op, std::string_view text) {
  std::string result;
  for (char c : text) {
    if (op.lower && c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    if (!op.strip_punctuation || !is_punctuation(c)) result += c;
  }
  return result;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < text.size();) {
    while (i < text.size() && is_space(text[i])) ++i;
    const std::size_t begin = i;
    while (i < text.size() && !is_space(text[i])) ++i;
    if (i > begin) words.emplace_back(text.substr(begin, i - begin));
  }
  return words;
}

// Code points of UTF-8; bytes that are none become the replacement character.
std::vector<std::string> characters_of(std::string_view text) {
  std::vector<std::string> characters;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    std::size_t size = lead < 0x80                   ? 1
                       : lead >= 0xc2 && lead < 0xe0 ? 2
                       : lead >= 0xe0 && lead < 0xf0 ? 3
                       : lead >= 0xf0 && lead < 0xf5 ? 4
                                                     : 0;
    for (std::size_t k = 1; k < size; ++k) {
      if (i + k >= text.size() || (static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80)
        size = 0;
    }
    characters.emplace_back(size == 0 ? std::string_view("\xef\xbf\xbd") : text.substr(i, size));
    i += std::max<std::size_t>(size, 1);
  }
  return characters;
}

std::vector<std::string> runs_of(const TextTokens& op, const std::vector<std::string>& tokens) {
  std::vector<std::string> runs;
  for (const std::int64_t wanted : op.ngrams) {
    const auto length = static_cast<std::size_t>(wanted);
    for (std::size_t i = 0; i + length <= tokens.size(); ++i) {
      std::string run = tokens[i];
      for (std::size_t k = 1; k < length; ++k) run += " " + tokens[i + k];
      runs.push_back(std::move(run));
    }
  }
  return runs;
}

void eval(const TextTokens& op, EvalContext& c) {
  const std::int64_t rows = c.input(0).elements();
  std::vector<std::string> flat;
  if (op.split == TextTokens::Split::kNone) {
    for (std::int64_t i = 0; i < rows; ++i) flat.push_back(standardised(op, c.string(0, i)));
    return c.output_strings(0, c.input(0).shape, flat);
  }
  std::vector<std::vector<std::string>> tokens;
  std::size_t longest = 0;
  for (std::int64_t i = 0; i < rows; ++i) {
    const std::string text = standardised(op, c.string(0, i));
    tokens.push_back(op.split == TextTokens::Split::kWhitespace ? words_of(text)
                                                                : characters_of(text));
    if (!op.ngrams.empty()) tokens.back() = runs_of(op, tokens.back());
    longest = std::max(longest, tokens.back().size());
  }
  const std::size_t width = op.length > 0 ? static_cast<std::size_t>(op.length) : longest;
  if (!c.require(width == 0 || tokens.size() <= (std::size_t{1} << 26) / width, "too many tokens"))
    return;
  for (auto& row : tokens) {
    row.resize(width);
    for (std::string& token : row) flat.push_back(std::move(token));
  }
  c.output_strings(0, {static_cast<Dim>(tokens.size()), static_cast<Dim>(width)}, flat);
}

}  // namespace

const OpDef TextTokens::kOp = define_op<TextTokens, infer>("text_tokens");
extern const EvalFacet eval_text_tokens = eval_facet<TextTokens, eval>();

}  // namespace tare
