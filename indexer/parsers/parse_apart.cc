#include "indexer/parsers/parse_apart.h"

#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "indexer/formats/pdf_layout.h"
#include "indexer/formats/rtf_escapes.h"
#include "indexer/parsers/kind.h"
#include "indexer/parsers/parser_process.h"

namespace footnote {
namespace {

constexpr absl::string_view kParse = "footnote-parse";
constexpr absl::string_view kPdf = "footnote-pdf";
constexpr absl::string_view kRtf = "footnote-rtf";
constexpr char kUnrtf[] = "/usr/bin/unrtf";

// How a file is read, apart from what it is.
struct Reading {
  const ExtractLimits& limits;
  const OcrOptions& ocr;
  Language language;
  MarkupParser* markup;
};

absl::StatusOr<Extracted> ParsePdf(absl::string_view bytes,
                                   const Reading& how) {
  ASSIGN_OR_RETURN(const std::string program, FindParser(kPdf));
  ASSIGN_OR_RETURN(std::string pages,
                   RunParser(program, bytes, ParserLimits()));
  ScanNotes notes;
  if (how.ocr.on()) {
    ASSIGN_OR_RETURN(
        pages, FillScannedPages(bytes, pages, how.ocr, how.language, &notes));
  }
  absl::StatusOr<Extracted> document = ExtractPdfPages(pages, how.limits);
  // Why there is no text is said by the pages that should have had some.
  if (absl::IsInvalidArgument(document.status())) {
    RETURN_IF_ERROR(notes.first_failure());
  }
  RETURN_IF_ERROR(document.status());
  RETURN_IF_ERROR(CheckExtracted(*document));
  notes.AppendTo(&document->metadata);
  return document;
}

absl::StatusOr<Extracted> ParseImage(absl::string_view bytes, Format format,
                                     const Reading& how) {
  if (!how.ocr.on()) {
    return absl::UnimplementedError(absl::StrCat(
        FormatName(format),
        ": text in images is read with --ocr LANGUAGES, such as en,de or all"));
  }
  ASSIGN_OR_RETURN(Extracted document,
                   ReadScannedImage(bytes, how.ocr, how.language, how.limits));
  RETURN_IF_ERROR(CheckExtracted(document));
  document.format = format;
  return document;
}

absl::StatusOr<Extracted> ParseRtf(absl::string_view bytes,
                                   const Reading& how) {
  if (access(kUnrtf, X_OK) != 0) {
    return absl::NotFoundError(absl::StrCat(
        "RTF: ", kUnrtf, " is not installed, want Debian's package unrtf"));
  }
  ASSIGN_OR_RETURN(const std::string program, FindParser(kRtf));
  ASSIGN_OR_RETURN(const std::string html,
                   RunParser(program, WithPlainEscapes(bytes), ParserLimits()));
  ASSIGN_OR_RETURN(
      Extracted document,
      how.markup->Read(ReplaceInvalidUtf8(html), Format::kHtml, how.limits));
  if (document.text.empty()) {
    return absl::InvalidArgumentError(
        "RTF: no text in it, want at least one "
        "word");
  }
  // The lines are those of what unrtf wrote: nobody could find them.
  for (Block& block : document.blocks) block.line = 0;
  document.parts.clear();
  document.format = Format::kRtf;
  document.encoding = "RTF";
  return document;
}

// What footnote-parse leaves to another program.
absl::StatusOr<Extracted> ParseWhole(absl::string_view bytes,
                                     const Reading& how) {
  if (IsRtf(bytes)) return ParseRtf(bytes, how);
  const Format image = ImageFormat(bytes);
  return image == Format::kUnknown ? ParsePdf(bytes, how)
                                   : ParseImage(bytes, image, how);
}

bool IsReadWhole(absl::string_view head) {
  return IsPdf(head) || IsRtf(head) || ImageFormat(head) != Format::kUnknown;
}

// A document that is no part of an archive and larger than the limits.
absl::Status CheckSize(const ParsedDocument& parsed,
                       const ExtractLimits& limits) {
  if (!parsed.document.ok() ||
      parsed.document->text.size() <= limits.max_document_bytes) {
    return absl::OkStatus();
  }
  return absl::ResourceExhaustedError(absl::StrCat(
      "canonical text: ", parsed.document->text.size(), " bytes, want at most ",
      limits.max_document_bytes, " for one document"));
}

}  // namespace

bool IsReadApart(absl::string_view head) {
  return NeedsParser(head) || IsReadWhole(head);
}

bool CanHoldScans(absl::string_view head) {
  return IsReadApart(head) && !IsRtf(head);
}

absl::Status ParseApart(
    absl::string_view bytes, const ExtractLimits& limits, const OcrOptions& ocr,
    Language language, MarkupParser* markup,
    const std::function<absl::Status(ParsedDocument)>& each) {
  const Reading how = {limits, ocr, language, markup};
  if (IsReadWhole(bytes)) {
    ParsedDocument whole;
    whole.document = ParseWhole(bytes, how);
    return each(std::move(whole));
  }
  ASSIGN_OR_RETURN(const std::string program, FindParser(kParse));
  ASSIGN_OR_RETURN(const std::string output,
                   RunParser(program, bytes, ParserLimits()));
  bool anything = false;
  RETURN_IF_ERROR(ReadParsed(output, [&](ParsedDocument parsed) {
    anything = true;
    if (!parsed.raw.empty()) {
      parsed.document = ParseWhole(parsed.raw, how);
      parsed.raw.clear();
    }
    const absl::Status size = CheckSize(parsed, limits);
    if (!size.ok()) parsed.document = size;
    return each(std::move(parsed));
  }));
  // An empty archive, or one of pictures.
  if (anything) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "archive: nothing in it that can be read, want a document");
}

}  // namespace footnote
