// Writes a model that calls a tool once and then says what it heard:
// docs/python.md's conversation.
#include <string>

#include "tests/generator/scripted_model.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  footnote::Script script = footnote::CommandScript();
  const std::string call =
      "\n[{\"tool_call_id\": \"0\", \"tool_name\": \"height\", \"parameters\": "
      "{\"building\": \"lighthouse\"}}]";
  const std::string answer =
      "The lighthouse is <co>31 metres high</co: 0:[0]>.";
  script.next = {{"<|CHATBOT_TOKEN|>", "<|START_ACTION|>"},
                 {"<|START_ACTION|>", call},
                 {call, "<|END_ACTION|>"},
                 {"<|AFTER_1|>", "<|START_RESPONSE|>"},
                 {"<|START_RESPONSE|>", answer},
                 {answer, "<|END_RESPONSE|>"}};
  footnote::WriteScriptedModel(argv[1], "m", script);
  return 0;
}
