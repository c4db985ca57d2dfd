#include "indexer/formats/rtf_escapes.h"

#include <gtest/gtest.h>

#include <string>

namespace footnote {
namespace {

TEST(RtfEscapesTest, WritesOneStandInForEveryCharacter) {
  const struct {
    const char* rtf;
    const char* plain;
  } kRows[] = {
      {"Gr\\u252?e", "Gr\\u252\\'3fe"},
      {"Gr\\u252\\'fce", "Gr\\u252\\'3fe"},
      {"Gr\\u252 ?e", "Gr\\u252\\'3fe"},
      {"{\\uc0 a\\u252 e}\\u252?e", "{\\uc1 a\\u252\\'3fe}\\u252\\'3fe"},
      {"\\uc2\\u20809\\'8c\\'f5x", "\\uc1 \\u20809\\'3fx"},
      {"\\u-3000?x", "\\u-3000\\'3fx"},
      {"{\\u252}?", "{\\u252\\'3f}?"},
      {"\\ul text\\ulnone\\par", "\\ul text\\ulnone\\par"},
      {"\\bin4 \\u1?x", "\\bin4 \\u1?x"},
      {"a\\{\\u1?\\}\\\\u1?", "a\\{\\u1\\'3f\\}\\\\u1?"},
      {"\\", "\\"},
      {"\\u", "\\u"},
      {"\\u5", "\\u5\\'3f"},
      {"}}}\\u5?", "}}}\\u5\\'3f"},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(WithPlainEscapes(row.rtf), row.plain) << row.rtf;
  }
}

}  // namespace
}  // namespace footnote
