// Finds out by its content what a file is, and reads it.
#ifndef FOOTNOTE_INDEXER_FORMATS_DETECT_H_
#define FOOTNOTE_INDEXER_FORMATS_DETECT_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "indexer/formats/format.h"
#include "indexer/formats/jsonl.h"
#include "text/charset.h"

namespace footnote {

// The format of a text by what stands in it. Any valid text is at least plain
// text.
//   Unimplemented   XML of a dialect that cannot be read; names its root
absl::StatusOr<Format> DetectFormat(absl::string_view utf8);

// The format of media type `type` ("text/html; charset=utf-8"); kUnknown when
// it is empty or says too little ("application/xml").
Format FormatOfMediaType(absl::string_view type);

// Says what binary file begins with `head` ("a PDF document", "a PNG image");
// empty when it may be text. 64 bytes tell enough.
absl::string_view BinaryKind(absl::string_view head);

// True for formats that are read by libraries, into trees: HTML, Mallard,
// DocBook, Markdown.
bool IsMarkup(Format format);

// Reads `utf8` (valid) as `format`.
//   InvalidArgument     not well-formed; nested deeper than the limits
//   ResourceExhausted   larger than the limits
//   Unimplemented       not a format of markup
absl::StatusOr<Extracted> ExtractMarkup(absl::string_view utf8, Format format,
                                        const ExtractLimits& limits);

// What does the work of ExtractMarkup, perhaps elsewhere.
using MarkupReader = std::function<absl::StatusOr<Extracted>(
    absl::string_view utf8, Format format, const ExtractLimits& limits)>;

// A file as text.
struct DetectedText {
  DecodedText decoded;
  Format format = Format::kUnknown;
};

// The first half of ReadDocuments: decodes a file, and detects the format
// unless `media_type` names one.
absl::StatusOr<DetectedText> DetectText(std::string bytes,
                                        absl::string_view media_type);

// Whether the file is Markdown by its name. A note of one heading has fewer of
// Markdown's signs than tell it from plain text; then its name does.
bool IsNamedMarkdown(absl::string_view path);

// The other half.
absl::Status ReadDetected(
    const DetectedText& text, const ExtractLimits& limits,
    const std::function<absl::Status(uint32_t line,
                                     absl::StatusOr<JsonDocument>)>& each,
    const MarkupReader& read_markup = ExtractMarkup);

// Reads a whole file: decodes it, detects the format (unless `media_type`
// names one) and calls `each` for every document in it: once, or for JSON
// lines once per line. `each` gets a document or the reason why there is none;
// an error that `each` returns ends the reading and is returned. An error of
// the file as a whole is returned and `each` never called:
//   InvalidArgument     empty, or not text; not well-formed
//   Unimplemented       a binary format, or XML that cannot be read
//   ResourceExhausted   larger than the limits
// A document without any text is an error too. JSON lines may as a whole be as
// large as they like. A server gives a `read_markup` that reads elsewhere
// (indexer/parsers/markup_parser.h).
absl::Status ReadDocuments(
    std::string bytes, absl::string_view media_type,
    const ExtractLimits& limits,
    const std::function<absl::Status(uint32_t line,
                                     absl::StatusOr<JsonDocument>)>& each,
    const MarkupReader& read_markup = ExtractMarkup);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_DETECT_H_
