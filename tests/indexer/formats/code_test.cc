#include "indexer/formats/code.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/indexer/formats/extracted_checks.h"

namespace footnote {
namespace {

using ::testing::ElementsAre;

TEST(CodeTest, KeepsIndentationAndCountsLines) {
  const auto read = ExtractCode(
      "int main() {\n\n\tif (x) {\r\n    return 1;  \n\t}\n}\n", {});
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(BrokenPromise(*read), "");
  EXPECT_THAT(Outline(*read),
              ElementsAre("$: int main() {", "$: \tif (x) {",
                          "$:     return 1;", "$: \t}", "$: }"));
  std::vector<uint32_t> lines;
  for (const Block& block : read->blocks) lines.push_back(block.line);
  EXPECT_THAT(lines, ElementsAre(1, 3, 4, 5, 6));
  EXPECT_EQ(read->format, Format::kCode);
}

TEST(CodeTest, KnowsLanguagesByName) {
  EXPECT_EQ(ProgrammingLanguageOf("src/lamp.cc"), "C++");
  EXPECT_EQ(ProgrammingLanguageOf("Lamp.PY"), "Python");
  EXPECT_EQ(ProgrammingLanguageOf("a/Makefile"), "Make");
  EXPECT_EQ(ProgrammingLanguageOf("lamp.txt"), "");
  EXPECT_EQ(ProgrammingLanguageOf("page.html"), "");
  EXPECT_EQ(ProgrammingLanguageOf(".c"), "");
  EXPECT_EQ(ProgrammingLanguageOf(""), "");
}

}  // namespace
}  // namespace footnote
