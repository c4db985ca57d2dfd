// A language model that says what a test wants: real weights, a real tokenizer
// and a real template, whose next token depends on the last one alone.
#ifndef FOOTNOTE_TESTS_GENERATOR_SCRIPTED_MODEL_H_
#define FOOTNOTE_TESTS_GENERATOR_SCRIPTED_MODEL_H_

#include <string>
#include <utility>
#include <vector>

namespace footnote {

struct Script {
  std::string chat_template;
  // Spellings of control pieces.
  std::vector<std::string> controls;
  // After the first comes the second. What is no control becomes a piece of
  // plain text, however long it is, unless it looks like <this> or [this]; a
  // byte's successor may be given too.
  std::vector<std::pair<std::string, std::string>> next;
  // Comes after everything else.
  std::string end = "<|END_OF_TURN_TOKEN|>";
  // Not 0: the successors are drawn instead, each token liking each other a
  // little, as random weights do.
  unsigned seed = 0;
};

// Writes the model to FOLDER/NAME.
void WriteScriptedModel(const std::string& folder, const std::string& name,
                        const Script& script);

// Tools and documents as the Command family has them, with <co> marks. The
// prompt ends with <|CHATBOT_TOKEN|>, or, after n turns with calls, with
// <|AFTER_n|>, n at most 3; after a revision with <|AGAIN|>.
Script CommandScript();
// The same with <tool_call>, as Qwen has it; without documents and marks.
Script TaggedScript();

}  // namespace footnote

#endif  // FOOTNOTE_TESTS_GENERATOR_SCRIPTED_MODEL_H_
