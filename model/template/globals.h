// The functions that every template has.
#ifndef FOOTNOTE_MODEL_TEMPLATE_GLOBALS_H_
#define FOOTNOTE_MODEL_TEMPLATE_GLOBALS_H_

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "model/template/builtins.h"
#include "model/template/value.h"

namespace footnote {

// By name: jinja2's own, and raise_exception() and strftime_now(), which
// transformers adds. `now` is what the latter tells, InfinitePast() for the
// clock's time. Namespaces that are made lie in `namespaces`; it and `budget`
// must outlive the functions.
std::vector<std::pair<std::string, Value>> GlobalFunctions(
    absl::Time now, Budget* budget, std::deque<Value::Namespace>* namespaces);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_TEMPLATE_GLOBALS_H_
