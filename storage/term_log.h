#ifndef FOOTNOTE_STORAGE_TERM_LOG_H_
#define FOOTNOTE_STORAGE_TERM_LOG_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/types/span.h"

namespace footnote {

// One index term at one place of a passage.
struct SegmentToken {
  uint64_t key;
  uint32_t position;  // at most 2^24 - 1; what is more is read as that
  uint8_t channel;    // < kMaxChannels
  // What it adds to the term's frequency in the passage (a word of a heading
  // may count 2), at most 127. 0 is read as 1.
  uint8_t weight;
};

// The tokens of a segment while it is collected, and their inversion: from
// passages with terms to terms with passages.
//
// Nothing is looked up while tokens come. They are appended, 12 bytes each, to
// one of 256 logs by the first byte of their key; ForEach takes the logs one by
// one, and what it does to one of them stays in the processor's cache. (A hash
// table of all terms was waiting for memory at every token.)
//
// Not thread-safe.
class TermLog {
 public:
  // One term with its postings. `counts[i]` positions of posting i lie in
  // `positions`, rising. The spans live as long as the visit.
  struct Term {
    uint64_t key;
    uint8_t channel;  // of the first token with this key
    absl::Span<const uint32_t> ordinals;
    absl::Span<const uint32_t> frequencies;  // at most 65,535
    absl::Span<const uint32_t> counts;
    absl::Span<const uint32_t> positions;
  };

  TermLog();
  ~TermLog();
  TermLog(const TermLog&) = delete;
  TermLog& operator=(const TermLog&) = delete;

  // Adds the tokens of a passage.
  // REQUIRES: passage numbers never fall
  void Add(uint32_t passage, absl::Span<const SegmentToken> tokens);

  // Calls `visit` for every term by rising key.
  void ForEach(const std::function<void(const Term&)>& visit) const;

  // Memory held. ForEach takes about a hundredth of it besides when keys are
  // spread evenly, as those of text/ are.
  size_t ApproximateBytes() const { return bytes_; }

 private:
  static constexpr int kLogBits = 8;
  static constexpr int kLogs = 1 << kLogBits;

  // A token in its log, or with the mark of an escape what comes before one.
  struct Record {
    uint32_t key_low;
    // Passages since the record before in the low 8 bits, then 24 bits of key.
    uint32_t gap_and_key;
    // 24 bits of position, 4 of channel, 4 of weight less one.
    uint32_t place;
  };
  struct Block {
    std::unique_ptr<Record[]> records;
    uint32_t size;
  };
  struct Log {
    Record* next = nullptr;
    Record* end = nullptr;
    uint32_t passage = 0;
    std::vector<Block> blocks;
  };
  class Group;

  void Push(const Record& record, Log* log);
  void Grow(Log* log);
  void PushEscaped(uint32_t passage, const SegmentToken& token, Log* log);

  std::array<Log, kLogs> logs_;
  size_t bytes_ = 0;
};

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_TERM_LOG_H_
