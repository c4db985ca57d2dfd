// A question in another language than the passages, as terms that find them.
#ifndef FOOTNOTE_RETRIEVER_TRANSLATION_CROSS_TERMS_H_
#define FOOTNOTE_RETRIEVER_TRANSLATION_CROSS_TERMS_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "retriever/lexical/bm25.h"
#include "retriever/lexical/max_score.h"
#include "retriever/translation/lexicon.h"
#include "text/language.h"

namespace footnote {

// What a question's words may be in English, as terms to look for: each weighs
// its rarity and how likely it is what the question means. Empty for English
// and for languages that the lexicon does not have.
std::vector<WeightedTerm> TranslatedTerms(const Corpus& corpus,
                                          absl::string_view question,
                                          Language language,
                                          const Lexicon& lexicon);

// How the question's names sound, as terms to look for: each weighs its rarity
// and how likely it is the same name (SoundLikeness). What the lexicon
// translates with confidence is no name.
std::vector<WeightedTerm> NamedTerms(const Corpus& corpus,
                                     absl::string_view question,
                                     Language language, const Lexicon& lexicon);

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_TRANSLATION_CROSS_TERMS_H_
