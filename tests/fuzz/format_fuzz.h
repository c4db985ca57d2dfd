// What the fuzzers of the formats share: small limits, and the demand that
// whatever was extracted keeps the promises of indexer/formats/format.h.
#ifndef FOOTNOTE_TESTS_FUZZ_FORMAT_FUZZ_H_
#define FOOTNOTE_TESTS_FUZZ_FORMAT_FUZZ_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/utf8.h"
#include "indexer/formats/format.h"
#include "tests/indexer/formats/extracted_checks.h"

namespace footnote {

// Aborts, saying which, when a promise is broken. An error is no breach.
inline void CheckExtracted(const absl::StatusOr<Extracted>& read) {
  if (!read.ok()) return;
  const std::string broken = BrokenPromise(*read);
  if (broken.empty()) return;
  std::fprintf(stderr, "%s\n", broken.c_str());
  std::abort();
}

inline ExtractLimits FuzzLimits() {
  ExtractLimits limits;
  limits.max_document_bytes = 1 << 20;
  limits.max_depth = 200;
  return limits;
}

// The fuzzer's bytes as the formats get them.
inline std::string FuzzText(const uint8_t* data, size_t size) {
  return ReplaceInvalidUtf8(
      absl::string_view(reinterpret_cast<const char*>(data), size));
}

}  // namespace footnote

#endif  // FOOTNOTE_TESTS_FUZZ_FORMAT_FUZZ_H_
