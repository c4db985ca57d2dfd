#include "indexer/formats/jsonl.h"

#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "indexer/formats/plain.h"

namespace footnote {
namespace {

namespace dom = simdjson::dom;

constexpr const char* kTextKeys[] = {"text", "contents", "content",
                                     "body", "passage",  "paragraph"};
constexpr const char* kIdKeys[] = {"id",          "_id",   "doc_id",
                                   "document_id", "docid", "context_id"};
constexpr const char* kTitleKeys[] = {"title", "heading"};
constexpr const char* kLanguageKeys[] = {"language", "lang"};
constexpr const char* kVectorKeys[] = {"vector", "embedding"};
constexpr const char* kMetadataKeys[] = {"metadata", "meta"};

absl::Status LineError(uint32_t line, absl::string_view problem) {
  return absl::InvalidArgumentError(
      absl::StrCat("json line ", line, ": ", problem));
}

// A string, number or boolean as text; false for anything else.
bool ScalarText(const dom::element& element, std::string* out) {
  switch (element.type()) {
    case dom::element_type::STRING: {
      const auto view = element.get_string().value_unsafe();
      out->assign(view.data(), view.size());
      return true;
    }
    case dom::element_type::INT64:
    case dom::element_type::UINT64:
    case dom::element_type::DOUBLE:
    case dom::element_type::BOOL:
      *out = simdjson::minify(element);
      return true;
    default:
      return false;
  }
}

template <size_t n>
bool IsOneOf(absl::string_view key, const char* const (&keys)[n]) {
  for (const char* wanted : keys) {
    if (key == wanted) return true;
  }
  return false;
}

// The first of `keys` that holds a scalar.
template <size_t n>
std::string FirstOf(const dom::object& object, const char* const (&keys)[n],
                    const char** found_key) {
  std::string out;
  *found_key = nullptr;
  for (const char* key : keys) {
    dom::element value;
    if (object.at_key(key).get(value) == simdjson::SUCCESS &&
        ScalarText(value, &out)) {
      *found_key = key;
      return out;
    }
  }
  return "";
}

absl::Status ReadVector(const dom::object& object, uint32_t line,
                        std::vector<float>* out) {
  for (const char* key : kVectorKeys) {
    dom::element value;
    if (object.at_key(key).get(value) != simdjson::SUCCESS) continue;
    if (value.is_null()) return absl::OkStatus();
    dom::array numbers;
    if (value.get(numbers) != simdjson::SUCCESS || numbers.size() == 0) {
      return LineError(line, absl::StrCat("\"", key,
                                          "\" is no array of numbers or is "
                                          "empty, want an array of numbers"));
    }
    for (const dom::element number : numbers) {
      double component;
      if (number.get(component) != simdjson::SUCCESS ||
          !std::isfinite(static_cast<float>(component))) {
        return LineError(line,
                         absl::StrCat("\"", key, "\" component ", out->size(),
                                      " is not a finite number, want one"));
      }
      out->push_back(static_cast<float>(component));
    }
    return absl::OkStatus();
  }
  return absl::OkStatus();
}

void AddMetadata(absl::string_view key, const dom::element& value,
                 Extracted* out) {
  std::string text;
  if (ScalarText(value, &text)) {
    out->metadata.emplace_back(std::string(key), std::move(text));
  }
}

absl::StatusOr<JsonDocument> ReadLine(absl::string_view line_text,
                                      uint32_t line,
                                      const ExtractLimits& limits,
                                      dom::parser* parser) {
  if (line_text.size() > limits.max_document_bytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("json line ", line, ": ", line_text.size(),
                     " bytes, want at most ", limits.max_document_bytes));
  }
  dom::element root;
  const simdjson::error_code error =
      parser->parse(line_text.data(), line_text.size()).get(root);
  if (error != simdjson::SUCCESS) {
    return LineError(line, absl::StrCat(simdjson::error_message(error),
                                        ", want one JSON object a line"));
  }
  dom::object object;
  if (root.get(object) != simdjson::SUCCESS) {
    return LineError(line, "not an object, want one JSON object a line");
  }
  const char* text_key;
  const char* ignored;
  const std::string text = FirstOf(object, kTextKeys, &text_key);
  if (text_key == nullptr) {
    return LineError(line,
                     "no text, want a string under \"text\" or \"contents\"");
  }
  JsonDocument out;
  out.line = line;
  ASSIGN_OR_RETURN(out.document, ExtractPlain(text, limits));
  out.document.format = Format::kJsonLines;
  for (Block& block : out.document.blocks) block.line = line;
  out.document.parts.clear();
  out.id = FirstOf(object, kIdKeys, &ignored);
  out.document.title = FirstOf(object, kTitleKeys, &ignored);
  out.document.language = FirstOf(object, kLanguageKeys, &ignored);
  RETURN_IF_ERROR(ReadVector(object, line, &out.vector));
  for (const dom::key_value_pair field : object) {
    const absl::string_view key(field.key.data(), field.key.size());
    dom::object inner;
    if (IsOneOf(key, kMetadataKeys) &&
        field.value.get(inner) == simdjson::SUCCESS) {
      for (const dom::key_value_pair entry : inner) {
        AddMetadata({entry.key.data(), entry.key.size()}, entry.value,
                    &out.document);
      }
    } else if (key != text_key && !IsOneOf(key, kIdKeys) &&
               !IsOneOf(key, kTitleKeys) && !IsOneOf(key, kLanguageKeys)) {
      AddMetadata(key, field.value, &out.document);
    }
  }
  return out;
}

}  // namespace

bool NamesAText(absl::string_view line) {
  return std::any_of(
      std::begin(kTextKeys), std::end(kTextKeys), [line](const char* key) {
        return absl::StrContains(line, absl::StrCat("\"", key, "\""));
      });
}

absl::Status ExtractJsonLines(
    absl::string_view utf8, const ExtractLimits& limits,
    const std::function<absl::Status(uint32_t line,
                                     absl::StatusOr<JsonDocument>)>& each) {
  dom::parser parser;
  uint32_t line = 0;
  while (!utf8.empty()) {
    ++line;
    const size_t end = utf8.find('\n');
    const absl::string_view text = utf8.substr(0, end);
    utf8.remove_prefix(end == absl::string_view::npos ? utf8.size() : end + 1);
    if (text.find_first_not_of(" \t\r") == absl::string_view::npos) continue;
    RETURN_IF_ERROR(each(line, ReadLine(text, line, limits, &parser)));
  }
  return absl::OkStatus();
}

}  // namespace footnote
