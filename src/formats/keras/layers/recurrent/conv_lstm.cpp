// ConvLSTM: an LSTM whose products are convolutions, over one to three spatial dimensions. Frames
// are [batch, steps, spatial dimensions, channels] inside, whatever the file's format is.
#include "formats/keras/layers/recurrent/cell.h"
#include "formats/keras/layers/window.h"
#include "ir/constant_tensor.h"
#include "ops/conv_2d/conv_2d.h"
#include "ops/conv_3d.h"

namespace tare {
namespace {

// x without steps: [frames, spatial..., channels].
ValueId convolve(KerasLayer& cell, const KerasWindow& window, ValueId x, const KerasWeight& weight,
                 ValueId bias) {
  Compose g(cell.builder());
  const std::int64_t filters = cell.count("filters");
  KerasWeight wanted = weight;
  wanted.shape = {};
  for (const std::int64_t size : window.size) wanted.shape.push_back(size);
  wanted.shape.push_back(cell.extent(x, window.spatial + 1));
  wanted.shape.push_back(4 * filters);
  if (window.spatial == 3) {
    Conv3D op{.padding = window.padding};
    for (int i = 0; i < 3; ++i) op.axes[static_cast<std::size_t>(i)] = window.axis(i);
    return cell.emit(op, {x, cell.weight_value(wanted), bias});
  }
  const ValueId filter = cell.constant(std::string(weight.name), [&] {
    TensorValue w = cell.weight(wanted);
    if (!cell.ok()) return w;
    Shape shape = w.type.shape;
    if (window.spatial == 1) shape.insert(0, 1);
    return transposed(reshaped(std::move(w), shape), std::array{3, 0, 1, 2});
  });
  if (window.spatial == 1) x = g.expand_dims(x, 1);
  const ValueId y =
      cell.emit(Conv2D{.axes = window.axes_2d(), .padding = window.padding}, {x, filter, bias});
  return window.spatial == 1 ? g.squeeze(y, 1) : y;
}

template <int kSpatial>
ValueId project(KerasLayer& cell, ValueId x) {
  Compose g(cell.builder());
  const KerasWindow window = read_window(cell, kSpatial, "kernel_size");
  const ValueId bias = cell.flag("use_bias", true)
                           ? cell.weight_value({"bias", 2, {4 * cell.count("filters")}})
                           : ValueId::kNone;
  if (!cell.ok()) return x;
  const auto whole = g.extents(x);
  std::vector<Extent> flat{-1};
  flat.insert(flat.end(), whole.begin() + 2, whole.end());
  const ValueId y = convolve(cell, window, g.reshape(x, flat), {"kernel", 0}, bias);
  std::vector<Extent> shape{whole[0], whole[1]};
  for (int i = 1; i < kSpatial + 2; ++i) shape.push_back(g.extent(y, i));
  return g.reshape(y, shape);
}

// The states' own convolution keeps their extents.
template <int kSpatial>
CellStep step(KerasLayer& cell, ValueId projected, const std::vector<ValueId>& states) {
  Compose g(cell.builder());
  KerasWindow window = read_window(cell, kSpatial, "kernel_size");
  window.padding = Padding::kSame;
  window.strides.assign(window.strides.size(), 1);
  window.dilation.assign(window.dilation.size(), 1);
  if (!cell.ok()) return {states[0], states};
  const ValueId sum =
      g.add(projected, convolve(cell, window, states[0], {"recurrent_kernel", 1}, ValueId::kNone));
  const auto gates = g.split(sum, -1, 4);
  const ValueId in = cell.activate("recurrent_activation", gates[0]);
  const ValueId forget = cell.activate("recurrent_activation", gates[1]);
  const ValueId carry =
      g.add(g.mul(forget, states[1]), g.mul(in, cell.activate("activation", gates[2])));
  const ValueId out = cell.activate("recurrent_activation", gates[3]);
  const ValueId h = g.mul(out, cell.activate("activation", carry));
  return {h, {h, carry}};
}

std::vector<Extent> frame_extents(KerasLayer& cell, ValueId projected) {
  Compose g(cell.builder());
  std::vector<Extent> extents = g.extents(projected);
  if (!cell.ok() || extents.size() < 3) return {};
  extents.erase(extents.begin(), extents.begin() + 2);
  extents.back() = cell.count("filters");
  return extents;
}

}  // namespace

const CellKind kConvLstmCells[3] = {
    {"ConvLSTMCell", "ConvLSTM1D", 2, project<1>, step<1>, frame_extents},
    {"ConvLSTMCell", "ConvLSTM2D", 2, project<2>, step<2>, frame_extents},
    {"ConvLSTMCell", "ConvLSTM3D", 2, project<3>, step<3>, frame_extents},
};

}  // namespace tare
