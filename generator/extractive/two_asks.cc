#include "generator/extractive/two_asks.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "generator/extractive/answer_type.h"
#include "text/fold.h"
#include "text/words.h"

namespace footnote {
namespace extractive {
namespace {

// Longer texts are not looked into.
constexpr size_t kMaxBytes = 500;
// Words that may stand before those that ask: "in what year".
constexpr size_t kWordsBefore = 1;

struct Row {
  Language language;
  // Words for "and", parted by spaces; where words are not parted, marks.
  const char* joins;
  // Whether question words stand at a question's beginning.
  bool asks_first;
};

constexpr Row kRows[] = {
    {Language::kCs, "a", true},
    {Language::kDe, "und sowie", true},
    {Language::kEl, "και", true},
    {Language::kEn, "and", true},
    {Language::kEs, "y e", true},
    {Language::kFa, "و", false},
    {Language::kFr, "et", true},
    {Language::kHi, "और", false},
    {Language::kId, "dan serta", false},
    {Language::kIt, "e ed", true},
    {Language::kNl, "en", true},
    {Language::kPl, "i oraz a", true},
    {Language::kPt, "e", true},
    {Language::kRo, "și", true},
    {Language::kRu, "и а", true},
    {Language::kTr, "ve", false},
    {Language::kUk, "і й та а", true},
    {Language::kVi, "và", false},
    {Language::kJa, "、 ， , そして", false},
    {Language::kKo, ", 그리고", false},
    {Language::kZh, "， , 以及", false},
    // Written as one with the next word.
    {Language::kAr, "و", true},
    {Language::kHe, "ו", true},
};

constexpr absl::string_view kQuestionMarks[] = {"?", "؟", "？"};

const Row* RowOf(Language language) {
  const Row* const row =
      std::find_if(std::begin(kRows), std::end(kRows),
                   [&](const Row& r) { return r.language == language; });
  return row == std::end(kRows) ? nullptr : row;
}

bool IsJoinedToTheNext(Language language) {
  return language == Language::kAr || language == Language::kHe;
}

// `text` without white space and marks at its ends.
absl::string_view Trimmed(absl::string_view text) {
  constexpr absl::string_view kMarks[] = {",", "،", "、", "，", ".", "。",
                                          "¿", "?", "؟",  "？", ";"};
  bool changed = true;
  while (changed) {
    const size_t before = text.size();
    text = absl::StripAsciiWhitespace(text);
    for (const absl::string_view mark : kMarks) {
      absl::ConsumePrefix(&text, mark);
      absl::ConsumeSuffix(&text, mark);
    }
    changed = text.size() != before;
  }
  return text;
}

// One question, and what it asks for.
struct Side {
  AnswerType type = AnswerType::kAny;
  // By one word, which may also begin a clause: "que".
  bool by_one_word = false;
  Ask ask;
};

Side SideOf(absl::string_view text, const Row& row) {
  Side side;
  side.ask.text = Trimmed(text);
  side.ask.about = std::string(side.ask.text);
  const AskedType asked = FindAskedType(side.ask.text, row.language);
  side.type = asked.type;
  if (asked.type == AnswerType::kAny || IsWrittenWithoutSpaces(row.language)) {
    return side;
  }
  const std::vector<std::string> asking =
      absl::StrSplit(absl::StripAsciiWhitespace(asked.words), ' ');
  side.by_one_word = asking.size() == 1;
  std::vector<Word> words;
  Words(side.ask.text, &words);
  std::vector<std::string> folded;
  for (const Word& word : words) {
    folded.push_back(Fold(
        side.ask.text.substr(word.span.begin, word.span.size()), row.language));
  }
  const auto found =
      std::search(folded.begin(), folded.end(), asking.begin(), asking.end(),
                  [](const std::string& word, const std::string& asks) {
                    return absl::StartsWith(word, asks);
                  });
  if (found == folded.end()) return side;
  const size_t at = found - folded.begin();
  // A preposition before them asks, too: "in what year".
  const size_t begin =
      row.asks_first && at <= kWordsBefore ? 0 : words[at].span.begin;
  const size_t end = words[at + asking.size() - 1].span.end;
  side.ask.about = std::string(Trimmed(
      absl::StrCat(side.ask.text.substr(0, begin), side.ask.text.substr(end))));
  return side;
}

// Whether it asks, and at its beginning where its language does.
bool Asks(const Side& side, const Row& row, bool at_beginning) {
  if (side.type == AnswerType::kAny) return false;
  if (!at_beginning) return true;
  std::vector<Word> words;
  Words(side.ask.text, &words);
  for (size_t i = 0; i <= kWordsBefore && i < words.size(); ++i) {
    if (BeginsWithAsking(side.ask.text.substr(words[i].span.begin),
                         row.language)) {
      return true;
    }
  }
  return false;
}

// The two of `left` and `right`, if each asks.
absl::optional<TwoAsks> At(absl::string_view left, absl::string_view right,
                           bool at_beginning, const Row& row) {
  const Side first = SideOf(left, row);
  if (!Asks(first, row, at_beginning)) return absl::nullopt;
  const Side second = SideOf(right, row);
  if (!Asks(second, row, at_beginning) ||
      (second.type == AnswerType::kDefinition && second.by_one_word)) {
    return absl::nullopt;
  }
  return TwoAsks{first.ask, second.ask};
}

absl::optional<TwoAsks> AtWords(absl::string_view text, const Row& row) {
  const std::vector<std::string> joins = absl::StrSplit(row.joins, ' ');
  std::vector<Word> words;
  Words(text, &words);
  for (size_t i = 1; i < words.size(); ++i) {
    const TextSpan span = words[i].span;
    const absl::string_view word = text.substr(span.begin, span.size());
    absl::string_view right;
    if (IsJoinedToTheNext(row.language)) {
      if (!absl::StartsWith(word, joins[0])) continue;
      right = text.substr(span.begin + joins[0].size());
    } else {
      if (std::find(joins.begin(), joins.end(), absl::AsciiStrToLower(word)) ==
          joins.end()) {
        continue;
      }
      right = text.substr(span.end);
    }
    const auto found =
        At(text.substr(0, span.begin), right, row.asks_first, row);
    if (found.has_value()) return found;
  }
  return absl::nullopt;
}

absl::optional<TwoAsks> AtMarks(absl::string_view text, const Row& row,
                                absl::Span<const absl::string_view> marks) {
  for (const absl::string_view mark : marks) {
    for (size_t at = text.find(mark); at != absl::string_view::npos;
         at = text.find(mark, at + mark.size())) {
      absl::string_view right = Trimmed(text.substr(at + mark.size()));
      if (right.empty()) continue;
      const auto found =
          At(text.substr(0, at), right, /*at_beginning=*/false, row);
      if (found.has_value()) return found;
    }
  }
  return absl::nullopt;
}

}  // namespace

absl::optional<TwoAsks> FindTwoAsks(absl::string_view question,
                                    Language language) {
  const Row* const row = RowOf(language);
  if (row == nullptr || question.size() > kMaxBytes) return absl::nullopt;
  const auto sentences = AtMarks(question, *row, kQuestionMarks);
  if (sentences.has_value()) return sentences;
  if (!IsWrittenWithoutSpaces(language)) return AtWords(question, *row);
  const std::vector<absl::string_view> marks = absl::StrSplit(row->joins, ' ');
  return AtMarks(question, *row, marks);
}

}  // namespace extractive
}  // namespace footnote
