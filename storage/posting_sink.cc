#include "storage/posting_sink.h"

#include <string.h>

#include <algorithm>

#include "base/priority.h"
#include "kernels/write_gaps.h"
#include "storage/postings_codec.h"

namespace footnote {
namespace {

// The longest reach of Unpack beyond the last packed byte.
constexpr char kPadding[16] = {};

constexpr size_t kPieceBytes = 256 << 10;

constexpr size_t kLongestVarint = 5;

// Bytes that the positions of a term take at most, while they are written.
size_t MostBytes(size_t postings, size_t positions) {
  const size_t strides = (postings + kPositionStride - 1) / kPositionStride;
  return strides * sizeof(uint32_t) + (postings + positions) * kLongestVarint +
         kGapsBeyond;
}

char* WriteVarint(uint32_t value, char* to) {
  for (; value >= 0x80; value >>= 7) *to++ = static_cast<char>(value | 0x80);
  *to++ = static_cast<char>(value);
  return to;
}

// For any counts and positions.
char* WriteAny(absl::Span<const uint32_t> counts, const uint32_t* positions,
               char* to) {
  for (const uint32_t count : counts) {
    to = WriteVarint(count, to);
    uint32_t before = 0;
    for (uint32_t j = 0; j < count; ++j, ++positions) {
      to = WriteVarint(*positions - before, to);
      before = *positions;
    }
  }
  return to;
}

template <typename T>
void WriteSection(SectionId id, const BlockList<T>& values, SectionFile* file) {
  file->Begin(id);
  values.ForEachBlock([&](const T* begin, const T* end) {
    file->Append(begin, (end - begin) * sizeof(T));
  });
  file->End();
}

}  // namespace

PostingSink::PostingSink(SectionFile* file,
                         absl::Span<const PassageRow> passages,
                         SegmentInfo* info)
    : file_(file), info_(info) {
  for (int g = 0; g < kLengthGroups; ++g) {
    length_of_[g].reserve(passages.size());
    for (const PassageRow& passage : passages) {
      length_of_[g].push_back(passage.length[g]);
    }
  }
  info_->posting_count = 0;
  file_->Begin(SectionId::kPostings);
}

void PostingSink::Add(uint64_t key, uint8_t channel,
                      absl::Span<const uint32_t> ordinals,
                      absl::Span<const uint32_t> frequencies) {
  YieldToSearches();
  const std::vector<uint16_t>& length_of =
      length_of_[info_->channel_group[channel]];
  TermRow term = {};
  term.document_frequency = static_cast<uint32_t>(ordinals.size());
  term.min_length = 0xffff;
  lengths_.resize(ordinals.size());
  for (size_t i = 0; i < ordinals.size(); ++i) {
    const uint16_t length = length_of[ordinals[i]];
    lengths_[i] = length;
    term.min_length = std::min(term.min_length, length);
    term.max_frequency = std::max<uint16_t>(
        term.max_frequency, static_cast<uint16_t>(frequencies[i]));
  }
  uint64_t place = ordinals[0];
  if (ordinals.size() > 1) {
    place = file_->section_bytes();
    bytes_.clear();
    AppendPostingsList(ordinals, frequencies, lengths_, &bytes_);
    bytes_.resize((bytes_.size() + 3) / 4 * 4);
    file_->Append(bytes_);
  }
  term.location = place | uint64_t{channel} << 56;
  keys_.Add(key);
  terms_.Add(term);
  info_->posting_count += ordinals.size();
}

void PostingSink::EndPostings() {
  file_->Append(kPadding, sizeof(kPadding));
  file_->End();
  info_->term_count = keys_.size();
  WriteSection(SectionId::kTermKeys, keys_, file_);
  WriteSection(SectionId::kTerms, terms_, file_);
  if ((info_->flags & kSegmentHasPositions) != 0) {
    file_->Begin(SectionId::kPositions);
    for (const Piece& piece : waiting_) {
      file_->Append(piece.bytes.get(), piece.size);
    }
    waiting_.clear();
  }
  postings_ended_ = true;
}

void PostingSink::AddPositions(absl::Span<const uint32_t> counts,
                               absl::Span<const uint32_t> positions) {
  YieldToSearches();
  const size_t most = MostBytes(counts.size(), positions.size());
  if (postings_ended_) {
    position_offsets_.Add(file_->section_bytes());
    if (positions_.size() < most) positions_.resize(most);
    char* const end = WritePositions(counts, positions, &positions_[0]);
    file_->Append(positions_.data(), end - positions_.data());
    return;
  }
  position_offsets_.Add(waiting_bytes_);
  if (waiting_.empty() || waiting_.back().left < most) {
    waiting_.emplace_back(std::max(kPieceBytes, most));
  }
  Piece& piece = waiting_.back();
  char* const begin = piece.bytes.get() + piece.size;
  const size_t size = WritePositions(counts, positions, begin) - begin;
  piece.size += size;
  piece.left -= size;
  waiting_bytes_ += size;
}

char* PostingSink::WritePositions(absl::Span<const uint32_t> counts,
                                  absl::Span<const uint32_t> positions,
                                  char* begin) {
  const size_t strides =
      (counts.size() + kPositionStride - 1) / kPositionStride;
  char* to = begin + strides * sizeof(uint32_t);
  for (size_t s = 0; s < strides; ++s) {
    const uint32_t offset = static_cast<uint32_t>(to - begin);
    memcpy(begin + s * sizeof(offset), &offset, sizeof(offset));
    const auto of_stride = counts.subspan(s * kPositionStride, kPositionStride);
    to = WriteStride(of_stride, &positions, to);
  }
  return to;
}

char* PostingSink::WriteStride(absl::Span<const uint32_t> counts,
                               absl::Span<const uint32_t>* positions,
                               char* to) {
  static const WriteGapsKernel write_gaps = WriteGaps();
  static_assert(kPositionStride <= kMostGapPostings);
  uint32_t sum = 0, all = 0;
  bool none = false;
  for (const uint32_t count : counts) {
    sum += count;
    all |= count;
    none |= count == 0;
  }
  const auto of_stride = positions->subspan(0, sum);
  positions->remove_prefix(sum);
  if (none || all > kMostGapCount) {
    return WriteAny(counts, of_stride.data(), to);
  }
  return write_gaps(counts.data(), counts.size(), of_stride.data(), to);
}

void PostingSink::EndPositions() {
  file_->End();
  WriteSection(SectionId::kPositionOffsets, position_offsets_, file_);
}

}  // namespace footnote
