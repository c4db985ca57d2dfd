#include "model/encoder/shelf.h"

#include <utility>

#include "base/status_macros.h"
#include "model/encoder/open.h"

namespace footnote {

EncoderShelf::EncoderShelf(const Encoder* primary, PathOf path_of)
    : primary_(primary), path_of_(std::move(path_of)) {}

const Encoder* EncoderShelf::Find(const std::string& hash) {
  if (primary_ != nullptr && primary_->hash() == hash) return primary_;
  if (hash.empty() || path_of_ == nullptr) return nullptr;
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = opened_.find(hash);
  if (found != opened_.end()) return found->second.get();
  const absl::StatusOr<std::string> path = path_of_(hash);
  // It may be told later.
  if (!path.ok()) return nullptr;
  absl::StatusOr<std::unique_ptr<Encoder>> encoder = OpenEncoder(*path);
  // Another file by now is as good as none.
  const bool same = encoder.ok() && (*encoder)->hash() == hash;
  return (opened_[hash] = same ? *std::move(encoder) : nullptr).get();
}

absl::StatusOr<const Encoder*> EncoderShelf::Open(const std::string& path) {
  ASSIGN_OR_RETURN(std::unique_ptr<Encoder> encoder, OpenEncoder(path));
  const std::string hash(encoder->hash());
  if (primary_ != nullptr && primary_->hash() == hash) return primary_;
  const std::lock_guard<std::mutex> lock(mutex_);
  std::unique_ptr<Encoder>& kept = opened_[hash];
  if (kept == nullptr) kept = std::move(encoder);
  return kept.get();
}

}  // namespace footnote
