#include "generator/follow_up.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "base/status_macros.h"
#include "generator/followup/rewrite.h"
#include "generator/validate.h"
#include "text/analyzer.h"
#include "text/language.h"

namespace footnote {
namespace {

// Stems of the words that are no function words.
absl::flat_hash_set<uint64_t> NamesIn(absl::string_view text, Language language,
                                      Analyzer* analyzer) {
  std::vector<Token> tokens;
  analyzer->Analyze(text, language, &tokens);
  absl::flat_hash_set<uint64_t> names;
  for (const Token& token : tokens) {
    if (token.channel != kChannelStem ||
        (token.flags & (kTokenStopWord | kTokenPart)) != 0) {
      continue;
    }
    names.insert(token.key);
  }
  return names;
}

// A model may drop what was asked, or invent.
bool Keeps(absl::string_view rewritten, const v1::RewriteRequest& request,
           Language language, Analyzer* analyzer) {
  const auto made = NamesIn(rewritten, language, analyzer);
  const auto asked = NamesIn(request.question(), language, analyzer);
  auto said = asked;
  for (const v1::Turn& turn : request.history()) {
    const auto names = NamesIn(turn.content(), language, analyzer);
    said.insert(names.begin(), names.end());
  }
  const auto among = [](const auto& set) {
    return [&set](uint64_t key) { return set.contains(key); };
  };
  return std::all_of(asked.begin(), asked.end(), among(made)) &&
         std::all_of(made.begin(), made.end(), among(said)) &&
         made.size() > asked.size();
}

}  // namespace

absl::StatusOr<v1::RewriteResponse> RewriteFollowUp(
    const v1::RewriteRequest& request, ModelShelf* shelf,
    const std::function<bool()>& is_cancelled) {
  RETURN_IF_ERROR(ValidateRewrite(request));
  v1::RewriteResponse response;
  response.set_question(request.question());
  response.set_by(kRewriteRule);
  if (request.history().empty()) return response;
  const Language given =
      ParseLanguage(request.language()).value_or(Language::kUnknown);
  const Language language =
      given != Language::kUnknown
          ? given
          : LanguageOfFollowUp(request.history(), request.question());
  Analyzer analyzer;
  const std::string by_rule =
      RewriteByRule(request.history(), request.question(), language, &analyzer);
  if (by_rule == request.question()) return response;
  response.set_question(by_rule);
  response.set_rewritten(true);
  if (request.writer().empty()) return response;
  // Any other writer rewrites by rule.
  const auto writer = shelf->Find(request.writer());
  if (!writer.ok()) return response;
  const std::string by_model = (*writer)->Rewrite(request, is_cancelled);
  if (!by_model.empty() && Keeps(by_model, request, language, &analyzer)) {
    response.set_question(by_model);
    response.set_by(std::string((*writer)->name()));
  }
  return response;
}

}  // namespace footnote
