#include "indexer/vectors/passage_encoder.h"

#include <algorithm>

#include "absl/types/span.h"
#include "base/priority.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

// Passages are sorted over this many …
constexpr size_t kSortTogether = 512;
// … and encoded by so many: enough to be fast, and their numbers stay in cache.
constexpr size_t kEncodeTogether = 64;

}  // namespace

PassageEncoder::PassageEncoder(const Encoder* encoder) : encoder_(encoder) {}

absl::Status PassageEncoder::Add(uint32_t passage, absl::string_view text,
                                 SegmentWriter* writer) {
  waiting_.emplace_back(passage, std::string(text));
  bytes_ += text.size();
  return waiting_.size() < kSortTogether ? absl::OkStatus() : Flush(writer);
}

absl::Status PassageEncoder::Flush(SegmentWriter* writer) {
  if (waiting_.empty()) return absl::OkStatus();
  std::vector<std::pair<uint32_t, std::string>> batch;
  batch.swap(waiting_);
  bytes_ = 0;
  std::sort(batch.begin(), batch.end(), [](const auto& a, const auto& b) {
    return a.second.size() != b.second.size()
               ? a.second.size() < b.second.size()
               : a.first < b.first;
  });
  const size_t dimension = static_cast<size_t>(encoder_->dimension());
  std::vector<absl::string_view> texts;
  for (size_t begin = 0; begin < batch.size(); begin += kEncodeTogether) {
    const size_t end = std::min(begin + kEncodeTogether, batch.size());
    texts.clear();
    for (size_t i = begin; i < end; ++i) texts.push_back(batch[i].second);
    rows_.resize(texts.size() * dimension);
    YieldToSearches();
    RETURN_IF_ERROR(encoder_->Encode(texts, rows_.data()));
    for (size_t i = begin; i < end; ++i) {
      RETURN_IF_ERROR(writer->AddVectorOf(
          batch[i].first,
          absl::MakeConstSpan(&rows_[(i - begin) * dimension], dimension)));
    }
  }
  return absl::OkStatus();
}

void PassageEncoder::Clear() {
  waiting_.clear();
  bytes_ = 0;
}

}  // namespace footnote
