// Reads the expressions of a template.
#ifndef FOOTNOTE_MODEL_TEMPLATE_EXPRESSION_PARSER_H_
#define FOOTNOTE_MODEL_TEMPLATE_EXPRESSION_PARSER_H_

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "model/template/lexer.h"
#include "model/template/syntax.h"

namespace footnote {

// Recursive descent over a template's words, one function per level of jinja2's
// own grammar. The parser of statements is made on top of it.
//
// A function that is told to read something begins at the word Now() and leaves
// Now() behind what it read; where it fails, with InvalidArgument that names
// the line, parsing ends.
class ExpressionParser {
 protected:
  using Token = TemplateToken;
  using Kind = Expression::Kind;
  using Made = absl::StatusOr<ExpressionPtr>;

  // Of blocks and expressions in each other.
  static constexpr int kMaxDepth = 100;

  // `tokens` ends with kEnd.
  explicit ExpressionParser(std::vector<Token> tokens)
      : tokens_(std::move(tokens)) {}

  const Token& Now() const { return tokens_[at_]; }
  bool IsName(absl::string_view name) const {
    return Now().kind == Token::kName && Now().text == name;
  }
  bool IsOperator(absl::string_view spelling) const {
    return Now().kind == Token::kOperator && Now().text == spelling;
  }
  bool TakeName(absl::string_view name) {
    if (!IsName(name)) return false;
    ++at_;
    return true;
  }
  bool TakeOperator(absl::string_view spelling) {
    if (!IsOperator(spelling)) return false;
    ++at_;
    return true;
  }

  absl::Status Wrong(absl::string_view wanted) const {
    return absl::InvalidArgumentError(absl::StrCat(
        "template line ", Now().line, ": \"", Now().text, "\", want ", wanted));
  }

  absl::Status Expect(absl::string_view spelling) {
    return TakeOperator(spelling) ? absl::OkStatus() : Wrong(spelling);
  }

  absl::StatusOr<std::string> ExpectName() {
    if (Now().kind != Token::kName) return Wrong("a name");
    return tokens_[at_++].text;
  }

  absl::Status ExpectBlockEnd() {
    if (Now().kind != Token::kBlockEnd) return Wrong("%}");
    ++at_;
    return absl::OkStatus();
  }

  std::unique_ptr<Expression> New(Kind kind) const {
    auto made = std::make_unique<Expression>();
    made->kind = kind;
    made->line = Now().line;
    return made;
  }

  ExpressionPtr With(Kind kind, ExpressionPtr a, ExpressionPtr b = nullptr) {
    auto made = New(kind);
    made->children.push_back(std::move(a));
    if (b != nullptr) made->children.push_back(std::move(b));
    return made;
  }

  // One expression, or several with commas: a tuple. `choices`: they may hold
  // "if".
  Made Tuple(bool choices);

  // One expression, with "if" or without.
  Made Choice();

  // The filters and tests that follow `made`, which is null where the text of a
  // block goes into them. `inline_first`: the first filter stands without its
  // |.
  Made Filters(ExpressionPtr made, bool inline_first = false);

  const std::vector<Token> tokens_;
  size_t at_ = 0;
  int depth_ = 0;
  // Dots, calls, filters, operators and choices so far in this statement.
  int chained_ = 0;
  Statement::Mentions mentions_;  // of the macro that is read

 private:
  // Of the grammar: what binds closer.
  using Level = Made (ExpressionParser::*)();

  Made Or();
  Made And();
  Made Not();
  Made Compare();
  // Long chains are deep trees.
  absl::Status Longer();
  Made LeftToRight(std::initializer_list<absl::string_view> operators,
                   Level inner);
  Made Sum() {
    return LeftToRight({"+", "-"}, &ExpressionParser::Concatenation);
  }
  Made Concatenation() {
    return LeftToRight({"~"}, &ExpressionParser::Product);
  }
  Made Product() {
    return LeftToRight({"*", "/", "//", "%"}, &ExpressionParser::Power);
  }
  Made Power() { return LeftToRight({"**"}, &ExpressionParser::FilteredUnary); }
  Made FilteredUnary() { return Unary(true); }
  Made Unary(bool filters);
  Made Constant(Value value);
  Made Number();
  Made Primary();
  Made Postfix(ExpressionPtr made);
  Made Subscript(ExpressionPtr of);
  absl::Status ParseArguments(Arguments* arguments);
  Made Call(ExpressionPtr of);
  absl::StatusOr<std::string> DottedName();
  Made Test(ExpressionPtr of);
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_TEMPLATE_EXPRESSION_PARSER_H_
