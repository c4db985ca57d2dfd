// Puts the chunks of a stream together to files.
#ifndef FOOTNOTE_INDEXER_FILE_ASSEMBLER_H_
#define FOOTNOTE_INDEXER_FILE_ASSEMBLER_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "indexer/formats/format.h"
#include "indexer/source_file.h"

namespace footnote {

// Takes files chunk by chunk and hands them on whole; JSON lines are handed on
// in parts of some megabytes, so that a file of any size needs no more memory.
// Not thread-safe.
class FileAssembler {
 public:
  using OnFile = std::function<void(SourceFile)>;
  using OnFailure =
      std::function<void(const std::string& document, absl::Status why)>;

  FileAssembler(const ExtractLimits& limits, OnFile on_file,
                OnFailure on_failure);

  // Begins a file; `file.bytes` is empty.
  //   FailedPrecondition  the file before was not ended
  absl::Status Begin(SourceFile file);

  // Adds bytes to the file; with `last` it is complete. A file that outgrows
  // the limits fails at once, and the rest of its chunks is ignored; of JSON
  // lines only the line fails.
  //   FailedPrecondition  no file was begun
  absl::Status Append(absl::string_view data, bool last);

  // The stream ended: a file that was not completed fails.
  void End();

 private:
  void HandOnLines();
  void Refuse();

  const ExtractLimits limits_;
  const OnFile on_file_;
  const OnFailure on_failure_;
  bool open_ = false;
  bool failed_ = false;
  // Inside a line that was refused.
  bool skipping_line_ = false;
  // Known when enough of the file has come.
  bool format_known_ = false;
  bool is_json_lines_ = false;
  SourceFile file_;
  // So many bytes of it hold no end of a line.
  size_t searched_ = 0;
};

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FILE_ASSEMBLER_H_
