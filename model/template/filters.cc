// Jinja's filters and tests.
#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "model/template/builtins.h"
#include "model/template/json_value.h"
#include "model/tokenizer/unicode_text.h"

namespace footnote {
namespace {

using Result = absl::StatusOr<Value>;

struct Call {
  const Value& in;
  const CallArguments& given;
  Budget* budget;
  ArgumentReader arguments{given};

  absl::StatusOr<std::vector<Value>> Items() const {
    return Iterate(in, budget);
  }
};

using Filter = Result (*)(const Call& call);

absl::Status Wrong(absl::string_view why) {
  return absl::InvalidArgumentError(why);
}

// A string's method as a filter; other values become strings first.
Result ByMethod(const Call& call, absl::string_view name) {
  Value method;
  const Value text = Value::String(call.in.Str());
  if (!FindMethod(text, name, call.budget, &method)) return Wrong("no method");
  return method.callable().call(call.given);
}

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

Result Sort(const Call& call) {
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

Result DictSort(const Call& call) {
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
Result Extreme(const Call& call) {
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

Result Unique(const Call& call) {
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

Result GroupBy(const Call& call) {
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
    for (; i < keyed.size() && keyed[i].first.Equals(key); ++i) {
      group.push_back(keyed[i].second);
    }
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

Result Map(const Call& call) {
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
Result Select(const Call& call) {
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

Result Join(const Call& call) {
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

Result ToJson(const Call& call) {
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

Result Default(const Call& call) {
  const bool any = call.arguments.Flag(1, "boolean", false);
  if (!call.in.IsUndefined() && (!any || call.in.IsTrue())) return call.in;
  const Value* const otherwise = call.arguments.Get(0, "default_value");
  return otherwise == nullptr ? Value::String("") : *otherwise;
}

Result CountItems(const Call& call) {
  if (call.in.IsString()) return Value::Int(Length(call.in.text()));
  if (call.in.IsNone() || call.in.IsNumber() || call.in.IsCallable() ||
      (call.in.IsSequence() && call.in.sequence().lazy)) {
    return Wrong(
        absl::StrCat("object of type '", call.in.TypeName(), "' has no len()"));
  }
  ASSIGN_OR_RETURN(const std::vector<Value> items, call.Items());
  return Value::Int(static_cast<int64_t>(items.size()));
}

Result First(const Call& call) {
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

Result Last(const Call& call) {
  if (call.in.IsSequence() && call.in.sequence().lazy) {
    return Wrong("'generator' object is not reversible");
  }
  ASSIGN_OR_RETURN(const std::vector<Value> items, call.Items());
  return items.empty()
             ? Value::UndefinedNamed("No last item, sequence was empty.")
             : items.back();
}

Result Reverse(const Call& call) {
  ASSIGN_OR_RETURN(std::vector<Value> items, call.Items());
  std::reverse(items.begin(), items.end());
  if (!call.in.IsString()) return Value::GeneratorOf(std::move(items));
  Text out;
  for (const Value& item : items) out.Append(item.text());
  return Value::String(out.AsMarkup(call.in.text().IsMarkup()));
}

Result ToList(const Call& call) {
  ASSIGN_OR_RETURN(std::vector<Value> items, call.Items());
  return Value::ListOf(std::move(items));
}

Result Items(const Call& call) {
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

Result ToString(const Call& call) { return Value::String(call.in.Str()); }
Result Upper(const Call& call) { return ByMethod(call, "upper"); }
Result Lower(const Call& call) { return ByMethod(call, "lower"); }
Result Capitalize(const Call& call) { return ByMethod(call, "capitalize"); }
Result Trim(const Call& call) { return ByMethod(call, "strip"); }

Result Safe(const Call& call) {
  return Value::String(call.in.Str().AsMarkup(true));
}

Result Escape(const Call& call) {
  return Value::String(call.in.Str().Escaped());
}

Result ForceEscape(const Call& call) {
  return Value::String(call.in.Str().AsMarkup(false).Escaped());
}

Result Replace(const Call& call) {
  CallArguments arguments = call.given;
  const auto plain = [](const Value& value) {
    return Value::String(value.Str().AsMarkup(false));
  };
  for (size_t i = 0; i < arguments.positional.size() && i < 2; ++i) {
    arguments.positional[i] = plain(arguments.positional[i]);
  }
  for (auto& [name, value] : arguments.named) {
    if (name == "old" || name == "new") value = plain(value);
  }
  return ByMethod({plain(call.in), arguments, call.budget}, "replace");
}

Result Title(const Call& call) {
  // Words begin after blanks, - ( { [ and <.
  const std::string bytes = call.in.Str().bytes();
  std::string out;
  bool starts = true;
  for (size_t at = 0; at < bytes.size();) {
    int length;
    const char32_t c = DecodeUtf8(bytes, at, &length);
    const std::string one = bytes.substr(at, length);
    out += starts ? ToUpperText(one) : ToLowerText(one);
    starts = IsSpaceCharacter(c) || c == '-' || c == '(' || c == '{' ||
             c == '[' || c == '<';
    at += length;
  }
  return Value::String(call.in.Str().Changed(out).AsMarkup(false));
}

Result Indent(const Call& call) {
  if (!call.in.IsString()) return Wrong("indent: want a str");
  const Value* const width = call.arguments.Get(0, "width");
  Text indention(std::string(4, ' '));
  if (width != nullptr && width->IsString()) {
    indention = width->text();
  } else if (width != nullptr && width->IsNumber()) {
    indention = Text(std::string(
        static_cast<size_t>(std::clamp<int64_t>(width->AsInt(), 0, 1000)),
        ' '));
  }
  const bool first = call.arguments.Flag(1, "first", false);
  const bool blank = call.arguments.Flag(2, "blank", false);
  const bool markup = call.in.text().IsMarkup();
  if (markup) indention = indention.Escaped();
  Text text = call.in.text();
  text.Append("\n");
  Value method;
  FindMethod(Value::String(text), "splitlines", call.budget, &method);
  ASSIGN_OR_RETURN(const Value lines, method.callable().call({}));
  Text out;
  for (size_t i = 0; i < lines.items().size(); ++i) {
    const Text& line = lines.items()[i].text();
    const size_t before = out.size();
    if (i > 0) out.Append("\n");
    if (i == 0 ? first : blank || !line.empty()) out.Append(indention);
    out.Append(line);
    RETURN_IF_ERROR(call.budget->Grow(out.size() - before, out.size()));
  }
  return Value::String(out.AsMarkup(markup));
}

Result Abs(const Call& call) {
  if (call.in.IsFloat()) return Value::Float(std::fabs(call.in.AsDouble()));
  if (!call.in.IsNumber()) return Wrong("abs: want a number");
  const int64_t value = call.in.AsInt();
  if (value == INT64_MIN) return Wrong("abs: beyond 64 bits");
  return Value::Int(value < 0 ? -value : value);
}

// As Python rounds integers: to tens where `precision` is -1, halves to even.
Result RoundInt(int64_t value, int64_t precision) {
  if (precision >= 0) return Value::Int(value);
  if (precision < -18) return Value::Int(0);
  int64_t unit = 1;
  for (; precision < 0; ++precision) unit *= 10;
  const int64_t rest = ((value % unit) + unit) % unit;
  const int64_t low = value - rest;
  const bool up =
      rest > unit - rest || (rest == unit - rest && (low / unit) % 2 != 0);
  int64_t rounded;
  if (__builtin_sub_overflow(value, rest, &rounded) ||
      __builtin_add_overflow(rounded, up ? unit : 0, &rounded)) {
    return Wrong("round: beyond 64 bits");
  }
  return Value::Int(rounded);
}

Result Round(const Call& call) {
  const int64_t precision =
      std::clamp<int64_t>(call.arguments.Int(0, "precision", 0), -300, 300);
  const Value* const given = call.arguments.Get(1, "method");
  const std::string method = given == nullptr ? "common" : given->Str().bytes();
  if (!call.in.IsNumber()) return Wrong("round: want a number");
  if (method == "common" && !call.in.IsFloat()) {
    return RoundInt(call.in.AsInt(), precision);
  }
  const double value = call.in.AsDouble();
  if (method == "common") {
    if (precision < 0 || precision > 15) {
      const double scale = std::pow(10.0, static_cast<double>(precision));
      return Value::Float(std::nearbyint(value * scale) / scale);
    }
    // Correctly rounded, as Python does it.
    char buffer[400];
    snprintf(buffer, sizeof(buffer), "%.*f", static_cast<int>(precision),
             value);
    return Value::Float(strtod(buffer, nullptr));
  }
  const double scale = std::pow(10.0, static_cast<double>(precision));
  if (method == "ceil") return Value::Float(std::ceil(value * scale) / scale);
  if (method == "floor") return Value::Float(std::floor(value * scale) / scale);
  return Wrong("round: method must be common, ceil or floor");
}

absl::Status IsUndefined(const Value& value) {
  return Wrong(absl::StrCat("'", value.undefined_name(), "' is undefined"));
}

Result ToInt(const Call& call) {
  if (call.in.IsUndefined()) return IsUndefined(call.in);
  const Value* const otherwise = call.arguments.Get(0, "default");
  const Value fallback = otherwise == nullptr ? Value::Int(0) : *otherwise;
  if (call.in.IsFloat()) {
    const double value = call.in.AsDouble();
    return std::fabs(value) < 9e18 ? Value::Int(static_cast<int64_t>(value))
                                   : fallback;
  }
  if (call.in.IsNumber()) return Value::Int(call.in.AsInt());
  if (!call.in.IsString()) return fallback;
  const absl::string_view text = absl::StripAsciiWhitespace(call.in.bytes());
  int64_t whole;
  if (absl::SimpleAtoi(text, &whole)) return Value::Int(whole);
  double value;
  if (absl::SimpleAtod(text, &value) && std::fabs(value) < 9e18) {
    return Value::Int(static_cast<int64_t>(value));
  }
  return fallback;
}

Result ToFloat(const Call& call) {
  if (call.in.IsUndefined()) return IsUndefined(call.in);
  const Value* const otherwise = call.arguments.Get(0, "default");
  const Value fallback = otherwise == nullptr ? Value::Float(0) : *otherwise;
  if (call.in.IsNumber()) return Value::Float(call.in.AsDouble());
  double value;
  if (call.in.IsString() && absl::SimpleAtod(call.in.bytes(), &value)) {
    return Value::Float(value);
  }
  return fallback;
}

Result Sum(const Call& call) {
  ASSIGN_OR_RETURN(const std::vector<Value> items, call.Items());
  const Value* const attribute = call.arguments.Get(0, "attribute");
  const Value* const start = call.arguments.Get(1, "start");
  Value total = start == nullptr ? Value::Int(0) : *start;
  for (const Value& item : items) {
    Value value = item;
    if (attribute != nullptr && !attribute->IsNone()) {
      ASSIGN_OR_RETURN(value, AttributeOf(item, *attribute, call.budget));
    }
    if (!value.IsNumber() || !total.IsNumber())
      return Wrong("sum: want numbers");
    int64_t whole;
    if (value.IsFloat() || total.IsFloat()) {
      total = Value::Float(total.AsDouble() + value.AsDouble());
    } else if (__builtin_add_overflow(total.AsInt(), value.AsInt(), &whole)) {
      return Wrong("sum: beyond 64 bits");
    } else {
      total = Value::Int(whole);
    }
  }
  return total;
}

Result Batch(const Call& call) {
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

Result Slice(const Call& call) {
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

Result Attr(const Call& call) {
  const Value* const name = call.arguments.Get(0, "name");
  if (name == nullptr || !name->IsString()) return Wrong("attr: want a name");
  if (call.in.IsDict()) return Value::UndefinedNamed(name->bytes());
  return GetAttribute(call.in, name->bytes(), call.budget);
}

Result Truncate(const Call& call) {
  const int64_t length = call.arguments.Int(0, "length", 255);
  const bool kill = call.arguments.Flag(1, "killwords", false);
  const Value* const end = call.arguments.Get(2, "end");
  const Text tail = end == nullptr ? Text("...") : end->Str();
  const int64_t leeway = call.arguments.Int(3, "leeway", 5);
  if (!call.in.IsString()) {
    ASSIGN_OR_RETURN(const Value count, CountItems(call));
    if (count.AsInt() <= length + leeway) return call.in;
    return Wrong("truncate: want a str");
  }
  const Text text = call.in.text();
  const auto size = static_cast<int64_t>(Length(text));
  if (size <= length + leeway) return Value::String(text);
  const int64_t kept = length - static_cast<int64_t>(Length(tail));
  if (kept < 0) return Wrong("truncate: the end is longer than the length");
  Text out = CodePoints(text, 0, static_cast<size_t>(kept));
  if (!kill) {
    const size_t space = out.bytes().rfind(' ');
    if (space != std::string::npos) out = out.Part(0, space);
  }
  out.Append(text.IsMarkup() ? tail.Escaped() : tail);
  return Value::String(std::move(out));
}

Result Center(const Call& call) {
  const int64_t width = call.arguments.Int(0, "width", 80);
  const Text text = call.in.Str();
  const auto size = static_cast<int64_t>(Length(text));
  if (width <= size) return Value::String(text);
  RETURN_IF_ERROR(call.budget->Make(static_cast<size_t>(width)));
  const int64_t room = width - size;
  const int64_t left = room / 2 + (room & width & 1);
  Text out(std::string(static_cast<size_t>(left), ' '));
  out.Append(text);
  out.Append(std::string(static_cast<size_t>(room - left), ' '));
  return Value::String(out.AsMarkup(text.IsMarkup()));
}

Result WordCount(const Call& call) {
  int64_t count = 0;
  bool in_word = false;
  const std::string bytes = call.in.Str().bytes();
  for (size_t at = 0; at < bytes.size();) {
    int length;
    const char32_t c = DecodeUtf8(bytes, at, &length);
    const bool word = c == '_' || IsLetter(c) || IsDigitCharacter(c);
    if (word && !in_word) ++count;
    in_word = word;
    at += length;
  }
  return Value::Int(count);
}

Result UrlEncode(const Call& call) {
  if (call.in.IsDict() || call.in.IsSequence()) {
    return absl::UnimplementedError("filter urlencode of pairs");
  }
  std::string out;
  const std::string bytes = call.in.Str().bytes();
  for (const char c : bytes) {
    if (absl::ascii_isalnum(c) || c == '_' || c == '.' || c == '-' ||
        c == '~' || c == '/') {
      out.push_back(c);
    } else {
      char escape[4];
      snprintf(escape, sizeof(escape), "%%%02X", static_cast<uint8_t>(c));
      out += escape;
    }
  }
  return Value::String(call.in.Str().Changed(out).AsMarkup(false));
}

Result Format(const Call& call) {
  const Text text = call.in.Str();
  if (!call.given.named.empty()) {
    Value::Dict fields;
    for (const auto& [name, value] : call.given.named) {
      fields.emplace_back(Value::String(name), value);
    }
    return FormatPercent(text, Value::DictOf(std::move(fields)), call.budget);
  }
  return FormatPercent(text, Value::TupleOf(call.given.positional),
                       call.budget);
}

struct FilterEntry {
  absl::string_view name;
  Filter filter;
};

constexpr FilterEntry kFilters[] = {
    {"abs", Abs},
    {"attr", Attr},
    {"batch", Batch},
    {"capitalize", Capitalize},
    {"center", Center},
    {"count", CountItems},
    {"d", Default},
    {"default", Default},
    {"dictsort", DictSort},
    {"e", Escape},
    {"escape", Escape},
    {"first", First},
    {"float", ToFloat},
    {"forceescape", ForceEscape},
    {"format", Format},
    {"groupby", GroupBy},
    {"indent", Indent},
    {"int", ToInt},
    {"items", Items},
    {"join", Join},
    {"last", Last},
    {"length", CountItems},
    {"list", ToList},
    {"lower", Lower},
    {"map", Map},
    {"max", Extreme<true>},
    {"min", Extreme<false>},
    {"reject", Select<false, false>},
    {"rejectattr", Select<false, true>},
    {"replace", Replace},
    {"reverse", Reverse},
    {"round", Round},
    {"safe", Safe},
    {"select", Select<true, false>},
    {"selectattr", Select<true, true>},
    {"slice", Slice},
    {"sort", Sort},
    {"string", ToString},
    {"sum", Sum},
    {"title", Title},
    {"tojson", ToJson},
    {"trim", Trim},
    {"truncate", Truncate},
    {"unique", Unique},
    {"upper", Upper},
    {"urlencode", UrlEncode},
    {"wordcount", WordCount},
};

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

Result ApplyFilter(absl::string_view name, const Value& input,
                   const CallArguments& arguments, Budget* budget) {
  RETURN_IF_ERROR(budget->Spend(1));
  RETURN_IF_ERROR(LookAtTexts(input, arguments, budget));
  for (const FilterEntry& entry : kFilters) {
    if (entry.name != name) continue;
    ASSIGN_OR_RETURN(Value made, entry.filter({input, arguments, budget}));
    if (made.IsString()) RETURN_IF_ERROR(budget->Make(made.text().size()));
    return made;
  }
  return Wrong(absl::StrCat("no filter named '", name, "'"));
}

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
    return (input.AsInt() % 2 != 0) == (name == "odd");
  }
  if (name == "upper" || name == "lower") {
    const Value text = Value::String(input.Str());
    Value method;
    FindMethod(text, name == "upper" ? "isupper" : "islower", budget, &method);
    ASSIGN_OR_RETURN(const Value is, method.callable().call({}));
    return is.IsTrue();
  }
  if (name == "filter" || name == "test") {
    if (!input.IsString()) return false;
    return std::any_of(
        std::begin(kFilters), std::end(kFilters),
        [&](const FilterEntry& e) { return e.name == input.bytes(); });
  }
  constexpr absl::string_view kComparing[] = {
      "eq", "equalto", "==",       "ne", "!=", "sameas",
      "in", "lt",      "lessthan", "<",  "gt", "greaterthan",
      ">",  "ge",      ">=",       "le", "<="};
  const Value* const other = ArgumentReader(arguments).Get(0, "other");
  if (std::find(std::begin(kComparing), std::end(kComparing), name) !=
      std::end(kComparing)) {
    if (other == nullptr) return Wrong(absl::StrCat(name, ": want a value"));
    return CompareTest(name, input, *other, budget);
  }
  if (name == "divisibleby") {
    if (other == nullptr || !other->IsNumber() || !input.IsNumber() ||
        other->AsInt() == 0 || other->AsInt() == -1) {
      return Wrong("divisibleby: want a number");
    }
    return input.AsInt() % other->AsInt() == 0;
  }
  return Wrong(absl::StrCat("no test named '", name, "'"));
}

}  // namespace footnote
