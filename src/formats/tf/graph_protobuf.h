// Parts of the protobuf decoder that a SavedModel's own messages need too.
#pragma once

#include "formats/tf/graph_def.h"
#include "formats/tf/protobuf.h"

namespace tare {

TfShape decode_tf_shape(std::span<const std::byte> protobuf, bool& ok);

}  // namespace tare
