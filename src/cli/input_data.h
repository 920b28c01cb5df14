// What --input means: JSON text, or a .json, .npy or .csv file, for one input or for several by
// name, fitted to the shapes that a signature takes.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "api/model.h"

namespace tare::cli {

struct InputOptions {
  std::vector<std::string> values;  // as given, in order
  bool raw = false;                 // stored integers instead of real numbers for quantised inputs
};

// One tensor for every input of the signature, in its order, in the input's element type - float32
// for a quantised input unless raw is asked for.
Result<std::vector<TensorValue>> read_inputs(const Signature& signature,
                                             const InputOptions& options);

// The shape that data of shape `given` take for an input of shape `wanted`: the same rank as it is;
// else a missing batch of 1 is put before it, flat data are cut into rows, a single value fills a
// shape of ones.
Result<Shape> fit_shape(const Shape& given, const Shape& wanted);

// Copies data into a prepared input, quantising floats on the way when the input stores integers.
Status feed(Model& model, int input, const TensorValue& value);

// A copy of an output; dequantised to float32 when it stores quantised integers and raw is not
// asked for.
TensorValue fetch(const Model& model, int output, bool raw);

}  // namespace tare::cli
