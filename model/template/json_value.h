// JSON to template values and back, as Python's json module does it.
#ifndef FOOTNOTE_MODEL_TEMPLATE_JSON_VALUE_H_
#define FOOTNOTE_MODEL_TEMPLATE_JSON_VALUE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model/template/value.h"

namespace footnote {

// InvalidArgument when `json` isn't JSON, nests deeper than 64 or holds an
// integer of more than 64 bits. All its strings are foreign.
absl::StatusOr<Value> ValueOfJson(absl::string_view json);

struct JsonFormat {
  int indent = -1;  // -1: all in one line
  std::string item_separator = ", ";
  std::string key_separator = ": ";
  bool sort_keys = false;
  bool ensure_ascii = false;
  // ResourceExhausted soon after so many.
  size_t max_bytes = SIZE_MAX;
};

// json.dumps.
//   InvalidArgument    what isn't JSON: functions, undefined
//   ResourceExhausted  more text than the format allows
absl::StatusOr<Text> JsonOfValue(const Value& value, const JsonFormat& format);

// How deep the arrays and objects of `json` lie in each other; of what is no
// JSON, no less than up to its mistake. What other parsers make is copied and
// printed with a frame of the stack for each, so this is asked first of what
// came from outside.
int JsonDepth(absl::string_view json);

// `text` as a JSON string; U+FFFD for what is no UTF-8.
std::string JsonString(absl::string_view text, bool ensure_ascii = false);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_TEMPLATE_JSON_VALUE_H_
