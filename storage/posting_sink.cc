#include "storage/posting_sink.h"

#include <string.h>

#include <algorithm>

#include "base/priority.h"
#include "storage/postings_codec.h"

namespace footnote {
namespace {

// The longest reach of Unpack beyond the last packed byte.
constexpr char kPadding[16] = {};

constexpr size_t kPieceBytes = 256 << 10;

constexpr size_t kLongestVarint = 5;
// In the place of a gap: what it is of begins a posting.
constexpr uint32_t kFirst = uint32_t{1} << 31;

// Bytes that the positions of a term take at most.
size_t MostBytes(size_t postings, size_t positions) {
  const size_t strides = (postings + kPositionStride - 1) / kPositionStride;
  return strides * sizeof(uint32_t) + (postings + positions) * kLongestVarint;
}

char* WriteVarint(uint32_t value, char* to) {
  for (; value >= 0x80; value >>= 7) *to++ = static_cast<char>(value | 0x80);
  *to++ = static_cast<char>(value);
  return to;
}

// The same of a value under 2^14, or under 2^28 where it is kWide; may write
// three bytes beyond. Without branches: how many bytes it will be, nobody can
// guess.
template <bool kWide>
inline char* WriteShortVarint(uint32_t value, char* to) {
  const uint32_t last = kWide ? (31 - __builtin_clz(value | 1)) * 37 >> 8
                              : uint32_t{value >= 0x80};
  uint32_t bytes = (value & 0x7f) | (value & 0x3f80) << 1;
  if (kWide) bytes |= (value & 0x1fc000) << 2 | (value & 0xfe00000) << 3;
  bytes |= 0x808080 & ((uint32_t{1} << (8 * last)) - 1);
  memcpy(to, &bytes, sizeof(bytes));
  return to + last + 1;
}

// Counts under 128, and gaps as MakeGaps gives them.
template <bool kWide>
char* WriteGaps(const uint32_t* counts, absl::Span<const uint32_t> gaps,
                char* to) {
  --counts;
  for (const uint32_t gap : gaps) {
    const uint32_t first = gap / kFirst;
    counts += first;
    *to = static_cast<char>(*counts);
    to = WriteShortVarint<kWide>(gap % kFirst, to + first);
  }
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
  uint32_t sum = 0, all = 0;
  bool none = false;
  for (const uint32_t count : counts) {
    sum += count;
    all |= count;
    none |= count == 0;
  }
  const auto of_stride = positions->subspan(0, sum);
  positions->remove_prefix(sum);
  if (none || all >= 0x80) return WriteAny(counts, of_stride.data(), to);
  const uint32_t highest = MakeGaps(counts, of_stride);
  const absl::Span<const uint32_t> gaps(gaps_.data(), sum);
  if (highest < 1 << 14) return WriteGaps<false>(counts.data(), gaps, to);
  if (highest < 1 << 28) return WriteGaps<true>(counts.data(), gaps, to);
  return WriteAny(counts, of_stride.data(), to);
}

uint32_t PostingSink::MakeGaps(absl::Span<const uint32_t> counts,
                               absl::Span<const uint32_t> positions) {
  if (gaps_.size() < positions.size()) gaps_.resize(positions.size());
  uint32_t before = 0;
  uint32_t all = 0;
  for (size_t i = 0; i < positions.size(); ++i) {
    gaps_[i] = positions[i] - before;
    before = positions[i];
    all |= before;
  }
  size_t at = 0;
  for (const uint32_t count : counts) {
    gaps_[at] = positions[at] | kFirst;
    at += count;
  }
  return all;
}

void PostingSink::EndPositions() {
  file_->End();
  WriteSection(SectionId::kPositionOffsets, position_offsets_, file_);
}

}  // namespace footnote
