// The templates that come with a model, and the prompts that they make.
#ifndef FOOTNOTE_MODEL_TEMPLATE_CHAT_TEMPLATE_H_
#define FOOTNOTE_MODEL_TEMPLATE_CHAT_TEMPLATE_H_

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "model/template/syntax.h"
#include "model/template/text.h"
#include "model/template/value.h"
#include "model/weights/gguf.h"

namespace footnote {

// A prompt: its text, and which of it came with the request. A tokenizer makes
// control pieces in the rest only (Tokenizer::EncodePrompt).
using Prompt = Text;

// Immutable, so safe from many threads.
class ChatTemplate {
 public:
  // Of a folder with tokenizer_config.json or chat_template.jinja, of a *.gguf
  // file, or one template in a *.jinja file.
  //   NotFound         the model has no template
  //   InvalidArgument  it has one that is no Jinja
  //   Unimplemented    it uses what isn't known here, by its name
  static absl::StatusOr<std::unique_ptr<ChatTemplate>> Open(
      const std::string& path);

  // One template, for tests. `variables` is a JSON object of what the model
  // adds: {"bos_token": "<s>"}.
  static absl::StatusOr<std::unique_ptr<ChatTemplate>> FromSource(
      absl::string_view source, absl::string_view variables = "{}");

  // The prompt for `request`, a JSON object with "messages" and perhaps
  // "documents", "tools", "add_generation_prompt", and whatever else the
  // template knows, such as "enable_citations". Of several templates "template"
  // names one; without it, the one for tools or for documents is taken where
  // there are such, and else the default.
  //   InvalidArgument     a request that is no such object, or that the
  //                       template's expressions fail on
  //   NotFound            no template of that name
  //   FailedPrecondition  the template refuses the request, with its reason
  //   ResourceExhausted   the template takes too many steps or writes too much
  // `now` is what the template is told of the time; InfinitePast: the clock's.
  absl::StatusOr<Prompt> Render(absl::string_view request,
                                absl::Time now = absl::InfinitePast()) const;

  // Whether a template's source mentions `word`: "documents", "citations".
  bool Mentions(absl::string_view word) const;

  // By name; the nameless one is "default".
  const std::map<std::string, std::string>& sources() const { return sources_; }

 private:
  ChatTemplate() = default;
  absl::Status Add(const std::string& name, absl::string_view source);
  absl::Status ReadFolder(const std::string& folder);
  absl::Status ReadConfig(absl::string_view json);
  absl::Status ReadGguf(const Gguf& file);

  std::map<std::string, std::string> sources_;
  std::map<std::string, Block> blocks_;
  std::vector<std::pair<std::string, Value>> variables_;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_TEMPLATE_CHAT_TEMPLATE_H_
