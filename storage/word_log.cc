#include "storage/word_log.h"

#include <string.h>

#include <algorithm>
#include <utility>

#include "absl/base/attributes.h"
#include "base/large_array.h"
#include "base/priority.h"
#include "kernels/part_places.h"
#include "storage/postings_codec.h"
#include "storage/segment_format.h"

namespace footnote {
namespace {

constexpr int kPositionBits = 24;
constexpr uint32_t kMaxPosition = (1u << kPositionBits) - 1;
constexpr uint32_t kMaxFrequency = 0xffff;

// In the place of a word's number. A passage's first word is at 0 and each
// other behind the one before, or where kPositionMark says.
constexpr uint32_t kPassageMark = 0xffffffff;   // then the passage
constexpr uint32_t kPositionMark = 0xfffffffe;  // then the position

// Words are sent for so many terms ahead.
constexpr size_t kAhead = 16;

// So many runs at most are merged. More, or some of many places, are sorted.
constexpr size_t kMostRuns = 16;
constexpr size_t kManyPlaces = 512;
// Times that a run is longer than one that is merged into it place by place.
constexpr size_t kMuchLonger = 8;

constexpr uint64_t kHashSeed = 0x9e3779b97f4a7c15u;

// The upper half of a product depends on all bits of both factors.
uint64_t AddToHash(uint64_t value, uint64_t hash) {
  const unsigned __int128 product =
      static_cast<unsigned __int128>(value ^ hash) * 0xd6e8feb86659fd93u;
  return static_cast<uint64_t>(product >> 64) ^ static_cast<uint64_t>(product);
}

// How a passage and a position in it are one number, a place, which rises with
// both. Positions are few in the words of a passage and few from kTitlePosition
// on, and where the first of the bits says which of the two, most places take
// 32 bits.
struct PlaceForm {
  int bits = kPositionBits;
  // What positions of titles are less by.
  uint32_t lift = 0;

  template <typename Place>
  Place Make(uint32_t passage, uint32_t position) const {
    if (position >= kTitlePosition) position -= lift;
    return static_cast<Place>(passage) << bits | position;
  }
  template <typename Place>
  uint32_t PassageOf(Place place) const {
    return static_cast<uint32_t>(place >> bits);
  }
  template <typename Place>
  uint32_t PositionOf(Place place) const {
    const uint32_t position =
        static_cast<uint32_t>(place) & ((uint32_t{1} << bits) - 1);
    return position + (position >> (bits - 1)) * lift;
  }
};

// Places that rise: of a word, or of some.
template <typename Place>
struct Run {
  const Place* begin;
  const Place* end;
  size_t size() const { return end - begin; }
};

// Both, to `to`; returns its end.
template <typename Place>
Place* MergeTwo(Run<Place> a, Run<Place> b, Place* to) {
  if (a.size() < b.size()) std::swap(a, b);
  if (a.size() / kMuchLonger > b.size()) {
    for (; b.begin < b.end; *to++ = *b.begin++) {
      while (a.begin < a.end && *a.begin < *b.begin) *to++ = *a.begin++;
    }
  }
  // Without branches: which comes first, nobody can guess.
  while (a.begin < a.end && b.begin < b.end) {
    const Place from_a = *a.begin;
    const Place from_b = *b.begin;
    const bool is_b = from_b < from_a;
    *to++ = is_b ? from_b : from_a;
    a.begin += !is_b;
    b.begin += is_b;
  }
  to = std::copy(a.begin, a.end, to);
  return std::copy(b.begin, b.end, to);
}

// Postings under construction, kept from term to term.
struct Postings {
  std::vector<uint32_t> ordinals;
  std::vector<uint32_t> frequencies;
  std::vector<uint32_t> counts;
  std::vector<uint32_t> positions;
  size_t size = 0;
  size_t position_count = 0;

  void Reserve(size_t places) {
    places += kPartedBeyond;
    if (positions.size() >= places) return;
    places = std::max(places, positions.size() * 2);
    for (auto* part : {&ordinals, &frequencies, &counts, &positions}) {
      part->resize(places);
    }
  }

  // Of places by rising passage.
  template <typename Place>
  void Fill(Run<Place> places, const PlaceForm& form) {
    Reserve(places.size());
    position_count = places.size();
    const bool rise = Part(places, form);
    for (size_t i = 0; i < size; ++i) {
      frequencies[i] = std::min(counts[i], kMaxFrequency);
    }
    if (!rise) SortPositions();
  }

  // Fills ordinals, counts and positions. Says whether the places rise, and so
  // the positions of each posting.
  bool Part(Run<uint32_t> places, const PlaceForm& form) {
    static const PartPlacesKernel kernel = PartPlaces();
    bool rise = false;
    size = kernel(places.begin, places.size(), {form.bits, form.lift},
                  {positions.data(), ordinals.data(), counts.data()}, &rise);
    return rise;
  }

  bool Part(Run<uint64_t> places, const PlaceForm& form) {
    size = 0;
    bool rise = true;
    uint64_t before = 0;
    for (size_t i = 0; i < places.size(); ++i) {
      const uint64_t place = places.begin[i];
      const uint32_t passage = form.PassageOf(place);
      if (i == 0 || passage != ordinals[size - 1]) {
        ordinals[size] = passage;
        counts[size++] = 0;
      }
      ++counts[size - 1];
      positions[i] = form.PositionOf(place);
      rise &= place >= before;
      before = place;
    }
    return rise;
  }

  // Where a passage's words did not come by position.
  void SortPositions() {
    uint32_t* at = positions.data();
    for (size_t i = 0; i < size; ++i) {
      uint32_t* const end = at + counts[i];
      if (counts[i] > 1) std::sort(at, end);
      at = end;
    }
  }

  TermLog::Term Term(uint64_t key, uint8_t channel) const {
    return {key,
            channel,
            {ordinals.data(), size},
            {frequencies.data(), size},
            {counts.data(), size},
            {positions.data(), position_count}};
  }
};

// The postings of one term that is told by words and by tokens.
void Combine(const TermLog::Term& a, const TermLog::Term& b, Postings* out) {
  out->Reserve(a.positions.size() + b.positions.size());
  out->size = 0;
  uint32_t* to = out->positions.data();
  size_t i = 0, j = 0, a_at = 0, b_at = 0;
  while (i < a.ordinals.size() || j < b.ordinals.size()) {
    const bool is_a = j == b.ordinals.size() ||
                      (i < a.ordinals.size() && a.ordinals[i] <= b.ordinals[j]);
    const bool is_b = i == a.ordinals.size() ||
                      (j < b.ordinals.size() && b.ordinals[j] <= a.ordinals[i]);
    const uint32_t a_count = is_a ? a.counts[i] : 0;
    const uint32_t b_count = is_b ? b.counts[j] : 0;
    out->ordinals[out->size] = is_a ? a.ordinals[i] : b.ordinals[j];
    out->counts[out->size] = a_count + b_count;
    out->frequencies[out->size] =
        std::min((is_a ? a.frequencies[i] : 0) + (is_b ? b.frequencies[j] : 0),
                 kMaxFrequency);
    ++out->size;
    const uint32_t* const from_a = a.positions.data() + a_at;
    const uint32_t* const from_b = b.positions.data() + b_at;
    to = std::merge(from_a, from_a + a_count, from_b, from_b + b_count, to);
    a_at += a_count;
    b_at += b_count;
    i += is_a;
    j += is_b;
  }
  out->position_count = to - out->positions.data();
}

}  // namespace

uint32_t WordLog::AddWord(absl::Span<const SegmentTerm> terms) {
  const uint32_t word = word_count_++;
  for (const SegmentTerm& term : terms) {
    terms_.Add(
        {term.key, word, static_cast<uint8_t>(term.channel % kMaxChannels)});
  }
  return word;
}

void WordLog::Add(uint32_t passage, absl::Span<const SegmentWord> words,
                  absl::Span<const SegmentToken> tokens) {
  tokens_.Add(passage, tokens);
  if (words.empty()) return;
  if (passage != passage_) {
    records_.Add(kPassageMark);
    records_.Add(passage);
    passage_ = passage;
    position_ = 0;
  }
  for (const SegmentWord& word : words) {
    const uint32_t position = std::min(word.position, kMaxPosition);
    if (position != position_) {
      records_.Add(kPositionMark);
      records_.Add(position);
    }
    records_.Add(word.number);
    position_ = position + 1;
    most_ =
        std::max(most_, position < kTitlePosition ? position
                                                  : position - kTitlePosition);
  }
  place_count_ += words.size();
}

template <typename Each>
void WordLog::ForEachTerm(Each each) const {
  terms_.ForEachBlock([&](const WordTerm* begin, const WordTerm* end) {
    for (const WordTerm* term = begin; term < end; ++term) each(*term);
  });
}

template <typename Each>
void WordLog::ForEachPlace(Each each) const {
  uint32_t passage = 0;
  uint32_t position = 0;
  uint32_t mark = 0;
  records_.ForEachBlock([&](const uint32_t* record, const uint32_t* end) {
    YieldToSearches();
    for (; record < end; ++record) {
      if (mark == kPassageMark) {
        passage = *record;
        position = 0;
        mark = 0;
      } else if (mark == kPositionMark) {
        position = *record;
        mark = 0;
      } else if (*record >= kPositionMark) {
        mark = *record;
      } else {
        each(*record, passage, position++);
      }
    }
  });
}

size_t WordLog::ApproximateBytes() const {
  return records_.bytes() + place_count_ * sizeof(uint64_t) +
         word_count_ * (sizeof(uint64_t) + sizeof(uint32_t)) + terms_.bytes() +
         terms_.size() * sizeof(WordTerm) + tokens_.ApproximateBytes();
}

// Sorts by key, which is a hash: into buckets of about four by its first bits,
// then each by itself. Fills `sorted` with those that each_term(visit) visits.
template <typename EachTerm>
void WordLog::SortTerms(EachTerm each_term, LargeArray<WordTerm>* sorted) {
  int bits = 1;
  while ((sorted->size() >> bits) > 4) ++bits;
  const int shift = 64 - bits;
  std::vector<uint32_t> ends((size_t{1} << bits) + 1);
  each_term([&](const WordTerm& term) { ++ends[(term.key >> shift) + 1]; });
  for (size_t i = 1; i < ends.size(); ++i) ends[i] += ends[i - 1];
  YieldToSearches();
  each_term([&](const WordTerm& term) {
    (*sorted)[ends[term.key >> shift]++] = term;
  });
  size_t begin = 0;
  for (const uint32_t end : ends) {
    YieldToSearches();
    std::sort(
        sorted->begin() + begin, sorted->begin() + end,
        [](const WordTerm& a, const WordTerm& b) { return a.key < b.key; });
    begin = end;
  }
}

// Words that have the same terms, under one new number.
class WordLog::SameWords {
 public:
  explicit SameWords(const WordLog& log)
      : numbers_(log.word_count_), is_first_(log.word_count_) {
    FindFirsts(log);
    for (uint32_t word = 0; word < log.word_count_; ++word) {
      const uint32_t first = numbers_[word];
      is_first_[word] = first == word;
      numbers_[word] = first == word ? count_++ : numbers_[first];
    }
    log.ForEachTerm(
        [&](const WordTerm& term) { term_count_ += is_first_[term.word]; });
  }

  // How many there are.
  uint32_t count() const { return count_; }
  // How many terms they have.
  size_t term_count() const { return term_count_; }
  uint32_t NumberOf(uint32_t word) const { return numbers_[word]; }
  // False for all but one of those with the same number.
  bool IsFirst(uint32_t word) const { return is_first_[word]; }

 private:
  // Sets numbers_[word] to the first word that has the same terms. Words are
  // told by a hash of their terms, as terms are by theirs.
  void FindFirsts(const WordLog& log) {
    LargeArray<WordTerm> sorted(log.word_count_);
    SortTerms(
        [&log](const auto& visit) {
          uint32_t word = 0;
          uint64_t hash = kHashSeed;
          const auto go_to = [&](uint32_t next) {
            for (; word < next; ++word) {
              visit(WordTerm{hash, word, 0});
              hash = kHashSeed;
            }
          };
          log.ForEachTerm([&](const WordTerm& term) {
            go_to(term.word);
            hash = AddToHash(term.key, hash);
            hash = AddToHash(term.channel, hash);
          });
          go_to(log.word_count_);
        },
        &sorted);
    for (size_t i = 0; i < sorted.size();) {
      const size_t begin = i;
      uint32_t first = sorted[i].word;
      for (; i < sorted.size() && sorted[i].key == sorted[begin].key; ++i) {
        first = std::min(first, sorted[i].word);
      }
      for (size_t j = begin; j < i; ++j) numbers_[sorted[j].word] = first;
    }
  }

  LargeArray<uint32_t> numbers_;
  std::vector<bool> is_first_;
  uint32_t count_ = 0;
  size_t term_count_ = 0;
};

// The places of each word, and all terms in their order. `Place` is wide enough
// for a place in `form`, and to count them.
template <typename Place>
class WordLog::Inversion {
 public:
  // Takes the places out of the log.
  Inversion(WordLog* log, const PlaceForm& form)
      : Inversion(log, form, SameWords(*log)) {}

  bool done() const { return next_ == terms_.size(); }
  // The key of the next term.
  uint64_t key() const { return terms_[next_].key; }

  // The next term's postings; empty where none of its words came.
  TermLog::Term Next() {
    const WordTerm& first = terms_[next_];
    runs_.clear();
    do {
      SendForWords();
      const Run<Place> run = PlacesOf(terms_[next_++].word);
      if (run.size() > 0) runs_.push_back(run);
    } while (!done() && key() == first.key);
    postings_.Fill(JoinRuns(), form_);
    return postings_.Term(first.key, first.channel);
  }

 private:
  Inversion(WordLog* log, const PlaceForm& form, const SameWords& words)
      : form_(form),
        ends_(words.count() + size_t{1}),
        places_(log->place_count_),
        terms_(words.term_count()),
        half_bits_((BitWidth(log->passage_) + 1) / 2) {
    InvertWords(*log, words);
    log->records_.Clear();
    SortTerms(
        [&](const auto& visit) {
          log->ForEachTerm([&](const WordTerm& term) {
            if (!words.IsFirst(term.word)) return;
            visit(WordTerm{term.key, words.NumberOf(term.word), term.channel});
          });
        },
        &terms_);
    log->terms_.Clear();
  }

  // Word w has the places from ends_[w] to ends_[w + 1].
  void InvertWords(const WordLog& log, const SameWords& words) {
    std::fill(ends_.begin(), ends_.end(), 0);
    Place* const counts = ends_.data() + 1;
    log.ForEachPlace([&](uint32_t word, uint32_t, uint32_t) {
      ++counts[words.NumberOf(word)];
    });
    Place sum = 0;
    for (Place& end : ends_) {
      const Place count = end;
      end = sum;
      sum += count;
    }
    // Now counts[w] is where the next place of w goes.
    log.ForEachPlace([&](uint32_t word, uint32_t passage, uint32_t position) {
      places_[counts[words.NumberOf(word)]++] =
          form_.Make<Place>(passage, position);
    });
  }

  Run<Place> PlacesOf(uint32_t word) const {
    return {places_.data() + ends_[word], places_.data() + ends_[word + 1]};
  }

  // Terms meet words anywhere in memory. Inlined, as GCC drops calls of what
  // does nothing but this.
  ABSL_ATTRIBUTE_ALWAYS_INLINE void SendForWords() {
    const size_t far = next_ + 2 * kAhead;
    if (far >= terms_.size()) return;
    __builtin_prefetch(&ends_[terms_[far].word]);
    const Run<Place> run = PlacesOf(terms_[next_ + kAhead].word);
    __builtin_prefetch(run.begin);
    constexpr size_t kOfLine = 64 / sizeof(Place);
    if (run.size() > kOfLine) __builtin_prefetch(run.begin + kOfLine);
  }

  // All runs as one, by rising passage; lives until the next call.
  Run<Place> JoinRuns() {
    if (runs_.empty()) return {nullptr, nullptr};
    if (runs_.size() == 1) return runs_[0];
    std::sort(runs_.begin(), runs_.end(),
              [](Run<Place> a, Run<Place> b) { return a.size() < b.size(); });
    size_t places = 0;
    for (const Run<Place>& run : runs_) places += run.size();
    const size_t short_ones = places - runs_.back().size();
    if (runs_.size() > kMostRuns ||
        (runs_.size() > 2 && short_ones >= kManyPlaces)) {
      return places < kManyPlaces ? SortFew(places) : SortMany(places);
    }
    return Merge(places);
  }

  Place* Buffer(int i, size_t places) {
    std::vector<Place>& buffer = buffers_[i];
    if (buffer.size() < places) buffer.resize(places + buffer.size() / 2);
    return buffer.data();
  }

  // The two shortest become one, again and again.
  Run<Place> Merge(size_t places) {
    // A place is merged four times or less, on average, as in a balanced tree;
    // those of a run that is longer than all others together, once.
    static_assert(kMostRuns <= 16, "a balanced tree has four levels");
    Place* to = Buffer(0, places + 4 * std::min(places, 2 * kManyPlaces));
    joined_.clear();
    size_t next = 0, next_joined = 0;
    const auto shortest = [&] {
      const bool is_joined = next == runs_.size() ||
                             (next_joined < joined_.size() &&
                              joined_[next_joined].size() < runs_[next].size());
      return is_joined ? joined_[next_joined++] : runs_[next++];
    };
    for (size_t left = runs_.size(); left > 1; --left) {
      const Run<Place> a = shortest();
      const Run<Place> b = shortest();
      Place* const begin = to;
      to = MergeTwo(a, b, to);
      joined_.push_back({begin, to});
    }
    return joined_.back();
  }

  Run<Place> SortFew(size_t places) {
    Place* const begin = Buffer(0, places);
    Place* end = begin;
    for (const Run<Place>& run : runs_) {
      end = std::copy(run.begin, run.end, end);
    }
    std::sort(begin, end);
    return {begin, end};
  }

  // By passage alone, first its lower half, then its upper one. Positions are
  // left to Postings::Fill.
  Run<Place> SortMany(size_t places) {
    const uint32_t mask = (uint32_t{1} << half_bits_) - 1;
    const auto lower_of = [&](Place place) {
      return form_.PassageOf(place) & mask;
    };
    const auto upper_of = [&](Place place) {
      return form_.PassageOf(place) >> half_bits_;
    };
    std::vector<uint32_t>& lower = lower_counts_;
    std::vector<uint32_t>& upper = upper_counts_;
    lower.assign(mask + 2, 0);
    upper.assign(mask + 2, 0);
    for (const Run<Place>& run : runs_) {
      for (const Place* at = run.begin; at < run.end; ++at) {
        ++lower[lower_of(*at) + 1];
        ++upper[upper_of(*at) + 1];
      }
    }
    for (uint32_t i = 1; i <= mask; ++i) {
      lower[i] += lower[i - 1];
      upper[i] += upper[i - 1];
    }
    Place* const half = Buffer(0, places);
    for (const Run<Place>& run : runs_) {
      for (const Place* at = run.begin; at < run.end; ++at) {
        half[lower[lower_of(*at)]++] = *at;
      }
    }
    Place* const whole = Buffer(1, places);
    for (size_t i = 0; i < places; ++i) {
      whole[upper[upper_of(half[i])]++] = half[i];
    }
    return {whole, whole + places};
  }

  const PlaceForm form_;
  LargeArray<Place> ends_;
  LargeArray<Place> places_;
  LargeArray<WordTerm> terms_;
  size_t next_ = 0;
  // Half of the bits of the last passage's number, rounded up.
  const int half_bits_;
  // Scratch, kept to spare allocations.
  std::vector<Run<Place>> runs_;
  std::vector<Run<Place>> joined_;
  std::vector<Place> buffers_[2];
  std::vector<uint32_t> lower_counts_;
  std::vector<uint32_t> upper_counts_;
  Postings postings_;
};

void WordLog::ForEach(
    const std::function<void(const TermLog::Term&)>& visit) && {
  const int bits = BitWidth(most_);
  const PlaceForm narrow = {bits + 1, kTitlePosition - (uint32_t{1} << bits)};
  if (place_count_ <= 0xffffffff && narrow.bits + BitWidth(passage_) <= 32) {
    VisitAll(Inversion<uint32_t>(this, narrow), visit);
  } else {
    VisitAll(Inversion<uint64_t>(this, PlaceForm()), visit);
  }
}

template <typename Words>
void WordLog::VisitAll(
    Words words, const std::function<void(const TermLog::Term&)>& visit) const {
  const auto visit_next = [&] {
    const TermLog::Term term = words.Next();
    if (!term.ordinals.empty()) visit(term);
  };
  Postings both;
  tokens_.ForEach([&](const TermLog::Term& token) {
    while (!words.done() && words.key() < token.key) visit_next();
    if (words.done() || words.key() != token.key) {
      visit(token);
      return;
    }
    Combine(words.Next(), token, &both);
    visit(both.Term(token.key, token.channel));
  });
  while (!words.done()) visit_next();
}

}  // namespace footnote
