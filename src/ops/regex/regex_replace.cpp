// RegexReplace and RegexFullMatch, with patterns that are known at import: definitions, kernels,
// readers.
#include "ops/regex/regex_replace.h"

#include <algorithm>

#include "ir/facets.h"
#include "ir/string_output.h"
#include "ops/regex/regex.h"
#include "ports/tf_node.h"

namespace tare {
namespace {

void infer(const RegexReplace&, InferContext& c) {
  if (c.require(c.dtype(0) == DType::kString, "input must be strings"))
    c.output(0, DType::kString, c.shape(0));
}

void infer_match(const RegexFullMatch&, InferContext& c) {
  if (c.require(c.dtype(0) == DType::kString, "input must be strings"))
    c.output(0, DType::kBool, c.shape(0));
}

RegexMatcher matcher_of(const RegexProgram& program, EvalContext& c) {
  return RegexMatcher(program, [&c] { return c.spend_trip(); });
}

void append_rewrite(StringOutput& out, std::string_view rewrite, const RegexMatcher& m,
                    std::string_view text) {
  for (std::size_t i = 0; i < rewrite.size(); ++i) {
    if (rewrite[i] != '\\') {
      out.append(rewrite.substr(i, 1));
      continue;
    }
    const char c = rewrite[++i];
    if (c == '\\') {
      out.append(rewrite.substr(i, 1));
    } else if (m.begin(c - '0') != std::string_view::npos) {
      out.append(text.substr(m.begin(c - '0'), m.end(c - '0') - m.begin(c - '0')));
    }
  }
}

void replace(const RegexReplace& op, EvalContext& c, RegexMatcher& matcher, std::string_view text,
             StringOutput& out) {
  std::size_t at = 0, last_end = std::string_view::npos;
  while (at <= text.size() && c.ok() && matcher.search(text, at)) {
    const std::size_t begin = matcher.begin(0), end = matcher.end(0);
    out.append(text.substr(at, begin - at));
    at = begin;
    if (begin == end && begin == last_end) {
      // No empty match where the last one ended: on by one character.
      const std::size_t length = std::max<std::size_t>(decode_rune(text, at).length, 1);
      out.append(text.substr(at, length));
      at += length;
      continue;
    }
    append_rewrite(out, op.rewrite, matcher, text);
    at = last_end = end;
    if (!op.all) break;
  }
  if (at < text.size()) out.append(text.substr(at));
  out.end();
}

void eval(const RegexReplace& op, EvalContext& c) {
  const auto program = compile_regex(op.pattern);
  if (!program) return c.fail(program.error());
  RegexMatcher matcher = matcher_of(*program, c);
  const Shape& shape = c.input(0).shape;
  StringOutput out(c, shape);
  for (std::int64_t i = 0; i < shape.elements() && c.ok(); ++i)
    replace(op, c, matcher, c.string(0, i), out);
  out.deliver(0, shape);
}

void eval_match(const RegexFullMatch& op, EvalContext& c) {
  const auto program = compile_regex(op.pattern);
  if (!program) return c.fail(program.error());
  RegexMatcher matcher = matcher_of(*program, c);
  const auto out = c.output(0).as<bool>();
  for (std::size_t i = 0; i < out.size() && c.ok(); ++i)
    out[i] = matcher.matches_all_of(c.string(0, static_cast<std::int64_t>(i)));
}

// The attribute, or the input that is a constant.
std::string text_of(TfNode& n, const char* attr, int input) {
  if (n.has_attr(attr) || n.inputs() <= input) return n.text(attr);
  const auto value = n.constant(input);
  if (!value || value->type.dtype != DType::kString || value->type.shape.elements() != 1) {
    n.fail(std::string(attr) + " must be a constant string", Code::kUnsupported);
    return {};
  }
  return std::string(string_at(value->bytes.bytes(), 0));
}

// The number of groups; -1 when the pattern is none.
int check_pattern(TfNode& n, const std::string& pattern) {
  if (!n.ok()) return -1;
  const auto program = compile_regex(pattern);
  if (program) return program->groups;
  n.fail(program.error().message, program.error().code);
  return -1;
}

void read_replace(TfNode& n) {
  if (!n.expect(1, 3)) return;
  const RegexReplace op{.pattern = text_of(n, "pattern", 1),
                        .rewrite = text_of(n, "rewrite", 2),
                        .all = n.flag("replace_global", true)};
  const int groups = check_pattern(n, op.pattern);
  if (!n.ok()) return;
  for (std::size_t i = 0; i < op.rewrite.size(); ++i) {
    if (op.rewrite[i] != '\\') continue;
    const char c = ++i < op.rewrite.size() ? op.rewrite[i] : ' ';
    if (!n.require(c == '\\' || (c >= '0' && c <= '9'),
                   "rewrite: a '\\' must be followed by a digit or another"))
      return;
    // TensorFlow leaves strings as they are then.
    if (c != '\\' && c - '0' > groups) return n.output(0, n.input(0));
  }
  n.output(0, n.emit(op, {n.input(0)}));
}

void read_match(TfNode& n) {
  if (!n.expect(1, 2)) return;
  const RegexFullMatch op{text_of(n, "pattern", 1)};
  if (check_pattern(n, op.pattern) >= 0) n.output(0, n.emit(op, {n.input(0)}));
}

}  // namespace

const OpDef RegexReplace::kOp = define_op<RegexReplace, infer>("regex_replace");
const OpDef RegexFullMatch::kOp = define_op<RegexFullMatch, infer_match>("regex_full_match");
extern const EvalFacet eval_regex_replace = eval_facet<RegexReplace, eval>();
extern const EvalFacet eval_regex_full_match = eval_facet<RegexFullMatch, eval_match>();
extern const ReadTfFacet read_tf_regex_full_match{"RegexFullMatch", read_match};
extern const ReadTfFacet read_tf_regex_replace{"RegexReplace", read_replace};
extern const ReadTfFacet read_tf_static_regex_full_match{"StaticRegexFullMatch", read_match};
extern const ReadTfFacet read_tf_static_regex_replace{"StaticRegexReplace", read_replace};

}  // namespace tare
