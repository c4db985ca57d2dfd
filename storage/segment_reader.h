#ifndef FOOTNOTE_STORAGE_SEGMENT_READER_H_
#define FOOTNOTE_STORAGE_SEGMENT_READER_H_

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
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "base/file.h"
#include "storage/segment_format.h"

namespace footnote {

// The vectors of a segment, as they lie in the file. `codes` and `exact` start
// on multiples of 64 bytes, and so does every row.
struct VectorsView {
  uint32_t count = 0;
  uint32_t dimension = 0;
  uint32_t code_stride = 0;   // bytes
  uint32_t exact_stride = 0;  // bytes; 0: no exact form
  ExactVectors exact_form = ExactVectors::kNone;
  const VectorRow* rows = nullptr;  // sorted by passage
  const int8_t* codes = nullptr;
  const uint8_t* exact = nullptr;

  const int8_t* Code(uint32_t row) const {
    return codes + uint64_t{row} * code_stride;
  }
  // uint16_t (IEEE half) or float values, by exact_form.
  const uint8_t* Exact(uint32_t row) const {
    return exact + uint64_t{row} * exact_stride;
  }
};

// Writes row `row` as floats to out[0 .. dimension): from the exact form, or
// from the codes when there is none.
void DecodeVector(const VectorsView& vectors, uint32_t row, float* out);

// Walks the passages that hold one term, block by block.
//
// A block's header (last ordinal, bounds) is read without unpacking it: move
// over headers with NextBlock and SkipTo, unpack with Block() only where a
// score can matter.
//
//   for (PostingsIterator it = ...; it.Valid(); it.NextBlock()) {
//     if (Bound(it.pairs()) <= threshold) continue;
//     const PostingsIterator::Postings& block = it.Block();
//     for (int i = 0; i < block.count; ++i) {
//       Score(block.ordinals[i], block.frequencies[i]);
//     }
//   }
//
// Not thread-safe; cheap to make and to copy (about 1 KiB). It must go before
// its reader. Damage never leads outside the file: the walk ends early and
// status() says DataLoss.
class PostingsIterator {
 public:
  struct Postings {
    int count = 0;
    // The first `count` are set. Ordinals rise and are < passage_count; a
    // frequency is >= 1.
    alignas(64) uint32_t ordinals[kBlockPostings];
    alignas(64) uint32_t frequencies[kBlockPostings];
  };

  // At the end.
  PostingsIterator() = default;

  // Passages that hold the term (deleted ones included).
  uint32_t document_frequency() const { return document_frequency_; }
  uint8_t channel() const { return channel_; }
  // Over the whole list.
  uint32_t max_frequency() const { return max_frequency_; }
  uint32_t min_length() const { return min_length_; }

  // False at the end. The iterator starts on the first block.
  bool Valid() const { return block_ < block_count_; }
  // Number of blocks, and of the one that it stands on.
  uint32_t block_count() const { return block_count_; }
  uint32_t block() const { return block_; }

  // REQUIRES for the rest: Valid()

  // The last ordinal of the block, and the bounds described at BlockPair.
  uint32_t last_ordinal() const { return row_.last_ordinal; }
  absl::Span<const BlockPair> pairs() const {
    return absl::MakeConstSpan(row_.pairs, row_.pair_count);
  }

  void NextBlock();
  // Moves forward to the first block whose last ordinal is >= `ordinal`;
  // stays where it is when the block is good already.
  void SkipTo(uint32_t ordinal);

  // Unpacks the block, once. Empty (and no longer Valid) on damage. The
  // frequencies are unpacked too; both live until the iterator moves.
  const Postings& Block();

  // Appends the positions of posting `i` of the block, rising.
  //   NotFound  the segment has no positions
  //   DataLoss  damage
  // REQUIRES: i < Block().count
  absl::Status Positions(int i, std::vector<uint32_t>* positions) const;

  // OK, or DataLoss after damage was met.
  absl::Status status() const;

 private:
  friend class SegmentReader;
  void LoadRow();
  void Fail();

  const class SegmentReader* reader_ = nullptr;
  // The list's BlockRows, then its packed bytes up to `data_end_`.
  const uint8_t* rows_ = nullptr;
  const uint8_t* data_end_ = nullptr;
  uint64_t term_ = 0;
  uint32_t document_frequency_ = 0;
  uint32_t max_frequency_ = 0;
  uint32_t min_length_ = 0;
  uint32_t block_count_ = 0;
  uint32_t block_ = 0;
  uint32_t previous_last_ = 0;
  uint8_t channel_ = 0;
  bool unpacked_ = false;
  bool damaged_ = false;
  BlockRow row_ = {};
  Postings postings_;
};

struct SegmentOpenOptions {
  // Sections larger than this are not read when the file is opened; call
  // VerifyRest() for them, from a thread that has time.
  uint64_t verify_at_most_bytes = 64 << 20;
};

// Reads one immutable segment file, mapped into memory.
//
// A segment is written once by SegmentWriter or MergeSegments and never
// changes, so every const method may be called from many threads. Views and
// iterators live as long as the reader. Layout: docs/formats/segment.md.
//
// All numbers in the small tables (documents, passages, strings, rows of
// vectors) are checked when the file is opened, so that views can be followed
// without a check. Postings are checked where they are unpacked.
class SegmentReader {
 public:
  // Opens `path` and checks magic, version, checksums and every reference
  // between the tables. Messages name the segment and the section.
  //   NotFound          no such file
  //   PermissionDenied  it may not be read
  //   DataLoss          cut short, or a checksum or reference does not match
  //   Unimplemented     written by a newer release
  static absl::StatusOr<std::shared_ptr<const SegmentReader>> Open(
      absl::string_view path, const SegmentOpenOptions& options = {});

  // The same for bytes in memory (they are copied); `name` stands in messages.
  static absl::StatusOr<std::shared_ptr<const SegmentReader>> OpenBytes(
      absl::string_view bytes, absl::string_view name);

  ~SegmentReader();
  SegmentReader(const SegmentReader&) = delete;
  SegmentReader& operator=(const SegmentReader&) = delete;

  // Checks the sections that Open left out, and that every postings list can
  // be unpacked. Reads the whole file.
  //   DataLoss  as in Open
  absl::Status VerifyAll() const;
  // Checks only the checksums that Open left out.
  absl::Status VerifyRest() const;

  // The file's name without its folder.
  const std::string& name() const { return name_; }
  uint64_t file_bytes() const { return size_; }

  const SegmentInfo& info() const { return *info_; }
  uint32_t document_count() const { return info_->document_count; }
  uint32_t passage_count() const { return info_->passage_count; }
  bool has_positions() const {
    return (info_->flags & kSegmentHasPositions) != 0;
  }

  absl::Span<const DocumentRow> documents() const { return documents_; }
  absl::Span<const PassageRow> passages() const { return passages_; }
  absl::Span<const SentenceRow> sentences() const { return sentences_; }

  // REQUIRES: id < info().string_count
  absl::string_view String(uint32_t id) const;
  // The number of `value`, or nullopt: no document here has it.
  absl::optional<uint32_t> FindString(absl::string_view value) const;

  absl::string_view DocumentId(const DocumentRow& row) const {
    return String(row.id);
  }
  absl::string_view Title(const DocumentRow& row) const {
    return String(row.title);
  }
  absl::string_view Heading(const PassageRow& row) const {
    return String(row.heading);
  }

  // String numbers: key, value, key, value…
  absl::Span<const uint32_t> Metadata(const DocumentRow& row) const {
    return attributes_.subspan(row.attribute_begin, row.metadata_count * 2);
  }
  // String numbers.
  absl::Span<const uint32_t> Labels(const DocumentRow& row) const {
    return attributes_.subspan(row.attribute_begin + row.metadata_count * 2,
                               row.label_count);
  }
  // The passages of a document in order; the first has the segment ordinal
  // row.first_passage.
  absl::Span<const PassageRow> Passages(const DocumentRow& row) const {
    return passages_.subspan(row.first_passage, row.passage_count);
  }
  absl::Span<const SentenceRow> Sentences(const PassageRow& row) const {
    return sentences_.subspan(row.first_sentence, row.sentence_count);
  }
  const DocumentRow& Document(const PassageRow& row) const {
    return documents_[row.document];
  }

  // Indexes of the documents with this id, by rising version (a segment may
  // hold several versions).
  std::vector<uint32_t> FindDocument(absl::string_view id) const;
  // The index of that version.
  absl::optional<uint32_t> FindDocument(absl::string_view id,
                                        uint32_t version) const;

  // The postings of the term with this key; an iterator at the end when no
  // passage holds it. About 100 ns.
  PostingsIterator Postings(uint64_t key) const;
  // Passages that hold the term.
  uint32_t DocumentFrequency(uint64_t key) const;

  // All terms by rising key, for merging and statistics.
  uint64_t term_count() const { return info_->term_count; }
  absl::Span<const uint64_t> term_keys() const { return term_keys_; }
  const TermRow& term(uint64_t index) const { return terms_[index]; }
  PostingsIterator PostingsOf(uint64_t term_index) const;

  // count is 0 when there are none.
  const VectorsView& vectors() const { return vectors_; }
  // Rows [first, second) of vectors() belong to the passage.
  std::pair<uint32_t, uint32_t> VectorRowsOf(uint32_t passage) const;

  // The blob of the vector index, on a multiple of 64 bytes; "" when there is
  // none. Its checksum was verified, its meaning is its reader's business.
  absl::string_view ann() const { return ann_; }

 private:
  friend class PostingsIterator;
  struct Section {
    const uint8_t* data = nullptr;
    uint64_t size = 0;
    uint64_t checksum = 0;
    bool present = false;
    bool verified = false;
  };
  static constexpr int kSectionSlots = 17;

  SegmentReader();
  absl::Status Parse(uint64_t verify_at_most_bytes);
  absl::Status ParseTables();
  absl::Status CheckReferences() const;
  absl::Status Damaged(absl::string_view section, absl::string_view what) const;
  bool FindTerm(uint64_t key, uint64_t* index) const;

  std::string name_;
  // One of the two holds the bytes.
  std::unique_ptr<MappedFile> file_;
  struct AlignedBytes;
  std::unique_ptr<AlignedBytes> bytes_;
  const uint8_t* data_ = nullptr;
  uint64_t size_ = 0;

  std::array<Section, kSectionSlots> sections_;
  const SegmentInfo* info_ = nullptr;
  const uint64_t* string_offsets_ = nullptr;
  const char* string_bytes_ = nullptr;
  absl::Span<const DocumentRow> documents_;
  absl::Span<const uint32_t> document_order_;
  absl::Span<const uint32_t> attributes_;
  absl::Span<const PassageRow> passages_;
  absl::Span<const SentenceRow> sentences_;
  absl::Span<const uint64_t> term_keys_;
  const TermRow* terms_ = nullptr;
  VectorsView vectors_;
  absl::string_view ann_;
};

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_SEGMENT_READER_H_
