#ifndef FOOTNOTE_STORAGE_SEGMENT_WRITER_H_
#define FOOTNOTE_STORAGE_SEGMENT_WRITER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "storage/ann_section.h"
#include "storage/segment_format.h"
#include "storage/term_log.h"
#include "storage/word_log.h"

namespace footnote {

struct SegmentOptions {
  // kAnalyzerVersion of text/analyzer.h.
  uint32_t analyzer_version = 0;
  // The 32 raw bytes of SHA-256 of the encoder's weights; empty when there are
  // no vectors, or when they came from the caller.
  std::string encoder_hash;
  // Floats per vector; 0: no vectors.
  int dimension = 0;
  // The form in which vectors are kept beside their 8-bit codes.
  ExactVectors exact = ExactVectors::kFloat16;
  // The length group (< kLengthGroups) that scores the terms of a channel.
  std::array<uint8_t, kMaxChannels> channel_group = {};
  // Keeps word positions too; postings then take about three times the space.
  bool positions = false;
  AnnBuilder ann_builder;
};

struct SegmentDocument {
  absl::string_view id;
  absl::string_view title;
  uint32_t version = 1;
  uint8_t language = 0;      // of text/language.h
  absl::string_view sha256;  // of the canonical text; 32 raw bytes
  // Equal keys are allowed.
  absl::Span<const std::pair<std::string, std::string>> metadata;
  absl::Span<const std::string> labels;
};

struct SegmentPassage {
  // Offsets in the version's canonical text.
  uint64_t begin = 0;
  uint64_t end = 0;
  uint64_t code_point_begin = 0;
  uint64_t code_point_end = 0;
  uint8_t language = 0;
  uint8_t kind = 0;
  // The path of headings that the passage stands under.
  absl::string_view heading;
  // Sentences, relative to `begin`.
  absl::Span<const SentenceRow> sentences;
  // Terms in any order: those of words, and others.
  absl::Span<const SegmentWord> words;
  absl::Span<const SegmentToken> tokens;
  // Lengths for scoring, by group, without the words', which AddWord was told.
  // All zero: the writer takes the number of tokens of the group's channels
  // (weights counted).
  std::array<uint32_t, kLengthGroups> length = {};
};

// Collects documents, passages, terms and vectors in memory and writes one
// immutable segment file.
//
// Not thread-safe: use one writer per thread and commit several segments at
// once. Add documents one after the other, each followed by its passages in
// order, each passage followed by its vectors.
class SegmentWriter {
 public:
  // Bytes of an id, a title, a heading path.
  static constexpr size_t kMaxStringBytes = 1 << 20;

  explicit SegmentWriter(SegmentOptions options);
  ~SegmentWriter();
  SegmentWriter(const SegmentWriter&) = delete;
  SegmentWriter& operator=(const SegmentWriter&) = delete;

  // Begins a document. Views need to live for the call only.
  //   InvalidArgument  an empty id, a hash that is not 32 bytes, a string over
  //                    kMaxStringBytes, more than 65,535 metadata pairs or
  //                    labels
  absl::Status AddDocument(const SegmentDocument& document);

  // Gives a word a number in this segment, for SegmentPassage::words. `length`
  // is what each place of it adds to the lengths of a passage.
  uint32_t AddWord(absl::Span<const SegmentTerm> terms,
                   const std::array<uint8_t, kLengthGroups>& length);
  // False where tokens are better than more words: this segment has many that
  // hardly come again.
  bool WordsComeAgain() const;
  // The segment that AddWord's numbers are of; no other of this process, of
  // this writer or another, has the same.
  uint64_t words_id() const;

  // Adds a passage to the last document; returns its ordinal in the segment.
  //   InvalidArgument     end < begin, a sentence outside the passage, a
  //                       channel out of range, a word without a number
  //   ResourceExhausted   the segment has kMaxSegmentPassages
  // REQUIRES: AddDocument was called
  absl::StatusOr<uint32_t> AddPassage(const SegmentPassage& passage);

  // Adds a vector of the last passage; a passage may have none, one, or one
  // per sentence. Vectors are stored as given (unit length is the caller's
  // business); a zero vector is fine.
  //   InvalidArgument  not `dimension` floats, or one is not finite
  absl::Status AddVector(absl::Span<const float> row);
  // The same for a passage added earlier. Vectors may come in any order of
  // passages (they are sorted by Finish), so that encoding may run behind.
  absl::Status AddVectorOf(uint32_t passage, absl::Span<const float> row);

  // Memory held, within a few per cent: when it passes the caller's bound,
  // Finish and start a new writer.
  size_t ApproximateBytes() const;

  uint32_t document_count() const;
  uint32_t passage_count() const;

  // Writes the file: under a temporary name in the same folder, synced, then
  // renamed to `path`, and the folder synced. Afterwards the writer is empty
  // and may be used again. On an error no file is left behind, and the writer
  // may only be destroyed.
  //   FailedPrecondition  no document was added
  //   ResourceExhausted   the disk is full
  //   and what the ann_builder returns
  absl::Status Finish(absl::string_view path);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_SEGMENT_WRITER_H_
