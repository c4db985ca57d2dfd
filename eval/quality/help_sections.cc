#include "eval/quality/help_sections.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "indexer/formats/detect.h"
#include "text/identify.h"
#include "text/language.h"

namespace footnote {
namespace {

constexpr char kEnglish[] = "en";
constexpr size_t kMinCodePoints = 60;

// The files anywhere in `folder`, sorted.
std::vector<std::string> Files(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code ignored;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(folder, ignored)) {
    if (entry.is_regular_file(ignored)) files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool WrittenIn(const std::string& language, const std::string& text) {
  return LanguageCode(IdentifyLanguage(text).language) == language;
}

// What stands directly in section `number`, one block a line.
std::string OwnText(const Extracted& document, uint32_t number) {
  std::string text;
  for (const Block& block : document.blocks) {
    if (block.section != number || block.kind == BlockKind::kHeading) continue;
    absl::StrAppend(&text,
                    absl::string_view(document.text)
                        .substr(block.span.begin, block.span.size()),
                    "\n");
  }
  return text;
}

void AddSections(const std::string& language, const std::string& file,
                 const Extracted& document, std::vector<HelpSection>* out) {
  for (uint32_t i = 1; i < document.sections.size(); ++i) {
    const Section& section = document.sections[i];
    HelpSection help;
    help.language = language;
    help.heading = WithoutNumber(
        document.text.substr(section.heading.begin, section.heading.size()));
    help.text = OwnText(document, i);
    help.id = absl::StrCat(
        language, "/", std::filesystem::path(file).filename().string(), "#",
        section.anchor.empty() ? absl::StrCat(i) : section.anchor);
    if (CountCodePoints(help.text) < kMinCodePoints) continue;
    if (!WrittenIn(language, absl::StrCat(help.heading, "\n", help.text))) {
      continue;
    }
    out->push_back(std::move(help));
  }
}

// Keeps sections whose heading, id and text no other section has, and whose
// heading is none of `english`.
std::vector<HelpSection> Distinct(std::vector<HelpSection> sections,
                                  const std::set<std::string>& english) {
  std::map<std::string, int> headings;
  for (const HelpSection& section : sections) ++headings[section.heading];
  std::set<std::string> seen;
  std::vector<HelpSection> kept;
  for (HelpSection& section : sections) {
    if (section.heading.empty() || headings[section.heading] > 1) continue;
    if (english.count(section.heading) > 0) continue;
    if (section.language != kEnglish && WrittenIn(kEnglish, section.heading)) {
      continue;
    }
    if (!seen.insert(section.text).second) continue;
    if (!seen.insert(section.id).second) continue;
    kept.push_back(std::move(section));
  }
  std::sort(
      kept.begin(), kept.end(),
      [](const HelpSection& a, const HelpSection& b) { return a.id < b.id; });
  return kept;
}

// All sections under `folder`, of whatever worth.
absl::StatusOr<std::vector<HelpSection>> ReadFolder(
    const std::string& folder, const std::string& language) {
  std::vector<HelpSection> sections;
  for (const std::string& file : Files(absl::StrCat(folder, "/", language))) {
    ASSIGN_OR_RETURN(std::string bytes, ReadFile(file));
    // A page without text is no section, and no reason to stop.
    const absl::Status read = ReadDocuments(
        std::move(bytes), "", ExtractLimits(),
        [&](uint32_t, absl::StatusOr<JsonDocument> document) {
          if (document.ok()) {
            AddSections(language, file, document->document, &sections);
          }
          return absl::OkStatus();
        });
    static_cast<void>(read);
  }
  return sections;
}

}  // namespace

std::string WithoutNumber(const std::string& heading) {
  const std::string plain = absl::StrReplaceAll(heading, {{"\xC2\xA0", " "}});
  const size_t space = plain.find(' ');
  if (space == std::string::npos || space == 0) return plain;
  if (plain[space - 1] != '.') return plain;
  for (size_t i = 0; i < space; ++i) {
    const char c = plain[i];
    const bool appendix = i == 0 && c >= 'A' && c <= 'Z';
    if (!appendix && c != '.' && (c < '0' || c > '9')) return plain;
  }
  return plain.substr(space + 1);
}

absl::StatusOr<std::string> HelpFolder(const std::string& data) {
  std::string folder = data;
  if (folder.empty()) {
    const char* variable = std::getenv("FOOTNOTE_DOCS_23");
    if (variable != nullptr) folder = variable;
  }
  if (folder.empty()) {
    return absl::InvalidArgumentError(
        "no documentation: give --data \"$(tools/docs_23)\" or set "
        "FOOTNOTE_DOCS_23");
  }
  if (!std::filesystem::is_directory(folder + "/en")) {
    return absl::InvalidArgumentError(
        absl::StrCat("--data ", folder, ": want a folder with en/, de/, …"));
  }
  return folder;
}

absl::StatusOr<std::map<std::string, std::vector<HelpSection>>>
ReadHelpSections(const std::string& folder,
                 const std::function<void(size_t)>& progress) {
  ASSIGN_OR_RETURN(std::vector<HelpSection> english_sections,
                   ReadFolder(folder, kEnglish));
  std::set<std::string> english;
  for (const HelpSection& section : english_sections) {
    english.insert(section.heading);
  }
  std::map<std::string, std::vector<HelpSection>> sections;
  sections[kEnglish] = Distinct(std::move(english_sections), {});
  for (const Language language : AllLanguages()) {
    const std::string code(LanguageCode(language));
    if (code == kEnglish) continue;
    ASSIGN_OR_RETURN(std::vector<HelpSection> all, ReadFolder(folder, code));
    sections[code] = Distinct(std::move(all), english);
    progress(sections.size());
  }
  return sections;
}

}  // namespace footnote
