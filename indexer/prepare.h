// From the bytes of a file to documents that are ready to be indexed.
#ifndef FOOTNOTE_INDEXER_PREPARE_H_
#define FOOTNOTE_INDEXER_PREPARE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "indexer/formats/detect.h"
#include "indexer/formats/format.h"
#include "indexer/parsers/markup_parser.h"
#include "indexer/parsers/scan_reader.h"
#include "indexer/passages.h"
#include "indexer/source_file.h"
#include "storage/document_store.h"
#include "text/language.h"

namespace footnote {

struct PreparedDocument {
  // Everything but version, state, encoder and times.
  VersionRecord record;
  Extracted extracted;
  std::string locator;
  // What a line of JSON calls itself, where people may call it so, too: a
  // ticket's or an article's number ("T-1042", "40018"), but no hash, address,
  // year or short number. Empty of other documents.
  std::string name;
  Language language = Language::kUnknown;
  std::vector<CutPassage> passages;
  // Of each passage: its own, where it is long enough to tell.
  std::vector<Language> passage_languages;
  // Supplied by the caller; usually empty.
  std::vector<float> vector;
  std::vector<std::string> warnings;

  absl::string_view PassageText(size_t i) const {
    return absl::string_view(extracted.text)
        .substr(passages[i].span.begin, passages[i].span.size());
  }
  // What is above a passage in `section`, outermost first: the name, unless
  // that is the title, and the headings.
  std::vector<absl::string_view> PathTo(uint32_t section) const;
};

// A file of which the first half is done: detected, decoded, and its markup
// with the parser.
struct StartedFile {
  // Without its bytes.
  SourceFile file;
  size_t source_bytes = 0;
  std::string source_sha256;
  // Of a file that is read apart its bytes, of others their text.
  bool is_apart = false;
  std::string bytes;
  absl::StatusOr<DetectedText> text;
  // Of MarkupParser::ReadAhead.
  uint64_t ahead = 0;
};

// The first half of PrepareDocuments; `sha256`: that of the file's bytes.
// Several may be started before the first
// is prepared, by the same `markup` and in the same order; MarkupParser's
// SendAhead sends them.
StartedFile StartFile(SourceFile file, std::string sha256,
                      const ExtractLimits& limits, MarkupParser* markup);

// The other half; returns as PrepareDocuments.
absl::Status PrepareStarted(
    StartedFile started, absl::string_view collection,
    const ExtractLimits& limits, const OcrOptions& ocr, MarkupParser* markup,
    const std::function<absl::Status(const std::string& document,
                                     absl::StatusOr<PreparedDocument>)>& each);

// Reads `file` and calls `each` for every document in it: detect, extract,
// identify the language, cut passages. `document` is the document's id, also
// of one that failed. An error that `each` returns ends the reading.
// Markup is read by `markup`, other formats of libraries in processes of their
// own. Safe from many threads, each with a MarkupParser.
// The same errors as ReadDocuments (indexer/formats/detect.h), those of the
// whole file also through `each`, and InvalidArgument for an id that is empty,
// over 1,024 bytes or holds control characters.
absl::Status PrepareDocuments(
    SourceFile file, absl::string_view collection, const ExtractLimits& limits,
    const OcrOptions& ocr, MarkupParser* markup,
    const std::function<absl::Status(const std::string& document,
                                     absl::StatusOr<PreparedDocument>)>& each);

// The media type that stands for `format`.
absl::string_view MediaTypeOf(Format format);

// InvalidArgument unless `document` is a well-formed id.
absl::Status CheckDocumentId(absl::string_view document);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_PREPARE_H_
