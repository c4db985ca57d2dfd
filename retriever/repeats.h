// Passages that another document says nearly the same way: shown once.
#ifndef FOOTNOTE_RETRIEVER_REPEATS_H_
#define FOOTNOTE_RETRIEVER_REPEATS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "retriever/filter/allowed.h"
#include "retriever/fusion/evidence.h"
#include "storage/generation.h"
#include "storage/store.h"

namespace footnote {

// What texts are compared by: each run of eight bytes once, rising, of the text
// without case, punctuation and spaces, which has so many bytes.
struct TextRuns {
  std::vector<uint64_t> runs;
  size_t bytes = 0;
};
TextRuns RunsOf(absl::string_view text);

// The share of the shorter text that the longer one has too, 0 to 1: of its
// runs of eight bytes, once case, punctuation and spaces are gone. Any bytes; 0
// where one has fewer.
double SharedText(absl::string_view a, absl::string_view b);

// Finds the repeats of one search. A passage is a repeat of one that ranks
// better when their documents say nearly the same (Store::duplicates) and so
// do they themselves: what a document has to itself is never hidden. One
// thread.
class RepeatFinder {
 public:
  // Both must outlive this object. `text_of` reads a passage.
  RepeatFinder(
      Store* store, const Generation* generation,
      std::function<absl::StatusOr<std::string>(const Candidate&)> text_of);

  // Whether `next` repeats one of `kept`. What can't be read repeats nothing.
  bool IsRepeat(const std::vector<Candidate>& kept, const Candidate& next);

  // Documents of the group of the candidate's document, less that and those of
  // `shown`, of which `allowed` lets a passage through; by id, at most `limit`.
  absl::StatusOr<std::vector<std::string>> OthersOf(
      const Candidate& candidate, const std::vector<Candidate>& shown,
      const std::vector<AllowedPassages>& allowed, size_t limit);

  // The group of the candidate's document; 0: none.
  uint64_t GroupOf(const Candidate& candidate);

 private:
  using Key = std::pair<uint32_t, uint32_t>;

  absl::string_view DocumentOf(const Candidate& candidate) const;
  const TextRuns& RunsOf(const Candidate& candidate);

  Store* const store_;
  const Generation* const generation_;
  const std::function<absl::StatusOr<std::string>(const Candidate&)> text_of_;
  // By segment and document; by segment and passage.
  std::map<Key, uint64_t> groups_;
  std::map<Key, TextRuns> runs_;
};

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_REPEATS_H_
