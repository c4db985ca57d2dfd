// E-mail: a message (RFC 5322, MIME) or a mailbox of them (mbox).
#ifndef FOOTNOTE_INDEXER_FORMATS_MAIL_H_
#define FOOTNOTE_INDEXER_FORMATS_MAIL_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "indexer/formats/format.h"

namespace footnote {

// A file inside a message, as its sender had it. A message inside a message is
// one too.
struct MailAttachment {
  // Valid UTF-8; "part-2.1" where the message names none.
  std::string name;
  std::string bytes;
};

struct MailMessage {
  // The message's subject is a heading; under it stand "From: …", "To: …",
  // "Cc: …" and "Date: …", a paragraph each, and the text. A block's place is
  // "part=headers", or the number of the MIME part that it stands in and its
  // line there: "part=1.2&line=7". Of alternatives the plain text is read, or
  // where there is none the HTML.
  //   Unimplemented      encrypted
  //   ResourceExhausted  larger than the limits
  absl::StatusOr<Extracted> document;
  std::vector<MailAttachment> attachments;
};

// Prepares GMime, which looks for files: once, before a sandbox hides them.
// ReadMail does it too.
void PrepareForMail();

// Calls `each` for the message in `bytes`, or for every message of the mailbox
// that `bytes` are when they begin with "From ", until it returns false.
// Any bytes are safe.
//   InvalidArgument   no message in it
absl::Status ReadMail(absl::string_view bytes, const ExtractLimits& limits,
                      const std::function<bool(MailMessage)>& each);

// A header's value as people read it: unfolded, encoded words (RFC 2047)
// decoded. Valid UTF-8.
std::string DecodeMailHeader(absl::string_view raw);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_MAIL_H_
