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
  // Canonical text of the section with the boxes in it ("CULTURE Where the name
  // comes from"), without its heading and without the sections inside it.
  std::string text;
  // True when there are sections inside: then `text` is the introduction to
  // them, and the heading stands above more than it.
  bool has_sections = false;
};

// `data` or, when it is empty, the environment variable FOOTNOTE_DOCS_23.
//   InvalidArgument   both are empty, or it is no folder
absl::StatusOr<std::string> HelpFolder(const std::string& data);

// By language (ISO 639-1), the sections under `folder` that are really written
// in it: translations are not complete, and what is still English counts for
// no other language. Also left out: sections of fewer than 60 code points,
// headings that stand above several sections of the language or that are as
// in English ("GNOME"), and texts that are there twice. In the order of their
// ids; a language of which nothing is left has an empty list. `progress` is
// called with the number of languages read. Where a language has several
// sources, the one with the most questions is taken, and the next only when
// that has fewer than 200.
absl::StatusOr<std::map<std::string, std::vector<HelpSection>>>
ReadHelpSections(const std::string& folder,
                 const std::function<void(size_t)>& progress);

// `heading` without the number before it: "6.2.1. Initialization", "A.3. …".
std::string WithoutNumber(const std::string& heading);

}  // namespace footnote

#endif  // FOOTNOTE_EVAL_QUALITY_HELP_SECTIONS_H_
