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
// document without its heading; the headings of the sections around it are its
// title, as a reader has them above the page. Of each of `languages` (all when
// empty) at most 200 headings are asked, evenly spread over those that can be
// asked fairly (HelpSection::can_be_asked): a known item must be one item. The
// rule looks at headings and languages, never at what a search finds. A
// language without translated sections has a row of nulls. Keys: questions,
// hit_at_5. When `keep` is not empty, the store and the questions are left in
// that folder (rooms_client.h) and nothing is asked.
absl::StatusOr<Report> MeasureHeadings(
    const std::string& folder, const std::vector<std::string>& languages,
    const std::string& keep, const CliContext& context);

}  // namespace footnote

#endif  // FOOTNOTE_EVAL_QUALITY_HEADINGS_H_
