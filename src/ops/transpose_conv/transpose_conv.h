// Transposed convolution over height and width: the gradient of a convolution. Inputs: output shape
// [4] (int32, absent unless `output` is kGiven), filter [out, fh, fw, in], x [n, h, w, in], bias
// [out] (optional). The batch is x's. Types as in TFLite: floats; int8, uint8, int16 quantised.
#pragma once

#include <array>

#include "ir/activation.h"
#include "ir/op_def.h"
#include "ir/window.h"

namespace tare {

// Where the output's height and width come from.
enum class TransposeOutput : std::uint8_t {
  kGiven,      // input 0; TFLite, TensorFlow
  kStrided,    // Keras: input * stride where padded, else as many as windows reach; with
               // output_padding see below
  kMediaPipe,  // Convolution2DTransposeBias: what a padded convolution of that stride would have
               // come from, at least
};

struct TransposeConv {
  std::array<WindowAxis, 2> axes{};  // height, width; explicit padding is cut off the output
  Padding padding = Padding::kSame;
  Activation activation = Activation::kNone;
  TransposeOutput output = TransposeOutput::kGiven;
  std::array<std::int64_t, 2> output_padding{-1, -1};  // Keras: added after; -1: not given
  bool operator==(const TransposeConv&) const = default;
  static const OpDef kOp;
};

// Elements cut off the start of the output along one axis.
std::int64_t transpose_padding(const TransposeConv& op, std::size_t axis, std::int64_t input,
                               std::int64_t filter, std::int64_t output);

}  // namespace tare
