#include "model/template/builtins.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/utf8.h"

namespace footnote {

absl::Status Budget::Spend(size_t count) {
  steps -= static_cast<int64_t>(count);
  if (steps >= 0) return absl::OkStatus();
  return absl::ResourceExhaustedError("the template takes too many steps");
}

absl::Status Budget::Grow(size_t added, size_t bytes) {
  if (bytes > max_bytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the template makes a text of ", bytes,
                     " bytes, want at most ", max_bytes));
  }
  return Spend(added / 256);
}

const Value* ArgumentReader::Get(size_t place, absl::string_view name) const {
  if (place < arguments_.positional.size()) {
    return &arguments_.positional[place];
  }
  for (const auto& [given, value] : arguments_.named) {
    if (given == name) return &value;
  }
  return nullptr;
}

bool ArgumentReader::Flag(size_t place, absl::string_view name,
                          bool otherwise) const {
  const Value* const value = Get(place, name);
  return value == nullptr ? otherwise : value->IsTrue();
}

int64_t ArgumentReader::Int(size_t place, absl::string_view name,
                            int64_t otherwise) const {
  const Value* const value = Get(place, name);
  return value == nullptr || !value->IsNumber() ? otherwise : value->AsInt();
}

size_t Length(const Text& text) { return CountCodePoints(text.bytes()); }

Text CodePoints(const Text& text, size_t begin, size_t end) {
  const size_t first = ByteOffset(text.bytes(), begin);
  return text.Part(first, std::max(first, ByteOffset(text.bytes(), end)));
}

absl::StatusOr<std::vector<Value>> Iterate(const Value& value, Budget* budget) {
  std::vector<Value> items;
  if (value.IsUndefined()) return items;
  if (value.IsSequence()) {
    const Value::Sequence& sequence = value.sequence();
    items.assign(sequence.items.begin() + sequence.taken, sequence.items.end());
    if (sequence.lazy) sequence.taken = sequence.items.size();
  } else if (value.IsDict()) {
    for (const auto& [key, unused] : value.dict()) items.push_back(key);
  } else if (value.IsString()) {
    RETURN_IF_ERROR(budget->Spend(value.text().size()));
    const std::string& bytes = value.bytes();
    for (size_t at = 0; at < bytes.size();) {
      int length;
      DecodeUtf8(bytes, at, &length);
      items.push_back(
          Value::String(value.text().Part(at, at + length).AsMarkup(false)));
      at += length;
    }
  } else {
    return absl::InvalidArgumentError(
        absl::StrCat("'", value.TypeName(), "' object is not iterable"));
  }
  RETURN_IF_ERROR(budget->Spend(items.size()));
  return items;
}

absl::Status LookAtTexts(const Value& input, const CallArguments& arguments,
                         Budget* budget) {
  size_t bytes = input.IsString() ? input.text().size() : 0;
  for (const Value& value : arguments.positional) {
    if (value.IsString()) bytes += value.text().size();
  }
  for (const auto& [name, value] : arguments.named) {
    if (value.IsString()) bytes += value.text().size();
  }
  return budget->Spend(bytes / 256);
}

void SetItem(Value key, Value value, Value::Dict* items) {
  const auto same =
      std::find_if(items->begin(), items->end(),
                   [&](const auto& item) { return item.first.Equals(key); });
  if (same != items->end()) {
    same->second = std::move(value);
  } else {
    items->emplace_back(std::move(key), std::move(value));
  }
}

absl::StatusOr<size_t> IndexOf(const Value& item,
                               const std::vector<Value>& items,
                               Budget* budget) {
  for (size_t i = 0; i < items.size(); ++i) {
    RETURN_IF_ERROR(
        budget->Spend(std::min(item.weight(), items[i].weight()) / 16));
    if (items[i].Equals(item)) return i;
  }
  return items.size();
}

absl::StatusOr<Value> GetItem(const Value& of, const Value& key,
                              Budget* budget) {
  if (of.IsUndefined()) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", of.undefined_name(), "' is undefined"));
  }
  if (of.IsDict()) {
    RETURN_IF_ERROR(budget->Spend(of.dict().size() / 8));
    if (key.IsSequence()) RETURN_IF_ERROR(budget->Look(of));
    const Value* const found = of.Find(key);
    if (found != nullptr) return *found;
  } else if (of.IsSequence() && of.sequence().HasPlaces() &&
             (key.IsInt() || key.IsBool())) {
    const auto size = static_cast<int64_t>(of.items().size());
    int64_t index = key.AsInt();
    if (index < 0) index += size;
    if (index >= 0 && index < size) return of.items()[index];
  } else if (of.IsString() && (key.IsInt() || key.IsBool())) {
    RETURN_IF_ERROR(budget->Look(of));
    const auto size = static_cast<int64_t>(Length(of.text()));
    int64_t index = key.AsInt();
    if (index < 0) index += size;
    if (index >= 0 && index < size) {
      return Value::String(CodePoints(of.text(), index, index + 1));
    }
  }
  if (key.IsString()) {
    Value method;
    if (FindMethod(of, key.bytes(), budget, &method)) return method;
    if (of.IsCallable() && of.callable().attribute &&
        of.callable().attribute(key.bytes(), &method)) {
      return method;
    }
    if (of.IsNamespace()) return GetAttribute(of, key.bytes(), budget);
  }
  return Value::UndefinedNamed(key.Str().bytes());
}

absl::StatusOr<Value> GetAttribute(const Value& of, absl::string_view name,
                                   Budget* budget) {
  if (of.IsUndefined()) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", of.undefined_name(), "' is undefined"));
  }
  Value found;
  if (of.IsNamespace()) {
    for (const auto& [field, value] : of.fields().fields) {
      if (field == name) return value;
    }
    return Value::UndefinedNamed(name);
  }
  if (of.IsCallable()) {
    if (of.callable().attribute && of.callable().attribute(name, &found)) {
      return found;
    }
    return Value::UndefinedNamed(name);
  }
  if (FindMethod(of, name, budget, &found)) return found;
  if (of.IsDict()) {
    const Value* const item = of.Find(name);
    if (item != nullptr) return *item;
  }
  return Value::UndefinedNamed(name);
}

absl::StatusOr<Value> FormatPercent(const Text& format, const Value& values,
                                    Budget* budget) {
  const std::string& bytes = format.bytes();
  const auto shown = [&](const Text& text) {
    return format.IsMarkup() ? text.Escaped() : text;
  };
  Text out;
  size_t used = 0;
  const bool many = values.IsSequence() && values.sequence().tuple;
  const auto next = [&]() -> absl::StatusOr<Value> {
    const size_t count = many ? values.items().size() : 1;
    if (used >= count) {
      return absl::InvalidArgumentError(
          "not enough arguments for format string");
    }
    ++used;
    return many ? values.items()[used - 1] : values;
  };
  size_t plain = 0, counted = 0;
  for (size_t at = bytes.find('%'); at != std::string::npos;
       at = bytes.find('%', plain)) {
    out.Append(format.Part(plain, at));
    size_t end = at + 1;
    Value value;
    bool has_value = false;
    if (end < bytes.size() && bytes[end] == '(') {
      const size_t close = bytes.find(')', end);
      if (close == std::string::npos) {
        return absl::InvalidArgumentError("incomplete format key");
      }
      ASSIGN_OR_RETURN(
          value,
          GetItem(values, Value::String(bytes.substr(end + 1, close - end - 1)),
                  budget));
      has_value = true;
      used = 1;
      end = close + 1;
    }
    while (end < bytes.size() &&
           std::string("-+ #0123456789.").find(bytes[end]) !=
               std::string::npos) {
      ++end;
    }
    if (end >= bytes.size() || end - at > 20) {
      return absl::InvalidArgumentError("incomplete format");
    }
    const std::string flags = bytes.substr(at + 1, end - at - 1);
    const size_t flags_begin = flags.find(')');
    const std::string spec = flags_begin == std::string::npos
                                 ? flags
                                 : flags.substr(flags_begin + 1);
    const char kind = bytes[end];
    plain = end + 1;
    if (kind == '%') {
      out.Append("%");
      continue;
    }
    if (!has_value) {
      ASSIGN_OR_RETURN(value, next());
    }
    if (kind == 's' || kind == 'r') {
      Text text = shown(kind == 's' ? value.Str() : value.Repr());
      int width = 0;
      if (!spec.empty() && !absl::SimpleAtoi(spec, &width)) {
        return absl::InvalidArgumentError("unsupported format");
      }
      if (width > 1000 || width < -1000) {
        return absl::InvalidArgumentError("unsupported format");
      }
      const auto length = static_cast<int>(Length(text));
      if (width > length) out.Append(std::string(width - length, ' '));
      out.Append(text);
      if (-width > length) out.Append(std::string(-width - length, ' '));
    } else if (std::string("dixXofFeEgG").find(kind) != std::string::npos &&
               value.IsNumber()) {
      // Three digits of width and precision at most, so the buffer suffices.
      char buffer[1600];
      int digits = 0;
      for (const char c : spec) digits = c >= '0' && c <= '9' ? digits + 1 : 0;
      if (digits > 3) return absl::InvalidArgumentError("unsupported format");
      const bool whole = std::string("dixXo").find(kind) != std::string::npos;
      if (whole) {
        const std::string form =
            absl::StrCat("%", spec, "ll", std::string(1, kind));
        snprintf(buffer, sizeof(buffer), form.c_str(),
                 static_cast<long long>(value.AsInt()));
      } else {
        const std::string form = absl::StrCat("%", spec, std::string(1, kind));
        snprintf(buffer, sizeof(buffer), form.c_str(), value.AsDouble());
      }
      out.Append(buffer);
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat("format %", std::string(1, kind), " of a ",
                       value.TypeName(), " is not known here"));
    }
    RETURN_IF_ERROR(budget->Grow(out.size() - counted, out.size()));
    counted = out.size();
  }
  if (many ? used < values.items().size() : used == 0 && !values.IsDict()) {
    return absl::InvalidArgumentError(
        "not all arguments converted during string formatting");
  }
  out.Append(format.Part(plain, bytes.size()));
  return Value::String(out.AsMarkup(format.IsMarkup()));
}

}  // namespace footnote
