// The tools that a writer may use while it answers: search, calculate,
// forecast.
#ifndef FOOTNOTE_GATEWAY_TOOLS_BUILTIN_H_
#define FOOTNOTE_GATEWAY_TOOLS_BUILTIN_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gateway/caller.h"
#include "gateway/room_stubs.h"
#include "proto/footnote/v1/answers.pb.h"
#include "proto/footnote/v1/generator.pb.h"
#include "proto/footnote/v1/retriever.pb.h"
#include "proto/footnote/v1/writing.pb.h"

namespace footnote {

inline constexpr char kSearchTool[] = "search";
// Passages of one search by a writer.
inline constexpr int kSearchResults = 3;

// What models are told of them: ChatRequest.tools_json.
absl::string_view BuiltinToolsJson();

// A call by the writer of `request`, made. What goes wrong is a result too,
// with ToolUse.failed: the model reads what was wrong.
struct MadeCall {
  v1::ToolUse use;
  // Of a search: what it found, in order; `use.results` are their texts.
  std::vector<v1::Passage> passages;
  // Of a search: as in SearchResponse.
  std::string second_encoder;
  std::string second_encoder_sha256;
};

// A search sees what the asker may see and no more: the request's collection
// and filter. Safe from many threads.
MadeCall MakeCall(const v1::ToolCall& call, const v1::AskRequest& request,
                  uint64_t generation, const Caller& caller,
                  const RoomStubs& rooms);

}  // namespace footnote

#endif  // FOOTNOTE_GATEWAY_TOOLS_BUILTIN_H_
