// Follow-ups as questions that stand alone: by a model, or by rule.
#ifndef FOOTNOTE_GENERATOR_FOLLOW_UP_H_
#define FOOTNOTE_GENERATOR_FOLLOW_UP_H_

#include <functional>

#include "absl/status/statusor.h"
#include "generator/modelled/shelf.h"
#include "proto/footnote/v1/generator.pb.h"

namespace footnote {

// A question that stands alone, and one before which nothing was asked, stays
// as it is: no model is asked. What a model writes is taken where it keeps the
// question's own names and numbers and adds none that was never said; else the
// rule's question is.
//   InvalidArgument  INVALID_REQUEST
absl::StatusOr<v1::RewriteResponse> RewriteFollowUp(
    const v1::RewriteRequest& request, ModelShelf* shelf,
    const std::function<bool()>& is_cancelled);

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_FOLLOW_UP_H_
