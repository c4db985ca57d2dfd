// An answer of then, asked again now.
#ifndef FOOTNOTE_GATEWAY_REPLAY_H_
#define FOOTNOTE_GATEWAY_REPLAY_H_

#include "absl/status/statusor.h"
#include "gateway/caller.h"
#include "gateway/room_stubs.h"
#include "proto/footnote/v1/answers.pb.h"
#include "proto/footnote/v1/audit.pb.h"

namespace footnote {

// See Answers.ReplayAnswer. Safe from many threads. `tokens`: as of
// DraftAnswer.
absl::StatusOr<v1::ReplayAnswerResponse> ReplayAnswer(
    const v1::ReplayAnswerRequest& request, const Caller& caller,
    const RoomStubs& rooms, int64_t* tokens);

// What differs between two records of one question. Pure.
v1::ReplayAnswerResponse CompareAnswers(const v1::AnswerRecord& recorded,
                                        const v1::AnswerRecord& today);

}  // namespace footnote

#endif  // FOOTNOTE_GATEWAY_REPLAY_H_
