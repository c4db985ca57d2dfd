#include "storage/term_log.h"

#include <algorithm>

#include "storage/segment_format.h"

namespace footnote {
namespace {

constexpr uint32_t kMaxPosition = (1u << 24) - 1;
constexpr uint32_t kMaxWeight = 127;
constexpr uint32_t kMaxFrequency = 0xffff;

// In the place of a gap: the record holds a passage and the weight of the next
// record, whose own weight bits then hold kGivenWeight.
constexpr uint32_t kEscape = 255;
constexpr uint32_t kGivenWeight = 15;

// Logs grow by blocks of 192 bytes, then 768, 3072 and 12 KiB.
constexpr uint32_t kFirstBlock = 16;
constexpr size_t kMostDoublings = 6;

uint32_t PlaceOf(const SegmentToken& token, uint32_t weight_bits) {
  return std::min(token.position, kMaxPosition) |
         static_cast<uint32_t>(token.channel % kMaxChannels) << 24 |
         weight_bits << 28;
}

}  // namespace

TermLog::TermLog() = default;
TermLog::~TermLog() = default;

void TermLog::Grow(Log* log) {
  const size_t doublings = std::min(log->blocks.size() * 2, kMostDoublings);
  const uint32_t size = kFirstBlock << doublings;
  log->blocks.push_back({std::unique_ptr<Record[]>(new Record[size]), size});
  log->next = log->blocks.back().records.get();
  log->end = log->next + size;
  bytes_ += size * sizeof(Record);
}

inline void TermLog::Push(const Record& record, Log* log) {
  if (log->next == log->end) Grow(log);
  *log->next++ = record;
}

void TermLog::PushEscaped(uint32_t passage, const SegmentToken& token,
                          Log* log) {
  Push({passage, kEscape, std::min<uint32_t>(token.weight, kMaxWeight)}, log);
  Push({static_cast<uint32_t>(token.key),
        static_cast<uint32_t>(token.key >> 32) << 8,
        PlaceOf(token, kGivenWeight)},
       log);
  log->passage = passage;
}

void TermLog::Add(uint32_t passage, absl::Span<const SegmentToken> tokens) {
  for (const SegmentToken& token : tokens) {
    Log& log = logs_[token.key >> (64 - kLogBits)];
    const uint32_t gap = passage - log.passage;
    const uint32_t weight_bits = token.weight == 0 ? 0 : token.weight - 1u;
    if (gap >= kEscape || weight_bits >= kGivenWeight) {
      PushEscaped(passage, token, &log);
      continue;
    }
    log.passage = passage;
    Push({static_cast<uint32_t>(token.key),
          static_cast<uint32_t>(token.key >> 32) << 8 | gap,
          PlaceOf(token, weight_bits)},
         &log);
  }
}

// Brings the records of one log in the order of their keys, those of a key in
// the order in which they came. Kept from log to log to spare allocations.
class TermLog::Group {
 public:
  Group() : slots_(size_t{1} << 12) {}

  void ForEach(const Log& log, uint64_t first_byte,
               const std::function<void(const Term&)>& visit) {
    NumberTerms(log, first_byte);
    SortTerms();
    Distribute(log);
    uint32_t begin = 0;
    for (const KeyNumber& named : order_) {
      const uint32_t end = terms_[named.number].next;
      term_.key = named.key;
      term_.channel = terms_[named.number].channel;
      FillTerm(begin, end);
      visit(term_);
      begin = end;
    }
  }

 private:
  struct Slot {
    uint64_t key;
    uint32_t number_plus_one;  // 0: free
  };
  struct KeyNumber {
    uint64_t key;
    uint32_t number;
  };
  struct TermPlace {
    uint32_t next;  // the count of its tokens, then where the next one goes
    uint8_t channel;
  };
  struct Place {
    uint32_t passage;
    uint32_t place;  // 24 bits of position, 8 of weight
  };

  // Calls each(key without its first byte, passage, place of Record, weight)
  // for every token.
  template <typename Each>
  static void ForEachToken(const Log& log, Each each) {
    uint32_t passage = 0;
    uint32_t given_weight = 0;
    for (const Block& block : log.blocks) {
      const Record* const begin = block.records.get();
      const Record* const end =
          &block == &log.blocks.back() ? log.next : begin + block.size;
      for (const Record* record = begin; record < end; ++record) {
        const uint32_t gap = record->gap_and_key & 255;
        if (gap == kEscape) {
          passage = record->key_low;
          given_weight = record->place;
          continue;
        }
        passage += gap;
        const uint32_t weight_bits = record->place >> 28;
        const uint32_t weight = weight_bits == kGivenWeight
                                    ? std::max(given_weight, 1u)
                                    : weight_bits + 1;
        const uint64_t key =
            uint64_t{record->gap_and_key >> 8} << 32 | record->key_low;
        each(key, passage, record->place, weight);
      }
    }
  }

  // Numbers the log's keys as they first come, notes each token's number and
  // counts the tokens of each.
  void NumberTerms(const Log& log, uint64_t first_byte) {
    numbers_.clear();
    order_.clear();
    terms_.clear();
    std::fill(slots_.begin(), slots_.end(), Slot{0, 0});
    ForEachToken(log, [&](uint64_t key, uint32_t, uint32_t place, uint32_t) {
      const uint32_t number = NumberOf(key | first_byte << 56, place);
      ++terms_[number].next;
      numbers_.push_back(number);
    });
  }

  uint32_t NumberOf(uint64_t key, uint32_t place) {
    Slot* slot = Find(key);
    if (slot->number_plus_one == 0) {
      if (order_.size() * 2 >= slots_.size()) {
        Rehash();
        slot = Find(key);
      }
      const uint32_t number = static_cast<uint32_t>(order_.size());
      order_.push_back({key, number});
      terms_.push_back({0, static_cast<uint8_t>(place >> 24 & 15)});
      *slot = {key, number + 1};
    }
    return slot->number_plus_one - 1;
  }

  Slot* Find(uint64_t key) {
    const size_t mask = slots_.size() - 1;
    size_t at = (key * 0x9e3779b97f4a7c15u) >> 32 & mask;
    while (slots_[at].number_plus_one != 0 && slots_[at].key != key) {
      at = (at + 1) & mask;
    }
    return &slots_[at];
  }

  void Rehash() {
    slots_.assign(slots_.size() * 2, Slot{0, 0});
    for (const KeyNumber& named : order_) {
      *Find(named.key) = {named.key, named.number + 1};
    }
  }

  // Sorts `order_` by key and turns counts into places.
  void SortTerms() {
    std::sort(
        order_.begin(), order_.end(),
        [](const KeyNumber& a, const KeyNumber& b) { return a.key < b.key; });
    uint32_t next = 0;
    for (const KeyNumber& named : order_) {
      const uint32_t count = terms_[named.number].next;
      terms_[named.number].next = next;
      next += count;
    }
  }

  void Distribute(const Log& log) {
    places_.resize(numbers_.size());
    size_t i = 0;
    ForEachToken(
        log, [&](uint64_t, uint32_t passage, uint32_t place, uint32_t weight) {
          places_[terms_[numbers_[i++]].next++] = {
              passage, (place & kMaxPosition) | weight << 24};
        });
  }

  void FillTerm(uint32_t begin, uint32_t end) {
    const size_t tokens = end - begin;
    ordinals_.resize(tokens);
    frequencies_.resize(tokens);
    counts_.resize(tokens);
    positions_.resize(tokens);
    uint32_t* const positions = positions_.data();
    size_t postings = 0;
    for (uint32_t i = begin; i < end; ++postings) {
      const uint32_t passage = places_[i].passage;
      const uint32_t first = i;
      uint32_t frequency = 0;
      uint32_t previous = 0;
      bool sorted = true;
      for (; i < end && places_[i].passage == passage; ++i) {
        const uint32_t position = places_[i].place & kMaxPosition;
        frequency += places_[i].place >> 24;
        sorted &= position >= previous;
        previous = position;
        positions[i - begin] = position;
      }
      if (!sorted) std::sort(positions + first - begin, positions + i - begin);
      ordinals_[postings] = passage;
      frequencies_[postings] = std::min(frequency, kMaxFrequency);
      counts_[postings] = i - first;
    }
    term_.ordinals = {ordinals_.data(), postings};
    term_.frequencies = {frequencies_.data(), postings};
    term_.counts = {counts_.data(), postings};
    term_.positions = positions_;
  }

  std::vector<Slot> slots_;
  std::vector<uint32_t> numbers_;
  std::vector<KeyNumber> order_;
  std::vector<TermPlace> terms_;
  std::vector<Place> places_;
  std::vector<uint32_t> ordinals_;
  std::vector<uint32_t> frequencies_;
  std::vector<uint32_t> counts_;
  std::vector<uint32_t> positions_;
  Term term_;
};

void TermLog::ForEach(const std::function<void(const Term&)>& visit) const {
  Group group;
  for (size_t i = 0; i < logs_.size(); ++i) {
    if (!logs_[i].blocks.empty()) group.ForEach(logs_[i], i, visit);
  }
}

}  // namespace footnote
