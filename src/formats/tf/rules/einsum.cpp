// Einsum as transposes, reshapes and one product of matrices: labels of both operands and the
// result are its batch, those of both operands alone are summed by the product, those of one
// operand alone are its rows or columns.
#include <algorithm>

#include "ir/facets.h"
#include "ops/batch_matmul/batch_matmul.h"
#include "ops/compose.h"
#include "ops/reduce.h"
#include "ops/reshape.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

// A value and the label of each of its dimensions. Dimensions under an ellipsis are labelled by
// digits.
struct Labelled {
  ValueId value = ValueId::kNone;
  std::string labels;
  bool has(char c) const { return labels.find(c) != std::string::npos; }
  int at(char c) const { return static_cast<int>(labels.find(c)); }
};

class Einsum {
 public:
  explicit Einsum(TfNode& n) : n_(n), g_(n.builder()) {}
  void run();

 private:
  bool parse(const std::string& equation);
  bool spread(std::string& labels, int rank);
  Labelled diagonal(Labelled x);
  ValueId extents_of(const Labelled& x, const std::string& labels);
  Labelled ordered(const Labelled& x, const std::string& labels);
  Labelled summed(const Labelled& x, const std::string& keep);
  Labelled product(const Labelled& a, const Labelled& b);
  ValueId grouped(const Labelled& x, std::initializer_list<std::string> groups);

  TfNode& n_;
  Compose g_;
  std::vector<Labelled> operands_;
  std::string result_;
  std::size_t ellipsis_ = 0;  // dimensions under the longest one
};

// "..." becomes digits, the last dimension under it always 9, so that those of several operands
// line up.
bool Einsum::spread(std::string& labels, int rank) {
  const std::size_t at = labels.find("...");
  if (at == std::string::npos) return true;
  const auto count =
      rank < 0 ? ellipsis_
               : static_cast<std::size_t>(std::max(0, rank - static_cast<int>(labels.size()) + 3));
  if (!n_.require(count <= 8, "equation: too many dimensions under '...'")) return false;
  std::string digits;
  for (std::size_t i = 0; i < count; ++i)
    digits.push_back(static_cast<char>('9' - (count - 1 - i)));
  labels.replace(at, 3, digits);
  ellipsis_ = std::max(ellipsis_, count);
  return true;
}

bool Einsum::parse(const std::string& equation) {
  std::string text;
  for (const char c : equation) {
    if (c != ' ') text.push_back(c);
  }
  const std::size_t arrow = text.find("->");
  if (!n_.require(arrow != std::string::npos, "equation: expected '->', got '" + equation + "'"))
    return false;
  std::string left = text.substr(0, arrow);
  result_ = text.substr(arrow + 2);
  for (int i = 0; i < n_.inputs(); ++i) {
    const std::size_t comma = left.find(',');
    Labelled x{n_.input(i), left.substr(0, comma)};
    if (!n_.require((comma == std::string::npos) == (i + 1 == n_.inputs()),
                    "equation: not as many operands as inputs"))
      return false;
    left = comma == std::string::npos ? std::string() : left.substr(comma + 1);
    const Shape& shape = n_.type(i).shape;
    if (!n_.require(shape.ranked(), "an operand of unknown rank") ||
        !spread(x.labels, shape.rank()))
      return false;
    if (!n_.require(static_cast<int>(x.labels.size()) == shape.rank(),
                    "equation: '" + x.labels + "' does not label " + shape.text()))
      return false;
    operands_.push_back(std::move(x));
  }
  if (!spread(result_, -1)) return false;
  for (const Labelled& x : operands_) {
    for (const char c : x.labels) {
      if (!n_.require(std::isalnum(static_cast<unsigned char>(c)) != 0,
                      "equation: a label must be a letter"))
        return false;
    }
  }
  for (const char c : result_) {
    const bool known = std::any_of(operands_.begin(), operands_.end(),
                                   [&](const Labelled& x) { return x.has(c); });
    if (!n_.require(known && std::count(result_.begin(), result_.end(), c) == 1,
                    "equation: label '" + std::string(1, c) +
                        "' of the result is no operand's, or twice there"))
      return false;
  }
  return true;
}

// A label twice in one operand means the places where both are equal: all others become 0, and one
// of the two dimensions is summed away.
Labelled Einsum::diagonal(Labelled x) {
  for (std::size_t i = 0; i < x.labels.size() && n_.ok(); ++i) {
    const std::size_t again = x.labels.find(x.labels[i], i + 1);
    if (again == std::string::npos) continue;
    const int rank = static_cast<int>(x.labels.size());
    const auto places = [&](std::size_t axis) {
      std::vector<Extent> shape(static_cast<std::size_t>(rank), Extent(1));
      shape[axis] = Extent(-1);
      return g_.reshape(g_.range(g_.extent(x.value, static_cast<int>(axis))), shape);
    };
    const ValueId equal = g_.binary(BinaryKind::kEqual, places(i), places(again));
    const ValueId kept = g_.select(equal, x.value, g_.number(0, g_.dtype(x.value)));
    x.value = g_.sum(kept, {static_cast<int>(again)});
    x.labels.erase(again, 1);
    --i;
  }
  return x;
}

// The product of these dimensions, int32 [1].
ValueId Einsum::extents_of(const Labelled& x, const std::string& labels) {
  std::vector<Extent> extents;
  for (const char c : labels) extents.push_back(g_.extent(x.value, x.at(c)));
  if (extents.empty()) extents.emplace_back(1);
  return g_.reduce(ReduceKind::kProd, g_.shape_vector(extents), {0}, true);
}

Labelled Einsum::ordered(const Labelled& x, const std::string& labels) {
  std::vector<int> order;
  for (const char c : labels) order.push_back(x.at(c));
  return {g_.transpose(x.value, order), labels};
}

// Sums over the labels that nobody keeps.
Labelled Einsum::summed(const Labelled& x, const std::string& keep) {
  std::vector<std::int64_t> axes;
  std::string left;
  for (std::size_t i = 0; i < x.labels.size(); ++i) {
    if (keep.find(x.labels[i]) == std::string::npos)
      axes.push_back(static_cast<std::int64_t>(i));
    else
      left.push_back(x.labels[i]);
  }
  if (axes.empty()) return x;
  return {n_.emit(Reduce{.kind = ReduceKind::kSum}, {x.value, g_.integers(axes)}), left};
}

// Dimensions of each group made one.
ValueId Einsum::grouped(const Labelled& x, std::initializer_list<std::string> groups) {
  std::vector<Extent> shape;
  std::vector<ValueId> products;
  int unknown = 0;
  for (const std::string& group : groups) {
    products.push_back(extents_of(x, group));
    if (group.size() == 1) {
      shape.push_back(g_.extent(x.value, x.at(group[0])));
      continue;
    }
    std::int64_t product = 1;
    for (const char c : group) {
      const Dim d = g_.shape(x.value)[x.at(c)];
      product = is_known(d) && product >= 0 && d < (std::int64_t{1} << 31) &&
                        product < (std::int64_t{1} << 31)
                    ? product * d
                    : -1;
    }
    shape.emplace_back(product);
    unknown += product < 0 ? 1 : 0;
  }
  if (unknown > 1) return n_.emit(Reshape{}, {x.value, g_.concat(products, 0)});
  return g_.reshape(x.value, shape);
}

Labelled Einsum::product(const Labelled& a, const Labelled& b) {
  std::string batch, sum, rows, columns;
  for (const char c : a.labels) {
    if (!b.has(c))
      rows.push_back(c);
    else if (result_.find(c) != std::string::npos)
      batch.push_back(c);
    else
      sum.push_back(c);
  }
  for (const char c : b.labels) {
    if (!a.has(c)) columns.push_back(c);
  }
  const Labelled left = ordered(a, batch + rows + sum);
  const Labelled right = ordered(b, batch + sum + columns);
  std::vector<Extent> shape;
  for (const char c : batch + rows) shape.push_back(g_.extent(left.value, left.at(c)));
  for (const char c : columns) shape.push_back(g_.extent(right.value, right.at(c)));
  const ValueId x = grouped(left, {batch, rows, sum});
  const ValueId y = grouped(right, {batch, sum, columns});
  return {g_.reshape(n_.emit(BatchMatMul{}, {x, y}), shape), batch + rows + columns};
}

void Einsum::run() {
  if (!n_.expect(1, 2) || !parse(n_.text("equation"))) return;
  for (Labelled& x : operands_) x = diagonal(std::move(x));
  if (!n_.ok()) return;
  Labelled x =
      summed(operands_[0], operands_.size() == 2 ? result_ + operands_[1].labels : result_);
  if (operands_.size() == 2) x = product(x, summed(operands_[1], result_ + operands_[0].labels));
  if (n_.ok()) n_.output(0, ordered(x, result_).value);
}

void einsum(TfNode& n) { Einsum(n).run(); }

}  // namespace

extern const ReadTfFacet read_tf_einsum{"Einsum", einsum};

}  // namespace tare
