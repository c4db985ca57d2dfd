// What a web site asks of programs that read it (robots.txt, RFC 9309).
#ifndef FOOTNOTE_INDEXER_SOURCES_ROBOTS_H_
#define FOOTNOTE_INDEXER_SOURCES_ROBOTS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace footnote {

class Robots {
 public:
  // Everything is allowed.
  Robots() = default;

  // Reads `text` for program `agent` (lower case): its own group, or that of
  // all programs where it has none. Any bytes are safe.
  Robots(absl::string_view text, absl::string_view agent);

  // `path` with its query. The longest rule that matches decides; of two as
  // long, the one that allows.
  bool Allows(absl::string_view path) const;

  // Zero where nothing is asked.
  absl::Duration delay() const { return delay_; }

 private:
  struct Rule {
    bool allow;
    // "/docs/*.pdf$".
    std::string pattern;
  };
  std::vector<Rule> rules_;
  absl::Duration delay_ = absl::ZeroDuration();
};

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_SOURCES_ROBOTS_H_
