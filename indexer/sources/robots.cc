#include "indexer/sources/robots.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace footnote {
namespace {

// Who asks for longer waits is taken to mean this.
constexpr double kMaxDelaySeconds = 60;
constexpr size_t kMaxBytes = 512 << 10;

// `*` stands for anything, `$` at the end for the end. Linear for each star.
bool Matches(absl::string_view pattern, absl::string_view path) {
  const bool to_the_end = absl::EndsWith(pattern, "$");
  if (to_the_end) pattern.remove_suffix(1);
  size_t p = 0, at = 0;
  size_t star = absl::string_view::npos, mark = 0;
  while (true) {
    if (p == pattern.size()) {
      if (!to_the_end || at == path.size()) return true;
    } else if (pattern[p] == '*') {
      star = ++p;
      mark = at;
      continue;
    } else if (at < path.size() && pattern[p] == path[at]) {
      ++p;
      ++at;
      continue;
    }
    if (star == absl::string_view::npos || mark >= path.size()) return false;
    p = star;
    at = ++mark;
  }
}

}  // namespace

Robots::Robots(absl::string_view text, absl::string_view agent) {
  struct Group {
    std::vector<Rule> rules;
    absl::Duration delay = absl::ZeroDuration();
    bool found = false;
  };
  Group own, all;
  std::vector<Group*> open;
  bool naming = false;
  for (absl::string_view line :
       absl::StrSplit(text.substr(0, kMaxBytes), absl::ByAnyChar("\r\n"))) {
    line = line.substr(0, line.find('#'));
    const size_t colon = line.find(':');
    if (colon == absl::string_view::npos) continue;
    const std::string key = absl::AsciiStrToLower(
        absl::StripAsciiWhitespace(line.substr(0, colon)));
    const absl::string_view value =
        absl::StripAsciiWhitespace(line.substr(colon + 1));
    if (key == "user-agent") {
      if (!naming) open.clear();
      naming = true;
      Group* const group = value == "*"                           ? &all
                           : absl::EqualsIgnoreCase(value, agent) ? &own
                                                                  : nullptr;
      if (group != nullptr) {
        group->found = true;
        open.push_back(group);
      }
      continue;
    }
    if (key != "allow" && key != "disallow" && key != "crawl-delay") continue;
    naming = false;
    for (Group* group : open) {
      double seconds;
      if (key == "crawl-delay") {
        if (absl::SimpleAtod(value, &seconds) && seconds > 0) {
          group->delay = absl::Seconds(std::min(seconds, kMaxDelaySeconds));
        }
      } else if (!value.empty()) {
        group->rules.push_back({key == "allow", std::string(value)});
      }
    }
  }
  Group& group = own.found ? own : all;
  rules_ = std::move(group.rules);
  delay_ = group.delay;
}

bool Robots::Allows(absl::string_view path) const {
  const Rule* best = nullptr;
  for (const Rule& rule : rules_) {
    if (!Matches(rule.pattern, path)) continue;
    if (best == nullptr || rule.pattern.size() > best->pattern.size() ||
        (rule.pattern.size() == best->pattern.size() && rule.allow)) {
      best = &rule;
    }
  }
  return best == nullptr || best->allow;
}

}  // namespace footnote
