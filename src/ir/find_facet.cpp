// Look-ups in the generated tables. They are short and asked once a node at load, so a scan will
// do. Each function is its own section: a program that never asks for a table does not link it.
#include "ir/facets.h"

namespace tare {
namespace {

template <class Facet>
const Facet* find(std::span<const Facet* const> table, const OpDef* op) {
  for (const Facet* facet : table) {
    if (facet->op == op) return facet;
  }
  return nullptr;
}

}  // namespace

const EvalFacet* find_eval(const OpDef* op) { return find(eval_table(), op); }
const LowerFacet* find_lower(const OpDef* op) { return find(lower_table(), op); }
const WriteTfliteFacet* find_write_tflite(const OpDef* op) {
  return find(write_tflite_table(), op);
}

const ReadTfFacet* find_read_tf(std::string_view op) {
  for (const ReadTfFacet* facet : read_tf_table()) {
    if (facet->op == op) return facet;
  }
  return nullptr;
}

const ReadKerasFacet* find_read_keras(std::string_view class_name) {
  for (const ReadKerasFacet* facet : read_keras_table()) {
    if (facet->class_name == class_name) return facet;
  }
  return nullptr;
}

}  // namespace tare
