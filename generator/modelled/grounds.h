// The sentences of the passages that an answer is to rest on.
#ifndef FOOTNOTE_GENERATOR_MODELLED_GROUNDS_H_
#define FOOTNOTE_GENERATOR_MODELLED_GROUNDS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "generator/extractive/extractive_writer.h"
#include "generator/modelled/align.h"
#include "model/encoder/encoder.h"
#include "proto/footnote/v1/types.pb.h"
#include "text/span.h"

namespace footnote {

// A sentence that the extractive writer would quote.
struct Ground {
  int passage = 0;         // of the request's passages
  TextSpan span;           // bytes of the passage's text
  double probability = 0;  // that it answers, of all its copies
};

// The grounds of one request: what a model that was not trained to cite is
// shown in place of whole passages, and what its sentences must rest on. A
// small model reads two sentences better than three passages, and what it says
// beside them is wrong more often than not. A sentence that stands in several
// passages is one ground, in the one where it is thought best. Views into the
// request.
class Grounds {
 public:
  static constexpr size_t kMax = 2;

  // None where `weighed` has no sentence.
  explicit Grounds(const ExtractiveWriter::Explanation& weighed);

  bool empty() const { return grounds_.empty(); }
  // The second encoder that weighed them too; null where none did.
  const Encoder* second_encoder() const { return second_encoder_; }
  // Passages that hold grounds, that of the best first.
  const std::vector<int>& passages() const { return passages_; }
  // The grounds in `passage`, in the order of its text; what is left out
  // between them is an ellipsis.
  std::string Shown(int passage) const;

  // The ground that `sentence` rests on: the one that holds most of the words
  // that the question does not have. Null where it holds fewer than half of
  // them, where there are no such words, where it hardly answers, or where the
  // other ground is by far the better answer.
  const Ground* Under(absl::string_view sentence, const Aligner& aligner) const;
  // The other ground, where it is not by far the worse answer: which of the two
  // answers is open then, whatever a model rests on. Null otherwise.
  const Ground* Beside(const Ground& ground) const;

  absl::string_view TextOf(const Ground& ground) const {
    return texts_[ground.passage].substr(ground.span.begin, ground.span.size());
  }

 private:
  bool IsNearBest(const Ground& ground) const;

  std::vector<absl::string_view> texts_;  // of all passages that were weighed
  std::vector<Ground> grounds_;           // in the order of passages and texts
  std::vector<int> passages_;
  const Encoder* const second_encoder_;
};

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_MODELLED_GROUNDS_H_
