// Typed reads of attributes. A list may hold integers where numbers are wanted, nothing else is
// converted.
#include "ports/tf_node.h"

#include <algorithm>

namespace tare {

void TfNode::fail(std::string_view message, Code code) {
  builder_.fail(Error{code, std::string(message), "node '" + def_.name + "' (" + def_.op + ")"});
}

bool TfNode::require(bool condition, std::string_view message) {
  if (!condition) fail(message);
  return condition;
}

const TfAttr* TfNode::attr(std::string_view name, TfAttr::Kind kind, bool required) {
  const TfAttr* found = def_.find(name);
  if (found == nullptr) {
    if (required) fail(std::string(name) + ": the attribute is missing");
    return nullptr;
  }
  if (found->kind == kind) return found;
  // An empty list has lost what it was a list of, and an attribute of no kind is at its default.
  if (found->kind == TfAttr::Kind::kNone && !required) return nullptr;
  fail(std::string(name) + ": expected " + std::string(tf_attr_kind_name(kind)) + ", got " +
       std::string(tf_attr_kind_name(found->kind)));
  return nullptr;
}

std::int64_t TfNode::integer(std::string_view name, std::optional<std::int64_t> otherwise) {
  const TfAttr* a = attr(name, TfAttr::Kind::kInt, !otherwise);
  return a != nullptr ? a->integer : otherwise.value_or(0);
}

double TfNode::number(std::string_view name, std::optional<double> otherwise) {
  const TfAttr* a = attr(name, TfAttr::Kind::kFloat, !otherwise);
  return a != nullptr ? a->number : otherwise.value_or(0);
}

bool TfNode::flag(std::string_view name, bool otherwise) {
  const TfAttr* a = attr(name, TfAttr::Kind::kBool, false);
  return a != nullptr ? a->integer != 0 : otherwise;
}

std::string TfNode::text(std::string_view name, std::optional<std::string_view> otherwise) {
  const TfAttr* a = attr(name, TfAttr::Kind::kString, !otherwise);
  return a != nullptr ? a->text : std::string(otherwise.value_or(""));
}

DType TfNode::dtype(std::string_view name, std::optional<DType> otherwise) {
  const TfAttr* a = attr(name, TfAttr::Kind::kType, !otherwise);
  if (a == nullptr) return otherwise.value_or(DType::kFloat32);
  const auto d = a->type.dtype();
  if (!d)
    fail(std::string(name) + ": there is no element type " + std::to_string(a->type.code),
         Code::kUnsupported);
  return d.value_or(DType::kFloat32);
}

Shape TfNode::shape(std::string_view name) {
  const TfAttr* a = attr(name, TfAttr::Kind::kShape, false);
  if (a == nullptr) return Shape::unknown();
  const auto s = a->shape.shape();
  if (!s) fail(std::string(name) + ": expected at most 8 dimensions, none below -1");
  return s.value_or(Shape::unknown());
}

std::vector<std::int64_t> TfNode::integers(std::string_view name) {
  std::vector<std::int64_t> values;
  const TfAttr* a = attr(name, TfAttr::Kind::kList, false);
  if (a == nullptr) return values;
  for (const TfAttr& item : a->list) {
    if (!require(item.kind == TfAttr::Kind::kInt,
                 std::string(name) + ": expected a list of integers"))
      return {};
    values.push_back(item.integer);
  }
  return values;
}

std::vector<float> TfNode::numbers(std::string_view name) {
  std::vector<float> values;
  const TfAttr* a = attr(name, TfAttr::Kind::kList, false);
  if (a == nullptr) return values;
  for (const TfAttr& item : a->list) {
    if (!require(item.kind == TfAttr::Kind::kFloat || item.kind == TfAttr::Kind::kInt,
                 std::string(name) + ": expected a list of numbers"))
      return {};
    values.push_back(item.kind == TfAttr::Kind::kFloat ? static_cast<float>(item.number)
                                                       : static_cast<float>(item.integer));
  }
  return values;
}

std::vector<std::string> TfNode::texts(std::string_view name) {
  std::vector<std::string> values;
  const TfAttr* a = attr(name, TfAttr::Kind::kList, false);
  if (a == nullptr) return values;
  for (const TfAttr& item : a->list) {
    if (!require(item.kind == TfAttr::Kind::kString,
                 std::string(name) + ": expected a list of strings"))
      return {};
    values.push_back(item.text);
  }
  return values;
}

std::vector<DType> TfNode::dtypes(std::string_view name) {
  std::vector<DType> values;
  const TfAttr* a = attr(name, TfAttr::Kind::kList, false);
  if (a == nullptr) return values;
  for (const TfAttr& item : a->list) {
    const auto d = item.kind == TfAttr::Kind::kType ? item.type.dtype() : std::nullopt;
    if (!require(d.has_value(), std::string(name) + ": expected a list of types")) return {};
    values.push_back(*d);
  }
  return values;
}

std::vector<Shape> TfNode::shapes(std::string_view name) {
  std::vector<Shape> values;
  const TfAttr* a = attr(name, TfAttr::Kind::kList, false);
  if (a == nullptr) return values;
  for (const TfAttr& item : a->list) {
    const auto s = item.kind == TfAttr::Kind::kShape ? item.shape.shape() : std::nullopt;
    if (!require(s.has_value(), std::string(name) + ": expected a list of shapes")) return {};
    values.push_back(*s);
  }
  return values;
}

std::string TfNode::function(std::string_view name) {
  const TfAttr* a = attr(name, TfAttr::Kind::kFunction, true);
  return a != nullptr ? a->text : std::string();
}

std::vector<std::string> TfNode::functions_of(std::string_view name) {
  std::vector<std::string> names;
  const TfAttr* a = attr(name, TfAttr::Kind::kList, true);
  if (a == nullptr) return names;
  for (const TfAttr& item : a->list) {
    if (!require(item.kind == TfAttr::Kind::kFunction,
                 std::string(name) + ": expected a list of functions"))
      return {};
    names.push_back(item.text);
  }
  return names;
}

bool TfNode::expect(int least, int most) {
  if (inputs() >= least && inputs() <= most) return ok();
  fail("takes " + std::to_string(least) + (least == most ? "" : " to " + std::to_string(most)) +
       " inputs, got " + std::to_string(inputs()));
  return false;
}

std::optional<std::vector<std::int64_t>> TfNode::integers_if_known(ValueId id) const {
  if (id == ValueId::kNone) return std::nullopt;
  const Value& v = builder_.value(id);
  std::vector<std::int64_t> values;
  if (v.contents) {
    for (const Element& e : *v.contents) {
      if (!e.known) return std::nullopt;
      values.push_back(e.value);
    }
    return values;
  }
  if (!v.is_constant || !(is_integer(v.type.dtype) || v.type.dtype == DType::kBool) ||
      !v.type.shape.known())
    return std::nullopt;
  const TensorValue t{v.type, v.constant, {}};
  const Tensor view = t.view();
  for (std::int64_t i = 0; i < v.type.shape.elements(); ++i) values.push_back(integer_at(view, i));
  return values;
}

std::vector<std::int64_t> TfNode::known_integers(int i, std::string_view what) {
  auto values = integers_if_known(input(i));
  if (!values) fail(std::string(what) + " must be a constant", Code::kUnsupported);
  return values.value_or(std::vector<std::int64_t>());
}

std::optional<TensorValue> TfNode::constant(int i) const {
  if (input(i) == ValueId::kNone) return std::nullopt;
  const Value& v = builder_.value(input(i));
  if (!v.is_constant) return std::nullopt;
  return TensorValue{v.type, v.constant, {}};
}

void TfNode::output(std::size_t i, ValueId value) {
  if (outputs_.size() <= i) outputs_.resize(i + 1, ValueId::kNone);
  outputs_[i] = value;
}

void TfNode::outputs(std::span<const ValueId> values) {
  outputs_.assign(values.begin(), values.end());
}

}  // namespace tare
