#include "generator/modelled/prompt.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/utf8.h"

namespace footnote {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kReadsOnly[] =
    "You answer questions from the passages that you are given, and from "
    "nothing else. You copy names, numbers and phrases as they are written "
    "there.";

Json Message(absl::string_view role, absl::string_view content) {
  return {{"role", std::string(role)}, {"content", std::string(content)}};
}

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string LanguageWords(Language language) {
  return language == Language::kUnknown
             ? std::string("the language of the question")
             : std::string(LanguageName(language));
}

absl::string_view Shown(const v1::GenerateRequest& request,
                        const ShownPassage& passage) {
  return absl::string_view(request.passages(passage.index).text())
      .substr(0, passage.bytes);
}

std::string AskedOf(const v1::GenerateRequest& request,
                    const std::vector<ShownPassage>& shown, Language language) {
  std::string asked = "Passages:\n\n";
  for (const ShownPassage& passage : shown) {
    const std::string& title = request.passages(passage.index).title();
    absl::StrAppend(&asked, title, title.empty() ? "" : "\n",
                    Shown(request, passage), "\n\n");
  }
  absl::StrAppend(&asked, "Question: ", request.question(),
                  "\n\nAnswer in one short sentence in ",
                  LanguageWords(language), ", with the words of the passages.");
  return asked;
}

// Calls of one step, then their results.
void AddTools(const v1::GenerateRequest& request, Json* messages) {
  for (int begin = 0; begin < request.tools_size();) {
    int end = begin;
    std::vector<v1::ToolCall> made;
    for (; end < request.tools_size() &&
           request.tools(end).step() == request.tools(begin).step();
         ++end) {
      v1::ToolCall call;
      call.set_id(request.tools(end).call_id());
      call.set_name(request.tools(end).tool());
      call.set_parameters(request.tools(end).parameters());
      made.push_back(std::move(call));
    }
    std::vector<const v1::ToolCall*> calls;
    for (const v1::ToolCall& call : made) calls.push_back(&call);
    messages->push_back(CallsMessage(begin == 0 ? request.plan() : "", calls));
    for (; begin < end; ++begin) {
      const v1::ToolUse& tool = request.tools(begin);
      for (const std::string& result : tool.results()) {
        messages->push_back(ResultMessage(tool.call_id(), tool.tool(), result));
      }
    }
  }
}

}  // namespace

Json CallsMessage(absl::string_view plan,
                  const std::vector<const v1::ToolCall*>& calls) {
  Json message = Message("assistant", "");
  if (!plan.empty()) message["tool_plan"] = std::string(plan);
  message["tool_calls"] = Json::array();
  for (const v1::ToolCall* call : calls) {
    Json parameters = Json::parse(call->parameters(), nullptr,
                                  /*allow_exceptions=*/false);
    if (!parameters.is_object()) parameters = Json::object();
    message["tool_calls"].push_back(
        {{"id", call->id()},
         {"type", "function"},
         {"function",
          {{"name", call->name()}, {"arguments", std::move(parameters)}}}});
  }
  return message;
}

Json ResultMessage(absl::string_view call_id, absl::string_view tool,
                   absl::string_view content) {
  Json message = Message("tool", content);
  message["tool_call_id"] = std::string(call_id);
  message["name"] = std::string(tool);
  return message;
}

void AddTemplateWords(const PromptOptions& options, bool citations,
                      Json* json) {
  if (citations) {
    (*json)["enable_citations"] = true;
    (*json)["citation_mode"] = options.fast_citations ? "fast" : "accurate";
  }
  if (!options.safety_mode.empty()) {
    (*json)["safety_mode"] = options.safety_mode;
  }
}

std::string QuestionPrompt(const v1::GenerateRequest& request,
                           const std::vector<ShownPassage>& shown,
                           Language language,
                           const std::vector<v1::Turn>& turns,
                           const PromptOptions& options) {
  const bool tools = !request.tools().empty();
  Json json;
  Json& messages = json["messages"] = Json::array();
  if (options.documents) {
    messages.push_back(Message("user", request.question()));
  } else {
    messages.push_back(Message("system", kReadsOnly));
    messages.push_back(Message(
        "user", tools ? absl::StrCat(request.question(), "\n\nAnswer in ",
                                     LanguageWords(language), ".")
                      : AskedOf(request, shown, language)));
  }
  if (tools) AddTools(request, &messages);
  for (const v1::Turn& turn : turns) {
    messages.push_back(Message(turn.role(), turn.content()));
  }
  if (tools) {
    const Json declared = Json::parse(request.tools_json(), nullptr,
                                      /*allow_exceptions=*/false);
    if (declared.is_array()) json["tools"] = declared;
  } else if (options.documents) {
    Json& documents = json["documents"] = Json::array();
    for (const ShownPassage& passage : shown) {
      documents.push_back({{"title", request.passages(passage.index).title()},
                           {"snippet", std::string(Shown(request, passage))}});
    }
  }
  AddTemplateWords(options, options.documents, &json);
  json["add_generation_prompt"] = true;
  return Dump(json);
}

std::string RevisionTurn(const std::vector<std::string>& unsupported) {
  std::string turn = "The passages do not say this:\n";
  for (const std::string& sentence : unsupported) {
    absl::StrAppend(&turn, "- ", sentence, "\n");
  }
  absl::StrAppend(&turn,
                  "Answer again in one short sentence. Copy the words of the "
                  "passage that answers the question.");
  return turn;
}

std::string RewritePrompt(
    const google::protobuf::RepeatedPtrField<v1::Turn>& history,
    absl::string_view question) {
  std::string talk;
  for (const v1::Turn& turn : history) {
    absl::StrAppend(&talk, turn.role(), ": ", turn.content(), "\n");
  }
  absl::StrAppend(&talk, "user: ", question,
                  "\n\nThe last question, standing alone:");
  Json json;
  json["messages"] = {
      Message("system",
              "You rewrite the user's last question so that it can be "
              "understood without the conversation. You write the question "
              "and nothing else, in its language."),
      Message("user", talk)};
  json["add_generation_prompt"] = true;
  return Dump(json);
}

}  // namespace footnote
