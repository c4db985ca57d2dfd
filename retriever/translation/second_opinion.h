// A second encoder's opinion of the best passages in another language.
//
// Two encoders that learnt from different texts miss different questions. The
// second hears better what answers what, but costs twelve times as much a
// text: it is asked about three sentences each of sixteen passages.
#ifndef FOOTNOTE_RETRIEVER_TRANSLATION_SECOND_OPINION_H_
#define FOOTNOTE_RETRIEVER_TRANSLATION_SECOND_OPINION_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "model/encoder/e5_encoder.h"
#include "model/encoder/encoder.h"
#include "retriever/fusion/evidence.h"
#include "retriever/lexical/bm25.h"
#include "retriever/translation/bridge.h"
#include "retriever/translation/word_vectors.h"

namespace footnote {

// Passages that are worth asking about: what answers is among so many of the
// best for .961 of the questions, for .957 among 12 and .973 among 24.
constexpr size_t kSecondOpinions = 16;

// Safe from many threads.
class SecondOpinion {
 public:
  // `encoders` must outlive this. Null, or encoders that can't be opened: there
  // is no opinion.
  explicit SecondOpinion(LazyE5* encoders) : lazy_(encoders) {}

  // Sets `second` of `candidates`: the highest similarity, in the second
  // encoder's eyes, of the question with one of the three sentences that the
  // first finds nearest. `vector` and `sentences` are the first's: the
  // question's unit vector, and those of sentences. Leaves it 0 where there is
  // no opinion. Sentences not met before cost some 6 ms each.
  //   what `text_of` and the encoders return
  absl::Status Measure(const Corpus& corpus, absl::string_view question,
                       absl::Span<const float> vector, const TextOf& text_of,
                       WordVectors* sentences,
                       absl::Span<Candidate> candidates);

  // Who is asked; null where there is no opinion.
  const Encoder* encoder() const;

 private:
  // Null where there is no opinion.
  const E5Encoders* Encoders() const;

  LazyE5* const lazy_;
};

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_TRANSLATION_SECOND_OPINION_H_
