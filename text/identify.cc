#include "text/identify.h"

// CLD2's header uses FILE without including it.
#include <cstdio>
// Order matters: the line above comes first.
#include <cld2/public/compact_lang_det.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "base/utf8.h"
#include "text/fold.h"
#include "text/language_table.h"
#include "text/scan.h"

namespace footnote {
namespace {

constexpr size_t kMaxBytes = 16 * 1024;
// In a question a name or two are most of the Latin letters.
constexpr double kShortLatin = 40;
// Below this many letters CLD2 is trusted less.
constexpr double kEnoughForCld = 40;
// From this many letters on CLD2 is trusted more than single words.
constexpr double kLongLetters = 200;

using Scores = std::array<double, kLanguageCount>;

double& At(Scores& scores, Language language) {
  return scores[static_cast<size_t>(language)];
}

// A bit for each language, by number.
using Mask = uint32_t;

Mask Bit(Language language) {
  return Mask{1} << static_cast<unsigned>(language);
}

// Words that short texts of a language hold, besides its stop words; in
// natural spelling.
struct Hints {
  Language language;
  const char* words;
};
constexpr Hints kHints[] = {
    {Language::kEn,
     "how's what's who's which name called year known first "
     "people used made took found held become became"},
    {Language::kFr,
     "quelle quel année nom nombre ville pays eut lieu sont-ils "
     "appelle nommé a-t-il est-ce permet celui premier première"},
    {Language::kIt,
     "quale qual anno nome città come chiama dove quando quanti "
     "primo prima stato furono venne secolo"},
    {Language::kEs,
     "año nombre ciudad cuántos quién cómo llama primera primer "
     "siglo país años"},
    {Language::kPt,
     "ano nome cidade quantos quem como chama primeira primeiro "
     "século país anos são foi não"},
    {Language::kRo,
     "anul numele câți câte oraș cine cum numește prima primul "
     "secol țară ani fost"},
    {Language::kNl, "jaar naam stad hoeveel eerste heette noemt eeuw land"},
    {Language::kDe,
     "jahr name stadt wieviele erste heißt nannte jahrhundert "
     "land viele"},
    {Language::kPl,
     "rok roku nazwa miasto pierwszy pierwsza wiek kraj nazywa "
     "latach został"},
    {Language::kCs, "rok roku název město první století země nazývá letech"},
    {Language::kTr, "yıl yılında adı şehir ilk yüzyıl ülke kaç yılı olarak"},
    {Language::kId,
     "tahun nama kota pertama negara berapa abad disebut "
     "bernama merupakan digunakan dilakukan lahir"},
    {Language::kVi, "năm tên thành phố đầu tiên thế kỷ nước người"},
};

// In which languages a word is common, and how much it says.
struct CommonWord {
  Mask languages = 0;
  double weight = 1;
};

// By natural spelling; and, saying less, by bare spelling where that is not
// the natural one of another word.
using Lexicon = absl::flat_hash_map<std::string, CommonWord>;

void AddWords(Language language, const char* words, Lexicon* natural,
              Lexicon* bare) {
  for (absl::string_view word : absl::StrSplit(words, ' ')) {
    if (word.empty()) continue;
    const std::string careful = FoldCarefully(word, language);
    (*natural)[careful].languages |= Bit(language);
    std::string folded;
    AppendBare(careful, &folded);
    (*bare)[folded].languages |= Bit(language);
  }
}

Lexicon* MakeLexicon() {
  auto* const lexicon = new Lexicon;
  Lexicon bare;
  for (Language language : AllLanguages()) {
    if (RowOf(language).script != Script::kLatin &&
        RowOf(language).script != Script::kCyrillic &&
        RowOf(language).script != Script::kArabic) {
      continue;
    }
    AddWords(language, RowOf(language).stop_words, lexicon, &bare);
  }
  for (const Hints& hints : kHints) {
    AddWords(hints.language, hints.words, lexicon, &bare);
  }
  for (auto& entry : bare) {
    entry.second.weight = 0.4;
    lexicon->insert(entry);
  }
  for (auto& entry : *lexicon) {
    // A word of one letter says little, and so does one that many share.
    if (CountCodePoints(entry.first) == 1) entry.second.weight *= 0.5;
  }
  return lexicon;
}

const Lexicon& CommonWords() {
  static const Lexicon* const lexicon = MakeLexicon();
  return *lexicon;
}

// Letters of the Latin script that few of our languages have.
struct LetterHint {
  const char* letters;
  const char* languages;
  double weight;
};
constexpr LetterHint kLetterHints[] = {
    {"ß", "de", 3},
    {"ñ", "es", 3},
    {"ąęłńśźż", "pl", 1.5},
    {"ěřůďťň", "cs", 2},
    {"ščžý", "cs", 1},
    {"șțşţă", "ro", 1},
    {"ğışİ", "tr", 1.5},
    {"ãõ", "pt", 2},
    {"œ", "fr", 2},
    {"ơưđ", "vi", 2},
    {"ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ", "vi", 2},
    {"äü", "de", 0.7},
    {"ö", "de tr", 0.4},
    {"ü", "tr", 0.4},
    {"ç", "fr pt tr", 0.4},
    {"êôâ", "fr pt vi", 0.3},
    {"âî", "ro fr", 0.3},
    {"è", "fr", 0.5},
    {"è", "it", 1},
    {"ùì", "it", 0.7},
    {"ò", "it", 0.7},
    {"à", "fr it pt vi", 0.3},
    {"ë", "nl fr", 0.2},
    {"é", "fr es pt cs", 0.2},
    {"áíó", "es pt cs", 0.3},
    {"ú", "es pt cs", 0.3},
};

// Endings of longer words that few of our languages have: what a heading of
// two words has instead of function words.
struct EndingHint {
  absl::string_view endings;
  const char* languages;
  double weight;
};
constexpr EndingHint kEndingHints[] = {
    {"ing ings", "en", 1.6},
    {"ed ly", "en", 0.3},
    {"tion tions", "en fr", 0.5},
    {"ment ments", "en fr", 0.4},
    {"zione zioni mento menti aggio aggi", "it", 1},
    {"are ere ire iche ichi", "it", 1},
    {"ción ciones miento mientos", "es", 1},
    {"ção ções mento mentos", "pt", 1},
    {"ar er ir", "es pt", 0.2},
    {"ung ungen keit heit lich ieren", "de", 1},
    {"heid eren ingen lijk lijke", "nl", 0.8},
    {"anie enie ość owanie ować ania enia", "pl", 1},
    {"ání ení ování ost ovat", "cs", 1},
    {"area erea irea ului ilor iile elor", "ro", 1},
    {"mak mek lama leme lar ler ları leri ması mesi", "tr", 0.8},
    {"kan nya", "id", 0.8},
};

using LetterVote = std::pair<Language, double>;

// The votes of each letter up to the last that has any.
const std::vector<std::vector<LetterVote>>& TypicalLetters() {
  static const auto* const letters = [] {
    auto* const by_letter = new std::vector<std::vector<LetterVote>>;
    for (const LetterHint& hint : kLetterHints) {
      const absl::string_view letters = hint.letters;
      for (size_t at = 0; at < letters.size();) {
        int length;
        const char32_t c = DecodeUtf8(letters, at, &length);
        at += length;
        if (by_letter->size() <= c) by_letter->resize(c + 1);
        for (absl::string_view code : absl::StrSplit(hint.languages, ' ')) {
          (*by_letter)[c].push_back(
              {ParseLanguage(code).value_or(Language::kUnknown), hint.weight});
        }
      }
    }
    return by_letter;
  }();
  return *letters;
}

struct Ending {
  absl::string_view letters;
  std::vector<Language> languages;
  double weight;
};

// By their last byte.
using EndingTable = std::array<std::vector<Ending>, 256>;

const EndingTable& Endings() {
  static const EndingTable* const endings = [] {
    auto* const table = new EndingTable;
    for (const EndingHint& hint : kEndingHints) {
      std::vector<Language> languages;
      for (absl::string_view code : absl::StrSplit(hint.languages, ' ')) {
        languages.push_back(ParseLanguage(code).value_or(Language::kUnknown));
      }
      for (absl::string_view letters : absl::StrSplit(hint.endings, ' ')) {
        (*table)[static_cast<unsigned char>(letters.back())].push_back(
            {letters, languages, hint.weight});
      }
    }
    return table;
  }();
  return *endings;
}

// How much of the text each script has, in letters; a Han or Kana character
// says as much as two or three letters.
struct Census {
  double latin = 0;
  double greek = 0;
  double cyrillic = 0;
  double hebrew = 0;
  double arabic = 0;
  double devanagari = 0;
  double hangul = 0;
  double han = 0;
  double kana = 0;
  double other = 0;
  // Marks of one language inside a script.
  double persian = 0;
  double arabic_only = 0;
  double urdu = 0;
  double ukrainian = 0;
  double russian = 0;
  double other_cyrillic = 0;
  double spanish = 0;

  static constexpr double Census::*kParts[] = {
      &Census::latin,          &Census::greek,     &Census::cyrillic,
      &Census::hebrew,         &Census::arabic,    &Census::devanagari,
      &Census::hangul,         &Census::han,       &Census::kana,
      &Census::other,          &Census::persian,   &Census::arabic_only,
      &Census::urdu,           &Census::ukrainian, &Census::russian,
      &Census::other_cyrillic, &Census::spanish};

  bool operator==(const Census& other) const {
    return std::all_of(std::begin(kParts), std::end(kParts),
                       [&](auto part) { return this->*part == other.*part; });
  }

  void Add(const Census& one, uint32_t times) {
    for (const auto part : kParts) this->*part += one.*part * times;
  }

  void Count(char32_t c, uint8_t cls) {
    const uint8_t kind = cls & kCharKindMask;
    if (c == 0x00BF || c == 0x00A1) spanish += 1;  // ¿ ¡
    if (kind == kCharCjk) {
      ((c >= 0x3041 && c <= 0x30FF) || (c >= 0xFF66 && c <= 0xFF9F) ? kana
                                                                    : han) += 1;
      return;
    }
    if (kind == kCharMark && c == 0x200C) persian += 1;
    if (c >= 0x06F0 && c <= 0x06F9) persian += 0.5;
    if (kind != kCharLetter) return;
    if ((cls & kCharLatin) != 0) {
      latin += 1;
    } else if ((cls & kCharHangul) != 0) {
      hangul += 1;
    } else if (c >= 0x0370 && c <= 0x03FF) {
      greek += 1;
    } else if (c >= 0x1F00 && c <= 0x1FFF) {
      greek += 1;
    } else if (c >= 0x0400 && c <= 0x052F) {
      cyrillic += 1;
      CountCyrillic(c);
    } else if (c >= 0x05D0 && c <= 0x05F2) {
      hebrew += 1;
    } else if (c >= 0x0620 && c <= 0x077F) {
      arabic += 1;
      CountArabic(c);
    } else if (c >= 0x0900 && c <= 0x097F) {
      devanagari += 1;
    } else {
      other += 1;
    }
  }

  void CountCyrillic(char32_t c) {
    switch (c) {
      case 0x0456:  // і
      case 0x0406:
      case 0x0457:  // ї
      case 0x0407:
      case 0x0454:  // є
      case 0x0404:
      case 0x0491:  // ґ
      case 0x0490:
        ukrainian += 1;
        break;
      case 0x044B:  // ы
      case 0x042B:
      case 0x044D:  // э
      case 0x042D:
      case 0x0451:  // ё
      case 0x0401:
      case 0x044A:  // ъ
      case 0x042A:
        russian += 1;
        break;
      case 0x045E:  // ў, Belarusian
      case 0x040E:
      case 0x0458:  // ј and others, Serbian and Macedonian
      case 0x0459:
      case 0x045A:
      case 0x0452:
      case 0x045B:
      case 0x045F:
        other_cyrillic += 1;
        break;
      default:
        break;
    }
  }

  void CountArabic(char32_t c) {
    switch (c) {
      case 0x067E:  // peh
      case 0x0686:  // tcheh
      case 0x0698:  // jeh
      case 0x06AF:  // gaf
      case 0x06A9:  // keheh
      case 0x06CC:  // Farsi yeh
        persian += 1;
        break;
      case 0x0643:  // kaf
      case 0x064A:  // yeh
      case 0x0629:  // teh marbuta
      case 0x0649:  // alef maksura
      case 0x0625:  // alef with hamza below
      case 0x0623:
        arabic_only += 1;
        break;
      case 0x0679:  // tteh
      case 0x0688:  // ddal
      case 0x0691:  // rreh
      case 0x06BA:  // noon ghunna
      case 0x06D2:  // yeh barree
      case 0x06BE:  // heh doachashmee
        urdu += 1;
        break;
      default:
        break;
    }
  }
};

// Of eight bytes those before the first that is not ASCII, together.
struct AsciiBytes {
  explicit AsciiBytes(const unsigned char* p) {
    constexpr uint64_t kOnes = 0x0101010101010101;
    constexpr uint64_t kHigh = kOnes * 0x80;
    uint64_t bytes;
    std::memcpy(&bytes, p, sizeof(bytes));
    const uint64_t high = bytes & kHigh;
    count = high == 0 ? 8 : static_cast<uint32_t>(__builtin_ctzll(high)) / 8;
    // The bits below the first other's.
    const uint64_t before = high == 0 ? ~uint64_t{0} : (high & -high) - 1;
    // As in scan_internal::AsciiLetters.
    const uint64_t lower = (bytes | kOnes * 0x20) & ~kHigh;
    const uint64_t are_letters = (lower + kOnes * (0x80 - 'a')) &
                                 ~(lower + kOnes * (0x7f - 'z')) & kHigh &
                                 before;
    letters = static_cast<uint32_t>(((are_letters >> 7) * kOnes) >> 56);
  }

  uint32_t count;
  uint32_t letters;
};

// What a character counts for, by number: few characters count differently.
class CensusTable {
 public:
  CensusTable() {
    const uint8_t* const classes = CharClassTable();
    for (char32_t c = 0; c < kinds_.size(); ++c) {
      Census one;
      one.Count(c, classes[c]);
      const auto known = std::find(units_.begin(), units_.end(), one);
      kinds_[c] = static_cast<uint8_t>(known - units_.begin());
      if (known == units_.end()) units_.push_back(one);
    }
  }

  // `valid` is UTF-8.
  Census Take(absl::string_view valid) const {
    std::array<uint32_t, 256> counts = {};
    uint32_t ascii_letters = 0;
    Census census;
    const auto count = [&](scan_internal::CodePoint c) {
      if (c.value < kinds_.size()) {
        ++counts[kinds_[c.value]];
      } else {
        census.Count(c.value, SupplementaryCharClass(c.value));
      }
    };
    const auto* at = reinterpret_cast<const unsigned char*>(valid.data());
    const unsigned char* const end = at + valid.size();
    while (at < end) {
      if (end - at < 8) {
        const scan_internal::CodePoint c = scan_internal::Decode(at, end);
        at += c.length;
        count(c);
        continue;
      }
      const AsciiBytes eight(at);
      ascii_letters += eight.letters;
      at += eight.count;
      if (eight.count == 8) continue;
      do {
        const scan_internal::CodePoint c = scan_internal::Decode(at, end);
        at += c.length;
        count(c);
      } while (at < end && *at >= 0x80);
    }
    counts[kinds_['a']] += ascii_letters;
    for (size_t kind = 0; kind < units_.size(); ++kind) {
      if (counts[kind] > 0) census.Add(units_[kind], counts[kind]);
    }
    return census;
  }

  static const CensusTable& Get() {
    static const CensusTable* const table = new CensusTable;
    return *table;
  }

 private:
  std::array<uint8_t, 0x10000> kinds_;
  // One of each kind.
  std::vector<Census> units_;
};

// What a word says, for the next time that it comes: one cache line.
struct alignas(64) WordVotes {
  static constexpr size_t kMost = 6;
  // Hash of the word and of how it is trusted; 0 when the entry is free.
  uint64_t word = 0;
  uint8_t count = 0;
  // The first are not of its letters.
  uint8_t before_letters = 0;
  std::array<Language, kMost> languages = {};
  std::array<double, kMost> weights = {};
};

// In a text so short, such as a question, no word comes often.
constexpr size_t kLongText = 160;

// This thread's, of 1 MiB, from its first long text on.
std::vector<WordVotes>& KnownWords() {
  constexpr size_t kEntries = 16384;
  static thread_local std::vector<WordVotes> words(kEntries);
  return words;
}

// Collects what words say.
class Votes {
 public:
  explicit Votes(absl::string_view utf8)
      : utf8_(utf8),
        known_(utf8.size() < kLongText ? nullptr : KnownWords().data()),
        known_mask_(utf8.size() < kLongText ? 0 : KnownWords().size() - 1) {}

  void OnWord(uint32_t begin, uint32_t end, uint8_t flags) {
    if ((flags & (kWordNumber | kWordHangul)) != 0) return;
    ++words_;
    const absl::string_view raw = utf8_.substr(begin, end - begin);
    // A capital inside the text is often a name: no vote for its letters.
    const bool name = (flags & kWordCapitalised) != 0 && words_ > 1;
    if (known_ == nullptr) {
      AskWord(raw, name);
      return;
    }
    // Entries are sent for first and read a few words later.
    const uint64_t hash =
        XXH3_64bits_withSeed(raw.data(), raw.size(), name ? 1 : 0) | 1;
    __builtin_prefetch(&known_[PlaceOf(hash)], 1);
    WaitingWord& waiting = waiting_[waiting_count_++];
    // Field by field in place: see Emitter of analyzer.cc.
    waiting.hash = hash;
    waiting.raw = raw;
    waiting.name = name;
    if (waiting_count_ == waiting_.size()) Flush();
  }

  void OnCjk(uint32_t, uint32_t) {}

  // Counts the words that wait for their entries.
  void Flush() {
    for (size_t i = 0; i < waiting_count_; ++i) CountWord(waiting_[i]);
    waiting_count_ = 0;
  }

  Scores& scores() { return scores_; }
  // The part of them that typical letters gave.
  const Scores& letters() const { return letters_; }
  size_t words() const { return words_; }

 private:
  static constexpr size_t kLongWord = 6;

  struct WaitingWord {
    uint64_t hash;
    absl::string_view raw;
    bool name;
  };

  size_t PlaceOf(uint64_t hash) const { return (hash >> 32) & known_mask_; }

  void CountWord(const WaitingWord& word) {
    WordVotes& known = known_[PlaceOf(word.hash)];
    if (known.word == word.hash) {
      for (size_t i = 0; i < known.count; ++i) {
        At(scores_, known.languages[i]) += known.weights[i];
      }
      for (size_t i = known.before_letters; i < known.count; ++i) {
        At(letters_, known.languages[i]) += known.weights[i];
      }
      return;
    }
    asked_.clear();
    before_letters_ = 0;
    AskWord(word.raw, word.name);
    if (asked_.size() > WordVotes::kMost) return;
    known.word = word.hash;
    known.count = static_cast<uint8_t>(asked_.size());
    known.before_letters = static_cast<uint8_t>(before_letters_);
    for (size_t i = 0; i < asked_.size(); ++i) {
      known.languages[i] = asked_[i].first;
      known.weights[i] = asked_[i].second;
    }
  }

  void Vote(Language language, double weight) {
    At(scores_, language) += weight;
    if (known_ != nullptr) asked_.push_back({language, weight});
  }

  void AskWord(absl::string_view raw, bool name) {
    const std::string word = FoldCarefully(raw, Language::kUnknown);
    if (word.size() > 48) return;
    const double trust = name ? 0.35 : 1.0;
    CountVotes(word, trust);
    const size_t apostrophe = word.find('\'');
    if (apostrophe != std::string::npos) {
      const absl::string_view head =
          absl::string_view(word).substr(0, apostrophe);
      const absl::string_view tail =
          absl::string_view(word).substr(apostrophe + 1);
      CountVotes(head, trust);
      CountVotes(tail, trust);
      if (tail == "s" || tail == "t") Vote(Language::kEn, 0.7);
      if (head == "dell" || head == "nell" || head == "all" || head == "dall" ||
          head == "sull" || head == "un") {
        Vote(Language::kIt, 1.5);
      }
      if (head == "qu" || head == "j" || head == "n") {
        Vote(Language::kFr, 1.5);
      }
      if (head == "l" || head == "d") {
        Vote(Language::kFr, 0.5);
        Vote(Language::kIt, 0.5);
      }
    }
    if (word.size() >= kLongWord && trust == 1.0) VoteByEnding(word);
    before_letters_ = asked_.size();
    const std::vector<std::vector<LetterVote>>& letters = TypicalLetters();
    const auto* at = reinterpret_cast<const unsigned char*>(word.data());
    for (const unsigned char* const end = at + word.size(); at < end;) {
      if (*at < 0x80) {
        ++at;
        continue;
      }
      const scan_internal::CodePoint c = scan_internal::Decode(at, end);
      at += c.length;
      if (c.value >= letters.size()) continue;
      for (const LetterVote& vote : letters[c.value]) {
        Vote(vote.first, trust * vote.second);
        At(letters_, vote.first) += trust * vote.second;
      }
    }
  }

  void VoteByEnding(absl::string_view word) {
    for (const Ending& ending :
         Endings()[static_cast<unsigned char>(word.back())]) {
      if (!absl::EndsWith(word, ending.letters)) continue;
      for (Language language : ending.languages) {
        Vote(language, ending.weight);
      }
    }
  }

  // What a word says that so many languages share.
  static double Share(int languages) {
    static const auto* const shares = [] {
      auto* const table = new std::array<double, kLanguageCount + 1>;
      for (size_t i = 0; i < table->size(); ++i) {
        (*table)[i] = std::pow(static_cast<double>(i), 0.7);
      }
      return table;
    }();
    return (*shares)[static_cast<size_t>(languages)];
  }

  void CountVotes(absl::string_view word, double trust) {
    const auto found = lexicon_.find(word);
    if (found == lexicon_.end()) return;
    Mask mask = found->second.languages;
    const double weight =
        found->second.weight * (trust / Share(__builtin_popcount(mask)));
    for (; mask != 0; mask &= mask - 1) {
      Vote(static_cast<Language>(__builtin_ctz(mask)), weight);
    }
  }

  const Lexicon& lexicon_ = CommonWords();
  const absl::string_view utf8_;
  // Null where words are not kept.
  WordVotes* const known_;
  const size_t known_mask_;
  std::array<WaitingWord, 16> waiting_;
  size_t waiting_count_ = 0;
  // What the word says that is being asked.
  std::vector<LetterVote> asked_;
  size_t before_letters_ = 0;
  Scores scores_ = {};
  Scores letters_ = {};
  size_t words_ = 0;
};

// CLD2's code as one of ours: close relatives that it takes for each other.
Language FromCld(const char* code) {
  const absl::string_view name(code);
  if (name == "ms") return Language::kId;
  if (name == "sk") return Language::kCs;
  if (name == "gl") return Language::kPt;
  return ParseLanguage(name).value_or(Language::kUnknown);
}

struct CldResult {
  Language language = Language::kUnknown;
  // Slovak for Czech, Galician for Portuguese: not quite what was said.
  bool relative = false;
  // Its code when it is a language that is none of ours.
  bool foreign = false;
  bool reliable = false;
  double share = 0;
};

CldResult AskCld(absl::string_view utf8) {
  CLD2::Language languages[3];
  int percents[3];
  double scores[3];
  int text_bytes = 0;
  bool reliable = false;
  const CLD2::Language best = CLD2::ExtDetectLanguageSummary(
      utf8.data(), static_cast<int>(utf8.size()), /*is_plain_text=*/true,
      nullptr, CLD2::kCLDFlagBestEffort, languages, percents, scores, nullptr,
      &text_bytes, &reliable);
  CldResult result;
  const char* code = CLD2::LanguageCode(best);
  result.language = FromCld(code);
  result.relative =
      absl::string_view(code) == "sk" || absl::string_view(code) == "gl";
  result.foreign = result.language == Language::kUnknown &&
                   best != CLD2::UNKNOWN_LANGUAGE &&
                   best != CLD2::TG_UNKNOWN_LANGUAGE;
  result.reliable = reliable;
  result.share = percents[0] / 100.0;
  return result;
}

// Of the first language, and the second.
float Confidence(double first, double second) {
  return first <= 0 ? 0 : static_cast<float>((first - second) / (first + 1.0));
}

Identified Best(const Scores& scores) {
  size_t best = 0;
  double first = 0;
  double second = 0;
  for (size_t i = 1; i < scores.size(); ++i) {
    if (scores[i] > first) {
      second = first;
      first = scores[i];
      best = i;
    } else if (scores[i] > second) {
      second = scores[i];
    }
  }
  Identified found;
  found.language = static_cast<Language>(best);
  found.confidence = Confidence(first, second);
  return found;
}

// Of a language for which nothing speaks, beside one for which a common word
// does.
constexpr double kNothingKnown = 0.5;
constexpr float kLeastLikelihood = 0.1f;
// Of Japanese when there are no Kana.
constexpr float kHanAlone = 0.7f;

// The languages of `script` by what speaks for them, `best` first.
std::vector<LikelyLanguage> ByScore(const Scores& scores, Script script,
                                    Language best) {
  std::vector<LikelyLanguage> likely;
  const double most = scores[static_cast<size_t>(best)] + kNothingKnown;
  for (Language language : AllLanguages()) {
    if (RowOf(language).script != script) continue;
    const double score = scores[static_cast<size_t>(language)] + kNothingKnown;
    const float likelihood =
        language == best ? 1 : static_cast<float>(std::min(0.99, score / most));
    if (likelihood >= kLeastLikelihood)
      likely.push_back({language, likelihood});
  }
  std::stable_sort(likely.begin(), likely.end(),
                   [](const LikelyLanguage& a, const LikelyLanguage& b) {
                     return a.likelihood > b.likelihood;
                   });
  return likely;
}

// Of CLD2's word for a language that is not English.
constexpr double kCldBonus = 1.2;
constexpr double kCldReliable = 1.5;
constexpr double kCldPerWord = 0.05;
// `expected` leads by so much: a few common words.
constexpr double kLead = 2;

// True when the words say `expected` so clearly that CLD2, whatever it says,
// could not make a caller sure of another language.
bool WordsAreEnough(const Scores& scores, size_t words, Language expected) {
  if (expected == Language::kUnknown) return false;
  double best = scores[static_cast<size_t>(expected)];
  double other = 0;
  for (size_t i = 1; i < scores.size(); ++i) {
    if (i != static_cast<size_t>(expected)) other = std::max(other, scores[i]);
  }
  const double at_most = other + kCldBonus + kCldReliable +
                         kCldPerWord * static_cast<double>(words);
  return best >= other + kLead && (at_most - best) / (at_most + 1) < 0.5;
}

// Of CLD2's word for English, which it says when it does not know.
constexpr double kCldEnglishBonus = 0.4;
constexpr double kCldEnglishReliable = 0.6;

// How sure a caller would be at most of a language that CLD2 says. `score`
// speaks for it, and `other` for the next.
float MostConfidence(Language language, double score, double other,
                     double letters, size_t words) {
  score +=
      language == Language::kEn
          ? kCldEnglishBonus + kCldEnglishReliable
          : (kCldBonus + kCldReliable) * std::min(1.0, letters / kEnoughForCld);
  if (letters >= kLongLetters) {
    score += kCldPerWord * static_cast<double>(words);
  }
  return Confidence(score, other);
}

// True when CLD2 could make a caller sure of a language other than `expected`.
bool MayBeAnother(const Scores& scores, double letters, size_t words,
                  Language expected) {
  size_t best = 1;
  for (size_t i = 2; i < scores.size(); ++i) {
    if (scores[i] > scores[best]) best = i;
  }
  double second = 0;
  for (size_t i = 1; i < scores.size(); ++i) {
    if (i != best) second = std::max(second, scores[i]);
  }
  for (size_t i = 1; i < scores.size(); ++i) {
    const Language language = static_cast<Language>(i);
    if (language == expected) continue;
    if (MostConfidence(language, scores[i], i == best ? second : scores[best],
                       letters, words) >= kSureOfLanguage) {
      return true;
    }
  }
  return false;
}

// True when the words say `expected`, if not clearly, and CLD2 could make a
// caller sure of it.
bool MayBeExpected(const Scores& scores, double letters, size_t words,
                   Language expected) {
  const size_t own = static_cast<size_t>(expected);
  double other = 0;
  for (size_t i = 1; i < scores.size(); ++i) {
    if (i != own) other = std::max(other, scores[i]);
  }
  return expected != Language::kUnknown && scores[own] > other &&
         MostConfidence(expected, scores[own], other, letters, words) >=
             kSureOfLanguage;
}

// In a text of so many words a language shows in its common ones. In fewer
// where nothing is in another script.
constexpr size_t kManyWords = 100;
constexpr size_t kSomeWords = 30;
constexpr float kOneScript = 0.97f;

// What they give a word in most documents in the language, and hardly ever in
// one in a language that is none of ours: English has much in common with none,
// but pages are translated in part; accents count in some as well. A passage
// may be in part in its document's language.
double ClearPerWord(Language language, bool is_passage) {
  switch (language) {
    case Language::kCs:
      return 0.45;
    case Language::kPl:
    case Language::kTr:
    case Language::kVi:
      return 0.4;
    case Language::kDe:
      return 0.35;
    case Language::kPt:
      return 0.3;
    case Language::kEn:
      return is_passage ? 0.2 : 0.3;
    default:
      return is_passage ? 0.22 : 0.26;
  }
}

// Of which so much without its letters: Finnish has the German ones in nearly
// every word, and Estonian the Portuguese.
constexpr double kClearCommon = 0.1;

// How far ahead it is of all others, whatever CLD2 says.
constexpr double kClearLead = 0.4;

// The language that the words say so clearly that CLD2 would say it too, else
// kUnknown. `share`: of the letters that are Latin.
Language ClearByWords(const Votes& votes, const Scores& scores, float share,
                      bool is_passage) {
  const size_t words = votes.words();
  const size_t best =
      std::max_element(scores.begin() + 1, scores.end()) - scores.begin();
  const Language language = static_cast<Language>(best);
  // Azerbaijani has most words of Turkish.
  is_passage &=
      words >= kSomeWords && share >= kOneScript && language != Language::kTr;
  if (words < kManyWords && !is_passage) return Language::kUnknown;
  double other = 0;
  for (size_t i = 1; i < scores.size(); ++i) {
    if (i != best) other = std::max(other, scores[i]);
  }
  const double count = static_cast<double>(words);
  const double lead =
      scores[best] - (other + kCldBonus + kCldReliable + kCldPerWord * count);
  const double common = scores[best] - votes.letters()[best];
  return scores[best] >= ClearPerWord(language, is_passage) * count &&
                 common >= kClearCommon * count &&
                 lead >= kClearLead * (scores[best] + 1)
             ? language
             : Language::kUnknown;
}

// The same of English in shorter texts, where nothing is in another script:
// where CLD2 is asked most often, for much of what is not translated is short.
constexpr double kEnglishPerWord = 0.3;
constexpr double kEnglishLead = 0.85;

bool IsClearEnglish(const Votes& votes, const Scores& scores, float share) {
  const size_t words = votes.words();
  if (words < kSomeWords || share < kOneScript) return false;
  const size_t english = static_cast<size_t>(Language::kEn);
  double other = 0;
  for (size_t i = 1; i < scores.size(); ++i) {
    if (i != english) other = std::max(other, scores[i]);
  }
  return scores[english] >= kEnglishPerWord * static_cast<double>(words) &&
         scores[english] - other >= kEnglishLead * (scores[english] + 1);
}

// What is asked of a text.
struct Question {
  // The language that it should be in.
  Language expected = Language::kUnknown;
  // Only whether it is surely in another. Where it can't be, CLD2 is not asked
  // whether it is surely in that one.
  bool only_sure = false;
};

// `share`: of the text's letters that are Latin.
Identified Latin(absl::string_view utf8, double letters, float share,
                 const Question& question, Votes* votes) {
  Scores& scores = votes->scores();
  for (Language language : AllLanguages()) {
    if (RowOf(language).script != Script::kLatin) At(scores, language) = 0;
  }
  if (question.only_sure) {
    const Language expected = question.expected;
    if (WordsAreEnough(scores, votes->words(), expected)) return {expected, 1};
    if (!MayBeAnother(scores, letters, votes->words(), expected)) {
      const bool sure =
          MayBeExpected(scores, letters, votes->words(), expected);
      return {expected, sure ? 1.0f : 0.0f};
    }
  }
  CldResult cld;
  cld.language = IsClearEnglish(*votes, scores, share)
                     ? Language::kEn
                     : ClearByWords(*votes, scores, share, question.only_sure);
  if (cld.language != Language::kUnknown) {
    cld.reliable = true;
    cld.share = 1;
  } else {
    cld = AskCld(utf8);
  }
  const bool is_long = letters >= kLongLetters;
  // Danish, Hungarian …
  if (cld.foreign && cld.reliable && is_long && cld.share > 0.6) {
    return {Language::kUnknown, 0.5f};
  }
  if (cld.language != Language::kUnknown) {
    const bool english = cld.language == Language::kEn;
    double bonus = english ? kCldEnglishBonus : kCldBonus;
    if (cld.reliable) bonus += english ? kCldEnglishReliable : kCldReliable;
    if (cld.relative) bonus *= 0.5;
    // It guesses, reliably or not, when it has two words to go by.
    if (!english) {
      bonus *= std::min(1.0, letters / kEnoughForCld);
    }
    if (is_long) bonus += kCldPerWord * votes->words() * cld.share;
    At(scores, cld.language) += bonus;
  }
  Identified found = Best(scores);
  if (found.language == Language::kUnknown) {
    // Names and commands only. English is what such texts mostly are.
    return {Language::kEn, 0.1f};
  }
  return found;
}

// The sentences and lines that have a word of letters which none before them
// had: what is left of a text when its repetitions are not counted.
class FirstTimes {
 public:
  explicit FirstTimes(absl::string_view utf8) : utf8_(utf8) {}

  void OnWord(uint32_t begin, uint32_t end, uint8_t flags) {
    const absl::string_view between = utf8_.substr(at_, begin - at_);
    const size_t border = between.find_first_of(".!?\n");
    if (border != absl::string_view::npos) EndSentence(at_ + border + 1);
    at_ = end;
    if ((flags & kWordNumber) != 0) return;
    const absl::string_view word = utf8_.substr(begin, end - begin);
    is_new_ |= seen_.insert(XXH3_64bits(word.data(), word.size())).second;
  }

  void OnCjk(uint32_t, uint32_t end) {
    at_ = end;
    is_new_ = true;
  }

  std::string Take() {
    EndSentence(utf8_.size());
    return std::move(text_);
  }

 private:
  void EndSentence(size_t end) {
    if (is_new_) {
      const absl::string_view sentence = utf8_.substr(begin_, end - begin_);
      text_.append(sentence.data(), sentence.size());
    }
    begin_ = end;
    is_new_ = false;
  }

  const absl::string_view utf8_;
  absl::flat_hash_set<uint64_t> seen_;
  std::string text_;
  // Of the sentence.
  size_t begin_ = 0;
  bool is_new_ = false;
  // Of the last word.
  size_t at_ = 0;
};

// `utf8` without its repetitions, where they are half of it or more; else
// empty.
std::string WithoutRepetitions(absl::string_view utf8) {
  FirstTimes first(utf8);
  ScanWords(utf8, first);
  std::string once = first.Take();
  return once.size() <= utf8.size() / 2 ? once : std::string();
}

// From here on a caller relies on it.
constexpr float kRelied = 0.5f;

// `likely`, which may be null, gets the alternatives.
Identified Identify(absl::string_view utf8, const Question& question,
                    std::vector<LikelyLanguage>* likely) {
  utf8 =
      utf8.substr(0, FloorToCodePoint(utf8, std::min(utf8.size(), kMaxBytes)));
  // CLD2 wants valid UTF-8.
  std::string repaired;
  if (!IsValidUtf8(utf8)) {
    repaired = ReplaceInvalidUtf8(utf8);
    utf8 = repaired;
  }
  const Census census = CensusTable::Get().Take(utf8);

  // Latin counts less: names and commands stand in texts of every script.
  const double cjk = 2.5 * (census.han + census.kana);
  const double hangul = 2.0 * census.hangul;
  const bool is_short = census.latin < kShortLatin;
  const double latin = (is_short ? 0.25 : 0.4) * census.latin;
  const std::array<double, 9> weights = {
      latin,         census.greek,  census.cyrillic,
      census.hebrew, census.arabic, census.devanagari,
      hangul,        cjk,           census.other};
  const size_t top =
      std::max_element(weights.begin(), weights.end()) - weights.begin();
  double sum = 0;
  for (double weight : weights) sum += weight;
  if (sum == 0) return {};
  const float share = static_cast<float>(weights[top] / sum);
  // In other scripts nobody is surer of the language than of the script.
  if (question.only_sure && top != 0 && share < kSureOfLanguage) return {};
  Votes votes(utf8);
  // Of the other scripts words say nothing.
  if (top == 0 || top == 2 || top == 4) {
    ScanWords(utf8, votes);
    votes.Flush();
  }
  Scores& scores = votes.scores();
  const auto compare = [&](Script script, Language best) {
    if (likely != nullptr) *likely = ByScore(scores, script, best);
  };
  switch (top) {
    case 0: {
      At(scores, Language::kEs) += 3 * census.spanish;
      const Identified found =
          Latin(utf8, census.latin, share, question, &votes);
      // A sentence said ten times is to CLD2 no longer what it was.
      if (utf8.size() >= kLongText && (found.language == Language::kUnknown ||
                                       found.confidence < kRelied)) {
        const std::string once = WithoutRepetitions(utf8);
        if (!once.empty()) return Identify(once, question, likely);
      }
      compare(Script::kLatin, found.language);
      return found;
    }
    case 1:
      return {Language::kEl, share};
    case 2: {
      if (census.other_cyrillic > census.russian + census.ukrainian) {
        return {Language::kUnknown, share};
      }
      const double uk = At(scores, Language::kUk) += census.ukrainian;
      const double ru = At(scores, Language::kRu) += census.russian;
      compare(Script::kCyrillic, uk > ru ? Language::kUk : Language::kRu);
      return {uk > ru ? Language::kUk : Language::kRu,
              share * static_cast<float>((std::abs(uk - ru) + 0.3) /
                                         (uk + ru + 0.6))};
    }
    case 3:
      return {Language::kHe, share};
    case 4: {
      if (census.urdu > 0.04 * census.arabic &&
          census.urdu > 0.3 * census.persian) {
        return {Language::kUnknown, share};
      }
      const double fa = At(scores, Language::kFa) += census.persian;
      const double ar = At(scores, Language::kAr) += census.arabic_only;
      compare(Script::kArabic, fa > ar ? Language::kFa : Language::kAr);
      return {fa > ar ? Language::kFa : Language::kAr,
              share * static_cast<float>((std::abs(fa - ar) + 0.3) /
                                         (fa + ar + 0.6))};
    }
    case 5: {
      if (census.devanagari >= kLongLetters) {
        const CldResult cld = AskCld(utf8);
        if (cld.foreign && cld.reliable) {
          return {Language::kUnknown, share};  // Marathi, Nepali …
        }
      }
      return {Language::kHi, share};
    }
    case 6:
      return {Language::kKo, share};
    case 7: {
      const bool kana = census.kana > 0.04 * (census.han + census.kana);
      if (likely != nullptr && !kana) {
        *likely = {{Language::kZh, 1}, {Language::kJa, kHanAlone}};
      }
      return {kana ? Language::kJa : Language::kZh, share};
    }
    default:
      return {Language::kUnknown, share};
  }
}

// What was said of a text, for the next time that it comes: passages that stand
// on many pages, or in all translations.
struct KnownText {
  // Hash of the text and of what was expected; 0 when the entry is free.
  uint64_t text = 0;
  Identified found;
};

// This thread's, of 256 KiB.
KnownText& KnownTextOf(uint64_t hash) {
  constexpr size_t kEntries = 16384;
  static thread_local std::vector<KnownText> texts(kEntries);
  return texts[(hash >> 32) % kEntries];
}

Identified AnotherThan(absl::string_view utf8, Language expected) {
  const Question question = {expected, true};
  if (utf8.size() < kLongText) return Identify(utf8, question, nullptr);
  const uint64_t hash = XXH3_64bits_withSeed(utf8.data(), utf8.size(),
                                             static_cast<uint64_t>(expected)) |
                        1;
  KnownText& known = KnownTextOf(hash);
  if (known.text != hash) known = {hash, Identify(utf8, question, nullptr)};
  return known.found;
}

}  // namespace

Identified IdentifyLanguage(absl::string_view utf8) {
  return Identify(utf8, {}, nullptr);
}

Language SureLanguage(absl::string_view utf8, Language expected) {
  const Identified found = AnotherThan(utf8, expected);
  return found.confidence >= kSureOfLanguage ? found.language
                                             : Language::kUnknown;
}

std::vector<LikelyLanguage> LikelyLanguages(absl::string_view utf8) {
  std::vector<LikelyLanguage> likely;
  const Identified best = Identify(utf8, {}, &likely);
  if (best.language == Language::kUnknown) return {};
  // A script that one language owns.
  if (likely.empty()) likely.push_back({best.language, 1});
  return likely;
}

}  // namespace footnote
