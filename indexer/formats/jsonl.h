// JSON lines: many documents in one file, one JSON object a line.
#ifndef FOOTNOTE_INDEXER_FORMATS_JSONL_H_
#define FOOTNOTE_INDEXER_FORMATS_JSONL_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "indexer/formats/format.h"

namespace footnote {

// One line of the file.
struct JsonDocument {
  uint32_t line = 0;  // from 1
  // As the file names it; empty when it does not. It is no part of the text.
  std::string id;
  Extracted document;
  // The vector of the whole text, supplied by the caller; usually empty.
  std::vector<float> vector;
};

// Reads `utf8` (valid) line by line; empty lines are skipped. `each` is called
// for every other line in order, with the document or with why it is none, and
// may return an error to stop. One bad line costs only itself.
//
// Keys of an object, of which the first found counts:
//   text      "text", "contents", "content", "body", "passage", "paragraph"
//   id        "id", "_id", "doc_id", "document_id", "docid", "context_id"
//             (a string or a number)
//   title     "title", "heading"
//   language  "language", "lang"
//   vector    "vector", "embedding": an array of numbers
// Strings, numbers and booleans under any other key, and inside "metadata" or
// "meta", become metadata. The text is read as plain text: empty lines part
// paragraphs.
//
// A line's errors: InvalidArgument (not a JSON object; no text; a vector that
// is empty or holds something else than finite numbers) and ResourceExhausted
// (longer than the limits); each names the line.
absl::Status ExtractJsonLines(
    absl::string_view utf8, const ExtractLimits& limits,
    const std::function<absl::Status(uint32_t line,
                                     absl::StatusOr<JsonDocument>)>& each);

// Whether one of the keys of texts stands in `line`, be it JSON or not.
bool NamesAText(absl::string_view line);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_JSONL_H_
