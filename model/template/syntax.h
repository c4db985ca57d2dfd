// A parsed Jinja template.
#ifndef FOOTNOTE_MODEL_TEMPLATE_SYNTAX_H_
#define FOOTNOTE_MODEL_TEMPLATE_SYNTAX_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model/template/value.h"

namespace footnote {

struct Expression;
using ExpressionPtr = std::unique_ptr<const Expression>;

struct Arguments {
  std::vector<ExpressionPtr> positional;
  std::vector<std::pair<std::string, ExpressionPtr>> named;
  ExpressionPtr star;         // *list
  ExpressionPtr double_star;  // **dictionary
};

struct Expression {
  enum Kind : uint8_t {
    kConstant,
    kName,       // `text`
    kList,       // children
    kTuple,      // children
    kDict,       // children: key, value, key, value
    kAttribute,  // children[0] . text
    kItem,       // children[0] [ children[1] ]
    kSlice,      // children[0] [ 1 : 2 : 3 ], each may be null
    kCall,       // children[0] ( arguments )
    kFilter,     // children[0] | text ( arguments ); no child in a filter block
    kTest,       // children[0] is text ( arguments )
    kNot,
    kNegative,
    kPositive,
    kAnd,
    kOr,
    kChoice,   // children[0] if children[1] else children[2], which may be null
    kBinary,   // text: + - * / // % ** ~
    kCompare,  // children[0] operators[0] children[1] operators[1] ...
  };
  Kind kind;
  int line = 0;
  std::string text;
  Value constant;
  std::vector<ExpressionPtr> children;
  std::vector<std::string> operators;
  Arguments arguments;
};

struct Statement;
using Block = std::vector<std::unique_ptr<const Statement>>;

struct Statement {
  enum Kind : uint8_t {
    kData,         // text
    kPrint,        // expression
    kIf,           // expression, body, otherwise
    kFor,          // target, expression, condition, body, otherwise
    kSet,          // target, expression
    kSetBlock,     // target, body; expression is a chain of filters or null
    kMacro,        // text, parameters, body
    kCallBlock,    // expression is the call, parameters, body
    kFilterBlock,  // expression is a chain of filters, body
    kWith,         // assignments, body
    kBody,         // body, with names of its own
    kBreak,
    kContinue,
  };
  struct Parameter {
    std::string name;
    ExpressionPtr otherwise;  // null where it has none
  };
  Kind kind;
  int line = 0;
  std::string text;
  ExpressionPtr target;  // names, tuples of names, attributes of namespaces
  ExpressionPtr expression;
  ExpressionPtr condition;
  bool recursive = false;
  // Which of the names that a macro need not declare its body mentions: it
  // takes more arguments only if it does.
  struct Mentions {
    bool caller = false;
    bool varargs = false;
    bool kwargs = false;
  };
  Mentions mentions;
  std::vector<Parameter> parameters;
  std::vector<std::pair<std::string, ExpressionPtr>> assignments;
  Block body;
  Block otherwise;
};

// InvalidArgument, naming the line, where `source` is no template;
// Unimplemented for the parts of the language that need other templates.
absl::StatusOr<Block> ParseTemplate(absl::string_view source);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_TEMPLATE_SYNTAX_H_
