// Evidence across languages: words of the question matched with words of a
// passage in another language, by their vectors.
//
// A sentence's vector blurs its words. "Which army" and "какая армия" are far
// closer word by word, so candidates found by their vectors are compared so.
#ifndef FOOTNOTE_RETRIEVER_TRANSLATION_BRIDGE_H_
#define FOOTNOTE_RETRIEVER_TRANSLATION_BRIDGE_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "retriever/fusion/evidence.h"
#include "retriever/lexical/bm25.h"
#include "retriever/translation/word_vectors.h"
#include "text/language.h"

namespace footnote {

// Reads a candidate's text.
using TextOf = std::function<absl::StatusOr<std::string>(const Candidate&)>;

// Sets `translation` of the candidates that are not in the question's
// language: the most that one sentence brings of
//   sum over the question's words of max over the sentence's words of
//     relatedness^3 * rarity of the sentence's word
// where names that sound alike (sound_key.h) are related, and relatedness else
// is the similarity of two words' vectors beyond that of any two words, and
// what chance brings counts nothing.
//   what `text_of` and the encoder return
absl::Status MeasureTranslation(const Corpus& corpus,
                                absl::string_view question, Language language,
                                const TextOf& text_of, WordVectors* words,
                                absl::Span<Candidate> candidates);

// Sets `sentence` of the candidates that are not in the question's language:
// the highest inner product of `question`, a unit vector, with the vector of
// one of the passage's sentences. Vectors of sentences not met before are made:
// about half a millisecond each.
//   what `text_of` and the encoder return
absl::Status MeasureSentences(const Corpus& corpus,
                              absl::Span<const float> question,
                              const TextOf& text_of, WordVectors* sentences,
                              absl::Span<Candidate> candidates);

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_TRANSLATION_BRIDGE_H_
