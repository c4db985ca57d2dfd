#include "generator/modelled/dialect.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "generator/modelled/marks.h"

namespace footnote {
namespace {

// Ends of a turn that not every model's configuration names.
constexpr absl::string_view kTurnEnds[] = {
    "<|im_end|>",       "<|eot_id|>",  "<end_of_turn>", "<|END_OF_TURN_TOKEN|>",
    "<|END_RESPONSE|>", "<|END_TEXT|>"};

}  // namespace

Dialect::Dialect(const LanguageModel& of)
    : model(of.name()), texts(of.tokenizer()) {
  const Tokenizer& tokenizer = of.tokenizer();
  for (size_t i = 0; i < tokenizer.size(); ++i) {
    const auto id = static_cast<int32_t>(i);
    const absl::string_view spelling = tokenizer.Spelling(id);
    if (newline < 0 && texts.Of(id) == "\n") newline = id;
    if (spelling.empty() || spelling[0] != '<') continue;
    const auto* const special = std::find(
        std::begin(kSpecialSpellings), std::end(kSpecialSpellings), spelling);
    if (special != std::end(kSpecialSpellings)) specials[id] = *special;
    if (spelling == "<|START_RESPONSE|>" || spelling == "<|START_TEXT|>") {
      open_answer.push_back(id);
    }
    if (std::find(std::begin(kTurnEnds), std::end(kTurnEnds), spelling) !=
        std::end(kTurnEnds)) {
      ends.push_back(id);
    }
  }
  if (tokenizer.eos() >= 0) ends.push_back(tokenizer.eos());
  const std::vector<int32_t>& ids = of.engine().config().end_ids;
  ends.insert(ends.end(), ids.begin(), ids.end());

  const ChatTemplate* const chat = of.chat();
  if (chat == nullptr) return;
  documents = chat->Mentions("documents");
  cites = documents && chat->Mentions("<co");
  const auto find = [this](absl::string_view spelling) {
    for (const auto& special : specials) {
      if (special.second == spelling) return special.first;
    }
    return -1;
  };
  const bool list = chat->Mentions("<|START_ACTION|>");
  open_calls = find(list ? "<|START_ACTION|>" : "<tool_call>");
  close_calls = find(list ? "<|END_ACTION|>" : "</tool_call>");
  if (open_calls < 0 || close_calls < 0 || !chat->Mentions("tool")) return;
  tools = list ? Tools::kList : Tools::kTagged;
}

absl::Status Dialect::CheckTools() const {
  if (tools != Tools::kNone) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("model ", model,
                   ": its template or vocabulary knows no tools, want one with "
                   "<|START_ACTION|> or <tool_call>"));
}

}  // namespace footnote
