// Tables and JSON of inspect.
#include "cli/inspect_report.h"

#include <algorithm>
#include <cstdio>

#include "cli/number_text.h"
#include "cli/tensor_json.h"
#include "ir/op_def.h"

namespace tare::cli {
namespace {

using Row = Model::Report::Row;

// Rows of the plan; when there is none, the nodes as they stand.
Model::Report report_of(const Inspection& inspection) {
  Model::Report report = inspection.model.report();
  if (inspection.prepared.ok()) return report;
  report.rows.clear();
  const Module& module = inspection.model.module();
  const Graph& graph =
      module.graph(module.entries[static_cast<std::size_t>(inspection.signature)].graph);
  for (const Node& node : graph.nodes) {
    Row row;
    row.name = node.name;
    row.op = std::string(node.op->name_of(node.attributes.get()));
    row.where = "?";
    for (const ValueId id : node.inputs)
      row.inputs.push_back(id == ValueId::kNone ? TensorType{} : graph.value(id).type);
    for (const ValueId id : node.outputs)
      row.outputs.push_back(id == ValueId::kNone ? TensorType{} : graph.value(id).type);
    report.rows.push_back(std::move(row));
  }
  return report;
}

struct Work {
  std::int64_t macs = 0, flops = 0;
};
Work work_of(const Model::Report& report) {
  Work work;
  for (const Row& row : report.rows) {
    work.macs += row.macs;
    work.flops += row.flops;
  }
  return work;
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) {
      line += "  " + row[c] + std::string(widths[c] - row[c].size(), ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string tensors_text(const std::vector<TensorInfo>& tensors) {
  std::vector<std::vector<std::string>> rows;
  for (const TensorInfo& tensor : tensors) rows.push_back({tensor.name, type_text(tensor.type)});
  return table(rows);
}

std::string nodes_text(const Model::Report& report) {
  std::vector<std::vector<std::string>> rows{
      {"#", "op", "name", "output", "MACs", "runs on", "why"}};
  for (std::size_t i = 0; i < report.rows.size(); ++i) {
    const Row& row = report.rows[i];
    rows.push_back({std::to_string(i), row.op, row.name,
                    row.outputs.empty() ? "-" : type_text(row.outputs[0]),
                    row.macs == 0 ? "-" : std::to_string(row.macs), row.where, row.reason});
  }
  return table(rows);
}

// "XNNPACK runs 12 of 14 nodes in 1 segment"
std::string placement_text(const Model::Report& report) {
  std::size_t lowered = 0;
  for (const Row& row : report.rows) lowered += row.where.starts_with("xnnpack");
  return "XNNPACK runs " + std::to_string(lowered) + " of " + std::to_string(report.rows.size()) +
         " nodes in " + std::to_string(report.segments) +
         (report.segments == 1 ? " segment" : " segments");
}

void write_type(const TensorType& type, JsonWriter& writer) {
  writer.key("dtype").string(dtype_name(type.dtype)).key("shape");
  write_shape(type.shape, writer);
  if (!type.quantized()) return;
  const Quantization& q = *type.quantization;
  writer.key("quantization").open_object().key("scales").open_array();
  for (const float scale : q.scales) writer.number(scale);
  writer.close_array().key("zero_points").open_array();
  for (const std::int32_t zero : q.zero_points) writer.integer(zero);
  writer.close_array();
  if (q.per_channel()) writer.key("axis").integer(q.axis);
  if (q.block_size > 0) writer.key("block_size").integer(q.block_size);
  writer.close_object();
}

void write_tensors(const char* key, const std::vector<TensorInfo>& tensors, JsonWriter& writer) {
  writer.key(key).open_array();
  for (const TensorInfo& tensor : tensors) {
    writer.open_object().key("name").string(tensor.name);
    write_type(tensor.type, writer);
    writer.close_object();
  }
  writer.close_array();
}

void write_types(const char* key, const std::vector<TensorType>& types, JsonWriter& writer) {
  writer.key(key).open_array();
  for (const TensorType& type : types) {
    writer.open_object();
    write_type(type, writer);
    writer.close_object();
  }
  writer.close_array();
}

void write_node(const Row& row, JsonWriter& writer) {
  writer.open_object().key("name").string(row.name).key("op").string(row.op).key("runs_on").string(
      row.where);
  if (!row.reason.empty()) writer.key("why").string(row.reason);
  write_types("inputs", row.inputs, writer);
  write_types("outputs", row.outputs, writer);
  writer.key("macs").integer(row.macs).key("flops").integer(row.flops).close_object();
}

}  // namespace

std::string type_text(const TensorType& type) {
  std::string text = std::string(dtype_name(type.dtype)) + " " + type.shape.text();
  if (!type.quantized()) return text;
  const Quantization& q = *type.quantization;
  if (q.per_channel()) {
    return text + " " + std::to_string(q.scales.size()) + " scales on axis " +
           std::to_string(q.axis);
  }
  if (q.block_size > 0) return text + " a scale for each " + std::to_string(q.block_size);
  return text + " scale " + text_of(type.scale()) + " zero point " +
         std::to_string(type.zero_point());
}

std::string size_text(std::uint64_t bytes) {
  char text[40];
  if (bytes < 1000)
    std::snprintf(text, sizeof text, "%d bytes", static_cast<int>(bytes));
  else if (bytes < 1000000)
    std::snprintf(text, sizeof text, "%.1f kB", static_cast<double>(bytes) / 1e3);
  else
    std::snprintf(text, sizeof text, "%.1f MB", static_cast<double>(bytes) / 1e6);
  return text;
}

std::string inspection_text(const Inspection& inspection) {
  const Model& model = inspection.model;
  const Model::Report report = report_of(inspection);
  std::string text = inspection.path + ": " + model.module().format + "\n";
  for (const std::string& warning : model.warnings()) text += "warning: " + warning + "\n";
  for (const Signature& signature : model.signatures()) {
    text += "signature '" + signature.name + "'\n inputs\n" + tensors_text(signature.inputs) +
            " outputs\n" + tensors_text(signature.outputs);
  }
  std::string shapes;
  for (const Shape& shape : inspection.shapes)
    shapes += (shapes.empty() ? "" : ", ") + shape.text();
  text += "nodes, for inputs " + (shapes.empty() ? "none" : shapes) + "\n" + nodes_text(report);
  if (!inspection.prepared.ok()) {
    return text + "not compiled: " + inspection.prepared.error().text() +
           "\n(give other shapes with --shape)\n";
  }
  const Work work = work_of(report);
  return text + placement_text(report) + "\nparameters " + std::to_string(report.parameters) +
         ", MACs " + std::to_string(work.macs) + ", FLOPs " + std::to_string(work.flops) +
         "\nmemory: constants " + size_text(report.constant_bytes) + ", arena " +
         size_text(report.arena_bytes) + "\n";
}

std::string inspection_json(const Inspection& inspection) {
  const Model& model = inspection.model;
  const Model::Report report = report_of(inspection);
  JsonWriter writer;
  writer.open_object()
      .key("path")
      .string(inspection.path)
      .key("format")
      .string(model.module().format);
  writer.key("warnings").open_array();
  for (const std::string& warning : model.warnings()) writer.string(warning);
  writer.close_array().key("signatures").open_array();
  for (const Signature& signature : model.signatures()) {
    writer.open_object().key("name").string(signature.name);
    write_tensors("inputs", signature.inputs, writer);
    write_tensors("outputs", signature.outputs, writer);
    writer.close_object();
  }
  writer.close_array().key("prepared_shapes").open_array();
  for (const Shape& shape : inspection.shapes) write_shape(shape, writer);
  writer.close_array();
  if (!inspection.prepared.ok()) writer.key("error").string(inspection.prepared.error().text());
  writer.key("nodes").open_array();
  for (const Row& row : report.rows) write_node(row, writer);
  const Work work = work_of(report);
  writer.close_array()
      .key("segments")
      .integer(report.segments)
      .key("parameters")
      .integer(report.parameters);
  writer.key("macs").integer(work.macs).key("flops").integer(work.flops);
  writer.key("constant_bytes")
      .natural(report.constant_bytes)
      .key("arena_bytes")
      .natural(report.arena_bytes);
  writer.close_object();
  return writer.take() + "\n";
}

}  // namespace tare::cli
