// The filters of texts; other values become texts first.
#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "model/template/filters.h"
#include "model/tokenizer/unicode_text.h"

namespace footnote {
namespace {

using Result = absl::StatusOr<Value>;

// A string's method as a filter; other values become strings first.
Result ByMethod(const FilterCall& call, absl::string_view name) {
  Value method;
  const Value text = Value::String(call.in.Str());
  if (!FindMethod(text, name, call.budget, &method)) return Wrong("no method");
  return method.callable().call(call.given);
}

Result ToString(const FilterCall& call) { return Value::String(call.in.Str()); }
Result Upper(const FilterCall& call) { return ByMethod(call, "upper"); }
Result Lower(const FilterCall& call) { return ByMethod(call, "lower"); }
Result Capitalize(const FilterCall& call) {
  return ByMethod(call, "capitalize");
}
Result Trim(const FilterCall& call) { return ByMethod(call, "strip"); }

Result Safe(const FilterCall& call) {
  return Value::String(call.in.Str().AsMarkup(true));
}

Result Escape(const FilterCall& call) {
  return Value::String(call.in.Str().Escaped());
}

Result ForceEscape(const FilterCall& call) {
  return Value::String(call.in.Str().AsMarkup(false).Escaped());
}

Result Replace(const FilterCall& call) {
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

Result Title(const FilterCall& call) {
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

Result Indent(const FilterCall& call) {
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

Result Truncate(const FilterCall& call) {
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

Result Center(const FilterCall& call) {
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

Result WordCount(const FilterCall& call) {
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

Result UrlEncode(const FilterCall& call) {
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

Result Format(const FilterCall& call) {
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

constexpr NamedFilter kFilters[] = {
    {"capitalize", Capitalize},
    {"center", Center},
    {"e", Escape},
    {"escape", Escape},
    {"forceescape", ForceEscape},
    {"format", Format},
    {"indent", Indent},
    {"lower", Lower},
    {"replace", Replace},
    {"safe", Safe},
    {"string", ToString},
    {"title", Title},
    {"trim", Trim},
    {"truncate", Truncate},
    {"upper", Upper},
    {"urlencode", UrlEncode},
    {"wordcount", WordCount},
};

}  // namespace

absl::Span<const NamedFilter> TextFilters() { return kFilters; }

}  // namespace footnote
