// Jinja's tests: {{ value is odd }}.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/status_macros.h"
#include "model/template/builtins.h"
#include "model/template/operators.h"

namespace footnote {
namespace {

// The tests that compare with a value, and the others.
constexpr absl::string_view kComparing[] = {
    "eq", "equalto", "==",       "ne", "!=", "sameas",
    "in", "lt",      "lessthan", "<",  "gt", "greaterthan",
    ">",  "ge",      ">=",       "le", "<="};
constexpr absl::string_view kOthers[] = {
    "boolean", "callable", "defined",   "divisibleby", "escaped",  "even",
    "false",   "filter",   "float",     "integer",     "iterable", "lower",
    "mapping", "none",     "number",    "odd",         "sequence", "string",
    "test",    "true",     "undefined", "upper"};

bool Contains(absl::Span<const absl::string_view> names,
              absl::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool HasTest(absl::string_view name) {
  return Contains(kComparing, name) || Contains(kOthers, name);
}

absl::StatusOr<bool> Contains(const Value& in, const Value& item,
                              Budget* budget) {
  if (in.IsString()) {
    if (!item.IsString()) {
      return Wrong("'in <string>' requires string as left operand");
    }
    return FindBytes(in.bytes(), item.bytes()) != absl::string_view::npos;
  }
  if (in.IsDict()) {
    if (item.IsSequence()) RETURN_IF_ERROR(budget->Look(in));
    return in.Find(item) != nullptr;
  }
  ASSIGN_OR_RETURN(const std::vector<Value> items, Iterate(in, budget));
  ASSIGN_OR_RETURN(const size_t at, IndexOf(item, items, budget));
  return at < items.size();
}

absl::StatusOr<bool> CompareTest(absl::string_view name, const Value& a,
                                 const Value& b, Budget* budget) {
  RETURN_IF_ERROR(budget->Spend(std::min(a.weight(), b.weight()) / 16));
  if (name == "eq" || name == "equalto" || name == "==") return a.Equals(b);
  if (name == "ne" || name == "!=") return !a.Equals(b);
  if (name == "sameas") return a.IsSame(b);
  if (name == "in") return Contains(b, a, budget);
  if (name == "lt" || name == "lessthan" || name == "<") return a.IsLess(b);
  if (name == "gt" || name == "greaterthan" || name == ">") return b.IsLess(a);
  const bool at_least = name == "ge" || name == ">=";
  ASSIGN_OR_RETURN(const bool beyond, at_least ? a.IsLess(b) : b.IsLess(a));
  return !beyond;
}

bool IsInteger(const Value& value) { return value.IsInt(); }

}  // namespace

absl::StatusOr<bool> ApplyTest(absl::string_view name, const Value& input,
                               const CallArguments& arguments, Budget* budget) {
  RETURN_IF_ERROR(budget->Spend(1));
  if (name == "defined") return !input.IsUndefined();
  if (name == "undefined") return input.IsUndefined();
  if (name == "none") return input.IsNone();
  if (name == "boolean") return input.IsBool();
  if (name == "true") return input.IsBool() && input.IsTrue();
  if (name == "false") return input.IsBool() && !input.IsTrue();
  if (name == "integer") return IsInteger(input);
  if (name == "float") return input.IsFloat();
  if (name == "number") return input.IsNumber();
  if (name == "string") return input.IsString();
  if (name == "mapping") return input.IsDict();
  if (name == "callable") return input.IsCallable();
  if (name == "iterable") {
    return input.IsSequence() || input.IsDict() || input.IsString() ||
           input.IsUndefined();
  }
  if (name == "sequence") {
    if (input.IsSequence()) return input.sequence().HasPlaces();
    return input.IsDict() || input.IsString() || input.IsUndefined();
  }
  if (name == "escaped") return input.IsString() && input.text().IsMarkup();
  if (name == "odd" || name == "even") {
    if (!input.IsNumber()) return Wrong("want a number");
    ASSIGN_OR_RETURN(const Value rest,
                     Binary("%", input, Value::Int(2), budget));
    return rest.AsDouble() == (name == "odd" ? 1 : 0);
  }
  if (name == "upper" || name == "lower") {
    const Value text = Value::String(input.Str());
    Value method;
    FindMethod(text, name == "upper" ? "isupper" : "islower", budget, &method);
    ASSIGN_OR_RETURN(const Value is, method.callable().call({}));
    return is.IsTrue();
  }
  if (name == "filter") return input.IsString() && HasFilter(input.bytes());
  if (name == "test") return input.IsString() && HasTest(input.bytes());
  const Value* const other = ArgumentReader(arguments).Get(0, "other");
  if (Contains(kComparing, name)) {
    if (other == nullptr) return Wrong(absl::StrCat(name, ": want a value"));
    return CompareTest(name, input, *other, budget);
  }
  if (name == "divisibleby") {
    if (other == nullptr || !other->IsNumber() || !input.IsNumber()) {
      return Wrong("divisibleby: want a number");
    }
    ASSIGN_OR_RETURN(const Value rest, Binary("%", input, *other, budget));
    return rest.AsDouble() == 0;
  }
  return Wrong(absl::StrCat("no test named '", name, "'"));
}

}  // namespace footnote
