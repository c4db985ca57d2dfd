// Turns a prepared document into the rows and terms of a segment.
#ifndef FOOTNOTE_INDEXER_POSTINGS_H_
#define FOOTNOTE_INDEXER_POSTINGS_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "indexer/prepare.h"
#include "storage/segment_writer.h"
#include "text/analyzer.h"
#include "text/language.h"

namespace footnote {

// How every segment of this program is laid out: analyser, length groups of
// the channels, positions. `encoder_hash` and `dimension` as in
// SegmentOptions; dimension 0 means no vectors.
SegmentOptions MakeSegmentOptions(const std::string& encoder_hash,
                                  int dimension);

// Adds documents to one segment after another. Not thread-safe: one per
// thread.
class PostingsBuilder {
 public:
  // Adds `document` with its passages and terms to `writer` as `version`;
  // returns the ordinal of its first passage in the segment. Terms of the
  // title, and of the name and headings above a passage, are added to the
  // passage, far behind its own words (kTitlePosition).
  //   ResourceExhausted  the segment is full
  //   and the errors of SegmentWriter
  absl::StatusOr<uint32_t> Add(const PreparedDocument& document,
                               uint32_t version, SegmentWriter* writer);

 private:
  // What a passage is filed under.
  struct Terms {
    std::vector<SegmentWord> words;
    std::vector<SegmentToken> tokens;
    std::array<uint32_t, kLengthGroups> token_length = {};

    void Clear();
    void Append(const Terms& terms);
  };
  class Words;

  // Appends those of `text`, its first word at `first_position`.
  void AppendTerms(absl::string_view text, Language language,
                   uint32_t first_position, SegmentWriter* writer, Terms* out);

  // The terms of the title, and of the name and headings above `section`.
  const Terms& AboveTerms(const PreparedDocument& document, uint32_t section,
                          SegmentWriter* writer);

  // Appends how the names among `tokens_` sound, of `text`: words that begin
  // with a capital.
  void AppendSounds(absl::string_view text, uint32_t first_position,
                    std::vector<SegmentToken>* out);
  // The same of what is written in `text`, Chinese, as foreign names are.
  void AppendHanSounds(absl::string_view text, uint32_t first_position,
                       std::vector<SegmentToken>* out);
  // Appends how `name` sounds, if it has enough consonants; see SoundOf.
  void AppendSound(absl::string_view name, uint32_t position,
                   std::vector<SegmentToken>* out);
  // The term of how `word` sounds, 0 for too few consonants.
  uint64_t SoundOf(absl::string_view word);

  Analyzer analyzer_;
  absl::flat_hash_map<uint64_t, uint64_t> sounds_;
  // Whose numbers the analyser's words have.
  uint64_t words_id_ = 0;
  std::vector<NumberedWord> words_;
  std::vector<Token> tokens_;
  Terms terms_;
  Terms above_;
  std::vector<SentenceRow> sentences_;
  // The section whose terms above_ holds; of the current document.
  uint32_t above_section_ = 0;
  bool above_known_ = false;
};

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_POSTINGS_H_
