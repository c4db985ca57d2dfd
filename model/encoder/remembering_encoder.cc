#include "model/encoder/remembering_encoder.h"

#include <algorithm>

#include "base/status_macros.h"

namespace footnote {

RememberingEncoder::RememberingEncoder(const Encoder* encoder, size_t most)
    : encoder_(encoder), most_(most) {}

RememberingEncoder::Key RememberingEncoder::KeyOf(absl::string_view text) {
  Key key;
  Sha256Pieces({text}, key.data());
  return key;
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
      const auto it = vectors_.find(keys[i]);
      if (it == vectors_.end()) {
        missing.push_back(i);
      } else {
        std::copy(it->second.begin(), it->second.end(), rows + i * dimension);
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
    if (vectors_.size() >= most_) vectors_.clear();
    vectors_.try_emplace(keys[missing[j]], begin, begin + dimension);
  }
  return absl::OkStatus();
}

size_t RememberingEncoder::size() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return vectors_.size();
}

}  // namespace footnote
