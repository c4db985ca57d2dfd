#ifndef FOOTNOTE_INDEXER_FORMATS_XLSX_H_
#define FOOTNOTE_INDEXER_FORMATS_XLSX_H_

#include "absl/status/statusor.h"
#include "indexer/formats/format.h"
#include "indexer/formats/zip_parts.h"

namespace footnote {

// As office.h says.
absl::StatusOr<Extracted> ExtractXlsx(const ZipParts& parts,
                                      const ExtractLimits& limits);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_XLSX_H_
