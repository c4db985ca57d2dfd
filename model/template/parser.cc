#include <charconv>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "model/template/lexer.h"
#include "model/template/syntax.h"

namespace footnote {
namespace {

constexpr int kMaxDepth = 100;
// Dots, calls, filters and operators in one statement.
constexpr int kMaxChain = 1000;

using Token = TemplateToken;
using Made = absl::StatusOr<ExpressionPtr>;

// Recursive descent, one function per level of jinja2's own grammar.
class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  absl::StatusOr<Block> Parse() {
    ASSIGN_OR_RETURN(Block block, Body({}));
    return block;
  }

 private:
  using Kind = Expression::Kind;

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

  // ---- statements ----

  // Up to a block whose name is one of `ends`, which is left standing after
  // its {%.
  absl::StatusOr<Block> Body(std::initializer_list<absl::string_view> ends) {
    if (++depth_ > kMaxDepth) return Wrong("blocks that nest less");
    Block block;
    while (true) {
      const Token& token = Now();
      if (token.kind == Token::kEnd) {
        if (ends.size() > 0) return Wrong(absl::StrCat("{% ", *ends.begin()));
        break;
      }
      auto statement = std::make_unique<Statement>();
      statement->line = token.line;
      chained_ = 0;
      ++at_;
      if (token.kind == Token::kData) {
        statement->kind = Statement::kData;
        statement->text = token.text;
      } else if (token.kind == Token::kVariableBegin) {
        statement->kind = Statement::kPrint;
        ASSIGN_OR_RETURN(statement->expression, Tuple(true));
        if (Now().kind != Token::kVariableEnd) return Wrong("}}");
        ++at_;
      } else {
        bool ended = false;
        for (const absl::string_view end : ends) ended = ended || IsName(end);
        if (ended) break;
        RETURN_IF_ERROR(Tag(statement.get()));
      }
      block.push_back(std::move(statement));
    }
    --depth_;
    return block;
  }

  absl::Status EndOf(absl::string_view name) {
    if (!TakeName(name)) return Wrong(name);
    return ExpectBlockEnd();
  }

  absl::Status Tag(Statement* statement) {
    ASSIGN_OR_RETURN(const std::string name, ExpectName());
    if (name == "if") return If(statement);
    if (name == "for") return For(statement);
    if (name == "set") return Set(statement);
    if (name == "macro") return Macro(statement);
    if (name == "call") return CallBlock(statement);
    if (name == "filter") return FilterBlock(statement);
    if (name == "with") return WithBlock(statement);
    if (name == "generation") {
      statement->kind = Statement::kBody;
      RETURN_IF_ERROR(ExpectBlockEnd());
      ASSIGN_OR_RETURN(statement->body, Body({"endgeneration"}));
      return EndOf("endgeneration");
    }
    if (name == "break" || name == "continue") {
      if (loops_ == 0) return Wrong("break and continue in a loop");
      statement->kind =
          name == "break" ? Statement::kBreak : Statement::kContinue;
      return ExpectBlockEnd();
    }
    --at_;
    if (name == "include" || name == "import" || name == "from" ||
        name == "extends" || name == "block" || name == "autoescape" ||
        name == "do") {
      return absl::UnimplementedError(absl::StrCat("template line ", Now().line,
                                                   ": {% ", name,
                                                   " %} is not known here"));
    }
    return Wrong("a tag that Jinja has");
  }

  // After "if" or "elif".
  absl::Status If(Statement* statement) {
    statement->kind = Statement::kIf;
    ASSIGN_OR_RETURN(statement->expression, Tuple(/*choices=*/false));
    RETURN_IF_ERROR(ExpectBlockEnd());
    ASSIGN_OR_RETURN(statement->body, Body({"endif", "else", "elif"}));
    if (TakeName("elif")) {
      if (++depth_ > kMaxDepth) return Wrong("fewer elif");
      auto inner = std::make_unique<Statement>();
      inner->line = Now().line;
      RETURN_IF_ERROR(If(inner.get()));
      --depth_;
      statement->otherwise.push_back(std::move(inner));
      return absl::OkStatus();
    }
    if (TakeName("else")) {
      RETURN_IF_ERROR(ExpectBlockEnd());
      ASSIGN_OR_RETURN(statement->otherwise, Body({"endif"}));
    }
    return EndOf("endif");
  }

  // A name, an attribute of a namespace, or a tuple of such.
  Made Target(bool attributes) {
    std::vector<ExpressionPtr> parts;
    bool tuple = false;
    const bool bracket = TakeOperator("(");
    while (true) {
      if (bracket && IsOperator(")")) break;
      auto part = New(Expression::kName);
      ASSIGN_OR_RETURN(part->text, ExpectName());
      if (attributes && IsOperator(".")) {
        ++at_;
        auto attribute = New(Expression::kAttribute);
        ASSIGN_OR_RETURN(attribute->text, ExpectName());
        attribute->children.push_back(std::move(part));
        part = std::move(attribute);
      }
      parts.push_back(std::move(part));
      if (!TakeOperator(",")) break;
      tuple = true;
      if (IsName("in") || IsOperator("=")) break;
    }
    if (bracket) RETURN_IF_ERROR(Expect(")"));
    if (parts.empty()) return Wrong("a name");
    if (!tuple) return std::move(parts[0]);
    auto made = New(Expression::kTuple);
    made->children = std::move(parts);
    return ExpressionPtr(std::move(made));
  }

  absl::Status For(Statement* statement) {
    statement->kind = Statement::kFor;
    ASSIGN_OR_RETURN(statement->target, Target(/*attributes=*/false));
    if (!TakeName("in")) return Wrong("in");
    ASSIGN_OR_RETURN(statement->expression, Tuple(/*choices=*/false));
    if (TakeName("if")) {
      ASSIGN_OR_RETURN(statement->condition, Choice());
    }
    statement->recursive = TakeName("recursive");
    RETURN_IF_ERROR(ExpectBlockEnd());
    ++loops_;
    ASSIGN_OR_RETURN(statement->body, Body({"endfor", "else"}));
    --loops_;
    if (TakeName("else")) {
      RETURN_IF_ERROR(ExpectBlockEnd());
      ASSIGN_OR_RETURN(statement->otherwise, Body({"endfor"}));
    }
    return EndOf("endfor");
  }

  absl::Status Set(Statement* statement) {
    ASSIGN_OR_RETURN(statement->target, Target(/*attributes=*/true));
    if (TakeOperator("=")) {
      statement->kind = Statement::kSet;
      ASSIGN_OR_RETURN(statement->expression, Tuple(true));
      return ExpectBlockEnd();
    }
    statement->kind = Statement::kSetBlock;
    if (IsOperator("|")) {
      ASSIGN_OR_RETURN(statement->expression, Filters(nullptr));
    }
    RETURN_IF_ERROR(ExpectBlockEnd());
    ASSIGN_OR_RETURN(statement->body, Body({"endset"}));
    return EndOf("endset");
  }

  absl::Status Parameters(Statement* statement) {
    RETURN_IF_ERROR(Expect("("));
    while (!IsOperator(")")) {
      if (!statement->parameters.empty()) RETURN_IF_ERROR(Expect(","));
      if (IsOperator(")")) break;
      Statement::Parameter parameter;
      ASSIGN_OR_RETURN(parameter.name, ExpectName());
      if (TakeOperator("=")) {
        ASSIGN_OR_RETURN(parameter.otherwise, Choice());
      } else if (!statement->parameters.empty() &&
                 statement->parameters.back().otherwise != nullptr) {
        return Wrong("a default for this parameter too");
      }
      statement->parameters.push_back(std::move(parameter));
    }
    return Expect(")");
  }

  absl::Status MacroBody(absl::string_view end, Statement* statement) {
    const int loops = std::exchange(loops_, 0);
    const Statement::Mentions outer = std::exchange(mentions_, {});
    ASSIGN_OR_RETURN(statement->body, Body({end}));
    statement->mentions = mentions_;
    mentions_.caller |= outer.caller;
    mentions_.varargs |= outer.varargs;
    mentions_.kwargs |= outer.kwargs;
    loops_ = loops;
    return absl::OkStatus();
  }

  absl::Status Macro(Statement* statement) {
    statement->kind = Statement::kMacro;
    ASSIGN_OR_RETURN(statement->text, ExpectName());
    RETURN_IF_ERROR(Parameters(statement));
    RETURN_IF_ERROR(ExpectBlockEnd());
    RETURN_IF_ERROR(MacroBody("endmacro", statement));
    return EndOf("endmacro");
  }

  absl::Status CallBlock(Statement* statement) {
    statement->kind = Statement::kCallBlock;
    statement->text = "caller";
    if (IsOperator("(")) RETURN_IF_ERROR(Parameters(statement));
    ASSIGN_OR_RETURN(statement->expression, Choice());
    if (statement->expression->kind != Expression::kCall) {
      return Wrong("a call");
    }
    RETURN_IF_ERROR(ExpectBlockEnd());
    RETURN_IF_ERROR(MacroBody("endcall", statement));
    return EndOf("endcall");
  }

  absl::Status FilterBlock(Statement* statement) {
    statement->kind = Statement::kFilterBlock;
    ASSIGN_OR_RETURN(statement->expression, Filters(nullptr, true));
    RETURN_IF_ERROR(ExpectBlockEnd());
    ASSIGN_OR_RETURN(statement->body, Body({"endfilter"}));
    return EndOf("endfilter");
  }

  absl::Status WithBlock(Statement* statement) {
    statement->kind = Statement::kWith;
    while (Now().kind != Token::kBlockEnd) {
      if (!statement->assignments.empty()) RETURN_IF_ERROR(Expect(","));
      ASSIGN_OR_RETURN(std::string name, ExpectName());
      RETURN_IF_ERROR(Expect("="));
      ASSIGN_OR_RETURN(ExpressionPtr value, Choice());
      statement->assignments.emplace_back(std::move(name), std::move(value));
    }
    RETURN_IF_ERROR(ExpectBlockEnd());
    ASSIGN_OR_RETURN(statement->body, Body({"endwith"}));
    return EndOf("endwith");
  }

  // ---- expressions ----

  // One expression, or several with commas: a tuple. `choices`: they may hold
  // "if".
  Made Tuple(bool choices) {
    std::vector<ExpressionPtr> parts;
    bool tuple = false;
    while (true) {
      if (tuple && (Now().kind == Token::kVariableEnd ||
                    Now().kind == Token::kBlockEnd || IsOperator(")") ||
                    IsName("recursive"))) {
        break;
      }
      auto part = choices ? Choice() : Or();
      if (!part.ok()) return part.status();
      parts.push_back(*std::move(part));
      if (!TakeOperator(",")) break;
      tuple = true;
    }
    if (!tuple) return std::move(parts[0]);
    auto made = New(Expression::kTuple);
    made->children = std::move(parts);
    return ExpressionPtr(std::move(made));
  }

  Made Choice() {
    if (++depth_ > kMaxDepth) return Wrong("an expression that nests less");
    ASSIGN_OR_RETURN(ExpressionPtr made, Or());
    while (TakeName("if")) {
      auto choice = New(Expression::kChoice);
      ASSIGN_OR_RETURN(ExpressionPtr condition, Or());
      ExpressionPtr otherwise;
      if (TakeName("else")) {
        ASSIGN_OR_RETURN(otherwise, Choice());
      }
      choice->children.push_back(std::move(made));
      choice->children.push_back(std::move(condition));
      choice->children.push_back(std::move(otherwise));
      made = std::move(choice);
    }
    --depth_;
    return made;
  }

  Made Or() {
    ASSIGN_OR_RETURN(ExpressionPtr left, And());
    while (TakeName("or")) {
      RETURN_IF_ERROR(Longer());
      ASSIGN_OR_RETURN(ExpressionPtr right, And());
      left = With(Expression::kOr, std::move(left), std::move(right));
    }
    return left;
  }

  Made And() {
    ASSIGN_OR_RETURN(ExpressionPtr left, Not());
    while (TakeName("and")) {
      RETURN_IF_ERROR(Longer());
      ASSIGN_OR_RETURN(ExpressionPtr right, Not());
      left = With(Expression::kAnd, std::move(left), std::move(right));
    }
    return left;
  }

  Made Not() {
    if (!IsName("not")) return Compare();
    ++at_;
    if (++depth_ > kMaxDepth) return Wrong("an expression that nests less");
    ASSIGN_OR_RETURN(ExpressionPtr inner, Not());
    --depth_;
    return With(Expression::kNot, std::move(inner));
  }

  Made Compare() {
    ASSIGN_OR_RETURN(ExpressionPtr first, Sum());
    std::unique_ptr<Expression> made;
    while (true) {
      std::string by;
      if (Now().kind == Token::kOperator &&
          (IsOperator("==") || IsOperator("!=") || IsOperator("<") ||
           IsOperator("<=") || IsOperator(">") || IsOperator(">="))) {
        by = Now().text;
        ++at_;
      } else if (TakeName("in")) {
        by = "in";
      } else if (IsName("not") && tokens_[at_ + 1].kind == Token::kName &&
                 tokens_[at_ + 1].text == "in") {
        at_ += 2;
        by = "not in";
      } else {
        break;
      }
      if (made == nullptr) {
        made = New(Expression::kCompare);
        made->children.push_back(std::move(first));
      }
      ASSIGN_OR_RETURN(ExpressionPtr next, Sum());
      made->operators.push_back(std::move(by));
      made->children.push_back(std::move(next));
    }
    if (made == nullptr) return first;
    return ExpressionPtr(std::move(made));
  }

  // Long chains are deep trees.
  absl::Status Longer() {
    return ++chained_ > kMaxChain ? Wrong("a shorter template")
                                  : absl::OkStatus();
  }

  template <typename Inner>
  Made LeftToRight(std::initializer_list<absl::string_view> operators,
                   Inner inner) {
    ASSIGN_OR_RETURN(ExpressionPtr left, (this->*inner)());
    while (true) {
      std::string found;
      for (const absl::string_view spelling : operators) {
        if (IsOperator(spelling)) found = std::string(spelling);
      }
      if (found.empty()) return left;
      RETURN_IF_ERROR(Longer());
      ++at_;
      ASSIGN_OR_RETURN(ExpressionPtr right, (this->*inner)());
      auto made = New(Expression::kBinary);
      made->text = found;
      made->children.push_back(std::move(left));
      made->children.push_back(std::move(right));
      left = std::move(made);
    }
  }

  Made Sum() { return LeftToRight({"+", "-"}, &Parser::Concatenation); }
  Made Concatenation() { return LeftToRight({"~"}, &Parser::Product); }
  Made Product() { return LeftToRight({"*", "/", "//", "%"}, &Parser::Power); }
  Made Power() { return LeftToRight({"**"}, &Parser::FilteredUnary); }
  Made FilteredUnary() { return Unary(true); }

  Made Unary(bool filters) {
    if (++depth_ > kMaxDepth) return Wrong("an expression that nests less");
    ExpressionPtr made;
    if (TakeOperator("-")) {
      ASSIGN_OR_RETURN(made, Unary(false));
      made = With(Expression::kNegative, std::move(made));
    } else if (TakeOperator("+")) {
      ASSIGN_OR_RETURN(made, Unary(false));
      made = With(Expression::kPositive, std::move(made));
    } else {
      ASSIGN_OR_RETURN(made, Primary());
    }
    ASSIGN_OR_RETURN(made, Postfix(std::move(made)));
    if (filters) {
      ASSIGN_OR_RETURN(made, Filters(std::move(made)));
    }
    --depth_;
    return made;
  }

  Made Constant(Value value) {
    auto made = New(Expression::kConstant);
    made->constant = std::move(value);
    return ExpressionPtr(std::move(made));
  }

  Made Number() {
    const Token& token = tokens_[at_++];
    if (token.kind == Token::kFloat) {
      double value;
      if (!absl::SimpleAtod(token.text, &value)) return Wrong("a number");
      return Constant(Value::Float(value));
    }
    int base = 10;
    absl::string_view digits = token.text;
    if (digits.size() > 2 && digits[0] == '0' &&
        !absl::ascii_isdigit(digits[1])) {
      const char kind = digits[1] | 0x20;
      base = kind == 'x' ? 16 : kind == 'o' ? 8 : 2;
      digits.remove_prefix(2);
    }
    int64_t value;
    const auto end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, value, base);
    if (read.ec != std::errc() || read.ptr != end) {
      return Wrong("an integer of 64 bits");
    }
    return Constant(Value::Int(value));
  }

  Made Primary() {
    const Token& token = Now();
    if (token.kind == Token::kName) {
      ++at_;
      if (token.text == "true" || token.text == "True") {
        return Constant(Value::Bool(true));
      }
      if (token.text == "false" || token.text == "False") {
        return Constant(Value::Bool(false));
      }
      if (token.text == "none" || token.text == "None") {
        return Constant(Value::Nothing());
      }
      mentions_.caller |= token.text == "caller";
      mentions_.varargs |= token.text == "varargs";
      mentions_.kwargs |= token.text == "kwargs";
      auto made = New(Expression::kName);
      made->text = token.text;
      return ExpressionPtr(std::move(made));
    }
    if (token.kind == Token::kString) {
      std::string text;
      while (Now().kind == Token::kString) text += tokens_[at_++].text;
      return Constant(Value::String(text));
    }
    if (token.kind == Token::kInteger || token.kind == Token::kFloat) {
      return Number();
    }
    if (TakeOperator("(")) {
      if (TakeOperator(")")) return ExpressionPtr(New(Expression::kTuple));
      ASSIGN_OR_RETURN(ExpressionPtr made, Tuple(true));
      RETURN_IF_ERROR(Expect(")"));
      return made;
    }
    if (TakeOperator("[")) {
      auto made = New(Expression::kList);
      while (!IsOperator("]")) {
        if (!made->children.empty()) RETURN_IF_ERROR(Expect(","));
        if (IsOperator("]")) break;
        ASSIGN_OR_RETURN(ExpressionPtr item, Choice());
        made->children.push_back(std::move(item));
      }
      RETURN_IF_ERROR(Expect("]"));
      return ExpressionPtr(std::move(made));
    }
    if (TakeOperator("{")) {
      auto made = New(Expression::kDict);
      while (!IsOperator("}")) {
        if (!made->children.empty()) RETURN_IF_ERROR(Expect(","));
        if (IsOperator("}")) break;
        ASSIGN_OR_RETURN(ExpressionPtr key, Choice());
        RETURN_IF_ERROR(Expect(":"));
        ASSIGN_OR_RETURN(ExpressionPtr value, Choice());
        made->children.push_back(std::move(key));
        made->children.push_back(std::move(value));
      }
      RETURN_IF_ERROR(Expect("}"));
      return ExpressionPtr(std::move(made));
    }
    return Wrong("an expression");
  }

  Made Postfix(ExpressionPtr made) {
    while (true) {
      if (TakeOperator(".")) {
        RETURN_IF_ERROR(Longer());
        if (Now().kind == Token::kInteger) {
          ASSIGN_OR_RETURN(ExpressionPtr index, Number());
          made = With(Expression::kItem, std::move(made), std::move(index));
          continue;
        }
        auto attribute = New(Expression::kAttribute);
        ASSIGN_OR_RETURN(attribute->text, ExpectName());
        attribute->children.push_back(std::move(made));
        made = std::move(attribute);
      } else if (TakeOperator("[")) {
        RETURN_IF_ERROR(Longer());
        ASSIGN_OR_RETURN(made, Subscript(std::move(made)));
      } else if (IsOperator("(")) {
        RETURN_IF_ERROR(Longer());
        ASSIGN_OR_RETURN(made, Call(std::move(made)));
      } else {
        return made;
      }
    }
  }

  Made Subscript(ExpressionPtr of) {
    auto made = New(Expression::kSlice);
    made->children.push_back(std::move(of));
    ExpressionPtr parts[3];
    int colons = 0;
    while (!IsOperator("]")) {
      if (TakeOperator(":")) {
        if (++colons > 2) return Wrong("]");
        continue;
      }
      if (parts[colons] != nullptr) return Wrong("]");
      ASSIGN_OR_RETURN(parts[colons], colons == 0 ? Tuple(true) : Choice());
    }
    RETURN_IF_ERROR(Expect("]"));
    if (colons == 0) {
      if (parts[0] == nullptr) return Wrong("an index");
      made->kind = Expression::kItem;
      made->children.push_back(std::move(parts[0]));
    } else {
      for (ExpressionPtr& part : parts) {
        made->children.push_back(std::move(part));
      }
    }
    return ExpressionPtr(std::move(made));
  }

  absl::Status ParseArguments(Arguments* arguments) {
    RETURN_IF_ERROR(Expect("("));
    bool first = true;
    while (!IsOperator(")")) {
      if (!first) RETURN_IF_ERROR(Expect(","));
      first = false;
      if (IsOperator(")")) break;
      if (TakeOperator("**")) {
        ASSIGN_OR_RETURN(arguments->double_star, Choice());
      } else if (TakeOperator("*")) {
        ASSIGN_OR_RETURN(arguments->star, Choice());
      } else if (Now().kind == Token::kName &&
                 tokens_[at_ + 1].kind == Token::kOperator &&
                 tokens_[at_ + 1].text == "=") {
        std::string name = Now().text;
        at_ += 2;
        ASSIGN_OR_RETURN(ExpressionPtr value, Choice());
        arguments->named.emplace_back(std::move(name), std::move(value));
      } else {
        if (!arguments->named.empty()) return Wrong("a named argument");
        ASSIGN_OR_RETURN(ExpressionPtr value, Choice());
        arguments->positional.push_back(std::move(value));
      }
    }
    return Expect(")");
  }

  Made Call(ExpressionPtr of) {
    auto made = New(Expression::kCall);
    made->children.push_back(std::move(of));
    RETURN_IF_ERROR(ParseArguments(&made->arguments));
    return ExpressionPtr(std::move(made));
  }

  absl::StatusOr<std::string> DottedName() {
    ASSIGN_OR_RETURN(std::string name, ExpectName());
    while (TakeOperator(".")) {
      ASSIGN_OR_RETURN(const std::string more, ExpectName());
      name += "." + more;
    }
    return name;
  }

  // `inline_first`: the first filter stands without its |.
  Made Filters(ExpressionPtr made, bool inline_first = false) {
    while (true) {
      if (inline_first || IsOperator("|")) {
        if (!inline_first) ++at_;
        inline_first = false;
        RETURN_IF_ERROR(Longer());
        auto filter = New(Expression::kFilter);
        ASSIGN_OR_RETURN(filter->text, DottedName());
        if (made != nullptr) filter->children.push_back(std::move(made));
        if (IsOperator("(")) {
          RETURN_IF_ERROR(ParseArguments(&filter->arguments));
        }
        made = std::move(filter);
      } else if (made != nullptr && IsName("is")) {
        ++at_;
        RETURN_IF_ERROR(Longer());
        ASSIGN_OR_RETURN(made, Test(std::move(made)));
      } else if (made != nullptr && IsOperator("(")) {
        ASSIGN_OR_RETURN(made, Call(std::move(made)));
      } else {
        return made;
      }
    }
  }

  Made Test(ExpressionPtr of) {
    const bool negated = TakeName("not");
    auto test = New(Expression::kTest);
    test->children.push_back(std::move(of));
    ASSIGN_OR_RETURN(test->text, DottedName());
    const Token& next = Now();
    if (IsOperator("(")) {
      RETURN_IF_ERROR(ParseArguments(&test->arguments));
    } else if ((next.kind == Token::kName && !IsName("else") && !IsName("or") &&
                !IsName("and") && !IsName("is") && !IsName("if") &&
                !IsName("in") && !IsName("not") && !IsName("recursive")) ||
               next.kind == Token::kString || next.kind == Token::kInteger ||
               next.kind == Token::kFloat || IsOperator("[") ||
               IsOperator("{")) {
      ASSIGN_OR_RETURN(ExpressionPtr argument, Primary());
      ASSIGN_OR_RETURN(argument, Postfix(std::move(argument)));
      test->arguments.positional.push_back(std::move(argument));
    } else if (IsName("is")) {
      return Wrong("no second \"is\"");
    }
    ExpressionPtr made = std::move(test);
    if (negated) made = With(Expression::kNot, std::move(made));
    return made;
  }

  const std::vector<Token> tokens_;
  size_t at_ = 0;
  int depth_ = 0;
  int loops_ = 0;
  int chained_ = 0;
  Statement::Mentions mentions_;  // of the macro that is read
};

}  // namespace

absl::StatusOr<Block> ParseTemplate(absl::string_view source) {
  ASSIGN_OR_RETURN(std::vector<TemplateToken> tokens, LexTemplate(source));
  return Parser(std::move(tokens)).Parse();
}

}  // namespace footnote
