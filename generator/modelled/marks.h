// Reads what a model that was trained to cite writes: text with <co> marks,
// thoughts, and tool calls.
//
//   The tower is <co>31 metres</co: 0:[1,2]> high.
#ifndef FOOTNOTE_GENERATOR_MODELLED_MARKS_H_
#define FOOTNOTE_GENERATOR_MODELLED_MARKS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace footnote {

// Results `results` of the tool call number `call`; documents are call 0.
struct MarkSource {
  int call = 0;
  std::vector<int> results;
};

// A stretch of the text without marks and what it was said to rest on.
struct Mark {
  // Code points, half open.
  size_t begin = 0;
  size_t end = 0;
  std::string text;
  std::vector<MarkSource> sources;
  bool thinking = false;
};

struct MarkedToolCall {
  std::string id;
  std::string name;
  std::string parameters;  // JSON, as it was written
};

// What one piece of output made final.
struct MarkedDelta {
  std::string text;      // of the answer
  std::string thinking;  // of the plan or the thoughts
  std::vector<Mark> marks;
};

// Text comes in pieces of any size, cut anywhere; what may still be the
// beginning of a mark is held back. The leftmost mark that matches counts.
// "<co" that isn't followed by ">", as in "<code>", is text. Not thread-safe.
//
// What parts plan, calls and answer (<|START_ACTION|>, <tool_call>, ...) are
// pieces of their own, which no text can spell: who reads a model gives them to
// Control. Where a whole output is at hand as text, `in_text` reads those of
// the Command family there too.
class MarkReader {
 public:
  enum class Specials { kApart, kInText };
  explicit MarkReader(Specials specials = Specials::kInText)
      : in_text_(specials == Specials::kInText) {}

  MarkedDelta Add(absl::string_view piece);
  // Of kSpecialSpellings; others are left out.
  MarkedDelta Control(absl::string_view spelling);
  // The rest: marks without end are text without their marks.
  MarkedDelta Finish();

  // The calls of the action sections, as far as they are whole. A call without
  // an id has its position as one.
  const std::vector<MarkedToolCall>& tool_calls() const { return calls_; }

 private:
  enum class Mode { kAnswer, kThinking, kAction, kIgnored };

  size_t MarkLength(absl::string_view text) const;

  void Take(bool final, MarkedDelta* delta);
  void Special(absl::string_view spelling, MarkedDelta* delta);
  void Emit(absl::string_view text, bool final, MarkedDelta* delta);
  void AppendShown(absl::string_view text, bool final, MarkedDelta* delta);
  void ReadCalls();

  bool in_text_;
  std::string held_;
  Mode mode_ = Mode::kAnswer;
  // Of the answer and of the thoughts: code points so far, white space that is
  // shown only when something follows, whether anything was shown.
  struct Shown {
    size_t code_points = 0;
    std::string blanks;
    bool begun = false;
  };
  Shown answer_;
  Shown thinking_;
  bool open_ = false;
  Mark mark_;
  std::string action_;
  std::vector<MarkedToolCall> calls_;
};

// Spellings of the pieces that switch between plan, calls and answer.
extern const absl::string_view kSpecialSpellings[12];

// "0:[1,2],1:[0]", or the older "1,2" for call 0. What can't be read is left
// out.
std::vector<MarkSource> ReadMarkSources(absl::string_view text);

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_MODELLED_MARKS_H_
