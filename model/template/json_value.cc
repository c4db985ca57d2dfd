#include "model/template/json_value.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "simdjson.h"

namespace footnote {
namespace {

constexpr int kMaxDepth = 64;

absl::StatusOr<Value> Convert(simdjson::dom::element element, int depth) {
  if (depth > kMaxDepth) {
    return absl::InvalidArgumentError(
        absl::StrCat("JSON nests deeper than ", kMaxDepth));
  }
  using Type = simdjson::dom::element_type;
  switch (element.type()) {
    case Type::NULL_VALUE:
      return Value::Nothing();
    case Type::BOOL:
      return Value::Bool(element.get_bool().value_unsafe());
    case Type::INT64:
      return Value::Int(element.get_int64().value_unsafe());
    case Type::DOUBLE:
      return Value::Float(element.get_double().value_unsafe());
    case Type::UINT64:
      return absl::InvalidArgumentError("JSON: an integer beyond 64 bits");
    case Type::STRING: {
      const std::string_view text = element.get_string().value_unsafe();
      return Value::String(
          Text(absl::string_view(text.data(), text.size()), /*foreign=*/true));
    }
    case Type::ARRAY: {
      Value::List items;
      const simdjson::dom::array array = element.get_array().value_unsafe();
      for (const simdjson::dom::element item : array) {
        ASSIGN_OR_RETURN(Value value, Convert(item, depth + 1));
        items.push_back(std::move(value));
      }
      return Value::ListOf(std::move(items));
    }
    case Type::OBJECT: {
      Value::Dict items;
      absl::flat_hash_map<absl::string_view, size_t> places;
      const simdjson::dom::object object = element.get_object().value_unsafe();
      for (const auto field : object) {
        ASSIGN_OR_RETURN(Value value, Convert(field.value, depth + 1));
        const absl::string_view key(field.key.data(), field.key.size());
        // The last of equal keys counts, at the first's place.
        const auto [place, is_new] = places.try_emplace(key, items.size());
        if (is_new) {
          items.emplace_back(Value::String(Text(key, /*foreign=*/true)),
                             std::move(value));
        } else {
          items[place->second].second = std::move(value);
        }
      }
      return Value::DictOf(std::move(items));
    }
  }
  return absl::InternalError("JSON: an element without a type");
}

class Writer {
 public:
  explicit Writer(const JsonFormat& format) : format_(format) {}

  absl::Status Write(const Value& value, int depth) {
    if (out_.size() > format_.max_bytes) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "JSON of more than ", format_.max_bytes, " bytes is too much"));
    }
    if (value.IsNone()) {
      out_.Append("null");
    } else if (value.IsBool()) {
      out_.Append(value.IsTrue() ? "true" : "false");
    } else if (value.IsInt()) {
      out_.Append(absl::StrCat(value.AsInt()));
    } else if (value.IsFloat()) {
      out_.Append(Number(value.AsDouble()));
    } else if (value.IsString()) {
      String(value.text());
    } else if (value.IsSequence() && !value.sequence().lazy &&
               value.sequence().view.empty()) {
      return List(value.items(), depth);
    } else if (value.IsDict()) {
      return Dict(value.dict(), depth);
    } else {
      return absl::InvalidArgumentError(absl::StrCat(
          "object of type ", value.TypeName(), " is not JSON serializable"));
    }
    return absl::OkStatus();
  }

  Text Take() { return std::move(out_); }

 private:
  static std::string Number(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
    return FloatText(value);
  }

  void String(const Text& text) {
    out_.Append(JsonString(text.bytes(), format_.ensure_ascii),
                text.IsForeign());
  }

  void NewLine(int depth) {
    if (format_.indent < 0) return;
    out_.Append("\n");
    out_.Append(std::string(static_cast<size_t>(format_.indent) * depth, ' '));
  }

  absl::Status List(const Value::List& items, int depth) {
    if (items.empty()) {
      out_.Append("[]");
      return absl::OkStatus();
    }
    out_.Append("[");
    for (size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out_.Append(format_.item_separator);
      NewLine(depth + 1);
      RETURN_IF_ERROR(Write(items[i], depth + 1));
    }
    NewLine(depth);
    out_.Append("]");
    return absl::OkStatus();
  }

  absl::StatusOr<Text> Key(const Value& key) const {
    if (key.IsString()) return key.text();
    if (key.IsNone()) return Text("null");
    if (key.IsBool()) return Text(key.IsTrue() ? "true" : "false");
    if (key.IsInt()) return Text(absl::StrCat(key.AsInt()));
    if (key.IsFloat()) return Text(Number(key.AsDouble()));
    return absl::InvalidArgumentError(absl::StrCat(
        "keys must be str, int, float, bool or None, not ", key.TypeName()));
  }

  absl::Status Dict(const Value::Dict& items, int depth) {
    if (items.empty()) {
      out_.Append("{}");
      return absl::OkStatus();
    }
    std::vector<std::pair<Text, const Value*>> fields;
    for (const auto& [key, value] : items) {
      ASSIGN_OR_RETURN(Text text, Key(key));
      fields.emplace_back(std::move(text), &value);
    }
    if (format_.sort_keys) {
      std::stable_sort(fields.begin(), fields.end(),
                       [](const auto& a, const auto& b) {
                         return a.first.bytes() < b.first.bytes();
                       });
    }
    out_.Append("{");
    for (size_t i = 0; i < fields.size(); ++i) {
      if (i > 0) out_.Append(format_.item_separator);
      NewLine(depth + 1);
      String(fields[i].first);
      out_.Append(format_.key_separator);
      RETURN_IF_ERROR(Write(*fields[i].second, depth + 1));
    }
    NewLine(depth);
    out_.Append("}");
    return absl::OkStatus();
  }

  const JsonFormat& format_;
  Text out_;
};

void AppendUnit(unsigned unit, std::string* out) {
  char escape[16];
  snprintf(escape, sizeof(escape), "\\u%04x", unit);
  out->append(escape);
}

}  // namespace

int JsonDepth(absl::string_view json) {
  int depth = 0;
  int deepest = 0;
  bool in_string = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '"') in_string = !in_string;
    if (in_string) {
      if (c == '\\') ++i;
    } else if (c == '[' || c == '{') {
      deepest = std::max(deepest, ++depth);
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return deepest;
}

std::string JsonString(absl::string_view text, bool ensure_ascii) {
  std::string out = "\"";
  for (size_t at = 0; at < text.size();) {
    int length;
    const char32_t c = DecodeUtf8(text, at, &length);
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\b':
        out += "\\b";
        break;
      default:
        if (c < 0x20 || (ensure_ascii && c >= 0x7F && c < 0x10000)) {
          if (c == 0x7F) {
            out.push_back(0x7F);
          } else {
            AppendUnit(c, &out);
          }
        } else if (ensure_ascii && c >= 0x10000) {
          AppendUnit(0xD800 + ((c - 0x10000) >> 10), &out);
          AppendUnit(0xDC00 + ((c - 0x10000) & 0x3FF), &out);
        } else {
          AppendUtf8(c, &out);
        }
    }
    at += length;
  }
  return out + "\"";
}

absl::StatusOr<Value> ValueOfJson(absl::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  const simdjson::error_code error =
      parser.parse(json.data(), json.size()).get(root);
  if (error != simdjson::SUCCESS) {
    return absl::InvalidArgumentError(
        absl::StrCat("not JSON: ", simdjson::error_message(error)));
  }
  return Convert(root, 0);
}

absl::StatusOr<Text> JsonOfValue(const Value& value, const JsonFormat& format) {
  Writer writer(format);
  RETURN_IF_ERROR(writer.Write(value, 0));
  return writer.Take();
}

}  // namespace footnote
