#include "text/analyzer.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/utf8.h"
#include "gtest/gtest.h"
#include "text/language.h"

namespace footnote {
namespace {

// Whether a reader who searches for `query` should find `text`.
struct Row {
  const char* name;
  const char* language;
  const char* text;
  const char* query;
  bool found;
};

// Every word of `query` is in `text`: by its stem or folded form, or, in Han
// and Kana, all pairs of characters. Prefixes are too weak to count here.
bool Finds(const Row& row) {
  Analyzer analyzer;
  const Language language = *ParseLanguage(row.language);
  std::vector<Token> document;
  analyzer.Analyze(row.text, language, &document);
  std::set<uint64_t> keys;
  for (const Token& token : document) keys.insert(token.key);
  std::vector<Token> query;
  analyzer.Analyze(row.query, language, &query);
  std::map<uint32_t, bool> words;
  bool pairs = true;
  bool has_words = false;
  for (const Token& token : query) {
    const bool in = keys.count(token.key) > 0;
    if (token.channel == kChannelStem || token.channel == kChannelSurface) {
      if ((token.flags & kTokenPart) == 0) words[token.position] |= in;
      has_words |= token.channel == kChannelSurface;
    } else if (token.channel == kChannelBigram) {
      pairs &= in;
    }
  }
  if (!has_words) return pairs;
  for (const auto& word : words) {
    if (!word.second) return false;
  }
  return !words.empty();
}

constexpr Row kRows[] = {
    // Arabic
    {"ArticleIsNotPartOfTheWord", "ar", "ذهب الولد إلى المدرسة صباحا", "مدرسة",
     true},
    {"ArticleInTheQuery", "ar", "هذه مدرسة قديمة في المدينة", "المدرسة", true},
    {"HamzaOnAlef", "ar", "سافر أحمد إلى القاهرة", "احمد", true},
    {"HamzaUnderAlef", "ar", "وصل إبراهيم أمس", "ابراهيم", true},
    {"MaddaOnAlef", "ar", "نزلت آيات كثيرة", "ايات", true},
    {"Tashkeel", "ar", "قَرَأَ الطَّالِبُ الْكِتَابَ", "الكتاب", true},
    {"Tatweel", "ar", "السلام عليكم", "الســــلام", true},
    {"TehMarbuta", "ar", "مدينة جميلة", "مدينه", true},
    {"AlefMaksura", "ar", "مستشفى كبير", "مستشفي", true},
    {"ArabicDigits", "ar", "تأسست عام ١٩٤٥", "1945", true},
    {"ConjunctionAndArticle", "ar", "الكتاب والقلم", "القلم", true},
    {"BookIsNotOffice", "ar", "قرأت كتابا جديدا", "مكتب", false},
    {"OtherWord", "ar", "سافر أحمد إلى القاهرة", "بغداد", false},

    // Czech
    {"Locative", "cs", "Bydlíme v Praze u řeky", "Praha", false},
    {"CaseOfNoun", "cs", "Na hradě žil starý král", "hrad", true},
    {"PluralOfNoun", "cs", "Soubory jsou uloženy na disku", "soubor", true},
    {"InstrumentalPlural", "cs", "Pracuje s balíčky", "balíček", false},
    {"Adjective", "cs", "novými systémy", "nový systém", true},
    {"WithoutDiacritics", "cs", "Příručka správce", "prirucka spravce", true},
    {"Caron", "cs", "řeka teče rychle", "REKA", true},
    {"Genitive", "cs", "instalace programu", "program", true},
    {"NotAnotherWord", "cs", "instalace programu", "prohra", false},
    {"Case", "cs", "ČESKÁ REPUBLIKA", "česká republika", true},

    // German
    {"UmlautAsLetterPair", "de", "Herr Müller wohnt hier", "Mueller", true},
    {"UmlautWithoutDots", "de", "Schöne Grüße", "Grusse", true},
    {"LetterPairInTheText", "de", "Herr Mueller wohnt hier", "Müller", true},
    {"Eszett", "de", "Die Straße ist gesperrt", "Strasse", true},
    {"CapitalEszett", "de", "DIE STRAẞE", "straße", true},
    {"HeadOfCompound", "de", "Die Haustür war offen", "Tür", true},
    {"FirstPartOfCompound", "de", "Die Haustür war offen", "Haus", true},
    {"LinkedCompound", "de", "Der Versicherungsvertrag läuft aus", "Vertrag",
     true},
    {"LinkedCompoundFirstPart", "de", "Der Versicherungsvertrag läuft aus",
     "Versicherung", true},
    {"ThreePartCompound", "de", "Die Weltmeisterschaftsspiele", "Spiel", true},
    {"UnknownFirstPart", "de", "Das Debianpaket ist klein", "Paket", true},
    {"PluralUmlaut", "de", "Die Häuser am See", "Haus", true},
    {"QueIsNoUmlaut", "de", "Die neue Quelle", "Qülle", false},
    {"NoCompoundNoParts", "de", "Das Parlament tagt", "Lamm", false},
    {"OtherWord", "de", "Die Haustür war offen", "Fenster", false},

    // Greek
    {"FinalSigma", "el", "ο μεγάλος δρόμος", "ΔΡΟΜΟΣ", true},
    {"Accents", "el", "Η Ελλάδα είναι χώρα", "ελλαδα", true},
    {"Capitals", "el", "ΑΘΗΝΑ", "Αθήνα", true},
    {"Dialytika", "el", "προϊόντα υψηλής ποιότητας", "προιοντα", true},
    {"Plural", "el", "τα αρχεία του συστήματος", "αρχείο", true},
    {"Genitive", "el", "του δρόμου", "δρόμος", true},
    {"Polytonic", "el", "ἄνθρωπος", "άνθρωπος", true},
    {"OtherWord", "el", "ο μεγάλος δρόμος", "θάλασσα", false},

    // English
    {"Plural", "en", "The panthers defended well", "panther", true},
    {"Past", "en", "They installed the packages", "install package", true},
    {"Possessive", "en", "Warsaw's parks", "Warsaw", true},
    {"CurlyPossessive", "en", "Warsaw’s parks", "warsaw's", true},
    {"Contraction", "en", "I don't know", "don’t", true},
    {"Acronym", "en", "in the U.S.A. today", "USA", true},
    {"GroupedNumber", "en", "It cost 1,024 dollars", "1024", true},
    {"Decimal", "en", "Pi is 3.14", "3.14", true},
    {"DecimalIsNotWhole", "en", "Pi is 3.14", "314", false},
    {"FullWidth", "en", "ＡＢＣ company", "abc", true},
    {"Accents", "en", "a naïve résumé", "naive resume", true},
    {"Ligature", "en", "the ﬁle system", "file", true},
    {"Hyphen", "en", "a well-known COVID-19 test", "covid 19", true},
    {"PartOfAddress", "en", "see www.debian.org", "debian", true},
    {"Underscore", "en", "set max_connections", "connections", true},
    {"NotInside", "en", "a caterpillar", "cat", false},
    {"OtherWord", "en", "They installed the packages", "remove", false},

    // Spanish
    {"Accents", "es", "La canción más bonita", "cancion", true},
    {"AccentsInTheQuery", "es", "LA CANCION", "canción", true},
    {"Enye", "es", "El niño de España", "espana", true},
    {"Plural", "es", "las montañas altas", "montaña alta", true},
    {"Verb", "es", "ellos trabajaban mucho", "trabajar", true},
    {"InvertedMark", "es", "¿Dónde está Madrid?", "madrid", true},
    {"Gender", "es", "una película famosa", "famoso", true},
    {"OtherWord", "es", "una película famosa", "pelo", false},

    // Persian
    {"ZwnjIsNoBorder", "fa", "او می‌رود", "میرود", true},
    {"ZwnjPlural", "fa", "کتاب‌های خوب", "کتاب", true},
    {"JoinedPlural", "fa", "کتابهای خوب", "کتاب", true},
    {"ArabicYeh", "fa", "ایران کشوری است", "ايران", true},
    {"ArabicKaf", "fa", "کشور بزرگ", "كشور", true},
    {"PersianDigits", "fa", "در سال ۱۳۵۷", "1357", true},
    {"Comparative", "fa", "شهر بزرگ‌تر", "بزرگ", true},
    {"HehWithHamza", "fa", "خانۀ ما", "خانه", true},
    {"OtherWord", "fa", "کتاب‌های خوب", "شهر", false},

    // French
    {"ElidedArticle", "fr", "L'hôpital est fermé", "hôpital", true},
    {"CurlyElision", "fr", "la ville d’Orléans", "orleans", true},
    {"ElisionInTheQuery", "fr", "Un hôpital moderne", "l'hopital", true},
    {"Accents", "fr", "Élève de l'école", "ELEVE ECOLE", true},
    {"Ligature", "fr", "une œuvre d'art", "oeuvre", true},
    {"Cedilla", "fr", "le garçon", "garcon", true},
    {"Plural", "fr", "les paquets installés", "paquet installé", true},
    {"NoElision", "fr", "aujourd'hui", "aujourd’hui", true},
    {"LongElision", "fr", "jusqu'à Paris, lorsqu'Émile arriva", "émile", true},
    {"OtherWord", "fr", "L'hôpital est fermé", "hôtel", false},

    // Hebrew
    {"Niqqud", "he", "שָׁלוֹם לכולם", "שלום", true},
    {"Gershayim", "he", "חיילי צה\"ל", "צה״ל", true},
    {"GershayimLeftOut", "he", "חיילי צה״ל", "צהל", true},
    {"Article", "he", "הבית הגדול", "בית", true},
    {"Preposition", "he", "הם גרים בירושלים", "ירושלים", true},
    {"And", "he", "אבא ואמא", "אמא", true},
    {"Plural", "he", "ספרים רבים", "ספר", true},
    {"TwoClitics", "he", "ומהספרייה", "ספרייה", true},
    {"OtherWord", "he", "הבית הגדול", "רחוב", false},

    // Hindi
    {"Nukta", "hi", "वह क़लम से लिखता है", "कलम", true},
    {"NuktaDecomposed", "hi", "ज़मीन", "जमीन", true},
    {"Chandrabindu", "hi", "चाँद निकला", "चांद", true},
    {"Danda", "hi", "यह भारत है।", "भारत", true},
    {"DevanagariDigits", "hi", "सन् १९४७ में", "1947", true},
    {"ZeroWidthJoiner", "hi", "क्‍या", "क्या", true},
    {"Plural", "hi", "लड़कियों ने खेला", "लड़की", true},
    {"VowelSignsMatter", "hi", "कल", "काला", false},
    {"OtherWord", "hi", "यह भारत है", "नेपाल", false},

    // Indonesian
    {"Prefix", "id", "Mereka membaca buku", "baca", true},
    {"PrefixAndSuffix", "id", "pertanyaan sulit", "tanya", true},
    {"PassivePrefix", "id", "Buku itu dibaca", "membaca", true},
    {"Possessive", "id", "rumahnya besar", "rumah", true},
    {"Particle", "id", "bacalah ini", "baca", true},
    {"Reduplication", "id", "anak-anak bermain", "anak", true},
    {"Case", "id", "JAKARTA", "jakarta", true},
    {"OtherWord", "id", "Mereka membaca buku", "rumah", false},

    // Italian
    {"ElidedArticle", "it", "L'arte moderna", "arte", true},
    {"ArticulatedPreposition", "it", "nell'anno della guerra", "anno", true},
    {"DellElision", "it", "la storia dell’Italia", "italia", true},
    {"UnElision", "it", "un'amica", "amica", true},
    {"Accents", "it", "La città è bella", "citta", true},
    {"Plural", "it", "i pacchetti installati", "pacchetto", true},
    {"Verb", "it", "cantavano insieme", "cantare", true},
    {"Gender", "it", "una nuova idea", "nuovo", true},
    {"OtherWord", "it", "L'arte moderna", "arto del mare", false},

    // Japanese
    {"HalfWidthKana", "ja", "ｶﾒﾗを買った", "カメラ", true},
    {"HalfWidthVoiceMark", "ja", "ﾃﾞｰﾀﾍﾞｰｽの管理", "データベース", true},
    {"DecomposedVoiceMark", "ja", "カ\u3099イト\u3099", "ガイド", true},
    {"WordInSentence", "ja", "東京都に住んでいます。", "東京", true},
    {"AcrossWords", "ja", "自然言語処理の研究", "言語処理", true},
    {"FullWidthDigits", "ja", "２０１５年に始まった", "2015", true},
    {"OldCharacters", "ja", "國會圖書館", "国会", true},
    {"HiraganaIsNotKatakana", "ja", "さくらが咲く", "サクラ", false},
    {"VoiceMarksMatter", "ja", "ハス", "バス", false},
    {"OneCharacter", "ja", "火", "火", true},
    {"OtherWord", "ja", "東京都に住んでいます。", "大阪", false},

    // Korean
    {"LocativeParticle", "ko", "서울에서 태어났다", "서울", true},
    {"ObjectParticle", "ko", "학교를 세웠다", "학교", true},
    {"TopicParticle", "ko", "한국은 아름답다", "한국", true},
    {"DirectionParticle", "ko", "부산으로 갔다", "부산", true},
    {"ParticlesInBoth", "ko", "대통령이 말했다", "대통령은", true},
    {"LatinWithParticle", "ko", "IBM은 회사이다", "IBM", true},
    {"NumberWithUnit", "ko", "2015년에 시작했다", "2015", true},
    {"Jamo", "ko", "\u1112\u1161\u11ab\u1100\u116e\u11a8", "한국", true},
    {"OtherWord", "ko", "서울에서 태어났다", "부산", false},

    // Dutch
    {"Ligature", "nl", "het Ĳsselmeer", "IJsselmeer", true},
    {"Diaeresis", "nl", "reünie in België", "reunie belgie", true},
    {"Plural", "nl", "de pakketten", "pakket", true},
    {"ApostropheS", "nl", "mooie foto's", "foto", true},
    {"HeadOfCompound", "nl", "het ziekenhuisbed", "bed", true},
    {"FirstPartOfCompound", "nl", "het ziekenhuisbed", "ziekenhuis", true},
    {"LinkedCompound", "nl", "de verkiezingsuitslag", "uitslag", true},
    {"Verb", "nl", "zij werken samen", "werk", true},
    {"OtherWord", "nl", "het ziekenhuisbed", "tafel", false},

    // Polish
    {"Instrumental", "pl", "Mieszka z rodzicami", "rodzice", true},
    {"Genitive", "pl", "instalacja pakietu", "pakiet", true},
    {"Plural", "pl", "nowe pakiety systemu", "pakiet system", true},
    {"Stroke", "pl", "Łódź jest duża", "lodz", true},
    {"Ogonek", "pl", "wąż i gęś", "waz ges", true},
    {"Adjective", "pl", "nowego systemu", "nowy system", true},
    {"ForeignSuffix", "pl", "książki Kennedy'ego", "Kennedy", true},
    {"Case", "pl", "ŻÓŁW", "żółw", true},
    {"OtherWord", "pl", "instalacja pakietu", "palec", false},

    // Portuguese
    {"Tilde", "pt", "São Paulo", "sao paulo", true},
    {"Cedilla", "pt", "a construção", "construcao", true},
    {"Plural", "pt", "as cidades antigas", "cidade antiga", true},
    {"IrregularPlural", "pt", "as informações", "informação", true},
    {"Accents", "pt", "MÚSICA POPULAR", "musica", true},
    {"Verb", "pt", "eles trabalhavam", "trabalhar", true},
    {"Circumflex", "pt", "você e o avô", "voce avo", true},
    {"OtherWord", "pt", "a construção", "casa", false},

    // Romanian
    {"CedillaForComma", "ro", "orașul Iași", "oraşul Iaşi", true},
    {"CommaForCedilla", "ro", "oraşul Iaşi", "orașul Iași", true},
    {"TWithComma", "ro", "județul", "judeţul", true},
    {"WithoutDiacritics", "ro", "țară și oraș", "tara oras", true},
    {"Breve", "ro", "București, capitală", "capitala", true},
    {"Article", "ro", "sistemul de fișiere", "sistem", true},
    {"Plural", "ro", "pachetele instalate", "pachet", true},
    {"Circumflex", "ro", "România", "romania", true},
    {"OtherWord", "ro", "sistemul de fișiere", "munte", false},

    // Russian
    {"Yo", "ru", "ёлка стоит", "елка", true},
    {"YoInTheQuery", "ru", "еще одна елка", "ёлка", true},
    {"ShortIIsALetter", "ru", "йод и бром", "иод", false},
    {"Case", "ru", "МОСКВА", "москва", true},
    {"Locative", "ru", "он живёт в Москве", "Москва", true},
    {"Plural", "ru", "установленные пакеты", "пакет", true},
    {"StressMark", "ru", "за\u0301мок", "замок", true},
    {"Instrumental", "ru", "системой управления", "система", true},
    {"OtherWord", "ru", "он живёт в Москве", "Киев", false},

    // Turkish
    {"DottedCapital", "tr", "İSTANBUL büyük", "istanbul", true},
    {"DotlessCapital", "tr", "ISPARTA", "ısparta", true},
    {"DecomposedDot", "tr", "I\u0307zmir", "izmir", true},
    {"WithoutTurkishLetters", "tr", "Diyarbakır çok güzel", "diyarbakir guzel",
     true},
    {"SuffixAfterApostrophe", "tr", "Ankara'da yaşıyor", "Ankara", true},
    {"CurlyApostrophe", "tr", "Türkiye’nin başkenti", "türkiye", true},
    {"Plural", "tr", "kitapları okudu", "kitap", true},
    {"Locative", "tr", "evlerde", "ev", true},
    {"OtherWord", "tr", "kitapları okudu", "kalem", false},

    // Ukrainian
    {"Apostrophe", "uk", "п'ять років", "п’ять", true},
    {"ModifierApostrophe", "uk", "компʼютер", "комп'ютер", true},
    {"ApostropheLeftOut", "uk", "комп'ютер", "компютер", true},
    {"Ghe", "uk", "ґанок", "ганок", true},
    {"YiIsALetter", "uk", "їх", "іх", false},
    {"Locative", "uk", "у Києві", "Київ", false},
    {"Plural", "uk", "встановлені пакунки", "пакунок", false},
    {"Genitive", "uk", "налаштування системи", "система", true},
    {"Instrumental", "uk", "великим містом", "велике місто", true},
    {"Case", "uk", "УКРАЇНА", "україна", true},
    {"OtherWord", "uk", "налаштування системи", "ріка", false},

    // Vietnamese
    {"WithoutTones", "vi", "Thành phố Hà Nội", "thanh pho ha noi", true},
    {"TonesInBoth", "vi", "Thành phố Hà Nội", "hà nội", true},
    {"DWithStroke", "vi", "Đà Nẵng", "da nang", true},
    {"Decomposed", "vi", "Việt Nam", "Vie\u0323\u0302t Nam", true},
    {"Case", "vi", "VIỆT NAM", "việt nam", true},
    {"HornedVowel", "vi", "người Việt", "nguoi", true},
    {"TonesTellWordsApart", "vi", "con má", "mà", true},
    {"OtherWord", "vi", "Thành phố Hà Nội", "sông", false},

    // Chinese
    {"TraditionalText", "zh", "臺灣的計算機網絡", "台湾的计算机", true},
    {"TraditionalQuery", "zh", "台湾的计算机网络", "計算機網絡", true},
    {"WordInSentence", "zh", "我们在北京大学学习", "北京大学", true},
    {"AcrossWords", "zh", "自然语言处理", "语言处理", true},
    {"FullWidthLatin", "zh", "使用ＵＳＢ接口", "usb", true},
    {"NumbersBesideHan", "zh", "成立于2015年", "2015", true},
    {"CompatibilityForm", "zh", "\uF9DE業", "吏业", true},
    {"OneCharacter", "zh", "水", "水", true},
    {"OrderMatters", "zh", "人工智能", "智能人工", false},
    {"OtherWord", "zh", "我们在北京大学学习", "上海", false},
};

class AnalyzerRowTest : public testing::TestWithParam<Row> {};

TEST_P(AnalyzerRowTest, FindsWhatReadersExpect) {
  EXPECT_EQ(Finds(GetParam()), GetParam().found)
      << "text: " << GetParam().text << "\nquery: " << GetParam().query;
}

INSTANTIATE_TEST_SUITE_P(Languages, AnalyzerRowTest, testing::ValuesIn(kRows),
                         [](const testing::TestParamInfo<Row>& info) {
                           return absl::StrCat(info.param.language, "_",
                                               info.param.name);
                         });

TEST(AnalyzerTableTest, HasEightRowsForEveryLanguage) {
  std::map<std::string, int> rows;
  for (const Row& row : kRows) ++rows[row.language];
  for (Language language : AllLanguages()) {
    EXPECT_GE(rows[std::string(LanguageCode(language))], 8)
        << LanguageCode(language);
  }
}

std::vector<Token> Analyse(absl::string_view text, Language language) {
  Analyzer analyzer;
  std::vector<Token> tokens;
  analyzer.Analyze(text, language, &tokens);
  return tokens;
}

bool Same(const std::vector<Token>& a, const std::vector<Token>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i].begin != b[i].begin || a[i].end != b[i].end ||
        a[i].position != b[i].position || a[i].channel != b[i].channel ||
        a[i].flags != b[i].flags || a[i].key != b[i].key) {
      return false;
    }
  }
  return true;
}

TEST(AnalyzerTest, GivesTheSameTokensWhateverCameBefore) {
  for (Language language : AllLanguages()) {
    Analyzer used;
    std::vector<Token> before;
    // More words than the cache holds.
    std::string filler;
    for (int i = 0; i < 60000; ++i) absl::StrAppend(&filler, "word", i, " ");
    used.Analyze(filler, language, &before);
    for (const Row& row : kRows) {
      std::vector<Token> tokens;
      used.Analyze(row.text, language, &tokens);
      EXPECT_TRUE(Same(tokens, Analyse(row.text, language))) << row.text;
    }
    if (language == Language::kEs) break;  // Six languages are enough.
  }
}

TEST(AnalyzerTest, ExplainsExactlyTheTokensThatItGives) {
  for (const Row& row : kRows) {
    const Language language = *ParseLanguage(row.language);
    Analyzer analyzer;
    std::vector<Token> tokens;
    analyzer.Analyze(row.text, language, &tokens);
    std::vector<ExplainedToken> explained;
    analyzer.Explain(row.text, language, &explained);
    std::vector<Token> bare;
    for (const ExplainedToken& token : explained) {
      bare.push_back(token.token);
      if (language == Language::kVi && token.token.channel == kChannelBigram) {
        continue;
      }
      EXPECT_EQ(token.token.key, TermKey(token.token.channel, token.term))
          << token.term;
    }
    EXPECT_TRUE(Same(tokens, bare)) << row.text;
  }
}

TEST(AnalyzerTest, OrdersTokensByPositionThenChannel) {
  for (const Row& row : kRows) {
    const std::vector<Token> tokens =
        Analyse(row.text, *ParseLanguage(row.language));
    for (size_t i = 1; i < tokens.size(); ++i) {
      ASSERT_LE(tokens[i - 1].position, tokens[i].position) << row.text;
      if (tokens[i - 1].position == tokens[i].position) {
        ASSERT_LE(tokens[i - 1].channel, tokens[i].channel) << row.text;
      }
    }
  }
}

TEST(AnalyzerTest, CutsSpansAtCodePoints) {
  for (const Row& row : kRows) {
    const absl::string_view text = row.text;
    for (const Token& token : Analyse(text, *ParseLanguage(row.language))) {
      ASSERT_LT(token.begin, token.end);
      ASSERT_LE(token.end, text.size());
      EXPECT_TRUE(
          IsValidUtf8(text.substr(token.begin, token.end - token.begin)))
          << text;
    }
  }
}

TEST(AnalyzerTest, KeepsChannelsApart) {
  EXPECT_NE(TermKey(kChannelStem, "haus"), TermKey(kChannelSurface, "haus"));
  EXPECT_NE(TermKey(kChannelStem, "haus"), TermKey(kChannelPrefix, "haus"));
}

TEST(AnalyzerTest, SharesNamesAcrossLanguages) {
  for (Language language : AllLanguages()) {
    bool found = false;
    for (const Token& token : Analyse("Kennedy", language)) {
      found |= token.key == TermKey(kChannelSurface, "kennedy");
    }
    EXPECT_TRUE(found) << LanguageCode(language);
  }
}

TEST(AnalyzerTest, GivesPrefixesOfFiveLetters) {
  bool found = false;
  for (const Token& token : Analyse("größeren", Language::kDe)) {
    found |= token.key == TermKey(kChannelPrefix, "gross");
  }
  EXPECT_TRUE(found);
}

TEST(AnalyzerTest, MarksStopWordsInEveryLanguage) {
  const std::map<std::string, std::vector<std::string>> words = {
      {"ar", {"في", "من", "متى"}},
      {"cs", {"že", "který", "kdy"}},
      {"de", {"der", "für", "Wann"}},
      {"el", {"και", "Ποιος", "που"}},
      {"en", {"the", "When", "who"}},
      {"es", {"el", "¿Cuándo?", "qué"}},
      {"fa", {"از", "کجا", "می‌شود"}},
      {"fr", {"le", "où", "Quand"}},
      {"he", {"של", "מתי", "הוא"}},
      {"hi", {"का", "कौन", "में"}},
      {"id", {"yang", "Kapan", "di"}},
      {"it", {"il", "perché", "Quando"}},
      {"ja", {"の", "は", "を"}},
      {"ko", {"및", "언제", "어디"}},
      {"nl", {"de", "Wanneer", "het"}},
      {"pl", {"się", "Kiedy", "który"}},
      {"pt", {"não", "Quando", "onde"}},
      {"ro", {"și", "Când", "unde"}},
      {"ru", {"и", "Когда", "её"}},
      {"tr", {"ve", "için", "Kim"}},
      {"uk", {"і", "Коли", "який"}},
      {"vi", {"của", "là", "Ở"}},
      {"zh", {"的", "什么", "誰"}},
  };
  ASSERT_EQ(words.size(), AllLanguages().size());
  Analyzer analyzer;
  for (const auto& row : words) {
    const Language language = *ParseLanguage(row.first);
    for (const std::string& word : row.second) {
      std::vector<Token> tokens;
      analyzer.Analyze(word, language, &tokens);
      ASSERT_FALSE(tokens.empty()) << word;
      EXPECT_TRUE(tokens[0].flags & kTokenStopWord) << row.first << " " << word;
    }
    EXPECT_FALSE(analyzer.IsStopWord("Kennedy", language));
  }
  EXPECT_TRUE(analyzer.IsStopWord("THE", Language::kEn));
  EXPECT_TRUE(analyzer.IsStopWord("Où", Language::kFr));
  EXPECT_FALSE(analyzer.IsStopWord("the", Language::kUnknown));
  EXPECT_FALSE(analyzer.IsStopWord("", Language::kEn));
}

TEST(AnalyzerTest, TakesNoWordForAFunctionWordThatHasOtherAccents) {
  Analyzer analyzer;
  const auto is_stop_word = [&analyzer](const char* word, Language language) {
    std::vector<Token> tokens;
    analyzer.Analyze(word, language, &tokens);
    const bool flagged = (tokens.front().flags & kTokenStopWord) != 0;
    EXPECT_EQ(analyzer.IsStopWord(word, language), flagged) << word;
    return flagged;
  };
  // "Door", "Japan", "dog"; of "của", "nhất", "cho".
  EXPECT_FALSE(is_stop_word("cửa", Language::kVi));
  EXPECT_FALSE(is_stop_word("Nhật", Language::kVi));
  EXPECT_FALSE(is_stop_word("chó", Language::kVi));
  EXPECT_FALSE(is_stop_word("ändere", Language::kDe));
  EXPECT_FALSE(is_stop_word("né", Language::kFr));
  EXPECT_FALSE(is_stop_word("sûr", Language::kFr));
  EXPECT_FALSE(is_stop_word("öldü", Language::kTr));
  EXPECT_TRUE(is_stop_word("oldu", Language::kTr));
  EXPECT_TRUE(is_stop_word("andere", Language::kDe));
  EXPECT_TRUE(is_stop_word("würden", Language::kDe));
}

TEST(AnalyzerTest, KnowsFunctionWordsThatLackTheirAccents) {
  Analyzer analyzer;
  EXPECT_TRUE(analyzer.IsStopWord("cua", Language::kVi));
  EXPECT_TRUE(analyzer.IsStopWord("fur", Language::kDe));
  EXPECT_TRUE(analyzer.IsStopWord("ETAIT", Language::kFr));
  EXPECT_TRUE(analyzer.IsStopWord("cand", Language::kRo));
  // With a cedilla, as old fonts have it.
  EXPECT_TRUE(analyzer.IsStopWord("şi", Language::kRo));
  EXPECT_TRUE(analyzer.IsStopWord("ПОТОМУ", Language::kRu));
}

TEST(AnalyzerTest, FlagsPartsOfCompounds) {
  int parts = 0;
  for (const Token& token : Analyse("Haustür", Language::kDe)) {
    parts += (token.flags & kTokenPart) != 0;
    EXPECT_EQ(token.begin, 0);
    EXPECT_EQ(token.end, 8);
  }
  EXPECT_EQ(parts, 2);
}

TEST(AnalyzerTest, CountsHanByCharacters) {
  uint32_t last = 0;
  for (const Token& token : Analyse("北京大学 abc", Language::kZh)) {
    last = token.position;
  }
  EXPECT_EQ(last, 4);
}

TEST(AnalyzerTest, AnalysesUnknownLanguages) {
  EXPECT_FALSE(Analyse("Hej verden", Language::kUnknown).empty());
  EXPECT_FALSE(Analyse("Hej verden", static_cast<Language>(200)).empty());
}

TEST(AnalyzerTest, GivesNothingForNothing) {
  for (Language language : AllLanguages()) {
    EXPECT_TRUE(Analyse("", language).empty());
    EXPECT_TRUE(Analyse(" \t\n.,;!?—“”…()[]{}+=<>$€", language).empty());
  }
}

TEST(AnalyzerTest, SurvivesGarbage) {
  const std::string samples[] = {
      std::string("\0\0a\0", 4),
      "\xFF\xFE\xFD",
      "\xC3",
      "abc\xE6\xBC",
      "\xED\xA0\x80\xED\xB0\x80",   // surrogates
      "\xF4\x90\x80\x80",           // above U+10FFFF
      "\xC0\xAF\xE0\x80\xAF",       // overlong
      "a\xCC\x81\xCC\x81\xCC\x81",  // stacked marks
      "\xCC\x81\xCC\x81",           // marks alone
      "\xE3\x82\x99\xEF\xBE\x9E",   // voice marks alone
      "'''a'''b'''",
      "....a.b....c",
      "\xF0\x9F\x98\x80\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9",
      "\xF0\xA0\x80\x80\xF0\xA0\x80\x81",  // Han, plane 2
  };
  for (const std::string& sample : samples) {
    for (Language language : AllLanguages()) {
      for (const Token& token : Analyse(sample, language)) {
        EXPECT_LT(token.begin, token.end);
        EXPECT_LE(token.end, sample.size());
      }
    }
  }
}

// Keeps the terms of each word.
class KeptWords : public WordNumbers {
 public:
  uint32_t NumberOf(absl::string_view word,
                    const std::vector<Token>& terms) override {
    words_.push_back({std::string(word), terms});
    return static_cast<uint32_t>(words_.size() - 1);
  }
  const std::string& word(uint32_t number) { return words_[number].first; }
  const std::vector<Token>& terms(uint32_t number) {
    return words_[number].second;
  }
  size_t size() const { return words_.size(); }

 private:
  std::vector<std::pair<std::string, std::vector<Token>>> words_;
};

// Position, channel and key.
using Place = std::tuple<uint32_t, uint8_t, uint64_t>;

std::multiset<Place> PlacesByWords(absl::string_view text, Language language,
                                   Analyzer* analyzer, KeptWords* kept) {
  std::vector<NumberedWord> words;
  std::vector<Token> rest;
  analyzer->AnalyzeWords(text, language, kept, &words, &rest);
  std::multiset<Place> places;
  for (const NumberedWord& word : words) {
    for (const Token& token : kept->terms(word.number)) {
      places.insert({word.position, token.channel, token.key});
    }
  }
  for (const Token& token : rest) {
    places.insert({token.position, token.channel, token.key});
  }
  return places;
}

TEST(AnalyzerTest, WordsByNumberHaveTheTermsOfTheirTokens) {
  Analyzer analyzer;
  KeptWords kept;
  for (const Row& row : kRows) {
    const Language language = *ParseLanguage(row.language);
    const std::string text =
        absl::StrCat(row.text, " ", row.query, " 하하하 nhà nước ", row.text);
    std::multiset<Place> expected;
    for (const Token& token : Analyse(text, language)) {
      expected.insert({token.position, token.channel, token.key});
    }
    EXPECT_EQ(PlacesByWords(text, language, &analyzer, &kept), expected)
        << row.name;
  }
}

TEST(AnalyzerTest, AsksForAWordsNumberOnceUntilItForgets) {
  Analyzer analyzer;
  KeptWords kept;
  const std::string text = "Storms and storms, and then STORMS and storms.";
  PlacesByWords(text, Language::kEn, &analyzer, &kept);
  PlacesByWords(text, Language::kEn, &analyzer, &kept);
  EXPECT_EQ(kept.size(), 5);
  EXPECT_EQ(kept.word(0), "Storms");
  PlacesByWords(text, Language::kDe, &analyzer, &kept);
  EXPECT_EQ(kept.size(), 10);
  for (int i = 0; i < 70000; ++i) {
    analyzer.ForgetNumbers();
    if (i % 1000 > 0) continue;
    KeptWords other;
    PlacesByWords(text, Language::kEn, &analyzer, &other);
    EXPECT_EQ(other.size(), 5);
  }
}

TEST(AnalyzerTest, TakesLinearTimeForAMillionCombiningMarks) {
  std::string text = "a";
  for (int i = 0; i < 1000000; ++i) text.append("\xCC\x81");
  EXPECT_LE(Analyse(text, Language::kVi).size(), 3 * text.size() / 255);
}

TEST(AnalyzerTest, CutsAWordOfFiveMegabytes) {
  const std::string latin(5 << 20, 'x');
  const std::vector<Token> tokens = Analyse(latin, Language::kDe);
  ASSERT_FALSE(tokens.empty());
  for (const Token& token : tokens) ASSERT_LE(token.end - token.begin, 255);
  EXPECT_EQ(tokens.back().end, latin.size());
}

TEST(AnalyzerTest, CutsARunOfAMegabyteOfHan) {
  std::string han;
  while (han.size() < (1 << 20)) han.append("语言");
  const std::vector<Token> tokens = Analyse(han, Language::kZh);
  ASSERT_FALSE(tokens.empty());
  EXPECT_EQ(tokens.back().end, han.size());
}

TEST(AnalyzerTest, WorksInManyThreadsAtOnce) {
  std::vector<std::vector<Token>> results(8);
  std::vector<std::thread> threads;
  for (auto& result : results) {
    threads.emplace_back([&result] {
      Analyzer analyzer;
      for (const Row& row : kRows) {
        analyzer.Analyze(row.text, *ParseLanguage(row.language), &result);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& result : results) EXPECT_TRUE(Same(result, results[0]));
}

}  // namespace
}  // namespace footnote
