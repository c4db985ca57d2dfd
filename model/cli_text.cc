#include "model/cli_text.h"

#include <stdio.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "model/template/chat_template.h"
#include "model/template/json_value.h"
#include "model/tokenizer/open.h"

namespace footnote {
namespace {

// Standard input line by line; the last need not end.
class Lines {
 public:
  bool Next(std::string* line) {
    line->clear();
    while (true) {
      const size_t end = buffer_.find('\n', at_);
      if (end != std::string::npos) {
        line->append(buffer_, at_, end - at_);
        at_ = end + 1;
        return true;
      }
      line->append(buffer_, at_, std::string::npos);
      buffer_.resize(1 << 16);
      buffer_.resize(fread(&buffer_[0], 1, buffer_.size(), stdin));
      at_ = 0;
      if (buffer_.empty()) return !line->empty();
    }
  }

 private:
  std::string buffer_;
  size_t at_ = 0;
};

absl::Status Tokenize(const std::string& path, const CliContext& context) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Tokenizer> tokenizer,
                   OpenTokenizer(path));
  Lines lines;
  std::string line;
  std::vector<int32_t> ids;
  while (lines.Next(&line)) {
    ids.clear();
    tokenizer->Encode(line, &ids);
    if (context.json) {
      PrintLine(absl::StrCat("[", absl::StrJoin(ids, ", "), "]"));
      continue;
    }
    PrintLine(absl::StrJoin(ids, " ", [&](std::string* out, int32_t id) {
      absl::StrAppend(out, id, ":");
      tokenizer->AppendText(id, out);
    }));
  }
  return absl::OkStatus();
}

absl::Status Render(const std::string& path, const CliContext& context) {
  ASSIGN_OR_RETURN(const std::unique_ptr<ChatTemplate> chat,
                   ChatTemplate::Open(path));
  std::string request;
  std::string line;
  for (Lines lines; lines.Next(&line);) absl::StrAppend(&request, line, "\n");
  ASSIGN_OR_RETURN(const Prompt prompt, chat->Render(request));
  PrintLine(context.json ? JsonString(prompt.bytes()) : prompt.bytes());
  return absl::OkStatus();
}

}  // namespace

void AddTextCommands(CLI::App* model, CliContext* context) {
  auto path = std::make_shared<std::string>();
  CLI::App* tokenize =
      AddCommand(model, context, "tokenize",
                 "print the pieces of each line of standard input",
                 [=] { return Tokenize(*path, *context); });
  tokenize
      ->add_option("path", *path,
                   "a folder with tokenizer.json, such a file, or a *.gguf")
      ->required();
  tokenize->footer(
      "With --json, each line gives one array of ids. Nothing is added, and\n"
      "the spellings of control pieces are text like any other.\n"
      "Example:\n"
      "  echo 'Guten Tag' | footnote model tokenize ./my-model --json");

  auto model_path = std::make_shared<std::string>();
  CLI::App* render =
      AddCommand(model, context, "render",
                 "print the prompt of the request on standard input",
                 [=] { return Render(*model_path, *context); });
  render
      ->add_option("path", *model_path,
                   "a folder with tokenizer_config.json or "
                   "chat_template.jinja, a *.gguf or a *.jinja")
      ->required();
  render->footer(
      "The request is a JSON object with \"messages\" and perhaps\n"
      "\"documents\", \"tools\", \"add_generation_prompt\", \"template\" (one\n"
      "of several by name) and what else the template knows. With --json,\n"
      "the prompt is printed as one JSON string.\n"
      "Example:\n"
      "  echo '{\"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}]}' |\n"
      "    footnote model render ./my-model --json");
}

}  // namespace footnote
