// Scanned pages, recognised by program footnote-ocr.
#ifndef FOOTNOTE_INDEXER_PARSERS_SCAN_READER_H_
#define FOOTNOTE_INDEXER_PARSERS_SCAN_READER_H_

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "indexer/formats/format.h"
#include "text/language.h"

namespace footnote {

struct OcrOptions {
  // The languages that scanned pages may be in, the likeliest first; empty:
  // scanned pages are not read.
  std::vector<Language> languages;
  // Of one document no more scanned pages are read.
  int max_pages = 500;
  // Asked before each page and while it is read, from the threads that read;
  // true: the document is left, as Cancelled. May be empty.
  std::function<bool()> stop;

  bool on() const { return !languages.empty(); }
};

// A page of which Tesseract is less sure, 0 to 100, is not believed.
constexpr int kLeastConfidence = 50;

// Reads the scanned pages of one document, each in a process of its own. What
// program footnote-ocr writes of a page is
//
//   O CONFIDENCE MODEL   how sure Tesseract is, 0 to 100; the model taken
//
// and then of formats/pdf_layout.h one line P, one R or none, and lines W; or a
// line E alone.
class ScanReader {
 public:
  // `language`: the document's, where it is known; then no other is tried.
  // Without it the page's script decides, and of the languages of `options`
  // that are written in it the one whose model fits best.
  ScanReader(const OcrOptions& options, Language language);

  struct Page {
    // Lines P, R and W.
    std::string lines;
    int confidence = 0;
    std::string model;
    bool has_words = false;
  };

  // Page `number`, from 1, of an image file, which is page `page` of its
  // document; `dpi` where the file does not say it, else 0.
  //   NotFound           the program or Tesseract's data are not installed
  //   InvalidArgument    damaged, or under kLeastConfidence
  //   DataLoss           the program wrote other lines than it may
  //   ResourceExhausted  too many pixels or pages
  //   and those of RunParser
  absl::StatusOr<Page> Read(absl::string_view image, int number, int page,
                            int dpi);

 private:
  absl::StatusOr<Page> Run(absl::string_view image, int number, int dpi,
                           const std::vector<std::string>& models) const;

  std::function<bool()> stop_;
  std::vector<std::string> models_;
  // What the pages before were in; empty: not yet known.
  std::string model_before_;
};

// What is said of the recognition in a document's metadata: the models taken,
// the confidence of the least sure page, and the pages that were not read, with
// their reasons.
class ScanNotes {
 public:
  void Add(const ScanReader::Page& page);
  void AddUnread(int page, const absl::Status& why);
  // For pages, in their order, that share a reason.
  void AddUnread(const std::vector<int>& pages, const absl::Status& why);

  // The reason of the first page that was not read; OK: all were.
  const absl::Status& first_failure() const { return first_failure_; }
  void AppendTo(
      std::vector<std::pair<std::string, std::string>>* metadata) const;

 private:
  std::vector<std::string> models_;
  int least_confidence_ = 101;
  std::string unread_;
  absl::Status first_failure_;
};

// Reads a PNG, JPEG or TIFF file. Pages of TIFF that cannot be read are left
// out and named in the metadata, unless all are.
//   ResourceExhausted  over OcrOptions::max_pages
//   Cancelled          OcrOptions::stop said so
//   the errors of ScanReader::Read
absl::StatusOr<Extracted> ReadScannedImage(absl::string_view bytes,
                                           const OcrOptions& options,
                                           Language language,
                                           const ExtractLimits& limits);

// Fills those pages of `pages`, which footnote-pdf wrote of `pdf`, that have no
// words. Pages that cannot be read, or are behind the first
// OcrOptions::max_pages of them, stay empty and are in `notes`.
//   Cancelled  OcrOptions::stop said so
absl::StatusOr<std::string> FillScannedPages(absl::string_view pdf,
                                             absl::string_view pages,
                                             const OcrOptions& options,
                                             Language language,
                                             ScanNotes* notes);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_PARSERS_SCAN_READER_H_
