// What a language model is asked: a conversation, as its template's request.
#ifndef FOOTNOTE_GENERATOR_MODELLED_PROMPT_H_
#define FOOTNOTE_GENERATOR_MODELLED_PROMPT_H_

#include <google/protobuf/repeated_ptr_field.h>

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"
#include "proto/footnote/v1/generator.pb.h"
#include "proto/footnote/v1/writing.pb.h"
#include "text/language.h"

namespace footnote {

// A passage as the model sees it: the first `bytes` of its text.
struct ShownPassage {
  int index = 0;  // of the request's passages
  size_t bytes = 0;
};

struct PromptOptions {
  // The model was trained to cite: passages go where its template wants
  // documents. Otherwise they are written into the question.
  bool documents = false;
  bool fast_citations = false;  // marks come with the text, not after it
  std::string safety_mode;      // empty: the template's own
};

// The request for ChatTemplate::Render that asks `request.question` of the
// passages `shown`, with the turns that followed so far (drafts and what was
// wrong with them). Answers are wanted in `language`. Where the request has
// tools, their calls and results come after the question in the place of the
// passages.
std::string QuestionPrompt(const v1::GenerateRequest& request,
                           const std::vector<ShownPassage>& shown,
                           Language language,
                           const std::vector<v1::Turn>& turns,
                           const PromptOptions& options);

// What the model is told of a draft: the sentences that `unsupported` names
// are in no passage.
std::string RevisionTurn(const std::vector<std::string>& unsupported);

// The request that asks for `question` as one that can be understood without
// `history`.
std::string RewritePrompt(
    const google::protobuf::RepeatedPtrField<v1::Turn>& history,
    absl::string_view question);

// A message with calls, as templates want it.
nlohmann::ordered_json CallsMessage(
    absl::string_view plan, const std::vector<const v1::ToolCall*>& calls);
// A message with the result of one.
nlohmann::ordered_json ResultMessage(absl::string_view call_id,
                                     absl::string_view tool,
                                     absl::string_view content);

// {"enable_citations": true, ...} and the safety mode, into `json`.
void AddTemplateWords(const PromptOptions& options, bool citations,
                      nlohmann::ordered_json* json);

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_MODELLED_PROMPT_H_
