#include "generator/modelled/prompt.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/utf8.h"
#include "model/template/json_value.h"

namespace footnote {
namespace {

std::string Message(absl::string_view role, absl::string_view content) {
  return absl::StrCat("{\"role\": ", JsonString(role),
                      ", \"content\": ", JsonString(content), "}");
}

std::string LanguageWords(Language language) {
  return language == Language::kUnknown
             ? std::string("the language of the question")
             : std::string(LanguageName(language));
}

absl::string_view Shown(const v1::GenerateRequest& request,
                        const ShownPassage& passage) {
  return absl::string_view(request.passages(passage.index).text())
      .substr(0, passage.bytes);
}

}  // namespace

std::string QuestionPrompt(const v1::GenerateRequest& request,
                           const std::vector<ShownPassage>& shown,
                           Language language, const std::vector<Turn>& turns,
                           const PromptOptions& options) {
  std::string json = "{\"messages\": [";
  if (options.documents) {
    absl::StrAppend(&json, Message("user", request.question()));
  } else {
    std::string asked = "Passages:\n\n";
    for (const ShownPassage& passage : shown) {
      const std::string& title = request.passages(passage.index).title();
      absl::StrAppend(&asked, title, title.empty() ? "" : "\n",
                      Shown(request, passage), "\n\n");
    }
    absl::StrAppend(&asked, "Question: ", request.question(),
                    "\n\nAnswer in one short sentence in ",
                    LanguageWords(language),
                    ", with the words of the passages.");
    absl::StrAppend(
        &json,
        Message("system",
                "You answer questions from the passages that you are given, "
                "and from nothing else. You copy names, numbers and phrases "
                "as they are written there."),
        ", ", Message("user", asked));
  }
  for (const Turn& turn : turns) {
    absl::StrAppend(&json, ", ", Message(turn.role, turn.content));
  }
  absl::StrAppend(&json, "]");
  if (options.documents) {
    absl::StrAppend(&json, ", \"documents\": [");
    for (size_t i = 0; i < shown.size(); ++i) {
      absl::StrAppend(
          &json, i == 0 ? "" : ", ",
          "{\"title\": ", JsonString(request.passages(shown[i].index).title()),
          ", \"snippet\": ", JsonString(Shown(request, shown[i])), "}");
    }
    absl::StrAppend(&json,
                    "], \"enable_citations\": true, "
                    "\"citation_mode\": ",
                    options.fast_citations ? "\"fast\"" : "\"accurate\"");
  }
  if (!options.safety_mode.empty()) {
    absl::StrAppend(&json,
                    ", \"safety_mode\": ", JsonString(options.safety_mode));
  }
  absl::StrAppend(&json, ", \"add_generation_prompt\": true}");
  return json;
}

std::string RevisionTurn(const std::vector<std::string>& unsupported) {
  std::string turn = "The passages do not say this:\n";
  for (const std::string& sentence : unsupported) {
    absl::StrAppend(&turn, "- ", sentence, "\n");
  }
  absl::StrAppend(&turn,
                  "Answer again in one short sentence. Copy the words of the "
                  "passage that answers the question.");
  return turn;
}

std::string RewritePrompt(const std::vector<Turn>& turns) {
  std::string talk;
  for (const Turn& turn : turns) {
    absl::StrAppend(&talk, turn.role, ": ", turn.content, "\n");
  }
  return absl::StrCat(
      "{\"messages\": [",
      Message("system",
              "You rewrite the user's last question so that it can be "
              "understood without the conversation. You write the question "
              "and nothing else, in its language."),
      ", ",
      Message("user", absl::StrCat(talk,
                                   "\nThe last question, "
                                   "standing alone:")),
      "], \"add_generation_prompt\": true}");
}

std::string RewriteByRule(const std::vector<Turn>& turns) {
  if (turns.empty()) return "";
  const std::string& last = turns.back().content;
  // A long question stands by itself.
  if (CountCodePoints(last) > 120) return last;
  for (size_t i = turns.size() - 1; i-- > 0;) {
    if (turns[i].role != "user") continue;
    return absl::StrCat(absl::StripAsciiWhitespace(turns[i].content), " ",
                        absl::StripAsciiWhitespace(last));
  }
  return last;
}

}  // namespace footnote
