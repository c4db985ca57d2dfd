#include "generator/extractive/kind.h"

#include <gtest/gtest.h>

namespace footnote {
namespace extractive {
namespace {

constexpr char kDocument[] = "in/tickets.jsonl#T-1042";

TEST(KindTest, IsWhatTheFileOfANamedLineIsCalled) {
  EXPECT_EQ(KindOf("What is ticket T-1042 about?", "T-1042", kDocument),
            "tickets");
  EXPECT_EQ(KindOf("t-1042?", "T-1042", "tickets#T-1042"), "tickets");
  EXPECT_EQ(KindOf("チケットT-1042は何ですか", "T-1042", kDocument), "tickets");
  EXPECT_EQ(KindOf("Article 40018", "40018", "a.b/articles.de.jsonl#40018"),
            "articles");
}

TEST(KindTest, IsNoneWhereTheQuestionNamesAnother) {
  EXPECT_EQ(KindOf("What is ticket T-10421 about?", "T-1042", kDocument), "");
  EXPECT_EQ(KindOf("What is ticket AT-1042 about?", "T-1042", kDocument), "");
  EXPECT_EQ(KindOf("What is ticket T-1043 about?", "T-1042", kDocument), "");
  EXPECT_EQ(KindOf("", "T-1042", kDocument), "");
}

TEST(KindTest, IsNoneOfWhatIsNoIdOfALine) {
  EXPECT_EQ(KindOf("What of 2024?", "2024", "reports/2024.txt"), "");
  EXPECT_EQ(KindOf("What of 2024?", "2024", "2024"), "");
  EXPECT_EQ(KindOf("What is returns about?", "returns", "faq.jsonl#returns"),
            "");
  EXPECT_EQ(KindOf("What is it?", "", "tickets.jsonl#"), "");
}

}  // namespace
}  // namespace extractive
}  // namespace footnote
