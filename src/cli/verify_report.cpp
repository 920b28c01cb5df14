// Lines, totals and JSON of verify.
#include "cli/verify_report.h"

#include <algorithm>

#include "base/json_writer.h"
#include "cli/number_text.h"

namespace tare::cli {
namespace {

struct Totals {
  int passed = 0, failed = 0, skipped = 0;
  void add(Verdict verdict) {
    ++(verdict == Verdict::kPassed ? passed : verdict == Verdict::kFailed ? failed : skipped);
  }
  std::string text() const {
    return std::to_string(passed) + " passed, " + std::to_string(failed) + " failed, " +
           std::to_string(skipped) + " skipped";
  }
};

std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\t' || c == '\n' || c == '\r'; }, ' ');
  return text;
}

std::string to_text(const Tallies& tallies) {
  std::string text;
  for (const auto& [dtype, tally] : tallies) {
    text +=
        dtype + " " + std::to_string(tally.different) + " " + std::to_string(tally.elements) + " ";
  }
  return text;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

Tallies tallies_of(const std::string& text) {
  Tallies tallies;
  const auto parts = split(text, ' ');
  for (std::size_t i = 0; i + 2 < parts.size(); i += 3) {
    tallies[parts[i]] = {.elements = integer_of(parts[i + 2]).value_or(0),
                         .different = integer_of(parts[i + 1]).value_or(0)};
  }
  return tallies;
}

void add(const Tallies& from, Tallies& to) {
  for (const auto& [dtype, tally] : from) {
    to[dtype].elements += tally.elements;
    to[dtype].different += tally.different;
  }
}

std::string differences(const char* than, const Tallies& tallies) {
  std::string text;
  for (const auto& [dtype, tally] : tallies) {
    text += (text.empty() ? "" : ", ") + dtype + " " + std::to_string(tally.different) + " of " +
            std::to_string(tally.elements);
  }
  return text.empty()
             ? text
             : "lowered results that differ from " + std::string(than) + ": " + text + "\n";
}

void write_tallies(const char* key, const Tallies& tallies, JsonWriter& writer) {
  writer.key(key).open_object();
  for (const auto& [dtype, tally] : tallies) {
    writer.key(dtype).open_object();
    writer.key("different")
        .integer(tally.different)
        .key("elements")
        .integer(tally.elements)
        .close_object();
  }
  writer.close_object();
}

void write_totals(const char* key, const Totals& totals, JsonWriter& writer) {
  writer.key(key)
      .open_object()
      .key("passed")
      .integer(totals.passed)
      .key("failed")
      .integer(totals.failed);
  writer.key("skipped").integer(totals.skipped).close_object();
}

struct Sums {
  Totals sound, broken, all;
  Tallies lowered, reference;
  explicit Sums(const std::vector<CaseEntry>& entries) {
    for (const CaseEntry& entry : entries) {
      (entry.result.broken ? broken : sound).add(entry.result.verdict);
      all.add(entry.result.verdict);
      add(entry.result.lowered, lowered);
      add(entry.result.reference, reference);
    }
  }
};

const char* verdict_name(Verdict verdict) {
  return verdict == Verdict::kPassed   ? "passed"
         : verdict == Verdict::kFailed ? "failed"
                                       : "skipped";
}

}  // namespace

std::string to_line(std::size_t index, const CaseEntry& entry) {
  const CaseResult& r = entry.result;
  return std::to_string(index) + "\t" + std::to_string(static_cast<int>(r.verdict)) + "\t" +
         (r.broken ? "1" : "0") + "\t" + one_line(r.file) + "\t" + one_line(r.reason) + "\t" +
         to_text(r.lowered) + "\t" + to_text(r.reference) + "\t" + text_of(entry.seconds);
}

std::optional<IndexedEntry> from_line(const std::string& line) {
  const auto fields = split(line, '\t');
  if (fields.size() != 8) return std::nullopt;
  const auto index = integer_of(fields[0]);
  const auto verdict = integer_of(fields[1]);
  if (!index || *index < 0 || !verdict || *verdict < 0 || *verdict > 2) return std::nullopt;
  IndexedEntry entry{static_cast<std::size_t>(*index), {}};
  entry.entry.seconds = real_of(fields[7]).value_or(0);
  entry.entry.result = {.verdict = static_cast<Verdict>(*verdict),
                        .broken = fields[2] == "1",
                        .file = fields[3],
                        .reason = fields[4],
                        .lowered = tallies_of(fields[5]),
                        .reference = tallies_of(fields[6])};
  return entry;
}

std::string verdict_line(const CaseEntry& entry) {
  const CaseResult& r = entry.result;
  if (r.verdict == Verdict::kPassed) return {};
  return (r.verdict == Verdict::kFailed ? "FAIL " : "SKIP ") + entry.folder + " " + r.file + ": " +
         r.reason;
}

std::string summary(const std::vector<CaseEntry>& entries) {
  const Sums sums(entries);
  return "sound cases: " + sums.sound.text() + "\nbroken cases: " + sums.broken.text() + "\n" +
         differences("the expected ones", sums.lowered) +
         differences("those of our reference kernels", sums.reference) + sums.all.text() + "\n";
}

std::string json_report(const std::vector<CaseEntry>& entries) {
  const Sums sums(entries);
  JsonWriter writer;
  writer.open_object();
  writer.key("passed").integer(sums.all.passed).key("failed").integer(sums.all.failed);
  writer.key("skipped").integer(sums.all.skipped);
  write_totals("sound", sums.sound, writer);
  write_totals("broken", sums.broken, writer);
  write_tallies("lowered_unlike_expected", sums.lowered, writer);
  write_tallies("lowered_unlike_reference", sums.reference, writer);
  writer.key("cases").open_array();
  for (const CaseEntry& entry : entries) {
    const CaseResult& r = entry.result;
    writer.open_object()
        .key("case")
        .string(entry.folder)
        .key("status")
        .string(verdict_name(r.verdict));
    writer.key("broken").boolean(r.broken).key("seconds").number(static_cast<float>(entry.seconds));
    if (r.verdict != Verdict::kPassed)
      writer.key("file").string(r.file).key("reason").string(r.reason);
    writer.close_object();
  }
  writer.close_array().close_object();
  return writer.take() + "\n";
}

}  // namespace tare::cli
