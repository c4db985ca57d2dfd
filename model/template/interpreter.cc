#include "model/template/interpreter.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "model/template/globals.h"
#include "model/template/loop.h"
#include "model/template/operators.h"

namespace footnote {
namespace {

// Statements, expressions and macros in each other. Where the compiler makes
// large frames, as a sanitizer's does, half of a thread's usual stack ends it
// sooner.
constexpr int kMaxDepth = 1200;
constexpr uintptr_t kMaxStackBytes = 4 << 20;
constexpr int kMaxValueDepth = 100;

using Result = absl::StatusOr<Value>;

// Names of one block. All of them live until the template ends, because macros
// keep theirs.
struct Scope {
  Scope* parent = nullptr;
  std::vector<std::pair<std::string, Value>> names;

  Value* Find(absl::string_view name) {
    for (auto& [known, value] : names) {
      if (known == name) return &value;
    }
    return nullptr;
  }
  void Set(absl::string_view name, Value value) {
    Value* const known = Find(name);
    if (known != nullptr) {
      *known = std::move(value);
    } else {
      names.emplace_back(std::string(name), std::move(value));
    }
  }
};

enum class Flow { kGoOn, kBreak, kContinue };

class Interpreter {
 public:
  Interpreter(std::vector<std::pair<std::string, Value>> globals,
              const RunOptions& options)
      : budget_(options.budget) {
    Scope* const builtins = NewScope(nullptr);
    builtins->names = GlobalFunctions(options.now, &budget_, &namespaces_);
    Scope* const given = NewScope(builtins);
    given->names = std::move(globals);
    scope_ = NewScope(given);
  }

  absl::StatusOr<Text> Run(const Block& block) {
    stack_ = StackPlace();
    Text out;
    out_ = &out;
    RETURN_IF_ERROR(Execute(block).status());
    return out;
  }

 private:
  // Counts how deep calls nest.
  class Depth {
   public:
    explicit Depth(int* depth) : depth_(depth) { ++*depth_; }
    ~Depth() { --*depth_; }

   private:
    int* const depth_;
  };

  static uintptr_t StackPlace() {
    return reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  }

  absl::Status CheckDepth() const {
    const uintptr_t place = StackPlace();
    const uintptr_t used = place < stack_ ? stack_ - place : place - stack_;
    if (depth_ <= kMaxDepth && used <= kMaxStackBytes) return absl::OkStatus();
    return Wrong("maximum recursion depth exceeded");
  }

  Scope* NewScope(Scope* parent) {
    scopes_.emplace_back();
    scopes_.back().parent = parent;
    return &scopes_.back();
  }

  // ---- statements ----

  absl::StatusOr<Flow> Execute(const Block& block) {
    for (const auto& statement : block) {
      absl::StatusOr<Flow> flow = ExecuteOne(*statement);
      if (!flow.ok()) return AtLine(flow.status(), statement->line);
      if (*flow != Flow::kGoOn) return flow;
    }
    return Flow::kGoOn;
  }

  static absl::Status AtLine(const absl::Status& status, int line) {
    if (!absl::IsInvalidArgument(status) ||
        absl::StartsWith(status.message(), "template line ")) {
      return status;
    }
    return Wrong(absl::StrCat("template line ", line, ": ", status.message()));
  }

  absl::Status Print(const Text& text) {
    out_->Append(text);
    return budget_.Grow(text.size(), out_->size());
  }

  absl::StatusOr<Flow> ExecuteOne(const Statement& statement) {
    const Depth depth(&depth_);
    RETURN_IF_ERROR(CheckDepth());
    RETURN_IF_ERROR(budget_.Spend(1));
    switch (statement.kind) {
      case Statement::kData:
        RETURN_IF_ERROR(Print(Text(statement.text)));
        break;
      case Statement::kPrint: {
        ASSIGN_OR_RETURN(const Value value, Evaluate(*statement.expression));
        RETURN_IF_ERROR(Print(value.Str()));
        break;
      }
      case Statement::kIf: {
        ASSIGN_OR_RETURN(const Value value, Evaluate(*statement.expression));
        return Execute(value.IsTrue() ? statement.body : statement.otherwise);
      }
      case Statement::kFor: {
        ASSIGN_OR_RETURN(const Value over, Evaluate(*statement.expression));
        RETURN_IF_ERROR(Loop(statement, over, 0, scope_));
        break;
      }
      case Statement::kSet: {
        ASSIGN_OR_RETURN(Value value, Evaluate(*statement.expression));
        RETURN_IF_ERROR(Assign(*statement.target, std::move(value)));
        break;
      }
      case Statement::kSetBlock: {
        ASSIGN_OR_RETURN(Value value, Captured(statement));
        RETURN_IF_ERROR(Assign(*statement.target, std::move(value)));
        break;
      }
      case Statement::kFilterBlock: {
        ASSIGN_OR_RETURN(const Value value, Captured(statement));
        RETURN_IF_ERROR(Print(value.Str()));
        break;
      }
      case Statement::kMacro:
        scope_->Set(statement.text, Macro(statement));
        break;
      case Statement::kCallBlock: {
        caller_ = Macro(statement);
        ASSIGN_OR_RETURN(const Value value, Evaluate(*statement.expression));
        RETURN_IF_ERROR(Print(value.Str()));
        break;
      }
      case Statement::kWith: {
        Scope* const outer = scope_;
        Scope* const inner = NewScope(outer);
        for (const auto& [name, expression] : statement.assignments) {
          ASSIGN_OR_RETURN(Value value, Evaluate(*expression));
          inner->Set(name, std::move(value));
        }
        scope_ = inner;
        absl::StatusOr<Flow> flow = Execute(statement.body);
        scope_ = outer;
        return flow;
      }
      case Statement::kBody: {
        Scope* const outer = scope_;
        scope_ = NewScope(outer);
        absl::StatusOr<Flow> flow = Execute(statement.body);
        scope_ = outer;
        return flow;
      }
      case Statement::kBreak:
        return Flow::kBreak;
      case Statement::kContinue:
        return Flow::kContinue;
    }
    return Flow::kGoOn;
  }

  // What the body of `statement` prints, through its filters.
  Result Captured(const Statement& statement) {
    Text text;
    Text* const outer_out = std::exchange(out_, &text);
    Scope* const outer = scope_;
    scope_ = NewScope(outer);
    const absl::StatusOr<Flow> flow = Execute(statement.body);
    scope_ = outer;
    out_ = outer_out;
    RETURN_IF_ERROR(flow.status());
    Value value = Value::String(std::move(text));
    if (statement.expression == nullptr) return value;
    return Filtered(*statement.expression, &value);
  }

  absl::Status Assign(const Expression& target, Value value) {
    if (target.kind == Expression::kName) {
      scope_->Set(target.text, std::move(value));
      return absl::OkStatus();
    }
    if (target.kind == Expression::kAttribute) {
      ASSIGN_OR_RETURN(const Value of, Evaluate(*target.children[0]));
      if (!of.IsNamespace()) {
        return Wrong("cannot assign attribute on non-namespace object");
      }
      auto& fields = of.fields().fields;
      for (auto& [name, field] : fields) {
        if (name != target.text) continue;
        field = std::move(value);
        return absl::OkStatus();
      }
      fields.emplace_back(target.text, std::move(value));
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(std::vector<Value> items, Iterate(value, &budget_));
    if (items.size() != target.children.size()) {
      return Wrong(absl::StrCat(items.size(), " values to unpack, want ",
                                target.children.size()));
    }
    for (size_t i = 0; i < items.size(); ++i) {
      RETURN_IF_ERROR(Assign(*target.children[i], std::move(items[i])));
    }
    return absl::OkStatus();
  }

  // ---- loops ----

  absl::Status Loop(const Statement& statement, const Value& over, int depth,
                    Scope* outer) {
    ASSIGN_OR_RETURN(std::vector<Value> items, Iterate(over, &budget_));
    Scope* const before = scope_;
    if (statement.condition != nullptr) {
      std::vector<Value> kept;
      for (Value& item : items) {
        scope_ = NewScope(outer);
        RETURN_IF_ERROR(Assign(*statement.target, item));
        ASSIGN_OR_RETURN(const Value passes, Evaluate(*statement.condition));
        if (passes.IsTrue()) kept.push_back(std::move(item));
      }
      scope_ = before;
      items = std::move(kept);
    }
    if (items.empty()) {
      scope_ = NewScope(outer);
      const absl::StatusOr<Flow> flow = Execute(statement.otherwise);
      scope_ = before;
      return flow.status();
    }
    auto state = std::make_shared<LoopState>();
    state->items = std::move(items);
    state->depth = depth;
    const Value loop = LoopObject(statement, state, outer);
    absl::Status status;
    for (; state->index < state->items.size(); ++state->index) {
      scope_ = NewScope(outer);
      status = Assign(*statement.target, state->items[state->index]);
      if (!status.ok()) break;
      scope_->Set("loop", loop);
      const absl::StatusOr<Flow> flow = Execute(statement.body);
      status = flow.status();
      if (!status.ok() || *flow == Flow::kBreak) break;
    }
    scope_ = before;
    // It may be the loop itself, which would keep itself for ever.
    state->changed_value = Value();
    return status;
  }

  Value LoopObject(const Statement& statement,
                   const std::shared_ptr<LoopState>& state, Scope* outer) {
    Callable loop;
    loop.name = "loop";
    loop.call = [this, &statement, state,
                 outer](const CallArguments& arguments) -> Result {
      if (!statement.recursive) {
        return Wrong("the loop must have the 'recursive' marker");
      }
      if (arguments.positional.size() != 1) return Wrong("loop: want a list");
      Text text;
      Text* const outer_out = std::exchange(out_, &text);
      const absl::Status status =
          Loop(statement, arguments.positional[0], state->depth + 1, outer);
      out_ = outer_out;
      RETURN_IF_ERROR(status);
      return Value::String(std::move(text));
    };
    loop.attribute = [state](absl::string_view name, Value* value) {
      return LoopAttribute(state, name, value);
    };
    return Value::Function(std::move(loop));
  }

  // ---- macros ----

  Value Macro(const Statement& statement) {
    Callable macro;
    macro.name = absl::StrCat("Macro '", statement.text, "'");
    Scope* const defined = scope_;
    macro.call = [this, &statement, defined](CallArguments arguments) {
      return CallMacro(statement, defined, std::move(arguments));
    };
    macro.attribute = [&statement](absl::string_view name, Value* value) {
      if (name == "name") {
        *value = Value::String(statement.text);
      } else if (name == "arguments") {
        Value::List names;
        for (const auto& parameter : statement.parameters) {
          names.push_back(Value::String(parameter.name));
        }
        *value = Value::TupleOf(std::move(names));
      } else {
        return false;
      }
      return true;
    };
    return Value::Function(std::move(macro));
  }

  Result CallMacro(const Statement& statement, Scope* defined,
                   CallArguments arguments) {
    const Depth depth(&depth_);
    RETURN_IF_ERROR(CheckDepth());
    Scope* const before = scope_;
    Scope* const inner = NewScope(defined);
    const Value caller = std::exchange(caller_, Value());
    scope_ = inner;
    absl::Status status = Bind(statement, &arguments, caller, inner);
    Text text;
    if (status.ok()) {
      Text* const outer_out = std::exchange(out_, &text);
      status = Execute(statement.body).status();
      out_ = outer_out;
    }
    scope_ = before;
    RETURN_IF_ERROR(status);
    return Value::String(std::move(text));
  }

  absl::Status Bind(const Statement& statement, CallArguments* arguments,
                    const Value& caller, Scope* inner) {
    auto& positional = arguments->positional;
    auto& named = arguments->named;
    size_t place = 0;
    for (const auto& parameter : statement.parameters) {
      const auto by_name =
          std::find_if(named.begin(), named.end(), [&](const auto& argument) {
            return argument.first == parameter.name;
          });
      if (place < positional.size()) {
        if (by_name != named.end()) {
          return Wrong(absl::StrCat("macro ", statement.text,
                                    " got two values for ", parameter.name));
        }
        inner->Set(parameter.name, std::move(positional[place]));
      } else if (by_name != named.end()) {
        inner->Set(parameter.name, std::move(by_name->second));
        named.erase(by_name);
      } else if (parameter.otherwise != nullptr) {
        ASSIGN_OR_RETURN(Value value, Evaluate(*parameter.otherwise));
        inner->Set(parameter.name, std::move(value));
      } else {
        inner->Set(parameter.name, Value::UndefinedNamed(parameter.name));
      }
      ++place;
    }
    const Statement::Mentions& mentions = statement.mentions;
    if (place < positional.size() && !mentions.varargs) {
      return Wrong(absl::StrCat("macro '", statement.text,
                                "' takes not more than ", place,
                                " arguments, not ", positional.size()));
    }
    if (!named.empty() && !mentions.kwargs) {
      return Wrong(absl::StrCat("macro '", statement.text,
                                "' takes no keyword argument '", named[0].first,
                                "'"));
    }
    if (!caller.IsUndefined() && !mentions.caller) {
      return Wrong(
          absl::StrCat("macro '", statement.text, "' does not call caller()"));
    }
    Value::List more;
    for (; place < positional.size(); ++place) {
      more.push_back(std::move(positional[place]));
    }
    inner->Set("varargs", Value::TupleOf(std::move(more)));
    Value::Dict rest;
    for (auto& [name, value] : named) {
      rest.emplace_back(Value::String(name), std::move(value));
    }
    inner->Set("kwargs", Value::DictOf(std::move(rest)));
    if (!caller.IsUndefined()) inner->Set("caller", caller);
    return absl::OkStatus();
  }

  // ---- expressions ----

  Value Look(absl::string_view name) {
    for (Scope* scope = scope_; scope != nullptr; scope = scope->parent) {
      const Value* const found = scope->Find(name);
      if (found != nullptr) return *found;
    }
    return Value::UndefinedNamed(name);
  }

  Result Evaluate(const Expression& expression) {
    const Depth depth(&depth_);
    RETURN_IF_ERROR(CheckDepth());
    RETURN_IF_ERROR(budget_.Spend(1));
    Result value = EvaluateOne(expression);
    if (value.ok() && value->depth() > kMaxValueDepth) {
      return Wrong("lists and dictionaries nest too deep");
    }
    if (value.ok() && value->IsString()) {
      RETURN_IF_ERROR(budget_.Make(value->text().size()));
    }
    return value;
  }

  Result EvaluateOne(const Expression& e) {
    switch (e.kind) {
      case Expression::kConstant:
        return e.constant;
      case Expression::kName:
        return Look(e.text);
      case Expression::kList:
      case Expression::kTuple:
        return MakeList(e);
      case Expression::kDict:
        return MakeDict(e);
      case Expression::kAttribute: {
        ASSIGN_OR_RETURN(const Value of, Evaluate(*e.children[0]));
        return GetAttribute(of, e.text, &budget_);
      }
      case Expression::kItem: {
        ASSIGN_OR_RETURN(const Value of, Evaluate(*e.children[0]));
        ASSIGN_OR_RETURN(const Value key, Evaluate(*e.children[1]));
        return GetItem(of, key, &budget_);
      }
      case Expression::kSlice:
        return Sliced(e);
      case Expression::kCall:
        return Call(e);
      case Expression::kFilter:
        return Filtered(e, nullptr);
      case Expression::kTest:
        return Test(e);
      case Expression::kNot: {
        ASSIGN_OR_RETURN(const Value value, Evaluate(*e.children[0]));
        return Value::Bool(!value.IsTrue());
      }
      case Expression::kNegative:
      case Expression::kPositive: {
        ASSIGN_OR_RETURN(const Value value, Evaluate(*e.children[0]));
        return Signed(e.kind == Expression::kNegative, value);
      }
      case Expression::kAnd:
      case Expression::kOr: {
        ASSIGN_OR_RETURN(Value left, Evaluate(*e.children[0]));
        if (left.IsTrue() == (e.kind == Expression::kOr)) return left;
        return Evaluate(*e.children[1]);
      }
      case Expression::kChoice: {
        ASSIGN_OR_RETURN(const Value condition, Evaluate(*e.children[1]));
        if (condition.IsTrue()) return Evaluate(*e.children[0]);
        if (e.children[2] == nullptr) {
          return Value::UndefinedNamed("the inline if-expression's else");
        }
        return Evaluate(*e.children[2]);
      }
      case Expression::kBinary: {
        ASSIGN_OR_RETURN(const Value left, Evaluate(*e.children[0]));
        ASSIGN_OR_RETURN(const Value right, Evaluate(*e.children[1]));
        return Binary(e.text, left, right, &budget_);
      }
      case Expression::kCompare:
        return Compare(e);
    }
    return Wrong("an unknown expression");
  }

  Result Sliced(const Expression& e) {
    ASSIGN_OR_RETURN(const Value of, Evaluate(*e.children[0]));
    Value given[3];
    for (int i = 0; i < 3; ++i) {
      if (e.children[i + 1] == nullptr) continue;
      ASSIGN_OR_RETURN(given[i], Evaluate(*e.children[i + 1]));
      if (!given[i].IsInt() && !given[i].IsBool() && !given[i].IsNone()) {
        return Wrong("slice indices must be integers or None");
      }
    }
    return Slice(of, given, &budget_);
  }

  Result MakeList(const Expression& e) {
    Value::List items;
    for (const auto& child : e.children) {
      ASSIGN_OR_RETURN(Value item, Evaluate(*child));
      items.push_back(std::move(item));
    }
    return e.kind == Expression::kList ? Value::ListOf(std::move(items))
                                       : Value::TupleOf(std::move(items));
  }

  Result MakeDict(const Expression& e) {
    Value::Dict items;
    for (size_t i = 0; i < e.children.size(); i += 2) {
      ASSIGN_OR_RETURN(Value key, Evaluate(*e.children[i]));
      ASSIGN_OR_RETURN(Value value, Evaluate(*e.children[i + 1]));
      if (key.IsDict() || (key.IsSequence() && !key.sequence().tuple)) {
        return Wrong(absl::StrCat("unhashable type: '", key.TypeName(), "'"));
      }
      SetItem(std::move(key), std::move(value), &items);
    }
    return Value::DictOf(std::move(items));
  }

  absl::StatusOr<CallArguments> EvaluateArguments(const Arguments& given) {
    CallArguments arguments;
    for (const auto& expression : given.positional) {
      ASSIGN_OR_RETURN(Value value, Evaluate(*expression));
      arguments.positional.push_back(std::move(value));
    }
    for (const auto& [name, expression] : given.named) {
      ASSIGN_OR_RETURN(Value value, Evaluate(*expression));
      arguments.named.emplace_back(name, std::move(value));
    }
    if (given.star != nullptr) {
      ASSIGN_OR_RETURN(const Value list, Evaluate(*given.star));
      ASSIGN_OR_RETURN(std::vector<Value> items, Iterate(list, &budget_));
      for (Value& item : items) {
        arguments.positional.push_back(std::move(item));
      }
    }
    if (given.double_star != nullptr) {
      ASSIGN_OR_RETURN(const Value named, Evaluate(*given.double_star));
      if (!named.IsDict()) return Wrong("argument after ** must be a mapping");
      RETURN_IF_ERROR(budget_.Spend(named.dict().size()));
      for (const auto& [key, value] : named.dict()) {
        arguments.named.emplace_back(key.Str().bytes(), value);
      }
    }
    return arguments;
  }

  Result Call(const Expression& e) {
    // A call block's caller is for this call, not for those in its arguments.
    Value caller = std::exchange(caller_, Value());
    ASSIGN_OR_RETURN(const Value of, Evaluate(*e.children[0]));
    ASSIGN_OR_RETURN(CallArguments arguments, EvaluateArguments(e.arguments));
    if (of.IsUndefined()) {
      return Wrong(absl::StrCat("'", of.undefined_name(), "' is undefined"));
    }
    if (!of.IsCallable() || !of.callable().call) {
      return Wrong(
          absl::StrCat("'", of.TypeName(), "' object is not callable"));
    }
    caller_ = std::move(caller);
    Result made = of.callable().call(std::move(arguments));
    caller_ = Value();
    return made;
  }

  // `e` is a chain of filters; `input` goes into the first where it has none.
  Result Filtered(const Expression& e, const Value* input) {
    if (e.kind != Expression::kFilter) return Evaluate(e);
    Value value;
    if (!e.children.empty()) {
      const Depth depth(&depth_);
      RETURN_IF_ERROR(CheckDepth());
      ASSIGN_OR_RETURN(value, Filtered(*e.children[0], input));
    } else if (input != nullptr) {
      value = *input;
    }
    ASSIGN_OR_RETURN(const CallArguments arguments,
                     EvaluateArguments(e.arguments));
    return ApplyFilter(e.text, value, arguments, &budget_);
  }

  Result Test(const Expression& e) {
    ASSIGN_OR_RETURN(const Value value, Evaluate(*e.children[0]));
    ASSIGN_OR_RETURN(const CallArguments arguments,
                     EvaluateArguments(e.arguments));
    ASSIGN_OR_RETURN(const bool passes,
                     ApplyTest(e.text, value, arguments, &budget_));
    return Value::Bool(passes);
  }

  Result Compare(const Expression& e) {
    ASSIGN_OR_RETURN(Value left, Evaluate(*e.children[0]));
    for (size_t i = 0; i < e.operators.size(); ++i) {
      ASSIGN_OR_RETURN(Value right, Evaluate(*e.children[i + 1]));
      ASSIGN_OR_RETURN(const bool holds,
                       Holds(e.operators[i], left, right, &budget_));
      if (!holds) return Value::Bool(false);
      left = std::move(right);
    }
    return Value::Bool(true);
  }

  Budget budget_;
  std::deque<Scope> scopes_;
  std::deque<Value::Namespace> namespaces_;
  Scope* scope_ = nullptr;
  Text* out_ = nullptr;
  // What the call that is made next has as caller().
  Value caller_;
  int depth_ = 0;
  uintptr_t stack_ = 0;  // where the stack was before all calls
};

}  // namespace

absl::StatusOr<Text> RunTemplate(
    const Block& block, std::vector<std::pair<std::string, Value>> globals,
    const RunOptions& options) {
  return Interpreter(std::move(globals), options).Run(block);
}

}  // namespace footnote
