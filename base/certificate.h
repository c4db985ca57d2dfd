// What a certificate says of its holder, and whether files of TLS are what they
// are said to be. Nobody's signature is verified here: TLS does that.
#ifndef FOOTNOTE_BASE_CERTIFICATE_H_
#define FOOTNOTE_BASE_CERTIFICATE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace footnote {

// The one value of `field` of the holder's name, in UTF-8, from the first
// certificate in `pem`; `field` is the short name, such as "O" or "OU". Safe
// from many threads.
//   InvalidArgument     not a certificate, or no such field
//   FailedPrecondition  the name has the field not at all, several times, or
//                       empty
absl::StatusOr<std::string> HolderField(absl::string_view pem,
                                        absl::string_view field);

// `pem` begins with a certificate.
//   InvalidArgument  it does not
absl::Status CheckCertificate(absl::string_view pem);

// `key` is the private key, in PEM and without a password, of the first
// certificate in `pem`.
//   InvalidArgument  it is not
absl::Status CheckPrivateKey(absl::string_view pem, absl::string_view key);

// Why nobody takes the first certificate of `pem` at `now`: it expired, or is
// not valid yet. Empty when it is valid.
//   InvalidArgument  not a certificate
absl::StatusOr<std::string> WhyNotValid(absl::string_view pem, absl::Time now);

}  // namespace footnote

#endif  // FOOTNOTE_BASE_CERTIFICATE_H_
