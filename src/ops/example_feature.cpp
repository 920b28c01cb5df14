// ParseExample: each feature is a node of its own, which walks the messages in the wire format;
// definition, kernels, readers.
#include "ops/example_feature.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/protobuf.h"
#include "ir/facets.h"
#include "ir/string_output.h"
#include "ops/common/elements.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

using Bytes = std::span<const std::byte>;

// A Feature message: its list, and of what (the field of the oneof; 0: none).
struct Feature {
  std::uint32_t kind = 0;
  Bytes list;
};

std::uint32_t kind_of(DType dtype) {
  return dtype == DType::kString ? 1 : dtype == DType::kFloat32 ? 2 : 3;
}

// Of two entries for one key the later counts.
bool find_feature(Bytes example, const std::string& key, Feature& found) {
  Protobuf message(example);
  while (message.next()) {
    if (message.field() != 1) continue;
    Protobuf features(message.bytes());
    while (features.next()) {
      if (features.field() != 1) continue;
      Protobuf entry(features.bytes());
      Bytes name, value;
      while (entry.next()) {
        if (entry.field() == 1) name = entry.bytes();
        if (entry.field() == 2) value = entry.bytes();
      }
      if (!entry.ok()) return false;
      if (!std::equal(name.begin(), name.end(), std::as_bytes(std::span(key)).begin(),
                      std::as_bytes(std::span(key)).end()))
        continue;
      found = {};
      Protobuf feature(value);
      while (feature.next()) {
        if (feature.field() >= 1 && feature.field() <= 3)
          found = {feature.field(), feature.bytes()};
      }
      if (!feature.ok()) return false;
    }
    if (!features.ok()) return false;
  }
  return message.ok();
}

// Calls text(string_view) or number(double or int64) for each value; false when the list is broken.
template <class Text, class Number>
bool each_value(const Feature& feature, Text text, Number number) {
  Protobuf list(feature.list);
  while (list.next()) {
    if (list.field() != 1) continue;
    if (feature.kind == 1) {
      const Bytes b = list.bytes();
      if (list.ok()) text(std::string_view(reinterpret_cast<const char*>(b.data()), b.size()));
    } else if (feature.kind == 2) {
      list.numbers(5, [&](Protobuf& p) { number(static_cast<double>(p.raw_f32())); });
    } else {
      list.numbers(0, [&](Protobuf& p) { number(static_cast<std::int64_t>(p.raw_varint())); });
    }
  }
  return list.ok();
}

std::int64_t count_of(const Feature& feature, bool& sound) {
  std::int64_t count = 0;
  sound = each_value(feature, [&](std::string_view) { ++count; }, [&](auto) { ++count; });
  return count;
}

// The feature of message i, and how many values it has; a failure is recorded where the message is
// broken or holds another type.
std::int64_t read_feature(EvalContext& c, std::int64_t i, const std::string& key, DType dtype,
                          Feature& feature) {
  const std::string_view text = c.string(0, i);
  feature = {};
  bool sound = true;
  if (!c.require(find_feature(std::as_bytes(std::span(text.data(), text.size())), key, feature),
                 "message " + std::to_string(i) + " is no tf.train.Example") ||
      !c.require(feature.kind == 0 || feature.kind == kind_of(dtype),
                 "feature '" + key + "' of message " + std::to_string(i) + " is not " +
                     std::string(dtype_name(dtype))))
    return 0;
  const std::int64_t count = count_of(feature, sound);
  c.require(sound, "feature '" + key + "' of message " + std::to_string(i) + " is broken");
  return c.ok() ? count : 0;
}

template <class Number>
void store_number(Tensor& out, std::int64_t at, Number v) {
  if constexpr (std::is_same_v<Number, double>)
    out.as<float>()[static_cast<std::size_t>(at)] = static_cast<float>(v);
  else
    out.as<std::int64_t>()[static_cast<std::size_t>(at)] = v;
}

bool check(InferContext& c, DType dtype) {
  return c.require(c.dtype(0) == DType::kString, "messages must be strings") &&
         c.require(c.shape(0).rank() <= 1, "messages: expected one or a vector of them") &&
         c.require(dtype == DType::kFloat32 || dtype == DType::kInt64 || dtype == DType::kString,
                   "features are float32, int64 or strings");
}

void infer_dense(const ExampleDense& op, InferContext& c) {
  if (!check(c, op.dtype)) return;
  if (!c.require(
          op.shape.known() && op.shape.checked_elements().has_value() && op.shape.rank() < kMaxRank,
          "feature '" + op.key + "': its shape " + op.shape.text() + " must be known"))
    return;
  const Shape& standin = c.shape(1);
  if (!c.require(c.dtype(1) == op.dtype && (!standin.known() || standin.elements() == 0 ||
                                            standin.elements() == op.shape.elements()),
                 "feature '" + op.key + "': the default does not fit"))
    return;
  if (!c.shape(0).ranked()) return c.output(0, op.dtype, Shape::unknown());
  Shape out = c.shape(0);
  for (int d = 0; d < op.shape.rank(); ++d) out.push_back(op.shape[d]);
  c.output(0, op.dtype, out);
}

// Calls place(message, feature) for each message in turn; a feature of kind 0 is the default.
template <class Place>
void each_row(const ExampleDense& op, EvalContext& c, Place place) {
  const std::int64_t width = op.shape.elements(), standin = c.input(1).elements();
  for (std::int64_t i = 0; i < c.input(0).elements() && c.ok(); ++i) {
    Feature feature;
    const std::int64_t count = read_feature(c, i, op.key, op.dtype, feature);
    if (!c.ok()) return;
    const bool there = feature.kind != 0;
    if (!c.require(there ? count == width : standin == width && (standin > 0 || width == 0),
                   "feature '" + op.key + "' of message " + std::to_string(i) + ": expected " +
                       std::to_string(width) + " values, got " + std::to_string(count)))
      return;
    place(i, feature);
  }
}

void eval_dense(const ExampleDense& op, EvalContext& c) {
  const std::int64_t width = op.shape.elements();
  Tensor& out = c.output(0);
  if (op.dtype == DType::kString) {
    StringOutput strings(c, out.shape);
    each_row(op, c, [&](std::int64_t, const Feature& feature) {
      if (feature.kind != 0)
        each_value(feature, [&](std::string_view text) { strings.add(text); }, [](auto) {});
      else
        for (std::int64_t k = 0; k < width; ++k) strings.add(c.string(1, k));
    });
    if (c.ok()) strings.deliver(0, Shape(out.shape));
    return;
  }
  each_row(op, c, [&](std::int64_t row, const Feature& feature) {
    std::int64_t at = row * width;
    if (feature.kind != 0)
      each_value(feature, [](std::string_view) {}, [&](auto v) { store_number(out, at++, v); });
    else if (width > 0)
      std::memcpy(out.data + static_cast<std::size_t>(at) * dtype_size(op.dtype), c.input(1).data,
                  c.input(1).size);
  });
}

void infer_sparse(const ExampleSparse& op, InferContext& c) {
  if (!check(c, op.dtype)) return;
  const Dim rank = c.shape(0).ranked() ? c.shape(0).rank() + 1 : kUnknownDim;
  c.output(0, DType::kInt64, {kUnknownDim, rank});
  c.output(1, op.dtype, {kUnknownDim});
  c.output(2, DType::kInt64, {rank});
}

void eval_sparse(const ExampleSparse& op, EvalContext& c) {
  const std::int64_t messages = c.input(0).elements();
  const bool many = c.input(0).shape.rank() == 1;
  std::int64_t total = 0, longest = 0;
  Feature feature;
  for (std::int64_t i = 0; i < messages && c.ok(); ++i) {
    const std::int64_t count = read_feature(c, i, op.key, op.dtype, feature);
    total += count;
    longest = std::max(longest, count);
  }
  if (!c.ok()) return;
  const std::int64_t rank = many ? 2 : 1;
  Tensor* indices = c.output(0, {total, rank});
  Tensor* values = op.dtype == DType::kString ? nullptr : c.output(1, {total});
  Tensor* shape = c.output(2, {rank});
  if (!c.ok() || indices == nullptr || shape == nullptr) return;
  StringOutput strings(c, {total});
  std::int64_t at = 0;
  for (std::int64_t i = 0; i < messages && c.ok(); ++i) {
    const std::int64_t count = read_feature(c, i, op.key, op.dtype, feature);
    for (std::int64_t k = 0; k < count; ++k) {
      std::int64_t* to = indices->as<std::int64_t>().data() + (at + k) * rank;
      if (many) *to++ = i;
      *to = k;
    }
    std::int64_t next = at;
    each_value(
        feature, [&](std::string_view text) { strings.add(text); },
        [&](auto v) {
          if (values != nullptr) store_number(*values, next++, v);
        });
    at += count;
  }
  if (op.dtype == DType::kString) strings.deliver(1, {total});
  const std::int64_t extents[] = {messages, longest};
  std::memcpy(shape->data, many ? extents : extents + 1, static_cast<std::size_t>(rank) * 8);
}

// Keys are constants: the strings of one input, or of `count` inputs from `first` on.
std::vector<std::string> keys_of(TfNode& n, int first, std::int64_t count, bool one) {
  std::vector<std::string> keys;
  for (int i = first; i < first + (one ? 1 : static_cast<int>(count)); ++i) {
    const auto value = n.constant(i);
    if (!n.require(value && value->type.dtype == DType::kString &&
                       value->type.shape.elements() == (one ? count : 1),
                   "the keys of features must be constant strings, one a feature"))
      return {};
    for (std::int64_t k = 0; k < value->type.shape.elements(); ++k)
      keys.emplace_back(string_at(value->bytes.bytes(), k));
  }
  return keys;
}

// Version 2 has all keys of a kind in one input, version 1 an input a key.
template <bool second>
void read_tf(TfNode& n) {
  const auto dense_types = n.dtypes("Tdense"), sparse_types = n.dtypes("sparse_types");
  const auto shapes = n.shapes("dense_shapes");
  const auto sparse = static_cast<std::int64_t>(sparse_types.size()),
             dense = static_cast<std::int64_t>(dense_types.size());
  if (second && !n.dtypes("ragged_value_types").empty())
    return n.fail("ragged_keys: ragged features are not supported; fixed and sparse ones are",
                  Code::kUnsupported);
  if (!n.ok() ||
      !n.require(shapes.size() == dense_types.size(), "dense_shapes: expected one for each type") ||
      !n.require(n.integer(second ? "num_sparse" : "Nsparse") == sparse,
                 "sparse_types: expected one for each feature") ||
      !n.require(sparse <= 10'000 && dense <= 10'000, "too many features") ||
      !n.expect(static_cast<int>(second ? 5 + dense : 2 + sparse + 2 * dense)))
    return;
  const int after_sparse = second ? 3 : 2 + static_cast<int>(sparse);
  const auto sparse_keys = keys_of(n, 2, sparse, second);
  const auto dense_keys = keys_of(n, after_sparse, dense, second);
  if (!n.ok()) return;
  const auto count = sparse_types.size();
  for (std::size_t i = 0; i < count && n.ok(); ++i) {
    const auto parts = n.builder().emit_n(
        ExampleSparse{.key = sparse_keys[i], .dtype = sparse_types[i]}, {n.input(0)}, 3);
    for (std::size_t k = 0; k < parts.size(); ++k) n.output(k * count + i, parts[k]);
  }
  const int defaults = second ? 5 : after_sparse + static_cast<int>(dense);
  for (std::size_t i = 0; i < dense_types.size() && n.ok(); ++i) {
    if (!shapes[i].known())
      return n.fail(
          "dense_shapes: feature '" + dense_keys[i] +
              "' has a variable length; features of fixed length and sparse ones can be read",
          Code::kUnsupported);
    n.output(3 * count + i,
             n.emit(ExampleDense{.key = dense_keys[i], .dtype = dense_types[i], .shape = shapes[i]},
                    {n.input(0), n.input(defaults + static_cast<int>(i))}));
  }
}

}  // namespace

const OpDef ExampleDense::kOp = define_op<ExampleDense, infer_dense, no_cost>("example_dense");
const OpDef ExampleSparse::kOp =
    define_op<ExampleSparse, infer_sparse, no_cost>("example_sparse", kSizesOutputs);
extern const EvalFacet eval_example_dense = eval_facet<ExampleDense, eval_dense>();
extern const EvalFacet eval_example_sparse = eval_facet<ExampleSparse, eval_sparse>();
extern const ReadTfFacet read_tf_parse_example{"ParseExample", read_tf<false>};
extern const ReadTfFacet read_tf_parse_example_v2{"ParseExampleV2", read_tf<true>};

}  // namespace tare
