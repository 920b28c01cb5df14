// Attributes of nodes, and the shapes and tensors in them, in protobuf's wire format: a GraphDef is
// made of these, and a SavedModel's own messages and a checkpoint's need shapes too.
#pragma once

#include "base/protobuf.h"
#include "ports/tf_node_def.h"

namespace tare {

// `ok` turns false when the bytes are cut off or no protobuf.
TfShape decode_tf_shape(std::span<const std::byte> protobuf, bool& ok);
TfAttr decode_tf_attr(std::span<const std::byte> protobuf, bool& ok);

}  // namespace tare
