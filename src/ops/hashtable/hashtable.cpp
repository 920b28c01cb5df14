// HASHTABLE: makes the table when it is first asked for. TFLite names tables by a number.
#include "ops/hashtable/hashtable.h"

#include <charconv>

#include "ir/facets.h"
#include "ports/tflite_node.h"
#include "ports/tflite_writer.h"

namespace tare {

HashtableObject* table_of(EvalContext& c) {
  auto* table = object_as<HashtableObject>(c.handle(0));
  c.require(table != nullptr, "input 0 is no handle of a table");
  return table;
}

std::string element_of(const EvalContext& c, int input, std::int64_t i) {
  const Tensor& t = c.input(input);
  if (t.dtype == DType::kString) return std::string(c.string(input, i));
  const std::size_t size = dtype_size(t.dtype);
  return {reinterpret_cast<const char*>(t.data) + static_cast<std::size_t>(i) * size, size};
}

namespace {

struct Pair {
  tflite::TensorType code;
  DType dtype;
};
constexpr Pair kTypes[] = {{tflite::TensorType_INT64, DType::kInt64},
                           {tflite::TensorType_STRING, DType::kString},
                           {tflite::TensorType_INT32, DType::kInt32},
                           {tflite::TensorType_FLOAT32, DType::kFloat32}};

DType element_type(TfliteNode& n, tflite::TensorType code) {
  for (const Pair& p : kTypes) {
    if (p.code == code) return p.dtype;
  }
  n.fail("a table of this type is not supported; int32, int64, float32 and string are",
         Code::kUnsupported);
  return DType::kInt64;
}

tflite::TensorType code_of(DType dtype) {
  for (const Pair& p : kTypes) {
    if (p.dtype == dtype) return p.code;
  }
  return tflite::TensorType_INT64;
}

void infer(const Hashtable&, InferContext& c) { c.output(0, DType::kResource, {}); }

void eval(const Hashtable& op, EvalContext& c) {
  ObjectPtr& object = (*c.resources())["hashtable/" + op.name];
  if (object == nullptr) object = std::make_shared<HashtableObject>(op.key, op.value);
  c.output(0).handles[0] = object;
}

void read_tflite(TfliteNode& n) {
  if (!n.expect(0, 0)) return;
  const auto& options = n.options<tflite::HashtableOptions>();
  Hashtable op{std::to_string(options.table_id()), element_type(n, options.key_dtype()),
               element_type(n, options.value_dtype())};
  // Files declare a handle as a scalar or as one element, without meaning anything by it.
  n.builder().graph().value(n.output(0)).type.shape = {};
  n.emit(std::move(op));
}

// The number that a name is, or else one made from it.
std::int32_t table_id(const std::string& name) {
  std::int32_t id = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
  if (error == std::errc() && end == name.data() + name.size()) return id;
  std::uint32_t hash = 2166136261u;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return static_cast<std::int32_t>(hash >> 1);
}

void write_tflite(const Hashtable& op, TfliteWriter& w) {
  w.builtin(tflite::BuiltinOperator_HASHTABLE,
            tflite::CreateHashtableOptions(w.fbb(), table_id(op.name), code_of(op.key),
                                           code_of(op.value)));
}

}  // namespace

const OpDef Hashtable::kOp = define_op<Hashtable, infer, no_cost>("hashtable", kStateful);
extern const EvalFacet eval_hashtable = eval_facet<Hashtable, eval>();
extern const ReadTfliteFacet read_tflite_hashtable{tflite::BuiltinOperator_HASHTABLE, read_tflite};
extern const WriteTfliteFacet write_tflite_hashtable =
    write_tflite_facet<Hashtable, write_tflite>();

}  // namespace tare
