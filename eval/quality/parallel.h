// `footnote eval parallel`: how often a sentence's nearest English sentence is
// its translation, by the encoder alone.
#ifndef FOOTNOTE_EVAL_QUALITY_PARALLEL_H_
#define FOOTNOTE_EVAL_QUALITY_PARALLEL_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "eval/quality/report.h"
#include "model/encoder/encoder.h"

namespace footnote {

// Measures each of `languages` (all that `folder` has when empty, and never
// English) against the English file, over all lines. Keys: questions, top_1.
// Progress goes to standard error unless `quiet`.
absl::StatusOr<Report> MeasureParallel(
    const std::string& folder, const std::vector<std::string>& languages,
    const Encoder& encoder, bool quiet);

}  // namespace footnote

#endif  // FOOTNOTE_EVAL_QUALITY_PARALLEL_H_
