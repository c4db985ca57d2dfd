// What a certificate says of its holder. It is not verified here: TLS did that.
#ifndef FOOTNOTE_BASE_CERTIFICATE_H_
#define FOOTNOTE_BASE_CERTIFICATE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace footnote {

// The one value of `field` of the holder's name, in UTF-8, from the first
// certificate in `pem`; `field` is the short name, such as "O" or "OU". Safe
// from many threads.
//   InvalidArgument     not a certificate, or no such field
//   FailedPrecondition  the name has the field not at all, several times, or
//                       empty
absl::StatusOr<std::string> HolderField(absl::string_view pem,
                                        absl::string_view field);

}  // namespace footnote

#endif  // FOOTNOTE_BASE_CERTIFICATE_H_
