#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/utf8.h"

namespace footnote {
namespace {

std::atomic<bool> as_json{false};

spdlog::logger& Logger() {
  static const std::shared_ptr<spdlog::logger> logger = [] {
    auto made = spdlog::stderr_logger_mt("footnote");
    made->set_pattern("%v");
    return made;
  }();
  return *logger;
}

const char* Name(Severity severity) {
  switch (severity) {
    case Severity::kDebug:
      return "debug";
    case Severity::kInfo:
      return "info";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      break;
  }
  return "error";
}

spdlog::level::level_enum Level(Severity severity) {
  switch (severity) {
    case Severity::kDebug:
      return spdlog::level::debug;
    case Severity::kInfo:
      return spdlog::level::info;
    case Severity::kWarning:
      return spdlog::level::warn;
    case Severity::kError:
      break;
  }
  return spdlog::level::err;
}

// What others said, such as names of files, may be no UTF-8.
void AppendQuoted(absl::string_view value, std::string* out) {
  out->push_back('"');
  for (const char c : ReplaceInvalidUtf8(value)) {
    if (c == '"' || c == '\\') {
      out->push_back('\\');
      out->push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppendFormat(out, "\\u%04x", c);
    } else {
      out->push_back(c);
    }
  }
  out->push_back('"');
}

}  // namespace

absl::Status ConfigureLog(const LogOptions& options) {
  as_json = options.json;
  if (options.level == "debug") {
    Logger().set_level(spdlog::level::debug);
  } else if (options.level == "info") {
    Logger().set_level(spdlog::level::info);
  } else if (options.level == "warning") {
    Logger().set_level(spdlog::level::warn);
  } else if (options.level == "error") {
    Logger().set_level(spdlog::level::err);
  } else if (options.level == "off") {
    Logger().set_level(spdlog::level::off);
  } else {
    return absl::InvalidArgumentError(
        absl::StrCat("log level: ", options.level,
                     ", want debug, info, warning, error or off"));
  }
  return absl::OkStatus();
}

void Log(Severity severity, absl::string_view message,
         std::initializer_list<LogField> fields) {
  if (!Logger().should_log(Level(severity))) return;
  const std::string time = absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::Now(),
                                            absl::UTCTimeZone());
  std::string line;
  if (as_json) {
    absl::StrAppend(&line, "{\"time\":\"", time, "\",\"severity\":\"",
                    Name(severity), "\",\"message\":");
    AppendQuoted(message, &line);
    for (const LogField& field : fields) {
      line.push_back(',');
      AppendQuoted(field.name, &line);
      line.push_back(':');
      AppendQuoted(field.value, &line);
    }
    line.push_back('}');
  } else {
    absl::StrAppend(&line, time, " ", Name(severity), " ", message);
    for (const LogField& field : fields) {
      absl::StrAppend(&line, " ", field.name, "=");
      AppendQuoted(field.value, &line);
    }
  }
  Logger().log(Level(severity), line);
  if (severity >= Severity::kWarning) Logger().flush();
}

}  // namespace footnote
