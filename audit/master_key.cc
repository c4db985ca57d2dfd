#include "audit/master_key.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "audit/crypto/seal.h"
#include "audit/secret_file.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

// Never quotes what it was given.
absl::StatusOr<std::string> ParseKey(absl::string_view text,
                                     absl::string_view where) {
  const absl::string_view digits = absl::StripAsciiWhitespace(text);
  absl::StatusOr<std::string> key = FromHex(digits);
  if (!key.ok() || key->size() != kKeyBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("master key of ", where, ": ", digits.size(),
                     " characters, want 64 hexadecimal digits"));
  }
  return key;
}

class FileSource final : public MasterKeySource {
 public:
  explicit FileSource(std::string path) : path_(std::move(path)) {}

  absl::StatusOr<std::string> Fetch(bool make) override {
    const absl::StatusOr<std::string> text = ReadFile(path_, 4096);
    const bool missing = absl::IsNotFound(text.status());
    // Releases before could be killed between making the file and writing it.
    const bool empty = text.ok() && text->empty();
    if (!missing && !empty) {
      RETURN_IF_ERROR(text.status());
      return ParseKey(*text, path_);
    }
    if (make) return Make();
    return absl::FailedPreconditionError(absl::StrCat(
        "master key ", path_, ": ", missing ? "not found" : "empty",
        ", want the one that the keyring's keys are wrapped with"));
  }

 private:
  absl::StatusOr<std::string> Make() {
    RETURN_IF_ERROR(
        MakeSecretFile(path_, absl::StrCat(Hex(RandomBytes(kKeyBytes)), "\n")));
    ASSIGN_OR_RETURN(const std::string text, ReadFile(path_, 4096));
    return ParseKey(text, path_);
  }

  const std::string path_;
};

class EnvironmentSource final : public MasterKeySource {
 public:
  explicit EnvironmentSource(std::string variable)
      : variable_(std::move(variable)) {}

  absl::StatusOr<std::string> Fetch(bool /*make*/) override {
    const char* const text = getenv(variable_.c_str());
    if (text == nullptr) {
      return absl::FailedPreconditionError(absl::StrCat(
          "master key: environment variable ", variable_, " is not set"));
    }
    return ParseKey(text, variable_);
  }

 private:
  const std::string variable_;
};

class CommandSource final : public MasterKeySource {
 public:
  explicit CommandSource(std::string command) : command_(std::move(command)) {}

  absl::StatusOr<std::string> Fetch(bool /*make*/) override {
    FILE* const pipe = popen(command_.c_str(), "re");
    if (pipe == nullptr) return FileError("run", command_, errno);
    char text[4096];
    const size_t bytes = fread(text, 1, sizeof(text), pipe);
    const int status = pclose(pipe);
    if (status != 0) {
      return absl::FailedPreconditionError(absl::StrCat(
          "master key: `", command_, "` ended ",
          WIFSIGNALED(status) ? "by signal " : "with status ",
          WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status)));
    }
    return ParseKey(absl::string_view(text, bytes), command_);
  }

 private:
  const std::string command_;
};

}  // namespace

std::unique_ptr<MasterKeySource> MasterKeyInFile(std::string path) {
  return std::make_unique<FileSource>(std::move(path));
}

std::unique_ptr<MasterKeySource> MasterKeyInEnvironment(std::string variable) {
  return std::make_unique<EnvironmentSource>(std::move(variable));
}

std::unique_ptr<MasterKeySource> MasterKeyOfCommand(std::string command) {
  return std::make_unique<CommandSource>(std::move(command));
}

}  // namespace footnote
