#include "model/template/globals.h"

#include <time.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

constexpr int64_t kMaxRange = 100000;

using Result = absl::StatusOr<Value>;

// A dictionary, or pairs of key and value.
absl::Status ReadPairs(const Value& from, Value::Dict* items, Budget* budget) {
  if (from.IsDict()) {
    RETURN_IF_ERROR(budget->Spend(from.dict().size()));
    *items = from.dict();
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const std::vector<Value> pairs, Iterate(from, budget));
  for (const Value& pair : pairs) {
    ASSIGN_OR_RETURN(const std::vector<Value> two, Iterate(pair, budget));
    if (two.size() != 2) return Wrong("dict: want pairs");
    RETURN_IF_ERROR(budget->Spend(items->size() / 8));
    SetItem(two[0], two[1], items);
  }
  return absl::OkStatus();
}

Result Range(const CallArguments& arguments, Budget* budget) {
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
  RETURN_IF_ERROR(budget->Spend(items.size()));
  return Value::ViewOf(
      std::move(items), "range",
      absl::StrCat("range(", begin, ", ", end,
                   step == 1 ? "" : absl::StrCat(", ", step), ")"));
}

Result RaiseException(const CallArguments& a) {
  return absl::FailedPreconditionError(
      a.positional.empty() ? "" : a.positional[0].Str().bytes());
}

Result FormatNow(const CallArguments& arguments, absl::Time given) {
  if (arguments.positional.empty() || !arguments.positional[0].IsString()) {
    return Wrong("strftime_now: want a format");
  }
  const absl::Time now = given == absl::InfinitePast() ? absl::Now() : given;
  const time_t seconds = absl::ToTimeT(now);
  struct tm parts;
  localtime_r(&seconds, &parts);
  std::string text(4096, '\0');
  text.resize(strftime(&text[0], text.size(),
                       arguments.positional[0].bytes().c_str(), &parts));
  return Value::String(text);
}

Result MakeDict(const CallArguments& a, Budget* budget) {
  if (a.positional.size() > 1) return Wrong("dict: want one at most");
  Value::Dict items;
  if (!a.positional.empty()) {
    RETURN_IF_ERROR(ReadPairs(a.positional[0], &items, budget));
  }
  for (const auto& [key, value] : a.named) {
    SetItem(Value::String(key), value, &items);
  }
  return Value::DictOf(std::move(items));
}

Result MakeNamespace(const CallArguments& a, Budget* budget,
                     std::deque<Value::Namespace>* namespaces) {
  ASSIGN_OR_RETURN(const Value items, MakeDict(a, budget));
  namespaces->emplace_back();
  Value::Namespace& made = namespaces->back();
  for (const auto& [key, value] : items.dict()) {
    made.fields.emplace_back(key.Str().bytes(), value);
  }
  return Value::Of(&made);
}

Result MakeJoiner(const CallArguments& a) {
  auto used = std::make_shared<bool>(false);
  const Value by = a.positional.empty() ? Value::String(", ") : a.positional[0];
  Callable joiner;
  joiner.name = "joiner";
  joiner.call = [used, by](const CallArguments&) -> Result {
    if (std::exchange(*used, true)) return by;
    return Value::String("");
  };
  return Value::Function(std::move(joiner));
}

Result MakeCycler(const CallArguments& a) {
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
}

}  // namespace

std::vector<std::pair<std::string, Value>> GlobalFunctions(
    absl::Time now, Budget* budget, std::deque<Value::Namespace>* namespaces) {
  std::vector<std::pair<std::string, Value>> functions;
  const auto add = [&](absl::string_view name,
                       std::function<Result(CallArguments)> call) {
    Callable callable;
    callable.name = std::string(name);
    callable.call = std::move(call);
    functions.emplace_back(std::string(name),
                           Value::Function(std::move(callable)));
  };
  add("range", [budget](const CallArguments& a) { return Range(a, budget); });
  add("raise_exception", RaiseException);
  add("strftime_now",
      [now](const CallArguments& a) { return FormatNow(a, now); });
  add("namespace", [budget, namespaces](const CallArguments& a) {
    return MakeNamespace(a, budget, namespaces);
  });
  add("dict", [budget](const CallArguments& a) { return MakeDict(a, budget); });
  add("joiner", MakeJoiner);
  add("cycler", MakeCycler);
  return functions;
}

}  // namespace footnote
