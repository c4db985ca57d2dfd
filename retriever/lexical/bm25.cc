#include "retriever/lexical/bm25.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "retriever/segment_matches.h"

namespace footnote {

double Idf(uint64_t passages, uint64_t df) {
  // Deleted passages may still be counted in df.
  const double n = static_cast<double>(std::max(passages, df));
  const double d = static_cast<double>(df);
  return std::log1p((n - d + 0.5) / (d + 0.5));
}

Corpus::Corpus(std::shared_ptr<const Generation> generation,
               const Corpus* before)
    : generation_(std::move(generation)), norms_(generation_->segments.size()) {
  const SegmentMatches matches(
      *generation_, before == nullptr ? nullptr : before->generation_.get());
  for (size_t s = 0; s < norms_.size(); ++s) {
    passages_ += generation_->segments[s].live_count;
    const int same = matches.Before(s);
    if (same >= 0) {
      lengths_.push_back(before->lengths_[same]);
      continue;
    }
    auto lengths = std::make_shared<Lengths>();
    const auto rows = generation_->segments[s].reader->passages();
    for (int group = 0; group < kLengthGroups; ++group) {
      (*lengths)[group].resize(rows.size());
    }
    for (size_t p = 0; p < rows.size(); ++p) {
      for (int group = 0; group < kLengthGroups; ++group) {
        (*lengths)[group][p] = rows[p].length[group];
      }
    }
    lengths_.push_back(std::move(lengths));
  }
  for (int group = 0; group < kLengthGroups; ++group) {
    const double total =
        static_cast<double>(generation_->manifest.total_length[group]);
    const double average =
        std::max(1.0, total / static_cast<double>(std::max<uint64_t>(
                                  1, generation_->manifest.passages)));
    for (size_t s = 0; s < norms_.size(); ++s) {
      LengthNorms& norms = norms_[s][group];
      norms.base = kBm25K1 * (1 - kBm25B);
      norms.slope = static_cast<float>(kBm25K1 * kBm25B / average);
      norms.lengths = (*lengths_[s])[group].data();
    }
  }
}

const LengthNorms& Corpus::ChannelNorms(size_t segment, int channel) const {
  const SegmentInfo& info = generation_->segments[segment].reader->info();
  const int group = channel < kMaxChannels ? info.channel_group[channel] : 0;
  return norms_[segment][std::min(group, kLengthGroups - 1)];
}

uint64_t Corpus::DocumentFrequency(uint64_t key) const {
  uint64_t df = 0;
  for (const LiveSegment& segment : generation_->segments) {
    df += segment.reader->DocumentFrequency(key);
  }
  return df;
}

}  // namespace footnote
