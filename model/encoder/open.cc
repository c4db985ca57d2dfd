#include "model/encoder/open.h"

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "model/encoder/bert_encoder.h"
#include "model/encoder/use_encoder.h"
#include "model/encoder/weights_file.h"

namespace footnote {

absl::StatusOr<std::unique_ptr<Encoder>> OpenEncoder(
    absl::string_view path, const EncoderOptions& options) {
  std::error_code ignored;
  if (std::filesystem::is_directory(std::string(path), ignored)) {
    return OpenBertEncoder(path, options);
  }
  ASSIGN_OR_RETURN(std::unique_ptr<WeightsFile> file,
                   WeightsFile::Open(std::string(path)));
  if (file->kind() == kUseKind || file->kind() == kTonguesKind) {
    return OpenUseEncoder(std::move(file), options);
  }
  return absl::UnimplementedError(
      absl::StrCat("encoder weights ", path, ": kind ", file->kind(), ", want ",
                   kUseKind, " or ", kTonguesKind));
}

}  // namespace footnote
