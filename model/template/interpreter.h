// Runs a parsed template.
#ifndef FOOTNOTE_MODEL_TEMPLATE_INTERPRETER_H_
#define FOOTNOTE_MODEL_TEMPLATE_INTERPRETER_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "model/template/builtins.h"
#include "model/template/syntax.h"
#include "model/template/value.h"

namespace footnote {

struct RunOptions {
  Budget budget;
  // What strftime_now() tells.
  absl::Time now = absl::InfinitePast();  // the clock's
};

// What `block` prints with the variables `globals`: what jinja2 prints in the
// environment that transformers sets up.
//   InvalidArgument     where jinja2 raises; the message names the line
//   FailedPrecondition  the template called raise_exception; its message
//   ResourceExhausted   more steps or text than the budget allows
absl::StatusOr<Text> RunTemplate(
    const Block& block, std::vector<std::pair<std::string, Value>> globals,
    const RunOptions& options);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_TEMPLATE_INTERPRETER_H_
