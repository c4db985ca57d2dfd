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

PassageEncoder::PassageEncoder(const Encoder* encoder, Crew* crew)
    : encoder_(encoder), crew_(crew) {}

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
  rows_.resize(batch.size() * dimension);
  std::vector<absl::string_view> texts;
  for (const auto& passage : batch) texts.push_back(passage.second);
  const size_t parts = (texts.size() + kEncodeTogether - 1) / kEncodeTogether;
  std::vector<absl::Status> statuses(parts);
  const auto encode = [&](size_t part) {
    const size_t begin = part * kEncodeTogether;
    YieldToSearches();
    statuses[part] = encoder_->Encode(
        absl::MakeConstSpan(texts).subspan(begin, kEncodeTogether),
        &rows_[begin * dimension]);
  };
  if (crew_ != nullptr) {
    crew_->Run(parts, encode);
  } else {
    for (size_t part = 0; part < parts; ++part) encode(part);
  }
  for (const absl::Status& status : statuses) RETURN_IF_ERROR(status);
  for (size_t i = 0; i < batch.size(); ++i) {
    RETURN_IF_ERROR(writer->AddVectorOf(
        batch[i].first, absl::MakeConstSpan(&rows_[i * dimension], dimension)));
  }
  return absl::OkStatus();
}

void PassageEncoder::Clear() {
  waiting_.clear();
  bytes_ = 0;
}

}  // namespace footnote
