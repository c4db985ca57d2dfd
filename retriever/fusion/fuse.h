// From the evidence for each candidate to one order.
#ifndef FOOTNOTE_RETRIEVER_FUSION_FUSE_H_
#define FOOTNOTE_RETRIEVER_FUSION_FUSE_H_

#include <vector>

#include "retriever/ann/exact_scan.h"
#include "retriever/fusion/evidence.h"
#include "retriever/lexical/max_score.h"
#include "retriever/lexical/query_terms.h"

namespace footnote {

// What a kind of term weighs in the first stage.
float ChannelWeight(uint8_t channel);

// The terms that the lexical arm adds up; terms that no passage holds are left
// out.
std::vector<WeightedTerm> LexicalTerms(const QueryTerms& query);

// What both arms brought, each passage once, with its ranks.
std::vector<Candidate> Join(const std::vector<LexicalHit>& lexical,
                            const std::vector<VectorHit>& nearest);

// How far the vectors can be trusted: 1 where the encoder speaks the
// question's language, less where it does not.
float VectorTrust(bool encoder_speaks_language);

// Sets `total` from BM25, similarity and language alone: what it takes to
// choose those for whom the positions are read.
void ScoreByTerms(float vector_trust, Candidate* candidate);

// Sets `total` from everything.
void ScoreByEverything(float vector_trust, Candidate* candidate);

// Sets `total` of a passage in another language than the question's, whose
// `translation` was measured.
void ScoreByTranslation(float vector_trust, Candidate* candidate);

// A passage is evidence when it shares a term with the question that is not a
// function word, or when its vector is near.
bool IsEvidence(const Candidate& candidate);

// Best first; equals by segment and passage, which is the order of arrival.
bool BetterFirst(const Candidate& a, const Candidate& b);

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_FUSION_FUSE_H_
