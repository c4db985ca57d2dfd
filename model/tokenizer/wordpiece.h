// Cuts text into the pieces of a BERT vocabulary: basic words, then WordPiece.
//
// As the models' own tokenizers do it: control characters dropped, blanks
// folded, each Chinese character a word, accents and case taken away where the
// vocabulary is uncased, punctuation cut off, and each word cut greedily into
// the longest pieces. One difference on purpose: text that looks like a special
// piece ("[SEP]") is plain text.
#ifndef FOOTNOTE_MODEL_TOKENIZER_WORDPIECE_H_
#define FOOTNOTE_MODEL_TOKENIZER_WORDPIECE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace footnote {

// Immutable, so safe from many threads.
class WordPiece {
 public:
  // Reads `json`, the contents of a tokenizer.json. `name` is for messages.
  //   DataLoss       not JSON, or no vocabulary in it
  //   Unimplemented  another kind of tokenizer
  static absl::StatusOr<std::unique_ptr<WordPiece>> FromJson(
      absl::string_view json, absl::string_view name);

  // Replaces `*ids` by [CLS], the pieces of `text`, [SEP]: at most `limit` in
  // all, pieces beyond are dropped. The text is read only as far as needed.
  // REQUIRES: `text` is valid UTF-8; limit >= 2.
  void Encode(absl::string_view text, size_t limit,
              std::vector<int32_t>* ids) const;

  // Every id is below.
  size_t size() const { return size_; }

 private:
  WordPiece() = default;

  void AddWord(absl::string_view word, size_t limit,
               std::vector<int32_t>* ids) const;

  // Pieces that begin a word, and those that continue one (without "##").
  absl::flat_hash_map<std::string, int32_t> begins_;
  absl::flat_hash_map<std::string, int32_t> continues_;
  size_t longest_ = 0;  // piece, in bytes
  size_t size_ = 0;
  int32_t cls_ = 0;
  int32_t sep_ = 0;
  int32_t unknown_ = 0;
  bool lower_ = true;
  bool strip_accents_ = true;
  bool split_chinese_ = true;
  bool clean_ = true;
  size_t longest_word_ = 100;  // code points; a longer word is unknown
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_TOKENIZER_WORDPIECE_H_
