#include "generator/chat_request.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/grpc_status.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "generator/modelled/prompt.h"
#include "generator/validate.h"
#include "model/template/json_value.h"

namespace footnote {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kMaxTextBytes = 1 << 20;
constexpr int kMaxAnswerTokens = 1 << 16;
constexpr int kMaxPriority = 100;
constexpr int kMaxDocuments = 100;
constexpr int kMaxToolCalls = 16;
// Each token's text is compared with all of them, on the thread that decodes
// for everybody.
constexpr int kMaxStops = 64;
constexpr size_t kMaxStopBytes = 256;
constexpr size_t kMaxTools = 64;
constexpr size_t kMaxToolName = 128;

template <typename... Parts>
absl::Status Invalid(const Parts&... parts) {
  absl::Status status = absl::InvalidArgumentError(absl::StrCat(parts...));
  SetErrorReason("INVALID_REQUEST", &status);
  return status;
}

absl::Status CheckText(absl::string_view field, absl::string_view text) {
  if (text.size() > kMaxTextBytes) {
    return Invalid(field, ": ", text.size(), " bytes, want at most ",
                   kMaxTextBytes);
  }
  if (!IsValidUtf8(text)) {
    return Invalid(field, ": invalid UTF-8 at byte ", ValidUtf8Prefix(text),
                   ", want UTF-8");
  }
  return absl::OkStatus();
}

absl::Status CheckJson(absl::string_view field, absl::string_view json) {
  RETURN_IF_ERROR(CheckText(field, json));
  const int depth = JsonDepth(json);
  if (depth <= kMaxJsonDepth) return absl::OkStatus();
  return Invalid(field, ": nests ", depth, " deep, want at most ",
                 kMaxJsonDepth);
}

absl::Status CheckRange(absl::string_view field, int value, int least,
                        int most) {
  if (value >= least && value <= most) return absl::OkStatus();
  return Invalid(field, ": ", value, ", want ", least, " to ", most);
}

// Each result is of a call that was made before it.
absl::Status CheckMessages(const v1::ChatRequest& request) {
  if (request.messages().empty()) return Invalid("messages: none, want some");
  std::set<std::string> calls;
  for (int i = 0; i < request.messages_size(); ++i) {
    const v1::ChatRequest::Message& message = request.messages(i);
    const std::string field = absl::StrCat("messages[", i, "]");
    RETURN_IF_ERROR(CheckText(field + ".role", message.role()));
    RETURN_IF_ERROR(CheckText(field + ".content", message.content()));
    RETURN_IF_ERROR(CheckText(field + ".plan", message.plan()));
    for (const v1::ToolCall& call : message.tool_calls()) {
      RETURN_IF_ERROR(CheckText(field + ".tool_calls.id", call.id()));
      RETURN_IF_ERROR(CheckText(field + ".tool_calls.name", call.name()));
      RETURN_IF_ERROR(
          CheckJson(field + ".tool_calls.parameters", call.parameters()));
      if (!Json::parse(call.parameters(), nullptr, false).is_object()) {
        return Invalid(field, ".tool_calls.parameters: want a JSON object");
      }
      if (!calls.insert(call.id()).second) {
        return Invalid(field, ".tool_calls.id: one is there twice");
      }
    }
    RETURN_IF_ERROR(CheckText(field + ".tool_call_id", message.tool_call_id()));
    if (message.role() == "tool" && calls.count(message.tool_call_id()) == 0) {
      return Invalid(field, ".tool_call_id: no call before it has this id");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckDocuments(const v1::ChatRequest& request) {
  if (request.documents_size() > kMaxDocuments) {
    return Invalid("documents: ", request.documents_size(),
                   " of them, want at most ", kMaxDocuments);
  }
  std::set<std::string> ids;
  for (int i = 0; i < request.documents_size(); ++i) {
    const v1::ChatRequest::Document& document = request.documents(i);
    const std::string field = absl::StrCat("documents[", i, "]");
    RETURN_IF_ERROR(CheckText(field + ".id", document.id()));
    RETURN_IF_ERROR(CheckText(field + ".title", document.title()));
    RETURN_IF_ERROR(CheckText(field + ".text", document.text()));
    if (!document.id().empty() && !ids.insert(document.id()).second) {
      return Invalid(field, ".id: another document has it");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ValidateChat(const v1::ChatRequest& request) {
  RETURN_IF_ERROR(CheckMessages(request));
  RETURN_IF_ERROR(CheckDocuments(request));
  RETURN_IF_ERROR(
      CheckRange("max_tokens", request.max_tokens(), 0, kMaxAnswerTokens));
  RETURN_IF_ERROR(
      CheckRange("priority", request.priority(), -kMaxPriority, kMaxPriority));
  RETURN_IF_ERROR(
      CheckRange("max_tool_calls", request.max_tool_calls(), 0, kMaxToolCalls));
  RETURN_IF_ERROR(CheckRange("stop", request.stop_size(), 0, kMaxStops));
  for (int i = 0; i < request.stop_size(); ++i) {
    if (request.stop(i).size() <= kMaxStopBytes) continue;
    return Invalid("stop[", i, "]: ", request.stop(i).size(),
                   " bytes, want at most ", kMaxStopBytes);
  }
  RETURN_IF_ERROR(CheckText("safety_mode", request.safety_mode()));
  RETURN_IF_ERROR(CheckJson("tools_json", request.tools_json()));
  RETURN_IF_ERROR(CheckText("json_schema", request.json_schema()));
  const bool tools = !request.tools_json().empty();
  if (!request.json_schema().empty() &&
      (tools || !request.documents().empty())) {
    return Invalid("json_schema: given, want none beside tools or documents");
  }
  if (!tools && (request.tool_choice() == v1::ChatRequest::REQUIRED ||
                 request.only_tools())) {
    return Invalid("tools_json: empty, want tools where they must be called");
  }
  return absl::OkStatus();
}

absl::StatusOr<ChatTools> ReadTools(const std::string& tools_json) {
  ChatTools tools;
  if (tools_json.empty()) return tools;
  Json list = Json::parse(tools_json, nullptr, /*allow_exceptions=*/false);
  if (!list.is_array() || list.empty() || list.size() > kMaxTools) {
    return Invalid("tools_json: want a JSON array of 1 to ", kMaxTools,
                   " tools");
  }
  tools.declared = Json::array();
  for (size_t i = 0; i < list.size(); ++i) {
    Json& one = list[i];
    Json tool =
        one.is_object() && one.contains("function") ? one["function"] : one;
    if (!tool.is_object() || !tool.contains("name") ||
        !tool["name"].is_string()) {
      return Invalid("tools_json[", i, "]: want an object with a name");
    }
    const std::string name = tool["name"].get<std::string>();
    if (name.empty() || name.size() > kMaxToolName) {
      return Invalid("tools_json[", i, "].name: ", name.size(),
                     " bytes, want 1 to ", kMaxToolName);
    }
    if (!tool.contains("description")) tool["description"] = "";
    if (!tool.contains("parameters")) {
      tool["parameters"] = {{"type", "object"}, {"properties", Json::object()}};
    }
    tools.callable.push_back({name, tool["parameters"].dump()});
    tools.declared.push_back(
        {{"type", "function"}, {"function", std::move(tool)}});
  }
  return tools;
}

std::string ChatPrompt(const v1::ChatRequest& request, const ChatTools& tools,
                       const Dialect& dialect) {
  // Templates without documents get them before the last question.
  std::string before;
  int last = -1;
  for (int i = 0; i < request.messages_size(); ++i) {
    if (request.messages(i).role() == "user") last = i;
  }
  if (!dialect.documents && !request.documents().empty()) {
    before = "Documents:\n\n";
    for (const v1::ChatRequest::Document& document : request.documents()) {
      absl::StrAppend(&before, document.title(),
                      document.title().empty() ? "" : "\n", document.text(),
                      "\n\n");
    }
  }
  Json json;
  Json& messages = json["messages"] = Json::array();
  absl::flat_hash_map<absl::string_view, absl::string_view> names;
  for (int i = 0; i < request.messages_size(); ++i) {
    const v1::ChatRequest::Message& message = request.messages(i);
    if (!message.tool_calls().empty()) {
      std::vector<const v1::ToolCall*> calls;
      for (const v1::ToolCall& call : message.tool_calls()) {
        calls.push_back(&call);
        names[call.id()] = call.name();
      }
      messages.push_back(CallsMessage(message.plan(), calls));
      messages.back()["role"] = message.role();
      messages.back()["content"] = message.content();
    } else if (message.role() == "tool") {
      messages.push_back(ResultMessage(message.tool_call_id(),
                                       names.at(message.tool_call_id()),
                                       message.content()));
    } else {
      messages.push_back({{"role", message.role()},
                          {"content", absl::StrCat(i == last ? before : "",
                                                   message.content())}});
    }
  }
  if (!tools.callable.empty()) json["tools"] = tools.declared;
  if (dialect.documents && !request.documents().empty()) {
    Json& documents = json["documents"] = Json::array();
    for (const v1::ChatRequest::Document& document : request.documents()) {
      documents.push_back(
          {{"title", document.title()}, {"snippet", document.text()}});
    }
  }
  PromptOptions options;
  options.safety_mode = request.safety_mode();
  options.fast_citations = request.citation_mode() == v1::FAST;
  AddTemplateWords(options, dialect.cites, &json);
  json["add_generation_prompt"] = true;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

ChatSources::ChatSources(const v1::ChatRequest& request) {
  for (int i = 0; i < request.documents_size(); ++i) {
    const v1::ChatRequest::Document& document = request.documents(i);
    v1::ToolUse* const use = uses.Add();
    use->set_call_id(document.id().empty() ? absl::StrCat(i) : document.id());
    use->add_results(document.text());
  }
  const int documents = uses.size();
  first_call = documents > 0 ? 1 : 0;
  absl::flat_hash_map<absl::string_view, v1::ToolUse*> use_of;
  for (const v1::ChatRequest::Message& message : request.messages()) {
    for (const v1::ToolCall& call : message.tool_calls()) {
      v1::ToolUse* const use = uses.Add();
      use->set_call_id(call.id());
      use->set_tool(call.name());
      use_of[call.id()] = use;
      ++calls;
    }
    if (message.role() != "tool") continue;
    use_of.at(message.tool_call_id())->add_results(message.content());
  }
  // All documents are results of one call.
  if (documents > 0) results.push_back(documents);
  for (int i = 0; i < uses.size(); ++i) {
    for (int k = 0; k < uses[i].results_size(); ++k) {
      Evidence one;
      one.text = uses[i].results(k);
      one.tool = &uses[i];
      one.result = k;
      one.mark_call = i < documents ? 0 : first_call + i - documents;
      one.mark_result = i < documents ? i : k;
      evidence.push_back(one);
    }
    if (i >= documents) results.push_back(uses[i].results_size());
  }
}

}  // namespace footnote
