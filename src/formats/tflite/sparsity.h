// Expands a constant that the file keeps in TFLite's sparse form: a tree of levels, one per
// dimension and then one per block dimension, each dense or compressed (row starts and columns).
#pragma once

#include <span>

#include "base/buffer.h"
#include "base/result.h"
#include "ir/tensor_type.h"
#include "tflite_schema_generated.h"

namespace tare::tflite_format {

struct SparseTensor {
  const tflite::SparsityParameters& sparsity;
  const TensorType& type;
  std::span<const std::byte> values;
};

Result<Buffer> expand_sparse(const SparseTensor& source);

}  // namespace tare::tflite_format
