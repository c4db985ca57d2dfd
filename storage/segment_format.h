#ifndef FOOTNOTE_STORAGE_SEGMENT_FORMAT_H_
#define FOOTNOTE_STORAGE_SEGMENT_FORMAT_H_

#include <cstdint>

// The bytes of a segment file; drawn in docs/formats/segment.md. Little
// endian; every section starts on a multiple of 64 bytes, and the structs
// below lie in the file as they lie in memory.

namespace footnote {

constexpr char kSegmentMagic[8] = {'F', 'N', 'S', 'E', 'G', 'M', 'N', 'T'};
// Raised when an older reader would misread the file.
constexpr uint32_t kSegmentFormatVersion = 1;
constexpr uint64_t kSectionAlignment = 64;

// Passages of a segment are numbered 0, 1, 2… ("ordinal" in postings, vectors
// and bitmaps; PassageRow::ordinal is the other thing, the number within the
// document). A segment holds fewer than 2^24.
constexpr uint32_t kMaxSegmentPassages = (1u << 24) - 1;
constexpr uint32_t kNoVector = 0xffffffff;
// Terms of a document's title and of the headings above a passage are tokens of
// each of its passages too, at positions from here on: search can tell them
// from the passage's own words.
constexpr uint32_t kTitlePosition = 1u << 20;

// Lengths for scoring: a channel of terms belongs to one of four groups, and a
// passage has one length per group.
constexpr int kLengthGroups = 4;
constexpr int kMaxChannels = 16;

enum class SectionId : uint32_t {
  kInfo = 1,
  kStrings = 2,
  kDocuments = 3,
  kDocumentOrder = 4,
  kAttributes = 5,
  kPassages = 6,
  kSentences = 7,
  kTermKeys = 8,
  kTerms = 9,
  kPostings = 10,
  kPositionOffsets = 11,
  kPositions = 12,
  kVectorRows = 13,
  kVectorCodes = 14,
  kVectorExact = 15,
  kAnn = 16,
};

struct SegmentHeader {
  char magic[8];
  uint32_t format_version;
  uint32_t analyzer_version;
  uint8_t reserved[40];
  uint64_t checksum;  // XXH3-64 of the bytes before
};
static_assert(sizeof(SegmentHeader) == 64, "");

struct SectionEntry {
  uint32_t id;  // SectionId
  uint32_t reserved;
  uint64_t offset;
  uint64_t size;
  uint64_t checksum;  // XXH3-64
};
static_assert(sizeof(SectionEntry) == 32, "");

struct SegmentFooter {
  uint64_t table_offset;
  uint64_t table_count;
  uint64_t table_checksum;  // XXH3-64 of the section table
  uint64_t file_size;       // this footer included
  uint8_t reserved[16];
  uint64_t checksum;  // XXH3-64 of the bytes before
  char magic[8];
};
static_assert(sizeof(SegmentFooter) == 64, "");

enum class ExactVectors : uint32_t { kNone = 0, kFloat16 = 1, kFloat32 = 2 };

// Section kInfo.
struct SegmentInfo {
  uint32_t analyzer_version;
  uint32_t flags;  // SegmentFlags
  uint8_t encoder_hash[32];
  uint32_t document_count;
  uint32_t passage_count;
  uint64_t term_count;
  uint64_t posting_count;
  uint64_t sentence_count;
  uint64_t string_count;
  uint32_t vector_count;
  uint32_t dimension;
  ExactVectors exact;
  uint32_t reserved0;
  // Sums of PassageRow::length over the passages.
  uint64_t total_length[kLengthGroups];
  // The length group of each channel, < kLengthGroups.
  uint8_t channel_group[kMaxChannels];
  uint64_t created_us;  // Unix time
  uint64_t text_bytes;  // sum of end - begin over the passages
};
static_assert(sizeof(SegmentInfo) == 160, "");

enum SegmentFlags : uint32_t { kSegmentHasPositions = 1 };

// Strings are numbered in byte order, so equal strings have equal numbers, a
// smaller string has a smaller number, and string 0 is always "".
// Section kStrings: uint64_t offset[string_count + 1], then the bytes.

// Section kDocuments, in order of arrival.
struct DocumentRow {
  uint32_t id;     // string
  uint32_t title;  // string
  uint32_t version;
  uint8_t language;
  uint8_t reserved0[3];
  uint8_t sha256[32];  // of the version's canonical text
  // Section kAttributes is an array of string numbers: from
  // `attribute_begin` on, `metadata_count` pairs (key, value), then
  // `label_count` access labels.
  uint32_t attribute_begin;
  uint16_t metadata_count;
  uint16_t label_count;
  uint32_t first_passage;
  uint32_t passage_count;
};
static_assert(sizeof(DocumentRow) == 64, "");

// Section kDocumentOrder: uint32_t[document_count], the documents sorted by
// (id, version).

// Section kPassages. Offsets are of the version's canonical text.
struct PassageRow {
  uint64_t begin;
  uint64_t end;
  uint64_t code_point_begin;
  uint64_t code_point_end;
  uint32_t document;  // index in kDocuments
  uint32_t ordinal;   // 0, 1, 2… within the document
  uint32_t heading;   // string: the path of headings
  uint32_t first_sentence;
  uint32_t first_vector;  // kNoVector: it has none
  uint16_t sentence_count;
  uint8_t language;
  uint8_t kind;  // the indexer's: prose, list item, table row, code…
  uint16_t length[kLengthGroups];  // saturates at 65,535
};
static_assert(sizeof(PassageRow) == 64, "");

// Section kSentences: bytes of the passage, half open, in order.
struct SentenceRow {
  uint32_t begin;  // relative to PassageRow::begin
  uint32_t end;
};
static_assert(sizeof(SentenceRow) == 8, "");

// Section kTermKeys: uint64_t[term_count], sorted. Section kTerms, in the same
// order:
struct TermRow {
  // Low 56 bits: offset in kPostings, a multiple of 4; when
  // document_frequency is 1, the ordinal of the passage itself. High 8 bits:
  // the channel.
  uint64_t location;
  uint32_t document_frequency;  // passages that hold the term; >= 1
  uint16_t max_frequency;       // over the passages
  uint16_t min_length;          // over the passages, of the channel's group
};
static_assert(sizeof(TermRow) == 16, "");

// Section kPostings: per term with a document frequency over 1, one BlockRow
// per 128 passages (the last block may hold fewer), then the blocks' bytes.
// A block holds the gaps between ordinals less one (the first gap is counted
// from the last ordinal of the block before, or from -1), packed with
// `gap_bits` each, then the term frequencies less one with `frequency_bits`.
// A full block is packed in four interleaved lanes (value i in lane i % 4), a
// short one bit after bit. 16 zero bytes end the section.
constexpr int kBlockPostings = 128;
constexpr int kBlockPairs = 3;

// No posting of the block beats all the pairs: for each posting there is a
// pair with a frequency >= and a length <= its own. A score that grows with
// frequency and falls with length has its maximum over the block bounded by
// the maximum over the pairs. Unused pairs repeat the last.
struct BlockPair {
  uint16_t frequency;
  uint16_t length;
};

struct BlockRow {
  uint32_t last_ordinal;
  uint32_t offset;         // of the packed bytes, from the end of the BlockRows
  uint8_t gap_bits;        // <= 24
  uint8_t frequency_bits;  // <= 16
  uint8_t count;           // 1 to 128
  uint8_t pair_count;      // 1 to kBlockPairs
  BlockPair pairs[kBlockPairs];
};
static_assert(sizeof(BlockRow) == 24, "");

// Section kPositionOffsets: uint64_t[term_count], the place in kPositions of
// each term's positions: from there, one uint32_t per 16 postings (the offset,
// from the same place, of the first one's positions), then per posting its
// positions as varints (count, first, gaps).
constexpr int kPositionStride = 16;

// Section kVectorRows, sorted by passage.
struct VectorRow {
  uint32_t passage;
  // value i is about scale * code i
  float scale;
  // Sum of the codes, for kernels that shift a side to be unsigned.
  int32_t code_sum;
  uint32_t reserved;
};
static_assert(sizeof(VectorRow) == 16, "");

// Section kVectorCodes: int8_t rows of CodeStride(dimension) bytes, codes in
// [-127, 127], zeros after the dimension. Section kVectorExact: rows of
// dimension values, each row on a multiple of 64 bytes.
constexpr uint64_t CodeStride(uint64_t dimension) {
  return (dimension + 63) / 64 * 64;
}
constexpr uint64_t ExactStride(uint64_t dimension, ExactVectors exact) {
  return exact == ExactVectors::kNone
             ? 0
             : (dimension * (exact == ExactVectors::kFloat16 ? 2 : 4) + 63) /
                   64 * 64;
}

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_SEGMENT_FORMAT_H_
