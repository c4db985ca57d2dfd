#ifndef FOOTNOTE_STORAGE_WORD_LOG_H_
#define FOOTNOTE_STORAGE_WORD_LOG_H_

#include <cstddef>
#include <cstdint>
#include <functional>

#include "absl/types/span.h"
#include "base/large_array.h"
#include "storage/block_list.h"
#include "storage/term_log.h"

namespace footnote {

// An index term of a word.
struct SegmentTerm {
  uint64_t key;
  uint8_t channel;  // < kMaxChannels
};

// A word at one place of a passage; counts 1 for each of its terms.
struct SegmentWord {
  uint32_t number;    // of AddWord
  uint32_t position;  // at most 2^24 - 1; what is more is read as that
};

// The words of a segment while it is collected, and their inversion: from
// passages with words to terms with passages.
//
// A word has three or four terms and comes hundreds of times. So its terms are
// noted once; a place of it takes 4 bytes where it follows the word before. The
// words are inverted, and a term's postings are those of its words, merged.
//
// Not thread-safe.
class WordLog {
 public:
  // A new word. A term that is given twice counts twice. Two words may have the
  // same terms: half of all do, "The" and "the", or those of two languages.
  // ForEach takes them for one.
  uint32_t AddWord(absl::Span<const SegmentTerm> terms);

  // Adds the words of a passage, and terms that are not told by words.
  // REQUIRES: passage numbers never fall; numbers are AddWord's
  void Add(uint32_t passage, absl::Span<const SegmentWord> words,
           absl::Span<const SegmentToken> tokens);

  // Calls `visit` for every term that has a place, by rising key. Places are
  // given free as soon as they are inverted, for whatever `visit` needs.
  void ForEach(const std::function<void(const TermLog::Term&)>& visit) &&;

  // False where there are many words that hardly come again. One takes some
  // 150 bytes, its terms as tokens 50.
  bool WordsComeAgain() const {
    return word_count_ < kFewWords || place_count_ / 4 >= word_count_;
  }

  uint32_t word_count() const { return word_count_; }

  // The memory that is held, and that ForEach takes besides at most.
  size_t ApproximateBytes() const;

 private:
  struct WordTerm {
    uint64_t key;
    uint32_t word;
    uint8_t channel;
  };
  class SameWords;
  template <typename Place>
  class Inversion;
  static constexpr uint32_t kFewWords = 200000;

  // Calls each(term) for the terms of each word, by rising word.
  template <typename Each>
  void ForEachTerm(Each each) const;
  // Calls each(word, passage, position) for every place.
  template <typename Each>
  void ForEachPlace(Each each) const;
  template <typename EachTerm>
  static void SortTerms(EachTerm each_term, LargeArray<WordTerm>* sorted);
  template <typename Words>
  void VisitAll(Words words,
                const std::function<void(const TermLog::Term&)>& visit) const;

  BlockList<WordTerm> terms_;
  uint32_t word_count_ = 0;

  // Numbers of words, and marks with what they announce (see word_log.cc).
  BlockList<uint32_t> records_;
  size_t place_count_ = 0;
  // The highest position, of titles from kTitlePosition on.
  uint32_t most_ = 0;
  // Where the next word is if no mark says otherwise.
  uint32_t passage_ = 0;
  uint32_t position_ = 0;

  TermLog tokens_;
};

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_WORD_LOG_H_
