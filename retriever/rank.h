// The two arms of a search, fused: the part that reads nothing but segments.
#ifndef FOOTNOTE_RETRIEVER_RANK_H_
#define FOOTNOTE_RETRIEVER_RANK_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "retriever/ann/nearest.h"
#include "retriever/filter/filter.h"
#include "retriever/fusion/evidence.h"
#include "retriever/lexical/bm25.h"
#include "retriever/lexical/max_score.h"
#include "retriever/lexical/query_terms.h"
#include "storage/generation.h"
#include "text/identify.h"
#include "text/language.h"

namespace footnote {

namespace v1 {
class Filter;
}

// Whether a candidate says what one of those before it says.
using IsRepeat =
    std::function<bool(const std::vector<Candidate>& kept, const Candidate&)>;

// When the version that a candidate is of came to be stored.
using StoredAt = std::function<int64_t(const Candidate&)>;

// Which arms take part.
enum class Arms { kBoth, kLexical, kVector };

// What Rank needs to know.
struct RankQuery {
  std::string question;
  // What the question is in; what else it may be in follows from `likely`.
  Language language = Language::kUnknown;
  // Likelier languages first; empty: `language` and no other.
  std::vector<LikelyLanguage> likely;
  // Unit length, of the collection's dimension; empty: none.
  std::vector<float> vector;
  // The encoder is known to speak the question's language.
  bool vector_is_good = true;
  Arms arms = Arms::kBoth;
  // The question in another language, as terms that bring passages of their
  // own; empty: none.
  std::vector<WeightedTerm> translated;
  // How its names sound, likewise.
  std::vector<WeightedTerm> named;
  size_t top_k = 10;
  // Whatever an arm brought, in place of top_k.
  bool keep_all = false;
  bool distinct_documents = false;
  // Leaves out passages that repeat one that ranks better; empty: none.
  IsRepeat is_repeat;
  // Empty: not known.
  StoredAt stored_at;
};

struct Ranking {
  // Best first, at most top_k (but see keep_all), each of them evidence.
  std::vector<Candidate> passages;
  bool nothing_to_look_for = false;
  // What the question's words weigh in the whole collection.
  std::vector<QueryTerm> terms;
};

// One generation, ready to be searched. Immutable.
struct SearchIndex {
  // With `before`, the index of an earlier generation, it costs only what the
  // segments cost that are new; null: all of them.
  explicit SearchIndex(const std::shared_ptr<const Generation>& generation,
                       const SearchIndex* before = nullptr)
      : words(generation, before == nullptr ? nullptr : &before->words),
        vectors(generation, before == nullptr ? nullptr : &before->vectors),
        filter(generation, before == nullptr ? nullptr : &before->filter) {}

  const Generation& generation() const { return words.generation(); }

  Corpus words;
  VectorArm vectors;
  PassageFilter filter;
};

// Ranks the passages of `index` that `filter` lets through. Reads nothing but
// the segments. Safe from many threads.
//   InvalidArgument  the filter names an unknown language
//   DataLoss         a segment is damaged
absl::StatusOr<Ranking> Rank(const SearchIndex& index, const RankQuery& query,
                             const v1::Filter& filter);

// Sorts `candidates`, best first; the first `count` are as KeepBest would order
// them.
void SortBest(const RankQuery& query, const Corpus& corpus, size_t count,
              absl::Span<Candidate> candidates);

// Sorts `candidates`, best first, and keeps the query's best that are evidence:
// top_k or all, of each document one when it wants distinct documents, and none
// that is a repeat. Of those that score alike, as copies do, what came to be
// stored first comes first, then what has the lesser id, whatever segments they
// lie in.
void KeepBest(const RankQuery& query, const Corpus& corpus,
              std::vector<Candidate>* candidates);

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_RANK_H_
