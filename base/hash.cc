// SHA256_Init and its kin are twice as fast as EVP on short input; OpenSSL 3
// warns of them, and keeps them.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "base/hash.h"

#include <openssl/sha.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace footnote {

struct Sha256Stream::Context {
  SHA256_CTX sha256;
};

Sha256Stream::Sha256Stream() : context_(std::make_unique<Context>()) {
  SHA256_Init(&context_->sha256);
}

Sha256Stream::~Sha256Stream() = default;

void Sha256Stream::Update(absl::string_view data) {
  SHA256_Update(&context_->sha256, data.data(), data.size());
}

std::string Sha256Stream::Finish() {
  std::string digest(kSha256Bytes, '\0');
  SHA256_Final(reinterpret_cast<uint8_t*>(&digest[0]), &context_->sha256);
  return digest;
}

std::string Sha256(absl::string_view data) {
  std::string digest(kSha256Bytes, '\0');
  Sha256Pieces({data}, reinterpret_cast<uint8_t*>(&digest[0]));
  return digest;
}

void Sha256Pieces(std::initializer_list<absl::string_view> pieces,
                  uint8_t* digest) {
  SHA256_CTX context;
  SHA256_Init(&context);
  for (const absl::string_view piece : pieces) {
    SHA256_Update(&context, piece.data(), piece.size());
  }
  SHA256_Final(digest, &context);
}

std::string Hex(absl::string_view bytes) {
  return absl::BytesToHexString(bytes);
}

absl::StatusOr<std::string> FromHex(absl::string_view hex) {
  if (hex.size() % 2 != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("hex: ", hex.size(), " characters, want an even number"));
  }
  for (char c : hex) {
    if (!absl::ascii_isxdigit(static_cast<unsigned char>(c))) {
      return absl::InvalidArgumentError(
          absl::StrCat("hex: character '", absl::CEscape(std::string(1, c)),
                       "', want 0-9, a-f"));
    }
  }
  return absl::HexStringToBytes(hex);
}

}  // namespace footnote
