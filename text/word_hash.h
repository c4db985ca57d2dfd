#ifndef FOOTNOTE_TEXT_WORD_HASH_H_
#define FOOTNOTE_TEXT_WORD_HASH_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "absl/strings/string_view.h"

namespace footnote {

namespace word_hash_internal {

constexpr size_t kShort = 16;

// From place 16 - n on: n bytes to keep, then bytes to drop.
inline constexpr uint64_t kKeep[] = {~uint64_t{0}, ~uint64_t{0}, 0, 0};

// Both halves of the product, of which the upper one depends on all bits.
inline uint64_t Fold(uint64_t a, uint64_t b) {
  const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product >> 64) ^ static_cast<uint64_t>(product);
}

}  // namespace word_hash_internal

// A hash of the bytes [begin, end) of `text` under a seed, for tables of this
// process: it is stored nowhere. The same wherever in a text a word stands.
//
// Most words have no more than 16 bytes. For those it does the same whatever
// their length, which no processor can foretell: XXH3 has a case for one to
// three bytes, for four to eight and for more.
// REQUIRES: begin <= end <= text.size()
ABSL_ATTRIBUTE_ALWAYS_INLINE inline uint64_t WordHash(absl::string_view text,
                                                      size_t begin, size_t end,
                                                      uint64_t seed) {
  using word_hash_internal::Fold;
  using word_hash_internal::kKeep;
  using word_hash_internal::kShort;
  const char* const word = text.data() + begin;
  const size_t size = end - begin;
  if (ABSL_PREDICT_FALSE(size > kShort)) {
    return XXH3_64bits_withSeed(word, size, seed);
  }
  uint64_t halves[2] = {0, 0};
  if (ABSL_PREDICT_TRUE(text.size() - begin >= kShort)) {
    uint64_t keep[2];
    std::memcpy(keep, reinterpret_cast<const char*>(kKeep) + kShort - size,
                sizeof(keep));
    std::memcpy(halves, word, sizeof(halves));
    halves[0] &= keep[0];
    halves[1] &= keep[1];
  } else {
    std::memcpy(halves, word, size);
  }
  // Neither factor is 0 for what is UTF-8: 0xff stands nowhere in it.
  seed += 0x9e3779b97f4a7c15u * (size + 1);
  const uint64_t hash =
      Fold(halves[0] ^ 0xff93a5d1c7e9b3ff, halves[1] ^ 0xffe7037ed1a0b4ff);
  return Fold(hash ^ seed, 0xd6e8feb86659fd93u);
}

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_WORD_HASH_H_
