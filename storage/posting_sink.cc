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

// May write a byte beyond.
inline char* WriteVarint(uint32_t value, char* to) {
  if (value < 0x4000) {
    // Both bytes, whether it has one or two: which it will be, nobody can
    // guess.
    const bool two = value >= 0x80;
    to[0] = static_cast<char>(value | uint32_t{two} << 7);
    to[1] = static_cast<char>(value >> 7);
    return to + 1 + two;
  }
  for (; value >= 0x80; value >>= 7) *to++ = static_cast<char>(value | 0x80);
  *to++ = static_cast<char>(value);
  return to;
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
  keys_.push_back(key);
  terms_.push_back(term);
  info_->posting_count += ordinals.size();
}

void PostingSink::EndPostings() {
  file_->Append(kPadding, sizeof(kPadding));
  file_->End();
  info_->term_count = keys_.size();
  file_->AppendSection(SectionId::kTermKeys, keys_.data(),
                       keys_.size() * sizeof(keys_[0]));
  file_->AppendSection(SectionId::kTerms, terms_.data(),
                       terms_.size() * sizeof(terms_[0]));
  if ((info_->flags & kSegmentHasPositions) != 0) {
    file_->Begin(SectionId::kPositions);
    for (const std::string& piece : waiting_) file_->Append(piece);
    waiting_.clear();
  }
  postings_ended_ = true;
}

void PostingSink::AddPositions(absl::Span<const uint32_t> counts,
                               absl::Span<const uint32_t> positions) {
  YieldToSearches();
  constexpr size_t kLongestVarint = 5;
  position_offsets_.push_back(postings_ended_ ? file_->section_bytes()
                                              : waiting_bytes_);
  const size_t strides =
      (counts.size() + kPositionStride - 1) / kPositionStride;
  const size_t most = strides * sizeof(uint32_t) +
                      (counts.size() + positions.size()) * kLongestVarint;
  if (positions_.size() < most) positions_.resize(most);
  char* to = &positions_[strides * sizeof(uint32_t)];
  size_t at = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    if (i % kPositionStride == 0) {
      const uint32_t offset = static_cast<uint32_t>(to - positions_.data());
      memcpy(&positions_[i / kPositionStride * sizeof(offset)], &offset,
             sizeof(offset));
    }
    to = WriteVarint(counts[i], to);
    uint32_t previous = 0;
    for (uint32_t j = 0; j < counts[i]; ++j, ++at) {
      to = WriteVarint(positions[at] - previous, to);
      previous = positions[at];
    }
  }
  const size_t size = to - positions_.data();
  if (postings_ended_) {
    file_->Append(positions_.data(), size);
  } else {
    Wait({positions_.data(), size});
  }
}

void PostingSink::Wait(absl::string_view positions) {
  if (waiting_.empty() ||
      waiting_.back().size() + positions.size() > kPieceBytes) {
    waiting_.emplace_back();
    waiting_.back().reserve(std::max(kPieceBytes, positions.size()));
  }
  waiting_.back().append(positions.data(), positions.size());
  waiting_bytes_ += positions.size();
}

void PostingSink::EndPositions() {
  file_->End();
  file_->AppendSection(SectionId::kPositionOffsets, position_offsets_.data(),
                       position_offsets_.size() * sizeof(uint64_t));
}

}  // namespace footnote
