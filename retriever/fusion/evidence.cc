#include "retriever/fusion/evidence.h"

#include <algorithm>

#include "base/status_macros.h"
#include "storage/segment_format.h"
#include "text/language.h"

namespace footnote {
namespace {

// Positions of a window: words, and characters where there are no spaces.
constexpr uint32_t kWindowWords = 24;
constexpr uint32_t kWindowCharacters = 48;

// Only so many of the rarest terms have their positions read.
constexpr size_t kMaxPositionTerms = 32;

bool IsStemLike(uint8_t channel) {
  return channel == kChannelStem || channel == kChannelBigram;
}

bool HasNoSpaces(uint8_t language) {
  return language == static_cast<uint8_t>(Language::kJa) ||
         language == static_cast<uint8_t>(Language::kZh);
}

// Pointers to the candidates by segment and passage: postings run one way.
std::vector<Candidate*> InOrder(absl::Span<Candidate> candidates) {
  std::vector<Candidate*> order;
  order.reserve(candidates.size());
  for (Candidate& candidate : candidates) order.push_back(&candidate);
  std::sort(order.begin(), order.end(),
            [](const Candidate* a, const Candidate* b) {
              return a->segment != b->segment ? a->segment < b->segment
                                              : a->passage < b->passage;
            });
  return order;
}

// Calls `found(candidate, block, index)` for each of the candidates
// [begin, end), of one segment and in order, that the list holds.
template <typename Found>
absl::Status ForEachMatch(PostingsIterator* it, Candidate* const* begin,
                          Candidate* const* end, const Found& found) {
  for (Candidate* const* c = begin; c != end; ++c) {
    it->SkipTo((*c)->passage);
    if (!it->Valid()) break;
    const PostingsIterator::Postings& block = it->Block();
    const uint32_t* to = block.ordinals + block.count;
    const uint32_t* p = std::lower_bound(block.ordinals + 0, to, (*c)->passage);
    if (p == to || *p != (*c)->passage) continue;
    RETURN_IF_ERROR(found(*c, block, static_cast<int>(p - block.ordinals)));
  }
  return it->status();
}

// Calls `body(segment, begin, end)` for each run of one segment.
template <typename Body>
absl::Status ForEachSegment(const std::vector<Candidate*>& order,
                            const Body& body) {
  for (size_t i = 0; i < order.size();) {
    size_t j = i;
    while (j < order.size() && order[j]->segment == order[i]->segment) ++j;
    RETURN_IF_ERROR(
        body(order[i]->segment, order.data() + i, order.data() + j));
    i = j;
  }
  return absl::OkStatus();
}

// One matched term at one place of a passage.
struct Place {
  uint32_t position;
  uint16_t term;
};

// The most rarity that distinct terms bring together within `width`
// positions. Sorts `places`.
float BestWindow(uint32_t width, const std::vector<float>& rarity,
                 std::vector<Place>* places, std::vector<uint16_t>* counts) {
  std::sort(places->begin(), places->end(), [](const Place& a, const Place& b) {
    return a.position < b.position;
  });
  counts->assign(rarity.size(), 0);
  float best = 0;
  float sum = 0;
  size_t tail = 0;
  for (const Place& head : *places) {
    if ((*counts)[head.term]++ == 0) sum += rarity[head.term];
    while (head.position - (*places)[tail].position >= width) {
      const Place& gone = (*places)[tail++];
      if (--(*counts)[gone.term] == 0) sum -= rarity[gone.term];
    }
    best = std::max(best, sum);
  }
  return best;
}

}  // namespace

absl::Status MeasureTerms(const Corpus& corpus, const QueryTerms& query,
                          absl::Span<Candidate> candidates) {
  const std::vector<Candidate*> order = InOrder(candidates);
  return ForEachSegment(
      order,
      [&](uint32_t segment, Candidate* const* begin,
          Candidate* const* end) -> absl::Status {
        const SegmentReader& reader =
            *corpus.generation().segments[segment].reader;
        for (const QueryTerm& term : query.terms) {
          if (term.document_frequency == 0) continue;
          PostingsIterator it = reader.Postings(term.key);
          const float* norms =
              corpus.ChannelNorms(segment, term.channel).by_passage.data();
          const float weight = term.rarity * (kBm25K1 + 1);
          RETURN_IF_ERROR(ForEachMatch(
              &it, begin, end,
              [&](Candidate* c, const PostingsIterator::Postings& block,
                  int i) {
                const float tf = static_cast<float>(block.frequencies[i]);
                const float impact = weight * (tf / (tf + norms[c->passage]));
                if (IsStemLike(term.channel)) {
                  c->stems += impact;
                } else if (term.channel == kChannelPrefix) {
                  c->prefixes += impact;
                } else {
                  c->words += impact;
                }
                if (!term.stop) c->has_content_term = true;
                return absl::OkStatus();
              }));
        }
        return absl::OkStatus();
      });
}

absl::Status MeasurePositions(const Corpus& corpus, const QueryTerms& query,
                              absl::Span<Candidate> candidates) {
  // Function words stand everywhere and say little; their lists are the
  // longest.
  std::vector<const QueryTerm*> terms;
  float all_stems = 0;
  float all_prefixes = 0;
  for (const QueryTerm& term : query.terms) {
    const bool prefix = term.channel == kChannelPrefix;
    if (!prefix && !IsStemLike(term.channel)) continue;
    (prefix ? all_prefixes : all_stems) += term.rarity;
    if (term.stop || term.document_frequency == 0) continue;
    if (terms.size() < kMaxPositionTerms) terms.push_back(&term);
  }
  std::vector<float> rarity;
  for (const QueryTerm* term : terms) rarity.push_back(term->rarity);

  const std::vector<Candidate*> order = InOrder(candidates);
  std::vector<std::vector<Place>> stems;
  std::vector<std::vector<Place>> prefixes;
  std::vector<uint32_t> positions;
  std::vector<uint16_t> counts;
  return ForEachSegment(
      order,
      [&](uint32_t segment, Candidate* const* begin,
          Candidate* const* end) -> absl::Status {
        const SegmentReader& reader =
            *corpus.generation().segments[segment].reader;
        if (!reader.has_positions()) return absl::OkStatus();
        stems.assign(end - begin, {});
        prefixes.assign(end - begin, {});
        for (uint16_t t = 0; t < terms.size(); ++t) {
          const QueryTerm& term = *terms[t];
          PostingsIterator it = reader.Postings(term.key);
          Candidate* const* at = begin;
          RETURN_IF_ERROR(ForEachMatch(
              &it, begin, end,
              [&](Candidate* c, const PostingsIterator::Postings&,
                  int i) -> absl::Status {
                while (*at != c) ++at;
                const size_t index = at - begin;
                const bool no_spaces =
                    HasNoSpaces(reader.passages()[c->passage].language);
                const bool prefix = term.channel == kChannelPrefix;
                const uint8_t measured =
                    no_spaces ? kChannelBigram : kChannelStem;
                positions.clear();
                RETURN_IF_ERROR(it.Positions(i, &positions));
                if (!prefix && !positions.empty() &&
                    positions.back() >= kTitlePosition) {
                  c->title += term.rarity;
                }
                if (!prefix && term.channel != measured)
                  return absl::OkStatus();
                std::vector<Place>& places =
                    prefix ? prefixes[index] : stems[index];
                for (uint32_t position : positions) {
                  if (position >= kTitlePosition) break;
                  places.push_back({position, t});
                }
                return absl::OkStatus();
              }));
        }
        for (Candidate* const* c = begin; c != end; ++c) {
          const bool no_spaces =
              HasNoSpaces(reader.passages()[(*c)->passage].language);
          const uint32_t width = no_spaces ? kWindowCharacters : kWindowWords;
          if (all_stems > 0) {
            (*c)->stem_window =
                BestWindow(width, rarity, &stems[c - begin], &counts) /
                all_stems;
          }
          if (all_prefixes > 0) {
            (*c)->prefix_window =
                BestWindow(width, rarity, &prefixes[c - begin], &counts) /
                all_prefixes;
          }
        }
        return absl::OkStatus();
      });
}

}  // namespace footnote
