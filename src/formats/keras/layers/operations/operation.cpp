// Parameters of operations, and the two layers that call them.
#include "formats/keras/layers/operations/operation.h"

#include <algorithm>

#include "formats/keras/json_tensor.h"
#include "formats/keras/topology.h"
#include "ir/constant_tensor.h"
#include "ir/facets.h"

namespace tare {
namespace {

template <class Visit>
void each_name(std::string_view names, Visit visit) {
  while (!names.empty()) {
    const std::size_t end = std::min(names.find('|'), names.size());
    if (visit(names.substr(0, end))) return;
    names.remove_prefix(std::min(end + 1, names.size()));
  }
}

}  // namespace

void Operation::fail(std::string_view message, Code code) {
  layer_.fail(std::string(name_) + ": " + std::string(message), code);
}

const KerasArgument& Operation::argument(std::size_t position, std::string_view names) {
  static const KerasArgument kNone;
  const KerasCall& call = layer_.call();
  if (position < call.positional.size()) return call.positional[position];
  const KerasArgument* found = nullptr;
  each_name(names, [&](std::string_view name) {
    for (const auto& [key, argument] : call.named) {
      if (key == name) found = &argument;
    }
    // A TFOpLambda's configuration is that of a layer: its dtype is no argument.
    if (found == nullptr && layer_.object().is_operation && layer_.config(name).exists()) {
      auto made = std::make_unique<KerasArgument>();
      made->plain = layer_.config(name);
      found = from_config_.emplace_back(std::move(made)).get();
    }
    return found != nullptr;
  });
  return found ? *found : kNone;
}

Json Operation::plain(std::size_t position, std::string_view names) {
  const KerasArgument& a = argument(position, names);
  if (a.kind != KerasArgument::Kind::kPlain)
    unsupported("a tensor as '" + std::string(names.substr(0, names.find('|'))) +
                "' is not supported");
  return a.plain;
}

bool Operation::flag(std::string_view names, bool otherwise) {
  const Json json = plain(kNamed, names);
  return json.if_bool().value_or(json.is_null() ? otherwise : json.if_integer().value_or(0) != 0);
}

std::int64_t Operation::integer(std::size_t position, std::string_view names,
                                std::optional<std::int64_t> otherwise) {
  const Json json = unwrapped(plain(position, names));
  if (json.is_null() && otherwise) return *otherwise;
  const auto value = json.if_integer();
  if (!value) fail("'" + std::string(names) + "' must be an integer");
  return value.value_or(0);
}

double Operation::number(std::size_t position, std::string_view names,
                         std::optional<double> otherwise) {
  const Json json = unwrapped(plain(position, names));
  if (json.is_null() && otherwise) return *otherwise;
  const auto value = json.if_number();
  if (!value) fail("'" + std::string(names) + "' must be a number");
  return value.value_or(0);
}

std::string_view Operation::text(std::string_view names, std::string_view otherwise) {
  return plain(kNamed, names).if_string().value_or(otherwise);
}

std::vector<std::int64_t> Operation::integers(std::size_t position, std::string_view names) {
  const Json json = unwrapped(plain(position, names));
  ErrorSink sink;
  std::vector<std::int64_t> values;
  if (json.is_array())
    values = json.integers(sink);
  else
    values.push_back(json.integer(sink));
  if (!sink.ok()) fail("'" + std::string(names) + "': " + sink.error().message);
  return values;
}

ValueId Operation::tensor(std::size_t position, std::string_view names, std::optional<DType> like) {
  const KerasArgument& a = argument(position, names);
  if (a.is_tensor()) return a.tensor.value;
  if (a.kind != KerasArgument::Kind::kPlain) {
    std::vector<ValueId> parts = tensors(position, names);
    return parts.empty() ? ValueId::kNone : g.stack(parts, 0);
  }
  const auto own = json_tensor(a.plain);
  // Fractions do not fit a type of integers.
  if (like && own && is_float(own->type.dtype) && !is_float(*like)) like = DType::kFloat32;
  const auto value = like ? json_tensor(a.plain, like) : own;
  if (value) return g.constant(*value);
  if (a.is_none() && !layer_.object().is_operation)
    fail("the file lacks an operand: Keras 2 saves the first and those given by name alone");
  fail("'" + std::string(names.substr(0, names.find('|'))) +
       "' is neither a tensor nor a constant");
  return g.number(0, DType::kFloat32);
}

std::vector<ValueId> Operation::tensors(std::size_t position, std::string_view names) {
  const KerasArgument& list = argument(position, names);
  if (list.is_tensor()) return {list.tensor.value};
  return tensors_of(list, std::nullopt);
}

std::vector<ValueId> Operation::tensors_of(const KerasArgument& list, std::optional<DType> like) {
  std::vector<ValueId> values;
  for (const KerasArgument& item : list.items) {
    if (item.is_tensor()) like = g.dtype(item.tensor.value);
  }
  for (const KerasArgument& item : list.items) {
    if (item.is_tensor()) {
      values.push_back(item.tensor.value);
    } else if (item.kind == KerasArgument::Kind::kList) {
      values.push_back(g.stack(tensors_of(item, like), 0));
    } else if (const auto constant = json_tensor(item.plain, like)) {
      values.push_back(g.constant(*constant));
    } else {
      fail("a list of tensors holds something else");
    }
  }
  if (values.empty()) fail("expected a list of tensors");
  return values;
}

Compose::Axes Operation::axes(std::size_t position, std::string_view names, ValueId x) {
  Compose::Axes result;
  const Json json = plain(position, names);
  if (json.is_null()) {
    for (int i = 0; i < g.rank(x); ++i) result.push_back(i);
    return result;
  }
  for (const std::int64_t a : integers(position, names)) result.push_back(axis(a, x));
  return result;
}

Operation::Pair Operation::operands(std::string_view first, std::string_view second) {
  const KerasArgument& one = argument(0, first);
  const KerasArgument& other = argument(1, second);
  const auto type_of = [&](const KerasArgument& a) {
    return a.is_tensor() ? std::optional(g.dtype(a.tensor.value)) : std::nullopt;
  };
  const Pair pair{tensor(0, first, type_of(other)), tensor(1, second, type_of(one))};
  if (!ok()) return pair;
  const DType type = promoted(g.dtype(pair.a), g.dtype(pair.b));
  return {g.cast(pair.a, type), g.cast(pair.b, type)};
}

Operation::Joined Operation::join(ValueId x, const Compose::Axes& axes) {
  Joined joined;
  const int rank = g.rank(x);
  const auto is_joined = [&](int i) {
    return std::find(axes.begin(), axes.end(), i) != axes.end();
  };
  for (int i = 0; i < rank; ++i) {
    if (!is_joined(i)) joined.order.push_back(i);
  }
  const std::size_t remaining = joined.order.size();
  for (int i = 0; i < rank; ++i) {
    if (is_joined(i)) joined.order.push_back(i);
  }
  const ValueId moved = g.transpose(x, joined.order);
  joined.shape = g.extents(moved);
  std::vector<Extent> flat(joined.shape.begin(),
                           joined.shape.begin() + static_cast<std::ptrdiff_t>(remaining));
  std::int64_t product = 1;
  for (std::size_t i = remaining; i < joined.shape.size(); ++i) {
    const Extent& e = joined.shape[i];
    const bool known = e.of == ValueId::kNone && product >= 0;
    if (!known || __builtin_mul_overflow(product, e.number, &product)) product = -1;
  }
  flat.emplace_back(product);
  joined.value = g.reshape(moved, flat);
  return joined;
}

ValueId Operation::spread(const Joined& joined, ValueId y) {
  std::vector<int> back(joined.order.size());
  for (std::size_t i = 0; i < back.size(); ++i)
    back[static_cast<std::size_t>(joined.order[i])] = static_cast<int>(i);
  return g.transpose(g.reshape(y, joined.shape), back);
}

ValueId Operation::kept(ValueId y, Compose::Axes axes) {
  if (!flag("keepdims|keep_dims", false)) return y;
  std::sort(axes.begin(), axes.end());
  for (const int axis : axes) y = g.expand_dims(y, axis);
  return y;
}

ValueId Operation::real(ValueId x) {
  if (!ok() || is_float(g.dtype(x)) || is_complex(g.dtype(x))) return x;
  return g.cast(x, DType::kFloat32);
}

ValueId Operation::counted(ValueId x) {
  if (!ok()) return x;
  const DType type = g.dtype(x);
  if (type == DType::kUint8 || type == DType::kUint16) return g.cast(x, DType::kUint32);
  const bool small = type == DType::kBool || type == DType::kInt8 || type == DType::kInt16;
  return small ? g.cast(x, DType::kInt32) : x;
}

DType promoted(DType a, DType b) {
  if (a == b) return a;
  const auto rank = [](DType d) {
    switch (d) {
      case DType::kBool:
        return 0;
      case DType::kUint8:
        return 1;
      case DType::kInt8:
        return 2;
      case DType::kUint16:
        return 3;
      case DType::kInt16:
        return 4;
      case DType::kUint32:
        return 5;
      case DType::kInt32:
        return 6;
      case DType::kUint64:
        return 7;
      case DType::kInt64:
        return 8;
      case DType::kFloat16:
        return 9;
      case DType::kBFloat16:
        return 9;
      case DType::kFloat32:
        return 10;
      case DType::kFloat64:
        return 11;
      case DType::kComplex64:
        return 12;
      default:
        return 13;
    }
  };
  if (rank(a) == 9 && rank(b) == 9)
    return DType::kFloat32;  // the two half types have no better common one
  return rank(a) >= rank(b) ? a : b;
}

namespace {

void read_operation(KerasLayer& layer, std::string_view name) {
  for (const auto table :
       {elementwise_operations(), activation_operations(), number_operations(),
        reduction_operations(),   statistics_operations(), matrix_operations(),
        shape_operations(),       movement_operations(),   indexing_operations(),
        network_operations(),     image_operations(),      image_effect_operations(),
        convolution_operations(), loss_operations(),       linear_algebra_operations(),
        signal_operations(),      slicing_operations(),    searching_operations(),
        conversion_operations(),  diagonal_operations(),   picking_operations(),
        spacing_operations(),     sampling_operations()}) {
    for (const OperationRule& rule : table) {
      if (rule.name != name) continue;
      Operation op(layer, name);
      return rule.read(op);
    }
  }
  layer.unsupported(
      "the operation '" + std::string(name) +
      "' is not supported; replace it by layers, or export the model as a SavedModel or TFLite");
}

void read_keras_operation(KerasLayer& layer) {
  read_operation(layer, snake_case(layer.class_name()));
}

// "math.reduce_mean", "__operators__.add", "compat.v1.pad": the last part says what it is.
void read_tf_op_lambda(KerasLayer& layer) {
  const std::string_view function = layer.text("function");
  read_operation(layer, function.substr(function.rfind('.') + 1));
}

}  // namespace

extern const ReadKerasFacet read_keras_operations{"keras.ops", read_keras_operation};
extern const ReadKerasFacet read_keras_tf_op_lambda{"TFOpLambda", read_tf_op_lambda};
extern const ReadKerasFacet read_keras_slicing_op_lambda{"SlicingOpLambda", read_tf_op_lambda};

}  // namespace tare
