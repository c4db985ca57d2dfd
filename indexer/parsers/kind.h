// Which program reads a file, by what stands at its begin.
#ifndef FOOTNOTE_INDEXER_PARSERS_KIND_H_
#define FOOTNOTE_INDEXER_PARSERS_KIND_H_

#include "absl/strings/string_view.h"
#include "indexer/formats/format.h"

namespace footnote {

// In each, `head` is the begin of the file, 512 bytes or more of it; of e-mail
// 16 KiB tell more.

// True for files that ParseFile reads and the text formats' readers do not:
// archives, office documents, e-books, e-mail.
bool NeedsParser(absl::string_view head);

// True for what program footnote-pdf reads.
bool IsPdf(absl::string_view head);

// True for what program footnote-rtf reads.
bool IsRtf(absl::string_view head);

// Which image it is that program footnote-ocr reads: kPng, kJpeg or kTiff;
// kUnknown for everything else.
Format ImageFormat(absl::string_view head);

// True for a message or mailbox: headers that a message has to have, in the
// form that they have to have.
bool IsMail(absl::string_view head);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_PARSERS_KIND_H_
