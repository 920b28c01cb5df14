// Comma-separated values.
#include <algorithm>

#include "cli/data_file.h"
#include "cli/elements.h"
#include "cli/number_text.h"
#include "ir/strings.h"

namespace tare::cli {
namespace {

using Rows = std::vector<std::vector<std::string>>;

Error broken(std::size_t row, const std::string& message) {
  return {Code::kInvalidArgument, ".csv: line " + std::to_string(row + 1) + ": " + message, {}};
}

// Splits into cells; lines that are empty are left out.
Result<Rows> rows_of(std::string_view text) {
  Rows rows;
  std::vector<std::string> row;
  std::string cell;
  bool quoted = false;
  const auto end_row = [&] {
    row.push_back(std::move(cell));
    cell.clear();
    if (row.size() > 1 || !row[0].empty()) rows.push_back(std::move(row));
    row.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c != '"')
        cell += c;
      else if (i + 1 < text.size() && text[i + 1] == '"')
        cell += text[++i];
      else
        quoted = false;
    } else if (c == '"' && cell.empty()) {
      quoted = true;
    } else if (c == ',') {
      row.push_back(std::move(cell));
      cell.clear();
    } else if (c == '\n') {
      end_row();
    } else if (c != '\r') {
      cell += c;
    }
  }
  if (quoted) return broken(rows.size(), "a quote is not closed");
  if (!cell.empty() || !row.empty()) end_row();
  return rows;
}

bool is_heading(const std::vector<std::string>& row) {
  return std::none_of(row.begin(), row.end(),
                      [](const std::string& cell) { return real_of(cell).has_value(); });
}

}  // namespace

Result<TensorValue> read_csv(std::string_view text, bool as_strings) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  auto split = rows_of(text);
  if (!split) return split.error();
  Rows rows = split.take();
  if (!as_strings && !rows.empty() && is_heading(rows[0])) rows.erase(rows.begin());
  if (rows.empty()) return broken(0, "there are no data");
  const Shape shape{static_cast<Dim>(rows.size()), static_cast<Dim>(rows[0].size())};
  std::vector<std::string> cells;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    if (rows[r].size() != rows[0].size())
      return broken(r, "not as many cells as the first line has");
    cells.insert(cells.end(), rows[r].begin(), rows[r].end());
  }
  if (as_strings) return TensorValue{tensor_type(DType::kString, shape), pack_strings(cells), {}};
  TensorValue value = TensorValue::zeros(tensor_type(DType::kFloat64, shape));
  Tensor tensor = value.view();
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (!set_text(tensor, static_cast<std::int64_t>(i), cells[i])) {
      return broken(i / rows[0].size(), "'" + cells[i] + "' is not a number");
    }
  }
  return value;
}

}  // namespace tare::cli
