#ifndef FOOTNOTE_STORAGE_POSTING_SINK_H_
#define FOOTNOTE_STORAGE_POSTING_SINK_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "storage/block_list.h"
#include "storage/section_file.h"
#include "storage/segment_format.h"

namespace footnote {

// Writes the postings of a segment, term by term, and the tables that find
// them: sections kPostings, kTerms and kTermKeys, and with positions
// kPositions and kPositionOffsets.
//
// Terms come by rising key: Add for each, then EndPostings. With positions also
// AddPositions for each: right after its Add (they are then held in memory
// until EndPostings), or in a second pass after EndPostings; then EndPositions.
// Memory: 24 bytes per term, 8 per passage. Not thread-safe.
class PostingSink {
 public:
  // `info` (channel_group is read; counts are set) must outlive this object.
  PostingSink(SectionFile* file, absl::Span<const PassageRow> passages,
              SegmentInfo* info);

  void Add(uint64_t key, uint8_t channel, absl::Span<const uint32_t> ordinals,
           absl::Span<const uint32_t> frequencies);
  void EndPostings();

  // `counts[i]` positions of posting i lie in `positions`, rising.
  void AddPositions(absl::Span<const uint32_t> counts,
                    absl::Span<const uint32_t> positions);
  void EndPositions();

 private:
  // Positions that wait for EndPostings.
  struct Piece {
    explicit Piece(size_t most) : bytes(new char[most]), left(most) {}
    std::unique_ptr<char[]> bytes;
    size_t size = 0;
    size_t left;
  };

  // Writes what AddPositions is given and returns its end.
  char* WritePositions(absl::Span<const uint32_t> counts,
                       absl::Span<const uint32_t> positions, char* begin);
  // Writes the postings of a stride, whose positions are the first of
  // `positions`; those are taken from there.
  char* WriteStride(absl::Span<const uint32_t> counts,
                    absl::Span<const uint32_t>* positions, char* to);

  SectionFile* const file_;
  SegmentInfo* const info_;
  // PassageRow::length by group: rows of 64 bytes would not stay in the cache.
  std::array<std::vector<uint16_t>, kLengthGroups> length_of_;
  BlockList<uint64_t> keys_;
  BlockList<TermRow> terms_;
  BlockList<uint64_t> position_offsets_;
  std::vector<uint16_t> lengths_;
  // Scratch, kept to spare allocations.
  std::string bytes_;
  std::string positions_;
  // In pieces: as one they would be copied as they grow.
  std::vector<Piece> waiting_;
  size_t waiting_bytes_ = 0;
  bool postings_ended_ = false;
};

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_POSTING_SINK_H_
