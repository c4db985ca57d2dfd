#include "audit/crypto/fingerprint.h"

#include <sodium.h>

#include <cstring>

#include "absl/strings/str_cat.h"

namespace footnote {
namespace {

uint64_t Short(absl::string_view bytes, const std::string& key) {
  uint64_t hash = 0;
  static_assert(sizeof(hash) == crypto_shorthash_BYTES, "");
  crypto_shorthash(reinterpret_cast<unsigned char*>(&hash),
                   reinterpret_cast<const unsigned char*>(bytes.data()),
                   bytes.size(),
                   reinterpret_cast<const unsigned char*>(key.data()));
  return hash;
}

}  // namespace

void SetFingerprint::Add(absl::string_view key, absl::string_view value) {
  // The length between them keeps the two apart.
  char row[512];
  const uint64_t length = key.size();
  if (sizeof(length) + key.size() + value.size() <= sizeof(row)) {
    char* out = row;
    memcpy(out, &length, sizeof(length));
    out += sizeof(length);
    memcpy(out, key.data(), key.size());
    out += key.size();
    if (!value.empty()) memcpy(out, value.data(), value.size());
    out += value.size();
    sum_ += Short({row, static_cast<size_t>(out - row)}, key_);
  } else {
    sum_ += Short(absl::StrCat(length, ".", key, value), key_);
  }
  ++rows_;
}

}  // namespace footnote
