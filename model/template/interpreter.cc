#include "model/template/interpreter.h"

#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <deque>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

// Statements, expressions and macros in each other. Where the compiler makes
// large frames, as a sanitizer's does, half of a thread's usual stack ends it
// sooner.
constexpr int kMaxDepth = 1200;
constexpr uintptr_t kMaxStackBytes = 4 << 20;
constexpr int kMaxValueDepth = 100;
constexpr int64_t kMaxRange = 100000;

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
      : budget_(options.budget), now_(options.now) {
    scopes_.emplace_back();
    builtins_ = &scopes_.back();
    AddBuiltins();
    Scope* const given = NewScope(builtins_);
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

  // ---- functions that every template has ----

  void AddFunction(absl::string_view name,
                   std::function<Result(CallArguments)> call) {
    Callable callable;
    callable.name = std::string(name);
    callable.call = std::move(call);
    builtins_->Set(name, Value::Function(std::move(callable)));
  }

  void AddBuiltins() {
    AddFunction("range", [this](const CallArguments& a) { return Range(a); });
    AddFunction("raise_exception", [](const CallArguments& a) -> Result {
      return absl::FailedPreconditionError(
          a.positional.empty() ? "" : a.positional[0].Str().bytes());
    });
    AddFunction("strftime_now",
                [this](const CallArguments& a) { return FormatNow(a); });
    AddFunction("namespace", [this](const CallArguments& a) -> Result {
      namespaces_.emplace_back();
      Value::Namespace& made = namespaces_.back();
      for (const Value& from : a.positional) {
        if (!from.IsDict()) return Wrong("namespace: want a dict");
        RETURN_IF_ERROR(budget_.Spend(from.dict().size()));
        for (const auto& [key, value] : from.dict()) {
          made.fields.emplace_back(key.Str().bytes(), value);
        }
      }
      for (const auto& [key, value] : a.named) {
        made.fields.emplace_back(key, value);
      }
      return Value::Of(&made);
    });
    AddFunction("dict", [this](const CallArguments& a) -> Result {
      Value::Dict items;
      if (!a.positional.empty()) {
        RETURN_IF_ERROR(ReadPairs(a.positional[0], &items));
      }
      for (const auto& [key, value] : a.named) {
        SetItem(Value::String(key), value, &items);
      }
      return Value::DictOf(std::move(items));
    });
    AddFunction("joiner", [](const CallArguments& a) -> Result {
      auto used = std::make_shared<bool>(false);
      const Value by =
          a.positional.empty() ? Value::String(", ") : a.positional[0];
      Callable joiner;
      joiner.name = "joiner";
      joiner.call = [used, by](const CallArguments&) -> Result {
        if (std::exchange(*used, true)) return by;
        return Value::String("");
      };
      return Value::Function(std::move(joiner));
    });
    AddFunction("cycler", [](const CallArguments& a) -> Result {
      if (a.positional.empty()) return Wrong("cycler: want items");
      auto at = std::make_shared<size_t>(0);
      Callable cycler;
      cycler.name = "cycler";
      cycler.attribute = [at, list = Value::TupleOf(a.positional)](
                             absl::string_view name, Value* value) {
        if (name == "current") {
          *value = list.items()[*at % list.items().size()];
          return true;
        }
        Callable method;
        method.name = std::string(name);
        if (name == "next") {
          method.call = [at, list](const CallArguments&) -> Result {
            return list.items()[(*at)++ % list.items().size()];
          };
        } else if (name == "reset") {
          method.call = [at](const CallArguments&) -> Result {
            *at = 0;
            return Value::Nothing();
          };
        } else {
          return false;
        }
        *value = Value::Function(std::move(method));
        return true;
      };
      return Value::Function(std::move(cycler));
    });
  }

  static void SetItem(Value key, Value value, Value::Dict* items) {
    const auto same =
        std::find_if(items->begin(), items->end(),
                     [&](const auto& item) { return item.first.Equals(key); });
    if (same != items->end()) {
      same->second = std::move(value);
    } else {
      items->emplace_back(std::move(key), std::move(value));
    }
  }

  // A dictionary, or pairs of key and value.
  absl::Status ReadPairs(const Value& from, Value::Dict* items) {
    if (from.IsDict()) {
      RETURN_IF_ERROR(budget_.Spend(from.dict().size()));
      *items = from.dict();
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const std::vector<Value> pairs, Iterate(from, &budget_));
    for (const Value& pair : pairs) {
      ASSIGN_OR_RETURN(const std::vector<Value> two, Iterate(pair, &budget_));
      if (two.size() != 2) return Wrong("dict: want pairs");
      RETURN_IF_ERROR(budget_.Spend(items->size() / 8));
      SetItem(two[0], two[1], items);
    }
    return absl::OkStatus();
  }

  Result Range(const CallArguments& arguments) {
    int64_t bounds[3] = {0, 0, 1};
    const size_t count = arguments.positional.size();
    if (count < 1 || count > 3) return Wrong("range: want 1 to 3 numbers");
    for (size_t i = 0; i < count; ++i) {
      const Value& value = arguments.positional[i];
      if (!value.IsInt() && !value.IsBool()) return Wrong("range: want int");
      bounds[count == 1 ? 1 : i] = value.AsInt();
    }
    const auto [begin, end, step] = bounds;
    if (step == 0) return Wrong("range: step is zero");
    const double size =
        std::ceil((static_cast<double>(end) - static_cast<double>(begin)) /
                  static_cast<double>(step));
    if (size > kMaxRange) return Wrong("range too big");
    Value::List items;
    for (int64_t i = 0; i < size; ++i) {
      items.push_back(Value::Int(begin + i * step));
    }
    RETURN_IF_ERROR(budget_.Spend(items.size()));
    return Value::ViewOf(
        std::move(items), "range",
        absl::StrCat("range(", begin, ", ", end,
                     step == 1 ? "" : absl::StrCat(", ", step), ")"));
  }

  Result FormatNow(const CallArguments& arguments) {
    if (arguments.positional.empty() || !arguments.positional[0].IsString()) {
      return Wrong("strftime_now: want a format");
    }
    const absl::Time now = now_ == absl::InfinitePast() ? absl::Now() : now_;
    const time_t seconds = absl::ToTimeT(now);
    struct tm parts;
    localtime_r(&seconds, &parts);
    std::string text(4096, '\0');
    text.resize(strftime(&text[0], text.size(),
                         arguments.positional[0].bytes().c_str(), &parts));
    return Value::String(text);
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

  struct LoopState {
    std::vector<Value> items;
    size_t index = 0;
    int depth = 0;
    bool has_changed_value = false;
    Value changed_value;
  };

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

  static bool LoopAttribute(const std::shared_ptr<LoopState>& state,
                            absl::string_view name, Value* value) {
    const auto index = static_cast<int64_t>(state->index);
    const auto size = static_cast<int64_t>(state->items.size());
    if (name == "index") {
      *value = Value::Int(index + 1);
    } else if (name == "index0") {
      *value = Value::Int(index);
    } else if (name == "revindex") {
      *value = Value::Int(size - index);
    } else if (name == "revindex0") {
      *value = Value::Int(size - index - 1);
    } else if (name == "first") {
      *value = Value::Bool(index == 0);
    } else if (name == "last") {
      *value = Value::Bool(index + 1 == size);
    } else if (name == "length") {
      *value = Value::Int(size);
    } else if (name == "depth" || name == "depth0") {
      *value = Value::Int(state->depth + (name == "depth" ? 1 : 0));
    } else if (name == "previtem") {
      *value = index > 0 ? state->items[index - 1]
                         : Value::UndefinedNamed("there is no previous item");
    } else if (name == "nextitem") {
      *value = index + 1 < size
                   ? state->items[index + 1]
                   : Value::UndefinedNamed("there is no next item");
    } else if (name == "cycle" || name == "changed") {
      Callable method;
      method.name = std::string(name);
      const bool cycle = name == "cycle";
      method.call = [state, cycle](const CallArguments& arguments) -> Result {
        const auto& items = arguments.positional;
        if (cycle) {
          if (items.empty()) return Wrong("no items for cycling given");
          return items[state->index % items.size()];
        }
        const Value given = Value::TupleOf(items);
        const bool same =
            state->has_changed_value && state->changed_value.Equals(given);
        state->has_changed_value = true;
        state->changed_value = given;
        return Value::Bool(!same);
      };
      *value = Value::Function(std::move(method));
    } else {
      return false;
    }
    return true;
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
        return Slice(e);
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
      case Expression::kPositive:
        return Signed(e);
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
      case Expression::kBinary:
        return Binary(e);
      case Expression::kCompare:
        return Compare(e);
    }
    return Wrong("an unknown expression");
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

  Result Slice(const Expression& e) {
    ASSIGN_OR_RETURN(const Value of, Evaluate(*e.children[0]));
    Value given[3];
    for (int i = 0; i < 3; ++i) {
      if (e.children[i + 1] == nullptr) continue;
      ASSIGN_OR_RETURN(given[i], Evaluate(*e.children[i + 1]));
      if (!given[i].IsInt() && !given[i].IsBool() && !given[i].IsNone()) {
        return Wrong("slice indices must be integers or None");
      }
    }
    if (of.IsUndefined()) {
      return Wrong(absl::StrCat("'", of.undefined_name(), "' is undefined"));
    }
    if (!of.IsString() && !(of.IsSequence() && of.sequence().HasPlaces())) {
      return Wrong(
          absl::StrCat("a '", of.TypeName(), "' object has no slices"));
    }
    const auto size = static_cast<int64_t>(of.IsString() ? Length(of.text())
                                                         : of.items().size());
    const int64_t step = given[2].IsInt() ? given[2].AsInt() : 1;
    if (step == 0) return Wrong("slice step cannot be zero");
    const auto bound = [&](const Value& value, int64_t otherwise) {
      if (!value.IsInt() && !value.IsBool()) return otherwise;
      int64_t at = value.AsInt();
      if (at < 0) at = at < -size ? -1 : at + size;
      return step > 0 ? std::clamp<int64_t>(at, 0, size)
                      : std::clamp<int64_t>(at, -1, size - 1);
    };
    const int64_t begin = bound(given[0], step > 0 ? 0 : size - 1);
    const int64_t end = bound(given[1], step > 0 ? size : -1);
    if (of.IsString() && step == 1) {
      return Value::String(CodePoints(of.text(), begin, std::max(begin, end)));
    }
    ASSIGN_OR_RETURN(const std::vector<Value> items, Iterate(of, &budget_));
    Value::List kept;
    for (int64_t i = begin; step > 0 ? i < end : i > end;) {
      kept.push_back(items[i]);
      if (step > size || step < -size) break;
      i += step;
    }
    if (of.IsString()) {
      Text text;
      for (const Value& item : kept) text.Append(item.text());
      return Value::String(text.AsMarkup(of.text().IsMarkup()));
    }
    return of.sequence().tuple ? Value::TupleOf(std::move(kept))
                               : Value::ListOf(std::move(kept));
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

  Result Signed(const Expression& e) {
    ASSIGN_OR_RETURN(const Value value, Evaluate(*e.children[0]));
    if (!value.IsNumber()) {
      return Wrong(absl::StrCat("bad operand type for unary ",
                                e.kind == Expression::kNegative ? "-" : "+",
                                ": '", value.TypeName(), "'"));
    }
    if (e.kind == Expression::kPositive) {
      return value.IsBool() ? Value::Int(value.AsInt()) : value;
    }
    if (value.IsFloat()) return Value::Float(-value.AsDouble());
    if (value.AsInt() == INT64_MIN) return Wrong("beyond 64 bits");
    return Value::Int(-value.AsInt());
  }

  Result Binary(const Expression& e) {
    ASSIGN_OR_RETURN(const Value left, Evaluate(*e.children[0]));
    ASSIGN_OR_RETURN(const Value right, Evaluate(*e.children[1]));
    if (e.text == "~") {
      Text text = left.Str().AsMarkup(false);
      text.Append(right.Str());
      RETURN_IF_ERROR(budget_.Make(text.size()));
      return Value::String(std::move(text));
    }
    for (const Value* side : {&left, &right}) {
      if (side->IsUndefined()) {
        return Wrong(
            absl::StrCat("'", side->undefined_name(), "' is undefined"));
      }
    }
    if (left.IsNumber() && right.IsNumber()) {
      return Arithmetic(e.text, left, right);
    }
    if (e.text == "+") {
      if (left.IsString() && right.IsString()) {
        const bool markup = left.text().IsMarkup() || right.text().IsMarkup();
        Text text = markup ? left.text().Escaped() : left.text();
        text.Append(markup ? right.text().Escaped() : right.text());
        RETURN_IF_ERROR(budget_.Make(text.size()));
        return Value::String(std::move(text));
      }
      if (left.IsSequence() && right.IsSequence() &&
          left.sequence().view.empty() && !left.sequence().lazy &&
          right.sequence().view.empty() && !right.sequence().lazy &&
          left.sequence().tuple == right.sequence().tuple) {
        Value::List items = left.items();
        items.insert(items.end(), right.items().begin(), right.items().end());
        RETURN_IF_ERROR(budget_.Spend(items.size() / 4));
        return left.sequence().tuple ? Value::TupleOf(std::move(items))
                                     : Value::ListOf(std::move(items));
      }
    }
    if (e.text == "%" && left.IsString()) {
      return FormatPercent(left.text(), right, &budget_);
    }
    if (e.text == "*") {
      const bool swapped = left.IsInt();
      const Value& many = swapped ? right : left;
      const Value& count = swapped ? left : right;
      if (count.IsInt() &&
          (many.IsString() || (many.IsSequence() && !many.sequence().lazy &&
                               many.sequence().view.empty()))) {
        return Repeat(many, count.AsInt());
      }
    }
    return Wrong(absl::StrCat("unsupported operand type(s) for ", e.text, ": '",
                              left.TypeName(), "' and '", right.TypeName(),
                              "'"));
  }

  Result Repeat(const Value& many, int64_t count) {
    count = std::max<int64_t>(count, 0);
    const size_t size =
        many.IsString() ? many.text().size() : many.items().size() * 16;
    if (size > 0 && static_cast<uint64_t>(count) > budget_.max_bytes / size) {
      return absl::ResourceExhaustedError(
          "the template repeats a value too often");
    }
    RETURN_IF_ERROR(budget_.Make(size * static_cast<size_t>(count)));
    if (size == 0) return many;
    if (many.IsString()) {
      Text text;
      for (int64_t i = 0; i < count; ++i) text.Append(many.text());
      return Value::String(text.AsMarkup(many.text().IsMarkup()));
    }
    RETURN_IF_ERROR(
        budget_.Spend(many.items().size() * static_cast<size_t>(count) / 4));
    Value::List items;
    for (int64_t i = 0; i < count; ++i) {
      items.insert(items.end(), many.items().begin(), many.items().end());
    }
    return many.sequence().tuple ? Value::TupleOf(std::move(items))
                                 : Value::ListOf(std::move(items));
  }

  static Result Arithmetic(const std::string& by, const Value& left,
                           const Value& right) {
    if (by == "/" || left.IsFloat() || right.IsFloat()) {
      const double a = left.AsDouble();
      const double b = right.AsDouble();
      if (by == "+") return Value::Float(a + b);
      if (by == "-") return Value::Float(a - b);
      if (by == "*") return Value::Float(a * b);
      if (by == "**") return Value::Float(std::pow(a, b));
      if (b == 0) return Wrong("division by zero");
      if (by == "/") return Value::Float(a / b);
      if (by == "//") return Value::Float(std::floor(a / b));
      const double rest = std::fmod(a, b);
      return Value::Float(rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest);
    }
    const int64_t a = left.AsInt();
    const int64_t b = right.AsInt();
    int64_t made = 0;
    bool beyond = false;
    if (by == "+") {
      beyond = __builtin_add_overflow(a, b, &made);
    } else if (by == "-") {
      beyond = __builtin_sub_overflow(a, b, &made);
    } else if (by == "*") {
      beyond = __builtin_mul_overflow(a, b, &made);
    } else if (by == "**") {
      if (b < 0) {
        if (a == 0) return Wrong("0.0 cannot be raised to a negative power");
        return Value::Float(
            std::pow(static_cast<double>(a), static_cast<double>(b)));
      }
      made = 1;
      for (int64_t i = 0; i < b && !beyond && made != 0; ++i) {
        if (made == 1 && (a == 1 || i > 64)) break;
        beyond = __builtin_mul_overflow(made, a, &made);
        if (a == -1 && i > 64) {
          made = b % 2 == 0 ? 1 : -1;
          break;
        }
      }
    } else {
      if (b == 0) return Wrong("integer division or modulo by zero");
      if (b == -1) {
        if (by == "%") return Value::Int(0);
        beyond = __builtin_sub_overflow(int64_t{0}, a, &made);
      } else {
        const int64_t rest = a % b;
        const bool borrow = rest != 0 && (rest < 0) != (b < 0);
        made = by == "//" ? a / b - (borrow ? 1 : 0) : rest + (borrow ? b : 0);
      }
    }
    if (beyond) return Wrong("an integer beyond 64 bits");
    return Value::Int(made);
  }

  Result Compare(const Expression& e) {
    ASSIGN_OR_RETURN(Value left, Evaluate(*e.children[0]));
    for (size_t i = 0; i < e.operators.size(); ++i) {
      ASSIGN_OR_RETURN(Value right, Evaluate(*e.children[i + 1]));
      ASSIGN_OR_RETURN(const bool holds, Holds(e.operators[i], left, right));
      if (!holds) return Value::Bool(false);
      left = std::move(right);
    }
    return Value::Bool(true);
  }

  absl::StatusOr<bool> Holds(const std::string& by, const Value& left,
                             const Value& right) {
    CallArguments other;
    other.positional.push_back(right);
    if (by == "in") return ApplyTest("in", left, other, &budget_);
    if (by == "not in") {
      ASSIGN_OR_RETURN(const bool in, ApplyTest("in", left, other, &budget_));
      return !in;
    }
    return ApplyTest(by, left, other, &budget_);
  }

  Budget budget_;
  const absl::Time now_;
  std::deque<Scope> scopes_;
  std::deque<Value::Namespace> namespaces_;
  Scope* builtins_ = nullptr;
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
