// Every summation becomes one product of matrices: dimensions are those of both operands and the
// result (batch), of both operands alone (summed), or of one operand and the result.
#include "formats/keras/einsum.h"

#include <algorithm>

#include "ops/compose.h"

namespace tare {
namespace {

bool has(std::string_view term, char c) { return term.find(c) != std::string_view::npos; }

// Capital letters stand for the dimensions of an ellipsis, the last one being 'Z'.
std::string spell(std::string_view term, int rank) {
  const std::size_t dots = term.find("...");
  if (dots == std::string_view::npos) return std::string(term);
  const int count = rank - (static_cast<int>(term.size()) - 3);
  if (count < 0 || count > kMaxRank) return {};
  std::string letters;
  for (int i = count; i > 0; --i) letters += static_cast<char>('Z' - (i - 1));
  return std::string(term.substr(0, dots)) + letters + std::string(term.substr(dots + 3));
}

bool is_sound(std::string_view term, int rank) {
  if (static_cast<int>(term.size()) != rank) return false;
  for (std::size_t i = 0; i < term.size(); ++i) {
    const bool letter = (term[i] >= 'a' && term[i] <= 'z') || (term[i] >= 'A' && term[i] <= 'Z');
    if (!letter || has(term.substr(i + 1), term[i])) return false;
  }
  return true;
}

// x, whose dimensions are `from`, with dimensions in the order of `to`, which are some of them, the
// others summed.
ValueId arranged(Compose& g, ValueId x, std::string_view from, std::string_view to) {
  Compose::Axes summed;
  std::string left;
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (has(to, from[i]))
      left += from[i];
    else
      summed.push_back(static_cast<int>(i));
  }
  x = g.sum(x, summed);
  std::vector<int> order;
  for (const char c : to) order.push_back(static_cast<int>(left.find(c)));
  return g.transpose(x, order);
}

}  // namespace

EinsumTerms einsum_terms(std::string_view equation, int rank_a, int rank_b) {
  std::string text;
  for (const char c : equation) {
    if (c != ' ') text += c;
  }
  const std::size_t arrow = text.find("->");
  const std::string left = text.substr(0, arrow);
  const std::size_t comma = left.find(',');
  EinsumTerms terms;
  terms.a = spell(left.substr(0, comma), rank_a);
  if (comma != std::string::npos) terms.b = spell(left.substr(comma + 1), rank_b);
  if (arrow == std::string::npos) {
    const std::string both = terms.a + terms.b;
    for (const char c : both) {
      if (std::count(both.begin(), both.end(), c) == 1) terms.out += c;
    }
    std::sort(terms.out.begin(), terms.out.end());
  } else {
    const std::string out = text.substr(arrow + 2);
    int ellipsis = 0;
    for (const char c : std::string_view("STUVWXYZ"))
      ellipsis += has(terms.a, c) || has(terms.b, c);
    terms.out = spell(out, static_cast<int>(out.size()) - (has(out, '.') ? 3 : 0) + ellipsis);
  }
  const bool one = comma == std::string::npos;
  bool sound = is_sound(terms.a, rank_a) && (one ? rank_b == 0 : is_sound(terms.b, rank_b)) &&
               is_sound(terms.out, static_cast<int>(terms.out.size()));
  for (const char c : terms.out) sound &= has(terms.a, c) || has(terms.b, c);
  return sound ? terms : EinsumTerms{};
}

ValueId einsum(KerasLayer& layer, std::string_view equation, ValueId a, ValueId b) {
  Compose g(layer.builder());
  if (!layer.ok()) return a;
  const bool one = b == ValueId::kNone;
  const EinsumTerms terms = einsum_terms(equation, g.rank(a), one ? 0 : g.rank(b));
  if (terms.a.empty()) {
    layer.fail("einsum '" + std::string(equation) + "' does not fit its operands");
    return a;
  }
  if (one) return arranged(g, a, terms.a, terms.out);
  std::string batch, only_a, only_b, summed;
  for (const char c : terms.out) {
    if (has(terms.a, c) && has(terms.b, c))
      batch += c;
    else
      (has(terms.a, c) ? only_a : only_b) += c;
  }
  for (const char c : terms.a) {
    if (has(terms.b, c) && !has(terms.out, c)) summed += c;
  }
  const ValueId left = arranged(g, a, terms.a, batch + only_a + summed);
  const ValueId right = arranged(g, b, terms.b, batch + summed + only_b);
  // [batch..., rows, summed] x [batch..., summed, columns]
  const auto extents_of = [&](ValueId x, std::size_t begin, std::size_t end) {
    std::vector<Extent> extents;
    for (std::size_t i = begin; i < end; ++i) extents.push_back(g.extent(x, static_cast<int>(i)));
    return extents;
  };
  const auto merged = [&](const std::vector<Extent>& extents) {
    if (extents.size() == 1) return extents[0];
    std::int64_t product = 1;
    for (const Extent& e : extents) {
      if (e.of != ValueId::kNone) return Extent(-1);
      if (__builtin_mul_overflow(product, e.number, &product))
        layer.fail("einsum: a dimension is too large");
    }
    return Extent(product);
  };
  const auto matrix = [&](ValueId x, std::size_t middle) {
    const auto rank = static_cast<std::size_t>(g.rank(x));
    std::vector<Extent> shape = extents_of(x, 0, batch.size());
    shape.push_back(merged(extents_of(x, batch.size(), middle)));
    shape.push_back(merged(extents_of(x, middle, rank)));
    return g.reshape(x, shape);
  };
  const std::size_t nb = batch.size();
  std::vector<Extent> shape = extents_of(left, 0, nb + only_a.size());
  for (const Extent& e :
       extents_of(right, nb + summed.size(), static_cast<std::size_t>(g.rank(right))))
    shape.push_back(e);
  const ValueId product =
      g.matmul(matrix(left, nb + only_a.size()), matrix(right, nb + summed.size()));
  return arranged(g, g.reshape(product, shape), batch + only_a + only_b, terms.out);
}

}  // namespace tare
