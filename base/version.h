// What this build of the program is.
#ifndef FOOTNOTE_BASE_VERSION_H_
#define FOOTNOTE_BASE_VERSION_H_

#include "absl/strings/string_view.h"

namespace footnote {

// The release, such as "0.1.0"; in every answer record.
absl::string_view ProgramVersion();

// The first 12 digits of the commit that it was built from, or "unknown".
absl::string_view BuildCommit();

}  // namespace footnote

#endif  // FOOTNOTE_BASE_VERSION_H_
