#include "text/compounds.h"

#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "text/fold.h"
#include "text/language.h"
#include "text/language_table.h"

namespace footnote {
namespace {

struct Row {
  const char* name;
  Compounds compounds;
  const char* word;
  const char* parts;
};

constexpr Row kRows[] = {
    {"TwoNouns", Compounds::kGerman, "Haustür", "haus|tur"},
    {"LinkingS", Compounds::kGerman, "Versicherungsvertrag",
     "versicherung|vertrag"},
    {"LinkingN", Compounds::kGerman, "Straßenbahn", "strasse|bahn"},
    {"UnknownModifier", Compounds::kGerman, "Debianpaket", "debian|paket"},
    {"InflectedHead", Compounds::kGerman, "Haustüren", "haus|turen"},
    {"ThreeParts", Compounds::kGerman, "Weltmeisterschaftsspiel",
     "welt|meisterschaft|spiel"},
    {"ShortWord", Compounds::kGerman, "Baum", ""},
    {"SimpleWord", Compounds::kGerman, "Universität", ""},
    {"ListedWhole", Compounds::kGerman, "Krankenhaus", ""},
    {"Verb", Compounds::kGerman, "arbeiten", ""},
    {"Parliament", Compounds::kGerman, "Parlament", ""},
    {"DutchNouns", Compounds::kDutch, "ziekenhuisbed", "ziekenhuis|bed"},
    {"DutchLinkingS", Compounds::kDutch, "verkiezingsuitslag",
     "verkiezing|uitslag"},
    {"DutchSimple", Compounds::kDutch, "belangrijk", ""},
    {"None", Compounds::kNone, "Haustür", ""},
};

class CompoundsRowTest : public testing::TestWithParam<Row> {};

TEST_P(CompoundsRowTest, AreTakenApart) {
  const std::string word = Fold(GetParam().word, Language::kDe);
  std::vector<absl::string_view> parts;
  SplitCompound(GetParam().compounds, word, &parts);
  EXPECT_EQ(absl::StrJoin(parts, "|"), GetParam().parts);
}

INSTANTIATE_TEST_SUITE_P(Words, CompoundsRowTest, testing::ValuesIn(kRows),
                         [](const testing::TestParamInfo<Row>& info) {
                           return info.param.name;
                         });

TEST(CompoundsTest, HaveAtMostThreeParts) {
  std::string word;
  for (int i = 0; i < 20; ++i) {
    word.append("haus");
    std::vector<absl::string_view> parts;
    SplitCompound(Compounds::kGerman, word, &parts);
    EXPECT_LE(parts.size(), 3);
  }
}

TEST(CompoundsTest, TakeAnyBytes) {
  for (const std::string& word :
       {std::string(59, '\xFF'), std::string(200, 's'), std::string(12, '\0'),
        std::string("haus\xC3haus\xBC")}) {
    std::vector<absl::string_view> parts;
    SplitCompound(Compounds::kDutch, word, &parts);
    SplitCompound(Compounds::kGerman, word, &parts);
  }
}

}  // namespace
}  // namespace footnote
