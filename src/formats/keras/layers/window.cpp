// Windows as Keras configures them.
#include "formats/keras/layers/window.h"

namespace tare {

std::array<WindowAxis, 2> KerasWindow::axes_2d() const {
  if (spatial == 1) return {WindowAxis{}, axis(0)};
  return {axis(0), axis(1)};
}

KerasWindow read_window(KerasLayer& layer, int spatial, std::string_view size_key) {
  KerasWindow window;
  const auto count = static_cast<std::size_t>(spatial);
  window.spatial = spatial;
  window.size = layer.counts(size_key, count);
  const bool pool = size_key == "pool_size";
  window.strides = pool && layer.config("strides").is_null() ? window.size
                                                             : layer.counts("strides", count, 1, 1);
  window.dilation = layer.counts("dilation_rate", count, 1, 1);
  window.channels_first = layer.channels_first();
  const std::string_view padding = layer.text("padding", "valid");
  window.causal = padding == "causal" && spatial == 1 && !pool;
  window.padding = padding == "same" ? Padding::kSame : Padding::kValid;
  if (padding != "same" && padding != "valid" && !window.causal) {
    layer.fail("padding: '" + std::string(padding) + "' is not known here");
  }
  return window;
}

ValueId enter_window(Compose& g, const KerasWindow& window, ValueId x) {
  if (window.channels_first) x = channels_last(g, x);
  if (window.causal) {
    const std::array<std::int64_t, 3> before{0, window.dilation[0] * (window.size[0] - 1), 0};
    const std::array<std::int64_t, 3> after{};
    x = g.pad(x, before, after);
  }
  return window.spatial == 1 ? g.expand_dims(x, 1) : x;
}

ValueId leave_window(Compose& g, const KerasWindow& window, ValueId y) {
  if (window.spatial == 1) y = g.squeeze(y, 1);
  return window.channels_first ? channels_first(g, y) : y;
}

ValueId add_bias_and_leave(KerasLayer& layer, Compose& g, const KerasWindow& window, ValueId y,
                           ValueId bias) {
  if (!layer.ok() || bias == ValueId::kNone) return leave_window(g, window, y);
  const Dim width = g.shape(y)[g.rank(y) - 2];
  const bool along_last =
      layer.generation() == 3 && window.channels_first && width == g.shape(bias)[0];
  if (!along_last) return leave_window(g, window, g.add(y, bias));
  return g.add(leave_window(g, window, y), bias);
}

}  // namespace tare
