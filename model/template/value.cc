#include "model/template/value.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/utf8.h"
#include "model/tokenizer/unicode_text.h"

namespace footnote {
namespace {

// Beyond this, lists in lists are printed as "...".
constexpr int kMaxReprDepth = 200;

void AppendQuoted(const Text& text, Text* out) {
  const std::string& bytes = text.bytes();
  const bool has_single = bytes.find('\'') != std::string::npos;
  const bool has_double = bytes.find('"') != std::string::npos;
  const char quote = has_single && !has_double ? '"' : '\'';
  std::string quoted(1, quote);
  for (size_t at = 0; at < bytes.size();) {
    int length;
    const char32_t c = DecodeUtf8(bytes, at, &length);
    if (c == static_cast<char32_t>(quote) || c == '\\') {
      quoted.push_back('\\');
      quoted.push_back(static_cast<char>(c));
    } else if (c == '\n') {
      quoted += "\\n";
    } else if (c == '\r') {
      quoted += "\\r";
    } else if (c == '\t') {
      quoted += "\\t";
    } else if (IsPrintable(c)) {
      quoted.append(bytes, at, length);
    } else {
      char escape[16];
      const char* const form = c < 0x100     ? "\\x%02x"
                               : c < 0x10000 ? "\\u%04x"
                                             : "\\U%08x";
      snprintf(escape, sizeof(escape), form, static_cast<unsigned>(c));
      quoted += escape;
    }
    at += length;
  }
  quoted.push_back(quote);
  out->Append(quoted, text.IsForeign());
}

}  // namespace

std::string FloatText(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value,
                                 std::chars_format::scientific)
                       .ptr;
  const std::string shortest(buffer, end);
  const size_t e = shortest.find('e');
  const int exponent = atoi(shortest.c_str() + e + 1);
  std::string sign, digits;
  for (const char c : shortest.substr(0, e)) {
    if (c == '-') sign = "-";
    if (c >= '0' && c <= '9') digits.push_back(c);
  }
  const int count = static_cast<int>(digits.size());
  if (exponent < -4 || exponent >= 16) {
    std::string text = sign + digits.substr(0, 1);
    if (count > 1) text += "." + digits.substr(1);
    snprintf(buffer, sizeof(buffer), "e%c%02d", exponent < 0 ? '-' : '+',
             std::abs(exponent));
    return text + buffer;
  }
  if (exponent < 0) {
    return sign + "0." + std::string(-exponent - 1, '0') + digits;
  }
  if (count <= exponent + 1) {
    return sign + digits + std::string(exponent + 1 - count, '0') + ".0";
  }
  return sign + digits.substr(0, exponent + 1) + "." +
         digits.substr(exponent + 1);
}

Value Value::Make(List items, bool tuple) {
  auto made = std::make_shared<Sequence>();
  for (const Value& item : items) {
    made->depth = std::max(made->depth, item.depth() + 1);
    made->weight = std::min(made->weight + item.weight(), kMaxWeight);
  }
  made->items = std::move(items);
  made->tuple = tuple;
  return Value(Held(std::shared_ptr<const Sequence>(std::move(made))));
}

Value Value::GeneratorOf(List items) {
  auto made =
      std::make_shared<Sequence>(Make(std::move(items), false).sequence());
  made->lazy = true;
  return Value(Held(std::shared_ptr<const Sequence>(std::move(made))));
}

Value Value::ViewOf(List items, std::string view, std::string repr) {
  auto made =
      std::make_shared<Sequence>(Make(std::move(items), false).sequence());
  made->view = std::move(view);
  made->repr = std::move(repr);
  return Value(Held(std::shared_ptr<const Sequence>(std::move(made))));
}

Value Value::DictOf(Dict items) {
  auto made = std::make_shared<DictBody>();
  for (const auto& [key, value] : items) {
    made->depth = std::max({made->depth, key.depth() + 1, value.depth() + 1});
    made->weight =
        std::min(made->weight + key.weight() + value.weight(), kMaxWeight);
  }
  made->items = std::move(items);
  return Value(Held(std::shared_ptr<const DictBody>(std::move(made))));
}

int Value::depth() const {
  if (IsSequence()) return sequence().depth;
  if (IsDict()) return Get<std::shared_ptr<const DictBody>>()->depth;
  return 0;
}

size_t Value::weight() const {
  if (IsString()) return 1 + text().size() / 16;
  if (IsSequence()) return sequence().weight;
  if (IsDict()) return Get<std::shared_ptr<const DictBody>>()->weight;
  return 1;
}

int64_t Value::AsInt() const {
  if (IsBool()) return Get<bool>() ? 1 : 0;
  if (IsFloat()) return static_cast<int64_t>(Get<double>());
  return Get<int64_t>();
}

double Value::AsDouble() const {
  return IsFloat() ? Get<double>() : static_cast<double>(AsInt());
}

bool Value::IsTrue() const {
  if (IsUndefined() || IsNone()) return false;
  if (IsFloat()) return AsDouble() != 0;
  if (IsNumber()) return AsInt() != 0;
  if (IsString()) return !text().empty();
  if (IsSequence()) return sequence().lazy || !items().empty();
  if (IsDict()) return !dict().empty();
  return true;
}

bool Value::Equals(const Value& other) const {
  if (IsNumber() && other.IsNumber()) {
    if (IsFloat() || other.IsFloat()) return AsDouble() == other.AsDouble();
    return AsInt() == other.AsInt();
  }
  if (held_.index() != other.held_.index()) return false;
  if (IsUndefined() || IsNone()) return true;
  if (IsString()) return bytes() == other.bytes();
  if (IsSequence()) {
    if (sequence().tuple != other.sequence().tuple ||
        sequence().view != other.sequence().view ||
        items().size() != other.items().size()) {
      return false;
    }
    return std::equal(
        items().begin(), items().end(), other.items().begin(),
        [](const Value& a, const Value& b) { return a.Equals(b); });
  }
  if (IsDict()) {
    if (dict().size() != other.dict().size()) return false;
    return std::all_of(dict().begin(), dict().end(), [&](const auto& item) {
      const Value* const found = other.Find(item.first);
      return found != nullptr && item.second.Equals(*found);
    });
  }
  return held_ == other.held_;
}

bool Value::IsSame(const Value& other) const {
  if (held_.index() != other.held_.index()) return false;
  if (IsSequence() || IsDict() || IsCallable() || IsNamespace()) {
    return held_ == other.held_;
  }
  return Equals(other);
}

absl::StatusOr<bool> Value::IsLess(const Value& other) const {
  if (IsNumber() && other.IsNumber()) {
    if (IsFloat() || other.IsFloat()) return AsDouble() < other.AsDouble();
    return AsInt() < other.AsInt();
  }
  // UTF-8 is ordered as its code points are.
  if (IsString() && other.IsString()) return bytes() < other.bytes();
  if (IsSequence() && other.IsSequence() && sequence().HasPlaces() &&
      sequence().tuple == other.sequence().tuple && sequence().view.empty() &&
      other.sequence().view.empty()) {
    const size_t shared = std::min(items().size(), other.items().size());
    for (size_t i = 0; i < shared; ++i) {
      if (items()[i].Equals(other.items()[i])) continue;
      return items()[i].IsLess(other.items()[i]);
    }
    return items().size() < other.items().size();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "'", TypeName(), "' and '", other.TypeName(), "' have no order"));
}

const Value* Value::Find(const Value& key) const {
  if (!IsDict()) return nullptr;
  for (const auto& [name, value] : dict()) {
    if (name.Equals(key)) return &value;
  }
  return nullptr;
}

const Value* Value::Find(absl::string_view key) const {
  if (!IsDict()) return nullptr;
  for (const auto& [name, value] : dict()) {
    if (name.IsString() && name.bytes() == key) return &value;
  }
  return nullptr;
}

absl::string_view Value::TypeName() const {
  if (IsUndefined()) return "Undefined";
  if (IsNone()) return "NoneType";
  if (IsBool()) return "bool";
  if (IsInt()) return "int";
  if (IsFloat()) return "float";
  if (IsString()) return "str";
  if (IsSequence() && sequence().lazy) return "generator";
  if (IsSequence() && !sequence().view.empty()) return sequence().view;
  if (IsSequence()) return sequence().tuple ? "tuple" : "list";
  if (IsDict()) return "dict";
  if (IsNamespace()) return "Namespace";
  return "function";
}

Text Value::Str() const {
  if (IsString()) return text();
  if (IsUndefined()) return Text();
  return Repr();
}

Text Value::Repr() const {
  Text out;
  ReprTo(&out, 0);
  return out;
}

void Value::ReprTo(Text* out, int depth) const {
  if (out->size() > kMaxReprBytes) return;
  if (depth > kMaxReprDepth) {
    out->Append("...");
  } else if (IsUndefined()) {
    out->Append("Undefined");
  } else if (IsNone()) {
    out->Append("None");
  } else if (IsBool()) {
    out->Append(IsTrue() ? "True" : "False");
  } else if (IsInt()) {
    out->Append(absl::StrCat(AsInt()));
  } else if (IsFloat()) {
    out->Append(FloatText(AsDouble()));
  } else if (IsString()) {
    if (text().IsMarkup()) out->Append("Markup(");
    AppendQuoted(text(), out);
    if (text().IsMarkup()) out->Append(")");
  } else if (IsSequence() && !sequence().repr.empty()) {
    out->Append(sequence().repr);
  } else if (IsSequence() && !sequence().view.empty()) {
    out->Append(absl::StrCat(sequence().view, "("));
    ListOf(items()).ReprTo(out, depth);
    out->Append(")");
  } else if (IsSequence()) {
    const bool tuple = sequence().tuple;
    out->Append(tuple ? "(" : "[");
    for (size_t i = 0; i < items().size(); ++i) {
      if (i > 0) out->Append(", ");
      items()[i].ReprTo(out, depth + 1);
    }
    if (tuple && items().size() == 1) out->Append(",");
    out->Append(tuple ? ")" : "]");
  } else if (IsDict() || IsNamespace()) {
    out->Append(IsDict() ? "{" : "<Namespace {");
    bool first = true;
    const auto item = [&](const Value& key, const Value& value) {
      if (!first) out->Append(", ");
      first = false;
      key.ReprTo(out, depth + 1);
      out->Append(": ");
      value.ReprTo(out, depth + 1);
    };
    if (IsDict()) {
      for (const auto& [key, value] : dict()) item(key, value);
    } else {
      for (const auto& [key, value] : fields().fields) {
        item(String(key), value);
      }
    }
    out->Append(IsDict() ? "}" : "}>");
  } else {
    out->Append(absl::StrCat("<", callable().name, ">"));
  }
}

}  // namespace footnote
