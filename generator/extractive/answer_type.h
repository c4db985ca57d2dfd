#ifndef FOOTNOTE_GENERATOR_EXTRACTIVE_ANSWER_TYPE_H_
#define FOOTNOTE_GENERATOR_EXTRACTIVE_ANSWER_TYPE_H_

#include "absl/strings/string_view.h"
#include "text/language.h"

namespace footnote {
namespace extractive {

// What a question asks for, as its question words tell.
enum class AnswerType {
  kAny = 0,     // no question word that decides
  kDate,        // when, in what year
  kNumber,      // how many, how much, how old
  kReason,      // why
  kPlace,       // where, in which city
  kPerson,      // who, whose
  kManner,      // how
  kDefinition,  // what is
};

// "date"; "any" for kAny.
absl::string_view AnswerTypeName(AnswerType type);

// The type that `question` asks for. Where several question words stand in it
// the more telling one decides, in the order of the enum ("when did who …" is
// a date; but not "how old was he when …": it begins with another). kAny for a
// language without a table, and for kUnknown. Any bytes are accepted. Safe from
// many threads.
AnswerType FindAnswerType(absl::string_view question, Language language);

// The question words that decided, folded: "what year". Empty for kAny.
struct AskedType {
  AnswerType type = AnswerType::kAny;
  absl::string_view words;  // lives as long as the program
};
AskedType FindAskedType(absl::string_view question, Language language);

// Chinese, Japanese and Korean, whose phrases are looked for without spaces.
bool IsWrittenWithoutSpaces(Language language);

// Whether `text` begins with question words of any type. Never true of a
// language that is written without spaces.
bool BeginsWithAsking(absl::string_view text, Language language);

}  // namespace extractive
}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_ANSWER_TYPE_H_
