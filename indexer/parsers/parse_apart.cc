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

absl::StatusOr<Extracted> ParsePdf(absl::string_view bytes,
                                   const ExtractLimits& limits) {
  ASSIGN_OR_RETURN(const std::string program, FindParser(kPdf));
  ASSIGN_OR_RETURN(const std::string pages,
                   RunParser(program, bytes, ParserLimits()));
  ASSIGN_OR_RETURN(Extracted document, ExtractPdfPages(pages, limits));
  RETURN_IF_ERROR(CheckExtracted(document));
  return document;
}

absl::StatusOr<Extracted> ParseRtf(absl::string_view bytes,
                                   const ExtractLimits& limits,
                                   MarkupParser* markup) {
  if (access(kUnrtf, X_OK) != 0) {
    return absl::NotFoundError(absl::StrCat(
        "RTF: ", kUnrtf, " is not installed, want Debian's package unrtf"));
  }
  ASSIGN_OR_RETURN(const std::string program, FindParser(kRtf));
  ASSIGN_OR_RETURN(const std::string html,
                   RunParser(program, WithPlainEscapes(bytes), ParserLimits()));
  ASSIGN_OR_RETURN(Extracted document, markup->Read(ReplaceInvalidUtf8(html),
                                                    Format::kHtml, limits));
  if (document.text.empty()) {
    return absl::InvalidArgumentError(
        "RTF: no text in it, want at least one "
        "word");
  }
  // The lines are those of what unrtf wrote: nobody could find them.
  for (Block& block : document.blocks) block.line = 0;
  document.format = Format::kRtf;
  document.encoding = "RTF";
  return document;
}

// What footnote-parse leaves to another program.
absl::StatusOr<Extracted> ParseWhole(absl::string_view bytes,
                                     const ExtractLimits& limits,
                                     MarkupParser* markup) {
  return IsRtf(bytes) ? ParseRtf(bytes, limits, markup)
                      : ParsePdf(bytes, limits);
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
  return NeedsParser(head) || IsPdf(head) || IsRtf(head);
}

absl::Status ParseApart(
    absl::string_view bytes, const ExtractLimits& limits, MarkupParser* markup,
    const std::function<absl::Status(ParsedDocument)>& each) {
  if (IsPdf(bytes) || IsRtf(bytes)) {
    ParsedDocument whole;
    whole.document = ParseWhole(bytes, limits, markup);
    return each(std::move(whole));
  }
  ASSIGN_OR_RETURN(const std::string program, FindParser(kParse));
  ASSIGN_OR_RETURN(const std::string output,
                   RunParser(program, bytes, ParserLimits()));
  bool anything = false;
  RETURN_IF_ERROR(ReadParsed(output, [&](ParsedDocument parsed) {
    anything = true;
    if (!parsed.raw.empty()) {
      parsed.document = ParseWhole(parsed.raw, limits, markup);
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
