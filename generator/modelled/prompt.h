// What a language model is asked: a conversation, as its template's request.
#ifndef FOOTNOTE_GENERATOR_MODELLED_PROMPT_H_
#define FOOTNOTE_GENERATOR_MODELLED_PROMPT_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "proto/footnote/v1/generator.pb.h"
#include "text/language.h"

namespace footnote {

// A passage as the model sees it: the first `bytes` of its text.
struct ShownPassage {
  int index = 0;  // of the request's passages
  size_t bytes = 0;
};

struct Turn {
  std::string role;  // "user", "assistant"
  std::string content;
};

struct PromptOptions {
  // The model was trained to cite: passages go where its template wants
  // documents. Otherwise they are written into the question.
  bool documents = false;
  bool fast_citations = true;  // marks come with the text, not after it
  std::string safety_mode;     // CONTEXTUAL, STRICT; empty: the template's own
};

// The request for ChatTemplate::Render that asks `request.question` of the
// passages `shown`, with the turns that followed so far (drafts and what was
// wrong with them). Answers are wanted in `language`.
std::string QuestionPrompt(const v1::GenerateRequest& request,
                           const std::vector<ShownPassage>& shown,
                           Language language, const std::vector<Turn>& turns,
                           const PromptOptions& options);

// What the model is told of a draft: the sentences that `unsupported` names
// are in no passage.
std::string RevisionTurn(const std::vector<std::string>& unsupported);

// The request that asks for the last question of `turns` as one that stands
// alone.
std::string RewritePrompt(const std::vector<Turn>& turns);

// The same by rule, where there is no model: the words of the question before
// it that name something stand in for what the follow-up leaves out.
std::string RewriteByRule(const std::vector<Turn>& turns);

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_MODELLED_PROMPT_H_
