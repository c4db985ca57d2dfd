#ifndef FOOTNOTE_AUDIT_REPORT_H_
#define FOOTNOTE_AUDIT_REPORT_H_

#include <string>

#include "audit/bundle.h"

namespace footnote {

// A page of HTML about a bundle, for a person: the answers with their
// footnotes in place, what was checked, and how to check it oneself. It holds
// no scripts and loads nothing.
std::string ReportPage(const Bundle& bundle, const CheckedBundle& checked);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_REPORT_H_
