// Structured log lines: a sentence for people, fields for machines.
//
//   Log(Severity::kInfo, "document indexed",
//       {{"document", id}, {"passages", absl::StrCat(n)}});
//
// Never pass document text, questions, answers or quotes. All functions may be
// called from any thread.
#ifndef FOOTNOTE_BASE_LOG_H_
#define FOOTNOTE_BASE_LOG_H_

#include <initializer_list>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace footnote {

enum class Severity { kDebug, kInfo, kWarning, kError };

struct LogField {
  absl::string_view name;
  std::string value;
};

struct LogOptions {
  // Lines of JSON instead of text.
  bool json = false;
  // Lines below this are dropped: debug, info, warning, error or off.
  std::string level = "info";
};

// Sets form and level; InvalidArgument for an unknown level. Lines go to
// standard error. Before the first call: text, info.
absl::Status ConfigureLog(const LogOptions& options);

void Log(Severity severity, absl::string_view message,
         std::initializer_list<LogField> fields = {});

}  // namespace footnote

#endif  // FOOTNOTE_BASE_LOG_H_
