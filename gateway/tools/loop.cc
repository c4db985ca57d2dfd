#include "gateway/tools/loop.h"

#include <algorithm>
#include <future>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/grpc_status.h"
#include "base/metrics.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "gateway/tools/builtin.h"
#include "nlohmann/json.hpp"

namespace footnote {
namespace {

// Of one step, and of all of them.
constexpr int kStepTokens = 400;
constexpr int kAllTokens = 2000;
constexpr int kCallsAtOnce = 3;
constexpr size_t kMaxResultBytes = 4000;

bool IsSamePassage(const v1::Passage& a, const v1::Passage& b) {
  return a.source().document() == b.source().document() &&
         a.source().version() == b.source().version() &&
         a.span().begin() == b.span().begin() &&
         a.span().end() == b.span().end();
}

// Its position in `found`, where it is put if it is not there.
uint32_t PositionOf(v1::Passage passage, v1::SearchResponse* found) {
  for (int i = 0; i < found->passages_size(); ++i) {
    if (IsSamePassage(found->passages(i), passage)) return i;
  }
  *found->add_passages() = std::move(passage);
  return found->passages_size() - 1;
}

v1::ToolUse FirstSearch(const std::string& question,
                        const v1::SearchResponse& found) {
  v1::ToolUse use;
  use.set_call_id("0");
  use.set_tool(kSearchTool);
  use.set_parameters(
      nlohmann::json({{"query", question}})
          .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  use.set_step(1);
  const int shown = std::min(kSearchResults, found.passages_size());
  for (int i = 0; i < shown; ++i) {
    use.add_results(found.passages(i).text());
    use.add_passages(i);
  }
  if (shown == 0) {
    use.set_failed(true);
    use.add_results("no passage was found");
  }
  return use;
}

// The conversation so far: the question, the calls, their results.
v1::ChatRequest StepRequest(const v1::AskRequest& request,
                            const v1::GenerateRequest& generate) {
  v1::ChatRequest chat;
  chat.set_model(generate.writer());
  chat.set_tools_json(std::string(BuiltinToolsJson()));
  chat.set_only_tools(true);
  chat.set_max_tokens(kStepTokens);
  chat.set_max_tool_calls(kCallsAtOnce);
  chat.set_safety_mode(request.safety_mode());
  v1::ChatRequest::Message* message = chat.add_messages();
  message->set_role("user");
  message->set_content(generate.question());
  for (int begin = 0; begin < generate.tools_size();) {
    const int step = generate.tools(begin).step();
    message = chat.add_messages();
    message->set_role("assistant");
    int end = begin;
    for (; end < generate.tools_size() && generate.tools(end).step() == step;
         ++end) {
      v1::ToolCall* const call = message->add_tool_calls();
      call->set_id(generate.tools(end).call_id());
      call->set_name(generate.tools(end).tool());
      call->set_parameters(generate.tools(end).parameters());
    }
    for (; begin < end; ++begin) {
      for (const std::string& result : generate.tools(begin).results()) {
        message = chat.add_messages();
        message->set_role("tool");
        message->set_tool_call_id(generate.tools(begin).call_id());
        message->set_content(result.substr(
            0, FloorToCodePoint(result,
                                std::min(result.size(), kMaxResultBytes))));
      }
    }
  }
  return chat;
}

absl::StatusOr<v1::ChatEnd> RunStep(const v1::ChatRequest& chat,
                                    const Caller& caller,
                                    const RoomStubs& rooms) {
  const auto context = caller.Pass();
  const auto reader = rooms.generator->Chat(context.get(), chat);
  v1::ChatResponse response;
  v1::ChatEnd end;
  while (reader->Read(&response)) {
    if (response.has_end()) end = std::move(*response.mutable_end());
  }
  RETURN_IF_ERROR(FromGrpcStatus(reader->Finish()));
  return end;
}

// All calls of a step at once.
std::vector<MadeCall> MakeCalls(const v1::ChatEnd& end,
                                const v1::AskRequest& request,
                                uint64_t generation, const Caller& caller,
                                const RoomStubs& rooms) {
  std::vector<std::future<MadeCall>> running;
  for (const v1::ToolCall& call : end.tool_calls()) {
    running.push_back(std::async(std::launch::async, [&, call] {
      return MakeCall(call, request, generation, caller, rooms);
    }));
  }
  std::vector<MadeCall> made;
  for (std::future<MadeCall>& one : running) made.push_back(one.get());
  return made;
}

}  // namespace

absl::Status UseTools(const v1::AskRequest& request, const Caller& caller,
                      const RoomStubs& rooms, v1::SearchResponse* found,
                      v1::GenerateRequest* generate, std::string* ended,
                      int64_t* tokens) {
  const StageTimer timer("ask_tools");
  const absl::Time enough = absl::Now() + caller.TimeLeft() / 2;
  const uint64_t generation = found->generation();
  *generate->add_tools() = FirstSearch(generate->question(), *found);
  generate->set_tools_json(std::string(BuiltinToolsJson()));
  std::set<std::pair<std::string, std::string>> seen;
  seen.emplace(generate->tools(0).tool(), generate->tools(0).parameters());
  int64_t planned = 0;
  for (int step = 1; step <= request.max_tool_steps(); ++step) {
    RETURN_IF_ERROR(caller.StillWaits("a tool"));
    const absl::StatusOr<v1::ChatEnd> end =
        RunStep(StepRequest(request, *generate), caller, rooms);
    if (absl::IsCancelled(end.status()) ||
        absl::IsDeadlineExceeded(end.status())) {
      return end.status();
    }
    if (!end.ok()) {
      *ended = std::string(end.status().message());
      break;
    }
    planned += end->answer_tokens();
    *tokens += end->answer_tokens();
    if (end->tool_calls().empty()) {
      // It has what it wants, or said nothing that is a call.
      if (end->finish() == "length") *ended = "a plan without an end";
      break;
    }
    if (!end->plan().empty()) {
      generate->set_plan(absl::StrCat(
          generate->plan(), generate->plan().empty() ? "" : "\n", end->plan()));
    }
    bool fresh = false;
    for (const v1::ToolCall& call : end->tool_calls()) {
      fresh |= seen.emplace(call.name(), call.parameters()).second;
    }
    if (!fresh) {
      *ended = "the model called again what it had called";
      break;
    }
    for (MadeCall& made : MakeCalls(*end, request, generation, caller, rooms)) {
      made.use.set_step(step + 1);
      for (v1::Passage& passage : made.passages) {
        made.use.add_passages(PositionOf(std::move(passage), found));
      }
      if (!made.second_encoder.empty()) {
        found->set_second_encoder(std::move(made.second_encoder));
        found->set_second_encoder_sha256(std::move(made.second_encoder_sha256));
      }
      *generate->add_tools() = std::move(made.use);
    }
    if (step == request.max_tool_steps()) {
      *ended = absl::StrCat("after ", step, step == 1 ? " step" : " steps");
    } else if (planned >= kAllTokens || absl::Now() >= enough) {
      *ended = absl::StrCat("after ", planned, " tokens in ", step,
                            step == 1 ? " step" : " steps");
      break;
    }
  }
  // A first search alone is what every question has.
  if (generate->tools_size() == 1) {
    generate->clear_tools();
    generate->clear_tools_json();
  }
  return absl::OkStatus();
}

}  // namespace footnote
