// MultiHeadAttention, over any axes, and GroupQueryAttention, whose keys and values have fewer
// heads.
#include <algorithm>
#include <cmath>

#include "formats/keras/layers/attention_mask.h"
#include "formats/keras/layers/projection.h"
#include "ir/facets.h"

namespace tare {
namespace {

constexpr std::string_view kFree = "abcdefg";

struct Call {
  KerasTensor query, value, key;
  ValueId attention_mask = ValueId::kNone;
  bool causal = false;
  bool scores = false;  // are returned too
};

bool is_true(const KerasArgument& argument) { return argument.plain.if_bool() == true; }

// A mask that is given by name stands for the one that travels with the tensor.
void take_mask(const KerasLayer& layer, std::string_view name, KerasTensor& tensor) {
  const KerasArgument& given = layer.argument(SIZE_MAX, name);
  if (given.is_tensor()) tensor.mask = given.tensor.value;
}

Call read_call(KerasLayer& layer) {
  Call call;
  if (const std::string& mode = layer.object().quantisation; !mode.empty())
    layer.unsupported("quantisation mode '" + mode + "' is not supported for this layer");
  call.query = layer.argument(0, "query").tensor;
  call.value = layer.argument(1, "value").tensor;
  const KerasArgument& key = layer.argument(2, "key");
  call.key = key.is_tensor() ? key.tensor : KerasTensor{call.value.value, ValueId::kNone};
  // Keras 3's MultiHeadAttention has this argument, but uses the mask that travels.
  if (layer.generation() == 2 || layer.class_name() != "MultiHeadAttention")
    take_mask(layer, "query_mask", call.query);
  take_mask(layer, "value_mask", call.value);
  take_mask(layer, "key_mask", call.key);
  const KerasArgument& mask = layer.argument(layer.generation() == 2 ? 3 : 6, "attention_mask");
  if (mask.is_tensor()) call.attention_mask = mask.tensor.value;
  call.causal = is_true(layer.argument(SIZE_MAX, "use_causal_mask"));
  call.scores = is_true(layer.argument(SIZE_MAX, "return_attention_scores"));
  if (call.query.value == ValueId::kNone || call.value.value == ValueId::kNone)
    layer.fail("query and value must be given");
  return call;
}

// A projection with weights of its own.
ValueId projected(KerasLayer& layer, std::string_view attribute, std::string_view name, ValueId x,
                  std::string_view equation) {
  static const KerasCall kNoCall;
  KerasObject& part = layer.part(attribute, name);
  KerasLayer inner(part, kNoCall, layer.builder(), layer.host());
  return project(inner, x, equation, layer.flag("use_bias", true));
}

std::string free_dimensions(KerasLayer& layer, ValueId x) {
  return std::string(
      kFree.substr(0, static_cast<std::size_t>(std::clamp(layer.rank(x) - 1, 0, 7))));
}

// [batch, free..., features] as [batch, free..., heads, size].
ValueId heads_of(KerasLayer& layer, std::string_view attribute, std::string_view name, ValueId x) {
  const std::string free = free_dimensions(layer, x);
  return projected(layer, attribute, name, x, free + "x,xyz->" + free + "yz");
}

// Which dimensions attend: those attended to are merged into one before the last.
struct Arrangement {
  std::vector<int> batch;  // dimensions that do not attend, the first is 0
  std::vector<int> axes;
  int rank = 0;  // with heads and size

  std::vector<int> order() const {
    std::vector<int> result = batch;
    result.push_back(rank - 2);
    result.insert(result.end(), axes.begin(), axes.end());
    result.push_back(rank - 1);
    return result;
  }
};

Arrangement read_arrangement(KerasLayer& layer, ValueId heads) {
  Arrangement a;
  a.rank = layer.rank(heads);
  const Json json = layer.config("attention_axes");
  ErrorSink sink;
  if (json.is_array()) {
    for (const std::int64_t axis : json.integers(sink, kMaxRank))
      a.axes.push_back(layer.axis(axis, a.rank - 1));
  } else if (json.is_integer()) {
    a.axes.push_back(layer.axis(*json.if_integer(), a.rank - 1));
  } else {
    for (int i = 1; i < a.rank - 2; ++i) a.axes.push_back(i);
  }
  if (!sink.ok()) layer.fail("attention_axes: " + sink.error().message);
  for (int i = 0; i < a.rank - 2; ++i) {
    if (std::find(a.axes.begin(), a.axes.end(), i) == a.axes.end()) a.batch.push_back(i);
  }
  if (a.axes.empty() || a.batch.empty() || a.batch[0] != 0 ||
      a.batch.size() + a.axes.size() != static_cast<std::size_t>(a.rank - 2)) {
    layer.fail("attention_axes do not fit the input");
  }
  return a;
}

// [batch..., heads, steps, size], the attended dimensions as one.
ValueId arranged(Compose& g, ValueId heads, const Arrangement& a) {
  const ValueId x = g.transpose(heads, a.order());
  if (a.axes.size() == 1 || !g.ok()) return x;
  std::vector<Extent> shape = g.extents(x);
  shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(a.batch.size()) + 1, shape.end() - 1);
  shape.insert(shape.end() - 1, -1);
  return g.reshape(x, shape);
}

// Extents of the attended dimensions of a tensor of heads.
std::vector<Extent> attended(Compose& g, ValueId heads, const Arrangement& a) {
  std::vector<Extent> extents;
  for (const int axis : a.axes) extents.push_back(g.extent(heads, axis));
  return extents;
}

// Splits the merged dimension `at` of x again.
ValueId split_again(Compose& g, ValueId x, std::size_t at, const std::vector<Extent>& extents) {
  if (extents.size() == 1 || !g.ok()) return x;
  std::vector<Extent> shape = g.extents(x);
  shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(at));
  shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(at), extents.begin(), extents.end());
  return g.reshape(x, shape);
}

// The distance of steps that see each other is below the window.
ValueId window_mask(Compose& g, ValueId scores, std::int64_t window) {
  const int rank = g.rank(scores);
  const ValueId rows = g.expand_dims(g.range(g.extent(scores, rank - 2)), 1);
  const ValueId columns = g.expand_dims(g.range(g.extent(scores, rank - 1)), 0);
  return g.binary(BinaryKind::kLess, g.unary(UnaryKind::kAbs, g.sub(rows, columns)),
                  static_cast<double>(window));
}

// All masks that apply, to broadcast against scores [batch..., heads, rows, columns].
ValueId mask_of(KerasLayer& layer, Compose& g, const Call& call, ValueId scores,
                std::size_t attended_axes) {
  ValueId mask = ValueId::kNone;
  if (call.query.mask != ValueId::kNone) mask = g.expand_dims(call.query.mask, -1);
  for (const KerasTensor& t : {call.value, call.key}) {
    if (t.mask != ValueId::kNone) mask = both_masks(g, mask, g.expand_dims(t.mask, -2));
  }
  if (call.causal) mask = both_masks(g, mask, g.expand_dims(causal_mask(g, scores), 0));
  if (const std::int64_t window = layer.integer("sliding_window", 0); window > 0) {
    mask = both_masks(g, mask, g.expand_dims(window_mask(g, scores, window), 0));
  }
  ValueId given = call.attention_mask;
  if (given != ValueId::kNone) {
    given = g.cast(given, DType::kBool);
    if (attended_axes > 1)
      given = g.reshape(given, {g.extent(given, 0), g.extent(scores, -2), g.extent(scores, -1)});
    mask = both_masks(g, mask, given);
  }
  while (mask != ValueId::kNone && g.ok() && g.rank(mask) < g.rank(scores))
    mask = g.expand_dims(mask, -3);
  return mask;
}

struct Heads {
  ValueId query, key, value;
};

// Softmax of scaled products, applied to the values; then the output projection.
void attend(KerasLayer& layer, const Call& call, const Heads& heads, std::int64_t key_size) {
  Compose g(layer.builder());
  const Arrangement a = read_arrangement(layer, heads.query);
  if (!layer.ok()) return;
  const ValueId query =
      g.mul(arranged(g, heads.query, a), 1.0 / std::sqrt(static_cast<double>(key_size)));
  const ValueId scores = g.matmul(query, arranged(g, heads.key, a), false, true);
  const ValueId weights =
      g.softmax(masked_scores(g, scores, mask_of(layer, g, call, scores, a.axes.size())));
  ValueId mixed = g.matmul(weights, arranged(g, heads.value, a));
  const std::size_t steps = a.batch.size() + 1;
  mixed = split_again(g, mixed, steps, attended(g, heads.query, a));
  std::vector<int> back(static_cast<std::size_t>(a.rank));
  const std::vector<int> order = a.order();
  for (std::size_t i = 0; i < order.size(); ++i)
    back[static_cast<std::size_t>(order[i])] = static_cast<int>(i);
  mixed = g.transpose(mixed, back);
  if (layer.flag("use_gate", false)) {
    const ValueId gate = heads_of(layer, "gate_dense", "gate", call.query.value);
    mixed = g.mul(mixed, g.unary(UnaryKind::kLogistic, gate));
  }
  const Json shape = layer.config("output_shape");
  const std::size_t own = shape.is_array() ? shape.size() : 1;
  if (own == 0 || own > 4) return layer.fail("output_shape: expected 1 to 4 dimensions");
  const std::string free = free_dimensions(layer, call.query.value);
  const std::string out = std::string("mnop").substr(0, own);
  layer.output(projected(layer, "output_dense", "attention_output", mixed,
                         free + "yz,yz" + out + "->" + free + out),
               call.query.mask);
  if (!call.scores) return;
  const ValueId apart = split_again(g, weights, steps + 1, attended(g, heads.key, a));
  layer.output(split_again(g, apart, steps, attended(g, heads.query, a)), ValueId::kNone);
}

void read_multi_head_attention(KerasLayer& layer) {
  const Call call = read_call(layer);
  const std::int64_t size = layer.count("key_dim");
  if (!layer.ok()) return;
  attend(layer, call,
         {.query = heads_of(layer, "query_dense", "query", call.query.value),
          .key = heads_of(layer, "key_dense", "key", call.key.value),
          .value = heads_of(layer, "value_dense", "value", call.value.value)},
         size);
}

// Each head of keys and values serves several of queries.
void read_group_query_attention(KerasLayer& layer) {
  const Call call = read_call(layer);
  const std::int64_t size = layer.count("head_dim");
  const std::int64_t heads = layer.count("num_query_heads"),
                     shared = layer.count("num_key_value_heads");
  if (!layer.ok() ||
      !layer.require(heads % shared == 0, "num_key_value_heads does not divide num_query_heads"))
    return;
  if (!layer.expect_rank(call.query.value, 3)) return;
  Compose g(layer.builder());
  attend(layer, call,
         {.query = heads_of(layer, "query_dense", "query", call.query.value),
          .key = g.repeat(heads_of(layer, "key_dense", "key", call.key.value), 2, heads / shared),
          .value = g.repeat(heads_of(layer, "value_dense", "value", call.value.value), 2,
                            heads / shared)},
         size);
}

}  // namespace

extern const ReadKerasFacet read_keras_multi_head_attention{"MultiHeadAttention",
                                                            read_multi_head_attention};
extern const ReadKerasFacet read_keras_grouped_query_attention{"GroupedQueryAttention",
                                                               read_group_query_attention};
extern const ReadKerasFacet read_keras_group_query_attention{"GroupQueryAttention",
                                                             read_group_query_attention};

}  // namespace tare
