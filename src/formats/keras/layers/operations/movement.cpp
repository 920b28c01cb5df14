// Operations that join, part, repeat, pad and turn tensors.
#include <algorithm>

#include "formats/keras/json_tensor.h"
#include "formats/keras/layers/operations/operation.h"
#include "formats/keras/model.h"
#include "ir/constant_tensor.h"
#include "ops/mirror_pad.h"
#include "ops/tile.h"

namespace tare {
namespace {

void read_concatenate(Operation& op) {
  const auto parts = op.tensors(0, "xs|values|arrays");
  if (op.ok()) op.output(op.g.concat(parts, op.axis(op.integer(1, "axis", -1), parts[0])));
}

void read_stack(Operation& op) {
  const auto parts = op.tensors(0, "x|values|arrays");
  if (!op.ok()) return;
  const std::int64_t axis = op.integer(1, "axis", 0), rank = op.g.rank(parts[0]) + 1;
  if (axis < -rank || axis >= rank) return op.fail("axis is out of range");
  op.output(op.g.stack(parts, static_cast<int>(axis < 0 ? axis + rank : axis)));
}

void read_unstack(Operation& op) {
  const ValueId x = op.x();
  const int axis = op.axis(op.integer(2, "axis", 0), x);
  const std::int64_t count = op.layer().extent(x, axis);
  if (count > 4096) return op.fail("more than 4096 parts");
  if (op.ok())
    for (const ValueId part : op.g.unstack(x, axis, static_cast<int>(count))) op.output(part);
}

// Equal parts by their number; else NumPy's places to cut at, TensorFlow's sizes.
void read_split(Operation& op) {
  constexpr std::string_view kParts = "indices_or_sections|num_or_size_splits";
  const ValueId x = op.x();
  const bool numpy = op.layer().object().is_operation;
  const std::int64_t usual = op.name() == "hsplit"   ? (op.g.rank(x) > 1 ? 1 : 0)
                             : op.name() == "dsplit" ? 2
                                                     : 0;
  const int axis = op.axis(op.integer(2, "axis", usual), x);
  const Json parts = unwrapped(op.plain(1, kParts));
  const std::int64_t extent = op.layer().extent(x, axis);
  if (!op.ok()) return;
  if (!parts.is_array()) {
    const std::int64_t count = op.integer(1, kParts);
    const bool uneven = op.name() == "array_split";
    if (count < 1 || count > 4096 || (extent % count != 0 && !uneven))
      return op.fail("the dimension does not divide into so many parts");
    if (uneven) {  // the first ones are longer
      for (std::int64_t i = 0, begin = 0; i < count && op.ok(); ++i) {
        const std::int64_t end = begin + extent / count + (i < extent % count ? 1 : 0);
        op.output(op.g.slice(x, axis, begin, end));
        begin = end;
      }
      return;
    }
    for (const ValueId part : op.g.split(x, axis, static_cast<int>(count))) op.output(part);
    return;
  }
  auto numbers = op.integers(1, kParts);
  if (numpy) numbers.push_back(extent);
  std::int64_t begin = 0, known = 0;
  for (const std::int64_t n : numbers) known += n > 0 ? n : 0;
  for (const std::int64_t n : numbers) {
    std::int64_t end = numpy ? (n < 0 ? n + extent : n) : begin + (n == -1 ? extent - known : n);
    end = std::min(end, extent);
    if (end < begin) return op.fail("parts that do not follow each other");
    op.output(op.g.slice(x, axis, begin, end));
    begin = end;
  }
}

void read_tile(Operation& op) {
  ValueId x = op.x();
  if (op.argument(1, "repeats|multiples").kind != KerasArgument::Kind::kPlain) {
    const ValueId counts = op.tensor(1, "repeats|multiples", DType::kInt32);
    if (op.ok()) op.output(op.layer().emit(Tile{}, {x, op.g.cast(counts, DType::kInt32)}));
    return;
  }
  auto counts = op.integers(1, "repeats|multiples");
  for (const std::int64_t c : counts) {
    if (c < 0) return op.fail("a negative number of repeats");
  }
  while (op.ok() && op.g.rank(x) < static_cast<int>(counts.size())) x = op.g.expand_dims(x, 0);
  while (op.ok() && static_cast<int>(counts.size()) < op.g.rank(x))
    counts.insert(counts.begin(), 1);
  op.output(op.g.tile(x, counts));
}

// Each element its own number of times.
void repeat_each(Operation& op, ValueId x) {
  const auto counts = op.integers(1, "repeats");
  const bool flat = op.plain(2, "axis").is_null();
  if (flat) x = op.g.reshape(x, {-1});
  const int axis = op.axis(flat ? 0 : op.integer(2, "axis"), x);
  std::vector<double> places;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] < 0 || counts[i] + static_cast<std::int64_t>(places.size()) > (1 << 24))
      return op.fail("repeats: out of range");
    places.insert(places.end(), static_cast<std::size_t>(counts[i]), static_cast<double>(i));
  }
  const ValueId table =
      op.g.constant(tensor_of(places, DType::kInt32, {static_cast<Dim>(places.size())}));
  op.output(op.g.gather(x, table, axis));
}

void read_repeat(Operation& op) {
  ValueId x = op.x();
  if (unwrapped(op.plain(1, "repeats")).is_array()) return repeat_each(op, x);
  const std::int64_t count = op.integer(1, "repeats");
  const Json axis = op.plain(2, "axis");
  if (axis.is_null()) x = op.g.reshape(x, {-1});
  if (count < 0 || !op.ok()) return op.fail("repeats must be an integer of at least 0");
  op.output(op.g.repeat(x, op.axis(axis.is_null() ? 0 : op.integer(2, "axis"), x), count));
}

void read_pad(Operation& op) {
  const ValueId x = op.x();
  const Json widths = unwrapped(op.plain(1, "pad_width|paddings"));
  const int rank = op.g.rank(x);
  std::vector<std::int64_t> before, after;
  ErrorSink sink;
  for (int i = 0; i < rank; ++i) {
    // 1, [1, 2], [[1, 2]] or a pair for each dimension.
    Json pair = widths;
    if (pair.is_array() && pair.at(0).is_array()) pair = pair.at(pair.size() == 1 ? 0 : i);
    before.push_back(pair.is_array() ? pair.at(0).integer(sink) : pair.integer(sink));
    after.push_back(pair.is_array() ? pair.at(pair.size() == 1 ? 0 : 1).integer(sink)
                                    : before.back());
    if (before.back() < 0 || after.back() < 0) return op.fail("a border must be at least 0");
  }
  if (!sink.ok()) return op.fail(sink.error().message);
  std::string mode(op.text("mode", "constant"));
  for (char& c : mode) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  if (mode == "constant")
    return op.output(op.g.pad(x, before, after, op.number(3, "constant_values", 0)));
  if (mode != "reflect" && mode != "symmetric")
    return op.unsupported("mode '" + mode + "' is not supported");
  std::vector<double> table;
  for (std::size_t i = 0; i < before.size(); ++i) {
    table.push_back(static_cast<double>(before[i]));
    table.push_back(static_cast<double>(after[i]));
  }
  const ValueId counts = op.g.constant(tensor_of(table, DType::kInt32, {rank, 2}));
  op.output(op.layer().emit(MirrorPad{.reflect = mode == "reflect"}, {x, counts}));
}

void read_flip(Operation& op) {
  ValueId x = op.x();
  for (const int a : op.axes(1, "axis", x)) x = op.g.reverse(x, a);
  op.output(x);
}

// Elements that leave at one end come in at the other.
void read_roll(Operation& op) {
  ValueId x = op.x();
  const ValueId original = x;
  const bool flat = op.argument(2, "axis").is_none();
  if (flat) x = op.g.reshape(x, {-1});
  auto shifts = op.integers(1, "shift");
  const auto axes = flat ? std::vector<std::int64_t>{0} : op.integers(2, "axis");
  if (shifts.size() == 1) shifts.resize(axes.size(), shifts[0]);
  if (shifts.size() != axes.size()) return op.fail("as many shifts as axes are required");
  for (std::size_t i = 0; i < axes.size() && op.ok(); ++i) {
    const int axis = op.axis(axes[i], x);
    if (!op.ok()) return;
    // Of an extent that is not known: it is taken to be more than the shift.
    const std::int64_t extent = op.g.shape(x)[axis];
    if (extent == 0) continue;
    const std::int64_t shift = is_known(extent) ? shifts[i] % extent : shifts[i];
    if (shift != 0)
      x = op.g.concat({op.g.slice(x, axis, -shift, INT64_MAX), op.g.slice(x, axis, 0, -shift)},
                      axis);
  }
  op.output(flat ? op.g.reshape(x, op.g.extents(original)) : x);
}

template <int kAxis>
void read_flip_one(Operation& op) {
  op.output(op.g.reverse(op.x(), kAxis));
}

// A quarter turn from the first axis towards the second, k times.
void read_rot90(Operation& op) {
  ValueId x = op.x();
  const std::int64_t turns = ((op.integer(1, "k", 1) % 4) + 4) % 4;
  const bool usual = op.plain(2, "axes").is_null();
  // TensorFlow turns images, maybe a batch of them.
  const std::int64_t first = op.layer().object().is_operation ? 0 : op.g.rank(x) - 3;
  const auto axes = usual ? std::vector<std::int64_t>{first, first + 1} : op.integers(2, "axes");
  if (axes.size() != 2 || !op.ok()) return op.fail("axes: expected two");
  const int a = op.axis(axes[0], x), b = op.axis(axes[1], x);
  if (!op.ok()) return;
  std::vector<int> order;
  for (int i = 0; i < op.g.rank(x); ++i) order.push_back(i == a ? b : i == b ? a : i);
  for (std::int64_t i = 0; i < turns; ++i) x = op.g.reverse(op.g.transpose(x, order), a);
  op.output(x);
}

void read_append(Operation& op) {
  const auto [a, b] = op.operands("x1", "x2");
  const bool flat = op.plain(2, "axis").is_null();
  if (flat) return op.output(op.g.concat({op.g.reshape(a, {-1}), op.g.reshape(b, {-1})}, 0));
  op.output(op.g.concat({a, b}, op.axis(op.integer(2, "axis"), a)));
}

// Side by side, upon each other, one behind the other.
template <int kAxis>
void read_joined(Operation& op) {
  auto parts = op.tensors(0, "xs|tup");
  int axis = kAxis;
  for (ValueId& x : parts) {
    if (!op.ok()) return;
    if (op.g.rank(x) == 0) x = op.g.reshape(x, {1});
    if (kAxis == 1 && op.g.rank(x) == 1) axis = 0;
    if (kAxis != 1 && op.g.rank(x) == 1) x = op.g.expand_dims(x, 0);
    if (kAxis == 2 && op.g.rank(x) == 2) x = op.g.expand_dims(x, 2);
  }
  if (op.ok()) op.output(op.g.concat(parts, axis));
}

// Each vector varies along its own dimension; "xy" turns the first two round.
void read_meshgrid(Operation& op) {
  const auto& inputs = op.layer().all_inputs();
  const bool turned = op.text("indexing", "xy") == "xy" && inputs.size() > 1;
  std::vector<Extent> shape;
  for (const KerasTensor& x : inputs) shape.push_back(op.g.extent(op.g.reshape(x.value, {-1}), 0));
  if (turned) std::swap(shape[0], shape[1]);
  for (std::size_t i = 0; i < inputs.size() && op.ok(); ++i) {
    std::vector<Extent> own(shape.size(), 1);
    own[turned && i < 2 ? 1 - i : i] = -1;
    op.output(op.g.broadcast_to(op.g.reshape(inputs[i].value, own), shape));
  }
}

constexpr OperationRule kRules[] = {
    {"concatenate", read_concatenate},
    {"concat", read_concatenate},
    {"stack", read_stack},
    {"unstack", read_unstack},
    {"split", read_split},
    {"tile", read_tile},
    {"repeat", read_repeat},
    {"pad", read_pad},
    {"append", read_append},
    {"hstack", read_joined<1>},
    {"vstack", read_joined<0>},
    {"dstack", read_joined<2>},
    {"flip_left_right", read_flip_one<-2>},
    {"flip_up_down", read_flip_one<-3>},
    {"meshgrid", read_meshgrid},
    {"array_split", read_split},
    {"hsplit", read_split},
    {"vsplit", read_split},
    {"dsplit", read_split},
    {"fliplr", read_flip_one<1>},
    {"flipud", read_flip_one<0>},
    {"rot90", read_rot90},
    {"flip", read_flip},
    {"reverse", read_flip},
    {"roll", read_roll},
};

}  // namespace

std::span<const OperationRule> movement_operations() { return kRules; }

}  // namespace tare
