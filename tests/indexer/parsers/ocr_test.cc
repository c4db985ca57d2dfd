// Scanned pages and images through the real programs, footnote-ocr and
// footnote-pdf.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "indexer/parsers/parser_process.h"
#include "indexer/parsers/scan_reader.h"
#include "tests/indexer/parsers/drawn_page.h"
#include "tests/indexer/parsers/read_apart.h"
#include "text/language.h"

namespace footnote {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;
using ::testing::StartsWith;

using Paragraphs = std::vector<std::string>;

const Paragraphs& English() {
  static const auto* const text = new Paragraphs{
      "The lighthouse of Eddystone was built by John Smeaton in the year 1759. "
      "It stood on the rocks for more than a hundred years.",
      "Its light was made by twenty-four candles, and sailors saw it from afar "
      "in every night without fog.",
      "The keeper lived in a small house beside the tower, where he wrote down "
      "the names of ships and the weather."};
  return *text;
}

OcrOptions AllOf() {
  OcrOptions out;
  out.languages.assign(AllLanguages().begin(), AllLanguages().end());
  return out;
}

OcrOptions Of(std::vector<Language> languages) {
  OcrOptions out;
  out.languages = std::move(languages);
  return out;
}

bool HasData(const std::string& model) {
  return access(absl::StrCat("/usr/share/tesseract-ocr/5/tessdata/", model,
                             ".traineddata")
                    .c_str(),
                R_OK) == 0;
}

// For tests that need them whatever they test.
#define SKIP_WITHOUT(model)                                              \
  if (!HasData(model) || !HasData("osd")) {                              \
    GTEST_SKIP() << "no data of Tesseract for " << (model)               \
                 << ": want Debian's packages tesseract-ocr-" << (model) \
                 << " and tesseract-ocr-osd";                            \
  }

absl::StatusOr<Extracted> Read(const std::string& bytes, const OcrOptions& ocr,
                               Language language = Language::kUnknown) {
  EXPECT_TRUE(IsReadApart(bytes.substr(0, 512)));
  return ReadApart(bytes, ocr, language);
}

std::string MetadataOf(const Extracted& document, const std::string& key) {
  for (const auto& entry : document.metadata) {
    if (entry.first == key) return entry.second;
  }
  return "";
}

struct Place {
  int page = 0, x0 = 0, y0 = 0, x1 = 0, y1 = 0;
};

// Of the block that `begin` lies in.
Place PlaceAt(const Extracted& document, size_t begin) {
  for (const Block& block : document.blocks) {
    if (begin < block.span.begin || begin >= block.span.end) continue;
    Place place;
    EXPECT_EQ(sscanf(document.places[block.place - 1].c_str(),
                     "page=%d&box=%d,%d,%d,%d", &place.page, &place.x0,
                     &place.y0, &place.x1, &place.y1),
              5);
    return place;
  }
  return {};
}

std::vector<std::string> Characters(const std::string& text) {
  std::vector<std::string> out;
  for (size_t at = 0; at < text.size();) {
    size_t end = at + 1;
    while (end < text.size() && (text[end] & 0xC0) == 0x80) ++end;
    if (!absl::ascii_isspace(static_cast<unsigned char>(text[at]))) {
      out.push_back(text.substr(at, end - at));
    }
    at = end;
  }
  return out;
}

// How much of `wanted` is in `found`, each as often as it is there.
double ShareFound(const std::vector<std::string>& wanted,
                  const std::vector<std::string>& found) {
  std::map<std::string, int> left;
  for (const std::string& word : found) ++left[word];
  int hits = 0;
  for (const std::string& word : wanted) hits += left[word]-- > 0;
  return static_cast<double>(hits) / static_cast<double>(wanted.size());
}

// For every drawn word that the canonical text has once: the box of the block
// that it stands in, on page `page`, overlaps the place where it was drawn.
// Returns how many words that were.
int CheckBoxes(const Extracted& document, const DrawnPage& drawn, int page,
               double points_per_pixel) {
  int checked = 0;
  for (const DrawnWord& word : drawn.words) {
    const size_t begin = document.text.find(word.text);
    if (begin == std::string::npos ||
        document.text.find(word.text, begin + 1) != std::string::npos) {
      continue;
    }
    ++checked;
    EXPECT_EQ(document.text.substr(begin, word.text.size()), word.text);
    const Place place = PlaceAt(document, begin);
    EXPECT_EQ(place.page, page) << word.text;
    const double left = std::max<double>(place.x0, word.x0 * points_per_pixel);
    const double right = std::min<double>(place.x1, word.x1 * points_per_pixel);
    const double top = std::max<double>(place.y0, word.y0 * points_per_pixel);
    const double bottom =
        std::min<double>(place.y1, word.y1 * points_per_pixel);
    EXPECT_TRUE(left < right && top < bottom)
        << word.text << " was drawn at " << word.x0 * points_per_pixel << ","
        << word.y0 * points_per_pixel << ", and its box begins at " << place.x0
        << "," << place.y0;
  }
  // A box that is the whole page would hold everything.
  for (const std::string& text : document.places) {
    Place place;
    EXPECT_EQ(sscanf(text.c_str(), "page=%d&box=%d,%d,%d,%d", &place.page,
                     &place.x0, &place.y0, &place.x1, &place.y1),
              5);
    const double whole =
        drawn.width * drawn.height * points_per_pixel * points_per_pixel;
    EXPECT_LT((place.x1 - place.x0) * (place.y1 - place.y0), whole / 2) << text;
  }
  return checked;
}

struct Script {
  const char* name;
  const char* model;
  Paragraphs paragraphs;
  // Its words are not what white space separates.
  bool unspaced = false;
};

void PrintTo(const Script& script, std::ostream* out) { *out << script.name; }

class OcrScriptTest : public ::testing::TestWithParam<Script> {};

// Nothing is known of the page but its pixels: the script is found, and of its
// languages the right one.
TEST_P(OcrScriptTest, MostWordsAreRightAndStandWhereTheyWereDrawn) {
  const Script& script = GetParam();
  SKIP_WITHOUT(script.model);
  const DrawnPage drawn = DrawPage(script.paragraphs);
  if (!drawn.has_fonts) GTEST_SKIP() << "no font for " << script.name;
  const auto read = Read(ToPng(drawn), AllOf());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->format, Format::kPng);
  EXPECT_EQ(MetadataOf(*read, "ocr_models"), script.model);
  std::string wanted_text;
  for (const DrawnWord& word : drawn.words) {
    absl::StrAppend(&wanted_text, word.text, " ");
  }
  const std::vector<std::string> wanted =
      script.unspaced ? Characters(wanted_text)
                      : absl::StrSplit(wanted_text, ' ', absl::SkipEmpty());
  const std::vector<std::string> found =
      script.unspaced ? Characters(read->text)
                      : absl::StrSplit(read->text, absl::ByAnyChar(" \n"),
                                       absl::SkipEmpty());
  EXPECT_GE(ShareFound(wanted, found), .9) << read->text;
  if (script.unspaced) {
    // No white space was drawn, and none is found.
    EXPECT_THAT(read->text, Not(HasSubstr(" ")));
  } else {
    EXPECT_GE(CheckBoxes(*read, drawn, 1, 1), 10);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Scripts, OcrScriptTest,
    ::testing::Values(
        Script{"English", "eng", English()},
        Script{"German",
               "deu",
               {"Der Leuchtturm wurde 1859 entzündet und ist 31 Meter hoch. "
                "Über die Brücke führt eine schmale Straße zum Wärterhaus.",
                "Später wurde das Haus größer gebaut, und die Wärter schrieben "
                "jeden Tag in ihr Buch, welche Schiffe vorüberfuhren.",
                "Die Fischer müssen früh aufstehen, weil die Flut nicht auf "
                "sie wartet, und hören auf das Läuten der Glocke."}},
        Script{"Czech",
               "ces",
               {"Maják byl postaven roku 1859 na skalách u vjezdu do "
                "přístavu.",
                "Námořníci viděli jeho světlo každou noc z velké dálky, "
                "když se vraceli domů.",
                "Strážce žil v malém domě vedle věže a zapisoval jména "
                "lodí i počasí."}},
        Script{"Spanish",
               "spa",
               {"El faro fue construido en 1859 sobre las rocas, a la "
                "entrada del puerto.",
                "Los marineros veían su luz desde muy lejos cada noche, "
                "cuando volvían a casa después de una larga travesía.",
                "El guardián vivía en una casa pequeña y escribía en su "
                "cuaderno los nombres de los barcos. ¿Quién no soñaría con "
                "esa vida, mañana tras mañana?"}},
        Script{"French",
               "fra",
               {"Le phare fut construit en 1859 sur les rochers, à "
                "l'entrée du port.",
                "Les marins voyaient sa lumière de très loin chaque nuit, "
                "lorsqu'ils rentraient chez eux après une longue traversée.",
                "Le gardien habitait une petite maison où il notait les "
                "noms des bateaux et l'état de la mer. Où êtes-vous allé "
                "cet été, ça va ?"}},
        Script{"Indonesian",
               "ind",
               {"Mercusuar itu dibangun pada tahun 1859 di atas batu "
                "karang dekat pelabuhan.",
                "Para pelaut melihat cahayanya dari jauh setiap malam "
                "ketika mereka pulang ke rumah.",
                "Penjaganya tinggal di sebuah rumah kecil dan menuliskan "
                "nama kapal serta cuaca setiap hari."}},
        Script{"Italian",
               "ita",
               {"Il faro fu costruito nel 1859 sugli scogli, all'ingresso "
                "del porto.",
                "I marinai vedevano la sua luce da molto lontano ogni "
                "notte, quando tornavano a casa dopo una lunga traversata.",
                "Il guardiano abitava in una piccola casa e scriveva i "
                "nomi delle navi. Così passava le giornate, perché più "
                "niente accadeva laggiù."}},
        Script{"Dutch",
               "nld",
               {"De vuurtoren werd in 1859 gebouwd op de rotsen bij de "
                "ingang van de haven.",
                "De zeelieden zagen zijn licht elke nacht van heel ver "
                "wanneer zij naar huis terugkeerden.",
                "De wachter woonde in een klein huis naast de toren en "
                "schreef de namen van de schepen op."}},
        Script{"Polish",
               "pol",
               {"Latarnia morska została zbudowana w 1859 roku na skałach "
                "u wejścia do portu.",
                "Żeglarze widzieli jej światło każdej nocy z bardzo "
                "daleka, gdy wracali do domów.",
                "Latarnik mieszkał w małym domku obok wieży i zapisywał "
                "nazwy statków oraz pogodę."}},
        Script{"Portuguese",
               "por",
               {"O farol foi construído em 1859 sobre as rochas, à entrada "
                "do porto.",
                "Os marinheiros viam a sua luz de muito longe todas as "
                "noites, quando voltavam para casa depois de uma longa "
                "travessia.",
                "O guarda vivia numa casa pequena e escrevia os nomes das "
                "embarcações. Não há razões para não acreditar nas suas "
                "anotações."}},
        Script{"Romanian",
               "ron",
               {"Farul a fost construit în 1859 pe stâncile de la intrarea "
                "în port.",
                "Marinarii vedeau lumina lui de foarte departe în fiecare "
                "noapte, când se întorceau acasă.",
                "Paznicul locuia într-o căsuță lângă turn și scria numele "
                "corăbiilor și starea vremii în fiecare zi."}},
        Script{"Turkish",
               "tur",
               {"Deniz feneri 1859 yılında liman girişindeki kayaların "
                "üzerine yapıldı.",
                "Denizciler evlerine dönerken her gece onun ışığını çok "
                "uzaktan görürlerdi.",
                "Bekçi kulenin yanındaki küçük evde yaşar, gemilerin "
                "adlarını ve havayı defterine yazardı."}},
        Script{"Persian",
               "fas",
               {"فانوس دریایی صد سال پیش "
                "روی صخره‌های ورودی بندر "
                "ساخته شد.",
                "دریانوردان هر شب وقتی "
                "به خانه برمی‌گشتند نور "
                "آن را از دور می‌دیدند.",
                "نگهبان در خانه‌ای کوچک "
                "کنار برج زندگی می‌کرد و "
                "هر روز نام کشتی‌ها را "
                "می‌نوشت."}},
        Script{"Vietnamese",
               "vie",
               {"Ngọn hải đăng được xây dựng trên những tảng đá ở lối vào cảng "
                "cách đây hơn một trăm năm.",
                "Các thủy thủ nhìn thấy ánh sáng của nó từ xa mỗi đêm khi họ "
                "trở về nhà.",
                "Người gác đèn sống trong một ngôi nhà nhỏ và ghi lại tên của "
                "những con tàu."}},
        Script{"Greek",
               "ell",
               {"Ο φάρος χτίστηκε το 1859 πάνω στα βράχια και φαίνεται από "
                "μακριά.",
                "Οι ναυτικοί τον έβλεπαν κάθε νύχτα όταν γύριζαν στο λιμάνι.",
                "Ο φύλακας ζούσε σε ένα μικρό σπίτι και έγραφε τα ονόματα των "
                "πλοίων και τον καιρό."}},
        Script{"Russian",
               "rus",
               {"Маяк был построен в 1859 году на скалах у входа в гавань.",
                "Моряки видели его свет издалека каждую ночь, когда "
                "возвращались домой.",
                "Смотритель жил в маленьком доме и записывал названия кораблей "
                "и погоду."}},
        Script{"Ukrainian",
               "ukr",
               {"Маяк збудували 1859 року на скелях біля входу до гавані.",
                "Моряки бачили його світло здалеку щоночі, коли поверталися "
                "додому.",
                "Доглядач жив у маленькому будинку і записував назви кораблів "
                "та погоду."}},
        Script{"Arabic",
               "ara",
               {"بنيت المنارة على الصخور عند مدخل الميناء قبل مئة عام.",
                "كان البحارة يرون نورها من بعيد في كل ليلة عندما يعودون إلى "
                "بيوتهم.",
                "كان حارس المنارة يعيش في بيت صغير بجانبها ويكتب كل يوم أسماء "
                "السفن وأحوال الطقس."}},
        Script{"Hebrew",
               "heb",
               {"המגדלור נבנה על הסלעים בכניסה לנמל לפני מאה שנה.",
                "המלחים ראו את האור שלו מרחוק בכל לילה כאשר חזרו הביתה.",
                "השומר גר בבית קטן ליד המגדל וכתב את שמות האוניות ואת מזג "
                "האוויר."}},
        Script{"Hindi",
               "hin",
               {"यह प्रकाशस्तंभ बंदरगाह के द्वार पर चट्टानों पर बनाया गया था।",
                "नाविक हर रात दूर से इसकी रोशनी देखते थे जब वे घर लौटते थे।",
                "रखवाला एक छोटे घर में रहता था और जहाजों के नाम लिखता था।"}},
        Script{"Chinese",
               "chi_sim",
               {"灯塔建于港口入口处的岩石上，已有一百多年的历史。水手们每天晚上"
                "都能从远处看到它的灯光。守塔人住在旁边的小屋里。",
                "冬天的风很大，海浪常常打到窗户上。他每天写日记，记录船只的名字"
                "和天气的变化。后来灯塔改用电灯。"},
               true},
        Script{"Japanese",
               "jpn",
               {"灯台は港の入り口の岩の上に建てられ、百年以上の歴史があります。"
                "船乗りたちは毎晩遠くからその光を見ることができました。",
                "灯台守は隣の小さな家に住み、毎日船の名前と天気を日記に書きまし"
                "た。その後、小さな家は博物館になりました。"},
               true},
        Script{"Korean",
               "kor",
               {"등대는 항구 입구의 바위 위에 세워졌으며 백 년이 넘는 역사를 "
                "가지고 있습니다. 선원들은 매일 밤 멀리서 그 불빛을 볼 수 "
                "있었습니다.",
                "등대지기는 옆에 있는 작은 집에 살면서 매일 배의 이름과 날씨를 "
                "일기에 적었습니다. 나중에 작은 집은 박물관이 되었습니다."}}),
    [](const ::testing::TestParamInfo<Script>& info) {
      return std::string(info.param.name);
    });

TEST(OcrTest, ReadsJpegAndEveryPageOfTiff) {
  SKIP_WITHOUT("eng");
  const DrawnPage drawn = DrawPage(English());
  const auto jpeg = Read(ToJpeg(drawn), Of({Language::kEn}));
  ASSERT_TRUE(jpeg.ok()) << jpeg.status();
  EXPECT_EQ(jpeg->format, Format::kJpeg);
  EXPECT_GE(CheckBoxes(*jpeg, drawn, 1, 1), 10);
  const DrawnPage second = DrawPage(
      {"Behind the harbour stood seven windmills, painted white every spring.",
       "Corn was brought to them by mules from the villages in the hills."});
  const auto tiff = Read(ToTiff({drawn, second}), Of({Language::kEn}));
  ASSERT_TRUE(tiff.ok()) << tiff.status();
  EXPECT_EQ(tiff->format, Format::kTiff);
  // It says how many dots an inch has, so boxes are in points.
  EXPECT_GE(CheckBoxes(*tiff, drawn, 1, 72.0 / kDrawnDpi), 10);
  EXPECT_GE(CheckBoxes(*tiff, second, 2, 72.0 / kDrawnDpi), 8);
}

TEST(OcrTest, ReadsScannedPagesOfPdf) {
  SKIP_WITHOUT("eng");
  const DrawnPage first = DrawPage(
      {"Behind the harbour stood seven windmills, painted white every spring.",
       "Corn was brought to them by mules from the villages in the hills."});
  const DrawnPage second = DrawPage(English());
  const auto read = Read(ToScannedPdf({first, second}), AllOf());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->format, Format::kPdf);
  EXPECT_EQ(MetadataOf(*read, "ocr_models"), "eng");
  EXPECT_GE(CheckBoxes(*read, first, 1, 72.0 / kDrawnDpi), 8);
  EXPECT_GE(CheckBoxes(*read, second, 2, 72.0 / kDrawnDpi), 10);
}

TEST(OcrTest, BoxesAreThoseOfThePageAsItLiesInTheFile) {
  SKIP_WITHOUT("eng");
  for (const int degrees : {90, 180, 270}) {
    SCOPED_TRACE(degrees);
    const DrawnPage turned = TurnPage(DrawPage(English()), degrees);
    const auto read = Read(ToPng(turned), Of({Language::kEn}));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_GE(CheckBoxes(*read, turned, 1, 1), 10) << read->text;
  }
}

// Salt and pepper, as of a bad fax.
TEST(OcrTest, SpecksAreNoLetters) {
  SKIP_WITHOUT("eng");
  DrawnPage drawn = DrawPage(English());
  std::mt19937 random(7);
  for (char& pixel : drawn.grey) {
    if (random() % 100 == 0) pixel = static_cast<char>(~pixel);
  }
  const auto read = Read(ToPng(drawn), AllOf());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(MetadataOf(*read, "ocr_models"), "eng");
  std::vector<std::string> wanted;
  for (const DrawnWord& word : drawn.words) wanted.push_back(word.text);
  const std::vector<std::string> found =
      absl::StrSplit(read->text, absl::ByAnyChar(" \n"), absl::SkipEmpty());
  EXPECT_GE(ShareFound(wanted, found), .9) << read->text;
  // And little else is found.
  EXPECT_GE(ShareFound(found, wanted), .9) << read->text;
}

TEST(OcrTest, LightLettersOnDarkAreRead) {
  SKIP_WITHOUT("eng");
  DrawnPage drawn = DrawPage(English());
  for (char& pixel : drawn.grey) pixel = static_cast<char>(~pixel);
  const auto read = Read(ToPng(drawn), AllOf());
  ASSERT_TRUE(read.ok()) << read.status();
  std::vector<std::string> wanted;
  for (const DrawnWord& word : drawn.words) wanted.push_back(word.text);
  const std::vector<std::string> found =
      absl::StrSplit(read->text, absl::ByAnyChar(" \n"), absl::SkipEmpty());
  EXPECT_GE(ShareFound(wanted, found), .9) << read->text;
}

TEST(OcrTest, TheDocumentsLanguageDecidesWhereItIsKnown) {
  SKIP_WITHOUT("eng");
  SKIP_WITHOUT("deu");
  const auto read =
      Read(ToPng(DrawPage(English())), Of({Language::kEn}), Language::kDe);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(MetadataOf(*read, "ocr_models"), "deu");
}

TEST(OcrTest, OffUnlessAskedForAndTheReasonSaysHow) {
  const DrawnPage drawn = DrawPage(English());
  for (const std::string& bytes :
       {ToPng(drawn), ToJpeg(drawn), ToTiff({drawn}), ToScannedPdf({drawn})}) {
    const auto read = Read(bytes, {});
    EXPECT_FALSE(read.ok());
    EXPECT_THAT(std::string(read.status().message()),
                HasSubstr("--ocr LANGUAGES"));
  }
}

// Hebrew by a model of English: letters come out, and nobody should cite them.
TEST(OcrTest, WordsThatNobodyIsSureOfAreRefused) {
  SKIP_WITHOUT("eng");
  const auto read =
      Read(ToPng(DrawPage({"המגדלור נבנה על הסלעים בכניסה לנמל לפני מאה שנה.",
                           "המלחים ראו את האור שלו מרחוק בכל לילה כאשר חזרו "
                           "הביתה אל הנמל."})),
           Of({Language::kEn}));
  EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(read.status().message()),
              HasSubstr("recognised with a confidence of"));
}

TEST(OcrTest, APageThatCannotBeReadCostsItselfAndIsNamed) {
  SKIP_WITHOUT("eng");
  const DrawnPage hebrew =
      DrawPage({"המגדלור נבנה על הסלעים בכניסה לנמל לפני מאה שנה.",
                "המלחים ראו את האור שלו מרחוק בכל לילה כאשר חזרו הביתה."});
  const DrawnPage english = DrawPage(English());
  const auto read = Read(ToScannedPdf({hebrew, english}), Of({Language::kEn}));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_GE(CheckBoxes(*read, english, 2, 72.0 / kDrawnDpi), 10);
  EXPECT_THAT(MetadataOf(*read, "unread_pages"),
              StartsWith("page 1: its words were recognised with"));
}

TEST(OcrTest, AnUnreadPageBehindOthersIsNamedByItsOwnNumber) {
  SKIP_WITHOUT("eng");
  const DrawnPage hebrew =
      DrawPage({"המגדלור נבנה על הסלעים בכניסה לנמל לפני מאה שנה.",
                "המלחים ראו את האור שלו מרחוק בכל לילה כאשר חזרו הביתה."});
  const DrawnPage english = DrawPage(English());
  for (const std::string& bytes :
       {ToScannedPdf({english, hebrew}), ToTiff({english, hebrew})}) {
    const auto read = Read(bytes, Of({Language::kEn}));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_THAT(MetadataOf(*read, "unread_pages"),
                StartsWith("page 2: its words were recognised with"));
  }
}

TEST(OcrTest, ScannedPagesOverTheLimitAreLeftOutAndNamedAndTextStays) {
  SKIP_WITHOUT("eng");
  const DrawnPage english = DrawPage(English());
  OcrOptions ocr = Of({Language::kEn});
  ocr.max_pages = 1;
  ScanNotes notes;
  // Only the first of these pages has to be one that can be drawn.
  const auto filled =
      FillScannedPages(ToScannedPdf({english}),
                       "M title Lights\nP 600 800\n"
                       "P 600 800\nW 72 72 100 84 12 0 0 Tide\n"
                       "P 600 800\nP 600 800\nP 600 800\n"
                       "P 600 800\nW 72 72 100 84 12 0 0 Fog\nP 600 800\n",
                       ocr, Language::kUnknown, &notes);
  ASSERT_TRUE(filled.ok()) << filled.status();
  EXPECT_THAT(*filled, StartsWith("M title Lights\nP "));
  EXPECT_THAT(*filled, HasSubstr(" lighthouse\n"));
  EXPECT_THAT(*filled, EndsWith("P 600 800\nW 72 72 100 84 12 0 0 Tide\n"
                                "P 600 800\nP 600 800\nP 600 800\n"
                                "P 600 800\nW 72 72 100 84 12 0 0 Fog\n"
                                "P 600 800\n"));
  std::vector<std::pair<std::string, std::string>> metadata;
  notes.AppendTo(&metadata);
  EXPECT_THAT(metadata,
              Contains(Pair("unread_pages",
                            "pages 3-5, 7: left unread of 5 scanned pages, "
                            "want at most 1")));
}

TEST(OcrTest, ADocumentIsLeftBetweenPagesAndWithinThem) {
  SKIP_WITHOUT("eng");
  const DrawnPage english = DrawPage(English());
  for (const std::string& bytes : {ToScannedPdf({english, english, english}),
                                   ToTiff({english, english, english})}) {
    // Each page asks twice or more often.
    for (const int last : {1, 2, 3, 5}) {
      int asked = 0;
      OcrOptions ocr = Of({Language::kEn});
      ocr.stop = [&asked, last] { return ++asked >= last; };
      EXPECT_EQ(Read(bytes, ocr).status().code(), absl::StatusCode::kCancelled);
      EXPECT_EQ(asked, last);
    }
  }
}

TEST(OcrTest, NoTextIsAnErrorWithAReason) {
  SKIP_WITHOUT("eng");
  DrawnPage blank;
  blank.width = 600;
  blank.height = 400;
  blank.grey.assign(600 * 400, '\xff');
  const auto read = Read(ToPng(blank), Of({Language::kEn}));
  EXPECT_THAT(std::string(read.status().message()),
              HasSubstr("no text was recognised"));
}

std::string BigEndian(uint32_t number) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(number >> shift & 0xFF));
  }
  return out;
}

TEST(OcrTest, ABombIsRefusedByItsSizeBeforeItIsDecoded) {
  std::string png = ToPng(DrawPage({"a"}));
  // The size stands behind the signature, a length and a name; the sum behind
  // it is then wrong, which nobody is to come to.
  png.replace(16, 8, BigEndian(100000) + BigEndian(100000));
  const auto read = Read(png, Of({Language::kEn}));
  EXPECT_EQ(read.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(read.status().message()),
              HasSubstr("100000 x 100000 pixels, want at most"));
}

TEST(OcrTest, ATransparentPageAsLargeAsMayBeIsReadOrRefusedForItsMemory) {
  SKIP_WITHOUT("eng");
  DrawnPage blank;
  blank.width = blank.height = 8888;
  blank.grey.assign(size_t{8888} * 8888, '\xff');
  const std::string png = ToTransparentPng(blank);
  const auto program = FindParser("footnote-ocr");
  ASSERT_TRUE(program.ok()) << program.status();
  ParserLimits limits;
  const auto read = RunParser(*program, png, limits, {"1", "0", "eng"});
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_THAT(*read, StartsWith("O "));
  EXPECT_THAT(*read, HasSubstr("\nP 8888.0 8888.0\n"));
  limits.memory_bytes = size_t{512} << 20;
  const auto refused = RunParser(*program, png, limits, {"1", "0", "eng"});
  ASSERT_TRUE(refused.ok()) << refused.status();
  EXPECT_THAT(*refused,
              StartsWith("E large image: 8888 x 8888 pixels of 4 x 8 bits"));
}

TEST(OcrTest, TransparentIsWhatThePaperShowsThrough) {
  SKIP_WITHOUT("eng");
  const auto read =
      Read(ToTransparentPng(DrawPage(English())), Of({Language::kEn}));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_THAT(read->text, HasSubstr("lighthouse"));
}

TEST(OcrTest, DamagedImagesAreReadOrRefusedWithAReason) {
  SKIP_WITHOUT("eng");
  const DrawnPage drawn = DrawPage({"The lighthouse stood on the rocks."});
  int refused = 0;
  for (const std::string& whole :
       {ToPng(drawn), ToJpeg(drawn), ToTiff({drawn})}) {
    std::vector<std::string> damaged;
    for (const size_t kept : {size_t{12}, whole.size() / 3, whole.size() - 9}) {
      damaged.push_back(whole.substr(0, kept));
    }
    for (const size_t at :
         {size_t{9}, size_t{20}, whole.size() / 2, whole.size() - 30}) {
      damaged.push_back(whole);
      damaged.back()[at] ^= 0x15;
    }
    for (const std::string& bytes : damaged) {
      const auto read = Read(bytes, Of({Language::kEn}));
      if (read.ok()) continue;
      ++refused;
      EXPECT_THAT(std::string(read.status().message()),
                  AnyOf(StartsWith("image: "), StartsWith("parser: "),
                        StartsWith("page 1: ")));
    }
  }
  EXPECT_GE(refused, 9);
}

// Runs a program that writes `lines` as footnote-ocr; what Read says of them.
absl::Status StatusOfLines(const std::string& lines) {
  std::string folder = ::testing::TempDir() + "/parsersXXXXXX";
  EXPECT_NE(mkdtemp(&folder[0]), nullptr);
  const std::string program = folder + "/footnote-ocr";
  std::ofstream(program) << "#!/bin/sh\nprintf '" << lines << "'\n";
  EXPECT_EQ(chmod(program.c_str(), 0700), 0);
  setenv("FOOTNOTE_PARSERS", folder.c_str(), 1);
  ScanReader reader(Of({Language::kEn}), Language::kUnknown);
  const absl::Status status = reader.Read("an image", 1, 1, 0).status();
  unsetenv("FOOTNOTE_PARSERS");
  return status;
}

TEST(OcrTest, OnlyTheLinesOfOnePageAreTakenFromTheProgram) {
  const std::string word = "W 1.0 1.0 9.0 9.0 8.0 0 1 Light\\n";
  const std::string begin = "O 95 eng\\n";
  const std::string page = begin + "P 600.0 800.0\\n";
  EXPECT_EQ(StatusOfLines(page), absl::OkStatus());
  EXPECT_EQ(StatusOfLines(page + word + word), absl::OkStatus());
  EXPECT_EQ(StatusOfLines(page + "R 90\\n" + word), absl::OkStatus());
  for (const std::string& lines :
       {begin, begin + word, page + word + "P 600.0 800.0\\n" + word,
        page + word + "R 90\\n", page + "R 90\\nR 90\\n" + word,
        page + "M title Another\\n" + word, page + "T 1 Heading\\n",
        page + "E damaged image\\n", page + "\\n" + word}) {
    EXPECT_EQ(StatusOfLines(lines).code(), absl::StatusCode::kDataLoss)
        << lines;
  }
}

// The program itself names what is missing.
TEST(OcrTest, DataThatIsNotInstalledIsNamed) {
  const auto program = FindParser("footnote-ocr");
  ASSERT_TRUE(program.ok()) << program.status();
  const auto output = RunParser(*program, ToPng(DrawPage({"Light"})),
                                ParserLimits(), {"1", "0", "xyz,../eng"});
  ASSERT_TRUE(output.ok()) << output.status();
  EXPECT_EQ(*output, "E missing none of the models xyz,../eng\n");
}

}  // namespace
}  // namespace footnote
