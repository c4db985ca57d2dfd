#include "indexer/file_assembler.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "indexer/formats/detect.h"

namespace footnote {
namespace {

constexpr size_t kPartBytes = 4 << 20;
// Enough to tell JSON lines from other text.
constexpr size_t kHeadBytes = 256 << 10;

}  // namespace

FileAssembler::FileAssembler(const ExtractLimits& limits, OnFile on_file,
                             OnFailure on_failure)
    : limits_(limits),
      on_file_(std::move(on_file)),
      on_failure_(std::move(on_failure)) {}

absl::Status FileAssembler::Begin(SourceFile file) {
  if (open_) {
    return absl::FailedPreconditionError(
        absl::StrCat("file ", file.document,
                     ": begins before the last chunk "
                     "of ",
                     file_.document));
  }
  file_ = std::move(file);
  open_ = true;
  failed_ = skipping_line_ = false;
  searched_ = 0;
  const Format format = FormatOfMediaType(file_.media_type);
  format_known_ = format != Format::kUnknown;
  is_json_lines_ = format == Format::kJsonLines;
  return absl::OkStatus();
}

absl::Status FileAssembler::Append(absl::string_view data, bool last) {
  if (!open_) {
    return absl::FailedPreconditionError("chunk: no file was begun");
  }
  if (last) open_ = false;
  if (failed_) return absl::OkStatus();
  if (skipping_line_) {
    const size_t newline = data.find('\n');
    if (newline == absl::string_view::npos) return absl::OkStatus();
    data.remove_prefix(newline + 1);
    ++file_.lines_before;
    skipping_line_ = false;
  }
  file_.bytes.append(data.data(), data.size());
  if (!format_known_ && (last || file_.bytes.size() >= kHeadBytes)) {
    format_known_ = true;
    const absl::StatusOr<Format> format = DetectFormat(file_.bytes);
    is_json_lines_ = format.ok() && *format == Format::kJsonLines;
    if (is_json_lines_) file_.media_type = "application/jsonl";
  }
  if (is_json_lines_) HandOnLines();
  if (file_.bytes.size() > limits_.max_document_bytes) {
    Refuse();
    return absl::OkStatus();
  }
  if (last && (!is_json_lines_ || !file_.bytes.empty())) {
    on_file_(std::move(file_));
  }
  return absl::OkStatus();
}

void FileAssembler::HandOnLines() {
  if (file_.bytes.size() < kPartBytes) return;
  size_t newline = absl::string_view(file_.bytes).substr(searched_).rfind('\n');
  if (newline == absl::string_view::npos) {
    // A long line, of which more comes.
    searched_ = file_.bytes.size();
    return;
  }
  newline += searched_;
  searched_ = 0;
  std::string lines;
  lines.swap(file_.bytes);
  SourceFile part = file_;
  file_.bytes = lines.substr(newline + 1);
  lines.resize(newline + 1);
  part.bytes = std::move(lines);
  file_.lines_before += static_cast<uint32_t>(
      std::count(part.bytes.begin(), part.bytes.end(), '\n'));
  on_file_(std::move(part));
}

void FileAssembler::Refuse() {
  std::string document = file_.document;
  if (is_json_lines_) {
    // The lines before it were handed on; of what follows nothing has come.
    absl::StrAppend(&document, "#", file_.lines_before + 1);
    skipping_line_ = true;
  } else {
    failed_ = true;
  }
  file_.bytes = std::string();
  searched_ = 0;
  on_failure_(document,
              absl::ResourceExhaustedError(absl::StrCat(
                  is_json_lines_ ? "json line: " : "file: ", "more than ",
                  limits_.max_document_bytes, " bytes, want at most that")));
}

void FileAssembler::End() {
  if (!open_ || failed_) return;
  open_ = false;
  on_failure_(file_.document,
              absl::InvalidArgumentError(
                  "file: the stream ended before its last chunk"));
}

}  // namespace footnote
