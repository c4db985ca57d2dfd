#include "audit/crypto/seal.h"

#include <sodium.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "audit/crypto/sodium.h"

namespace footnote {
namespace {

constexpr size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;

unsigned char* Data(std::string* bytes) {
  return reinterpret_cast<unsigned char*>(&(*bytes)[0]);
}

const unsigned char* Data(absl::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

void RequireKey(absl::string_view key) {
  StartSodium();
  if (key.size() != kKeyBytes) abort();
}

}  // namespace

std::string RandomBytes(size_t count) {
  StartSodium();
  std::string bytes(count, '\0');
  randombytes_buf(&bytes[0], count);
  return bytes;
}

std::string DeriveKey(absl::string_view key,
                      std::initializer_list<absl::string_view> pieces) {
  RequireKey(key);
  crypto_generichash_state state;
  crypto_generichash_init(&state, Data(key), key.size(), kKeyBytes);
  for (const absl::string_view piece : pieces) {
    unsigned char length[8];
    for (int i = 0; i < 8; ++i) {
      length[i] = static_cast<unsigned char>(piece.size() >> (8 * i));
    }
    crypto_generichash_update(&state, length, sizeof(length));
    crypto_generichash_update(&state, Data(piece), piece.size());
  }
  std::string derived(kKeyBytes, '\0');
  crypto_generichash_final(&state, Data(&derived), kKeyBytes);
  return derived;
}

void ApplyKeystream(absl::string_view key, std::string* bytes) {
  RequireKey(key);
  static constexpr unsigned char
      kNonce[crypto_stream_chacha20_ietf_NONCEBYTES] = {};
  crypto_stream_chacha20_ietf_xor(Data(bytes), Data(absl::string_view(*bytes)),
                                  bytes->size(), kNonce, Data(key));
}

std::string WrapKey(absl::string_view master, absl::string_view place,
                    absl::string_view key) {
  RequireKey(master);
  const std::string nonce = RandomBytes(kNonceBytes);
  std::string sealed(key.size() + crypto_aead_xchacha20poly1305_ietf_ABYTES,
                     '\0');
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      Data(&sealed), nullptr, Data(key), key.size(), Data(place), place.size(),
      nullptr, Data(nonce), Data(master));
  return absl::StrCat(nonce, sealed);
}

absl::StatusOr<std::string> UnwrapKey(absl::string_view master,
                                      absl::string_view place,
                                      absl::string_view wrapped) {
  RequireKey(master);
  if (wrapped.size() != kWrappedKeyBytes) {
    return absl::DataLossError(absl::StrCat("a wrapped key: ", wrapped.size(),
                                            " bytes, want ", kWrappedKeyBytes));
  }
  const absl::string_view sealed = wrapped.substr(kNonceBytes);
  std::string key(kKeyBytes, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          Data(&key), nullptr, nullptr, Data(sealed), sealed.size(),
          Data(place), place.size(), Data(wrapped), Data(master)) != 0) {
    return absl::DataLossError(
        "a wrapped key: changed, or wrapped with another master key");
  }
  return key;
}

void Wipe(std::string* secret) {
  sodium_memzero(&(*secret)[0], secret->size());
  secret->clear();
}

}  // namespace footnote
