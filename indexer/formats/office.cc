#include "indexer/formats/office.h"

#include <map>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "indexer/formats/docx.h"
#include "indexer/formats/epub.h"
#include "indexer/formats/opendocument.h"
#include "indexer/formats/pptx.h"
#include "indexer/formats/xlsx.h"
#include "indexer/formats/zip_parts.h"

namespace footnote {
namespace {

// Pictures, sounds, fonts and programs are never unpacked.
bool IsText(absl::string_view name) {
  for (absl::string_view end :
       {".xml", ".rels", ".opf", ".xhtml", ".html", ".htm", "mimetype"}) {
    if (absl::EndsWithIgnoreCase(name, end)) return true;
  }
  return false;
}

// The archive may have a part that one of these documents has. Names are never
// packed. Other archives are not read here: of them, one damaged page or too
// many of them would cost the whole.
bool MayBeOffice(absl::string_view zip) {
  for (absl::string_view name :
       {"word/document.xml", "xl/workbook.xml", "ppt/presentation.xml",
        "META-INF/container.xml", "content.xml"}) {
    if (absl::StrContains(zip, name)) return true;
  }
  return false;
}

}  // namespace

bool IsZip(absl::string_view bytes) {
  return absl::StartsWith(bytes, "PK\x03\x04");
}

absl::StatusOr<Extracted> ExtractOffice(absl::string_view bytes,
                                        const ExtractLimits& limits) {
  const absl::Status no_office = absl::UnimplementedError(
      "file: a ZIP archive that is no office document or e-book, want DOCX, "
      "XLSX, PPTX, ODT, ODS, ODP or EPUB");
  if (!MayBeOffice(bytes)) return no_office;
  ZipLimits zip;
  zip.max_bytes = limits.max_document_bytes * 4;
  ASSIGN_OR_RETURN(const ZipParts parts, ReadZipParts(bytes, zip, IsText));
  if (parts.count("word/document.xml") > 0) return ExtractDocx(parts, limits);
  if (parts.count("xl/workbook.xml") > 0) return ExtractXlsx(parts, limits);
  if (parts.count("ppt/presentation.xml") > 0) {
    return ExtractPptx(parts, limits);
  }
  if (parts.count("META-INF/container.xml") > 0) {
    return ExtractEpub(parts, limits);
  }
  if (parts.count("content.xml") > 0) {
    return ExtractOpenDocument(parts, limits);
  }
  return no_office;
}

}  // namespace footnote
