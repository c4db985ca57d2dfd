// What Python's operators make of values.
//
//   InvalidArgument    where Python raises
//   ResourceExhausted  more steps or text than the budget allows
#ifndef FOOTNOTE_MODEL_TEMPLATE_OPERATORS_H_
#define FOOTNOTE_MODEL_TEMPLATE_OPERATORS_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model/template/builtins.h"
#include "model/template/value.h"

namespace footnote {

// +value, or -value where it is `negative`.
absl::StatusOr<Value> Signed(bool negative, const Value& value);

// `by` is one of + - * / // % ** ~. Integers have 64 bits here: beyond them is
// InvalidArgument, too.
absl::StatusOr<Value> Binary(absl::string_view by, const Value& left,
                             const Value& right, Budget* budget);

// `by` is one of == != < <= > >=, "in" and "not in".
absl::StatusOr<bool> Holds(absl::string_view by, const Value& left,
                           const Value& right, Budget* budget);

// of[given[0]:given[1]:given[2]]
// REQUIRES: each of `given` is an integer, a bool, None or undefined
absl::StatusOr<Value> Slice(const Value& of, const Value (&given)[3],
                            Budget* budget);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_TEMPLATE_OPERATORS_H_
