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
// remembered (LazyE5).
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
    // Who was asked; null: there is none.
    const Encoder* encoder = nullptr;
  };
  // `scores` and `texts` are the candidates'; `where` says of each passage
  // which collection it is of (Where); it may be empty where any cost is right.
  //   what Encoder::Encode returns
  absl::StatusOr<Opinion> Of(absl::string_view question,
                             const std::vector<Candidate>& candidates,
                             absl::Span<const absl::string_view> texts,
                             const std::vector<double>& scores,
                             Cost cost = Cost::kAny,
                             const std::vector<uint64_t>& where = {});

  // What stands for a collection.
  static uint64_t Where(absl::string_view collection);

  // Hears a candidate's text ahead, in the background, and keeps what it heard
  // of the collection (RememberingEncoder::Keep).
  //   FailedPrecondition  there is no second encoder
  //   and the errors of Keep
  absl::Status Hear(absl::string_view text, uint64_t where, uint64_t round);
  // RememberingEncoder::ForgetKeptBefore.
  void ForgetHeardBefore(uint64_t round);

 private:
  LazyE5* const encoders_;
};

}  // namespace extractive
}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_SECOND_OPINION_H_
