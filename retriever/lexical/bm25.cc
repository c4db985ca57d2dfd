#include "retriever/lexical/bm25.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace footnote {

double Idf(uint64_t passages, uint64_t df) {
  // Deleted passages may still be counted in df.
  const double n = static_cast<double>(std::max(passages, df));
  const double d = static_cast<double>(df);
  return std::log1p((n - d + 0.5) / (d + 0.5));
}

Corpus::Corpus(std::shared_ptr<const Generation> generation)
    : generation_(std::move(generation)), norms_(generation_->segments.size()) {
  for (const LiveSegment& segment : generation_->segments) {
    passages_ += segment.live_count;
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
      const auto rows = generation_->segments[s].reader->passages();
      norms.by_passage.reserve(rows.size());
      for (const PassageRow& row : rows) {
        norms.by_passage.push_back(norms.OfLength(row.length[group]));
      }
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
