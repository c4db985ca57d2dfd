#include "model/tokenizer/open.h"

#include <sys/stat.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "model/tokenizer/tokenizer_gguf.h"
#include "model/tokenizer/tokenizer_json.h"
#include "model/weights/gguf.h"

namespace footnote {
namespace {

constexpr size_t kMaxConfigBytes = 64 << 20;

bool IsFolder(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Tokenizer>> OpenTokenizer(
    const std::string& path) {
  if (absl::EndsWith(path, ".gguf")) {
    ASSIGN_OR_RETURN(const auto gguf, Gguf::Open(path));
    ASSIGN_OR_RETURN(TokenizerSpec spec, ReadTokenizerGguf(*gguf));
    return Tokenizer::Create(std::move(spec), path);
  }
  const std::string file =
      IsFolder(path) ? absl::StrCat(path, "/tokenizer.json") : path;
  ASSIGN_OR_RETURN(const auto mapped, MappedFile::Open(file));
  ASSIGN_OR_RETURN(TokenizerSpec spec,
                   ReadTokenizerJson(mapped->contents(), file));
  const std::string folder = file.substr(0, file.rfind('/') + 1);
  const auto config =
      ReadFile(absl::StrCat(folder, "tokenizer_config.json"), kMaxConfigBytes);
  if (config.ok()) {
    RETURN_IF_ERROR(ReadTokenizerConfig(*config, file, &spec));
  } else if (!absl::IsNotFound(config.status())) {
    return config.status();
  }
  return Tokenizer::Create(std::move(spec), file);
}

}  // namespace footnote
