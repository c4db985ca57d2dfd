// From the evidence for each candidate to one order.
#ifndef FOOTNOTE_RETRIEVER_FUSION_FUSE_H_
#define FOOTNOTE_RETRIEVER_FUSION_FUSE_H_

#include <vector>

#include "absl/types/span.h"
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

// What the arms brought, each passage once, with its ranks. `at_home`: the
// nearest in the question's language, without a rank of theirs. `translated`:
// by the question's translation; `named`: by how its names sound.
std::vector<Candidate> Join(const std::vector<LexicalHit>& lexical,
                            const std::vector<VectorHit>& nearest,
                            const std::vector<VectorHit>& at_home,
                            const std::vector<LexicalHit>& translated,
                            const std::vector<LexicalHit>& named);

// Sets `total` from all that was measured so far; what was not is 0. Called
// before the positions are read, to choose those for whom they are, and again
// after that. `encoder_speaks`: the encoder speaks the question's language.
void ScoreAtHome(bool encoder_speaks, Candidate* candidate);

// Sets `total` of a passage in another language than the question's, whose
// translation and sentences were measured.
void ScoreAcross(bool encoder_speaks, Candidate* candidate);

// Of the candidates with a second opinion: their totals, dealt out anew in the
// order of total and opinion together, to those alike the same. So they stay
// before all that were worse.
void HearSecondOpinion(absl::Span<Candidate> candidates);

// A passage is evidence when it shares a term with the question, or with its
// translation, that is not a function word, or when its vector is near.
bool IsEvidence(const Candidate& candidate);

// Best first; equals by segment and passage.
bool BetterFirst(const Candidate& a, const Candidate& b);

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_FUSION_FUSE_H_
