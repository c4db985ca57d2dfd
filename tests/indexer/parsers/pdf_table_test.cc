// Tables of PDF documents that cairo draws, through the real program,
// footnote-pdf.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdio.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "tests/indexer/formats/extracted_checks.h"
#include "tests/indexer/parsers/drawn_table.h"
#include "tests/indexer/parsers/read_apart.h"

namespace footnote {
namespace {

using ::testing::ElementsAreArray;

using Rows = std::vector<std::vector<std::string>>;

struct Table {
  const char* name;
  std::vector<std::string> before;
  Rows rows;
  std::vector<std::string> after;
  bool right_to_left;
};

// Header, then rows with quantities and cells of several lines.
std::vector<Table> Tables() {
  return {
      {"English",
       {"The lights of the coast were counted in the spring of that year, and "
        "the keepers wrote down what they burnt and what it cost them."},
       {{"Lighthouse", "Built", "Oil burnt, litres"},
        {"Eddystone", "1759", "1,204.5"},
        {"Bell Rock with its signal tower on the shore", "1810", "990"},
        {"Skerryvore", "1844", "2,310"}},
       {"No light was lost in the winter that followed, said מגדלור יפו "
        "there."},
       false},
      {"Arabic",
       {"أحصيت منارات الساحل في العام ٢١ الأول بلا سلام في ١٢ منارة وكتب "
        "الحراس ما أنفقوه"},
       {{"المنارة", "السنة", "الزيت"},
        {"بيروت", "1759", "1204"},
        {"صور", "1810", "990"},
        {"عكا القديمة", "1844", "2310"}},
       {"لم تنطفئ منارة في شتاء 1845 كما كتبت Evening Standard في لندن"},
       true},
      {"Hebrew",
       {"המגדלורים של החוף נספרו באביב של אותה שנה"},
       {{"מגדלור", "שנה", "שמן"},
        {"יפו", "1759", "1204"},
        {"עכו העתיקה", "1810", "990"},
        {"חיפה", "1844", "2310"}},
       {"אף אור לא כבה בחורף, כתב New York Times בגיליון 12 שלו"},
       true},
      {"Hindi",
       {"उस वर्ष तट के दीपस्तंभ गिने गए"},
       {{"नाम", "वर्ष", "तेल"},
        {"चेन्नई", "1759", "1204"},
        {"सूरत बंदर", "1810", "990"},
        {"कोलकाता", "1844", "2310"}},
       {"कोई दीप नहीं बुझा"},
       false},
      {"Chinese",
       {"那一年春天清点了海岸的灯塔，守塔人记下了他们烧了多少油。"},
       {{"灯塔", "年份", "用油"},
        {"上海的老灯塔", "1759", "1204"},
        {"大连", "1810", "990"},
        {"青岛", "1844", "2310"}},
       {"那个冬天没有一盏灯熄灭。"},
       false},
      {"Greek",
       {"Οι φάροι της ακτής μετρήθηκαν την άνοιξη εκείνου του χρόνου."},
       {{"Φάρος", "Έτος", "Λάδι"},
        {"Αλεξάνδρεια", "1759", "1204"},
        {"Ρόδος", "1810", "990"},
        {"Πάτρα", "1844", "2310"}},
       {"Κανένα φως δεν έσβησε τον χειμώνα."},
       false},
      {"Russian",
       {"Маяки побережья были сосчитаны весной того года."},
       {{"Маяк", "Год", "Масло"},
        {"Кронштадт", "1759", "1204"},
        {"Толбухин маяк", "1810", "990"},
        {"Осиновецкий", "1844", "2310"}},
       {"Зимой ни один огонь не погас."},
       false},
  };
}

// "Lighthouse: Eddystone | Built: 1759".
std::vector<std::string> Written(const Rows& rows) {
  std::vector<std::string> out;
  for (size_t r = 1; r < rows.size(); ++r) {
    std::string row = "|: ";
    for (size_t c = 0; c < rows[r].size(); ++c) {
      if (rows[r][c].empty()) continue;
      absl::StrAppend(&row, c > 0 ? " | " : "", rows[0][c], ": ", rows[r][c]);
    }
    out.push_back(row);
  }
  return out;
}

class PdfTableTest : public ::testing::TestWithParam<Table> {
 protected:
  static DrawnTable Draw(DrawnRules rules) {
    const Table& table = GetParam();
    TableLook look;
    look.rules = rules;
    look.bold_header = rules == DrawnRules::kGrid;
    look.right_to_left = table.right_to_left;
    return DrawTable(table.before, table.rows, look, table.after);
  }
};

INSTANTIATE_TEST_SUITE_P(Languages, PdfTableTest, ::testing::ValuesIn(Tables()),
                         [](const auto& info) { return info.param.name; });

TEST_P(PdfTableTest, ComesAsRowsThatNameTheirColumns) {
  for (const DrawnRules rules :
       {DrawnRules::kGrid, DrawnRules::kLevel, DrawnRules::kNone}) {
    const DrawnTable drawn = Draw(rules);
    if (!drawn.has_fonts) GTEST_SKIP() << "no font for " << GetParam().name;
    const auto read = ReadApart(drawn.pdf);
    ASSERT_TRUE(read.ok()) << read.status();
    std::vector<std::string> wanted;
    for (const std::string& text : GetParam().before) {
      wanted.push_back(absl::StrCat("p: ", text));
    }
    for (const std::string& row : Written(GetParam().rows)) {
      wanted.push_back(row);
    }
    for (const std::string& text : GetParam().after) {
      wanted.push_back(absl::StrCat("p: ", text));
    }
    EXPECT_THAT(Outline(*read), ElementsAreArray(wanted))
        << static_cast<int>(rules);
  }
}

// The box of a row holds its cells as they were drawn, and the box of the head
// the names beside them.
TEST_P(PdfTableTest, TellsTheBoxOfEachRowAndOfItsHeader) {
  for (const DrawnRules rules :
       {DrawnRules::kGrid, DrawnRules::kLevel, DrawnRules::kNone}) {
    const DrawnTable drawn = Draw(rules);
    if (!drawn.has_fonts) GTEST_SKIP() << "no font for " << GetParam().name;
    const auto read = ReadApart(drawn.pdf);
    ASSERT_TRUE(read.ok()) << read.status();
    size_t row = 1;
    for (const Block& block : read->blocks) {
      if (block.kind != BlockKind::kTableRow) continue;
      ASSERT_LT(row, drawn.rows.size());
      const std::string& place = read->places[block.place - 1];
      int page;
      DrawnCell box, head;
      ASSERT_EQ(sscanf(place.c_str(),
                       "page=%d&box=%lf,%lf,%lf,%lf&head=%lf,%lf,%lf,%lf",
                       &page, &box.x0, &box.y0, &box.x1, &box.y1, &head.x0,
                       &head.y0, &head.x1, &head.y1),
                9)
          << place;
      EXPECT_EQ(page, 1);
      EXPECT_EQ(block.line, 1u);
      for (const auto& [outer, cells] : {std::make_pair(box, drawn.rows[row]),
                                         std::make_pair(head, drawn.rows[0])}) {
        for (const DrawnCell& cell : cells) {
          // Ink of accents may rise out of a font's line.
          EXPECT_LE(outer.x0, cell.x0 + 1) << place << " " << cell.text;
          EXPECT_LE(outer.y0, cell.y0 + 2) << place << " " << cell.text;
          EXPECT_GE(outer.x1, cell.x1 - 1) << place << " " << cell.text;
          EXPECT_GE(outer.y1, cell.y1 - 2) << place << " " << cell.text;
        }
      }
      // And no other row's.
      EXPECT_GE(box.y0, drawn.rows[row - 1][1].y1 - 4);
      ++row;
    }
    EXPECT_EQ(row, drawn.rows.size());
  }
}

// But for the names that stand before each cell, the words are those of the
// page, each as often as there.
TEST_P(PdfTableTest, NoWordIsLostOrDoubled) {
  for (const DrawnRules rules :
       {DrawnRules::kGrid, DrawnRules::kLevel, DrawnRules::kNone}) {
    const DrawnTable drawn = Draw(rules);
    if (!drawn.has_fonts) GTEST_SKIP() << "no font for " << GetParam().name;
    const auto read = ReadApart(drawn.pdf);
    ASSERT_TRUE(read.ok()) << read.status();
    std::map<std::string, int> words;
    const auto count = [&words](const std::string& text, int by) {
      for (const absl::string_view word :
           absl::StrSplit(text, ' ', absl::SkipEmpty())) {
        if (word != "|") words[std::string(word)] += by;
      }
    };
    for (const Block& block : read->blocks) {
      count(read->text.substr(block.span.begin, block.span.size()), 1);
    }
    const Table& table = GetParam();
    for (const std::string& text : table.before) count(text, -1);
    for (const std::string& text : table.after) count(text, -1);
    for (size_t r = 1; r < table.rows.size(); ++r) {
      for (size_t c = 0; c < table.rows[r].size(); ++c) {
        count(absl::StrCat(table.rows[0][c], ": "), -1);
        count(table.rows[r][c], -1);
      }
    }
    for (const auto& word : words) EXPECT_EQ(word.second, 0) << word.first;
  }
}

// Of words alone, without a line on the page.
TEST(PdfTablesOfWordsTest, ComeAsRowsWithoutLines) {
  const std::pair<Rows, bool> tables[] = {
      {{{"Task", "Owner", "Deputy"},
        {"Backups", "Anna Berg", "Jonas Weil"},
        {"Key rotation", "Mary Okafor", "Li Wei"},
        {"Door access", "Front desk", "Anna Berg"}},
       false},
      {{{"المهمة", "المسؤول", "النائب"},
        {"النسخ", "ليلى حداد", "عمر ناصر"},
        {"المفاتيح", "سامي خوري", "ليلى حداد"},
        {"الدخول", "عمر ناصر", "سامي خوري"}},
       true},
      {{{"事项", "负责人", "代理人"},
        {"备份", "王伟", "李娜"},
        {"密钥轮换", "张敏", "刘洋"},
        {"门禁", "陈静", "王伟"}},
       false},
      {{{"Задача", "Ответственный", "Заместитель"},
        {"Копии", "Анна Берг", "Иван Петров"},
        {"Ключи", "Мария Орлова", "Анна Берг"},
        {"Доступ", "Иван Петров", "Мария Орлова"}},
       false}};
  for (const auto& [rows, right_to_left] : tables) {
    for (const bool bold : {false, true}) {
      TableLook look;
      look.rules = DrawnRules::kNone;
      look.bold_header = bold;
      look.right_to_left = right_to_left;
      const DrawnTable drawn = DrawTable({}, rows, look, {});
      if (!drawn.has_fonts) continue;
      // No bold face of Han is at hand.
      const bool named = bold && rows[0][0] != "事项";
      const auto read = ReadApart(drawn.pdf);
      ASSERT_TRUE(read.ok()) << read.status();
      std::vector<std::string> wanted;
      if (named) {
        wanted = Written(rows);
      } else {
        for (const std::vector<std::string>& row : rows) {
          wanted.push_back(absl::StrCat("|: ", absl::StrJoin(row, " | ")));
        }
      }
      EXPECT_THAT(Outline(*read), ElementsAreArray(wanted)) << bold;
    }
  }
}

}  // namespace
}  // namespace footnote
