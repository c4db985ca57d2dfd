// Sections of the documentation that Debian ships in 23 languages, mostly the
// Debian Administrator's Handbook (HTML) and GNOME's help (Mallard), as
// tools/docs_23 lays it out: one folder per language, "de/handbook/apt.html".
#ifndef FOOTNOTE_EVAL_QUALITY_HELP_SECTIONS_H_
#define FOOTNOTE_EVAL_QUALITY_HELP_SECTIONS_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace footnote {

struct HelpSection {
  // "de/sect.apt-get.html#sect.apt-update"
  std::string id;
  std::string language;
  // Without its number.
  std::string heading;
  // Headings of the sections around it, outermost first, without numbers: what
  // a reader of the page sees above it, with the chapter where a book is cut
  // into pages. Never its own.
  std::vector<std::string> path;
  // Canonical text of the section with the boxes in it ("CULTURE Where the name
  // comes from"), without its heading and without the sections inside it.
  std::string text;
  // True when there are sections inside: then `text` is the introduction to
  // them, and the heading stands above more than it.
  bool has_sections = false;
  // True when the heading names this section and no other: it has a word that
  // is no function word, and no other heading of the language holds all its
  // words. "For Servers" is no name where there is "Virtual Servers" too.
  bool named = true;

  // Whether its heading is a fair question for a known item.
  bool can_be_asked() const { return !has_sections && named; }
};

// `data` or, when it is empty, the environment variable FOOTNOTE_DOCS_23.
//   InvalidArgument   both are empty, or it is no folder
absl::StatusOr<std::string> HelpFolder(const std::string& data);

// By language (ISO 639-1), the sections under `folder` that are really written
// in it: translations are not complete, and what is still English counts for
// no other language; of a section's prose (lines of 40 code points and more
// that are no code) at least four fifths must be in the language. Also left
// out: sections of fewer than 60 code points, headings that stand above
// several sections of the language or that are as in English ("GNOME"), and
// texts that are there twice. In the order of their ids; a language of which
// nothing is left has an empty list. `progress` is called with the number of
// languages read. The Handbook and GNOME's help are taken, and what lies in
// "more" only where these have fewer than 200 sections that can be asked for.
absl::StatusOr<std::map<std::string, std::vector<HelpSection>>>
ReadHelpSections(const std::string& folder,
                 const std::function<void(size_t)>& progress);

// `heading` without the number before it: "6.2.1. Initialization", "A.3. …",
// "Chapter 12. …", "第 12 章 …".
std::string WithoutNumber(const std::string& heading);

}  // namespace footnote

#endif  // FOOTNOTE_EVAL_QUALITY_HELP_SECTIONS_H_
