#include "text/language_clues.h"

#include <cstddef>

#include "absl/strings/str_split.h"
#include "base/utf8.h"
#include "text/fold.h"
#include "text/language_table.h"

namespace footnote {
namespace {

LanguageMask Bit(Language language) {
  return LanguageMask{1} << static_cast<unsigned>(language);
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

}  // namespace

const Lexicon& CommonWords() {
  static const Lexicon* const lexicon = MakeLexicon();
  return *lexicon;
}

const std::vector<std::vector<LanguageVote>>& TypicalLetters() {
  static const auto* const letters = [] {
    auto* const by_letter = new std::vector<std::vector<LanguageVote>>;
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

}  // namespace footnote
