// Follow-ups by rule: what a question leaves out is taken from those before.
#ifndef FOOTNOTE_GENERATOR_FOLLOWUP_REWRITE_H_
#define FOOTNOTE_GENERATOR_FOLLOWUP_REWRITE_H_

#include <google/protobuf/repeated_ptr_field.h>

#include <string>

#include "absl/strings/string_view.h"
#include "proto/footnote/v1/writing.pb.h"
#include "text/analyzer.h"
#include "text/language.h"

namespace footnote {

using Turns = google::protobuf::RepeatedPtrField<v1::Turn>;

// What records name as who rewrote.
inline constexpr char kRewriteRule[] = "rule/1";

// Whether `question` leans on what was said before: it goes on ("and ..."),
// stands a pronoun where its subject should be, or names next to nothing.
// False for a question that names what it asks for, whatever else it says.
bool IsFollowUp(absl::string_view question, Language language,
                Analyzer* analyzer);

// `question`, and, where it is a follow-up, in front of it the words that name
// something in the last question of `history` that stands alone:
//   "How high is the lighthouse of Skagen?", "When was it lit?"
//   -> "lighthouse Skagen: When was it lit?"
// The question itself where it stands alone or nothing was asked before.
std::string RewriteByRule(const Turns& history, absl::string_view question,
                          Language language, Analyzer* analyzer);

// The language of `question`, or, where it is too short to say, of the last
// question of `history`.
Language LanguageOfFollowUp(const Turns& history, absl::string_view question);

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_FOLLOWUP_REWRITE_H_
