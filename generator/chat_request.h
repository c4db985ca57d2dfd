// A request of Chat, read: what the template is given, which tools there are,
// what an answer may rest on.
#ifndef FOOTNOTE_GENERATOR_CHAT_REQUEST_H_
#define FOOTNOTE_GENERATOR_CHAT_REQUEST_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "generator/modelled/dialect.h"
#include "generator/modelled/evidence.h"
#include "model/grammar/grammar.h"
#include "nlohmann/json.hpp"
#include "proto/footnote/v1/generator.pb.h"

namespace footnote {

// Checks what can be checked without a model.
//   InvalidArgument  INVALID_REQUEST; the message names the field, its value
//                    and what was wanted, and quotes no text
absl::Status ValidateChat(const v1::ChatRequest& request);

struct ChatTools {
  // As templates want them: {"type": "function", "function": {...}}.
  nlohmann::ordered_json declared;
  std::vector<CallableTool> callable;
};

// The tools of `tools_json`, each as {"name", "description", "parameters"}, or
// that as "function" of an object. Empty: none.
//   InvalidArgument  INVALID_REQUEST
absl::StatusOr<ChatTools> ReadTools(const std::string& tools_json);

// The request for ChatTemplate::Render. Documents go where the template wants
// them, or before the last question.
std::string ChatPrompt(const v1::ChatRequest& request, const ChatTools& tools,
                       const Dialect& dialect);

// What the conversation gives to rest on; lives no longer than the request.
struct ChatSources {
  explicit ChatSources(const v1::ChatRequest& request);

  // Documents, then results, as if all came from tools; a document's "tool" is
  // empty.
  ToolUses uses;
  // Of the calls in the conversation, so far.
  int calls = 0;
  // The number of the first call in marks: 1 where documents are call 0.
  int first_call = 0;
  std::vector<Evidence> evidence;
  // How many results each call has, for a citation grammar.
  std::vector<int> results;
};

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_CHAT_REQUEST_H_
