// The name says nothing: the reader is picked by the bytes.
#include "support/read_tflite.h"

#include "formats/open.h"

namespace tare::test {

Result<Module> read(const Buffer& bytes) {
  ModelBundle bundle;
  bundle.add("model.bin", bytes);
  return read_model(bundle, {});
}
Result<Module> read(const TfliteFile& file) { return read(file.bytes()); }

const Value& output(const Module& module, std::size_t i) {
  const Graph& graph = module.graphs.front();
  return graph.value(graph.outputs[i]);
}

}  // namespace tare::test
