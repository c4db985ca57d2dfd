// What speaks for a passage: measured for the few candidates that the arms
// brought, from postings and positions.
#ifndef FOOTNOTE_RETRIEVER_FUSION_EVIDENCE_H_
#define FOOTNOTE_RETRIEVER_FUSION_EVIDENCE_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "retriever/lexical/bm25.h"
#include "retriever/lexical/query_terms.h"

namespace footnote {

struct Candidate {
  uint32_t segment = 0;
  uint32_t passage = 0;

  // From 1; 0: the arm did not bring it.
  uint32_t lexical_rank = 0;
  uint32_t vector_rank = 0;
  // Of the question's translation.
  uint32_t translated_rank = 0;
  // Of its names, by how they sound.
  uint32_t named_rank = 0;

  // Inner product of the vectors; 0 without.
  float similarity = 0;
  // How much higher that is than what the vector arm just still brought; never
  // negative. Where all passages are equally far, the vectors say nothing.
  float nearness = 0;
  // The passage is in the question's likeliest language.
  bool same_language = false;
  // How likely it is that the question is in the passage's language, 0 to 1.
  float language = 0;

  // Filled by MeasureTerms. BM25 by kind of term: words, stems and bigrams,
  // prefixes.
  float words = 0;
  float stems = 0;
  float prefixes = 0;
  // A term that is not a function word matched.
  bool has_content_term = false;

  // Filled by MeasurePositions, as shares of the question's rarity, 0 to 1.
  // The best stretch of some two dozen words: stems (or bigrams), prefixes.
  float stem_window = 0;
  float prefix_window = 0;
  // The same of the whole passage, title and headings included.
  float coverage = 0;
  // The same of the first two dozen words of a document; 0 for its later
  // passages.
  float lead = 0;
  // The rarity of pairs of words that stand side by side in the question and
  // here too, as a share of that of all pairs.
  float phrase = 0;
  // Rarity of the stems and bigrams that title or headings hold: as it is, and
  // as a share.
  float title = 0;
  float title_share = 0;

  // Filled by MeasureTranslation (translation/bridge.h) for passages in another
  // language.
  float translation = 0;
  float matched = 0;
  float meaning = 0;
  float translated = 0;
  float named = 0;
  // Filled for the same by MeasureSentences: the highest similarity of one of
  // its sentences.
  float sentence = 0;
  // Filled by MeasureShares: the same and nearness, as shares of the most that
  // a passage in another language has. What a question brings differs from
  // question to question; what the best of its passages brings is 1.
  float nearness_share = 0;
  float translation_share = 0;
  float matched_share = 0;
  float meaning_share = 0;
  float translated_share = 0;
  float named_share = 0;
  float sentence_share = 0;

  // Filled by SecondOpinion (translation/second_opinion.h) for the best of the
  // same: the similarity of one of its sentences in a second encoder's eyes.
  float second = 0;

  double total = 0;
};

// Fills the BM25 fields of `candidates`, whatever their order.
//   DataLoss  postings are damaged
absl::Status MeasureTerms(const Corpus& corpus, const QueryTerms& query,
                          absl::Span<Candidate> candidates);

// Fills windows, coverage, phrase and title. Costs several times as much as
// MeasureTerms: give it only the best. Segments without positions leave them 0.
absl::Status MeasurePositions(const Corpus& corpus, const QueryTerms& query,
                              absl::Span<Candidate> candidates);

// Fills the shares of those that are not in the question's language.
void MeasureShares(absl::Span<Candidate> candidates);

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_FUSION_EVIDENCE_H_
