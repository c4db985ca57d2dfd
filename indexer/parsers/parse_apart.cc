#include "indexer/parsers/parse_apart.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "indexer/formats/pdf_layout.h"
#include "indexer/parsers/parse_file.h"
#include "indexer/parsers/parser_process.h"

namespace footnote {
namespace {

constexpr absl::string_view kParse = "footnote-parse";
constexpr absl::string_view kPdf = "footnote-pdf";

absl::StatusOr<Extracted> ParsePdf(absl::string_view bytes,
                                   const ExtractLimits& limits) {
  ASSIGN_OR_RETURN(const std::string program, FindParser(kPdf));
  ASSIGN_OR_RETURN(const std::string pages,
                   RunParser(program, bytes, ParserLimits()));
  ASSIGN_OR_RETURN(Extracted document, ExtractPdfPages(pages, limits));
  RETURN_IF_ERROR(CheckExtracted(document));
  return document;
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
  return NeedsParser(head) || IsPdf(head);
}

absl::Status ParseApart(
    absl::string_view bytes, const ExtractLimits& limits,
    const std::function<absl::Status(ParsedDocument)>& each) {
  if (IsPdf(bytes)) {
    ParsedDocument whole;
    whole.document = ParsePdf(bytes, limits);
    return each(std::move(whole));
  }
  ASSIGN_OR_RETURN(const std::string program, FindParser(kParse));
  ASSIGN_OR_RETURN(const std::string output,
                   RunParser(program, bytes, ParserLimits()));
  return ReadParsed(output, [&](ParsedDocument parsed) {
    if (!parsed.raw.empty()) {
      parsed.document = ParsePdf(parsed.raw, limits);
      parsed.raw.clear();
    }
    const absl::Status size = CheckSize(parsed, limits);
    if (!size.ok()) parsed.document = size;
    return each(std::move(parsed));
  });
}

}  // namespace footnote
