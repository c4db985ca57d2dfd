#include "audit/crypto/sign.h"

#include <sodium.h>

#include <cstdlib>

#include "audit/crypto/sodium.h"

namespace footnote {
namespace {

static_assert(kSeedBytes == crypto_sign_SEEDBYTES, "");
static_assert(kPublicKeyBytes == crypto_sign_PUBLICKEYBYTES, "");
static_assert(kSignatureBytes == crypto_sign_BYTES, "");

unsigned char* Data(std::string* bytes) {
  return reinterpret_cast<unsigned char*>(&(*bytes)[0]);
}

const unsigned char* Data(absl::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

SigningKey::SigningKey(absl::string_view seed)
    : public_key_(kPublicKeyBytes, '\0'),
      secret_(crypto_sign_SECRETKEYBYTES, '\0') {
  StartSodium();
  if (seed.size() != kSeedBytes) abort();
  crypto_sign_seed_keypair(Data(&public_key_), Data(&secret_), Data(seed));
}

SigningKey::~SigningKey() { sodium_memzero(&secret_[0], secret_.size()); }

std::string SigningKey::Sign(absl::string_view message) const {
  std::string signature(kSignatureBytes, '\0');
  crypto_sign_detached(Data(&signature), nullptr, Data(message), message.size(),
                       Data(absl::string_view(secret_)));
  return signature;
}

bool IsSignature(absl::string_view public_key, absl::string_view message,
                 absl::string_view signature) {
  StartSodium();
  return public_key.size() == kPublicKeyBytes &&
         signature.size() == kSignatureBytes &&
         crypto_sign_verify_detached(Data(signature), Data(message),
                                     message.size(), Data(public_key)) == 0;
}

}  // namespace footnote
