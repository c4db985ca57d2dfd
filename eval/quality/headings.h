// `footnote eval headings`: known-item search. A section's heading is the
// question, the section without its heading is what has to be found.
#ifndef FOOTNOTE_EVAL_QUALITY_HEADINGS_H_
#define FOOTNOTE_EVAL_QUALITY_HEADINGS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/cli.h"
#include "eval/quality/report.h"

namespace footnote {

// All sections of all 23 languages (help_sections.h) in one collection, each a
// document without its heading. Of each of `languages` (all when empty) at most
// 200 headings, evenly spread over those that have no sections inside, are
// asked. A language without translated sections has a row of nulls. Keys:
// questions, hit_at_5.
absl::StatusOr<Report> MeasureHeadings(
    const std::string& folder, const std::vector<std::string>& languages,
    const CliContext& context);

}  // namespace footnote

#endif  // FOOTNOTE_EVAL_QUALITY_HEADINGS_H_
