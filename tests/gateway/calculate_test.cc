#include "gateway/tools/calculate.h"

#include <gtest/gtest.h>

#include <string>

namespace footnote {
namespace {

TEST(CalculateTest, KnowsArithmetic) {
  const struct {
    const char* expression;
    const char* text;
  } cases[] = {
      {"1 + 2 * 3", "1 + 2 * 3 = 7"},
      {"(1 + 2) * 3", "(1 + 2) * 3 = 9"},
      {"2 ^ 3 ^ 2", "2 ^ 3 ^ 2 = 512"},
      {"-2 ^ 2", "-2 ^ 2 = -4"},
      {"10 / 4", "10 / 4 = 2.5"},
      {"31 * 3.28084", "31 * 3.28084 = 101.70604 (101.7)"},
      {"40% * 200", "40% * 200 = 80"},
      {"round(2.5) + abs(-1)", "round(2.5) + abs(-1) = 4"},
      {"max(1, 7, 3) - min(2, 1)", "max(1, 7, 3) - min(2, 1) = 6"},
      {"sqrt(2)", "sqrt(2) = 1.41421356 (1.4)"},
      {"2e3 \xc3\x97 2 \xc3\xb7 4 \xe2\x88\x92 1",
       "2e3 \xc3\x97 2 \xc3\xb7 4 \xe2\x88\x92 1 = 999"},
      {"1e20", "1e20 = 1e+20"},
      {"0.1 + 0.2", "0.1 + 0.2 = 0.3"},
      {"ln(e) + log10(100)", "ln(e) + log10(100) = 3"},
  };
  for (const auto& test : cases) {
    const auto text = CalculatedText(test.expression);
    ASSERT_TRUE(text.ok()) << test.expression << ": " << text.status();
    EXPECT_EQ(*text, test.text);
  }
}

TEST(CalculateTest, SaysWhatIsWrong) {
  for (const std::string expression :
       {std::string(), std::string("1 +"), std::string("(1"),
        std::string("1 2"), std::string("system(1)"), std::string("sqrt(1, 2)"),
        std::string("1;2"), std::string("0x10"), std::string(2000, '1'),
        std::string(500, '('), "1" + std::string(900, '^')}) {
    EXPECT_EQ(Calculate(expression).status().code(),
              absl::StatusCode::kInvalidArgument)
        << expression.substr(0, 40);
  }
  for (const char* expression :
       {"1 / 0", "1 / (2 - 2)", "9^9^9", "sqrt(-1)", "ln(0)"}) {
    EXPECT_EQ(Calculate(expression).status().code(),
              absl::StatusCode::kOutOfRange)
        << expression;
  }
}

}  // namespace
}  // namespace footnote
