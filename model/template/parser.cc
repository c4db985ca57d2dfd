#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "model/template/expression_parser.h"
#include "model/template/lexer.h"
#include "model/template/syntax.h"

namespace footnote {
namespace {

// Reads statements, and blocks of them.
class Parser : private ExpressionParser {
 public:
  explicit Parser(std::vector<TemplateToken> tokens)
      : ExpressionParser(std::move(tokens)) {}

  absl::StatusOr<Block> Parse() {
    ASSIGN_OR_RETURN(Block block, Body({}));
    return block;
  }

 private:
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

  // A name, an attribute of a namespace, or a tuple of targets.
  Made Target(bool attributes) {
    if (++depth_ > kMaxDepth) return Wrong("names that nest less");
    std::vector<ExpressionPtr> parts;
    bool tuple = false;
    while (!IsName("in") && !IsOperator("=") && !IsOperator(")")) {
      ASSIGN_OR_RETURN(ExpressionPtr part, TargetPart(attributes));
      parts.push_back(std::move(part));
      if (!TakeOperator(",")) break;
      tuple = true;
    }
    --depth_;
    if (parts.empty()) return Wrong("a name");
    if (!tuple) return std::move(parts[0]);
    auto made = New(Expression::kTuple);
    made->children = std::move(parts);
    return ExpressionPtr(std::move(made));
  }

  Made TargetPart(bool attributes) {
    if (TakeOperator("(")) {
      ASSIGN_OR_RETURN(ExpressionPtr inner, Target(attributes));
      RETURN_IF_ERROR(Expect(")"));
      return inner;
    }
    auto part = New(Expression::kName);
    ASSIGN_OR_RETURN(part->text, ExpectName());
    if (!attributes || !TakeOperator("."))
      return ExpressionPtr(std::move(part));
    auto attribute = New(Expression::kAttribute);
    ASSIGN_OR_RETURN(attribute->text, ExpectName());
    attribute->children.push_back(std::move(part));
    return ExpressionPtr(std::move(attribute));
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

  // That lie around the statement, up to the macro that it is in.
  int loops_ = 0;
};

}  // namespace

absl::StatusOr<Block> ParseTemplate(absl::string_view source) {
  ASSIGN_OR_RETURN(std::vector<TemplateToken> tokens, LexTemplate(source));
  return Parser(std::move(tokens)).Parse();
}

}  // namespace footnote
