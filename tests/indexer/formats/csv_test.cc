#include "indexer/formats/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/indexer/formats/extracted_checks.h"

namespace footnote {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

Extracted Read(absl::string_view utf8, char separator = 0) {
  const absl::StatusOr<Extracted> read = ExtractCsv(utf8, separator, {});
  EXPECT_TRUE(read.ok()) << read.status();
  if (!read.ok()) return Extracted();
  EXPECT_EQ(BrokenPromise(*read), "");
  return *read;
}

TEST(CsvTest, PutsTheNameOfItsColumnBesideEachCell) {
  const Extracted table = Read(
      "Light,Built,Keeper\r\nEddystone,1759,\"Smeaton, John\"\r\n\r\n"
      "\"Bell\nRock\",1810,\"Said \"\"no\"\"\"\r\n,1844,\r\n");
  EXPECT_THAT(
      Outline(table),
      ElementsAre("|: Light: Eddystone | Built: 1759 | Keeper: Smeaton, John",
                  "|: Light: Bell Rock | Built: 1810 | Keeper: Said \"no\"",
                  "|: Built: 1844"));
  EXPECT_EQ(table.format, Format::kCsv);
  EXPECT_EQ(table.blocks[1].line, 4);
  EXPECT_EQ(table.blocks[2].line, 6);
  EXPECT_EQ(table.places[table.blocks[1].place - 1], "row=3");
}

TEST(CsvTest, ARowOfNumbersNamesNothing) {
  EXPECT_THAT(Outline(Read("1,2,3\n4,5,6\n7,8,9\n")),
              ElementsAre("|: 1 | 2 | 3", "|: 4 | 5 | 6", "|: 7 | 8 | 9"));
}

TEST(CsvTest, TakesRowsOfAnyLengthAndAQuoteThatNeverEnds) {
  EXPECT_THAT(Outline(Read("a,b\n1\n1,2,3\n\"open,\n", ',')),
              ElementsAre("|: a: 1", "|: a: 1 | b: 2 | 3", "|: a: open,"));
}

TEST(CsvTest, NamesThatNothingFollowsAreARow) {
  EXPECT_THAT(Outline(Read("a,b\n,\n", ',')), ElementsAre("|: a | b"));
  EXPECT_THAT(Outline(Read(",\na,b\n", ',')), ElementsAre("|: a | b"));
}

int64_t MostMemoryBytes() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return int64_t{usage.ru_maxrss} << 10;
}

// As a sheet has them of which some column far to the right was used once.
TEST(CsvTest, EmptyCellsTakeLittleMemory) {
  for (const size_t row : {size_t{16} << 20, size_t{16384}}) {
    std::string sheet = "a,b\n";
    while (sheet.size() < 16 << 20) sheet += std::string(row - 1, ',') + "x\n";
    const int64_t before = MostMemoryBytes();
    EXPECT_FALSE(Read(sheet, ',').text.empty());
    EXPECT_LT(MostMemoryBytes() - before, int64_t{300} << 20) << row;
  }
}

TEST(DetectSeparatorTest, KnowsTablesFromProse) {
  EXPECT_EQ(DetectSeparator("a;b\n1;2\n3;4\n"), ';');
  EXPECT_EQ(DetectSeparator("a\tb\n1\t2\n3\t4\n"), '\t');
  EXPECT_EQ(DetectSeparator("a,b,c\n1,2,3\n4,5,6\n"), ',');
  EXPECT_EQ(DetectSeparator("id;text, with commas, here\n1;a, b, c\n2;d, e, "
                            "f\n3;x\n"),
            ';');
  EXPECT_EQ(DetectSeparator("Dear Ann,\nthe tea, the milk,\nand all.\n"), 0);
  EXPECT_EQ(DetectSeparator("Red, green\nblue, black\nwhite, grey\n"), 0);
  EXPECT_EQ(DetectSeparator("a,b,c\n1,2,3\n"), 0) << "too few rows to tell";
  EXPECT_EQ(DetectSeparator(""), 0);
}

}  // namespace
}  // namespace footnote
