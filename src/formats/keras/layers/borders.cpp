// Cropping, zero padding and upsampling: spatial dimensions that shrink or grow.
#include "formats/keras/interpolation.h"
#include "formats/keras/layers/window.h"
#include "ir/facets.h"

namespace tare {
namespace {

struct Border {
  std::vector<std::int64_t> before, after;  // of the spatial dimensions
};

// 2, [2, 3] or [[1, 2], [0, 1]]; of one dimension 2, [1, 2] or [[1, 2]].
Border read_border(KerasLayer& layer, std::string_view key, int spatial) {
  Border border;
  ErrorSink sink;
  const Json json = layer.config(key);
  const auto add = [&](std::int64_t before, std::int64_t after) {
    if (before < 0 || after < 0 || before > INT32_MAX || after > INT32_MAX) {
      sink.fail({Code::kInvalidModel, "values must be at least 0", {}});
    }
    border.before.push_back(before);
    border.after.push_back(after);
  };
  const auto pair = [&](Json both) {
    if (both.size() != 2) both.expected("a pair", sink);
    add(both.at(0).integer(sink), both.at(1).integer(sink));
  };
  if (spatial == 1 && json.is_array()) {
    pair(json.at(0).is_array() ? json.at(0) : json);
  } else {
    if (json.is_array() && json.size() != static_cast<std::size_t>(spatial))
      json.expected(std::to_string(spatial) + " values", sink);
    for (int i = 0; i < spatial && sink.ok(); ++i) {
      const Json one = json.is_array() ? json.at(i) : json;
      if (one.is_array())
        pair(one);
      else
        add(one.integer(sink), one.integer(sink));
    }
  }
  if (!sink.ok()) layer.fail(std::string(key) + ": " + sink.error().message);
  return border;
}

template <int kSpatial>
void read_cropping(KerasLayer& layer) {
  const Border border = read_border(layer, "cropping", kSpatial);
  const bool first = layer.channels_first();
  if (!layer.expect(1, 1) || !layer.expect_rank(layer.input(), kSpatial + 2)) return;
  Compose g(layer.builder());
  ValueId x = layer.input();
  for (int i = 0; i < kSpatial && layer.ok(); ++i) {
    const int axis = i + (first ? 2 : 1);
    const std::int64_t before = border.before[static_cast<std::size_t>(i)],
                       after = border.after[static_cast<std::size_t>(i)];
    const Dim extent = layer.shape(x)[axis];
    if (is_known(extent) && before + after >= extent)
      return layer.fail("cropping leaves nothing of dimension " + std::to_string(axis));
    if (before + after != 0) x = g.slice(x, axis, before, after == 0 ? INT64_MAX : -after);
  }
  layer.output(x, ValueId::kNone);
}

template <int kSpatial>
void read_zero_padding(KerasLayer& layer) {
  Border border = read_border(layer, "padding", kSpatial);
  const bool first = layer.channels_first();
  if (!layer.expect(1, 1) || !layer.expect_rank(layer.input(), kSpatial + 2)) return;
  for (auto* side : {&border.before, &border.after}) {
    side->insert(side->begin(), first ? 2 : 1, 0);
    if (!first) side->push_back(0);
  }
  Compose g(layer.builder());
  layer.output(g.pad(layer.input(), border.before, border.after), ValueId::kNone);
}

template <int kSpatial>
void read_upsampling(KerasLayer& layer) {
  const auto sizes = layer.counts("size", kSpatial, 1, 2);
  const bool first = layer.channels_first();
  const std::string_view method =
      kSpatial == 2 ? layer.text("interpolation", "nearest") : "nearest";
  if (!layer.expect(1, 1) || !layer.expect_rank(layer.input(), kSpatial + 2)) return;
  Compose g(layer.builder());
  ValueId x = layer.input();
  if (method == "nearest") {
    for (int i = 0; i < kSpatial; ++i)
      x = g.repeat(x, i + (first ? 2 : 1), sizes[static_cast<std::size_t>(i)]);
    return layer.output(x, ValueId::kNone);
  }
  if (first) x = channels_last(g, x);
  x = resize_image(
      layer, x,
      {.method = method, .height_factor = sizes[0], .width_factor = sizes[kSpatial == 2 ? 1 : 0]});
  // TensorFlow interpolates to float32; Keras 2 leaves it at that.
  if (layer.generation() == 2) x = g.cast(x, DType::kFloat32);
  layer.output(first ? channels_first(g, x) : x, ValueId::kNone);
}

void read_repeat_vector(KerasLayer& layer) {
  const std::int64_t count = layer.count("n");
  if (!layer.expect(1, 1) || !layer.expect_rank(layer.input(), 2)) return;
  Compose g(layer.builder());
  layer.output(g.tile(g.expand_dims(layer.input(), 1), std::array<std::int64_t, 3>{1, count, 1}),
               ValueId::kNone);
}

}  // namespace

extern const ReadKerasFacet read_keras_cropping_1d{"Cropping1D", read_cropping<1>};
extern const ReadKerasFacet read_keras_cropping_2d{"Cropping2D", read_cropping<2>};
extern const ReadKerasFacet read_keras_cropping_3d{"Cropping3D", read_cropping<3>};
extern const ReadKerasFacet read_keras_zero_padding_1d{"ZeroPadding1D", read_zero_padding<1>};
extern const ReadKerasFacet read_keras_zero_padding_2d{"ZeroPadding2D", read_zero_padding<2>};
extern const ReadKerasFacet read_keras_zero_padding_3d{"ZeroPadding3D", read_zero_padding<3>};
extern const ReadKerasFacet read_keras_up_sampling_1d{"UpSampling1D", read_upsampling<1>};
extern const ReadKerasFacet read_keras_up_sampling_2d{"UpSampling2D", read_upsampling<2>};
extern const ReadKerasFacet read_keras_up_sampling_3d{"UpSampling3D", read_upsampling<3>};
extern const ReadKerasFacet read_keras_repeat_vector{"RepeatVector", read_repeat_vector};

}  // namespace tare
