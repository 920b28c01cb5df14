// One parse of a pattern: groups and repetitions are read in parse.cpp, what follows a '\' in
// parse_escapes.cpp, what stands in '[' and ']' in parse_brackets.cpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ops/regex/regex_tree.h"
#include "ops/regex/rune_sets.h"

namespace tare {

class RegexParser {
 public:
  using Tree = RegexTree;

  RegexParser(std::string_view pattern, RegexProgram& program) : p_(pattern), program_(program) {}

  std::optional<Tree> parse();
  const std::string& error() const { return error_; }

 private:
  struct Flags {
    bool any_case = false, lines = false, dot_newline = false, ungreedy = false;
  };

  bool ok() const { return error_.empty(); }
  bool more() const { return ok() && at_ < p_.size(); }
  bool take(std::string_view text) {
    if (p_.substr(at_, text.size()) != text) return false;
    at_ += text.size();
    return true;
  }
  void fail(std::string_view what) {
    if (ok()) error_ = what;
  }
  static Tree place(RegexPlace place) {
    return {.kind = Tree::Kind::kPlace, .argument = static_cast<std::uint32_t>(place)};
  }

  // parse.cpp
  Rune next_rune();
  Tree runes(RuneSet set);
  Tree alternatives(int depth);
  Tree sequence(int depth);
  bool repetition(int& least, int& most);
  std::optional<int> number();
  Tree atom(int depth);
  Tree group(int depth);
  bool read_flags();

  // parse_escapes.cpp
  Tree escape();
  Tree quoted();
  Rune escaped_rune(char c);
  Rune hexadecimal();

  // parse_brackets.cpp
  Tree bracket();
  bool bracket_class(RuneSet& set);
  Rune bracket_rune();

  std::string_view p_;
  RegexProgram& program_;
  std::size_t at_ = 0;
  Flags flags_;
  std::string error_;
};

}  // namespace tare
