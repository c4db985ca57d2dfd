// What a parser program writes and the indexer reads: documents as bytes.
#ifndef FOOTNOTE_INDEXER_PARSERS_PARSED_H_
#define FOOTNOTE_INDEXER_PARSERS_PARSED_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "indexer/formats/format.h"

namespace footnote {

// One document of a file, or why there is none.
struct ParsedDocument {
  // Inside the file: a path in an archive, a line of JSON lines; empty when the
  // file is one document.
  std::string part;
  absl::StatusOr<Extracted> document = Extracted();
  // Not empty: a file in an archive that needs another parser program; then
  // there is no document.
  std::string raw;
};

void AppendParsed(const ParsedDocument& parsed, std::string* out);

// Takes documents off `bytes`, which another process wrote: nothing in them is
// believed. An error of `each` ends the reading and is returned.
//   DataLoss  cut short, or what they say breaks a promise of format.h
absl::Status ReadParsed(
    absl::string_view bytes,
    const std::function<absl::Status(ParsedDocument)>& each);

// The promises of format.h that an index relies on: valid UTF-8, blocks in
// order inside the text, sections and places that exist.
absl::Status CheckExtracted(const Extracted& document);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_PARSERS_PARSED_H_
