#include "eval/quality/help_sections.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
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
constexpr int64_t kEnoughQuestions = 200;

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

// A box beside the text, or a part of it without a name of its own.
bool IsBox(const Section& section) {
  return section.anchor.empty() || absl::StartsWith(section.anchor, "sidebar");
}

// For each section, the nearest one above it, or itself, that is no box.
std::vector<uint32_t> Owners(const Extracted& document) {
  std::vector<uint32_t> owners(document.sections.size(), 0);
  for (uint32_t i = 1; i < owners.size(); ++i) {
    const Section& section = document.sections[i];
    owners[i] = IsBox(section) ? owners[section.parent] : i;
  }
  return owners;
}

void AddSections(const std::string& language, const std::string& file,
                 const Extracted& document, std::vector<HelpSection>* out) {
  const std::vector<uint32_t> owners = Owners(document);
  std::vector<std::string> texts(owners.size());
  for (const Block& block : document.blocks) {
    const bool own_heading = block.kind == BlockKind::kHeading &&
                             owners[block.section] == block.section;
    if (own_heading) continue;
    absl::StrAppend(&texts[owners[block.section]],
                    absl::string_view(document.text)
                        .substr(block.span.begin, block.span.size()),
                    "\n");
  }
  std::vector<bool> has_sections(owners.size(), false);
  for (uint32_t i = 1; i < owners.size(); ++i) {
    if (owners[i] == i) {
      has_sections[owners[document.sections[i].parent]] = true;
    }
  }
  for (uint32_t i = 1; i < owners.size(); ++i) {
    if (owners[i] != i || CountCodePoints(texts[i]) < kMinCodePoints) continue;
    const Section& section = document.sections[i];
    HelpSection help;
    help.language = language;
    help.heading = WithoutNumber(
        document.text.substr(section.heading.begin, section.heading.size()));
    help.text = std::move(texts[i]);
    help.has_sections = has_sections[i];
    help.id = absl::StrCat(language, "/",
                           std::filesystem::path(file).filename().string(), "#",
                           section.anchor);
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

using Sections = std::vector<HelpSection>;

// All sections of the files in `folder`, of whatever worth.
absl::StatusOr<Sections> ReadFolder(const std::string& folder,
                                    const std::string& language) {
  Sections sections;
  for (const std::string& file : Files(folder)) {
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

// What `language` has, a source at a time: "handbook", "gnome-help", ….
absl::StatusOr<std::vector<Sections>> ReadSources(const std::string& folder,
                                                  const std::string& language) {
  std::vector<std::string> paths;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(
           absl::StrCat(folder, "/", language), ignored)) {
    paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<Sections> sources;
  for (const std::string& path : paths) {
    ASSIGN_OR_RETURN(Sections sections, ReadFolder(path, language));
    sources.push_back(std::move(sections));
  }
  return sources;
}

// How many headings can be asked.
int64_t Questions(const Sections& sections) {
  return std::count_if(
      sections.begin(), sections.end(),
      [](const HelpSection& section) { return !section.has_sections; });
}

// The source with the most questions, and the next ones where it has not
// enough.
Sections Choose(std::vector<Sections> sources,
                const std::set<std::string>& english) {
  for (Sections& source : sources) {
    source = Distinct(std::move(source), english);
  }
  std::stable_sort(sources.begin(), sources.end(),
                   [](const Sections& a, const Sections& b) {
                     return Questions(a) > Questions(b);
                   });
  Sections chosen;
  for (Sections& source : sources) {
    if (Questions(chosen) >= kEnoughQuestions) break;
    std::move(source.begin(), source.end(), std::back_inserter(chosen));
    chosen = Distinct(std::move(chosen), english);
  }
  return chosen;
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
  ASSIGN_OR_RETURN(std::vector<Sections> english_sources,
                   ReadSources(folder, kEnglish));
  std::set<std::string> english;
  for (const Sections& source : english_sources) {
    for (const HelpSection& section : source) english.insert(section.heading);
  }
  std::map<std::string, Sections> sections;
  sections[kEnglish] = Choose(std::move(english_sources), {});
  for (const Language language : AllLanguages()) {
    const std::string code(LanguageCode(language));
    if (code == kEnglish) continue;
    ASSIGN_OR_RETURN(std::vector<Sections> sources, ReadSources(folder, code));
    sections[code] = Choose(std::move(sources), english);
    progress(sections.size());
  }
  return sections;
}

}  // namespace footnote
