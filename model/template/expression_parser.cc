#include "model/template/expression_parser.h"

#include <charconv>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

constexpr int kMaxChain = 1000;

}  // namespace

absl::StatusOr<ExpressionPtr> ExpressionParser::Tuple(bool choices) {
  std::vector<ExpressionPtr> parts;
  bool tuple = false;
  while (true) {
    if (tuple &&
        (Now().kind == Token::kVariableEnd || Now().kind == Token::kBlockEnd ||
         IsOperator(")") || IsName("recursive"))) {
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

absl::StatusOr<ExpressionPtr> ExpressionParser::Choice() {
  if (++depth_ > kMaxDepth) return Wrong("an expression that nests less");
  ASSIGN_OR_RETURN(ExpressionPtr made, Or());
  while (TakeName("if")) {
    RETURN_IF_ERROR(Longer());
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

absl::StatusOr<ExpressionPtr> ExpressionParser::Or() {
  ASSIGN_OR_RETURN(ExpressionPtr left, And());
  while (TakeName("or")) {
    RETURN_IF_ERROR(Longer());
    ASSIGN_OR_RETURN(ExpressionPtr right, And());
    left = With(Expression::kOr, std::move(left), std::move(right));
  }
  return left;
}

absl::StatusOr<ExpressionPtr> ExpressionParser::And() {
  ASSIGN_OR_RETURN(ExpressionPtr left, Not());
  while (TakeName("and")) {
    RETURN_IF_ERROR(Longer());
    ASSIGN_OR_RETURN(ExpressionPtr right, Not());
    left = With(Expression::kAnd, std::move(left), std::move(right));
  }
  return left;
}

absl::StatusOr<ExpressionPtr> ExpressionParser::Not() {
  if (!IsName("not")) return Compare();
  ++at_;
  if (++depth_ > kMaxDepth) return Wrong("an expression that nests less");
  ASSIGN_OR_RETURN(ExpressionPtr inner, Not());
  --depth_;
  return With(Expression::kNot, std::move(inner));
}

absl::StatusOr<ExpressionPtr> ExpressionParser::Compare() {
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

absl::Status ExpressionParser::Longer() {
  return ++chained_ > kMaxChain ? Wrong("a shorter template")
                                : absl::OkStatus();
}

absl::StatusOr<ExpressionPtr> ExpressionParser::LeftToRight(
    std::initializer_list<absl::string_view> operators, Level inner) {
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

absl::StatusOr<ExpressionPtr> ExpressionParser::Unary(bool filters) {
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

absl::StatusOr<ExpressionPtr> ExpressionParser::Constant(Value value) {
  auto made = New(Expression::kConstant);
  made->constant = std::move(value);
  return ExpressionPtr(std::move(made));
}

absl::StatusOr<ExpressionPtr> ExpressionParser::Number() {
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

absl::StatusOr<ExpressionPtr> ExpressionParser::Primary() {
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

absl::StatusOr<ExpressionPtr> ExpressionParser::Postfix(ExpressionPtr made) {
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

absl::StatusOr<ExpressionPtr> ExpressionParser::Subscript(ExpressionPtr of) {
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

absl::Status ExpressionParser::ParseArguments(Arguments* arguments) {
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

absl::StatusOr<ExpressionPtr> ExpressionParser::Call(ExpressionPtr of) {
  auto made = New(Expression::kCall);
  made->children.push_back(std::move(of));
  RETURN_IF_ERROR(ParseArguments(&made->arguments));
  return ExpressionPtr(std::move(made));
}

absl::StatusOr<std::string> ExpressionParser::DottedName() {
  ASSIGN_OR_RETURN(std::string name, ExpectName());
  while (TakeOperator(".")) {
    ASSIGN_OR_RETURN(const std::string more, ExpectName());
    name += "." + more;
  }
  return name;
}

absl::StatusOr<ExpressionPtr> ExpressionParser::Filters(ExpressionPtr made,
                                                        bool inline_first) {
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
      RETURN_IF_ERROR(Longer());
      ASSIGN_OR_RETURN(made, Call(std::move(made)));
    } else {
      return made;
    }
  }
}

absl::StatusOr<ExpressionPtr> ExpressionParser::Test(ExpressionPtr of) {
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
             next.kind == Token::kFloat || IsOperator("[") || IsOperator("{")) {
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

}  // namespace footnote
