// Activations as Keras names them, as a string or as a serialised object.
#pragma once

#include "ports/keras_layer.h"

namespace tare {

// x itself for "linear" and for null. An unknown name is a failure that tells it.
ValueId apply_activation(Json activation, ValueId x, KerasLayer& layer);

}  // namespace tare
