#include "tests/indexer/parsers/read_apart.h"

#include <gtest/gtest.h>

#include <utility>

#include "absl/status/status.h"
#include "tests/indexer/formats/extracted_checks.h"

namespace footnote {

absl::StatusOr<Extracted> ReadApart(const std::string& bytes,
                                    const OcrOptions& ocr, Language language) {
  absl::StatusOr<Extracted> out = absl::NotFoundError("no document");
  MarkupParser markup;
  const absl::Status status = ParseApart(bytes, {}, ocr, language, &markup,
                                         [&out](ParsedDocument parsed) {
                                           out = std::move(parsed.document);
                                           return absl::OkStatus();
                                         });
  if (!status.ok()) return status;
  if (out.ok()) {
    EXPECT_EQ(BrokenPromise(*out), "");
  }
  return out;
}

}  // namespace footnote
