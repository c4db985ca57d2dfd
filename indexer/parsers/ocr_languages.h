// Which languages scanned pages can be read in on this machine.
#ifndef FOOTNOTE_INDEXER_PARSERS_OCR_LANGUAGES_H_
#define FOOTNOTE_INDEXER_PARSERS_OCR_LANGUAGES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "indexer/parsers/ocr_data.h"
#include "text/language.h"

namespace footnote {

struct OcrLanguages {
  std::vector<Language> languages;
  // Tesseract has the data by which it tells scripts apart and which way up a
  // page is (tesseract-ocr-osd).
  bool tells_scripts = false;
};

// The languages of a list such as "en,de", in its order, or "all" that are
// installed in `folder`.
//   InvalidArgument  a code of no language
//   NotFound         Tesseract's data for one of the list are not installed;
//                    names the package to install
absl::StatusOr<OcrLanguages> ParseOcrLanguages(
    absl::string_view list, const std::string& folder = kOcrDataFolder);

// A language's models as Tesseract calls them; one of them is enough.
std::vector<std::string> OcrModels(Language language);

// NotFound, with the packages that hold these models.
absl::Status OcrDataMissing(const std::vector<std::string>& models);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_PARSERS_OCR_LANGUAGES_H_
