// Other forms of Korean words, whose endings are too many for a stemmer: a
// question says "찍나요" and "만들었나요", a text "찍습니다" and "만든다".
#ifndef FOOTNOTE_TEXT_KOREAN_FORMS_H_
#define FOOTNOTE_TEXT_KOREAN_FORMS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace footnote {

// Appends the forms in which texts may have the verb or adjective that `word`
// is a form of, the likeliest first, each once; with a verb of doing or being
// done its noun ("검토", of "검토했나요"), with a verb its passive ("열리다" of
// "열다"), with a noun of one syllable what its particles make of it. Where a
// word may be of several verbs ("파나요": 파다, 팔다), those of all; most of
// such forms are no words. None of one syllable, but for nouns; none of what is
// not all syllables of Hangul, or longer than kMostSyllables. At most
// kMostKoreanForms. Safe from many threads.
constexpr size_t kMostSyllables = 10;
constexpr size_t kMostKoreanForms = 160;
void OtherKoreanForms(absl::string_view word, std::vector<std::string>* forms);

// The bytes of `word` before its ending, where that is one that only verbs have
// ("찍" of "찍나요", "누구" of "누구입니까"); all of any other word. A syllable
// that is of both is the ending's ("바" of "바꿨나요").
size_t KoreanStemBytes(absl::string_view word);

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_KOREAN_FORMS_H_
