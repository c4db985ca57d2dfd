// Sections of the documentation that Debian ships in 23 languages, mostly the
// Debian Administrator's Handbook (HTML) and GNOME's help (Mallard), as
// tools/docs_23 lays it out: one folder per language, "de/handbook/apt.html".
#ifndef FOOTNOTE_EVAL_QUALITY_HELP_SECTIONS_H_
#define FOOTNOTE_EVAL_QUALITY_HELP_SECTIONS_H_

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
  // Canonical text of the section alone: without its heading and without the
  // sections inside it.
  std::string text;
};

// `data` or, when it is empty, the environment variable FOOTNOTE_DOCS_23.
//   InvalidArgument   both are empty, or it is no folder
absl::StatusOr<std::string> HelpFolder(const std::string& data);

// The sections of `language` (ISO 639-1) under `folder` that are really
// written in it: translations are not complete, and what is still English
// counts for no other language. Also left out: sections of fewer than 100 code
// points, headings that stand above several sections of the language, and
// texts that are there twice. In the order of their ids. Empty when nothing is
// translated.
absl::StatusOr<std::vector<HelpSection>> ReadHelpSections(
    const std::string& folder, const std::string& language);

// `heading` without the number before it: "6.2.1. Initialization", "A.3. …".
std::string WithoutNumber(const std::string& heading);

}  // namespace footnote

#endif  // FOOTNOTE_EVAL_QUALITY_HELP_SECTIONS_H_
