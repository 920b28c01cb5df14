// Resizing of images by any of Keras's methods. Bilinear and nearest are ops; the others are
// products with a matrix of weights along height and along width, made when the model is read.
#pragma once

#include <string_view>
#include <vector>

#include "ports/keras_layer.h"

namespace tare {

struct ResizeWanted {
  std::string_view method = "bilinear";
  std::int64_t height = 0, width = 0;  // 0: the factors say it
  std::int64_t height_factor = 1, width_factor = 1;
  bool antialias = false;
};

// x is [batch, height, width, channels].
ValueId resize_image(KerasLayer& layer, ValueId x, const ResizeWanted& wanted);

// Row-major [out, in]; empty for an unknown method.
std::vector<double> resize_weights(std::string_view method, std::int64_t in, std::int64_t out,
                                   bool antialias);

// Of keras.ops.image.scale_and_translate: "linear", "cubic" and their like, "lanczos3", "lanczos5",
// about places that are scaled and moved. Empty for other methods.
struct ScaledWeights {
  std::int64_t in, out;
  double scale, shift;
  bool antialias;
};
std::vector<double> scaled_weights(std::string_view method, const ScaledWeights& wanted);

}  // namespace tare
