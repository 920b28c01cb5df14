// The legacy SHUFFLED4x16INT8 format: blocks of 4 rows by 16 columns, uint8 with the top bit
// flipped, so that zero point 128 becomes 0. The input's blocks are an output of their own, of the
// input's shape.
#include <cstddef>

#include "ops/common/requantize.h"
#include "ops/fully_connected/kernels.h"

namespace tare {
namespace {

constexpr std::int64_t kRows = 4, kColumns = 16;

std::int32_t centred(std::uint8_t flipped) { return static_cast<std::int8_t>(flipped); }

// Where element (row, column) of a matrix of `width` columns lies once shuffled.
std::int64_t shuffled_place(std::int64_t row, std::int64_t column, std::int64_t width) {
  const std::int64_t block = (row / kRows) * (width / kColumns) + column / kColumns;
  return (block * kRows + row % kRows) * kColumns + column % kColumns;
}

void write_workspace(EvalContext& c, const FullyConnectedExtents& e) {
  if (!c.wants(1)) return;
  const auto x = c.input(0).as<std::uint8_t>();
  auto out = c.output(1).as<std::uint8_t>();
  for (std::int64_t r = 0; r < e.rows; ++r) {
    for (std::int64_t i = 0; i < e.width; ++i) {
      const std::int64_t to = e.rows == kRows ? shuffled_place(r, i, e.width) : r * e.width + i;
      out[static_cast<std::size_t>(to)] = x[static_cast<std::size_t>(r * e.width + i)] ^ 0x80;
    }
  }
}

}  // namespace

void eval_shuffled(const FullyConnected& op, EvalContext& c) {
  const FullyConnectedExtents e = fully_connected_extents(c);
  if (!has_scale(c, c.output(0))) return;
  write_workspace(c, e);
  const auto x = c.input(0).as<std::uint8_t>();
  const auto w = c.input(1).as<std::uint8_t>();
  ChannelScale scale;
  fill_scales({c.input(0), c.input(1), c.output(0), true}, 1, &scale);
  const IntStore store{.output = &c.output(0),
                       .channels = 1,
                       .scales = &scale,
                       .range = quantized_activation_range(op.activation, c.output(0))};
  for (std::int64_t r = 0; r < e.rows; ++r) {
    for (std::int64_t o = 0; o < e.outputs; ++o) {
      std::int64_t sum = c.has(2) ? integer_at(c.input(2), o) : 0;
      for (std::int64_t i = 0; i < e.width; ++i) {
        sum += centred(x[static_cast<std::size_t>(r * e.width + i)] ^ 0x80) *
               centred(w[static_cast<std::size_t>(shuffled_place(o, i, e.width))]);
      }
      store({0, r * e.outputs + o, 0, 1}, &sum);
    }
  }
}

}  // namespace tare
