#include "indexer/formats/office.h"

#include <algorithm>
#include <iterator>
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

// A part that only one kind of these documents has.
constexpr absl::string_view kTelling[] = {
    "word/document.xml", "xl/workbook.xml", "ppt/presentation.xml",
    "META-INF/container.xml", "content.xml"};

// The archive may have such a part. Other archives are not read here: of them,
// one damaged page or too many of them would cost the whole.
bool MayBeOffice(absl::string_view zip, const ZipLimits& limits) {
  // Names are never packed: most archives need no second look.
  if (std::none_of(std::begin(kTelling), std::end(kTelling),
                   [&](absl::string_view part) {
                     return absl::StrContains(zip, part);
                   })) {
    return false;
  }
  // It may stand in a file of the archive, or end another's name.
  bool found = false;
  const absl::Status read =
      ReadZipParts(zip, limits, [&](absl::string_view name) {
        found |= std::find(std::begin(kTelling), std::end(kTelling), name) !=
                 std::end(kTelling);
        return false;
      }).status();
  return found || !read.ok();
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
  ZipLimits zip;
  zip.max_bytes = limits.max_document_bytes * 4;
  if (!MayBeOffice(bytes, zip)) return no_office;
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
