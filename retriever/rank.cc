#include "retriever/rank.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "base/status_macros.h"
#include "proto/footnote/v1/types.pb.h"
#include "retriever/ann/exact_scan.h"
#include "retriever/filter/allowed.h"
#include "retriever/fusion/fuse.h"
#include "retriever/lexical/max_score.h"
#include "retriever/lexical/query_terms.h"

namespace footnote {
namespace {

// Passages that each arm brings to the second stage. With 50, hit@5 is lower by
// .0004 (French: .007) and a search faster by .05 ms; 150 gain another .0003.
constexpr size_t kArmPassages = 100;
// Passages whose positions are read.
constexpr size_t kMeasured = 40;

// A language that is this likely, or more, has its terms looked for too.
constexpr float kWorthReading = 0.3f;
constexpr size_t kMaxReadings = 3;

// By language number; that of kUnknown is 0.
using LanguageLikelihood = std::array<float, kLanguageCount>;

LanguageLikelihood LikelihoodOf(const RankQuery& query) {
  LanguageLikelihood likelihood = {};
  for (const LikelyLanguage& likely : query.likely) {
    likelihood[static_cast<size_t>(likely.language)] = likely.likelihood;
  }
  likelihood[static_cast<size_t>(query.language)] = 1;
  likelihood[static_cast<size_t>(Language::kUnknown)] = 0;
  return likelihood;
}

// The languages that the question is read in.
std::vector<Language> Readings(const RankQuery& query) {
  std::vector<Language> languages = {query.language};
  for (const LikelyLanguage& likely : query.likely) {
    if (languages.size() == kMaxReadings) break;
    if (likely.language != query.language &&
        likely.likelihood >= kWorthReading) {
      languages.push_back(likely.language);
    }
  }
  return languages;
}

// The nearest passages in the question's own language, where the nearest of
// all are not: of a text in twenty languages the vectors bring all twenty.
std::vector<VectorHit> NearestAtHome(const SearchIndex& index,
                                     const RankQuery& query,
                                     const QueryCode& code,
                                     absl::Span<const AllowedPassages> allowed,
                                     const std::vector<VectorHit>& nearest,
                                     size_t wanted) {
  if (query.language == Language::kUnknown) return {};
  const auto is_home = [&](const VectorHit& hit) {
    const SegmentReader& reader =
        *index.generation().segments[hit.segment].reader;
    return reader.passages()[hit.passage].language ==
           static_cast<uint8_t>(query.language);
  };
  if (nearest.size() < wanted ||
      std::all_of(nearest.begin(), nearest.end(), is_home)) {
    return {};
  }
  return index.vectors.Nearest(query.vector, code,
                               index.filter.InLanguage(query.language, allowed),
                               wanted * 2);
}

// The similarity that the vectors just still brought.
float LeastNear(const std::vector<VectorHit>& nearest,
                const std::vector<VectorHit>& at_home) {
  if (nearest.empty()) return 0;
  const float least = nearest.back().similarity;
  return at_home.empty() ? least : std::min(least, at_home.back().similarity);
}

// A similarity and a language for the candidates that lack them. `floor` is
// what LeastNear says.
void CompleteCandidates(const Corpus& corpus, const RankQuery& query,
                        const QueryCode* code, float floor,
                        std::vector<Candidate>* candidates) {
  const LanguageLikelihood likelihood = LikelihoodOf(query);
  for (Candidate& candidate : *candidates) {
    const SegmentReader& reader =
        *corpus.generation().segments[candidate.segment].reader;
    const uint8_t language = reader.passages()[candidate.passage].language;
    candidate.language = likelihood[language % kLanguageCount];
    candidate.same_language = query.language != Language::kUnknown &&
                              language == static_cast<uint8_t>(query.language);
    if (code != nullptr && candidate.vector_rank == 0) {
      candidate.similarity = SimilarityOf(reader, candidate.passage, *code);
    }
    candidate.nearness = std::max(0.0f, candidate.similarity - floor);
  }
}

// Scores everything that costs little, then the positions of the best.
absl::Status ScoreCandidates(const Corpus& corpus, const QueryTerms& terms,
                             bool encoder_speaks, size_t measured,
                             std::vector<Candidate>* candidates) {
  RETURN_IF_ERROR(MeasureTerms(corpus, terms, absl::MakeSpan(*candidates)));
  for (Candidate& candidate : *candidates) {
    ScoreAtHome(encoder_speaks, &candidate);
  }
  measured = std::min(measured, candidates->size());
  std::partial_sort(candidates->begin(), candidates->begin() + measured,
                    candidates->end(), BetterFirst);
  const absl::Span<Candidate> best(candidates->data(), measured);
  RETURN_IF_ERROR(MeasurePositions(corpus, terms, best));
  for (Candidate& candidate : best) ScoreAtHome(encoder_speaks, &candidate);
  return absl::OkStatus();
}

absl::string_view DocumentIdOf(const Corpus& corpus,
                               const Candidate& candidate) {
  const SegmentReader& reader =
      *corpus.generation().segments[candidate.segment].reader;
  return reader.DocumentId(
      reader.Document(reader.passages()[candidate.passage]));
}

// Orders candidates that score alike, as KeepBest promises.
void OrderAlike(const StoredAt& stored_at, const Corpus& corpus,
                absl::Span<Candidate> alike) {
  if (alike.size() < 2) return;
  struct Aged {
    int64_t stored_at;
    absl::string_view document;
    Candidate candidate;
  };
  std::vector<Aged> aged;
  aged.reserve(alike.size());
  for (const Candidate& candidate : alike) {
    aged.push_back({stored_at == nullptr ? 0 : stored_at(candidate),
                    DocumentIdOf(corpus, candidate), candidate});
  }
  std::stable_sort(aged.begin(), aged.end(), [](const Aged& a, const Aged& b) {
    return std::tie(a.stored_at, a.document) <
           std::tie(b.stored_at, b.document);
  });
  for (size_t i = 0; i < alike.size(); ++i) alike[i] = aged[i].candidate;
}

// Orders those of sorted candidates that score as the first of them does.
// Returns how many they are.
size_t OrderFirstAlike(const StoredAt& stored_at, const Corpus& corpus,
                       absl::Span<Candidate> sorted) {
  const auto end = std::find_if(
      sorted.begin(), sorted.end(),
      [&](const Candidate& c) { return c.total != sorted[0].total; });
  const size_t count = static_cast<size_t>(end - sorted.begin());
  OrderAlike(stored_at, corpus, sorted.subspan(0, count));
  return count;
}

}  // namespace

absl::StatusOr<Ranking> Rank(const SearchIndex& index, const RankQuery& query,
                             const v1::Filter& filter) {
  const Corpus& corpus = index.words;
  ASSIGN_OR_RETURN(const std::vector<AllowedPassages> allowed,
                   index.filter.Apply(filter));
  // A caller that wants many gets more than that to choose from.
  const size_t wanted =
      query.top_k <= kArmPassages ? kArmPassages : 2 * query.top_k;
  const QueryTerms terms =
      MakeQueryTerms(query.question, Readings(query), corpus);
  Ranking ranking;
  ranking.nothing_to_look_for =
      terms.nothing_to_look_for && !query.question.empty();

  std::vector<LexicalHit> lexical;
  if (query.arms != Arms::kVector) {
    ASSIGN_OR_RETURN(lexical,
                     BestByTerms(corpus, LexicalTerms(terms), allowed, wanted));
  }
  std::vector<VectorHit> nearest;
  std::vector<VectorHit> at_home;
  absl::optional<QueryCode> code;
  if (query.arms != Arms::kLexical && !query.vector.empty()) {
    code.emplace(query.vector);
    nearest = index.vectors.Nearest(query.vector, *code, allowed, wanted);
    at_home = NearestAtHome(index, query, *code, allowed, nearest, wanted);
  }

  std::vector<LexicalHit> translated;
  if (!query.translated.empty()) {
    ASSIGN_OR_RETURN(translated,
                     BestByTerms(corpus, query.translated, allowed, wanted));
  }

  std::vector<LexicalHit> named;
  if (!query.named.empty()) {
    ASSIGN_OR_RETURN(named, BestByTerms(corpus, query.named, allowed, wanted));
  }

  std::vector<Candidate> candidates =
      Join(lexical, nearest, at_home, translated, named);
  CompleteCandidates(corpus, query, code.has_value() ? &*code : nullptr,
                     LeastNear(nearest, at_home), &candidates);
  const size_t top_k = query.keep_all ? candidates.size() : query.top_k;
  if (query.arms == Arms::kVector) {
    for (Candidate& candidate : candidates) {
      candidate.total = candidate.similarity;
    }
  } else {
    RETURN_IF_ERROR(ScoreCandidates(corpus, terms, query.vector_is_good,
                                    std::max(kMeasured, top_k), &candidates));
  }
  KeepBest(query, corpus, &candidates);
  ranking.terms = terms.terms;
  ranking.passages = std::move(candidates);
  return ranking;
}

void SortBest(const RankQuery& query, const Corpus& corpus, size_t count,
              absl::Span<Candidate> candidates) {
  std::sort(candidates.begin(), candidates.end(), BetterFirst);
  count = std::min(count, candidates.size());
  for (size_t done = 0; done < count;) {
    done += OrderFirstAlike(query.stored_at, corpus, candidates.subspan(done));
  }
}

void KeepBest(const RankQuery& query, const Corpus& corpus,
              std::vector<Candidate>* candidates) {
  std::sort(candidates->begin(), candidates->end(), BetterFirst);
  const size_t k = query.keep_all ? candidates->size() : query.top_k;
  absl::flat_hash_set<absl::string_view> documents;
  std::vector<Candidate> kept;
  const absl::Span<Candidate> sorted = absl::MakeSpan(*candidates);
  size_t ordered = 0;
  for (size_t i = 0; i < sorted.size() && kept.size() < k; ++i) {
    if (i == ordered) {
      ordered += OrderFirstAlike(query.stored_at, corpus, sorted.subspan(i));
    }
    const Candidate& next = sorted[i];
    if (!IsEvidence(next)) continue;
    const absl::string_view document = DocumentIdOf(corpus, next);
    if (query.distinct_documents && documents.contains(document)) continue;
    if (query.is_repeat != nullptr && query.is_repeat(kept, next)) continue;
    documents.insert(document);
    kept.push_back(next);
  }
  *candidates = std::move(kept);
}

}  // namespace footnote
