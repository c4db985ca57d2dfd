#include "model/encoder/vector_memory.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace footnote {

VectorMemory::Key VectorMemory::KeyOf(
    std::initializer_list<absl::string_view> pieces) {
  Key key;
  Sha256Pieces(pieces, key.data());
  return key;
}

std::vector<size_t> VectorMemory::Find(absl::Span<const Key> keys, size_t size,
                                       float* rows) const {
  std::vector<size_t> missing;
  std::lock_guard<std::mutex> lock(mutex_);
  for (size_t i = 0; i < keys.size(); ++i) {
    const auto kept = kept_.find(keys[i]);
    const auto met = kept == kept_.end() ? met_.find(keys[i]) : met_.end();
    if (kept == kept_.end() && met == met_.end()) {
      missing.push_back(i);
      continue;
    }
    const std::vector<float>& vector =
        kept == kept_.end() ? met->second : kept->second.vector;
    std::copy_n(vector.begin(), std::min(size, vector.size()), rows + i * size);
  }
  return missing;
}

void VectorMemory::Meet(const Key& key, absl::Span<const float> vector) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (kept_.contains(key)) return;
  ForgetMet(key);
  if (numbers_met_ + vector.size() > most_) {
    met_.clear();
    numbers_met_ = 0;
  }
  if (vector.size() > most_) return;
  met_.try_emplace(key, vector.begin(), vector.end());
  numbers_met_ += vector.size();
}

void VectorMemory::ForgetMet(const Key& key) {
  const auto met = met_.find(key);
  if (met == met_.end()) return;
  numbers_met_ -= met->second.size();
  met_.erase(met);
}

bool VectorMemory::Keeps(absl::Span<const Key> keys,
                         absl::Span<const uint64_t> where) const {
  std::lock_guard<std::mutex> lock(mutex_);
  for (size_t i = 0; i < keys.size(); ++i) {
    const auto kept = kept_.find(keys[i]);
    if (kept == kept_.end() || !kept->second.round_where.contains(where[i])) {
      return false;
    }
  }
  return true;
}

absl::Status VectorMemory::MakeRoom(size_t numbers, uint64_t round) {
  for (auto it = kept_.begin();
       it != kept_.end() && numbers_kept_ + numbers > most_kept_;) {
    const auto here = it++;
    if (here->second.round >= round) continue;
    numbers_kept_ -= here->second.vector.size();
    kept_.erase(here);
  }
  if (numbers_kept_ + numbers <= most_kept_) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("vectors of ", kept_.size(), " texts are kept"));
}

bool VectorMemory::KeepAgain(const Key& key, uint64_t where, uint64_t round) {
  const auto kept = kept_.find(key);
  if (kept == kept_.end()) return false;
  kept->second.round = round;
  kept->second.round_where[where] = round;
  return true;
}

absl::Status VectorMemory::KeepMet(const Key& key, size_t size, uint64_t where,
                                   uint64_t round) {
  std::vector<float> vector;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (KeepAgain(key, where, round)) return absl::OkStatus();
    RETURN_IF_ERROR(MakeRoom(size, round));
    const auto met = met_.find(key);
    if (met == met_.end()) return absl::NotFoundError("no such vector");
    vector = met->second;
  }
  return Keep(key, std::move(vector), where, round);
}

absl::Status VectorMemory::Keep(const Key& key, std::vector<float> vector,
                                uint64_t where, uint64_t round) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (KeepAgain(key, where, round)) return absl::OkStatus();
  RETURN_IF_ERROR(MakeRoom(vector.size(), round));
  ForgetMet(key);
  numbers_kept_ += vector.size();
  kept_[key] = {std::move(vector), round, {{where, round}}};
  return absl::OkStatus();
}

void VectorMemory::ForgetKeptBefore(uint64_t round) {
  std::lock_guard<std::mutex> lock(mutex_);
  for (auto it = kept_.begin(); it != kept_.end();) {
    const auto here = it++;
    if (here->second.round < round) {
      numbers_kept_ -= here->second.vector.size();
      kept_.erase(here);
      continue;
    }
    auto& places = here->second.round_where;
    for (auto place = places.begin(); place != places.end();) {
      const auto one = place++;
      if (one->second < round) places.erase(one);
    }
  }
}

size_t VectorMemory::size() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return met_.size() + kept_.size();
}

size_t VectorMemory::kept() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return kept_.size();
}

}  // namespace footnote
