// Evidence across languages: words of the question matched with words of a
// passage in another language, by their vectors.
//
// A sentence's vector blurs its words. "Which army" and "какая армия" are far
// closer word by word, so candidates found by their vectors are compared so.
#ifndef FOOTNOTE_RETRIEVER_TRANSLATION_BRIDGE_H_
#define FOOTNOTE_RETRIEVER_TRANSLATION_BRIDGE_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "retriever/fusion/evidence.h"
#include "retriever/lexical/bm25.h"
#include "retriever/translation/lexicon.h"
#include "retriever/translation/word_vectors.h"
#include "text/language.h"

namespace footnote {

// Reads a candidate's text.
using TextOf = std::function<absl::StatusOr<std::string>(const Candidate&)>;

// Measures the candidates that are not in the question's language: how well
// their words match the question's. Two words match by
//   their vectors: (similarity beyond that of any two words)^3, and nothing
//     where chance brings as much; a name that sounds alike (sound_key.h) is as
//     good as a translation
//   the lexicon: how likely both mean the same English stem
// times the rarity of the passage's word. Sets
//   translation  by vectors, the most that one sentence brings, summed over the
//                question's words
//   matched      the same, by vectors or the lexicon, whichever is more
//   meaning      the same of the whole passage
//   translated   by the lexicon, of the whole passage, as BM25 counts
//   named        by names that sound alike, of the whole passage: the rarity
//                of each, times SoundLikeness
//   what `text_of` and the encoder return
absl::Status MeasureTranslation(const Corpus& corpus,
                                absl::string_view question, Language language,
                                const TextOf& text_of, const Lexicon& lexicon,
                                WordVectors* words,
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
