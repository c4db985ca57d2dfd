#include "eval/quality/help_sections.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
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
#include "text/analyzer.h"
#include "text/identify.h"
#include "text/language.h"

namespace footnote {
namespace {

constexpr char kEnglish[] = "en";
constexpr size_t kMinCodePoints = 60;
constexpr size_t kProseCodePoints = 40;
constexpr int64_t kEnoughQuestions = 200;
// The folder beside the Handbook and GNOME's help.
constexpr char kOtherSources[] = "more";

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

// How much of a section's prose is in the language that it should be in.
struct Prose {
  size_t own = 0;
  size_t other = 0;

  void Add(const std::string& language, const std::string& line) {
    const size_t length = CountCodePoints(line);
    if (length < kProseCodePoints) return;
    (WrittenIn(language, line) ? own : other) += length;
  }
  bool IsTranslated() const { return own >= 4 * other; }
};

void AddSections(const std::string& language, const std::string& file,
                 const Extracted& document, std::vector<HelpSection>* out) {
  const std::vector<uint32_t> owners = Owners(document);
  std::vector<std::string> texts(owners.size());
  std::vector<Prose> prose(owners.size());
  for (const Block& block : document.blocks) {
    const bool own_heading = block.kind == BlockKind::kHeading &&
                             owners[block.section] == block.section;
    if (own_heading) continue;
    const std::string line =
        document.text.substr(block.span.begin, block.span.size());
    absl::StrAppend(&texts[owners[block.section]], line, "\n");
    if (block.kind != BlockKind::kCode) {
      prose[owners[block.section]].Add(language, line);
    }
  }
  std::vector<bool> has_sections(owners.size(), false);
  for (uint32_t i = 1; i < owners.size(); ++i) {
    if (owners[i] == i) {
      has_sections[owners[document.sections[i].parent]] = true;
    }
  }
  for (uint32_t i = 1; i < owners.size(); ++i) {
    if (owners[i] != i || CountCodePoints(texts[i]) < kMinCodePoints) continue;
    if (!prose[i].IsTranslated()) continue;
    const Section& section = document.sections[i];
    const auto heading_of = [&](const Section& s) {
      return WithoutNumber(
          document.text.substr(s.heading.begin, s.heading.size()));
    };
    HelpSection help;
    help.language = language;
    help.heading = heading_of(section);
    for (uint32_t s = owners[section.parent]; s != 0;
         s = owners[document.sections[s].parent]) {
      std::string above = heading_of(document.sections[s]);
      if (above != help.heading) {
        help.path.insert(help.path.begin(), std::move(above));
      }
    }
    help.text = std::move(texts[i]);
    help.has_sections = has_sections[i];
    help.id = absl::StrCat(language, "/", file, "#", section.anchor);
    if (!WrittenIn(language, absl::StrCat(help.heading, "\n", help.text))) {
      continue;
    }
    out->push_back(std::move(help));
  }
}

using Words = std::set<uint64_t>;

// The content words of a heading, as stems or dictionary words.
Words ContentWords(const std::string& heading, Language language,
                   Analyzer* analyzer) {
  std::vector<Token> tokens;
  analyzer->Analyze(heading, language, &tokens);
  Words words;
  for (const Token& token : tokens) {
    const bool whole_word = token.channel == kChannelStem &&
                            (token.flags & (kTokenStopWord | kTokenPart)) == 0;
    if (whole_word) words.insert(token.key);
  }
  return words;
}

// Sets `named` of all of one language's sections.
void FindNamed(Language language, std::vector<HelpSection>* sections) {
  Analyzer analyzer;
  std::vector<Words> words;
  for (const HelpSection& section : *sections) {
    words.push_back(ContentWords(section.heading, language, &analyzer));
  }
  for (size_t i = 0; i < sections->size(); ++i) {
    bool named = !words[i].empty();
    for (size_t j = 0; named && j < sections->size(); ++j) {
      named = j == i || !std::includes(words[j].begin(), words[j].end(),
                                       words[i].begin(), words[i].end());
    }
    (*sections)[i].named = named;
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

// A book that is cut into pages says in each which page stands above it:
// <link rel="up" href="apt.html" title="Chapter 6. …"/>.
struct PageAbove {
  std::string file;
  std::string heading;
};

std::string Attribute(absl::string_view element, absl::string_view name) {
  const std::string before = absl::StrCat(" ", name, "=\"");
  const size_t begin = element.find(before);
  if (begin == element.npos) return "";
  element.remove_prefix(begin + before.size());
  return absl::StrReplaceAll(element.substr(0, element.find('"')),
                             {{"&lt;", "<"},
                              {"&gt;", ">"},
                              {"&quot;", "\""},
                              {"&#160;", " "},
                              {"&amp;", "&"}});
}

// By file name.
std::map<std::string, PageAbove> PagesAbove(
    const std::map<std::string, std::string>& pages) {
  std::map<std::string, PageAbove> above;
  for (const auto& [file, bytes] : pages) {
    const absl::string_view html = bytes;
    const size_t begin = html.find("<link rel=\"up\"");
    if (begin == html.npos) continue;
    const absl::string_view element =
        html.substr(begin, html.find('>', begin) - begin);
    above[file] = {Attribute(element, "href"),
                   WithoutNumber(Attribute(element, "title"))};
  }
  return above;
}

// Puts the pages into relation: what stands above a page comes before its
// headings (the book's own title, above all of them, tells nothing), and the
// outermost sections of a page with pages below have sections inside.
void JoinPages(const std::map<std::string, PageAbove>& above,
               const std::string& file, size_t first, Sections* sections) {
  const bool has_pages =
      std::any_of(above.begin(), above.end(),
                  [&](const auto& page) { return page.second.file == file; });
  const auto own = above.find(file);
  for (size_t i = first; i < sections->size(); ++i) {
    HelpSection& section = (*sections)[i];
    section.has_sections |= has_pages && section.path.empty();
    if (own == above.end() || above.count(own->second.file) == 0) continue;
    if (own->second.heading == section.heading) continue;
    section.path.insert(section.path.begin(), own->second.heading);
  }
}

// All sections of the files in `folder`, of whatever worth.
absl::StatusOr<Sections> ReadFolder(const std::string& folder,
                                    const std::string& language) {
  std::map<std::string, std::string> pages;
  const std::vector<std::string> files = Files(folder);
  for (const std::string& file : files) {
    ASSIGN_OR_RETURN(pages[std::filesystem::path(file).filename().string()],
                     ReadFile(file));
  }
  const std::map<std::string, PageAbove> above = PagesAbove(pages);
  Sections sections;
  for (auto& [file, bytes] : pages) {
    const size_t first = sections.size();
    // A page without text is no section, and no reason to stop.
    const absl::Status read = ReadDocuments(
        std::move(bytes), "", ExtractLimits(),
        [&, &name = file](uint32_t, absl::StatusOr<JsonDocument> document) {
          if (document.ok()) {
            AddSections(language, name, document->document, &sections);
          }
          return absl::OkStatus();
        });
    static_cast<void>(read);
    JoinPages(above, file, first, &sections);
  }
  return sections;
}

// What one folder of a language has: "handbook", "gnome-help", "more".
struct Source {
  std::string name;
  Sections sections;
};

absl::StatusOr<std::vector<Source>> ReadSources(const std::string& folder,
                                                const std::string& language) {
  std::vector<std::string> paths;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(
           absl::StrCat(folder, "/", language), ignored)) {
    paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<Source> sources;
  for (const std::string& path : paths) {
    Source source;
    source.name = std::filesystem::path(path).filename().string();
    ASSIGN_OR_RETURN(source.sections, ReadFolder(path, language));
    sources.push_back(std::move(source));
  }
  return sources;
}

// How many headings can be asked.
int64_t Questions(const Sections& sections) {
  return std::count_if(
      sections.begin(), sections.end(),
      [](const HelpSection& section) { return section.can_be_asked(); });
}

// The Handbook and GNOME's help, and what else there is where they have not
// enough.
Sections Choose(Language language, std::vector<Source> sources,
                const std::set<std::string>& english) {
  Sections chosen;
  for (const bool main : {true, false}) {
    if (Questions(chosen) >= kEnoughQuestions) break;
    for (Source& source : sources) {
      if ((source.name != kOtherSources) != main) continue;
      std::move(source.sections.begin(), source.sections.end(),
                std::back_inserter(chosen));
    }
    chosen = Distinct(std::move(chosen), english);
    FindNamed(language, &chosen);
  }
  return chosen;
}

// "6.2.1." or "A.3.", a full stop at its end.
bool IsNumber(absl::string_view word) {
  if (word.size() < 2 || word.back() != '.') return false;
  for (size_t i = 0; i < word.size(); ++i) {
    const char c = word[i];
    const bool appendix = i == 0 && c >= 'A' && c <= 'Z';
    if (!appendix && c != '.' && (c < '0' || c > '9')) return false;
  }
  return true;
}

}  // namespace

std::string WithoutNumber(const std::string& heading) {
  const std::string plain = absl::StrReplaceAll(heading, {{"\xC2\xA0", " "}});
  const absl::string_view text = plain;
  if (absl::StartsWith(text, "第 ")) {
    const size_t end = text.find(" 章 ");
    return end == text.npos ? plain : plain.substr(end + strlen(" 章 "));
  }
  const size_t first = text.find(' ');
  if (first == text.npos) return plain;
  if (IsNumber(text.substr(0, first))) return plain.substr(first + 1);
  // "Chapter 12. …", "Appendix A. …".
  const size_t second = text.find(' ', first + 1);
  if (second != text.npos &&
      IsNumber(text.substr(first + 1, second - first - 1))) {
    return plain.substr(second + 1);
  }
  return plain;
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
  ASSIGN_OR_RETURN(std::vector<Source> english_sources,
                   ReadSources(folder, kEnglish));
  std::set<std::string> english;
  for (const Source& source : english_sources) {
    for (const HelpSection& section : source.sections) {
      english.insert(section.heading);
    }
  }
  std::map<std::string, Sections> sections;
  sections[kEnglish] = Choose(Language::kEn, std::move(english_sources), {});
  for (const Language language : AllLanguages()) {
    const std::string code(LanguageCode(language));
    if (code == kEnglish) continue;
    ASSIGN_OR_RETURN(std::vector<Source> sources, ReadSources(folder, code));
    sections[code] = Choose(language, std::move(sources), english);
    progress(sections.size());
  }
  return sections;
}

}  // namespace footnote
