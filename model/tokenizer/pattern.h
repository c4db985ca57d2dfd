// The regular expressions with which byte-level tokenizers cut text into
// words before they merge.
//
// The part of the language that these use: alternatives, groups, (?i: ),
// lookahead, classes with \p{..}, \s, \d and ranges, greedy and possessive
// quantifiers. Anything else is refused, so no pattern is half understood.
// Matching is by code point, leftmost, first alternative first, as in Oniguruma
// and Perl; classes are ICU's.
#ifndef FOOTNOTE_MODEL_TOKENIZER_PATTERN_H_
#define FOOTNOTE_MODEL_TOKENIZER_PATTERN_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace footnote {

// Immutable, so safe from many threads.
class Pattern {
 public:
  static constexpr size_t kNone = static_cast<size_t>(-1);

  //   Unimplemented    something of the language that isn't known here
  //   InvalidArgument  not a pattern, or one that is too long
  static absl::StatusOr<Pattern> Compile(absl::string_view regex);

  // What it was made of.
  const std::string& regex() const { return regex_; }

  // Where the match that begins at byte `begin` ends, or kNone.
  size_t MatchAt(absl::string_view text, size_t begin) const;

  // The first match that is not empty at or after `begin`: its begin and end.
  // False when there is none.
  bool Find(absl::string_view text, size_t begin,
            std::pair<size_t, size_t>* match) const;

 private:
  friend class PatternCompiler;

  // A set of code points.
  struct Set {
    bool Contains(char32_t c) const;

    uint64_t ascii[2] = {0, 0};  // final, negation included
    uint32_t categories = 0;     // bits of ICU's general categories
    bool space = false;
    bool negated = false;
    std::vector<std::pair<char32_t, char32_t>> ranges;
  };

  struct Step {
    enum Kind : uint8_t {
      kRepeat,  // `set`, min to max times
      kSplit,   // go on at `a`, and when that fails at `b`
      kJump,    // to `a`
      kAhead,   // what stands up to `a` must match here, or must not (min == 0)
      kAccept,
    };
    Kind kind;
    bool possessive = false;
    int set = 0;
    uint32_t min = 1;
    uint32_t max = 1;
    int a = 0;
    int b = 0;
  };

  size_t Run(absl::string_view text, size_t begin, int step) const;

  std::string regex_;
  std::vector<Set> sets_;
  std::vector<Step> steps_;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_TOKENIZER_PATTERN_H_
