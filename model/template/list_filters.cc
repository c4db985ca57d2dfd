// The filters of lists, and of what a loop goes through.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "model/template/filters.h"
#include "model/template/operators.h"
#include "model/tokenizer/unicode_text.h"

namespace footnote {
namespace {

using Result = absl::StatusOr<Value>;

// The value at "a.b.0" of an item.
Result AttributeOf(const Value& item, const Value& path, Budget* budget) {
  if (path.IsInt()) return GetItem(item, path, budget);
  if (!path.IsString()) return Wrong("want an attribute's name");
  Value now = item;
  for (const absl::string_view part : absl::StrSplit(path.bytes(), '.')) {
    int64_t index;
    if (absl::SimpleAtoi(part, &index)) {
      ASSIGN_OR_RETURN(now, GetItem(now, Value::Int(index), budget));
    } else {
      ASSIGN_OR_RETURN(now, GetItem(now, Value::String(part), budget));
    }
  }
  return now;
}

// What items are compared by: an attribute, in lower case.
Result KeyOf(const Value& item, const Value* attribute, bool fold,
             Budget* budget) {
  Value key = item;
  if (attribute != nullptr && !attribute->IsNone()) {
    ASSIGN_OR_RETURN(key, AttributeOf(item, *attribute, budget));
  }
  RETURN_IF_ERROR(budget->Look(key));
  if (fold && key.IsString()) {
    key = Value::String(key.text().Changed(ToLowerText(key.bytes())));
  }
  return key;
}

absl::Status SortByKeys(std::vector<std::pair<Value, Value>>* keyed,
                        bool reverse, Budget* budget) {
  absl::Status status;
  RETURN_IF_ERROR(budget->Spend(keyed->size() * 8));
  // Every pair is asked for before, so that the order below never fails.
  for (size_t i = 1; i < keyed->size(); ++i) {
    RETURN_IF_ERROR((*keyed)[0].first.IsLess((*keyed)[i].first).status());
  }
  std::stable_sort(
      keyed->begin(), keyed->end(), [&](const auto& a, const auto& b) {
        const auto less =
            reverse ? b.first.IsLess(a.first) : a.first.IsLess(b.first);
        if (!less.ok()) status = less.status();
        return less.ok() && *less;
      });
  return status;
}

Result Sort(const FilterCall& call) {
  ASSIGN_OR_RETURN(const std::vector<Value> items, call.Items());
  const bool reverse = call.arguments.Flag(0, "reverse", false);
  const bool fold = !call.arguments.Flag(1, "case_sensitive", false);
  std::vector<Value> attributes;
  const Value* const attribute = call.arguments.Get(2, "attribute");
  if (attribute != nullptr && attribute->IsString()) {
    for (const absl::string_view one :
         absl::StrSplit(attribute->bytes(), ',')) {
      attributes.push_back(Value::String(one));
    }
  } else {
    attributes.push_back(attribute == nullptr ? Value::Nothing() : *attribute);
  }
  std::vector<std::pair<Value, Value>> keyed;
  for (const Value& item : items) {
    // A list, also of one: items that are equal need no order.
    Value::List keys;
    for (const Value& one : attributes) {
      ASSIGN_OR_RETURN(Value key, KeyOf(item, &one, fold, call.budget));
      keys.push_back(std::move(key));
    }
    keyed.emplace_back(Value::ListOf(std::move(keys)), item);
  }
  RETURN_IF_ERROR(SortByKeys(&keyed, reverse, call.budget));
  Value::List sorted;
  for (auto& [key, item] : keyed) sorted.push_back(std::move(item));
  return Value::ListOf(std::move(sorted));
}

Result DictSort(const FilterCall& call) {
  if (!call.in.IsDict()) return Wrong("dictsort: want a dict");
  const bool fold = !call.arguments.Flag(0, "case_sensitive", false);
  const Value* const by = call.arguments.Get(1, "by");
  const bool by_value =
      by != nullptr && by->IsString() && by->bytes() == "value";
  const bool reverse = call.arguments.Flag(2, "reverse", false);
  std::vector<std::pair<Value, Value>> keyed;
  for (const auto& [name, value] : call.in.dict()) {
    ASSIGN_OR_RETURN(
        Value key, KeyOf(by_value ? value : name, nullptr, fold, call.budget));
    keyed.emplace_back(std::move(key), Value::TupleOf({name, value}));
  }
  RETURN_IF_ERROR(SortByKeys(&keyed, reverse, call.budget));
  Value::List sorted;
  for (auto& [key, item] : keyed) sorted.push_back(std::move(item));
  return Value::ListOf(std::move(sorted));
}

template <bool kGreatest>
Result Extreme(const FilterCall& call) {
  ASSIGN_OR_RETURN(const std::vector<Value> items, call.Items());
  const bool fold = !call.arguments.Flag(0, "case_sensitive", false);
  if (items.empty()) {
    return Value::UndefinedNamed("No aggregated item, sequence was empty.");
  }
  Value best, best_key;
  for (size_t i = 0; i < items.size(); ++i) {
    ASSIGN_OR_RETURN(
        Value key,
        KeyOf(items[i], call.arguments.Get(1, "attribute"), fold, call.budget));
    bool better = i == 0;
    if (i > 0) {
      ASSIGN_OR_RETURN(better,
                       kGreatest ? best_key.IsLess(key) : key.IsLess(best_key));
    }
    if (!better) continue;
    best = items[i];
    best_key = std::move(key);
  }
  return best;
}

Result Unique(const FilterCall& call) {
  ASSIGN_OR_RETURN(const std::vector<Value> items, call.Items());
  const bool fold = !call.arguments.Flag(0, "case_sensitive", false);
  std::vector<Value> seen;
  Value::List kept;
  for (const Value& item : items) {
    ASSIGN_OR_RETURN(Value key, KeyOf(item, call.arguments.Get(1, "attribute"),
                                      fold, call.budget));
    RETURN_IF_ERROR(call.budget->Spend(seen.size()));
    if (key.IsDict() || (key.IsSequence() && key.sequence().IsList())) {
      return Wrong(absl::StrCat("unhashable type: '", key.TypeName(), "'"));
    }
    if (std::any_of(seen.begin(), seen.end(),
                    [&](const Value& other) { return other.Equals(key); })) {
      continue;
    }
    seen.push_back(std::move(key));
    kept.push_back(item);
  }
  return Value::GeneratorOf(std::move(kept));
}

Result GroupBy(const FilterCall& call) {
  ASSIGN_OR_RETURN(const std::vector<Value> items, call.Items());
  const Value* const attribute = call.arguments.Get(0, "attribute");
  const Value* const otherwise = call.arguments.Get(1, "default");
  const bool fold = !call.arguments.Flag(2, "case_sensitive", false);
  if (attribute == nullptr) return Wrong("groupby: want an attribute");
  std::vector<std::pair<Value, Value>> keyed;
  for (const Value& item : items) {
    ASSIGN_OR_RETURN(Value key, KeyOf(item, attribute, fold, call.budget));
    if (key.IsUndefined() && otherwise != nullptr) key = *otherwise;
    keyed.emplace_back(std::move(key), item);
  }
  RETURN_IF_ERROR(SortByKeys(&keyed, false, call.budget));
  Value::List groups;
  for (size_t i = 0; i < keyed.size();) {
    Value::List group;
    const Value& key = keyed[i].first;
    ASSIGN_OR_RETURN(Value shown,
                     AttributeOf(keyed[i].second, *attribute, call.budget));
    if (shown.IsUndefined()) shown = key;
    // The first is of it, though "not a number" is not even equal to itself.
    do {
      group.push_back(keyed[i].second);
    } while (++i < keyed.size() && keyed[i].first.Equals(key));
    groups.push_back(
        Value::TupleOf({std::move(shown), Value::ListOf(std::move(group))}));
  }
  return Value::ListOf(std::move(groups));
}

CallArguments Rest(const CallArguments& given, size_t from) {
  CallArguments rest;
  if (from < given.positional.size()) {
    rest.positional.assign(given.positional.begin() + from,
                           given.positional.end());
  }
  rest.named = given.named;
  return rest;
}

Result Map(const FilterCall& call) {
  // jinja2 goes through what is true only.
  if (!call.in.IsTrue()) return Value::GeneratorOf({});
  ASSIGN_OR_RETURN(const std::vector<Value> items, call.Items());
  Value::List mapped;
  if (call.given.positional.empty()) {
    const Value* const attribute = call.arguments.Get(0, "attribute");
    const Value* const otherwise = call.arguments.Get(9, "default");
    if (attribute == nullptr) return Wrong("map: want a filter or attribute");
    for (const Value& item : items) {
      ASSIGN_OR_RETURN(Value value, AttributeOf(item, *attribute, call.budget));
      if (value.IsUndefined() && otherwise != nullptr) value = *otherwise;
      mapped.push_back(std::move(value));
    }
    return Value::GeneratorOf(std::move(mapped));
  }
  const Value& name = call.given.positional[0];
  if (!name.IsString()) return Wrong("map: want a filter's name");
  const CallArguments rest = Rest(call.given, 1);
  for (const Value& item : items) {
    ASSIGN_OR_RETURN(Value value,
                     ApplyFilter(name.bytes(), item, rest, call.budget));
    mapped.push_back(std::move(value));
  }
  return Value::GeneratorOf(std::move(mapped));
}

template <bool kWanted, bool kByAttribute>
Result Select(const FilterCall& call) {
  if (!call.in.IsTrue()) return Value::GeneratorOf({});
  ASSIGN_OR_RETURN(const std::vector<Value> items, call.Items());
  const size_t test_at = kByAttribute ? 1 : 0;
  if (kByAttribute && call.given.positional.empty()) {
    return Wrong("want an attribute");
  }
  const CallArguments rest = Rest(call.given, test_at + 1);
  Value::List kept;
  for (const Value& item : items) {
    Value value = item;
    if (kByAttribute) {
      ASSIGN_OR_RETURN(
          value, AttributeOf(item, call.given.positional[0], call.budget));
    }
    bool passes = value.IsTrue();
    if (test_at < call.given.positional.size()) {
      const Value& name = call.given.positional[test_at];
      if (!name.IsString()) return Wrong("want a test's name");
      ASSIGN_OR_RETURN(passes,
                       ApplyTest(name.bytes(), value, rest, call.budget));
    }
    if (passes == kWanted) kept.push_back(item);
  }
  return Value::GeneratorOf(std::move(kept));
}

Result Join(const FilterCall& call) {
  ASSIGN_OR_RETURN(const std::vector<Value> items, call.Items());
  const Value* const by = call.arguments.Get(0, "d");
  const Value* const attribute = call.arguments.Get(1, "attribute");
  const Text between = by == nullptr ? Text() : by->Str();
  Text out;
  for (size_t i = 0; i < items.size(); ++i) {
    Value item = items[i];
    if (attribute != nullptr && !attribute->IsNone()) {
      ASSIGN_OR_RETURN(item, AttributeOf(item, *attribute, call.budget));
    }
    const size_t before = out.size();
    if (i > 0) out.Append(between);
    out.Append(item.Str());
    RETURN_IF_ERROR(call.budget->Grow(out.size() - before, out.size()));
  }
  return Value::String(std::move(out));
}

Result Sum(const FilterCall& call) {
  ASSIGN_OR_RETURN(const std::vector<Value> items, call.Items());
  const Value* const attribute = call.arguments.Get(0, "attribute");
  const Value* const start = call.arguments.Get(1, "start");
  Value total = start == nullptr ? Value::Int(0) : *start;
  if (total.IsString()) return Wrong("sum: want no str");
  for (const Value& item : items) {
    Value value = item;
    if (attribute != nullptr && !attribute->IsNone()) {
      ASSIGN_OR_RETURN(value, AttributeOf(item, *attribute, call.budget));
    }
    ASSIGN_OR_RETURN(total, Binary("+", total, value, call.budget));
  }
  return total;
}

Result First(const FilterCall& call) {
  if (call.in.IsSequence() && call.in.sequence().lazy) {
    const Value::Sequence& lazy = call.in.sequence();
    if (lazy.taken < lazy.items.size()) return lazy.items[lazy.taken++];
    return Value::UndefinedNamed("No first item, sequence was empty.");
  }
  ASSIGN_OR_RETURN(const std::vector<Value> items, call.Items());
  return items.empty()
             ? Value::UndefinedNamed("No first item, sequence was empty.")
             : items.front();
}

Result Last(const FilterCall& call) {
  if (call.in.IsSequence() && call.in.sequence().lazy) {
    return Wrong("'generator' object is not reversible");
  }
  ASSIGN_OR_RETURN(const std::vector<Value> items, call.Items());
  return items.empty()
             ? Value::UndefinedNamed("No last item, sequence was empty.")
             : items.back();
}

Result Reverse(const FilterCall& call) {
  ASSIGN_OR_RETURN(std::vector<Value> items, call.Items());
  std::reverse(items.begin(), items.end());
  if (!call.in.IsString()) return Value::GeneratorOf(std::move(items));
  Text out;
  for (const Value& item : items) out.Append(item.text());
  return Value::String(out.AsMarkup(call.in.text().IsMarkup()));
}

Result ToList(const FilterCall& call) {
  ASSIGN_OR_RETURN(std::vector<Value> items, call.Items());
  return Value::ListOf(std::move(items));
}

Result Items(const FilterCall& call) {
  if (call.in.IsUndefined()) return Value::ListOf({});
  if (!call.in.IsDict())
    return Wrong("Can only get item pairs from a mapping.");
  RETURN_IF_ERROR(call.budget->Spend(call.in.dict().size()));
  Value::List items;
  for (const auto& [key, value] : call.in.dict()) {
    items.push_back(Value::TupleOf({key, value}));
  }
  return Value::ListOf(std::move(items));
}

Result Batch(const FilterCall& call) {
  ASSIGN_OR_RETURN(const std::vector<Value> items, call.Items());
  const int64_t count = call.arguments.Int(0, "linecount", 0);
  const Value* const fill = call.arguments.Get(1, "fill_with");
  if (count < 1 || count > 100000) return Wrong("batch: want 1 to 100000");
  RETURN_IF_ERROR(call.budget->Spend(static_cast<size_t>(count)));
  Value::List batches;
  for (size_t i = 0; i < items.size(); i += count) {
    Value::List batch(items.begin() + i,
                      items.begin() + std::min(items.size(), i + count));
    while (fill != nullptr && !fill->IsNone() &&
           batch.size() < static_cast<size_t>(count)) {
      batch.push_back(*fill);
    }
    batches.push_back(Value::ListOf(std::move(batch)));
  }
  return Value::GeneratorOf(std::move(batches));
}

Result Slice(const FilterCall& call) {
  ASSIGN_OR_RETURN(const std::vector<Value> items, call.Items());
  const int64_t slices = call.arguments.Int(0, "slices", 0);
  const Value* const fill = call.arguments.Get(1, "fill_with");
  if (slices < 1 || slices > 100000) return Wrong("slice: want 1 to 100000");
  RETURN_IF_ERROR(call.budget->Spend(static_cast<size_t>(slices)));
  const size_t each = items.size() / slices;
  const size_t longer = items.size() % slices;
  Value::List made;
  size_t at = 0;
  for (size_t i = 0; i < static_cast<size_t>(slices); ++i) {
    const size_t size = each + (i < longer ? 1 : 0);
    Value::List slice(items.begin() + at, items.begin() + at + size);
    at += size;
    if (fill != nullptr && !fill->IsNone() && i >= longer) {
      slice.push_back(*fill);
    }
    made.push_back(Value::ListOf(std::move(slice)));
  }
  return Value::GeneratorOf(std::move(made));
}

constexpr NamedFilter kFilters[] = {
    {"batch", Batch},
    {"dictsort", DictSort},
    {"first", First},
    {"groupby", GroupBy},
    {"items", Items},
    {"join", Join},
    {"last", Last},
    {"list", ToList},
    {"map", Map},
    {"max", Extreme<true>},
    {"min", Extreme<false>},
    {"reject", Select<false, false>},
    {"rejectattr", Select<false, true>},
    {"reverse", Reverse},
    {"select", Select<true, false>},
    {"selectattr", Select<true, true>},
    {"slice", Slice},
    {"sort", Sort},
    {"sum", Sum},
    {"unique", Unique},
};

}  // namespace

absl::Span<const NamedFilter> ListFilters() { return kFilters; }

}  // namespace footnote
