// The languages that an encoder learnt beside those of its first vocabulary.
//
// Each of them, a "tongue", has pieces of its own, written in folded letters
// (lower case, a few letters for others). A text with a letter that a tongue is
// known by is cut into words, each word into the likeliest row of the tongue's
// pieces and the first vocabulary's, where the latter cost more: a name that
// the first vocabulary knows stays its own. A piece may hold several words, as
// those that Vietnamese writes apart. The tongue whose pieces fit the
// text best is its tongue, unless the first vocabulary alone fits better.
// training/encoder/pieces.py does the same, and says where the pieces are from.
#ifndef FOOTNOTE_MODEL_ENCODER_TONGUES_H_
#define FOOTNOTE_MODEL_ENCODER_TONGUES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model/encoder/piece_trie.h"
#include "model/encoder/unigram_tokenizer.h"
#include "model/encoder/weights_file.h"

namespace footnote {

// Immutable, so safe from many threads.
class Tongues {
 public:
  // Reads the sections tongues/* of `file`. The rows of the first tongue's
  // pieces begin at `first_row`. `file` and `base` must outlive the result.
  // DataLoss when a section is missing or impossible.
  static absl::StatusOr<std::unique_ptr<Tongues>> Open(
      const WeightsFile& file, const UnigramTokenizer& base, int32_t first_row);

  // Replaces `*rows` by the rows of the pieces of `text`, at most `limit`.
  // Returns true when it was cut as a tongue's, false when the first
  // vocabulary fits better. REQUIRES: `text` is valid UTF-8; limit >= 1.
  bool Encode(absl::string_view text, size_t limit,
              std::vector<int32_t>* rows) const;

  // ISO 639-1 codes, sorted.
  const std::vector<std::string>& names() const { return names_; }

  // Pieces of all tongues.
  size_t size() const { return size_; }

 private:
  struct Tongue {
    PieceTrie pieces;
    int32_t first_row = 0;
  };

  explicit Tongues(const UnigramTokenizer& base) : base_(base) {}

  // A bit for each tongue that has one of the letters of `normal`.
  uint32_t Candidates(absl::string_view normal) const;
  std::string Fold(absl::string_view normal) const;
  // Appends the rows of `word` by itself; returns their log probability.
  double EncodeWord(const Tongue& tongue, absl::string_view word,
                    absl::string_view folded, std::vector<int32_t>* rows) const;
  // Replaces `*rows` by those of all words; returns their log probability.
  double EncodeAs(const Tongue& tongue, absl::string_view normal,
                  absl::string_view folded, std::vector<int32_t>* rows) const;

  const UnigramTokenizer& base_;
  std::vector<std::string> names_;
  std::vector<Tongue> tongues_;
  size_t size_ = 0;
  float penalty_ = 0;
  // By code point, both for those below kCodePoints.
  std::vector<uint32_t> letters_;
  std::vector<uint16_t> folds_;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_ENCODER_TONGUES_H_
