#include "eval/quality/dataset.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/file.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

using Json = nlohmann::json;

// The files `folder`/*`ending`, by what stands before the ending.
std::vector<std::string> Stems(const std::string& folder,
                               const std::string& ending) {
  std::vector<std::string> stems;
  std::error_code ignored;
  for (const auto& entry :
       std::filesystem::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (absl::EndsWith(name, ending)) {
      stems.push_back(name.substr(0, name.size() - ending.size()));
    }
  }
  std::sort(stems.begin(), stems.end());
  return stems;
}

absl::StatusOr<std::vector<std::string>> ReadLines(const std::string& path) {
  ASSIGN_OR_RETURN(std::string contents, ReadFile(path));
  std::vector<std::string> lines = absl::StrSplit(contents, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

// The fields of one line, with complaints that name it.
class Record {
 public:
  static absl::StatusOr<Record> Parse(const std::string& where,
                                      const std::string& line) {
    Record record;
    record.where_ = where;
    record.json_ = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!record.json_.is_object()) {
      return absl::InvalidArgumentError(
          absl::StrCat(where, ": want a JSON object"));
    }
    return record;
  }

  absl::Status Get(const char* key, std::string* out) const {
    const auto it = json_.find(key);
    if (it == json_.end() || !it->is_string()) return Missing(key, "a string");
    *out = it->get<std::string>();
    return absl::OkStatus();
  }

  absl::Status Get(const char* key, bool* out) const {
    const auto it = json_.find(key);
    if (it == json_.end() || !it->is_boolean()) {
      return Missing(key, "true or false");
    }
    *out = it->get<bool>();
    return absl::OkStatus();
  }

  absl::Status Get(const char* key, std::vector<std::string>* out) const {
    const auto it = json_.find(key);
    if (it == json_.end() || !it->is_array()) return Missing(key, "a list");
    for (const Json& item : *it) {
      if (!item.is_string()) return Missing(key, "a list of strings");
      out->push_back(item.get<std::string>());
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Missing(const char* key, const char* wanted) const {
    return absl::InvalidArgumentError(
        absl::StrCat(where_, ": ", key, ": want ", wanted));
  }

  std::string where_;
  Json json_;
};

std::string QaPath(const std::string& folder, const std::string& language,
                   const char* kind) {
  return absl::StrCat(folder, "/qa/", language, ".", kind, ".jsonl");
}

// Calls parse(record) for each line that is not empty.
template <typename Parse>
absl::Status ForEachRecord(const std::string& path, Parse parse) {
  ASSIGN_OR_RETURN(std::vector<std::string> lines, ReadLines(path));
  for (size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].empty()) continue;
    ASSIGN_OR_RETURN(Record record,
                     Record::Parse(absl::StrCat(path, ":", i + 1), lines[i]));
    RETURN_IF_ERROR(parse(record));
  }
  return absl::OkStatus();
}

}  // namespace

std::string ContextDocument(const std::string& language,
                            const std::string& context_id) {
  return absl::StrCat(language, "/", context_id);
}

absl::StatusOr<std::string> DataFolder(const std::string& data) {
  std::string folder = data;
  if (folder.empty()) {
    const char* variable = std::getenv("FOOTNOTE_EVAL_DATA");
    if (variable != nullptr) folder = variable;
  }
  if (folder.empty()) {
    return absl::InvalidArgumentError(
        "no data: give --data DIR or set FOOTNOTE_EVAL_DATA");
  }
  if (!std::filesystem::is_directory(folder)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--data ", folder, ": no such folder"));
  }
  return folder;
}

absl::StatusOr<std::vector<std::string>> QaLanguages(
    const std::string& folder) {
  std::vector<std::string> languages = Stems(folder + "/qa", ".contexts.jsonl");
  if (languages.empty()) {
    return absl::NotFoundError(
        absl::StrCat(folder, "/qa: no file <lang>.contexts.jsonl"));
  }
  return languages;
}

absl::StatusOr<std::vector<QaContext>> ReadContexts(
    const std::string& folder, const std::string& language) {
  std::vector<QaContext> contexts;
  RETURN_IF_ERROR(ForEachRecord(
      QaPath(folder, language, "contexts"),
      [&](const Record& record) -> absl::Status {
        QaContext context;
        context.language = language;
        RETURN_IF_ERROR(record.Get("context_id", &context.context_id));
        RETURN_IF_ERROR(record.Get("source", &context.source));
        RETURN_IF_ERROR(record.Get("title", &context.title));
        RETURN_IF_ERROR(record.Get("text", &context.text));
        contexts.push_back(std::move(context));
        return absl::OkStatus();
      }));
  return contexts;
}

absl::StatusOr<std::vector<QaQuestion>> ReadQuestions(
    const std::string& folder, const std::string& language) {
  std::vector<QaQuestion> questions;
  RETURN_IF_ERROR(ForEachRecord(
      QaPath(folder, language, "questions"),
      [&](const Record& record) -> absl::Status {
        QaQuestion question;
        question.language = language;
        RETURN_IF_ERROR(record.Get("id", &question.id));
        RETURN_IF_ERROR(record.Get("context_id", &question.context_id));
        RETURN_IF_ERROR(record.Get("source", &question.source));
        RETURN_IF_ERROR(record.Get("question", &question.question));
        RETURN_IF_ERROR(record.Get("answers", &question.answers));
        RETURN_IF_ERROR(record.Get("answerable", &question.answerable));
        questions.push_back(std::move(question));
        return absl::OkStatus();
      }));
  return questions;
}

absl::StatusOr<std::map<std::string, std::vector<std::string>>> ReadParallel(
    const std::string& folder) {
  const std::string parallel = folder + "/parallel";
  std::map<std::string, std::vector<std::string>> sentences;
  for (const std::string& language : Stems(parallel, ".txt")) {
    ASSIGN_OR_RETURN(sentences[language],
                     ReadLines(absl::StrCat(parallel, "/", language, ".txt")));
  }
  const auto english = sentences.find("en");
  if (english == sentences.end()) {
    return absl::NotFoundError(absl::StrCat(parallel, ": no file en.txt"));
  }
  for (const auto& [language, lines] : sentences) {
    if (lines.size() != english->second.size()) {
      return absl::InvalidArgumentError(absl::StrCat(
          parallel, "/", language, ".txt: ", lines.size(), " lines, want ",
          english->second.size(), " as in en.txt"));
    }
  }
  return sentences;
}

}  // namespace footnote
