// PostingsIterator of segment_reader.h: a term's postings, block by block.
#include <string.h>

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "storage/postings_codec.h"
#include "storage/segment_reader.h"

namespace footnote {
namespace {

// Reads a varint and moves `at` behind it; false at the end of the bytes.
bool ReadVarint(const uint8_t** at, const uint8_t* end, uint32_t* value) {
  *value = 0;
  for (int shift = 0; shift < 35 && *at < end; shift += 7) {
    const uint8_t byte = *(*at)++;
    *value |= static_cast<uint32_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

}  // namespace

void PostingsIterator::Fail() {
  damaged_ = true;
  block_count_ = 0;
  block_ = 0;
  unpacked_ = false;
  postings_.count = 0;
}

// Reads the header of block_ and the last ordinal of the block before.
void PostingsIterator::LoadRow() {
  unpacked_ = false;
  memcpy(&row_, rows_ + block_ * sizeof(BlockRow), sizeof(row_));
  previous_last_ = ~0u;  // -1
  if (block_ > 0) {
    memcpy(&previous_last_, rows_ + (block_ - 1) * sizeof(BlockRow),
           sizeof(previous_last_));
  }
  const uint32_t want = block_ + 1 < block_count_
                            ? kBlockPostings
                            : document_frequency_ - block_ * kBlockPostings;
  if (row_.count != want || row_.last_ordinal >= reader_->passage_count() ||
      row_.pair_count < 1 || row_.pair_count > kBlockPairs ||
      row_.gap_bits > 24 || row_.frequency_bits > 16 ||
      (block_ > 0 && previous_last_ >= row_.last_ordinal)) {
    Fail();
  }
}

void PostingsIterator::NextBlock() {
  ++block_;
  unpacked_ = false;
  if (block_ < block_count_) LoadRow();
}

void PostingsIterator::SkipTo(uint32_t ordinal) {
  if (row_.last_ordinal >= ordinal || !Valid()) return;
  // Blocks at hand are the likely ones: double the step.
  const auto last = [this](uint32_t block) {
    uint32_t value;
    memcpy(&value, rows_ + block * sizeof(BlockRow), sizeof(value));
    return value;
  };
  uint32_t low = block_ + 1, high = low;
  for (uint32_t step = 1; high < block_count_ && last(high) < ordinal;
       step *= 2) {
    low = high + 1;
    high = std::min(high + step, block_count_);
  }
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (last(middle) < ordinal) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  block_ = low;
  unpacked_ = false;
  if (block_ < block_count_) LoadRow();
}

const PostingsIterator::Postings& PostingsIterator::Block() {
  if (unpacked_) return postings_;
  if (rows_ == nullptr) {
    postings_.ordinals[0] = row_.last_ordinal;
    postings_.frequencies[0] = max_frequency_;
    postings_.count = 1;
    unpacked_ = true;
    return postings_;
  }
  const int count = row_.count;
  const uint8_t* data = rows_ + block_count_ * sizeof(BlockRow);
  const uint64_t room = data_end_ - data;
  const uint64_t gap_bytes = PackedBytes(count, row_.gap_bits);
  const uint64_t frequency_bytes = PackedBytes(count, row_.frequency_bits);
  if (row_.offset > room || gap_bytes + frequency_bytes > room - row_.offset) {
    Fail();
    return postings_;
  }
  Unpack(data + row_.offset, count, row_.gap_bits, postings_.ordinals);
  SumGaps(previous_last_, count, postings_.ordinals);
  // Gaps have at most 24 bits and the block before ends below 2^24, so the sum
  // has not wrapped; when it ends right, every ordinal is in range.
  if (postings_.ordinals[count - 1] != row_.last_ordinal) {
    Fail();
    return postings_;
  }
  Unpack(data + row_.offset + gap_bytes, count, row_.frequency_bits,
         postings_.frequencies);
  for (int i = 0; i < count; ++i) ++postings_.frequencies[i];
  postings_.count = count;
  unpacked_ = true;
  return postings_;
}

absl::Status PostingsIterator::Positions(
    int i, std::vector<uint32_t>* positions) const {
  if (reader_ == nullptr || !reader_->has_positions()) {
    return absl::NotFoundError("segment holds no positions");
  }
  const SegmentReader::Section& section =
      reader_->sections_[static_cast<uint32_t>(SectionId::kPositions)];
  const uint8_t* const offsets =
      reader_->sections_[static_cast<uint32_t>(SectionId::kPositionOffsets)]
          .data;
  const auto damaged = [this] {
    return reader_->Damaged("positions", absl::StrCat("term ", term_));
  };
  uint64_t place;
  memcpy(&place, offsets + term_ * sizeof(place), sizeof(place));
  const uint32_t strides =
      (document_frequency_ + kPositionStride - 1) / kPositionStride;
  if (place > section.size ||
      (section.size - place) / sizeof(uint32_t) < strides) {
    return damaged();
  }
  const uint32_t target = block_ * kBlockPostings + i;
  uint32_t offset;
  memcpy(&offset,
         section.data + place + target / kPositionStride * sizeof(offset),
         sizeof(offset));
  if (offset > section.size - place) return damaged();
  const uint8_t* at = section.data + place + offset;
  const uint8_t* const end = section.data + section.size;
  for (uint32_t left = target % kPositionStride + 1; left > 0; --left) {
    uint32_t count;
    if (!ReadVarint(&at, end, &count)) return damaged();
    uint32_t position = 0;
    for (uint32_t j = 0; j < count; ++j) {
      uint32_t gap;
      // A merge relies on that positions rise.
      if (!ReadVarint(&at, end, &gap) ||
          gap > std::numeric_limits<uint32_t>::max() - position) {
        return damaged();
      }
      position += gap;
      if (left == 1) positions->push_back(position);
    }
  }
  return absl::OkStatus();
}

absl::Status PostingsIterator::status() const {
  if (!damaged_) return absl::OkStatus();
  return reader_->Damaged("postings", absl::StrCat("term ", term_));
}

}  // namespace footnote
