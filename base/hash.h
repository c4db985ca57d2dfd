// SHA-256, the one hash that identifies content in this project.
#ifndef FOOTNOTE_BASE_HASH_H_
#define FOOTNOTE_BASE_HASH_H_

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace footnote {

inline constexpr size_t kSha256Bytes = 32;

// The 32 raw bytes of SHA-256 of `data`.
std::string Sha256(absl::string_view data);

// The same of `pieces` one behind the other, written to the 32 bytes at
// `digest`. Allocates nothing: for those who hash millions of short things.
void Sha256Pieces(std::initializer_list<absl::string_view> pieces,
                  uint8_t* digest);

// SHA-256 of data that arrives in pieces. One thread at a time.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(const Sha256Stream&) = delete;
  Sha256Stream& operator=(const Sha256Stream&) = delete;

  void Update(absl::string_view data);

  // The 32 raw bytes. Call once; Update must not be called afterwards.
  std::string Finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// Lower-case hexadecimal of raw bytes.
std::string Hex(absl::string_view bytes);

// Raw bytes of `hex`. InvalidArgument when a character is not hexadecimal or
// the length is odd.
absl::StatusOr<std::string> FromHex(absl::string_view hex);

}  // namespace footnote

#endif  // FOOTNOTE_BASE_HASH_H_
