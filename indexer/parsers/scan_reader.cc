#include "indexer/parsers/scan_reader.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "indexer/formats/pdf_layout.h"
#include "indexer/formats/pdf_page.h"
#include "indexer/parsers/ocr_languages.h"
#include "indexer/parsers/parser_process.h"
#include "indexer/parsers/tiff_pages.h"

namespace footnote {
namespace {

constexpr absl::string_view kOcr = "footnote-ocr";
constexpr absl::string_view kPdf = "footnote-pdf";
constexpr absl::string_view kPicture = "picture";
// A page takes seconds of processor time, of which a busy machine gives
// ingestion little.
constexpr absl::Duration kPatience = absl::Minutes(10);
// A page that the right model reads is mostly read with this confidence or a
// higher one; with that of another language of its script, with a lower one.
constexpr int kSure = 90;

absl::string_view TakeLine(absl::string_view* text) {
  const size_t end = std::min(text->find('\n'), text->size());
  const absl::string_view line = text->substr(0, end);
  text->remove_prefix(std::min(end + 1, text->size()));
  return line;
}

// "page 3", "pages 3, 5-8".
std::string NamePages(const std::vector<int>& pages) {
  std::string out = pages.size() == 1 ? "page " : "pages ";
  for (size_t i = 0; i < pages.size(); ++i) {
    const size_t first = i;
    while (i + 1 < pages.size() && pages[i + 1] == pages[i] + 1) ++i;
    absl::StrAppend(&out, first == 0 ? "" : ", ", pages[first]);
    if (i > first) absl::StrAppend(&out, "-", pages[i]);
  }
  return out;
}

// Of pages as footnote-pdf writes them, those without words.
std::vector<int> ScannedPages(absl::string_view pages) {
  std::vector<int> scanned;
  int number = 0;
  while (!pages.empty()) {
    if (!absl::StartsWith(TakeLine(&pages), "P ")) continue;
    ++number;
    if (!absl::StartsWith(pages, "W ")) scanned.push_back(number);
  }
  return scanned;
}

// DataLoss unless `lines` are one P, then at most one R, then lines W: what an
// image does to footnote-ocr must not reach the document's other pages.
absl::Status CheckLines(absl::string_view lines) {
  char before = '\0';
  for (int number = 1; !lines.empty() || number == 1; ++number) {
    const absl::string_view line = TakeLine(&lines);
    const bool fits = before == '\0' ? absl::StartsWith(line, "P ")
                      : absl::StartsWith(line, "R ")
                          ? before == 'P'
                          : absl::StartsWith(line, "W ");
    if (!fits) {
      return absl::DataLossError(absl::StrCat(
          "parser: line ", number,
          " of a page is of a wrong kind, want one P, then R and W"));
    }
    before = line[0];
  }
  return absl::OkStatus();
}

absl::Status CheckGoesOn(const OcrOptions& options) {
  if (options.stop == nullptr || !options.stop()) return absl::OkStatus();
  return absl::CancelledError("scanned pages: stopped by request");
}

ParserLimits PageLimits(const std::function<bool()>& stop) {
  ParserLimits limits;
  limits.stop = stop;
  limits.patience = kPatience;
  return limits;
}

// The picture of a page and its dots per inch.
absl::StatusOr<std::pair<std::string, int>> RenderPage(
    absl::string_view pdf, int number, const std::function<bool()>& stop) {
  ASSIGN_OR_RETURN(const std::string program, FindParser(kPdf));
  ASSIGN_OR_RETURN(std::string output,
                   RunParser(program, pdf, PageLimits(stop),
                             {std::string(kPicture), absl::StrCat(number)}));
  absl::string_view rest = output;
  absl::string_view line = TakeLine(&rest);
  if (absl::ConsumePrefix(&line, "E ")) return PageRefusal(line);
  int dpi = 0;
  if (!absl::ConsumePrefix(&line, "I ") || !absl::SimpleAtoi(line, &dpi) ||
      dpi <= 0) {
    return absl::DataLossError(
        absl::StrCat("parser: no picture of page ", number));
  }
  return std::make_pair(std::string(rest), dpi);
}

}  // namespace

ScanReader::ScanReader(const OcrOptions& options, Language language)
    : stop_(options.stop), models_(OcrModels(language)) {
  if (!models_.empty()) return;
  for (const Language listed : options.languages) {
    for (const std::string& model : OcrModels(listed)) models_.push_back(model);
  }
}

absl::StatusOr<ScanReader::Page> ScanReader::Run(
    absl::string_view image, int number, int dpi,
    const std::vector<std::string>& models) const {
  ASSIGN_OR_RETURN(const std::string program, FindParser(kOcr));
  ASSIGN_OR_RETURN(const std::string output,
                   RunParser(program, image, PageLimits(stop_),
                             {absl::StrCat(number), absl::StrCat(dpi),
                              absl::StrJoin(models, ",")}));
  absl::string_view rest = output;
  absl::string_view line = TakeLine(&rest);
  if (absl::ConsumePrefix(&line, "E ")) {
    const absl::Status refusal = PageRefusal(line);
    return absl::IsNotFound(refusal) ? OcrDataMissing(models) : refusal;
  }
  const std::vector<absl::string_view> fields = absl::StrSplit(line, ' ');
  Page page;
  if (fields.size() != 3 || fields[0] != "O" ||
      !absl::SimpleAtoi(fields[1], &page.confidence)) {
    return absl::DataLossError(
        absl::StrCat("parser: no words of page ", number));
  }
  RETURN_IF_ERROR(CheckLines(rest));
  page.model = ReplaceInvalidUtf8(fields[2]);
  page.lines = std::string(rest);
  page.has_words = absl::StrContains(rest, "\nW ");
  return page;
}

absl::StatusOr<ScanReader::Page> ScanReader::Read(absl::string_view image,
                                                  int number, int page,
                                                  int dpi) {
  if (!model_before_.empty()) {
    ASSIGN_OR_RETURN(Page read, Run(image, number, dpi, {model_before_}));
    if (read.confidence >= kSure || !read.has_words) return read;
  }
  ASSIGN_OR_RETURN(Page read, Run(image, number, dpi, models_));
  if (!read.has_words) return read;
  if (read.confidence < kLeastConfidence) {
    return absl::InvalidArgumentError(absl::StrCat(
        "page ", page, ": its words were recognised with a confidence of ",
        read.confidence, " of 100, want at least ", kLeastConfidence));
  }
  if (read.confidence >= kSure) model_before_ = read.model;
  return read;
}

void ScanNotes::Add(const ScanReader::Page& page) {
  if (!page.has_words) return;
  if (std::find(models_.begin(), models_.end(), page.model) == models_.end()) {
    models_.push_back(page.model);
  }
  least_confidence_ = std::min(least_confidence_, page.confidence);
}

void ScanNotes::AddUnread(int page, const absl::Status& why) {
  AddUnread(std::vector<int>{page}, why);
}

void ScanNotes::AddUnread(const std::vector<int>& pages,
                          const absl::Status& why) {
  if (first_failure_.ok()) first_failure_ = why;
  const std::string name = absl::StrCat(NamePages(pages), ": ");
  absl::StrAppend(&unread_, unread_.empty() ? "" : "; ",
                  absl::StartsWith(why.message(), name) ? "" : name,
                  why.message());
}

void ScanNotes::AppendTo(
    std::vector<std::pair<std::string, std::string>>* metadata) const {
  if (!models_.empty()) {
    metadata->emplace_back("ocr_models", absl::StrJoin(models_, ","));
    metadata->emplace_back("ocr_confidence", absl::StrCat(least_confidence_));
  }
  if (!unread_.empty()) metadata->emplace_back("unread_pages", unread_);
}

absl::StatusOr<Extracted> ReadScannedImage(absl::string_view bytes,
                                           const OcrOptions& options,
                                           Language language,
                                           const ExtractLimits& limits) {
  const size_t count =
      IsTiff(bytes) ? std::max<size_t>(TiffPages(bytes).size(), 1) : 1;
  if (count > static_cast<size_t>(options.max_pages)) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "image: ", count, " scanned pages, want at most ", options.max_pages));
  }
  ScanReader reader(options, language);
  ScanNotes notes;
  std::string pages;
  bool has_words = false;
  for (int number = 1; number <= static_cast<int>(count); ++number) {
    RETURN_IF_ERROR(CheckGoesOn(options));
    const absl::StatusOr<ScanReader::Page> page =
        reader.Read(bytes, number, number, 0);
    if (absl::IsCancelled(page.status())) return page.status();
    if (page.ok()) {
      notes.Add(*page);
      has_words |= page->has_words;
      pages += page->lines;
    } else {
      notes.AddUnread(number, page.status());
      // The pages behind it keep their numbers.
      pages += "P 1 1\n";
    }
  }
  if (!has_words) {
    RETURN_IF_ERROR(notes.first_failure());
    return absl::InvalidArgumentError(
        "image: no text was recognised in it, want at least one word");
  }
  ASSIGN_OR_RETURN(Extracted document, ExtractPdfPages(pages, limits));
  notes.AppendTo(&document.metadata);
  return document;
}

absl::StatusOr<std::string> FillScannedPages(absl::string_view pdf,
                                             absl::string_view pages,
                                             const OcrOptions& options,
                                             Language language,
                                             ScanNotes* notes) {
  std::vector<int> scanned = ScannedPages(pages);
  const size_t count = scanned.size();
  const size_t kept = std::min(count, static_cast<size_t>(options.max_pages));
  const std::vector<int> left(scanned.begin() + static_cast<ptrdiff_t>(kept),
                              scanned.end());
  scanned.resize(kept);
  ScanReader reader(options, language);
  std::string out;
  int number = 0;
  auto next = scanned.begin();
  while (!pages.empty()) {
    const absl::string_view line = TakeLine(&pages);
    number += absl::StartsWith(line, "P ");
    if (next == scanned.end() || number != *next) {
      absl::StrAppend(&out, line, "\n");
      continue;
    }
    ++next;
    RETURN_IF_ERROR(CheckGoesOn(options));
    const auto picture = RenderPage(pdf, number, options.stop);
    absl::StatusOr<ScanReader::Page> page =
        picture.ok() ? reader.Read(picture->first, 1, number, picture->second)
                     : picture.status();
    if (absl::IsCancelled(page.status())) return page.status();
    if (page.ok()) {
      notes->Add(*page);
      out += page->lines;
    } else {
      notes->AddUnread(number, page.status());
      absl::StrAppend(&out, line, "\n");
    }
  }
  if (!left.empty()) {
    notes->AddUnread(
        left, absl::ResourceExhaustedError(absl::StrCat(
                  "left unread of ", count, " scanned pages, want at most ",
                  options.max_pages)));
  }
  return out;
}

}  // namespace footnote
