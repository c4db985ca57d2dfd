// A second encoder's opinion of sentences: how near they are to what is asked.
#ifndef FOOTNOTE_GENERATOR_EXTRACTIVE_SECOND_OPINION_H_
#define FOOTNOTE_GENERATOR_EXTRACTIVE_SECOND_OPINION_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "generator/extractive/candidates.h"
#include "model/encoder/e5_encoder.h"
#include "model/encoder/encoder.h"

namespace footnote {
namespace extractive {

// The first encoder learnt what is alike, the second what answers what. A
// sentence costs twelve times as much with it, so it is asked about the three
// that score best of each of sixteen passages; what it said of a sentence is
// remembered (LazyE5). Read with all that stands around it, a sentence says
// more: "He built it in 1759." is near to who asks about the lighthouse.
//
// Safe from many threads.
class SecondOpinion {
 public:
  // `encoders` must outlive this.
  explicit SecondOpinion(LazyE5* encoders) : encoders_(encoders) {}

  // What a sentence may cost that was not heard before.
  enum class Cost {
    kAny,  // what it takes
    // Nothing: where one was not heard ahead in its passage's collection, there
    // is no opinion. Whether it stands in another one, nobody learns.
    kNone,
  };

  struct Opinion {
    // By candidate: its cosine with the question, less that of the nearest, so
    // 0 for the nearest and less for the others. Who was not asked about has a
    // little less than the farthest of those who were. Empty: there is none.
    std::vector<double> by_candidate;
    // The nearest's.
    double nearest = 0;
    // By candidate, as by_candidate: of what it means in its passage. Of whom
    // nothing was heard has as little as who has least. Empty: that was not
    // asked for.
    std::vector<double> in_context;
    // Who was asked; null: there is none.
    const Encoder* encoder = nullptr;
  };
  // What is asked about; what it looks at must outlive the call.
  struct Asked {
    absl::string_view question;
    const std::vector<SourcePassage>* passages = nullptr;
    const std::vector<Candidate>* candidates = nullptr;
    // Of the candidates.
    const std::vector<double>* scores = nullptr;
    // By passage: which collection it is of (Where); may be empty where any
    // cost is right.
    std::vector<uint64_t> where;
    // Whether the passages are read whole, too: some 50 ms each.
    bool in_context = false;
  };
  //   what Encoder::Encode and ContextEncoder::Encode return
  absl::StatusOr<Opinion> Of(const Asked& asked, Cost cost = Cost::kAny);

  // What stands for a collection.
  static uint64_t Where(absl::string_view collection);

  // Hears a candidate's text ahead, in the background, and keeps what it heard
  // of the collection (RememberingEncoder::Keep).
  //   FailedPrecondition  there is no second encoder
  //   and the errors of Keep
  absl::Status Hear(absl::string_view text, uint64_t where, uint64_t round);
  // The same of all candidates where they stand, in passages of one collection.
  absl::Status HearInContext(const std::vector<SourcePassage>& passages,
                             const std::vector<Candidate>& candidates,
                             uint64_t where, uint64_t round);
  // VectorMemory::ForgetKeptBefore.
  void ForgetHeardBefore(uint64_t round);

 private:
  LazyE5* const encoders_;
};

}  // namespace extractive
}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_SECOND_OPINION_H_
