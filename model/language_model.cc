#include "model/language_model.h"

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "model/tokenizer/open.h"

namespace footnote {
namespace {

std::string NameOf(absl::string_view path) {
  while (absl::ConsumeSuffix(&path, "/")) {
  }
  const size_t slash = path.rfind('/');
  if (slash != path.npos) path.remove_prefix(slash + 1);
  absl::ConsumeSuffix(&path, ".gguf");
  return std::string(path);
}

}  // namespace

absl::StatusOr<std::unique_ptr<LanguageModel>> LanguageModel::Open(
    const std::string& path, const EngineOptions& options) {
  std::unique_ptr<LanguageModel> model = absl::WrapUnique(new LanguageModel());
  model->name_ = NameOf(path);
  ASSIGN_OR_RETURN(model->tokenizer_, OpenTokenizer(path));
  ASSIGN_OR_RETURN(model->engine_, Engine::Open(path, options));
  auto chat = ChatTemplate::Open(path);
  if (chat.ok()) {
    model->chat_ = *std::move(chat);
  } else if (!absl::IsNotFound(chat.status())) {
    return chat.status();
  }
  const size_t rows = model->engine_->config().vocabulary;
  if (model->tokenizer_->size() > rows) {
    return absl::InvalidArgumentError(absl::StrCat(
        "model ", path, ": its tokenizer has ", model->tokenizer_->size(),
        " pieces, want at most the ", rows, " of its weights"));
  }
  return model;
}

std::vector<int32_t> LanguageModel::Encode(const Prompt& prompt) const {
  std::vector<int32_t> ids;
  tokenizer_->EncodePrompt(prompt.bytes(), prompt.foreign(), &ids);
  const int32_t begin = tokenizer_->bos();
  if (tokenizer_->add_bos() && begin >= 0 && (ids.empty() || ids[0] != begin)) {
    ids.insert(ids.begin(), begin);
  }
  return ids;
}

std::string LanguageModel::Hash() const {
  std::call_once(hashed_, [this] { hash_ = engine_->files().Hash(); });
  return hash_;
}

}  // namespace footnote
