// Any bytes as a file: decoding, detection, every format, JSON lines and plain
// text above all, and the passages of what comes out.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/utf8.h"
#include "indexer/formats/detect.h"
#include "indexer/passages.h"
#include "tests/indexer/formats/extracted_checks.h"

namespace footnote {
namespace {

void Require(bool condition, const std::string& what) {
  if (condition) return;
  std::fprintf(stderr, "%s\n", what.c_str());
  std::abort();
}

void CheckPassages(const Extracted& document) {
  const PassageOptions options;
  uint32_t end = 0;
  for (const CutPassage& passage : CutPassages(document, Language::kEn)) {
    Require(passage.span.begin >= end && !passage.span.empty() &&
                passage.span.end <= document.text.size(),
            "passages out of order");
    end = passage.span.end;
    Require(IsValidUtf8(
                document.text.substr(passage.span.begin, passage.span.size())),
            "a passage splits a code point");
    Require(passage.code_point_end - passage.code_point_begin <= options.limit,
            "a passage too long");
    Require(!passage.sentences.empty(), "a passage without sentence");
  }
}

}  // namespace
}  // namespace footnote

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace footnote;  // NOLINT: the one function of this file
  static const char* const kTypes[] = {"", "", "application/jsonl",
                                       "text/plain"};
  if (size == 0) return 0;
  ExtractLimits limits;
  limits.max_document_bytes = 1 << 20;
  limits.max_depth = 200;
  const absl::Status status = ReadDocuments(
      std::string(reinterpret_cast<const char*>(data + 1), size - 1),
      kTypes[data[0] % 4], limits,
      [](uint32_t, absl::StatusOr<JsonDocument> read) {
        if (read.ok()) {
          Require(BrokenPromise(read->document).empty(),
                  BrokenPromise(read->document));
          CheckPassages(read->document);
        }
        return absl::OkStatus();
      });
  (void)status;
  return 0;
}
