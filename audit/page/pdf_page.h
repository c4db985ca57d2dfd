#ifndef FOOTNOTE_AUDIT_PAGE_PDF_PAGE_H_
#define FOOTNOTE_AUDIT_PAGE_PDF_PAGE_H_

#include <string>

#include "absl/status/status.h"
#include "audit/bundle.h"

namespace footnote {

// Writes what a bundle holds, and what checking it gave, as PDF that a person
// can read and print: each question, its answer with numbers, and below them
// each quote, marked, among the words around it. In every script that the
// machine has fonts for, from right to left where the text is.
//   Unavailable, ResourceExhausted, …  `path` can't be written
absl::Status WritePdf(const Bundle& bundle, const CheckedBundle& checked,
                      const std::string& path);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_PAGE_PDF_PAGE_H_
