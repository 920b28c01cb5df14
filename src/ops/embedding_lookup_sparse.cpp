// EMBEDDING_LOOKUP_SPARSE. Ids of one bag follow each other; a bag that comes again later is
// combined anew on top of what it holds, as in the reference.
#include "ops/embedding_lookup_sparse.h"

#include <algorithm>
#include <cmath>

#include "ir/facets.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {
namespace {

Dim dim(const Shape& s, int i) { return s.ranked() && i < s.rank() ? s[i] : kUnknownDim; }

bool check_types(InferContext& c) {
  const DType types[] = {DType::kInt32, DType::kInt32, DType::kInt32, DType::kFloat32,
                         DType::kFloat32};
  const int ranks[] = {1, 2, 1, 1, 0};
  for (int i = 0; i < 5; ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (!c.require(c.dtype(i) == types[at], "input " + std::to_string(i) + ": expected " +
                                                std::string(dtype_name(types[at]))))
      return false;
    if (i < 4 &&
        !c.require(!c.shape(i).ranked() || c.shape(i).rank() == ranks[at],
                   "input " + std::to_string(i) + ": expected " + std::to_string(ranks[at]) +
                       " dimensions, got " + c.shape(i).text()))
      return false;
  }
  return c.require(!c.shape(4).ranked() || c.shape(4).rank() >= 2, "the table needs 2 dimensions");
}

bool equal_or_unknown(Dim a, Dim b) { return !is_known(a) || !is_known(b) || a == b; }

void infer(const EmbeddingLookupSparse&, InferContext& c) {
  if (!check_types(c)) return;
  const Dim count = dim(c.shape(0), 0), depth = dim(c.shape(1), 1);
  if (!c.require(equal_or_unknown(count, dim(c.shape(1), 0)) &&
                     equal_or_unknown(count, dim(c.shape(3), 0)),
                 "as many places and weights as ids are needed"))
    return;
  if (!c.require(
          equal_or_unknown(depth, dim(c.shape(2), 0)),
          "places have " + std::to_string(depth) + " coordinates, extents " + c.shape(2).text()))
    return;
  if (!c.require(depth != 0, "places without coordinates")) return;
  const Shape& table = c.shape(4);
  const Dim extents = is_known(depth) ? depth : dim(c.shape(2), 0);
  if (!table.ranked() || !is_known(extents)) return c.output(0, DType::kFloat32, Shape::unknown());
  if (!c.require(extents - 1 + table.rank() - 1 <= kMaxRank, "a result of more than 8 dimensions"))
    return;
  const auto known = c.contents(2);
  Shape out;
  for (Dim i = 0; i + 1 < extents; ++i) {
    const Dim d = known ? (*known)[static_cast<std::size_t>(i)].dim() : kUnknownDim;
    if (known &&
        !c.require(!(*known)[static_cast<std::size_t>(i)].known || d >= 0, "a negative extent"))
      return;
    out.push_back(d);
  }
  for (int i = 1; i < table.rank(); ++i) out.push_back(table[i]);
  c.output(0, DType::kFloat32, out);
}

class Bags {
 public:
  Bags(Combiner combiner, EvalContext& c)
      : combiner_(combiner),
        c_(c),
        table_(c.input(4)),
        depth_(c.input(1).shape[1]),
        out_(c.output(0)) {
    width_ = 1;
    for (int i = 1; i < table_.shape.rank(); ++i) width_ *= table_.shape[i];
  }

  void run() {
    std::fill(out_.as<float>().begin(), out_.as<float>().end(), 0.0f);
    for (std::int64_t i = 0; i < c_.input(0).elements(); ++i) {
      const std::int64_t id = integer_at(c_.input(0), i);
      if (!c_.require(id >= 0 && id < table_.shape[0],
                      "id " + std::to_string(id) + " is outside a table of " +
                          std::to_string(table_.shape[0]) + " rows"))
        return;
      const std::int64_t bag = bag_of(i);
      if (bag < 0) return;
      if (bag != bag_) {
        finish();
        bag_ = bag;
      }
      add(id, c_.input(3).as<float>()[static_cast<std::size_t>(i)]);
    }
    finish();
  }

 private:
  // -1 after failing.
  std::int64_t bag_of(std::int64_t i) {
    std::int64_t bag = 0;
    for (std::int64_t k = 0; k + 1 < depth_; ++k) {
      const std::int64_t extent = integer_at(c_.input(2), k),
                         at = integer_at(c_.input(1), i * depth_ + k);
      if (!c_.require(
              at >= 0 && at < extent,
              "place " + std::to_string(at) + " is outside an extent of " + std::to_string(extent)))
        return -1;
      bag = bag * extent + at;
    }
    return bag;
  }

  float* row() { return out_.as<float>().data() + bag_ * width_; }

  void add(std::int64_t id, float weight) {
    const float* from = table_.as<float>().data() + id * width_;
    float* to = row();
    for (std::int64_t k = 0; k < width_; ++k) to[k] += from[k] * weight;
    ++ids_;
    total_ += weight;
    squares_ += weight * weight;
  }

  void finish() {
    if (ids_ > 0 && combiner_ != Combiner::kSum) {
      const float divisor = combiner_ == Combiner::kMean ? total_ : std::sqrt(squares_);
      for (std::int64_t k = 0; k < width_; ++k) row()[k] /= divisor;
    }
    ids_ = 0;
    total_ = squares_ = 0.0f;
  }

  Combiner combiner_;
  EvalContext& c_;
  const Tensor& table_;
  std::int64_t depth_;
  Tensor& out_;
  std::int64_t width_;
  std::int64_t bag_ = 0;
  std::int64_t ids_ = 0;
  float total_ = 0.0f;
  float squares_ = 0.0f;
};

void eval(const EmbeddingLookupSparse& op, EvalContext& c) { Bags(op.combiner, c).run(); }

void read_tflite(TfliteNode& n) {
  if (!n.expect(5, 5)) return;
  const auto combiner = n.options<tflite::EmbeddingLookupSparseOptions>().combiner();
  switch (combiner) {
    case tflite::CombinerType_SUM:
      return n.emit(EmbeddingLookupSparse{Combiner::kSum});
    case tflite::CombinerType_MEAN:
      return n.emit(EmbeddingLookupSparse{Combiner::kMean});
    case tflite::CombinerType_SQRTN:
      return n.emit(EmbeddingLookupSparse{Combiner::kSquareRootN});
  }
  n.fail("unknown combiner " + std::to_string(static_cast<int>(combiner)));
}

void write_tflite(const EmbeddingLookupSparse& op, TfliteWriter& w) {
  const auto combiner = op.combiner == Combiner::kSum    ? tflite::CombinerType_SUM
                        : op.combiner == Combiner::kMean ? tflite::CombinerType_MEAN
                                                         : tflite::CombinerType_SQRTN;
  w.builtin(tflite::BuiltinOperator_EMBEDDING_LOOKUP_SPARSE,
            tflite::CreateEmbeddingLookupSparseOptions(w.fbb(), combiner));
}

}  // namespace

const OpDef EmbeddingLookupSparse::kOp =
    define_op<EmbeddingLookupSparse, infer>("embedding_lookup_sparse");
extern const EvalFacet eval_embedding_lookup_sparse = eval_facet<EmbeddingLookupSparse, eval>();
extern const ReadTfliteFacet read_tflite_embedding_lookup_sparse{
    tflite::BuiltinOperator_EMBEDDING_LOOKUP_SPARSE, read_tflite};
extern const WriteTfliteFacet write_tflite_embedding_lookup_sparse =
    write_tflite_facet<EmbeddingLookupSparse, write_tflite>();

}  // namespace tare
