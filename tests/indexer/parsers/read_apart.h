// Documents as processes of their own read them.
#ifndef FOOTNOTE_TESTS_INDEXER_PARSERS_READ_APART_H_
#define FOOTNOTE_TESTS_INDEXER_PARSERS_READ_APART_H_

#include <string>

#include "absl/status/statusor.h"
#include "indexer/formats/format.h"
#include "indexer/parsers/parse_apart.h"
#include "text/language.h"

namespace footnote {

// The one document of `bytes`; expects that it keeps the promises of
// Extracted. NotFound where there is none, else as ParseApart.
absl::StatusOr<Extracted> ReadApart(const std::string& bytes,
                                    const OcrOptions& ocr = {},
                                    Language language = Language::kUnknown);

}  // namespace footnote

#endif  // FOOTNOTE_TESTS_INDEXER_PARSERS_READ_APART_H_
