// The two macros that carry absl::Status through a function.
//
//   RETURN_IF_ERROR(Write(x));
//   ASSIGN_OR_RETURN(Answer answer, Ask(question));
#ifndef FOOTNOTE_BASE_STATUS_MACROS_H_
#define FOOTNOTE_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define FOOTNOTE_CONCAT_INNER_(a, b) a##b
#define FOOTNOTE_CONCAT_(a, b) FOOTNOTE_CONCAT_INNER_(a, b)

// Returns from the enclosing function when `expression` is not OK.
#define RETURN_IF_ERROR(expression)                    \
  do {                                                 \
    ::absl::Status footnote_status = (expression);     \
    if (!footnote_status.ok()) return footnote_status; \
  } while (false)

// Evaluates a StatusOr; assigns its value to `target` or returns its error.
#define ASSIGN_OR_RETURN(target, expression)                          \
  ASSIGN_OR_RETURN_(FOOTNOTE_CONCAT_(footnote_or_, __LINE__), target, \
                    expression)

#define ASSIGN_OR_RETURN_(name, target, expression) \
  auto name = (expression);                         \
  if (!name.ok()) return std::move(name).status();  \
  target = std::move(name).value()

#endif  // FOOTNOTE_BASE_STATUS_MACROS_H_
