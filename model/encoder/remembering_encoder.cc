#include "model/encoder/remembering_encoder.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/status_macros.h"

namespace footnote {
namespace {

using Key = VectorMemory::Key;

std::vector<Key> KeysOf(absl::Span<const absl::string_view> texts) {
  std::vector<Key> keys;
  for (const absl::string_view text : texts) {
    keys.push_back(VectorMemory::KeyOf({text}));
  }
  return keys;
}

// The text, where each part begins and ends, and how many there are: no two
// such are the same bytes.
Key KeyOf(absl::string_view text, absl::Span<const absl::string_view> parts) {
  std::string places;
  const auto add = [&places](uint64_t number) {
    places.append(reinterpret_cast<const char*>(&number), sizeof(number));
  };
  for (const absl::string_view part : parts) {
    add(part.data() - text.data());
    add(part.size());
  }
  add(parts.size());
  return VectorMemory::KeyOf({text, places});
}

}  // namespace

RememberingEncoder::RememberingEncoder(const Encoder* encoder, size_t most,
                                       size_t most_kept)
    : encoder_(encoder),
      memory_(most * encoder->dimension(), most_kept * encoder->dimension()) {}

absl::Status RememberingEncoder::Encode(
    absl::Span<const absl::string_view> texts, float* rows) const {
  const size_t dimension = encoder_->dimension();
  const std::vector<Key> keys = KeysOf(texts);
  const std::vector<size_t> missing = memory_.Find(keys, dimension, rows);
  if (missing.empty()) return absl::OkStatus();

  std::vector<absl::string_view> unknown;
  for (const size_t i : missing) unknown.push_back(texts[i]);
  std::vector<float> made(unknown.size() * dimension);
  RETURN_IF_ERROR(encoder_->Encode(unknown, made.data()));
  for (size_t j = 0; j < missing.size(); ++j) {
    const float* const begin = made.data() + j * dimension;
    std::copy(begin, begin + dimension, rows + missing[j] * dimension);
    memory_.Meet(keys[missing[j]], absl::MakeConstSpan(begin, dimension));
  }
  return absl::OkStatus();
}

bool RememberingEncoder::Keeps(absl::Span<const absl::string_view> texts,
                               absl::Span<const uint64_t> where) const {
  return memory_.Keeps(KeysOf(texts), where);
}

absl::Status RememberingEncoder::Keep(absl::string_view text, uint64_t where,
                                      uint64_t round) {
  const Key key = VectorMemory::KeyOf({text});
  const absl::Status kept =
      memory_.KeepMet(key, encoder_->dimension(), where, round);
  if (!absl::IsNotFound(kept)) return kept;
  std::vector<float> vector(encoder_->dimension());
  RETURN_IF_ERROR(encoder_->Encode({text}, vector.data()));
  return memory_.Keep(key, std::move(vector), where, round);
}

RememberingContextEncoder::RememberingContextEncoder(
    const ContextEncoder* encoder, size_t most, size_t most_kept)
    : encoder_(encoder),
      memory_(most * encoder->dimension(), most_kept * encoder->dimension()) {}

absl::Status RememberingContextEncoder::Encode(
    absl::string_view text, absl::Span<const absl::string_view> parts,
    float* rows) const {
  const size_t numbers = parts.size() * dimension();
  const Key key = KeyOf(text, parts);
  if (memory_.Find({key}, numbers, rows).empty()) return absl::OkStatus();
  RETURN_IF_ERROR(encoder_->Encode(text, parts, rows));
  memory_.Meet(key, absl::MakeConstSpan(rows, numbers));
  return absl::OkStatus();
}

bool RememberingContextEncoder::Keeps(absl::string_view text,
                                      absl::Span<const absl::string_view> parts,
                                      uint64_t where) const {
  return memory_.Keeps({KeyOf(text, parts)}, {where});
}

absl::Status RememberingContextEncoder::Keep(
    absl::string_view text, absl::Span<const absl::string_view> parts,
    uint64_t where, uint64_t round) {
  const Key key = KeyOf(text, parts);
  std::vector<float> vectors(parts.size() * dimension());
  const absl::Status kept = memory_.KeepMet(key, vectors.size(), where, round);
  if (!absl::IsNotFound(kept)) return kept;
  RETURN_IF_ERROR(encoder_->Encode(text, parts, vectors.data()));
  return memory_.Keep(key, std::move(vectors), where, round);
}

}  // namespace footnote
