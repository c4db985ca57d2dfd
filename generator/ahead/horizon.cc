#include "generator/ahead/horizon.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "generator/ahead/horizon_words.h"
#include "text/fold.h"
#include "text/number_words.h"

namespace footnote {
namespace {

constexpr int kMostCount = 1000;
constexpr int kUnits = 6;
constexpr HorizonUnit kUnitOrder[kUnits] = {
    HorizonUnit::kHour,  HorizonUnit::kDay,     HorizonUnit::kWeek,
    HorizonUnit::kMonth, HorizonUnit::kQuarter, HorizonUnit::kYear};

// Folded words or phrases.
struct Word {
  std::string text;
  bool sure = false;  // can only mean what lies ahead
};

struct Unit {
  std::string text;
  HorizonUnit unit;
  int count;  // 0 where a count stands before it
};

struct Table {
  std::vector<Word> before, after, will;
  std::vector<Unit> units;
};

// Longer ones first, so that "四半期" is no "期".
template <typename T>
void LongestFirst(std::vector<T>* all) {
  std::stable_sort(all->begin(), all->end(), [](const T& a, const T& b) {
    return a.text.size() > b.text.size();
  });
}

std::vector<Word> WordsOf(const char* list, Language language) {
  std::vector<Word> words;
  for (absl::string_view word : absl::StrSplit(list, '|', absl::SkipEmpty())) {
    const bool sure = word.back() == '!';
    if (sure) word.remove_suffix(1);
    words.push_back({Fold(word, language), sure});
  }
  LongestFirst(&words);
  return words;
}

Table MakeTable(Language language) {
  const HorizonWords& words = HorizonWordsOf(language);
  Table table;
  table.before = WordsOf(words.before, language);
  table.after = WordsOf(words.after, language);
  table.will = WordsOf(words.will, language);
  const char* const units[kUnits] = {words.hour,  words.day,     words.week,
                                     words.month, words.quarter, words.year};
  for (int i = 0; i < kUnits; ++i) {
    for (const Word& word : WordsOf(units[i], language)) {
      table.units.push_back({word.text, kUnitOrder[i], 0});
    }
    if (words.dual[i] == nullptr) continue;
    for (const Word& word : WordsOf(words.dual[i], language)) {
      table.units.push_back({word.text, kUnitOrder[i], 2});
    }
  }
  if (language == Language::kEn) {
    table.units.push_back({"step", HorizonUnit::kStep, 0});
    table.units.push_back({"steps", HorizonUnit::kStep, 0});
  }
  LongestFirst(&table.units);
  return table;
}

const Table& TableOf(Language language) {
  static const auto* const tables = [] {
    auto* made = new std::array<Table, kLanguageCount>;
    for (const Language one : AllLanguages()) {
      (*made)[static_cast<size_t>(one)] = MakeTable(one);
    }
    return made;
  }();
  return (*tables)[static_cast<size_t>(language)];
}

// Han and Kana, and Hangul often, have no blanks between a number and its unit
// and what follows.
bool HasBlanks(Language language) {
  return language != Language::kJa && language != Language::kZh &&
         language != Language::kKo;
}

// Signs that end a word; those of ASCII do so too.
constexpr absl::string_view kSigns[] = {
    "؟", "،", "؛", "।", "¿", "¡",  "«",  "»", "„",      "“",      "”",
    "‘", "’", "–", "—", "…", "。", "、", "·", "\u200e", "\u200f", "־"};

bool IsWordByte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || absl::ascii_isalnum(byte);
}

// The words, one blank between two and at both ends.
std::string Spaced(absl::string_view folded) {
  std::string spaced = " ";
  for (size_t i = 0; i < folded.size();) {
    size_t sign = IsWordByte(folded[i]) ? 0 : 1;
    // "п'ять" is one word.
    if (folded[i] == '\'' && i > 0 && IsWordByte(folded[i - 1]) &&
        i + 1 < folded.size() && IsWordByte(folded[i + 1])) {
      sign = 0;
    }
    for (absl::string_view known : kSigns) {
      if (sign == 0 && folded.substr(i, known.size()) == known) {
        sign = known.size();
      }
    }
    if (sign == 0) {
      spaced.push_back(folded[i++]);
      continue;
    }
    if (spaced.back() != ' ') spaced.push_back(' ');
    i += sign;
  }
  if (spaced.back() != ' ') spaced.push_back(' ');
  return spaced;
}

// A reading of a question: where in it we are, and how words border on it.
class Reader {
 public:
  Reader(absl::string_view folded, Language language)
      : text_(Spaced(folded)),
        blanks_(HasBlanks(language)),
        table_(TableOf(language)),
        numbers_(NumberWords(language)) {}

  bool Find(HorizonUnit* unit, int* count) const {
    const bool will = SaysWill();
    for (size_t at = 1; at < text_.size(); ++at) {
      if (text_[at] == ' ' || (blanks_ && text_[at - 1] != ' ')) continue;
      size_t end = at;
      const int number = CountAt(&end);
      const bool unsure_front = !blanks_ && number > 0 && InsideNumber(at);
      if (unsure_front) continue;
      bool sure = false;
      bool marked = MarkedBefore(at, &sure);
      if (number > 0) marked |= SkipMark(&end, &sure);
      const Unit* const found = UnitAt(&end);
      if (found == nullptr || (number == 0) != (found->count > 0)) continue;
      marked |= MarkedAfter(end, &sure);
      if (!marked || !(sure || will)) continue;
      *unit = found->unit;
      *count = number > 0 ? number : found->count;
      return true;
    }
    return false;
  }

 private:
  bool SaysWill() const {
    return std::any_of(
        table_.will.begin(), table_.will.end(), [&](const Word& word) {
          const std::string wanted =
              blanks_ ? absl::StrCat(" ", word.text, " ") : word.text;
          return text_.find(wanted) != std::string::npos;
        });
  }

  bool InsideNumber(size_t at) const {
    return absl::ascii_isdigit(static_cast<unsigned char>(text_[at])) &&
           absl::ascii_isdigit(static_cast<unsigned char>(text_[at - 1]));
  }

  // Whether a word that reaches up to `end` ends there.
  bool Borders(size_t end) const { return !blanks_ || text_[end] == ' '; }

  void SkipBlank(size_t* at) const {
    if (*at < text_.size() && text_[*at] == ' ') ++*at;
  }

  // A count that begins at *end, which moves behind it; 0 where there is none.
  int CountAt(size_t* end) const {
    size_t digits = *end;
    while (absl::ascii_isdigit(static_cast<unsigned char>(text_[digits]))) {
      ++digits;
    }
    int number = 0;
    if (digits > *end && Borders(digits)) {
      if (!absl::SimpleAtoi(text_.substr(*end, digits - *end), &number) ||
          number > kMostCount) {
        return 0;
      }
      *end = digits;
      SkipBlank(end);
      return number;
    }
    if (blanks_) {
      const size_t border = text_.find(' ', *end);
      const auto found = numbers_.find(text_.substr(*end, border - *end));
      if (found == numbers_.end()) return 0;
      *end = border;
      SkipBlank(end);
      return found->second;
    }
    size_t longest = 0;
    for (const auto& word : numbers_) {
      if (word.first.size() > longest &&
          text_.compare(*end, word.first.size(), word.first) == 0) {
        longest = word.first.size();
        number = word.second;
      }
    }
    *end += longest;
    if (longest > 0) SkipBlank(end);
    return number;
  }

  const Unit* UnitAt(size_t* end) const {
    for (const Unit& unit : table_.units) {
      if (text_.compare(*end, unit.text.size(), unit.text) != 0 ||
          !Borders(*end + unit.text.size())) {
        continue;
      }
      *end += unit.text.size();
      SkipBlank(end);
      return &unit;
    }
    return nullptr;
  }

  bool MarkedBefore(size_t at, bool* sure) const {
    size_t end = at;
    if (text_[end - 1] == ' ') --end;
    for (const Word& word : table_.before) {
      if (end < word.text.size() + 1) continue;
      const size_t begin = end - word.text.size();
      if (text_.compare(begin, word.text.size(), word.text) != 0 ||
          (blanks_ && text_[begin - 1] != ' ')) {
        continue;
      }
      *sure |= word.sure;
      return true;
    }
    return false;
  }

  // "3 prochains mois": a mark between count and unit; *end moves behind it.
  bool SkipMark(size_t* end, bool* sure) const {
    for (const Word& word : table_.before) {
      if (!word.sure || text_.compare(*end, word.text.size(), word.text) != 0 ||
          !Borders(*end + word.text.size())) {
        continue;
      }
      *end += word.text.size();
      SkipBlank(end);
      *sure = true;
      return true;
    }
    return false;
  }

  bool MarkedAfter(size_t at, bool* sure) const {
    for (const Word& word : table_.after) {
      if (text_.compare(at, word.text.size(), word.text) != 0 ||
          !Borders(at + word.text.size())) {
        continue;
      }
      *sure |= word.sure;
      return true;
    }
    return false;
  }

  const std::string text_;
  const bool blanks_;
  const Table& table_;
  const std::unordered_map<std::string, int>& numbers_;
};

}  // namespace

bool FindHorizon(absl::string_view folded, Language language, HorizonUnit* unit,
                 int* count) {
  if (language == Language::kUnknown) return false;
  return Reader(folded, language).Find(unit, count);
}

}  // namespace footnote
