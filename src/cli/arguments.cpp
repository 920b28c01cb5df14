// Parsing of option words.
#include "cli/arguments.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "cli/number_text.h"

namespace tare::cli {
namespace {

Error misuse(std::string message) { return {Code::kInvalidArgument, std::move(message), {}}; }

constexpr Option kBudgetOptions[] = {
    {"--budget-bytes", "N",
     "most bytes of files, of one tensor and of the arena, each (default 2147483648)"},
    {"--budget-nodes", "N", "most nodes of a graph (default 1000000)"},
    {"--budget-trips", "N", "most loop trips of one run (default 10000000)"},
    {"--budget-macs", "N", "most multiply-accumulates of one plan (default 100000000000000)"},
    {"--budget-depth", "N", "deepest call of functions (default 32)"},
    {"--budget-seconds", "S", "longest run, checked in loops (default 120)"},
};

}  // namespace

Result<Arguments> Arguments::parse(std::span<const std::string> words,
                                   std::span<const Option> options) {
  Arguments arguments;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--") {
      arguments.rest_.insert(arguments.rest_.end(),
                             words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
      break;
    }
    if (word == "--help" || word == "-h") {
      arguments.values_["--help"];
      continue;
    }
    if (!word.starts_with("--")) {
      arguments.rest_.push_back(word);
      continue;
    }
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const auto option = std::find_if(options.begin(), options.end(),
                                     [&](const Option& o) { return o.name == name; });
    if (option == options.end()) return misuse("there is no option " + name);
    std::string value;
    if (option->value.empty()) {
      if (equals != std::string::npos) return misuse(name + " takes no value");
    } else if (equals != std::string::npos) {
      value = word.substr(equals + 1);
    } else if (i + 1 < words.size()) {
      value = words[++i];
    } else {
      return misuse(name + " needs a value: " + std::string(option->value));
    }
    arguments.values_[name].push_back(std::move(value));
  }
  return arguments;
}

std::string Arguments::text(std::string_view option, std::string_view otherwise) const {
  const auto found = values_.find(std::string(option));
  return found == values_.end() ? std::string(otherwise) : found->second.back();
}

std::vector<std::string> Arguments::all(std::string_view option) const {
  const auto found = values_.find(std::string(option));
  return found == values_.end() ? std::vector<std::string>() : found->second;
}

std::int64_t Arguments::integer(std::string_view option, std::int64_t otherwise, std::int64_t least,
                                ErrorSink& sink) const {
  if (!has(option)) return otherwise;
  const auto value = integer_of(text(option));
  if (value && *value >= least) return *value;
  sink.fail(misuse(std::string(option) + " takes a whole number of at least " +
                   std::to_string(least) + ", not '" + text(option) + "'"));
  return otherwise;
}

double Arguments::seconds(std::string_view option, double otherwise, ErrorSink& sink) const {
  if (!has(option)) return otherwise;
  const auto value = real_of(text(option));
  if (value && std::isfinite(*value) && *value > 0) return *value;
  sink.fail(misuse(std::string(option) + " takes a number of seconds above 0, not '" +
                   text(option) + "'"));
  return otherwise;
}

std::span<const Option> budget_options() { return kBudgetOptions; }

Budgets budgets_from(const Arguments& arguments, ErrorSink& sink) {
  Budgets budgets;
  budgets.bytes = static_cast<std::uint64_t>(
      arguments.integer("--budget-bytes", static_cast<std::int64_t>(budgets.bytes), 1, sink));
  budgets.nodes = arguments.integer("--budget-nodes", budgets.nodes, 1, sink);
  budgets.loop_trips = arguments.integer("--budget-trips", budgets.loop_trips, 0, sink);
  budgets.macs = arguments.integer("--budget-macs", budgets.macs, 1, sink);
  budgets.call_depth = static_cast<int>(std::min<std::int64_t>(
      arguments.integer("--budget-depth", budgets.call_depth, 1, sink), 1000));
  budgets.seconds = arguments.seconds("--budget-seconds", budgets.seconds, sink);
  return budgets;
}

Result<std::vector<NamedShape>> shapes_from(const Arguments& arguments) {
  std::vector<NamedShape> shapes;
  for (const std::string& word : arguments.all("--shape")) {
    const std::size_t equals = word.find_last_of('=');
    NamedShape named;
    if (equals != std::string::npos) named.name = word.substr(0, equals);
    const std::string extents = equals == std::string::npos ? word : word.substr(equals + 1);
    for (std::size_t begin = 0; begin < extents.size();) {
      const std::size_t end = std::min(extents.find_first_of(",x", begin), extents.size());
      const auto extent = integer_of(extents.substr(begin, end - begin));
      if (!extent || *extent < 0 || named.shape.rank() == kMaxRank) {
        return misuse("--shape takes NAME=1,224,224,3, not '" + word + "'");
      }
      named.shape.push_back(*extent);
      begin = end + 1;
    }
    shapes.push_back(std::move(named));
  }
  return shapes;
}

std::string usage_of(std::span<const Option> options) {
  std::string text;
  for (const Option& option : options) {
    std::string left = "  " + std::string(option.name);
    if (!option.value.empty()) left += " " + std::string(option.value);
    if (left.size() < 26) left.resize(26, ' ');
    text += left + " " + std::string(option.help) + "\n";
  }
  return text;
}

}  // namespace tare::cli
