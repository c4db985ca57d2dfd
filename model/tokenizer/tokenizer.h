// Cuts text into the pieces of a language model's vocabulary, and joins pieces
// to text.
//
//   ASSIGN_OR_RETURN(auto tokenizer, OpenTokenizer(folder));   // open.h
//   tokenizer->Encode("what the reader wrote", &ids);
//
// The ids are those of the models' own tokenizers. One difference on purpose:
// whether a piece that means something to the model (<|im_start|>, </s>) may
// stand for its spelling is decided by who wrote the text, not by the text.
#ifndef FOOTNOTE_MODEL_TOKENIZER_TOKENIZER_H_
#define FOOTNOTE_MODEL_TOKENIZER_TOKENIZER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "model/tokenizer/bpe.h"
#include "model/tokenizer/pattern.h"
#include "model/tokenizer/vocabulary.h"

namespace footnote {

// What a tokenizer's file says; readers fill it (tokenizer_json.h, gguf.h).
struct TokenizerSpec {
  // Cuts words further. Matches and what is between them become words; or
  // matches join the word before or after them.
  struct Cut {
    enum Behaviour { kIsolated, kWithPrevious, kWithNext };
    Pattern pattern;
    Behaviour behaviour = kIsolated;
  };
  enum class Prefix {
    kNone,
    kEverySegment,  // between control pieces
    kUnlessThere,   // the same, but not where the segment has it already
    kFirstSegment,  // the text's first, unless there
  };

  std::unique_ptr<Vocabulary> vocabulary = std::make_unique<Vocabulary>();
  MergeTable merges;
  // Pieces are bytes; otherwise characters, and bytes where a character has no
  // piece and `byte_fallback` is set.
  bool byte_level = false;
  bool byte_fallback = false;
  // Adjacent unknown characters are one unknown piece.
  bool fuse_unknown = false;
  int32_t unknown = -1;
  // A word that is a piece is that piece, whatever the merges would make.
  bool whole_words = false;
  bool nfc = false;
  std::vector<std::pair<std::string, std::string>> replacements;
  Prefix prefix = Prefix::kNone;
  std::string prefix_text;
  std::vector<Cut> cuts;
  // Piece ids that swallow the blanks before or after them.
  std::vector<int32_t> strips_left;
  std::vector<int32_t> strips_right;
  int32_t bos = -1;
  int32_t eos = -1;
  // Text begins with `bos`, unless a template has put it there.
  bool add_bos = false;
};

// Immutable, so safe from many threads.
class Tokenizer {
 public:
  // A stretch of bytes, half open.
  using Stretch = std::pair<size_t, size_t>;

  //   DataLoss  the parts contradict each other; `name` is for messages
  static absl::StatusOr<std::unique_ptr<Tokenizer>> Create(
      TokenizerSpec spec, absl::string_view name);

  // Appends the pieces of `text`, all of it text: no control piece comes out
  // of it and none is added. Bytes that aren't UTF-8 are kept where the
  // vocabulary has bytes.
  void Encode(absl::string_view text, std::vector<int32_t>* ids) const;

  // The same for a prompt that someone trusted wrote around texts of others:
  // the spellings of control pieces stand for them, but not where they touch
  // one of the `untrusted` stretches.
  // REQUIRES: `untrusted` is sorted and without overlaps.
  void EncodePrompt(absl::string_view text, absl::Span<const Stretch> untrusted,
                    std::vector<int32_t>* ids) const;

  // Appends what a piece stands for in an answer: nothing for control pieces.
  // A character may be spread over several pieces.
  void AppendText(int32_t id, std::string* text) const;
  std::string Decode(absl::Span<const int32_t> ids) const;

  // The control piece spelled so, or -1.
  int32_t FindControl(absl::string_view spelling) const;
  // The spelling of any piece, control pieces too.
  absl::string_view Spelling(int32_t id) const {
    return spec_.vocabulary->Text(id);
  }
  bool IsControl(int32_t id) const {
    return spec_.vocabulary->Kind(id) == PieceKind::kControl;
  }

  // -1 where the model has none.
  int32_t bos() const { return spec_.bos; }
  int32_t eos() const { return spec_.eos; }
  bool add_bos() const { return spec_.add_bos; }

  // Every id is below.
  size_t size() const { return spec_.vocabulary->size(); }

 private:
  explicit Tokenizer(TokenizerSpec spec);

  absl::Status Check(absl::string_view name);
  void IndexFoundPieces();
  bool FindPiece(absl::string_view text, size_t begin,
                 absl::Span<const Stretch> untrusted, bool prompt,
                 int32_t* id) const;
  void AddText(absl::string_view text, absl::Span<const Stretch> untrusted,
               bool prompt, std::vector<int32_t>* ids) const;
  void AddSegment(absl::string_view text, bool first,
                  std::vector<int32_t>* ids) const;
  void CutWords(absl::string_view text, size_t cut,
                std::vector<int32_t>* ids) const;
  void AddWord(absl::string_view word, std::vector<int32_t>* ids) const;
  void MergeWord(absl::string_view word, std::vector<int32_t>* ids) const;

  const TokenizerSpec spec_;
  // Tells the tokenizers apart in caches.
  const uint64_t number_;
  int32_t bytes_[256];
  // No piece reaches over the begin of a run of U+2581, so words may be cut
  // there.
  bool cut_at_blanks_ = false;
  // Plain and control pieces by spelling, and by first byte the lengths that
  // they have, longest first.
  absl::flat_hash_map<absl::string_view, int32_t> found_;
  std::vector<uint32_t> lengths_[256];
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_TOKENIZER_TOKENIZER_H_
