// What verify has seen: one entry a case, passed between the copies of the program as a line of
// text, summed up for people and written as JSON for programs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/case_check.h"

namespace tare::cli {

struct CaseEntry {
  std::string folder;
  CaseResult result;
  double seconds = 0;
};

std::string to_line(std::size_t index, const CaseEntry& entry);
struct IndexedEntry {
  std::size_t index;
  CaseEntry entry;  // without the folder
};
std::optional<IndexedEntry> from_line(const std::string& line);

// "FAIL folder file: reason"; empty for a case that passed.
std::string verdict_line(const CaseEntry& entry);

// Totals of sound and broken cases, differences of lowered results, and the closing line.
std::string summary(const std::vector<CaseEntry>& entries);
std::string json_report(const std::vector<CaseEntry>& entries);

}  // namespace tare::cli
