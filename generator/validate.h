#ifndef FOOTNOTE_GENERATOR_VALIDATE_H_
#define FOOTNOTE_GENERATOR_VALIDATE_H_

#include "absl/status/status.h"
#include "proto/footnote/v1/generator.pb.h"

namespace footnote {

constexpr size_t kMaxQuestionBytes = 100000;
constexpr int kMaxPassagesGiven = 1000;
constexpr int kMaxTexts = 10;
constexpr int kMaxSentencesAsked = 10;
constexpr int kMaxCodePointsAsked = 100000;
constexpr int kMaxToolUses = 64;
// Arrays and objects within each other: as many as a chat template is given.
constexpr int kMaxJsonDepth = 64;
constexpr size_t kMaxResultBytes = 1 << 20;
constexpr size_t kMaxSafetyMode = 64;
constexpr int kMaxTurns = 100;

// Checks a request as proto/footnote/v1/generator.proto describes it, without
// looking at anything but the request.
//   InvalidArgument  reason INVALID_REQUEST; the message names the field, its
//                    value and what was wanted, and quotes no text
absl::Status ValidateGenerate(const v1::GenerateRequest& request);
absl::Status ValidateRerank(const v1::RerankRequest& request);
absl::Status ValidateRewrite(const v1::RewriteRequest& request);

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_VALIDATE_H_
