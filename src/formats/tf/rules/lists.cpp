// Tensor lists, and tensor arrays as such: what TensorFlow calls an array's flow carries the list.
#include "ir/facets.h"
#include "ops/tensor_list/tensor_list.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

using Kind = TensorListKind;

template <Kind kind>
void list_op(TfNode& n) {
  TensorList op{.kind = kind, .element = n.shape("element_shape")};
  if (kind == Kind::kSetItem) op.grows = n.flag("resize_if_index_out_of_bounds", false);
  if (n.has_attr("element_dtype")) op.dtype = n.dtype("element_dtype");
  std::vector<ValueId> inputs = n.all_inputs();
  if (kind == Kind::kConcat && inputs.size() == 1) inputs.push_back(n.builder().scalar_i32(-1));
  if (kind == Kind::kConcat && inputs.size() == 3)
    inputs.pop_back();  // rows of elements that were never set
  if (kind == Kind::kScatter && inputs.size() == 4 &&
      n.integers_if_known(inputs[3]) == std::vector<std::int64_t>{-1})
    inputs.pop_back();
  n.outputs(
      n.builder().emit_n(op, inputs, kind == Kind::kPopBack || kind == Kind::kConcat ? 2 : 1));
}

// Arrays: handle (which nothing needs), then what the op takes, the flow last.
TensorList array_op(TfNode& n, Kind kind) {
  TensorList op{.kind = kind, .element = n.shape("element_shape")};
  if (n.has_attr("dtype")) op.dtype = n.dtype("dtype");
  return op;
}

ValueId any_shape(TfNode& n) { return n.builder().scalar_i32(-1); }

void array(TfNode& n) {
  if (!n.expect(1)) return;
  const ValueId list = n.emit(TensorList{.kind = Kind::kReserve}, {any_shape(n), n.input(0)});
  n.output(0, list);
  n.output(1, list);
}

void array_write(TfNode& n) {
  if (!n.expect(4)) return;
  TensorList op = array_op(n, Kind::kSetItem);
  op.grows = true;
  n.output(0, n.emit(op, {n.input(3), n.input(1), n.input(2)}));
}

void array_read(TfNode& n) {
  if (n.expect(3))
    n.output(0, n.emit(array_op(n, Kind::kGetItem), {n.input(2), n.input(1), any_shape(n)}));
}

void array_gather(TfNode& n) {
  if (n.expect(3))
    n.output(0, n.emit(array_op(n, Kind::kGather), {n.input(2), n.input(1), any_shape(n)}));
}

void array_scatter(TfNode& n) {
  if (!n.expect(4)) return;
  n.output(0, n.emit(TensorList{.kind = Kind::kScatter}, {n.input(2), n.input(1), any_shape(n)}));
}

void array_concat(TfNode& n) {
  if (!n.expect(2)) return;
  TensorList op = array_op(n, Kind::kConcat);
  op.element = n.shape("element_shape_except0");
  if (op.element.ranked() && op.element.rank() < kMaxRank) op.element.insert(0, kUnknownDim);
  n.outputs(n.builder().emit_n(op, {n.input(1), any_shape(n)}, 2));
}

void array_split(TfNode& n) {
  if (n.expect(4))
    n.output(0, n.emit(TensorList{.kind = Kind::kSplit}, {n.input(1), any_shape(n), n.input(2)}));
}

void array_size(TfNode& n) {
  if (n.expect(2)) n.output(0, n.emit(TensorList{.kind = Kind::kLength}, {n.input(1)}));
}

void array_close(TfNode&) {}

}  // namespace

extern const ReadTfFacet read_tf_empty_tensor_list{"EmptyTensorList", list_op<Kind::kEmpty>};
extern const ReadTfFacet read_tf_tensor_array_close_v3{"TensorArrayCloseV3", array_close};
extern const ReadTfFacet read_tf_tensor_array_concat_v3{"TensorArrayConcatV3", array_concat};
extern const ReadTfFacet read_tf_tensor_array_gather_v3{"TensorArrayGatherV3", array_gather};
extern const ReadTfFacet read_tf_tensor_array_read_v3{"TensorArrayReadV3", array_read};
extern const ReadTfFacet read_tf_tensor_array_scatter_v3{"TensorArrayScatterV3", array_scatter};
extern const ReadTfFacet read_tf_tensor_array_size_v3{"TensorArraySizeV3", array_size};
extern const ReadTfFacet read_tf_tensor_array_split_v3{"TensorArraySplitV3", array_split};
extern const ReadTfFacet read_tf_tensor_array_v3{"TensorArrayV3", array};
extern const ReadTfFacet read_tf_tensor_array_write_v3{"TensorArrayWriteV3", array_write};
extern const ReadTfFacet read_tf_tensor_list_concat{"TensorListConcat", list_op<Kind::kConcat>};
extern const ReadTfFacet read_tf_tensor_list_concat_v2{"TensorListConcatV2",
                                                       list_op<Kind::kConcat>};
extern const ReadTfFacet read_tf_tensor_list_from_tensor{"TensorListFromTensor",
                                                         list_op<Kind::kFromTensor>};
extern const ReadTfFacet read_tf_tensor_list_gather{"TensorListGather", list_op<Kind::kGather>};
extern const ReadTfFacet read_tf_tensor_list_get_item{"TensorListGetItem", list_op<Kind::kGetItem>};
extern const ReadTfFacet read_tf_tensor_list_length{"TensorListLength", list_op<Kind::kLength>};
extern const ReadTfFacet read_tf_tensor_list_pop_back{"TensorListPopBack", list_op<Kind::kPopBack>};
extern const ReadTfFacet read_tf_tensor_list_push_back{"TensorListPushBack",
                                                       list_op<Kind::kPushBack>};
extern const ReadTfFacet read_tf_tensor_list_reserve{"TensorListReserve", list_op<Kind::kReserve>};
extern const ReadTfFacet read_tf_tensor_list_resize{"TensorListResize", list_op<Kind::kResize>};
extern const ReadTfFacet read_tf_tensor_list_scatter{"TensorListScatter", list_op<Kind::kScatter>};
extern const ReadTfFacet read_tf_tensor_list_scatter_v2{"TensorListScatterV2",
                                                        list_op<Kind::kScatter>};
extern const ReadTfFacet read_tf_tensor_list_set_item{"TensorListSetItem", list_op<Kind::kSetItem>};
extern const ReadTfFacet read_tf_tensor_list_split{"TensorListSplit", list_op<Kind::kSplit>};
extern const ReadTfFacet read_tf_tensor_list_stack{"TensorListStack", list_op<Kind::kStack>};
extern const ReadTfFacet read_tf_tensor_list_concat_lists{"TensorListConcatLists",
                                                          list_op<Kind::kJoin>};
}  // namespace tare
