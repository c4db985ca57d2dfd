#ifndef FOOTNOTE_GENERATOR_RERANK_H_
#define FOOTNOTE_GENERATOR_RERANK_H_

#include <functional>

#include "absl/status/statusor.h"
#include "generator/extractive/extractive_writer.h"
#include "proto/footnote/v1/generator.pb.h"

namespace footnote {

// See Generator.Rerank. Deterministic. Safe from many threads.
//   InvalidArgument  reason INVALID_REQUEST
//   Cancelled        the caller went away
//   and what the encoder returns
absl::StatusOr<v1::RerankResponse> Rerank(
    const v1::RerankRequest& request, const ExtractiveWriter& writer,
    const std::function<bool()>& is_cancelled);

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_RERANK_H_
