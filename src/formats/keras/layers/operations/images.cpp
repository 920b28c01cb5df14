// Operations on images: pools and resizing.
#include "formats/keras/interpolation.h"
#include "formats/keras/layers/operations/operation.h"
#include "ops/depth_to_space.h"
#include "ops/pool/pool.h"
#include "ops/space_to_depth.h"

namespace tare {
namespace {

// One number for all dimensions, one each, or, as TensorFlow has it, with batch and channels around
// them.
std::vector<std::int64_t> window_of(Operation& op, std::size_t position, std::string_view names,
                                    int spatial, const std::vector<std::int64_t>& otherwise) {
  if (op.argument(position, names).is_none()) return otherwise;
  auto values = op.integers(position, names);
  const auto count = static_cast<std::size_t>(spatial);
  if (values.size() == count + 2) values = {values.begin() + 1, values.end() - 1};
  if (values.size() == 1) values.resize(count, values[0]);
  if (values.size() != count) op.fail("'" + std::string(names) + "' does not fit the input");
  for (std::int64_t& v : values) {
    if (v < 1 || v > INT32_MAX) op.fail("'" + std::string(names) + "' must be positive");
  }
  values.resize(count, 1);
  return values;
}

template <PoolKind kKind>
void read_pool(Operation& op) {
  ValueId x = op.x();
  const int spatial = op.g.rank(x) - 2;
  if (spatial < 1 || spatial > 3) return op.fail("expected an input of 3 to 5 dimensions");
  const auto size = window_of(op, 1, "pool_size|ksize", spatial,
                              std::vector<std::int64_t>(static_cast<std::size_t>(spatial), 1));
  const auto strides = window_of(op, 2, "strides", spatial, size);
  const std::string_view padding = op.text("padding", "valid"),
                         format = op.text("data_format", "channels_last");
  const bool first = format == "channels_first" || format.starts_with("NC");
  const bool same = padding == "same" || padding == "SAME";
  if (!same && padding != "valid" && padding != "VALID")
    return op.fail("padding: expected valid or same");
  if (first) x = op.g.move_axis(x, 1, -1);
  if (spatial == 1) x = op.g.expand_dims(x, 1);
  const int inner = spatial == 1 ? 2 : spatial;
  Pool pool{.kind = kKind, .spatial = inner, .padding = same ? Padding::kSame : Padding::kValid};
  for (int i = 0; i < spatial; ++i) {
    const auto to = static_cast<std::size_t>(inner - spatial + i),
               from = static_cast<std::size_t>(i);
    pool.filter[to] = size[from];
    pool.axes[to].stride = strides[from];
  }
  ValueId y = op.layer().emit(pool, {x});
  if (spatial == 1) y = op.g.squeeze(y, 1);
  op.output(first ? op.g.move_axis(y, -1, 1) : y);
}

void read_resize(Operation& op) {
  ValueId x = op.x();
  const auto size = op.integers(1, "size");
  if (size.size() != 2 || size[0] < 1 || size[1] < 1 || size[0] > INT32_MAX || size[1] > INT32_MAX)
    return op.fail("size: expected height and width");
  for (const char* option :
       {"crop_to_aspect_ratio", "pad_to_aspect_ratio", "preserve_aspect_ratio"}) {
    if (op.flag(option, false))
      return op.unsupported(std::string(option) + " is not supported here");
  }
  const std::string_view format = op.text("data_format", "channels_last");
  const bool single = op.g.rank(x) == 3;
  if (single) x = op.g.expand_dims(x, 0);
  if (op.ok() && op.g.rank(x) != 4) return op.fail("expected an image or a batch of images");
  if (format == "channels_first") x = op.g.move_axis(x, 1, -1);
  const std::string method(op.text("interpolation|method", "bilinear"));
  // TensorFlow's resize gives floats for all methods but nearest.
  if (op.ok() && method != "nearest" && !is_float(op.g.dtype(x))) x = op.g.cast(x, DType::kFloat32);
  ValueId y = resize_image(op.layer(), x,
                           {.method = method,
                            .height = size[0],
                            .width = size[1],
                            .antialias = op.flag("antialias", false)});
  if (format == "channels_first") y = op.g.move_axis(y, -1, 1);
  op.output(single ? op.g.squeeze(y, 0) : y);
}

template <class Op>
void read_blocks(Operation& op) {
  const std::int64_t block = op.integer(1, "block_size");
  if (block < 1 || block > 4096) return op.fail("block_size out of range");
  const std::string_view format = op.text("data_format", "NHWC");
  const bool first = format == "NCHW" || format == "channels_first";
  if (!first && format != "NHWC" && format != "channels_last")
    return op.unsupported("this data_format is not supported");
  const ValueId x = first ? op.g.move_axis(op.x(), 1, -1) : op.x();
  const ValueId y = op.layer().emit(Op{.block = block}, {x});
  op.output(first ? op.g.move_axis(y, -1, 1) : y);
}

constexpr OperationRule kRules[] = {
    {"average_pool", read_pool<PoolKind::kAverage>}, {"avg_pool", read_pool<PoolKind::kAverage>},
    {"avg_pool1d", read_pool<PoolKind::kAverage>},   {"avg_pool2d", read_pool<PoolKind::kAverage>},
    {"avg_pool3d", read_pool<PoolKind::kAverage>},   {"max_pool", read_pool<PoolKind::kMax>},
    {"max_pool1d", read_pool<PoolKind::kMax>},       {"max_pool2d", read_pool<PoolKind::kMax>},
    {"max_pool3d", read_pool<PoolKind::kMax>},       {"resize", read_resize},
    {"depth_to_space", read_blocks<DepthToSpace>},   {"space_to_depth", read_blocks<SpaceToDepth>},
};

}  // namespace

std::span<const OperationRule> image_operations() { return kRules; }

}  // namespace tare
