#include "text/sentences.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_split.h"
#include "base/utf8.h"
#include "text/char_class.h"
#include "text/fold.h"
#include "text/language_table.h"
#include "text/scan.h"
#include "text/stop_words.h"

namespace footnote {
namespace {

using scan_internal::CodePoint;
using scan_internal::Decode;

// How far back the word before a full stop is looked at.
constexpr size_t kMaxAbbreviationBytes = 32;

// All that is looked for stands below.
constexpr char32_t kPlainEnd = 0x10000;

enum class Terminator : uint8_t {
  kNone,
  // "。": ends a sentence whatever follows.
  kWide,
  // "?", "!", "।": ends one before white space, the end, or a wide letter.
  kStrong,
  // ".": as kStrong, but abbreviations, initials and numbers have it too.
  kStop,
};

Terminator TerminatorOf(char32_t c, Language language) {
  switch (c) {
    case '.':
    case 0x2026:  // …
      return Terminator::kStop;
    case '?':
    case '!':
    case 0x037E:  // Greek question mark
    case 0x061F:  // Arabic question mark
    case 0x06D4:  // Arabic full stop
    case 0x0964:  // danda
    case 0x0965:  // double danda
    case 0x203C:
    case 0x203D:
    case 0x2047:
    case 0x2048:
    case 0x2049:
      return Terminator::kStrong;
    case ';':
      return language == Language::kEl ? Terminator::kStrong
                                       : Terminator::kNone;
    case 0x3002:  // 。
    case 0xFF01:  // ！
    case 0xFF0E:  // ．
    case 0xFF1F:  // ？
    case 0xFF61:  // ｡
      return Terminator::kWide;
    default:
      return Terminator::kNone;
  }
}

// Quotes that close in one place and open in another.
bool IsEitherQuote(char32_t c) {
  return c == '"' || c == '\'' || c == 0x2019 || c == 0x201C;
}

bool IsCloser(char32_t c) {
  switch (c) {
    case '"':
    case '\'':
    case ')':
    case ']':
    case '}':
    case 0x00BB:  // »
    case 0x2019:
    case 0x201C:  // “ closes in German
    case 0x201D:
    case 0x203A:
    case 0x3009:
    case 0x300B:
    case 0x300D:
    case 0x300F:
    case 0x3011:
    case 0x3015:
    case 0xFF02:
    case 0xFF09:
    case 0xFF3D:
    case 0xFF5D:
    case 0xFF63:
      return true;
    default:
      return false;
  }
}

bool IsOpener(char32_t c) {
  return c == '"' || c == '\'' || c == '(' || c == '[' || c == '{' ||
         c == 0x00AB || c == 0x2018 || c == 0x201C || c == 0x201E ||
         c == 0x2039 || c == 0x00BF || c == 0x00A1;
}

bool IsSpace(char32_t c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 ||
         (c >= 0x2000 && c <= 0x200B) || c == 0x202F || c == 0x205F ||
         c == 0x3000 || c == 0xFEFF || c == 0x1680;
}

bool IsNewline(char32_t c) {
  return c == '\n' || c == '\r' || c == '\f' || c == '\v' || c == 0x85 ||
         c == 0x2028 || c == 0x2029;
}

bool IsKana(char32_t c) { return c >= 0x3041 && c <= 0x30FF; }

using Words = absl::flat_hash_set<std::string>;

const Words& AbbreviationsOf(Language language) {
  static const auto* const all = [] {
    auto* sets = new std::array<Words, kLanguageCount>;
    for (Language each : AllLanguages()) {
      for (absl::string_view word :
           absl::StrSplit(RowOf(each).abbreviations, ' ')) {
        if (!word.empty()) {
          (*sets)[static_cast<size_t>(each)].insert(Fold(word, each));
        }
      }
    }
    return sets;
  }();
  const size_t number = static_cast<size_t>(language);
  return (*all)[number < kLanguageCount ? number : 0];
}

// Abbreviations that often stand last in a sentence: a capital after them
// begins a new one.
bool OftenLast(absl::string_view folded) {
  static const auto* const words = [] {
    auto* set = new Words;
    for (absl::string_view word : absl::StrSplit(
             "etc usw ecc enz itp itd atd apod т.д т.п др пр λπ κλπ κ.λπ inc "
             "ltd corp a.m p.m a.d b.c a.c d.c v.v dsb dst dll vb "
             "p.n.e n.e н.э н.е ltda cia s.a v.chr n.chr ss г гг р рр руб коп "
             "грн тыс млн млрд тис mil mio mrd min max mln mld tys zł kč",
             ' ')) {
      set->insert(Fold(word, Language::kUnknown));
    }
    return set;
  }();
  return words->contains(folded);
}

// Which code points neither end a sentence nor part words, in any language:
// nearly all. And which bytes begin none of the others but spaces. Flat, alive
// until the program ends.
struct PlainTable {
  PlainTable() {
    bytes.fill(true);
    for (char32_t c = 0; c < kPlainEnd; ++c) {
      code_points[c] =
          !IsNewline(c) && !IsSpace(c) &&
          TerminatorOf(c, Language::kUnknown) == Terminator::kNone &&
          TerminatorOf(c, Language::kEl) == Terminator::kNone;
      if (code_points[c]) continue;
      std::string utf8;
      AppendUtf8(c, &utf8);
      bytes[static_cast<unsigned char>(utf8[0])] = false;
    }
    bytes[' '] = true;
  }

  static const PlainTable& Get() {
    static const PlainTable* const table = new PlainTable;
    return *table;
  }

  std::array<bool, kPlainEnd> code_points;
  std::array<bool, 256> bytes;
};

class Splitter {
 public:
  Splitter(absl::string_view utf8, Language language,
           std::vector<TextSpan>* out)
      : table_(CharClassTable()),
        plain_(PlainTable::Get()),
        begin_(reinterpret_cast<const unsigned char*>(utf8.data())),
        end_(begin_ + utf8.size()),
        language_(language),
        out_(*out) {}

  void Run() {
    const unsigned char* p = begin_;
    while (p < end_) {
      const CodePoint c = Decode(p, end_);
      if (IsPlain(c.value)) {
        if (sentence_ == nullptr) sentence_ = p;
        p = SkipWords(p + c.length);
        continue;
      }
      if (c.value == ' ') {
        ++p;
        continue;
      }
      if (IsNewline(c.value)) {
        Close(p);
        p += c.length;
        continue;
      }
      const unsigned char* const at = p;
      p += c.length;
      if (IsSpace(c.value)) continue;
      if (sentence_ == nullptr) sentence_ = at;
      last_ = p;
      const Terminator terminator = TerminatorOf(c.value, language_);
      if (terminator != Terminator::kNone) p = Terminate(at, p, terminator);
    }
    Close(end_);
  }

 private:
  uint8_t ClassOf(char32_t c) const { return CharClass(table_, c); }

  bool IsPlain(char32_t c) const {
    return c >= kPlainEnd || plain_.code_points[c];
  }

  // Where the words end, with spaces between, that go on at `p`.
  const unsigned char* SkipWords(const unsigned char* p) {
    const unsigned char* const begin = p;
    while (p < end_) {
      if (plain_.bytes[*p]) {
        ++p;
        continue;
      }
      if (*p < 0x80) break;
      const CodePoint c = Decode(p, end_);
      if (!IsPlain(c.value)) break;
      p += c.length;
    }
    last_ = p;
    while (last_ > begin && last_[-1] == ' ') --last_;
    return p;
  }

  // A sentence may end at the terminator [at, p); returns where to go on.
  const unsigned char* Terminate(const unsigned char* at,
                                 const unsigned char* p,
                                 Terminator terminator) {
    Terminator strongest = terminator;
    bool single_stop = *at == '.';
    bool closed = false;
    // "?!", "...", and what closes after them.
    while (p < end_) {
      const CodePoint c = Decode(p, end_);
      const Terminator more = TerminatorOf(c.value, language_);
      if (more != Terminator::kNone && !closed) {
        single_stop = false;
        if (more < strongest && strongest == Terminator::kStop) {
          strongest = more;
        }
      } else if (IsCloser(c.value) &&
                 !(IsEitherQuote(c.value) && WordAt(p + c.length))) {
        closed = true;
      } else {
        break;
      }
      p += c.length;
    }
    last_ = p;
    if (p == end_) {
      Close(p);
      return p;
    }
    const CodePoint after = Decode(p, end_);
    if (strongest == Terminator::kWide) {
      // 「行く。」と言った goes on after the quote.
      if (!(closed && IsKana(after.value))) Close(p);
      return p;
    }
    const uint8_t after_kind = ClassOf(after.value) & kCharKindMask;
    if (!IsSpace(after.value)) {
      if (after_kind == kCharCjk && strongest == Terminator::kStrong) Close(p);
      return p;
    }
    // The first letter or digit of what follows on this line.
    const unsigned char* next = p;
    while (next < end_) {
      const CodePoint c = Decode(next, end_);
      if (IsNewline(c.value)) {
        Close(p);
        return p;
      }
      if (!IsSpace(c.value) && !IsOpener(c.value)) break;
      next += c.length;
    }
    if (next == end_) {
      Close(p);
      return p;
    }
    const uint8_t next_class = ClassOf(Decode(next, end_).value);
    const bool cased = (next_class & kCharKindMask) == kCharLetter &&
                       IsCased(Decode(next, end_).value);
    const bool lower = cased && (next_class & kCharUpper) == 0;
    if (strongest == Terminator::kStrong) {
      // "Yahoo! is", "»Wirklich?« fragte sie": goes on in lower case.
      if (!lower) Close(p);
      return p;
    }
    if (lower) return p;
    if (single_stop && GoesOn(at, next, closed)) return p;
    Close(p);
    return p;
  }

  // True when a letter or digit stands at `p`: a quote before it opens.
  bool WordAt(const unsigned char* p) const {
    if (p >= end_) return false;
    const uint8_t kind = ClassOf(Decode(p, end_).value) & kCharKindMask;
    return kind == kCharLetter || kind == kCharDigit || kind == kCharCjk;
  }

  static bool IsCased(char32_t c) {
    return c < 0x0590 || (c >= 0x1E00 && c <= 0x1FFF);
  }

  // True when the full stop at `stop` belongs to the word before it and the
  // sentence goes on at `next`.
  bool GoesOn(const unsigned char* stop, const unsigned char* next,
              bool closed) const {
    const unsigned char* word = stop;
    while (word > sentence_ &&
           stop - word < static_cast<ptrdiff_t>(kMaxAbbreviationBytes)) {
      const unsigned char* before = word - 1;
      while (before > sentence_ && (*before & 0xC0) == 0x80) --before;
      const char32_t c = Decode(before, end_).value;
      if (IsSpace(c) || IsOpener(c) || c == '-' || c == '/' || c == ')') break;
      word = before;
    }
    if (word == stop) return false;
    const absl::string_view raw(reinterpret_cast<const char*>(word),
                                stop - word);
    const bool digits = std::all_of(
        raw.begin(), raw.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (digits) {
      // "1. First" at the begin of a block; German "am 3. Oktober".
      if (word == sentence_ && raw.size() <= 3) return true;
      const bool letter_next =
          (ClassOf(Decode(next, end_).value) & kCharKindMask) == kCharLetter;
      return language_ == Language::kDe && raw.size() <= 2 && letter_next &&
             !closed && !NextIsStopWord(next);
    }
    const std::string folded = Fold(raw, language_);
    const bool known = AbbreviationsOf(language_).contains(folded);
    const bool dotted = IsDotted(folded);
    const CodePoint first = Decode(word, stop);
    const uint8_t first_class = ClassOf(first.value);
    // "J. K. Rowling": one capital and a stop.
    const bool initial =
        first.length == raw.size() && (first_class & kCharUpper) != 0;
    if (!known && !dotted && !initial) return false;
    if (OftenLast(folded)) return false;
    if ((dotted || initial) && NextIsStopWord(next)) return false;
    return true;
  }

  // Single letters with stops between: "u.s", "т.е"; not "2.0".
  static bool IsDotted(absl::string_view folded) {
    size_t letters = 0;
    bool any = false;
    for (char c : folded) {
      if (c >= '0' && c <= '9') return false;
      if (c == '.') {
        if (letters != 1) return false;
        any = true;
        letters = 0;
      } else if ((c & 0xC0) != 0x80) {
        ++letters;
      }
    }
    return any && letters == 1;
  }

  // "in the U.S. The": a capitalised function word begins a sentence.
  bool NextIsStopWord(const unsigned char* next) const {
    const unsigned char* p = next;
    size_t letters = 0;
    while (p < end_ && p - next < 24) {
      const CodePoint c = Decode(p, end_);
      const uint8_t kind = ClassOf(c.value) & kCharKindMask;
      if (kind != kCharLetter && kind != kCharMark) break;
      p += c.length;
      ++letters;
    }
    return letters >= 2 &&
           IsFoldedStopWord(
               Fold(absl::string_view(reinterpret_cast<const char*>(next),
                                      p - next),
                    language_),
               language_);
  }

  void Close(const unsigned char* at) {
    if (sentence_ == nullptr) return;
    const unsigned char* const stop = std::min(last_, at);
    out_.push_back({static_cast<uint32_t>(sentence_ - begin_),
                    static_cast<uint32_t>(stop - begin_)});
    sentence_ = nullptr;
  }

  const uint8_t* const table_;
  const PlainTable& plain_;
  const unsigned char* const begin_;
  const unsigned char* const end_;
  const Language language_;
  std::vector<TextSpan>& out_;
  // The begin of the open sentence, or null; the end of its last character
  // that is not white space.
  const unsigned char* sentence_ = nullptr;
  const unsigned char* last_ = nullptr;
};

}  // namespace

void Sentences(absl::string_view utf8, Language language,
               std::vector<TextSpan>* out) {
  Splitter(utf8, language, out).Run();
}

}  // namespace footnote
