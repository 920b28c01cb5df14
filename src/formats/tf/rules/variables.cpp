// Variables. A model that assigns none has constants in their place; else handles, reads and
// assignments, as in the file.
#include "ir/constant_tensor.h"
#include "ir/facets.h"
#include "ops/compose.h"
#include "ops/gather.h"
#include "ops/gather_nd.h"
#include "ops/tensor_scatter_update.h"
#include "ops/variable/variable.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

void var_handle(TfNode& n) {
  const ValueId handle = n.emit(VarHandle{.container = {}, .shared_name = n.name()}, {});
  if (n.ok()) n.functions().make_variable(n.builder(), handle, n.name());
  n.output(0, handle);
}

ValueId read_of(TfNode& n, ValueId handle, DType dtype) {
  const TfVariable* v = n.functions().variable_of(n.builder(), handle);
  if (v != nullptr && v->first && !n.functions().assigns_variables()) {
    return n.builder().constant(v->name, v->first->type, v->first->bytes);
  }
  Shape shape = v != nullptr ? v->type.shape : Shape::unknown();
  return n.emit(ReadVariable{.dtype = dtype, .shape = shape}, {handle});
}

void read_variable(TfNode& n) {
  if (!n.expect(1)) return;
  const DType dtype = n.dtype("dtype");
  const TfVariable* v = n.functions().variable_of(n.builder(), n.input(0));
  if (v != nullptr && !v->first && !n.functions().assigns_variables())
    return n.fail("the checkpoint has no value for variable '" + v->name + "'");
  n.output(0, read_of(n, n.input(0), dtype));
}

// In version 1 a variable's node gives its value; an assignment finds the variable by it.
void variable_v1(TfNode& n) {
  const DType dtype = n.dtype("dtype");
  const ValueId handle = n.emit(VarHandle{.container = {}, .shared_name = n.name()}, {});
  if (!n.ok()) return;
  n.functions().make_variable(n.builder(), handle, n.name());
  const TfVariable* v = n.functions().variable_of(n.builder(), handle);
  if (v != nullptr && !v->first && !n.functions().assigns_variables())
    return n.fail("the checkpoint has no value for the variable");
  n.output(0, read_of(n, handle, dtype));
  if (n.ok()) n.functions().make_variable(n.builder(), n.all_outputs()[0], n.name());
}

enum class Change { kSet, kAdd, kSub };

template <Change change>
ValueId changed(TfNode& n, ValueId handle) {
  Compose g(n.builder());
  ValueId value = n.input(1);
  if (change == Change::kAdd) value = g.add(read_of(n, handle, g.dtype(value)), value);
  if (change == Change::kSub) value = g.sub(read_of(n, handle, g.dtype(value)), value);
  n.builder().emit_n(AssignVariable{}, {handle, value}, 0);
  return value;
}

template <Change change>
void assign_variable(TfNode& n) {
  if (n.expect(2)) changed<change>(n, n.input(0));
}

// The handle of the variable that a node of version 1 names by its value.
ValueId handle_v1(TfNode& n) {
  const TfVariable* v = n.functions().variable_of(n.builder(), n.input(0));
  if (v == nullptr) {
    n.fail("input 0 is no variable");
    return ValueId::kNone;
  }
  const std::string name = v->name;
  const ValueId handle = n.emit(VarHandle{.container = {}, .shared_name = name}, {});
  if (n.ok()) n.functions().make_variable(n.builder(), handle, name);
  return handle;
}

// Its result stands for the variable in turn.
void give_v1(TfNode& n, ValueId value) {
  const TfVariable* v = n.functions().variable_of(n.builder(), n.input(0));
  n.output(0, value);
  if (n.ok() && v != nullptr) n.functions().make_variable(n.builder(), value, std::string(v->name));
}

template <Change change>
void assign_v1(TfNode& n) {
  if (!n.expect(2)) return;
  const ValueId handle = handle_v1(n);
  if (n.ok()) give_v1(n, changed<change>(n, handle));
}

void resource_gather(TfNode& n) {
  if (!n.expect(2)) return;
  const std::int64_t batch = n.integer("batch_dims", 0);
  n.output(0, n.emit(Gather{.axis = batch, .batch_dims = batch},
                     {read_of(n, n.input(0), n.dtype("dtype")), n.input(1)}));
}

void resource_gather_nd(TfNode& n) {
  if (n.expect(2))
    n.output(0, n.emit(GatherNd{}, {read_of(n, n.input(0), n.dtype("dtype")), n.input(1)}));
}

// Parts of a variable changed: by places, or by numbers of rows.
template <ScatterKind kind, bool places>
ValueId scattered(TfNode& n, ValueId handle) {
  Compose g(n.builder());
  ValueId now = read_of(n, handle, g.dtype(n.input(2)));
  const ValueId at = places ? n.input(1) : g.expand_dims(n.input(1), -1);
  ValueId updates = n.input(2);
  if (!places && g.rank(updates) == 0 && g.rank(n.input(1)) >= 0 && g.rank(now) >= 1) {
    // One number for all elements of the rows.
    std::vector<Extent> shape = g.extents(n.input(1)), row = g.extents(now);
    shape.insert(shape.end(), row.begin() + 1, row.end());
    updates = g.broadcast_to(updates, shape);
  }
  const ValueId next = n.emit(TensorScatterUpdate{kind}, {now, at, updates});
  n.builder().emit_n(AssignVariable{}, {handle, next}, 0);
  return next;
}

template <ScatterKind kind, bool places>
void resource_scatter(TfNode& n) {
  if (n.expect(3)) scattered<kind, places>(n, n.input(0));
}

template <ScatterKind kind, bool places>
void scatter_v1(TfNode& n) {
  if (!n.expect(3)) return;
  const ValueId handle = handle_v1(n);
  if (n.ok()) give_v1(n, scattered<kind, places>(n, handle));
}

void is_initialized(TfNode& n) { n.output(0, n.builder().scalar(DType::kBool, 1)); }

}  // namespace

extern const ReadTfFacet read_tf_assign{"Assign", assign_v1<Change::kSet>};
extern const ReadTfFacet read_tf_assign_add{"AssignAdd", assign_v1<Change::kAdd>};
extern const ReadTfFacet read_tf_assign_add_variable_op{"AssignAddVariableOp",
                                                        assign_variable<Change::kAdd>};
extern const ReadTfFacet read_tf_assign_sub{"AssignSub", assign_v1<Change::kSub>};
extern const ReadTfFacet read_tf_assign_sub_variable_op{"AssignSubVariableOp",
                                                        assign_variable<Change::kSub>};
extern const ReadTfFacet read_tf_assign_variable_op{"AssignVariableOp",
                                                    assign_variable<Change::kSet>};
extern const ReadTfFacet read_tf_read_variable_op{"ReadVariableOp", read_variable};
extern const ReadTfFacet read_tf_resource_gather{"ResourceGather", resource_gather};
extern const ReadTfFacet read_tf_resource_gather_nd{"ResourceGatherNd", resource_gather_nd};
extern const ReadTfFacet read_tf_resource_scatter_update{
    "ResourceScatterUpdate", resource_scatter<ScatterKind::kUpdate, false>};
extern const ReadTfFacet read_tf_resource_scatter_nd_update{
    "ResourceScatterNdUpdate", resource_scatter<ScatterKind::kUpdate, true>};
extern const ReadTfFacet read_tf_resource_scatter_add{"ResourceScatterAdd",
                                                      resource_scatter<ScatterKind::kAdd, false>};
extern const ReadTfFacet read_tf_resource_scatter_nd_add{"ResourceScatterNdAdd",
                                                         resource_scatter<ScatterKind::kAdd, true>};
extern const ReadTfFacet read_tf_resource_scatter_sub{"ResourceScatterSub",
                                                      resource_scatter<ScatterKind::kSub, false>};
extern const ReadTfFacet read_tf_resource_scatter_nd_sub{"ResourceScatterNdSub",
                                                         resource_scatter<ScatterKind::kSub, true>};
extern const ReadTfFacet read_tf_resource_scatter_min{"ResourceScatterMin",
                                                      resource_scatter<ScatterKind::kMin, false>};
extern const ReadTfFacet read_tf_resource_scatter_nd_min{"ResourceScatterNdMin",
                                                         resource_scatter<ScatterKind::kMin, true>};
extern const ReadTfFacet read_tf_resource_scatter_max{"ResourceScatterMax",
                                                      resource_scatter<ScatterKind::kMax, false>};
extern const ReadTfFacet read_tf_resource_scatter_nd_max{"ResourceScatterNdMax",
                                                         resource_scatter<ScatterKind::kMax, true>};
extern const ReadTfFacet read_tf_var_handle_op{"VarHandleOp", var_handle};
extern const ReadTfFacet read_tf_var_is_initialized_op{"VarIsInitializedOp", is_initialized};
extern const ReadTfFacet read_tf_variable{"Variable", variable_v1};
extern const ReadTfFacet read_tf_variable_v2{"VariableV2", variable_v1};
extern const ReadTfFacet read_tf_scatter_update{"ScatterUpdate",
                                                scatter_v1<ScatterKind::kUpdate, false>};
extern const ReadTfFacet read_tf_scatter_add{"ScatterAdd", scatter_v1<ScatterKind::kAdd, false>};
extern const ReadTfFacet read_tf_scatter_sub{"ScatterSub", scatter_v1<ScatterKind::kSub, false>};
extern const ReadTfFacet read_tf_scatter_mul{"ScatterMul", scatter_v1<ScatterKind::kMul, false>};
extern const ReadTfFacet read_tf_scatter_div{"ScatterDiv", scatter_v1<ScatterKind::kDiv, false>};
extern const ReadTfFacet read_tf_scatter_max{"ScatterMax", scatter_v1<ScatterKind::kMax, false>};
extern const ReadTfFacet read_tf_scatter_min{"ScatterMin", scatter_v1<ScatterKind::kMin, false>};
extern const ReadTfFacet read_tf_scatter_nd_update{"ScatterNdUpdate",
                                                   scatter_v1<ScatterKind::kUpdate, true>};
extern const ReadTfFacet read_tf_scatter_nd_add{"ScatterNdAdd",
                                                scatter_v1<ScatterKind::kAdd, true>};
extern const ReadTfFacet read_tf_scatter_nd_sub{"ScatterNdSub",
                                                scatter_v1<ScatterKind::kSub, true>};
extern const ReadTfFacet read_tf_scatter_nd_max{"ScatterNdMax",
                                                scatter_v1<ScatterKind::kMax, true>};
extern const ReadTfFacet read_tf_scatter_nd_min{"ScatterNdMin",
                                                scatter_v1<ScatterKind::kMin, true>};
extern const ReadTfFacet read_tf_resource_scatter_mul{"ResourceScatterMul",
                                                      resource_scatter<ScatterKind::kMul, false>};
extern const ReadTfFacet read_tf_resource_scatter_div{"ResourceScatterDiv",
                                                      resource_scatter<ScatterKind::kDiv, false>};
}  // namespace tare
