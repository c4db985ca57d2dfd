#include "text/dates.h"

#include <unicode/dtfmtsym.h>
#include <unicode/locid.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <mutex>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/utf8.h"
#include "text/char_class.h"
#include "text/fold.h"

namespace footnote {
namespace {

constexpr int kMonths = 12;
constexpr int kFirstYear = 1000;
constexpr int kLastYear = 2999;
// Of the beginning of a month's name, in code points.
constexpr int kLeastLetters = 3;
// "de", "of", "the", and what follows a day's digits ("st", "er", "го").
constexpr int kMostBetween = 3;
constexpr int kMostWordsBetween = 2;
// "ב" of "במרץ".
constexpr size_t kHebrewLetter = 2;

struct MonthNames {
  // By folded name.
  std::map<std::string, int> months;
  // As they are written with a day: "марта".
  std::array<std::string, kMonths> with_day;
};

std::string Trimmed(std::string name) {
  while (!name.empty() && absl::StrContains(".'", name.substr(name.size() - 1)))
    name.pop_back();
  return name;
}

bool HasDigit(absl::string_view text) {
  const uint8_t* const table = CharClassTable();
  for (size_t at = 0; at < text.size();) {
    int length = 1;
    const char32_t c = DecodeUtf8(text, at, &length);
    if ((CharClass(table, c) & kCharKindMask) == kCharDigit) return true;
    at += length;
  }
  return false;
}

void AddMonths(const char* locale, const char* calendar, Language language,
               bool first, MonthNames* names) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::DateFormatSymbols symbols(icu::Locale(locale), calendar, error);
  if (U_FAILURE(error)) return;
  using Symbols = icu::DateFormatSymbols;
  for (const auto context : {Symbols::FORMAT, Symbols::STANDALONE}) {
    for (const auto width : {Symbols::WIDE, Symbols::ABBREVIATED}) {
      int32_t count = 0;
      const icu::UnicodeString* const months =
          symbols.getMonths(count, context, width);
      for (int32_t i = 0; i < std::min<int32_t>(count, kMonths); ++i) {
        std::string name;
        months[i].toUTF8String(name);
        if (first && context == Symbols::FORMAT && width == Symbols::WIDE) {
          names->with_day[i] = name;
        }
        // Of Vietnamese, Chinese, Japanese and Korean: they are read as
        // numbers.
        if (HasDigit(name) || name.empty()) continue;
        names->months.emplace(Fold(Trimmed(name), language), i + 1);
      }
    }
  }
}

const MonthNames& MonthsOf(Language language) {
  static std::array<std::once_flag, kLanguageCount> once;
  static auto* const all = new std::array<MonthNames, kLanguageCount>;
  const size_t index = static_cast<size_t>(language) % kLanguageCount;
  std::call_once(once[index], [&] {
    MonthNames& names = (*all)[index];
    const std::string code(LanguageCode(language));
    AddMonths(code.c_str(), "gregorian", language, true, &names);
    // Those of the Levant, and of Iran's own calendar.
    if (language == Language::kAr) {
      AddMonths("ar_SY", "gregorian", language, false, &names);
    }
    if (language == Language::kFa) {
      AddMonths("fa", "persian", language, false, &names);
    }
  });
  return (*all)[index];
}

int MonthAmong(const MonthNames& names, const std::string& word) {
  const auto found = names.months.find(word);
  if (found != names.months.end()) return found->second;
  if (CountCodePoints(word) < kLeastLetters) return 0;
  // "Sept": the beginning of one month only.
  int month = 0;
  for (auto it = names.months.lower_bound(word);
       it != names.months.end() && absl::StartsWith(it->first, word); ++it) {
    if (month != 0 && month != it->second) return 0;
    month = it->second;
  }
  return month;
}

int MonthOf(absl::string_view text, Language language) {
  const std::string word = Fold(text, language);
  int month = MonthAmong(MonthsOf(language), word);
  if (month == 0 && language == Language::kHe && word.size() > kHebrewLetter) {
    month = MonthAmong(MonthsOf(language), word.substr(kHebrewLetter));
  }
  if (month == 0 && language != Language::kEn) {
    month = MonthAmong(MonthsOf(Language::kEn), word);
  }
  return month;
}

enum class Kind { kNumber, kWord, kSign, kSpace };

struct Piece {
  Kind kind;
  TextSpan span;
  int value = 0;   // of a number
  int digits = 0;  // and how many it has
};

std::vector<Piece> PiecesOf(absl::string_view text) {
  const uint8_t* const table = CharClassTable();
  std::vector<Piece> pieces;
  for (size_t at = 0; at < text.size();) {
    int length = 1;
    const char32_t c = DecodeUtf8(text, at, &length);
    const uint8_t kind = CharClass(table, c) & kCharKindMask;
    const int digit = u_charDigitValue(static_cast<UChar32>(c));
    Piece piece;
    piece.span = {static_cast<uint32_t>(at),
                  static_cast<uint32_t>(at + length)};
    at += length;
    if (digit >= 0) {
      piece.kind = Kind::kNumber;
      piece.value = digit;
      piece.digits = 1;
      if (!pieces.empty() && pieces.back().kind == Kind::kNumber) {
        Piece& run = pieces.back();
        run.span.end = piece.span.end;
        if (++run.digits <= 4) run.value = run.value * 10 + digit;
        continue;
      }
    } else if (kind == kCharLetter || kind == kCharMark) {
      piece.kind = Kind::kWord;
      if (!pieces.empty() && pieces.back().kind == Kind::kWord) {
        pieces.back().span.end = piece.span.end;
        continue;
      }
    } else if (c == U' ' || c == 0xA0 || c == 0x202F || c == U'\t') {
      piece.kind = Kind::kSpace;
      if (!pieces.empty() && pieces.back().kind == Kind::kSpace) {
        pieces.back().span.end = piece.span.end;
        continue;
      }
    } else {
      piece.kind = Kind::kSign;
    }
    pieces.push_back(piece);
  }
  return pieces;
}

// Reads a date that begins at a piece.
class Reader {
 public:
  Reader(absl::string_view text, Language language)
      : text_(text), language_(language), pieces_(PiecesOf(text)) {}

  std::vector<DateInText> Read(size_t most) {
    std::vector<DateInText> found;
    for (size_t at = 0; at < pieces_.size() && found.size() < most;) {
      DateInText date;
      size_t end = at;
      if (ReadDigits(at, &end, &date) || ReadMarked(at, &end, &date) ||
          ReadNamed(at, &end, &date)) {
        date.span = {pieces_[at].span.begin, pieces_[end - 1].span.end};
        found.push_back(date);
        at = end;
      } else {
        ++at;
      }
    }
    return found;
  }

 private:
  absl::string_view At(size_t i) const {
    if (i >= pieces_.size()) return "";
    return text_.substr(pieces_[i].span.begin, pieces_[i].span.size());
  }
  bool Is(size_t i, Kind kind) const {
    return i < pieces_.size() && pieces_[i].kind == kind;
  }
  int Day(size_t i) const {
    const bool is_day = Is(i, Kind::kNumber) && pieces_[i].digits <= 2 &&
                        pieces_[i].value >= 1 && pieces_[i].value <= 31;
    return is_day ? pieces_[i].value : 0;
  }
  int Month(size_t i) const {
    const int day = Day(i);
    return day <= kMonths ? day : 0;
  }
  int Year(size_t i) const {
    const bool is_year = Is(i, Kind::kNumber) && pieces_[i].digits == 4 &&
                         pieces_[i].value >= kFirstYear &&
                         pieces_[i].value <= kLastYear;
    return is_year ? pieces_[i].value : 0;
  }
  size_t SkipSpace(size_t i) const { return Is(i, Kind::kSpace) ? i + 1 : i; }

  // 2026-03-31, 31.03.2026, 31. 3. 2026, 3/31/2026, 31.03.26.
  bool ReadDigits(size_t at, size_t* end, DateInText* date) const {
    if (!Is(at, Kind::kNumber)) return false;
    const absl::string_view sign = At(at + 1);
    if (sign != "-" && sign != "." && sign != "/") return false;
    const bool spaced = sign == ".";
    const size_t second = spaced ? SkipSpace(at + 2) : at + 2;
    if (!Is(second, Kind::kNumber) || At(second + 1) != sign) return false;
    const size_t third = spaced ? SkipSpace(second + 2) : second + 2;
    if (!Is(third, Kind::kNumber)) return false;
    // Longer ones are addresses and versions.
    if (Joins(at, -1) || Joins(third, 1)) return false;
    Date& found = date->date;
    *end = third + 1;
    if (Year(at) != 0) {
      found = {Year(at), Month(second), Day(third)};
      return found.month != 0 && found.day != 0;
    }
    found.year = Year(third);
    if (found.year == 0 && pieces_[third].digits == 2 && sign != "-" &&
        pieces_[at].digits == 2 && pieces_[second].digits == 2) {
      found.year = 2000 + pieces_[third].value;
    }
    if (found.year == 0) return false;
    found.day = Day(at);
    found.month = Month(second);
    date->may_be_swapped = sign == "/" && found.month != 0 && Month(at) != 0 &&
                           found.month != found.day;
    if (found.month == 0 && sign != ".") {
      found.day = Day(second);
      found.month = Month(at);
    }
    return found.month != 0 && found.day != 0;
  }

  // Whether the number is part of a longer run of numbers and points.
  bool Joins(size_t number, int step) const {
    const size_t sign = number + step;
    if (sign >= pieces_.size() || pieces_[sign].kind != Kind::kSign) {
      return false;
    }
    const absl::string_view text = At(sign);
    return (text == "." || text == "-" || text == "/" || text == ":") &&
           Is(sign + step, Kind::kNumber);
  }

  // The minutes of "12:30".
  bool EndsTime(size_t number) const {
    return At(number - 1) == ":" && Is(number - 2, Kind::kNumber);
  }

  // 2026年3月31日, 2026 年 3 月 31 日, 3月31号, 3월 31일, ngày 17 tháng 2 năm
  // 2026.
  bool ReadMarked(size_t at, size_t* end, DateInText* date) const {
    if (language_ == Language::kVi) return ReadVietnamese(at, end, date);
    Date& found = date->date;
    size_t next = at;
    const auto read = [&](std::initializer_list<absl::string_view> han,
                          absl::string_view hangul, int value) {
      const size_t mark = SkipSpace(next + 1);
      if (value == 0 ||
          (std::find(han.begin(), han.end(), At(mark)) == han.end() &&
           !absl::StartsWith(At(mark), hangul))) {
        return 0;
      }
      *end = mark + 1;
      next = SkipSpace(mark + 1);
      return value;
    };
    found.year = read({"年"}, "년", Year(next));
    found.month = read({"月"}, "월", Month(next));
    if (found.month == 0) return false;
    found.day = read({"日", "号", "號"}, "일", Day(next));
    return found.year != 0 || found.day != 0;
  }

  bool ReadVietnamese(size_t at, size_t* end, DateInText* date) const {
    Date& found = date->date;
    size_t next = at;
    found.day = Day(next);
    if (found.day != 0) next = SkipSpace(next + 1);
    const size_t month = SkipSpace(next + 1);
    found.month = Month(month);
    if (found.month == 0 || !Is(next, Kind::kWord) ||
        Fold(At(next), language_) != Fold("tháng", language_)) {
      return false;
    }
    next = month;
    *end = next + 1;
    next = SkipSpace(next + 1);
    if (Fold(At(next), language_) == Fold("năm", language_)) {
      next = SkipSpace(next + 1);
    }
    found.year = Year(next);
    if (found.year != 0) *end = next + 1;
    return found.day != 0 || found.year != 0;
  }

  // False: this piece is no word, or SkipBetween finds no number behind it.
  // Folds nothing.
  bool NumberMayFollow(size_t i) const {
    if (!Is(i, Kind::kWord)) return false;
    for (int words = 0; ++i < pieces_.size();) {
      if (pieces_[i].kind == Kind::kNumber) return true;
      if (pieces_[i].kind == Kind::kWord && ++words > kMostWordsBetween) {
        return false;
      }
    }
    return false;
  }

  // Past what may stand between the parts of a date: spaces, a point or a
  // comma, short words.
  size_t SkipBetween(size_t i) const {
    for (int words = 0; i < pieces_.size(); ++i) {
      if (pieces_[i].kind == Kind::kSpace) continue;
      const absl::string_view text = At(i);
      if (pieces_[i].kind == Kind::kSign &&
          (text == "." || text == "," || text == "º" || text == "°")) {
        continue;
      }
      if (pieces_[i].kind != Kind::kWord || ++words > kMostWordsBetween ||
          CountCodePoints(text) > kMostBetween ||
          MonthOf(text, language_) != 0) {
        break;
      }
    }
    return i;
  }

  int MonthAt(size_t i) const {
    return Is(i, Kind::kWord) ? MonthOf(At(i), language_) : 0;
  }

  // 31. März 2026, March 31st, 2026, 31 de marzo de 2026, март 2026.
  bool ReadNamed(size_t at, size_t* end, DateInText* date) const {
    Date& found = date->date;
    size_t next = at;
    if (Day(at) != 0 && !Joins(at, 1) && !EndsTime(at)) {
      const size_t name = SkipBetween(at + 1);
      if (name == at + 1) return false;
      found.month = MonthAt(name);
      if (found.month == 0) return false;
      found.day = Day(at);
      next = name + 1;
      *end = next;
    } else {
      // Of most words of a text that is all that is asked.
      found.month = NumberMayFollow(at) ? MonthAt(at) : 0;
      if (found.month == 0) return false;
      next = at + 1;
      const size_t day = SkipBetween(next);
      if (Day(day) != 0 && !Joins(day, 1) && At(day + 1) != ":") {
        found.day = Day(day);
        next = day + 1;
        *end = next;
        // "31st"
        if (Is(next, Kind::kWord) &&
            CountCodePoints(At(next)) <= kMostBetween) {
          *end = ++next;
        }
      }
    }
    const size_t year = SkipBetween(next);
    found.year = Year(year);
    if (found.year != 0) *end = year + 1;
    return found.day != 0 || found.year != 0;
  }

  const absl::string_view text_;
  const Language language_;
  const std::vector<Piece> pieces_;
};

float Same(const Date& asked, const Date& there) {
  if (asked.month != there.month || (asked.day != 0 && asked.day != there.day))
    return 0;
  if (asked.year == 0 || asked.year == there.year) return 1;
  return there.year == 0 ? 0.5f : 0;
}

Date Swapped(Date date) {
  std::swap(date.day, date.month);
  return date;
}

}  // namespace

std::vector<DateInText> FindDates(absl::string_view utf8, Language language,
                                  size_t most) {
  if (!HasDigit(utf8)) return {};
  return Reader(utf8, language).Read(most);
}

float SameDate(const DateInText& asked, const DateInText& there) {
  float same = Same(asked.date, there.date);
  // Two that are written alike are read alike.
  if (asked.may_be_swapped == there.may_be_swapped) return same;
  same = std::max(same, asked.may_be_swapped
                            ? Same(Swapped(asked.date), there.date)
                            : Same(asked.date, Swapped(there.date)));
  return same;
}

std::vector<std::string> DateWritings(const DateInText& date,
                                      Language language) {
  std::vector<std::string> writings;
  const auto write = [&](const Date& d) {
    const MonthNames& names = MonthsOf(language);
    std::string named = names.with_day[d.month - 1];
    if (d.day != 0) named = absl::StrCat(d.day, " ", named);
    if (d.year != 0) absl::StrAppend(&named, " ", d.year);
    writings.push_back(std::move(named));
    if (d.year == 0 || d.day == 0) return;
    for (const char* const form :
         {"%1$04d-%2$02d-%3$02d", "%3$02d.%2$02d.%1$04d", "%3$d.%2$d.%1$04d",
          "%3$02d/%2$02d/%1$04d", "%3$d/%2$d/%1$04d", "%2$02d/%3$02d/%1$04d",
          "%2$d/%3$d/%1$04d", "%1$04d/%2$d/%3$d", "%1$04d年%2$d月%3$d日",
          "%1$04d년 %2$d월 %3$d일"}) {
      writings.push_back(
          absl::StrFormat(*absl::ParsedFormat<'d', 'd', 'd'>::New(form), d.year,
                          d.month, d.day));
    }
  };
  write(date.date);
  if (date.may_be_swapped) write(Swapped(date.date));
  return writings;
}

}  // namespace footnote
