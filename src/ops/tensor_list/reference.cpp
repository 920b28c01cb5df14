// Kernels of the list ops. Elements are whole tensors; an element that was never set reads as zeros
// of the shape that is asked for, or that the others have.
#include <cstring>

#include "base/checked.h"
#include "ir/facets.h"
#include "ops/common/call_graph.h"
#include "ops/tensor_list/tensor_list.h"

namespace tare {
namespace {

using Kind = TensorListKind;
using Item = std::shared_ptr<const TensorValue>;

constexpr std::int64_t kMaxItems = std::int64_t{1} << 24;
constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 31;

const TensorListObject* list_of(EvalContext& c) {
  static const TensorListObject kNone;
  const auto* list = object_as<TensorListObject>(c.handle(0));
  if (list != nullptr) return list;
  c.fail("the handle is none of a list");
  return &kNone;
}

void give(EvalContext& c, std::shared_ptr<TensorListObject> list) {
  list->bytes = 0;
  for (const Item& item : list->items) list->bytes += item != nullptr ? item->bytes.size() : 0;
  if (list->bytes > kMaxBytes) return c.fail("a list of more than 2 GiB", Code::kBudgetExceeded);
  c.output(0).handles[0] = std::move(list);
}

std::int64_t scalar(EvalContext& c, int input) {
  if (!c.require(c.input(input).elements() == 1, "an index or a count must be one number"))
    return 0;
  return integer_at(c.input(input), 0);
}

bool count_fits(EvalContext& c, std::int64_t count) {
  if (!c.require(count >= 0, "a list of " + std::to_string(count) + " elements")) return false;
  if (count > kMaxItems)
    c.fail("a list of " + std::to_string(count) + " elements", Code::kBudgetExceeded);
  return c.ok();
}

// The shape of elements as a tensor says it; unknown where a scalar.
Shape asked_shape(const TensorList& op, EvalContext& c, int input) {
  if (!c.has(input) || c.input(input).shape.rank() != 1) return op.element;
  const Tensor& t = c.input(input);
  if (!c.require(t.elements() <= kMaxRank, "elements of more than 8 dimensions")) return op.element;
  Shape s;
  for (std::int64_t i = 0; i < t.elements(); ++i)
    s.push_back(std::max<std::int64_t>(integer_at(t, i), kUnknownDim));
  if (op.element.ranked() && op.element.rank() == s.rank()) {
    for (int i = 0; i < s.rank(); ++i) s[i] = is_known(s[i]) ? s[i] : op.element[i];
  }
  return s;
}

// What elements of a list look like: as asked, and where that leaves something open, as those that
// are set.
Shape item_shape(const TensorListObject& list, Shape asked) {
  if (asked.known()) return asked;
  for (const Item& item : list.items) {
    if (item != nullptr && (!asked.ranked() || asked.rank() == item->type.shape.rank()))
      return item->type.shape;
  }
  return asked;
}

// Part `i` of a tensor along its first dimension, `rows` rows of it from `first` on.
Item part_of(EvalContext& c, const Tensor& t, std::int64_t first, std::int64_t rows, bool drop) {
  Shape shape = t.shape;
  if (drop)
    shape.erase(0);
  else
    shape[0] = rows;
  auto part = std::make_shared<TensorValue>(TensorValue::zeros(tensor_type(t.dtype, shape)));
  const std::size_t row = t.shape[0] > 0 ? t.size / static_cast<std::size_t>(t.shape[0]) : 0;
  const std::size_t bytes = row * static_cast<std::size_t>(rows);
  if (part->bytes.size() < bytes) {
    c.fail("out of memory", Code::kBudgetExceeded);
  } else if (bytes > 0) {
    std::memcpy(part->bytes.mutable_data(), t.data + row * static_cast<std::size_t>(first), bytes);
  }
  return part;
}

bool is_divisible(EvalContext& c, const Tensor& t) {
  return c.require(is_numeric(t.dtype), "lists of strings or handles cannot be split or joined") &&
         c.require(t.shape.rank() >= 1, "a scalar has no rows");
}

// Elements one after another as rows of one tensor.
void join(EvalContext& c, const TensorList& op, const TensorListObject& list,
          std::span<const std::int64_t> indices, const Shape& asked) {
  const Shape element = item_shape(list, asked);
  if (!c.require(element.known() && element.rank() < kMaxRank,
                 "the shape of the list's elements is not known"))
    return;
  Shape shape = element;
  shape.insert(0, static_cast<Dim>(indices.size()));
  if (!c.require(is_numeric(op.dtype), "lists of strings or handles cannot be stacked")) return;
  Tensor* out = c.output(0, shape);
  if (out == nullptr) return;
  const std::size_t size = indices.empty() ? 0 : out->size / indices.size();
  std::byte* to = out->data;
  for (const std::int64_t i : indices) {
    if (!c.require(i >= 0 && i < static_cast<std::int64_t>(list.items.size()),
                   "there is no element " + std::to_string(i)))
      return;
    const Item& item = list.items[static_cast<std::size_t>(i)];
    if (item == nullptr) {
      if (size > 0) std::memset(to, 0, size);
    } else {
      if (!c.require(item->type.shape == element && item->type.dtype == op.dtype,
                     "the list's elements differ in type or shape"))
        return;
      if (size > 0) std::memcpy(to, item->bytes.data(), size);
    }
    to += size;
  }
}

void concat(EvalContext& c, const TensorList& op, const TensorListObject& list) {
  Shape shape = item_shape(list, asked_shape(op, c, 1));
  if (!c.require(shape.rank() >= 1, "only elements with rows can be joined")) return;
  shape[0] = 0;
  std::vector<std::int64_t> lengths;
  for (const Item& item : list.items) {
    if (!c.require(item != nullptr, "an element was never set")) return;
    Shape own = item->type.shape;
    if (!c.require(
            own.rank() == shape.rank() && item->type.dtype == op.dtype && is_numeric(op.dtype),
            "the list's elements differ in type or rank"))
      return;
    lengths.push_back(own[0]);
    shape[0] += own[0];
    own[0] = shape[0];
    for (int d = 1; d < own.rank(); ++d) {
      if (!is_known(shape[d])) shape[d] = own[d];
    }
    if (!c.require(own == shape, "the list's elements differ in shape")) return;
  }
  if (!c.require(shape.known(), "the shape of the list's elements is not known")) return;
  Tensor* out = c.output(0, shape);
  if (out == nullptr) return;
  std::byte* to = out->data;
  for (const Item& item : list.items) {
    if (!item->bytes.empty()) std::memcpy(to, item->bytes.data(), item->bytes.size());
    to += item->bytes.size();
  }
  if (!c.wants(1)) return;
  Tensor* counts = c.output(1, {static_cast<Dim>(lengths.size())});
  if (counts != nullptr && !lengths.empty())
    std::memcpy(counts->data, lengths.data(), lengths.size() * sizeof(std::int64_t));
}

void make(EvalContext& c, const TensorList& op) {
  auto list = std::make_shared<TensorListObject>();
  if (op.kind == Kind::kReserve) {
    const std::int64_t count = scalar(c, 1);
    if (!c.ok() || !count_fits(c, count)) return;
    list->items.resize(static_cast<std::size_t>(count));
  }
  give(c, std::move(list));
}

void cut(EvalContext& c, const TensorList& op) {
  const Tensor& t = c.input(0);
  if (!is_divisible(c, t)) return;
  auto list = std::make_shared<TensorListObject>();
  if (op.kind == Kind::kFromTensor) {
    if (!count_fits(c, t.shape[0])) return;
    for (std::int64_t i = 0; i < t.shape[0] && c.ok(); ++i)
      list->items.push_back(part_of(c, t, i, 1, true));
  } else if (op.kind == Kind::kSplit) {
    const Tensor& lengths = c.input(2);
    std::int64_t at = 0;
    for (std::int64_t i = 0; i < lengths.elements() && c.ok(); ++i) {
      const std::int64_t rows = integer_at(lengths, i);
      if (!c.require(rows >= 0 && rows <= t.shape[0] - at,
                     "the lengths do not add up to " + std::to_string(t.shape[0])))
        return;
      list->items.push_back(part_of(c, t, at, rows, false));
      at += rows;
    }
    if (!c.require(at == t.shape[0], "the lengths do not add up to " + std::to_string(t.shape[0])))
      return;
  } else {
    const Tensor& indices = c.input(1);
    if (!c.require(indices.elements() == t.shape[0], "as many indices as rows are needed")) return;
    std::int64_t count = c.has(3) ? scalar(c, 3) : 0;
    for (std::int64_t i = 0; i < indices.elements(); ++i) {
      if (!c.require(integer_at(indices, i) >= 0, "a negative index")) return;
      count = std::max(
          count, integer_at(indices, i) < kMaxItems ? integer_at(indices, i) + 1 : kMaxItems + 1);
    }
    if (!c.ok() || !count_fits(c, count)) return;
    list->items.resize(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < indices.elements() && c.ok(); ++i) {
      list->items[static_cast<std::size_t>(integer_at(indices, i))] = part_of(c, t, i, 1, true);
    }
  }
  if (c.ok()) give(c, std::move(list));
}

void change(EvalContext& c, const TensorList& op) {
  auto list = std::make_shared<TensorListObject>();
  list->items = list_of(c)->items;
  if (!c.ok()) return;
  if (op.kind == Kind::kResize) {
    const std::int64_t count = scalar(c, 1);
    if (!c.ok() || !count_fits(c, count)) return;
    list->items.resize(static_cast<std::size_t>(count));
  } else if (op.kind == Kind::kPushBack) {
    if (!count_fits(c, static_cast<std::int64_t>(list->items.size()) + 1)) return;
    list->items.push_back(std::make_shared<TensorValue>(TensorValue::copy_of(c.input(1))));
  } else if (op.kind == Kind::kJoin) {
    const auto other = c.handle(1);
    const auto* more = object_as<TensorListObject>(other);
    if (!c.require(more != nullptr, "the handle is none of a list") ||
        !count_fits(c, static_cast<std::int64_t>(list->items.size() + more->items.size())))
      return;
    list->items.insert(list->items.end(), more->items.begin(), more->items.end());
  } else if (op.kind == Kind::kPopBack) {
    if (!c.require(!list->items.empty(), "the list is empty")) return;
    const Item item = list->items.back();
    list->items.pop_back();
    if (!c.require(item != nullptr, "the element was never set")) return;
    if (!c.require(item->type.dtype == op.dtype, "the list holds another type")) return;
    deliver(c, 1, item->view());
  } else {
    const std::int64_t at = scalar(c, 1);
    const bool inside = at >= 0 && at < static_cast<std::int64_t>(list->items.size());
    if (!c.ok() ||
        !c.require(inside || (op.grows && at >= 0), "there is no element " + std::to_string(at)))
      return;
    if (!inside && !count_fits(c, at < kMaxItems ? at + 1 : kMaxItems + 1)) return;
    if (!inside) list->items.resize(static_cast<std::size_t>(at) + 1);
    list->items[static_cast<std::size_t>(at)] =
        std::make_shared<TensorValue>(TensorValue::copy_of(c.input(2)));
  }
  if (c.ok()) give(c, std::move(list));
}

void get(EvalContext& c, const TensorList& op) {
  const TensorListObject& list = *list_of(c);
  const std::int64_t at = scalar(c, 1);
  if (!c.ok() || !c.require(at >= 0 && at < static_cast<std::int64_t>(list.items.size()),
                            "there is no element " + std::to_string(at)))
    return;
  const Item& item = list.items[static_cast<std::size_t>(at)];
  if (item != nullptr) {
    if (c.require(item->type.dtype == op.dtype, "the list holds another type"))
      deliver(c, 0, item->view());
    return;
  }
  const Shape shape = item_shape(list, asked_shape(op, c, 2));
  if (!c.require(shape.known() && is_numeric(op.dtype),
                 "the element was never set, and its shape is not known"))
    return;
  Tensor* out = c.output(0, shape);
  if (out != nullptr && out->size > 0) std::memset(out->data, 0, out->size);
}

void eval(const TensorList& op, EvalContext& c) {
  switch (op.kind) {
    case Kind::kEmpty:
    case Kind::kReserve:
      return make(c, op);
    case Kind::kFromTensor:
    case Kind::kSplit:
    case Kind::kScatter:
      return cut(c, op);
    case Kind::kGetItem:
      return get(c, op);
    case Kind::kLength: {
      const auto count = static_cast<std::int32_t>(list_of(c)->items.size());
      std::memcpy(c.output(0).data, &count, sizeof count);
      return;
    }
    case Kind::kConcat:
      return concat(c, op, *list_of(c));
    case Kind::kStack:
    case Kind::kGather: {
      const TensorListObject& list = *list_of(c);
      std::vector<std::int64_t> indices;
      const bool all = op.kind == Kind::kStack;
      const auto count = all ? static_cast<std::int64_t>(list.items.size()) : c.input(1).elements();
      for (std::int64_t i = 0; i < count; ++i)
        indices.push_back(all ? i : integer_at(c.input(1), i));
      if (c.ok()) join(c, op, list, indices, asked_shape(op, c, all ? 1 : 2));
      return;
    }
    default:
      return change(c, op);
  }
}

}  // namespace

extern const EvalFacet eval_tensor_list = eval_facet<TensorList, eval>();

}  // namespace tare
