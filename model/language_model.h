// A language model as a server holds it: weights, tokenizer, template and the
// engine that runs them.
#ifndef FOOTNOTE_MODEL_LANGUAGE_MODEL_H_
#define FOOTNOTE_MODEL_LANGUAGE_MODEL_H_

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "model/schedule/engine.h"
#include "model/template/chat_template.h"
#include "model/tokenizer/tokenizer.h"

namespace footnote {

// Safe from many threads.
class LanguageModel {
 public:
  // `path` as Engine::Open and OpenTokenizer want it.
  //   NotFound, DataLoss, Unimplemented  as theirs
  //   InvalidArgument  a template that is no Jinja, or the tokenizer has more
  //   pieces than the model has rows
  static absl::StatusOr<std::unique_ptr<LanguageModel>> Open(
      const std::string& path, const EngineOptions& options);

  // The last part of the path, without ".gguf".
  const std::string& name() const { return name_; }
  // Computes, though itself const: requests do not change the model.
  Engine& engine() const { return *engine_; }
  const Tokenizer& tokenizer() const { return *tokenizer_; }

  // How it wants to be spoken to; null when its files do not say.
  const ChatTemplate* chat() const { return chat_.get(); }

  // The ids of a prompt that was rendered by chat(), a begin of text in front
  // where the model wants one.
  std::vector<int32_t> Encode(const Prompt& prompt) const;

  // SHA-256 of the weights, in hexadecimal: reads every byte at the first
  // call.
  std::string Hash() const;

 private:
  LanguageModel() = default;

  std::string name_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Tokenizer> tokenizer_;
  std::unique_ptr<ChatTemplate> chat_;
  mutable std::once_flag hashed_;
  mutable std::string hash_;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_LANGUAGE_MODEL_H_
