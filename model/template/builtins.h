// Jinja's filters and tests, and the methods of Python's strings, lists and
// dictionaries.
#ifndef FOOTNOTE_MODEL_TEMPLATE_BUILTINS_H_
#define FOOTNOTE_MODEL_TEMPLATE_BUILTINS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model/template/value.h"

namespace footnote {

// How much a rendering may still do; it ends in ResourceExhausted.
struct Budget {
  int64_t steps = 2000000;
  // Of one text or list.
  size_t max_bytes = 16 << 20;

  absl::Status Spend(size_t count);
  // For a text that grew by `added` bytes to `bytes`.
  absl::Status Grow(size_t added, size_t bytes);
  // For a text that was made.
  absl::Status Make(size_t bytes) { return Grow(bytes, bytes); }
  // For looking at all of `value` once.
  absl::Status Look(const Value& value) { return Spend(value.weight() / 16); }
};

// InvalidArgument: what jinja2 raises.
inline absl::Status Wrong(absl::string_view why) {
  return absl::InvalidArgumentError(why);
}

// InvalidArgument for unknown names and wrong arguments, as where jinja2
// raises.
absl::StatusOr<Value> ApplyFilter(absl::string_view name, const Value& input,
                                  const CallArguments& arguments,
                                  Budget* budget);
absl::StatusOr<bool> ApplyTest(absl::string_view name, const Value& input,
                               const CallArguments& arguments, Budget* budget);

// Whether ApplyFilter knows it.
bool HasFilter(absl::string_view name);

// The method `name` of `of` bound to it; false when it has none.
bool FindMethod(const Value& of, absl::string_view name, Budget* budget,
                Value* method);

// {{ of.name }} and {{ of[key] }} as jinja2 looks them up: undefined where
// there is none.
absl::StatusOr<Value> GetAttribute(const Value& of, absl::string_view name,
                                   Budget* budget);
absl::StatusOr<Value> GetItem(const Value& of, const Value& key,
                              Budget* budget);

// Spends for the texts among `input` and `arguments`, once each.
absl::Status LookAtTexts(const Value& input, const CallArguments& arguments,
                         Budget* budget);

// items[key] = value
void SetItem(Value key, Value value, Value::Dict* items);

// Where `item` stands in `items`; their size where it does not.
absl::StatusOr<size_t> IndexOf(const Value& item,
                               const std::vector<Value>& items, Budget* budget);

// What a loop over `value` sees.
absl::StatusOr<std::vector<Value>> Iterate(const Value& value, Budget* budget);

// `format` % `values`.
absl::StatusOr<Value> FormatPercent(const Text& format, const Value& values,
                                    Budget* budget);

// Code points.
size_t Length(const Text& text);
// The part of `text` from code point `begin` to `end`, half open.
Text CodePoints(const Text& text, size_t begin, size_t end);

// Arguments by place or by name.
class ArgumentReader {
 public:
  explicit ArgumentReader(const CallArguments& arguments)
      : arguments_(arguments) {}

  // Null where it was not given.
  const Value* Get(size_t place, absl::string_view name) const;
  bool Flag(size_t place, absl::string_view name, bool otherwise) const;
  int64_t Int(size_t place, absl::string_view name, int64_t otherwise) const;

 private:
  const CallArguments& arguments_;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_TEMPLATE_BUILTINS_H_
