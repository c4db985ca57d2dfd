#ifndef FOOTNOTE_AUDIT_CRYPTO_FINGERPRINT_H_
#define FOOTNOTE_AUDIT_CRYPTO_FINGERPRINT_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace footnote {

// A sum over a set of rows that says whether two sets are the same, whatever
// their order. Its key is made anew each time: who changes rows can't know
// which changes would cancel out. Sums of several threads add up.
class SetFingerprint {
 public:
  // All sums that are compared need one key, of 16 bytes.
  explicit SetFingerprint(std::string key) : key_(std::move(key)) {}

  void Add(absl::string_view key, absl::string_view value);
  void Add(const SetFingerprint& other) {
    sum_ += other.sum_;
    rows_ += other.rows_;
  }
  uint64_t rows() const { return rows_; }

  friend bool operator==(const SetFingerprint& a, const SetFingerprint& b) {
    return a.sum_ == b.sum_ && a.rows_ == b.rows_;
  }

 private:
  std::string key_;
  uint64_t sum_ = 0;
  uint64_t rows_ = 0;
};

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_CRYPTO_FINGERPRINT_H_
