#include "retriever/translation/word_vectors.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/status_macros.h"
#include "storage/segment_format.h"

namespace footnote {
namespace {

// Writes codes and returns the scale.
float Quantize(const float* vector, size_t n, int8_t* codes) {
  float largest = 0;
  for (size_t i = 0; i < n; ++i) {
    largest = std::max(largest, std::fabs(vector[i]));
  }
  if (largest == 0) return 0;
  const float scale = largest / 127.0f;
  for (size_t i = 0; i < n; ++i) {
    codes[i] = static_cast<int8_t>(std::lrint(vector[i] / scale));
  }
  return scale;
}

}  // namespace

WordVectors::WordVectors(const Encoder* encoder, size_t max_words)
    : encoder_(encoder),
      max_words_(max_words),
      stride_(CodeStride(encoder->dimension())) {}

absl::Status WordVectors::Look(absl::Span<const absl::string_view> words,
                               WordCodes* out) {
  out->stride = stride_;
  out->codes.assign(words.size() * stride_, 0);
  out->scales.assign(words.size(), 0);
  std::vector<Key> keys(words.size());
  for (size_t i = 0; i < words.size(); ++i) {
    Sha256Pieces({words[i]}, keys[i].data());
  }
  std::vector<size_t> missing;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    for (size_t i = 0; i < words.size(); ++i) {
      const auto it = row_of_.find(keys[i]);
      if (it == row_of_.end()) {
        missing.push_back(i);
        continue;
      }
      std::memcpy(out->codes.data() + i * stride_,
                  codes_.data() + it->second * stride_, stride_);
      out->scales[i] = scales_[it->second];
    }
  }
  if (missing.empty()) return absl::OkStatus();

  std::vector<absl::string_view> texts;
  for (size_t i : missing) texts.push_back(words[i]);
  const size_t dimension = encoder_->dimension();
  std::vector<float> rows(texts.size() * dimension);
  RETURN_IF_ERROR(encoder_->Encode(texts, rows.data()));
  for (size_t j = 0; j < missing.size(); ++j) {
    const size_t i = missing[j];
    out->scales[i] = Quantize(rows.data() + j * dimension, dimension,
                              out->codes.data() + i * stride_);
  }

  std::lock_guard<std::mutex> lock(mutex_);
  for (size_t i : missing) {
    if (row_of_.size() >= max_words_) {
      row_of_.clear();
      codes_.clear();
      scales_.clear();
    }
    // Another thread may have been faster.
    if (!row_of_.try_emplace(keys[i], scales_.size()).second) continue;
    codes_.insert(codes_.end(), out->Row(i), out->Row(i) + stride_);
    scales_.push_back(out->scales[i]);
  }
  return absl::OkStatus();
}

size_t WordVectors::size() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return row_of_.size();
}

}  // namespace footnote
