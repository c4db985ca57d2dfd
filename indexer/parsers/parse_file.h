// A file of any kind to the documents in it: what footnote-parse does.
#ifndef FOOTNOTE_INDEXER_PARSERS_PARSE_FILE_H_
#define FOOTNOTE_INDEXER_PARSERS_PARSE_FILE_H_

#include <functional>
#include <string>

#include "absl/strings/string_view.h"
#include "indexer/formats/format.h"
#include "indexer/parsers/parsed.h"

namespace footnote {

struct ParseLimits {
  ExtractLimits extract;
  // Of an archive with all that is in it, unpacked; and of its entries.
  size_t max_unpacked_bytes = size_t{1} << 30;
  size_t max_entries = 100000;
  // Archives inside one another.
  int max_nesting = 3;
  // What unpacks to more than so many times its archive, and to more than
  // 64 MiB, is a bomb.
  size_t max_ratio = 200;
};

// Calls `each` for every document in `bytes`, or for why there is none: office
// documents, e-books, e-mail, archives (ZIP, TAR, 7z, cpio, ar; gzip, bzip2,
// xz, zstd) of these and of every text format. Parts of an archive are named by
// their paths; of archives inside archives, "inner.zip!/path". A message is one
// document and its attachments are its parts; the messages of a mailbox are
// parts "1", "2", … with parts "1!/NAME". One bad part costs only itself; a
// bomb costs what comes behind it.
void ParseFile(std::string bytes, const ParseLimits& limits,
               const std::function<void(ParsedDocument)>& each);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_PARSERS_PARSE_FILE_H_
