#include "retriever/fusion/evidence.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "base/status_macros.h"
#include "storage/segment_format.h"
#include "text/language.h"

namespace footnote {
namespace {

// Positions of a window: words, and characters where there are no spaces.
constexpr uint32_t kWindowWords = 24;
constexpr uint32_t kWindowCharacters = 48;

// Terms this far apart still stand side by side: a function word may be
// between.
constexpr uint32_t kPairDistance = 2;

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

// One matched word at one place of a passage.
struct Place {
  uint32_t position;
  uint16_t term;  // of PositionTerms::words
};

// The terms whose positions are read, and what all of the question's terms of
// a kind would bring.
struct PositionTerms {
  std::vector<const QueryTerm*> terms;
  // By term: the first that is of the same word, for all of which it stands.
  std::vector<uint16_t> words;
  float all_stems = 0;
  float all_bigrams = 0;
  float all_prefixes = 0;
  // By first term * terms.size() + second: what their standing side by side is
  // worth; 0 where they don't in the question.
  std::vector<float> pair_rarity;
  float stem_pairs = 0;
  float bigram_pairs = 0;
};

PositionTerms ChoosePositionTerms(const QueryTerms& query) {
  PositionTerms chosen;
  std::vector<int> index_of(query.terms.size(), -1);
  absl::flat_hash_map<uint64_t, uint16_t> first_of;
  for (size_t i = 0; i < query.terms.size(); ++i) {
    const QueryTerm& term = query.terms[i];
    if (term.channel == kChannelSurface) continue;
    if (!term.alternative) {
      (term.channel == kChannelPrefix   ? chosen.all_prefixes
       : term.channel == kChannelBigram ? chosen.all_bigrams
                                        : chosen.all_stems) += term.rarity;
    }
    // Function words stand everywhere and say little; their lists are the
    // longest.
    if (term.stop || term.document_frequency == 0) continue;
    if (chosen.terms.size() == kMaxPositionTerms) continue;
    const uint16_t index = static_cast<uint16_t>(chosen.terms.size());
    index_of[i] = index;
    chosen.terms.push_back(&term);
    // A short form is two terms of one key, which are not one.
    chosen.words.push_back(
        term.is_short_form
            ? index
            : first_of.try_emplace(term.word, index).first->second);
  }
  const auto word_of = [&](uint16_t term) {
    if (query.terms[term].is_short_form) return index_of[term];
    const auto first = first_of.find(query.terms[term].word);
    return first == first_of.end() ? -1 : static_cast<int>(first->second);
  };
  const size_t count = chosen.terms.size();
  chosen.pair_rarity.assign(count * count, 0);
  for (const TermPair& pair : query.pairs) {
    const float rarity =
        (query.terms[pair.first].rarity + query.terms[pair.second].rarity) / 2;
    if (!query.terms[pair.first].is_short_form) {
      (query.terms[pair.first].channel == kChannelBigram ? chosen.bigram_pairs
                                                         : chosen.stem_pairs) +=
          rarity;
    }
    const int first = word_of(pair.first);
    const int second = word_of(pair.second);
    if (first >= 0 && second >= 0) {
      chosen.pair_rarity[first * count + second] = rarity;
    }
  }
  return chosen;
}

// Works out what one passage's places are worth; keeps its memory from one to
// the next.
class PlaceReader {
 public:
  explicit PlaceReader(const PositionTerms& terms) : terms_(terms) {}

  // The most rarity that distinct terms bring together within `width`
  // positions. REQUIRES: `places` are sorted and none is of a title.
  float BestWindow(uint32_t width, absl::Span<const Place> places) {
    counts_.assign(terms_.terms.size(), 0);
    float best = 0;
    float sum = 0;
    size_t tail = 0;
    for (const Place& head : places) {
      if (counts_[head.term]++ == 0) sum += Rarity(head.term);
      while (head.position - places[tail].position >= width) {
        const Place& gone = places[tail++];
        if (--counts_[gone.term] == 0) sum -= Rarity(gone.term);
      }
      best = std::max(best, sum);
    }
    return best;
  }

  // The rarity of the distinct terms at `places`.
  float Coverage(absl::Span<const Place> places) {
    counts_.assign(terms_.terms.size(), 0);
    float sum = 0;
    for (const Place& place : places) {
      if (counts_[place.term]++ == 0) sum += Rarity(place.term);
    }
    return sum;
  }

  // The worth of the question's pairs that stand at `places`, which are sorted.
  float Pairs(absl::Span<const Place> places) {
    const size_t count = terms_.terms.size();
    seen_.assign(count * count, 0);
    float sum = 0;
    for (size_t i = 0; i < places.size(); ++i) {
      // From itself on: a short form is a pair by itself.
      for (size_t j = i + 1; j-- > 0;) {
        if (places[i].position - places[j].position > kPairDistance) break;
        const size_t pair = places[j].term * count + places[i].term;
        if (terms_.pair_rarity[pair] == 0 || seen_[pair] != 0) continue;
        seen_[pair] = 1;
        sum += terms_.pair_rarity[pair];
      }
    }
    return sum;
  }

 private:
  float Rarity(uint16_t term) const { return terms_.terms[term]->rarity; }

  const PositionTerms& terms_;
  std::vector<uint16_t> counts_;
  std::vector<uint8_t> seen_;
};

// The places of one passage, by kind of term.
struct Places {
  std::vector<Place> stems;  // or bigrams, where there are no spaces
  std::vector<Place> prefixes;
  // A bit for each word that the title has.
  uint32_t in_title = 0;
};
static_assert(kMaxPositionTerms <= 32, "Places::in_title has a bit for each");

float Share(float part, float whole) {
  return whole > 0 ? std::min(1.0f, part / whole) : 0;
}

// Sorts the places and fills what they say.
void Measure(const PositionTerms& terms, bool no_spaces, bool is_first,
             PlaceReader* reader, Places* places, Candidate* candidate) {
  const uint32_t width = no_spaces ? kWindowCharacters : kWindowWords;
  const float all = no_spaces ? terms.all_bigrams : terms.all_stems;
  const auto sorted = [](std::vector<Place>* list) {
    std::sort(list->begin(), list->end(), [](const Place& a, const Place& b) {
      return a.position < b.position;
    });
    return absl::MakeConstSpan(*list);
  };
  // Those of the title come last.
  const auto text = [](absl::Span<const Place> list) {
    size_t count = list.size();
    while (count > 0 && list[count - 1].position >= kTitlePosition) --count;
    return list.first(count);
  };
  const absl::Span<const Place> stems = sorted(&places->stems);
  const absl::Span<const Place> in_text = text(stems);
  candidate->stem_window = Share(reader->BestWindow(width, in_text), all);
  if (is_first) {
    size_t lead = 0;
    while (lead < in_text.size() && in_text[lead].position < width) ++lead;
    candidate->lead = Share(reader->Coverage(in_text.first(lead)), all);
  }
  candidate->coverage = Share(reader->Coverage(stems), all);
  candidate->title_share =
      Share(reader->Coverage(stems.subspan(in_text.size())), all);
  candidate->phrase = Share(reader->Pairs(stems),
                            no_spaces ? terms.bigram_pairs : terms.stem_pairs);
  candidate->prefix_window =
      Share(reader->BestWindow(width, text(sorted(&places->prefixes))),
            terms.all_prefixes);
}

// A word's terms that passages hold; one but for other stems.
using ScoredWord = absl::InlinedVector<const QueryTerm*, 1>;

std::vector<ScoredWord> ScoredWords(const QueryTerms& query) {
  std::vector<ScoredWord> words;
  absl::flat_hash_map<uint64_t, size_t> index_of;
  for (const QueryTerm& term : query.terms) {
    if (term.document_frequency == 0) continue;
    // A short form is two terms of one key, which are not one.
    const size_t index =
        term.is_short_form
            ? words.size()
            : index_of.try_emplace(term.word, words.size()).first->second;
    if (index == words.size()) words.emplace_back();
    words[index].push_back(&term);
  }
  return words;
}

// Adds what a word brings that the candidates at `at` hold as often as
// `frequencies` says.
void AddImpacts(const QueryTerm& term, const LengthNorms& norms,
                const std::vector<float>& frequencies, Candidate* const* at) {
  const float weight = term.rarity * (kBm25K1 + 1);
  for (const float tf : frequencies) {
    Candidate* const c = *at++;
    if (tf == 0) continue;
    const float impact = weight * (tf / (tf + norms.OfPassage(c->passage)));
    if (IsStemLike(term.channel)) {
      c->stems += impact;
    } else if (term.channel == kChannelPrefix) {
      c->prefixes += impact;
    } else {
      c->words += impact;
    }
    if (!term.stop) c->has_content_term = true;
  }
}

}  // namespace

absl::Status MeasureTerms(const Corpus& corpus, const QueryTerms& query,
                          absl::Span<Candidate> candidates) {
  const std::vector<Candidate*> order = InOrder(candidates);
  const std::vector<ScoredWord> words = ScoredWords(query);
  std::vector<float> frequencies;
  return ForEachSegment(
      order,
      [&](uint32_t segment, Candidate* const* begin,
          Candidate* const* end) -> absl::Status {
        const SegmentReader& reader =
            *corpus.generation().segments[segment].reader;
        for (const ScoredWord& word : words) {
          frequencies.assign(end - begin, 0);
          for (const QueryTerm* const term : word) {
            PostingsIterator it = reader.Postings(term->key);
            Candidate* const* at = begin;
            RETURN_IF_ERROR(ForEachMatch(
                &it, begin, end,
                [&](Candidate* c, const PostingsIterator::Postings& block,
                    int i) {
                  while (*at != c) ++at;
                  frequencies[at - begin] +=
                      static_cast<float>(block.frequencies[i]);
                  return absl::OkStatus();
                }));
          }
          AddImpacts(*word[0], corpus.ChannelNorms(segment, word[0]->channel),
                     frequencies, begin);
        }
        return absl::OkStatus();
      });
}

absl::Status MeasurePositions(const Corpus& corpus, const QueryTerms& query,
                              absl::Span<Candidate> candidates) {
  const PositionTerms terms = ChoosePositionTerms(query);
  const std::vector<Candidate*> order = InOrder(candidates);
  PlaceReader place_reader(terms);
  std::vector<Places> places;
  std::vector<uint32_t> positions;
  return ForEachSegment(
      order,
      [&](uint32_t segment, Candidate* const* begin,
          Candidate* const* end) -> absl::Status {
        const SegmentReader& reader =
            *corpus.generation().segments[segment].reader;
        if (!reader.has_positions()) return absl::OkStatus();
        places.assign(end - begin, {});
        const auto no_spaces = [&](const Candidate* c) {
          return HasNoSpaces(reader.passages()[c->passage].language);
        };
        for (uint16_t t = 0; t < terms.terms.size(); ++t) {
          const QueryTerm& term = *terms.terms[t];
          const uint16_t word = terms.words[t];
          const bool prefix = term.channel == kChannelPrefix;
          PostingsIterator it = reader.Postings(term.key);
          Candidate* const* at = begin;
          RETURN_IF_ERROR(
              ForEachMatch(&it, begin, end,
                           [&](Candidate* c, const PostingsIterator::Postings&,
                               int i) -> absl::Status {
                             while (*at != c) ++at;
                             positions.clear();
                             RETURN_IF_ERROR(it.Positions(i, &positions));
                             Places& own = places[at - begin];
                             if (!prefix && !positions.empty() &&
                                 positions.back() >= kTitlePosition &&
                                 (own.in_title >> word & 1) == 0) {
                               own.in_title |= uint32_t{1} << word;
                               c->title += term.rarity;
                             }
                             const uint8_t measured =
                                 no_spaces(c) ? kChannelBigram : kChannelStem;
                             if (!prefix && term.channel != measured) {
                               return absl::OkStatus();
                             }
                             for (uint32_t position : positions) {
                               (prefix ? own.prefixes : own.stems)
                                   .push_back({position, word});
                             }
                             return absl::OkStatus();
                           }));
        }
        for (Candidate* const* c = begin; c != end; ++c) {
          const bool is_first = reader.passages()[(*c)->passage].ordinal == 0;
          Measure(terms, no_spaces(*c), is_first, &place_reader,
                  &places[c - begin], *c);
        }
        return absl::OkStatus();
      });
}

void MeasureShares(absl::Span<Candidate> candidates) {
  struct Measure {
    float Candidate::*value;
    float Candidate::*share;
  };
  static constexpr Measure kMeasures[] = {
      {&Candidate::nearness, &Candidate::nearness_share},
      {&Candidate::translation, &Candidate::translation_share},
      {&Candidate::matched, &Candidate::matched_share},
      {&Candidate::meaning, &Candidate::meaning_share},
      {&Candidate::translated, &Candidate::translated_share},
      {&Candidate::named, &Candidate::named_share},
      {&Candidate::sentence, &Candidate::sentence_share},
  };
  for (const Measure& measure : kMeasures) {
    float most = 0;
    for (const Candidate& candidate : candidates) {
      if (candidate.same_language) continue;
      most = std::max(most, candidate.*measure.value);
    }
    if (most <= 0) continue;
    for (Candidate& candidate : candidates) {
      if (candidate.same_language) continue;
      candidate.*measure.share =
          std::max(0.0f, candidate.*measure.value) / most;
    }
  }
}

}  // namespace footnote
