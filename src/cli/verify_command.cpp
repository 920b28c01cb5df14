// tare verify: every case below the given folders, in a second copy of the program, so that a hang
// or a crash is one failed case and not the end.
#include <algorithm>
#include <chrono>
#include <cstdio>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/isolation.h"
#include "cli/verify_report.h"

namespace tare::cli {
namespace {

constexpr Option kOptions[] = {
    {"--json", "FILE", "write every verdict as JSON"},
    {"--reference", "", "reference kernels alone, without XNNPACK"},
    {"--compare", "",
     "run the reference kernels too and count where lowered results differ from theirs"},
    {"--rewrite", "", "write each model as .tflite first, and check what is read back from that"},
    {"--only", "TEXT", "only cases whose folder holds TEXT"},
    {"--case-seconds", "S", "longest time for one case (default 60)"},
    {"--case-memory", "N",
     "most bytes that the program may have taken after a broken case (default 2147483648)"},
    {"--in-process", "", "no second copy of the program: for debuggers"},
    {"--worker", "N", "what the second copy is started with: begin at case N"},
};

std::vector<Option> options() {
  std::vector<Option> all(std::begin(kOptions), std::end(kOptions));
  all.insert(all.end(), budget_options().begin(), budget_options().end());
  return all;
}

std::string usage() {
  return "tare verify CASES...\n\n"
         "Runs every case.json below the given folders, lists what failed and what was skipped, "
         "one line each, and\n"
         "closes with the line 'N passed, N failed, N skipped'.\n\n" +
         usage_of(options());
}

struct Plan {
  std::vector<std::string> cases;
  std::vector<std::string> words;  // of the command, for the second copy
  CheckOptions check;
  double case_seconds = 60;
  std::uint64_t case_memory = std::uint64_t{2} << 30;
};

CaseEntry check(const Plan& plan, std::size_t i, const Isolation& isolation) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  const std::uint64_t before = isolation.peak_bytes();
  CaseEntry entry{plan.cases[i], check_case(plan.cases[i], plan.check), 0};
  entry.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  const std::uint64_t after = isolation.peak_bytes();
  if (entry.result.broken && after > plan.case_memory && before <= plan.case_memory) {
    entry.result.verdict = Verdict::kFailed;
    entry.result.reason = "took " + std::to_string(after >> 20) + " MB of memory";
  }
  return entry;
}

void show(const CaseEntry& entry, std::size_t done, std::size_t of, bool progress) {
  const std::string line = verdict_line(entry);
  if (progress && !line.empty()) std::fprintf(stderr, "\r\x1b[K");
  if (!line.empty()) std::printf("%s\n", line.c_str());
  if (!progress) return;
  std::fflush(stdout);
  std::fprintf(stderr, "\r%zu of %zu cases", done, of);
  if (done == of) std::fprintf(stderr, "\r\x1b[K");
}

class Supervisor {
 public:
  Supervisor(const Plan& plan, Isolation& isolation) : plan_(plan), isolation_(isolation) {}

  Result<std::vector<CaseEntry>> run() {
    while (entries_.size() < plan_.cases.size()) {
      if (!running_ && !start())
        return Error{Code::kInternal, "no second copy of the program could be started", {}};
      std::string line;
      const auto answer = isolation_.next(plan_.case_seconds, line);
      const auto said = answer == Isolation::Answer::kLine ? from_line(line) : std::nullopt;
      if (said && said->index == entries_.size()) {
        add(said->entry);
      } else {
        add_failure(answer == Isolation::Answer::kTimeout
                        ? "no result after " +
                              std::to_string(static_cast<int>(plan_.case_seconds)) + " s"
                    : answer == Isolation::Answer::kEnded
                        ? "crashed: " + isolation_.ending()
                        : "the copy of the program said something else: " + line);
      }
    }
    isolation_.stop();
    return std::move(entries_);
  }

 private:
  bool start() {
    std::vector<std::string> words{"verify"};
    words.insert(words.end(), plan_.words.begin(), plan_.words.end());
    words.push_back("--worker=" + std::to_string(entries_.size()));
    running_ = isolation_.start(words);
    return running_;
  }

  void add(CaseEntry entry) {
    entry.folder = plan_.cases[entries_.size()];
    entries_.push_back(std::move(entry));
    show(entries_.back(), entries_.size(), plan_.cases.size(), isolation_.is_watched());
  }

  void add_failure(std::string reason) {
    isolation_.stop();
    running_ = false;
    CaseEntry entry;
    const auto c = read_case(plan_.cases[entries_.size()]);
    entry.result.broken = c.ok() && c->expectation != Expectation::kOutputs;
    entry.result.verdict = Verdict::kFailed;
    entry.result.file = "(any)";
    if (c.ok() && c->models.size() == 1) entry.result.file = c->models[0];
    entry.result.reason = std::move(reason);
    add(std::move(entry));
  }

  const Plan& plan_;
  Isolation& isolation_;
  std::vector<CaseEntry> entries_;
  bool running_ = false;
};

Result<Plan> make_plan(std::span<const std::string> words, const Arguments& arguments) {
  Plan plan;
  ErrorSink sink;
  plan.words.assign(words.begin(), words.end());
  plan.check.budgets = budgets_from(arguments, sink);
  plan.check.use_xnnpack = !arguments.has("--reference");
  plan.check.compare = arguments.has("--compare");
  plan.check.rewrite = arguments.has("--rewrite");
  plan.case_seconds = arguments.seconds("--case-seconds", plan.case_seconds, sink);
  // An endless loop has to meet its budget before the case meets its end, on a busy machine too.
  plan.check.budgets.seconds = std::min(plan.check.budgets.seconds, plan.case_seconds / 3);
  plan.case_memory = static_cast<std::uint64_t>(
      arguments.integer("--case-memory", static_cast<std::int64_t>(plan.case_memory), 1, sink));
  if (!sink.ok()) return sink.error();
  auto cases = find_cases(arguments.rest());
  if (!cases) return cases.error();
  const std::string only = arguments.text("--only");
  for (std::string& folder : *cases) {
    if (folder.find(only) != std::string::npos) plan.cases.push_back(std::move(folder));
  }
  return plan;
}

}  // namespace

int verify_command(std::span<const std::string> words, Isolation& isolation) {
  const auto arguments = Arguments::parse(words, options());
  if (!arguments) return report_misuse(arguments.error(), usage());
  if (arguments->has("--help")) return show_usage(usage());
  if (arguments->rest().empty())
    return report_misuse({Code::kInvalidArgument, "verify takes folders of cases", {}}, usage());
  const auto plan = make_plan(words, *arguments);
  if (!plan) return report_error(plan.error());
  ErrorSink sink;
  if (arguments->has("--worker")) {
    const auto first = static_cast<std::size_t>(arguments->integer("--worker", 0, 0, sink));
    for (std::size_t i = first; i < plan->cases.size(); ++i)
      isolation.say(to_line(i, check(*plan, i, isolation)));
    return 0;
  }
  if (plan->cases.empty())
    return report_error({Code::kInvalidArgument, "there are no cases below these folders", {}});
  std::vector<CaseEntry> entries;
  if (arguments->has("--in-process")) {
    for (std::size_t i = 0; i < plan->cases.size(); ++i) {
      entries.push_back(check(*plan, i, isolation));
      show(entries.back(), i + 1, plan->cases.size(), isolation.is_watched());
    }
  } else {
    auto seen = Supervisor(*plan, isolation).run();
    if (!seen) return report_error(seen.error());
    entries = seen.take();
  }
  std::fputs(summary(entries).c_str(), stdout);
  if (arguments->has("--json")) {
    if (Status status = write_file(arguments->text("--json"), json_report(entries)); !status)
      return report_error(status.error());
  }
  const bool failed = std::any_of(entries.begin(), entries.end(), [](const CaseEntry& entry) {
    return entry.result.verdict == Verdict::kFailed;
  });
  return failed ? 1 : 0;
}

}  // namespace tare::cli
