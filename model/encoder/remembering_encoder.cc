#include "model/encoder/remembering_encoder.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace footnote {

RememberingEncoder::RememberingEncoder(const Encoder* encoder, size_t most,
                                       size_t most_kept)
    : encoder_(encoder), most_(most), most_kept_(most_kept) {}

RememberingEncoder::Key RememberingEncoder::KeyOf(absl::string_view text) {
  Key key;
  Sha256Pieces({text}, key.data());
  return key;
}

const std::vector<float>* RememberingEncoder::Find(const Key& key) const {
  const auto kept = kept_.find(key);
  if (kept != kept_.end()) return &kept->second.vector;
  const auto met = met_.find(key);
  return met == met_.end() ? nullptr : &met->second;
}

absl::Status RememberingEncoder::Encode(
    absl::Span<const absl::string_view> texts, float* rows) const {
  const size_t dimension = encoder_->dimension();
  std::vector<Key> keys;
  for (const absl::string_view text : texts) keys.push_back(KeyOf(text));
  std::vector<size_t> missing;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    for (size_t i = 0; i < texts.size(); ++i) {
      const std::vector<float>* const vector = Find(keys[i]);
      if (vector == nullptr) {
        missing.push_back(i);
      } else {
        std::copy(vector->begin(), vector->end(), rows + i * dimension);
      }
    }
  }
  if (missing.empty()) return absl::OkStatus();

  std::vector<absl::string_view> unknown;
  for (const size_t i : missing) unknown.push_back(texts[i]);
  std::vector<float> made(unknown.size() * dimension);
  RETURN_IF_ERROR(encoder_->Encode(unknown, made.data()));
  std::lock_guard<std::mutex> lock(mutex_);
  for (size_t j = 0; j < missing.size(); ++j) {
    const float* const begin = made.data() + j * dimension;
    std::copy(begin, begin + dimension, rows + missing[j] * dimension);
    // Kept meanwhile.
    if (kept_.contains(keys[missing[j]])) continue;
    if (met_.size() >= most_) met_.clear();
    met_.try_emplace(keys[missing[j]], begin, begin + dimension);
  }
  return absl::OkStatus();
}

bool RememberingEncoder::Keeps(absl::Span<const absl::string_view> texts,
                               absl::Span<const uint64_t> where) const {
  std::vector<Key> keys;
  for (const absl::string_view text : texts) keys.push_back(KeyOf(text));
  std::lock_guard<std::mutex> lock(mutex_);
  for (size_t i = 0; i < keys.size(); ++i) {
    const auto kept = kept_.find(keys[i]);
    if (kept == kept_.end() || !kept->second.round_where.contains(where[i])) {
      return false;
    }
  }
  return true;
}

bool RememberingEncoder::MakeRoom(uint64_t round) {
  if (kept_.size() < most_kept_) return true;
  const auto older = std::find_if(
      kept_.begin(), kept_.end(),
      [round](const auto& kept) { return kept.second.round < round; });
  if (older == kept_.end()) return false;
  kept_.erase(older);
  return true;
}

absl::Status RememberingEncoder::Keep(absl::string_view text, uint64_t where,
                                      uint64_t round) {
  const Key key = KeyOf(text);
  const auto full = [this] {
    return absl::ResourceExhaustedError(
        absl::StrCat("vectors of ", most_kept_, " texts are kept"));
  };
  {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto kept = kept_.find(key);
    if (kept != kept_.end()) {
      kept->second.round = round;
      kept->second.round_where[where] = round;
      return absl::OkStatus();
    }
    if (!MakeRoom(round)) return full();
    const auto met = met_.find(key);
    if (met != met_.end()) {
      kept_[key] = {std::move(met->second), round, {{where, round}}};
      met_.erase(met);
      return absl::OkStatus();
    }
  }
  std::vector<float> vector(encoder_->dimension());
  RETURN_IF_ERROR(encoder_->Encode({text}, vector.data()));
  std::lock_guard<std::mutex> lock(mutex_);
  if (!MakeRoom(round)) return full();
  met_.erase(key);
  kept_[key] = {std::move(vector), round, {{where, round}}};
  return absl::OkStatus();
}

void RememberingEncoder::ForgetKeptBefore(uint64_t round) {
  std::lock_guard<std::mutex> lock(mutex_);
  for (auto it = kept_.begin(); it != kept_.end();) {
    const auto here = it++;
    if (here->second.round < round) {
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

size_t RememberingEncoder::size() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return met_.size() + kept_.size();
}

size_t RememberingEncoder::kept() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return kept_.size();
}

}  // namespace footnote
