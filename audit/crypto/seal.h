// Keys, and what is encrypted with them. Every function may be called from
// many threads.
#ifndef FOOTNOTE_AUDIT_CRYPTO_SEAL_H_
#define FOOTNOTE_AUDIT_CRYPTO_SEAL_H_

#include <cstddef>
#include <initializer_list>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace footnote {

inline constexpr size_t kKeyBytes = 32;
// What WrapKey adds to a key: nonce and authenticator.
inline constexpr size_t kWrappedKeyBytes = 24 + kKeyBytes + 16;

std::string RandomBytes(size_t count);

// BLAKE2b of `pieces`, each with its length before it, keyed with `key`: 32
// bytes that say nothing of the key. REQUIRES: key has kKeyBytes
std::string DeriveKey(absl::string_view key,
                      std::initializer_list<absl::string_view> pieces);

// Encrypts or decrypts `bytes` in place: ChaCha20 with a nonce of zeros. One
// key encrypts one text, and nothing here shows that a text was changed: the
// commitment beside it does. REQUIRES: key has kKeyBytes
void ApplyKeystream(absl::string_view key, std::string* bytes);

// `key`, encrypted and authenticated with `master`: XChaCha20-Poly1305. It
// unwraps only with the same `place`, so that it can't be put elsewhere.
std::string WrapKey(absl::string_view master, absl::string_view place,
                    absl::string_view key);
//   DataLoss  changed, or wrapped with another master key
absl::StatusOr<std::string> UnwrapKey(absl::string_view master,
                                      absl::string_view place,
                                      absl::string_view wrapped);

// Overwrites a secret that is not needed any more.
void Wipe(std::string* secret);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_CRYPTO_SEAL_H_
