// Any text as Markdown: no crash, and what format.h promises.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"
#include "base/utf8.h"
#include "indexer/formats/markdown.h"
#include "tests/indexer/formats/extracted_checks.h"

namespace footnote {
namespace {

void Check(const absl::StatusOr<Extracted>& read) {
  if (!read.ok()) return;
  const std::string broken = BrokenPromise(*read);
  if (broken.empty()) return;
  std::fprintf(stderr, "%s\n", broken.c_str());
  std::abort();
}

ExtractLimits Limits() {
  ExtractLimits limits;
  limits.max_document_bytes = 1 << 20;
  limits.max_depth = 200;
  return limits;
}

}  // namespace
}  // namespace footnote

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace footnote;  // NOLINT: the one function of this file
  const std::string text = ReplaceInvalidUtf8(
      absl::string_view(reinterpret_cast<const char*>(data), size));
  Check(ExtractMarkdown(text, Limits()));
  return 0;
}
