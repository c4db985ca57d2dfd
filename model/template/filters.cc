#include "model/template/filters.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "model/template/json_value.h"

namespace footnote {
namespace {

using Result = absl::StatusOr<Value>;

Result Default(const FilterCall& call) {
  const bool any = call.arguments.Flag(1, "boolean", false);
  if (!call.in.IsUndefined() && (!any || call.in.IsTrue())) return call.in;
  const Value* const otherwise = call.arguments.Get(0, "default_value");
  return otherwise == nullptr ? Value::String("") : *otherwise;
}

Result ToJson(const FilterCall& call) {
  JsonFormat format;
  format.ensure_ascii = call.arguments.Flag(0, "ensure_ascii", false);
  format.indent = static_cast<int>(
      std::min<int64_t>(call.arguments.Int(1, "indent", -1), 100));
  if (format.indent >= 0) format.item_separator = ",";
  const Value* const separators = call.arguments.Get(2, "separators");
  if (separators != nullptr && separators->IsSequence() &&
      separators->items().size() == 2) {
    format.item_separator = separators->items()[0].Str().bytes();
    format.key_separator = separators->items()[1].Str().bytes();
  }
  format.sort_keys = call.arguments.Flag(3, "sort_keys", false);
  format.max_bytes = call.budget->max_bytes;
  ASSIGN_OR_RETURN(Text json, JsonOfValue(call.in, format));
  return Value::String(std::move(json));
}

Result Attr(const FilterCall& call) {
  const Value* const name = call.arguments.Get(0, "name");
  if (name == nullptr || !name->IsString()) return Wrong("attr: want a name");
  if (call.in.IsDict()) return Value::UndefinedNamed(name->bytes());
  return GetAttribute(call.in, name->bytes(), call.budget);
}

constexpr NamedFilter kOtherFilters[] = {
    {"attr", Attr},       {"count", CountItems},  {"d", Default},
    {"default", Default}, {"length", CountItems}, {"tojson", ToJson},
};

// Null where none has the name.
Filter FindFilter(absl::string_view name) {
  for (const absl::Span<const NamedFilter> filters :
       {absl::MakeConstSpan(kOtherFilters), ListFilters(), NumberFilters(),
        TextFilters()}) {
    for (const NamedFilter& entry : filters) {
      if (entry.name == name) return entry.filter;
    }
  }
  return nullptr;
}

}  // namespace

Result CountItems(const FilterCall& call) {
  if (call.in.IsString()) return Value::Int(Length(call.in.text()));
  if (call.in.IsNone() || call.in.IsNumber() || call.in.IsCallable() ||
      (call.in.IsSequence() && call.in.sequence().lazy)) {
    return Wrong(
        absl::StrCat("object of type '", call.in.TypeName(), "' has no len()"));
  }
  ASSIGN_OR_RETURN(const std::vector<Value> items, call.Items());
  return Value::Int(static_cast<int64_t>(items.size()));
}

bool HasFilter(absl::string_view name) { return FindFilter(name) != nullptr; }

Result ApplyFilter(absl::string_view name, const Value& input,
                   const CallArguments& arguments, Budget* budget) {
  RETURN_IF_ERROR(budget->Spend(1));
  RETURN_IF_ERROR(LookAtTexts(input, arguments, budget));
  const Filter filter = FindFilter(name);
  if (filter == nullptr) {
    return Wrong(absl::StrCat("no filter named '", name, "'"));
  }
  ASSIGN_OR_RETURN(Value made, filter({input, arguments, budget}));
  if (made.IsString()) RETURN_IF_ERROR(budget->Make(made.text().size()));
  return made;
}

}  // namespace footnote
