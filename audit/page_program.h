#ifndef FOOTNOTE_AUDIT_PAGE_PROGRAM_H_
#define FOOTNOTE_AUDIT_PAGE_PROGRAM_H_

#include <string>

#include "absl/status/status.h"

namespace footnote {

// Has the program footnote-page write the bundle in file `bundle` as PDF.
//   NotFound  it is not installed; says where it was looked for
//   Internal  it did not write the page; its own words are on standard error
absl::Status WritePdfPage(const std::string& bundle, const std::string& pdf);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_PAGE_PROGRAM_H_
