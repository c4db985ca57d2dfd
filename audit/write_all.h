#ifndef FOOTNOTE_AUDIT_WRITE_ALL_H_
#define FOOTNOTE_AUDIT_WRITE_ALL_H_

#include "absl/strings/string_view.h"

namespace footnote {

// Writes all of `bytes` where `file` stands; 0, or the error number of what did
// not go. A disk takes what it has room for and says only then that it is full.
int WriteAll(int file, absl::string_view bytes);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_WRITE_ALL_H_
