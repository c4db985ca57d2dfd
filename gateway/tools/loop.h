// A writer looks things up before it answers.
#ifndef FOOTNOTE_GATEWAY_TOOLS_LOOP_H_
#define FOOTNOTE_GATEWAY_TOOLS_LOOP_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "gateway/caller.h"
#include "gateway/room_stubs.h"
#include "proto/footnote/v1/answers.pb.h"
#include "proto/footnote/v1/generator.pb.h"
#include "proto/footnote/v1/retriever.pb.h"

namespace footnote {

// Lets the writer of `request` plan and call tools, at most
// request.max_tool_steps times, and never for more than half of the time that
// the caller waits. The search that gave `found` is its first call.
//
// `generate` gets the tools' results and the plan; `found` the passages that
// further searches found, behind its own, and the second encoder that one of
// them asked. What keeps tools from being used (a writer that is no model, a
// model that knows no tools) is no error: `ended` says it, and the writer
// answers from `found`. `tokens` grows by what the model wrote.
//   Cancelled, DeadlineExceeded  nobody waits
absl::Status UseTools(const v1::AskRequest& request, const Caller& caller,
                      const RoomStubs& rooms, v1::SearchResponse* found,
                      v1::GenerateRequest* generate, std::string* ended,
                      int64_t* tokens);

}  // namespace footnote

#endif  // FOOTNOTE_GATEWAY_TOOLS_LOOP_H_
