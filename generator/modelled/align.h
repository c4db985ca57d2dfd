// Finds what in the passages a sentence of a model rests on.
#ifndef FOOTNOTE_GENERATOR_MODELLED_ALIGN_H_
#define FOOTNOTE_GENERATOR_MODELLED_ALIGN_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "model/encoder/encoder.h"
#include "proto/footnote/v1/types.pb.h"
#include "text/analyzer.h"
#include "text/language.h"
#include "text/span.h"

namespace footnote {

// Words that a sentence and a passage share, letter by letter.
struct SharedWords {
  TextSpan claim;  // bytes of the sentence
  int passage = 0;
  TextSpan evidence;  // bytes of the passage's text; the same bytes
};

struct Alignment {
  // FOUND: one passage says it. STITCHED: only several together do. NOT_FOUND.
  v1::Verdict verdict = v1::NOT_FOUND;
  // 0 to 1: how much of what the sentence says stands in the evidence.
  double support = 0;
  // The best first, at most kMaxShared, without overlaps in the sentence. Not
  // empty where the verdict is FOUND.
  std::vector<SharedWords> shared;

  static constexpr size_t kMaxShared = 3;
};

// Compares sentences with the passages of one request. Not thread-safe.
class Aligner {
 public:
  // The passages' texts and `encoder`, which may be null, must outlive it.
  Aligner(absl::string_view question, std::vector<absl::string_view> passages,
          Language language, Analyzer* analyzer,
          const Encoder* encoder = nullptr);

  // What `sentence` rests on, among `allowed` passages or, where that is
  // empty, all. A sentence is FOUND when most of its words that mean something
  // and all of its numbers stand close together in one passage, and some of
  // them as they are. With an encoder, fewer of its words are enough where it
  // means the same as two sentences there.
  Alignment Align(absl::string_view sentence,
                  const std::vector<int>& allowed = {}) const;

  // Of the words of `sentence` that mean something and that the question does
  // not have, the share that `text` has; 0 where there are none.
  double FreshShare(absl::string_view sentence, absl::string_view text) const;
  // Of the words of `text` that mean something, the share that `other` has; 1
  // where there are none.
  double Share(absl::string_view text, absl::string_view other) const;

 private:
  struct Word {
    TextSpan span;
    bool content = false;
    bool number = false;
    bool asked = false;          // the question has it too
    std::vector<uint64_t> keys;  // any of them makes it the same word
  };
  struct Passage {
    absl::string_view text;
    std::vector<Word> words;
    std::vector<TextSpan> windows;  // of words: two sentences each
    std::vector<TextSpan> places;   // the same in bytes
    std::vector<float> vectors;     // of the windows, once they were asked for
  };

  std::vector<Word> Words(absl::string_view text) const;
  // How many of `words` are counted, and how many of those `text` has.
  struct Held {
    int counted = 0;
    int held = 0;
  };
  Held Count(absl::string_view words, absl::string_view text,
             bool fresh_only) const;
  // How near the meaning of `sentence` is to that of a window: -1 to 1.
  double Meaning(absl::string_view sentence, int passage) const;
  void FindShared(const std::vector<Word>& words, absl::string_view sentence,
                  const std::vector<int>& passages, Alignment* found) const;

  const Language language_;
  Analyzer* const analyzer_;
  const Encoder* const encoder_;
  std::vector<uint64_t> asked_;  // sorted keys of the question
  mutable std::vector<Passage> passages_;
};

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_MODELLED_ALIGN_H_
