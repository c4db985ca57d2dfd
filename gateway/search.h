#ifndef FOOTNOTE_GATEWAY_SEARCH_H_
#define FOOTNOTE_GATEWAY_SEARCH_H_

#include "absl/status/status.h"
#include "gateway/caller.h"
#include "gateway/room_stubs.h"
#include "proto/footnote/v1/retriever.pb.h"

namespace footnote {

// The story of a search at the door: the retriever finds, and for a question
// the generator reranks the best. Where the generator can't, the retriever's
// order stands, a warning is logged and response->order() says FUSED. Waits for
// what was written through this door. Safe from many threads.
//   what the retriever returns
absl::Status SearchAndRerank(const v1::SearchRequest& request,
                             const Caller& caller, const RoomStubs& rooms,
                             v1::SearchResponse* response);

}  // namespace footnote

#endif  // FOOTNOTE_GATEWAY_SEARCH_H_
