// Arguments of a command: options it declares, the rest in order. Unknown options and missing
// values are errors; an option may be given as --name value or --name=value, and those that repeat
// keep every value. Every command knows --help.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/model.h"
#include "base/result.h"

namespace tare::cli {

struct Option {
  std::string_view name;   // "--runs"
  std::string_view value;  // "N", or empty for a switch
  std::string_view help;
};

class Arguments {
 public:
  static Result<Arguments> parse(std::span<const std::string> words,
                                 std::span<const Option> options);

  const std::vector<std::string>& rest() const { return rest_; }
  bool has(std::string_view option) const { return values_.contains(std::string(option)); }
  // The last value given.
  std::string text(std::string_view option, std::string_view otherwise = {}) const;
  std::vector<std::string> all(std::string_view option) const;
  // A whole number of at least `least`; a failure is recorded otherwise.
  std::int64_t integer(std::string_view option, std::int64_t otherwise, std::int64_t least,
                       ErrorSink& sink) const;
  double seconds(std::string_view option, double otherwise, ErrorSink& sink) const;

 private:
  std::vector<std::string> rest_;
  std::map<std::string, std::vector<std::string>> values_;
};

// --budget-bytes and the like, shared by every command that loads a model.
std::span<const Option> budget_options();
Budgets budgets_from(const Arguments& arguments, ErrorSink& sink);

// --shape NAME=1,224,224,3: extents for inputs whose size the model leaves open; NAME= may be left
// out for the first.
struct NamedShape {
  std::string name;
  Shape shape;
};
Result<std::vector<NamedShape>> shapes_from(const Arguments& arguments);

std::string usage_of(std::span<const Option> options);

}  // namespace tare::cli
