// Verifies the FlatBuffer and the few facts that hold for the whole file.
#include "formats/tflite/file.h"

#include <algorithm>

namespace tare::tflite_format {
namespace {

constexpr unsigned kMaxDepth = 64;
constexpr unsigned kMaxTables = 1'000'000;

Error invalid(std::string message) { return {Code::kInvalidModel, std::move(message), {}}; }

}  // namespace

std::optional<Buffer> File::part(std::uint64_t offset, std::uint64_t size) const {
  if (offset > bytes.size() || size > bytes.size() - offset) return std::nullopt;
  return bytes.slice(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
}

std::optional<Buffer> File::data_of(const tflite::Buffer& buffer) const {
  // 0 and 1 both mean that the data stand in the FlatBuffer: writers put a 1 where the offset is
  // filled in later.
  if (buffer.offset() > 1) return part(buffer.offset(), buffer.size());
  const auto data = span_of(buffer.data());
  if (data.empty()) return Buffer();
  const auto* begin = reinterpret_cast<const std::byte*>(data.data());
  return bytes.slice(static_cast<std::size_t>(begin - bytes.data()), data.size());
}

Result<File> open_file(Buffer bytes, const ReadOptions& options) {
  // Offsets in a FlatBuffer keep its numbers aligned only when it starts at an aligned address
  // itself.
  if (reinterpret_cast<std::uintptr_t>(bytes.data()) % Buffer::kPadding != 0) {
    bytes = Buffer::copy_of(bytes.bytes());
    if (!bytes) return Error{Code::kBudgetExceeded, "out of memory", {}};
  }
  // Weights may be stored behind the FlatBuffer, whose own size is limited to 2 GiB.
  const std::size_t head = std::min<std::size_t>(bytes.size(), FLATBUFFERS_MAX_BUFFER_SIZE - 1);
  flatbuffers::Verifier verifier(reinterpret_cast<const std::uint8_t*>(bytes.data()), head,
                                 kMaxDepth, kMaxTables);
  if (!tflite::VerifyModelBuffer(verifier)) {
    return invalid("not a sound TFLite FlatBuffer: the file is damaged or cut short (" +
                   std::to_string(bytes.size()) + " bytes)");
  }
  const tflite::Model* model = tflite::GetModel(bytes.data());
  if (model->version() != 3) {
    return invalid("schema version " + std::to_string(model->version()) +
                   ": only version 3 is read");
  }
  if (size_of(model->subgraphs()) == 0) return invalid("the model has no subgraph");
  if (size_of(model->external_buffers()) != 0) {
    return Error{Code::kUnsupported,
                 "constants are kept in other files (external buffers): save the model as one file",
                 {}};
  }
  const std::uint64_t structure = 64 * static_cast<std::uint64_t>(bytes.size()) + (1u << 20);
  return File{std::move(bytes), model, Allowance(options.max_bytes), Allowance(structure)};
}

}  // namespace tare::tflite_format
