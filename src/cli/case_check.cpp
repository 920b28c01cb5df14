// The verdict on a case follows from its expectation and from what its runs did (case_run.h).
#include "cli/case_check.h"

#include "cli/case_run.h"
#include "cli/files.h"
#include "cli/readable_format.h"

namespace tare::cli {
namespace {

// An error of ours, or one that says nothing, is no answer to a broken file.
std::string unclean(const Error& error) {
  if (error.code == Code::kInternal) return "internal error: " + error.text();
  return error.message.empty() ? "an error without a message" : "";
}

// Of a model that is broken or fed wrongly: empty when it ended as it should.
std::string judge_broken(const Case& c, const std::string& model, const CaseOutcome& outcome) {
  if (outcome.error) {
    if (std::string text = unclean(*outcome.error); !text.empty()) return text;
  }
  const bool refused = outcome.error.has_value() && !outcome.loaded;
  switch (c.expectation) {
    case Expectation::kLoadError:
      return refused ? "" : "was not refused at load";
    case Expectation::kRunError:
      if (!outcome.error) return "ran, though an error was wanted";
      // A .tflite case of this kind is a sound file with wrong data; a graph may show its fault at
      // load already.
      return refused && model.ends_with(".tflite") ? "refused at load: " + outcome.error->text()
                                                   : "";
    case Expectation::kLoadOrRunError:
      return outcome.error ? "" : "ran, though an error was wanted";
    default:
      return "";
  }
}

std::string judge_outputs(const Case& c, const CaseOutcome& outcome, Tallies& lowered) {
  if (outcome.error) return (outcome.loaded ? "run: " : "load: ") + outcome.error->text();
  for (std::size_t r = 0; r < c.runs.size(); ++r) {
    const std::string prefix = c.runs.size() > 1 ? "run " + std::to_string(r) + ": " : "";
    const RunOutputs& got = outcome.runs[r];
    std::string first;
    bool right = false;
    const auto matches = [&](const std::vector<CaseTensor>& want) {
      const std::string text = outputs_mismatch(c, got, want);
      if (first.empty()) first = text;
      return text.empty();
    };
    right = matches(c.runs[r].outputs);
    for (std::size_t a = 0; !right && a < c.runs[r].alternatives.size(); ++a)
      right = matches(c.runs[r].alternatives[a]);
    if (!right) return prefix + first;
    if (got.lowered) tally_outputs(got, c.runs[r].outputs, lowered);
  }
  return {};
}

void check_file(const Case& c, const std::string& model, const CheckOptions& options,
                CaseResult& result) {
  const std::string path = join(c.folder, model);
  if (const std::string format = unreadable_format(path); !format.empty()) {
    if (result.verdict == Verdict::kPassed) {
      result.verdict = Verdict::kSkipped;
      result.file = model;
      result.reason = "no reader for " + format + " in this build";
    }
    return;
  }
  const CaseOutcome outcome = run_case_file(c, model, options);
  const std::string wrong =
      result.broken ? judge_broken(c, model, outcome) : judge_outputs(c, outcome, result.lowered);
  if (!wrong.empty()) {
    result.verdict = Verdict::kFailed;
    result.file = model;
    result.reason = wrong;
    return;
  }
  if (!options.compare || result.broken || !options.use_xnnpack) return;
  CheckOptions without_xnnpack = options;
  without_xnnpack.use_xnnpack = false;
  const CaseOutcome reference = run_case_file(c, model, without_xnnpack);
  for (std::size_t r = 0; r < outcome.runs.size() && r < reference.runs.size(); ++r) {
    if (!outcome.runs[r].lowered) continue;
    for (std::size_t i = 0; i < outcome.runs[r].tensors.size(); ++i) {
      tally(outcome.runs[r].tensors[i].view(), reference.runs[r].tensors[i].view(),
            result.reference);
    }
  }
}

}  // namespace

CaseResult check_case(const std::string& folder, const CheckOptions& options) {
  CaseResult result;
  const auto c = read_case(folder);
  if (!c) {
    result.verdict = Verdict::kFailed;
    result.file = "case.json";
    result.reason = c.error().text();
    return result;
  }
  result.broken = c->expectation != Expectation::kOutputs;
  for (const std::string& model : c->models) {
    check_file(*c, model, options, result);
    if (result.verdict == Verdict::kFailed) break;
  }
  return result;
}

}  // namespace tare::cli
