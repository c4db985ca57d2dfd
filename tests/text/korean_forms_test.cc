#include "text/korean_forms.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace footnote {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<std::string> FormsOf(const std::string& word) {
  std::vector<std::string> forms;
  OtherKoreanForms(word, &forms);
  return forms;
}

TEST(KoreanFormsTest, GivesTheLikeliestFormFirst) {
  const std::vector<std::string> forms = FormsOf("찍나요");
  ASSERT_GE(forms.size(), 2u);
  EXPECT_EQ(forms[0], "찍습니다");
  EXPECT_EQ(forms[1], "찍는다");
}

TEST(KoreanFormsTest, GivesEachFormOnceAndNeverTheWordItself) {
  for (const std::string word : {"찍나요", "파나요", "검토했나요", "걸러"}) {
    std::vector<std::string> forms = FormsOf(word);
    EXPECT_LE(forms.size(), kMostKoreanForms);
    EXPECT_THAT(forms, Not(Contains(word)));
    std::sort(forms.begin(), forms.end());
    EXPECT_EQ(std::unique(forms.begin(), forms.end()), forms.end()) << word;
  }
}

TEST(KoreanFormsTest, GivesThoseOfEveryVerbThatAWordMayBeOf) {
  const std::vector<std::string> forms = FormsOf("파나요");
  EXPECT_THAT(forms, Contains("판다"));    // of both
  EXPECT_THAT(forms, Contains("팠다"));    // digs
  EXPECT_THAT(forms, Contains("팔았다"));  // sells
}

TEST(KoreanFormsTest, GivesFewFormsOfWhatMayBeNoVerb) {
  // "차는" may be a car, and "차고" a garage.
  EXPECT_THAT(FormsOf("차는"), Not(Contains("차고")));
  EXPECT_THAT(FormsOf("차나요"), Contains("차고"));
}

TEST(KoreanFormsTest, GivesNoneOfWhatIsNotAllHangul) {
  for (const std::string word : {"", "나", "read나요", "3나요", "\xff나요",
                                 "찍나요?", "ㅏㅏ", "가가가가가가가가가나요"}) {
    EXPECT_THAT(FormsOf(word), IsEmpty()) << word;
  }
}

TEST(KoreanFormsTest, TellsWhereAnEndingBegins) {
  const auto stem = [](const std::string& word) {
    return word.substr(0, KoreanStemBytes(word));
  };
  EXPECT_EQ(stem("찍나요"), "찍");
  EXPECT_EQ(stem("만들었나요"), "만들");
  EXPECT_EQ(stem("옮기나요"), "옮기");
  EXPECT_EQ(stem("바꿨습니까"), "바");
  EXPECT_EQ(stem("누구입니까"), "누구");
  for (const std::string noun :
       {"창고", "명세서", "제도", "편지", "어머니", "하나", "세탁기", "책은",
        "회의는", "USB", ""}) {
    EXPECT_EQ(stem(noun), noun);
  }
}

TEST(KoreanFormsTest, SurvivesEverySyllableBeforeEveryEnding) {
  for (char32_t c = 0xAC00; c <= 0xD7A3; ++c) {
    const std::string syllable = {static_cast<char>(0xE0 | c >> 12),
                                  static_cast<char>(0x80 | (c >> 6 & 0x3F)),
                                  static_cast<char>(0x80 | (c & 0x3F))};
    for (const char* ending : {"", "나요", "서", "은", "다"}) {
      for (const std::string& form : FormsOf(syllable + ending)) {
        ASSERT_EQ(form.size() % 3, 0u) << form;
        for (size_t at = 0; at < form.size(); at += 3) {
          const std::string letter = form.substr(at, 3);
          ASSERT_GE(letter, "가") << syllable + ending;
          ASSERT_LE(letter, "힣") << syllable + ending;
        }
      }
    }
  }
}

}  // namespace
}  // namespace footnote
