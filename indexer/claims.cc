#include "indexer/claims.h"

#include "absl/strings/str_cat.h"

namespace footnote {

std::string DocumentClaims::Key(absl::string_view collection,
                                absl::string_view document) {
  return absl::StrCat(collection, "\n", document);
}

bool DocumentClaims::TryClaim(absl::string_view collection,
                              absl::string_view document) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return held_.insert(Key(collection, document)).second;
}

bool DocumentClaims::Wait(absl::string_view collection,
                          absl::string_view document, absl::Duration patience) {
  const std::string key = Key(collection, document);
  std::unique_lock<std::mutex> lock(mutex_);
  ++waiting_;
  const bool free =
      released_.wait_for(lock, absl::ToChronoMilliseconds(patience),
                         [&] { return held_.count(key) == 0; });
  --waiting_;
  if (free) held_.insert(key);
  return free;
}

void DocumentClaims::Release(absl::string_view collection,
                             absl::string_view document) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    held_.erase(Key(collection, document));
  }
  released_.notify_all();
}

bool DocumentClaims::IsHeld(absl::string_view collection,
                            absl::string_view document) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return held_.count(Key(collection, document)) > 0;
}

bool DocumentClaims::wanted() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return waiting_ > 0;
}

}  // namespace footnote
