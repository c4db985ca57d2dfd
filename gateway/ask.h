// The story of one question: search, write, record, show.
#ifndef FOOTNOTE_GATEWAY_ASK_H_
#define FOOTNOTE_GATEWAY_ASK_H_

#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/caller.h"
#include "gateway/room_stubs.h"
#include "proto/footnote/v1/answers.pb.h"
#include "proto/footnote/v1/audit.pb.h"

namespace footnote {

// Sends one message to the caller; false when the caller is gone.
using ShowMessage = std::function<bool(const v1::AskResponse&)>;

struct AskOptions {
  // Collections whose answers are shown although they can't be recorded.
  std::set<std::string> show_unrecorded;
};

// Answers `request` and shows the answer as the contract of Answers.Ask says.
// Nothing is shown before the record is synced. With a request id that was
// seen before, the first answer is shown again and nothing is recorded. Safe
// from many threads.
//
//   InvalidArgument   a field of the request (INVALID_REQUEST), or a request
//                     id that belongs to another question
//   NotFound          COLLECTION_NOT_FOUND, WRITER_NOT_FOUND
//   Cancelled, DeadlineExceeded  nobody waits; stopped between stages
//   Unavailable       a room can't be reached; AUDIT_UNAVAILABLE for the audit
//                     room: an answer that can't be recorded is not shown,
//                     unless `options` says so; then it has neither id nor
//                     receipt, and an error is logged
//
// `tokens` becomes what language models wrote for it, as soon as that is known.
absl::Status Ask(const v1::AskRequest& request, const Caller& caller,
                 const RoomStubs& rooms, const AskOptions& options,
                 const ShowMessage& show, int64_t* tokens);

// What a search told that is not recorded.
struct Beside {
  // Of the documents that were found, those that are like others.
  google::protobuf::RepeatedPtrField<v1::Duplicates> duplicates;
  // SearchResponse.left_out.
  uint64_t left_out = 0;
};

// The first half of it: what is found and written for `request`, as a record
// without id and receipt. Nothing is shown or recorded. `beside` may be null.
absl::StatusOr<v1::AnswerRecord> DraftAnswer(const v1::AskRequest& request,
                                             const Caller& caller,
                                             const RoomStubs& rooms,
                                             int64_t* tokens,
                                             Beside* beside = nullptr);

// Tokens of all drafts of one answer.
int64_t TokensOf(const v1::Writing& writing);

}  // namespace footnote

#endif  // FOOTNOTE_GATEWAY_ASK_H_
