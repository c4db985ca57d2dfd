#ifndef FOOTNOTE_TEXT_IDENTIFY_H_
#define FOOTNOTE_TEXT_IDENTIFY_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "text/language.h"

namespace footnote {

struct Identified {
  // kUnknown when the text has no letters or is in none of the 23 languages.
  Language language = Language::kUnknown;
  // 0 (a guess) to 1 (certain). Below 0.5 a caller should not rely on it.
  float confidence = 0;
};

// The language that most of `utf8` is written in. Good for whole documents
// and for questions of a few words: scripts that one language owns decide at
// once, then function words and letters typical of one language are counted,
// and CLD2 is asked for documents and for what is left. Only the first 16 KiB
// are read. Sentences that come again and again count once where the language
// would be in doubt.
// Any bytes are accepted. Safe from many threads.
Identified IdentifyLanguage(absl::string_view utf8);

// A caller may overrule with it what is said of a text.
inline constexpr float kSureOfLanguage = 0.8f;

// The language that `utf8` is surely written in, which should be in `expected`,
// as its file says or because it is a passage of a document that is; kUnknown
// where it does not tell, and may well be in `expected`. CLD2 is asked only
// where it could make a caller sure of another: many times faster than
// IdentifyLanguage. kUnknown is expected when nothing says so. What is said of
// a longer text is kept for when it comes again.
Language SureLanguage(absl::string_view utf8, Language expected);

// A language that a text may be in. The most likely one has 1, the others less:
// how much speaks for them, compared with it.
struct LikelyLanguage {
  Language language = Language::kUnknown;
  float likelihood = 1;
};

// What a short text may be written in, the most likely first: two words in
// Latin letters can be almost anything, Han characters alone are Chinese or
// Japanese. The first is IdentifyLanguage's; none when that is kUnknown.
// Languages of which next to nothing speaks are left out.
std::vector<LikelyLanguage> LikelyLanguages(absl::string_view utf8);

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_IDENTIFY_H_
