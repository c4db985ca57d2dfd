// Ed25519 signatures (RFC 8032). Every function may be called from many
// threads.
#ifndef FOOTNOTE_AUDIT_CRYPTO_SIGN_H_
#define FOOTNOTE_AUDIT_CRYPTO_SIGN_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace footnote {

inline constexpr size_t kSeedBytes = 32;
inline constexpr size_t kPublicKeyBytes = 32;
inline constexpr size_t kSignatureBytes = 64;

// A key that signs. Its bytes are wiped when it goes.
class SigningKey {
 public:
  // REQUIRES: kSeedBytes
  explicit SigningKey(absl::string_view seed);
  ~SigningKey();
  SigningKey(const SigningKey&) = default;
  SigningKey& operator=(const SigningKey&) = default;

  const std::string& public_key() const { return public_key_; }
  std::string Sign(absl::string_view message) const;

 private:
  std::string public_key_;
  std::string secret_;
};

// False too where a length is wrong.
bool IsSignature(absl::string_view public_key, absl::string_view message,
                 absl::string_view signature);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_CRYPTO_SIGN_H_
