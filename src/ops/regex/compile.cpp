// From a pattern's tree to a program. Counted repetitions are written out as often as they say.
#include <algorithm>

#include "ops/regex/regex_tree.h"

namespace tare {
namespace {

constexpr std::size_t kMaxSteps = 20000;
constexpr std::size_t kMaxPattern = 1 << 16;

using Tree = RegexTree;

class RegexWriter {
 public:
  explicit RegexWriter(RegexProgram& program) : program_(program) {}
  // Appends; control leaves at the end of the program.
  void write(const Tree& tree);
  bool fits() const { return program_.steps.size() <= kMaxSteps; }
  std::uint32_t add(RegexStep step) {
    if (fits()) program_.steps.push_back(step);
    const auto at = static_cast<std::uint32_t>(program_.steps.size() - 1);
    if (step.kind != RegexStep::Kind::kSplit) program_.steps[at].next = at + 1;
    return at;
  }

 private:
  std::uint32_t end() const { return static_cast<std::uint32_t>(program_.steps.size()); }
  std::uint32_t split() { return add({.kind = RegexStep::Kind::kSplit}); }
  void jump(std::uint32_t at, std::uint32_t first, std::uint32_t other, bool greedy) {
    program_.steps[at].next = greedy ? first : other;
    program_.steps[at].other = greedy ? other : first;
  }
  void write_any(const Tree& tree);
  void write_plus(const Tree& tree);
  void write_repeat(const Tree& tree);

  RegexProgram& program_;
};

void RegexWriter::write_any(const Tree& tree) {
  std::vector<std::uint32_t> exits;
  for (std::size_t i = 0; i < tree.parts.size() && fits(); ++i) {
    const bool last = i + 1 == tree.parts.size();
    const std::uint32_t fork = last ? 0 : split();
    write(tree.parts[i]);
    if (last) break;
    exits.push_back(split());
    jump(fork, fork + 1, end(), true);
  }
  for (const std::uint32_t e : exits) jump(e, end(), end(), true);
}

bool may_be_empty(const Tree& tree) {
  const auto all = [&] { return std::all_of(tree.parts.begin(), tree.parts.end(), may_be_empty); };
  switch (tree.kind) {
    case Tree::Kind::kRunes:
      return false;
    case Tree::Kind::kAny:
      return std::any_of(tree.parts.begin(), tree.parts.end(), may_be_empty);
    case Tree::Kind::kRepeat:
      return tree.least == 0 || all();
    default:
      return all();
  }
}

// Once and again.
void RegexWriter::write_plus(const Tree& tree) {
  const std::uint32_t begin = end();
  write(tree.parts[0]);
  jump(split(), begin, end(), tree.greedy);
}

void RegexWriter::write_repeat(const Tree& tree) {
  const bool endless = tree.most < 0;
  for (int i = endless ? 1 : 0; i < tree.least && fits(); ++i) write(tree.parts[0]);
  if (endless && tree.least > 0) return write_plus(tree);
  if (endless && !may_be_empty(tree.parts[0])) {
    const std::uint32_t fork = split();
    write(tree.parts[0]);
    jump(split(), fork, fork, true);
    return jump(fork, fork + 1, end(), tree.greedy);
  }
  std::vector<std::uint32_t> forks;
  for (int i = tree.least; i < (endless ? 1 : tree.most) && fits(); ++i) {
    forks.push_back(split());
    if (endless)
      write_plus(tree);
    else
      write(tree.parts[0]);
  }
  for (const std::uint32_t f : forks) jump(f, f + 1, end(), tree.greedy);
}

void RegexWriter::write(const Tree& tree) {
  if (!fits()) return;
  switch (tree.kind) {
    case Tree::Kind::kRunes:
      add({.kind = RegexStep::Kind::kRunes, .argument = tree.argument});
      return;
    case Tree::Kind::kPlace:
      add({.kind = RegexStep::Kind::kPlace, .argument = tree.argument});
      return;
    case Tree::Kind::kAll:
      for (const Tree& part : tree.parts) write(part);
      return;
    case Tree::Kind::kAny:
      return write_any(tree);
    case Tree::Kind::kRepeat:
      return write_repeat(tree);
    case Tree::Kind::kGroup:
      add({.kind = RegexStep::Kind::kSave, .argument = tree.argument * 2});
      write(tree.parts[0]);
      add({.kind = RegexStep::Kind::kSave, .argument = tree.argument * 2 + 1});
      return;
  }
}

}  // namespace

Result<RegexProgram> compile_regex(std::string_view pattern) {
  const auto bad = [&](const std::string& what) {
    return Error{
        Code::kInvalidModel, "pattern '" + std::string(pattern.substr(0, 80)) + "': " + what, {}};
  };
  if (pattern.size() > kMaxPattern) return bad("too long");
  RegexProgram program;
  std::string error;
  auto tree = parse_regex(pattern, program, error);
  if (!tree) return bad(error);
  RegexWriter writer(program);
  Tree whole{.kind = Tree::Kind::kGroup, .argument = 0};
  whole.parts.push_back(std::move(*tree));
  writer.write(whole);
  writer.add({.kind = RegexStep::Kind::kMatch});
  if (!writer.fits()) return bad("too large when its repetitions are written out");
  return program;
}

}  // namespace tare
