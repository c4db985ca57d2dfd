#include "generator/extractive/candidates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace footnote {
namespace extractive {
namespace {

SourcePassage Passage(absl::string_view text, Language language) {
  SourcePassage passage;
  passage.text = text;
  passage.language = language;
  return passage;
}

std::string TextOf(absl::string_view text, TextSpan span) {
  return std::string(text.substr(span.begin, span.size()));
}

TEST(CandidatesTest, TakesSentencesListItemsAndCommandLines) {
  constexpr char kText[] =
      "Mount the disk. Then check it.\napt install nginx\n- item one";
  Analyzer analyzer;
  const Question question =
      ReadQuestion("install nginx", Language::kEn, Language::kEn, &analyzer);
  const Candidates found =
      FindCandidates(question, {Passage(kText, Language::kEn)}, 450, &analyzer);
  ASSERT_EQ(found.items.size(), 4u);
  EXPECT_EQ(TextOf(kText, found.items[0].span), "Mount the disk.");
  EXPECT_EQ(TextOf(kText, found.items[2].span), "apt install nginx");
  EXPECT_EQ(found.items[2].strength, std::vector<float>({1, 1}));
  EXPECT_EQ(found.items[0].strength, std::vector<float>({0, 0}));
  EXPECT_EQ(found.items[3].ordinal, 3u);
  EXPECT_EQ(found.items[3].count, 4u);
}

TEST(CandidatesTest, ASentenceMayBeginWithANameOfTwoWords) {
  Analyzer analyzer;
  const Question question = ReadQuestion(
      "Who was the first leader?", Language::kEn, Language::kEn, &analyzer);
  const auto new_names = [&](const char* text) {
    return FindCandidates(question, {Passage(text, Language::kEn)}, 450,
                          &analyzer)
        .items[0]
        .new_capitalised;
  };
  EXPECT_EQ(new_names("Ian Murdock, its founder, was that leader."), 2);
  EXPECT_EQ(new_names("After Ian Murdock came Bruce Perens."), 4);
  // A capital that every sentence begins with tells nothing.
  EXPECT_EQ(new_names("Elected by all, Perens was next."), 1);
  EXPECT_EQ(new_names("The Perens of that time was next."), 1);
  EXPECT_EQ(new_names("Leader Perens was next."), 1);
}

TEST(CandidatesTest, TellsAShortSentenceFromAScrap) {
  Analyzer analyzer;
  const Question question = ReadQuestion("When does it open?", Language::kEn,
                                         Language::kEn, &analyzer);
  const auto is_sentence = [&](const char* text, Language language) {
    return FindCandidates(question, {Passage(text, language)}, 450, &analyzer)
        .items[0]
        .is_sentence;
  };
  EXPECT_TRUE(is_sentence("It opens at nine.", Language::kEn));
  EXPECT_TRUE(is_sentence("यह नौ बजे खुलता है।", Language::kHi));
  EXPECT_TRUE(is_sentence("九点开门。", Language::kZh));
  EXPECT_FALSE(is_sentence("Opening hours", Language::kEn));
  EXPECT_FALSE(is_sentence("Nine sharp.", Language::kEn));
}

TEST(CandidatesTest, SeesWhatIsNewInASentence) {
  constexpr char kText[] = "In 1923 the library of Lyon had 40 rooms.";
  Analyzer analyzer;
  const Question question =
      ReadQuestion("When did the library have 40 rooms?", Language::kEn,
                   Language::kEn, &analyzer);
  const Candidates found =
      FindCandidates(question, {Passage(kText, Language::kEn)}, 450, &analyzer);
  ASSERT_EQ(found.items.size(), 1u);
  EXPECT_TRUE(found.items[0].has_new_number);
  EXPECT_TRUE(found.items[0].has_new_year);
  EXPECT_EQ(found.items[0].new_capitalised, 1);  // Lyon
  EXPECT_GT(found.items[0].number_distance, 0);
}

TEST(CandidatesTest, FindsNothingNewWhereTheQuestionHasTheNumber) {
  constexpr char kText[] = "The library had ٤٠ rooms.";
  Analyzer analyzer;
  const Question question = ReadQuestion(
      "Which library had 40 rooms?", Language::kEn, Language::kEn, &analyzer);
  const Candidates found =
      FindCandidates(question, {Passage(kText, Language::kEn)}, 450, &analyzer);
  EXPECT_FALSE(found.items[0].has_new_number);
}

TEST(CandidatesTest, KnowsADateInAnotherNotation) {
  constexpr char kText[] =
      "The fire drill of 31 March 2026 is over. The next is on 30 March.";
  Analyzer analyzer;
  for (const char* const date : {"31.03.2026", "2026-03-31", "3/31/2026"}) {
    const Question question =
        ReadQuestion(absl::StrCat("How many came on ", date, "?"),
                     Language::kEn, Language::kEn, &analyzer);
    ASSERT_EQ(question.dates.size(), 1);
    ASSERT_FALSE(question.dates[0].terms.empty());
    SourcePassage passage = Passage(kText, Language::kEn);
    passage.headings = {"Drills", "2026/03/31"};
    const Candidates found =
        FindCandidates(question, {passage}, 450, &analyzer);
    ASSERT_EQ(found.items.size(), 2u);
    for (const uint32_t term : question.dates[0].terms) {
      EXPECT_EQ(found.items[0].strength[term], 1) << date;
      EXPECT_GE(found.items[0].position[term], 0);
      EXPECT_EQ(found.heading_strength[0][term], 1);
    }
    // It is what was asked with.
    EXPECT_FALSE(found.items[0].has_new_number);
    EXPECT_TRUE(found.items[1].has_new_number);
  }
}

TEST(CandidatesTest, WhatADateSaysBeyondTheQuestionsIsNews) {
  Analyzer analyzer;
  const auto has_new = [&](const char* asked, const char* text) {
    const Question question =
        ReadQuestion(asked, Language::kEn, Language::kEn, &analyzer);
    EXPECT_EQ(question.dates.size(), 1) << asked;
    const Candidate found =
        FindCandidates(question, {Passage(text, Language::kEn)}, 450, &analyzer)
            .items[0];
    return std::make_pair(found.has_new_number, found.has_new_year);
  };
  EXPECT_EQ(has_new("When in March 2026 is it?", "It is on 31 March 2026."),
            std::make_pair(true, false));
  EXPECT_EQ(has_new("When in March 2026 is it?", "It is on 2026-03-31."),
            std::make_pair(true, false));
  EXPECT_EQ(has_new("In which year was 31 March it?", "It was 31 March 1998."),
            std::make_pair(true, true));
  EXPECT_EQ(has_new("What is on 31 March 2026?", "It is in March 2026."),
            std::make_pair(false, false));
}

TEST(CandidatesTest, OfAQuestionThatIsTooLongForAllTheLastHasNoNext) {
  std::string asked;
  for (int i = 0; i < 20000; ++i) absl::StrAppend(&asked, "w", i, " ");
  std::string text;
  for (int i = 0; i < 600; ++i) absl::StrAppend(&text, "This is it. ");
  Analyzer analyzer;
  const Question question =
      ReadQuestion(asked, Language::kEn, Language::kEn, &analyzer);
  const Candidates found =
      FindCandidates(question, {Passage(text, Language::kEn)}, 450, &analyzer);
  ASSERT_FALSE(found.items.empty());
  ASSERT_LT(found.items.size(), 600u);
  for (const Candidate& candidate : found.items) {
    ASSERT_EQ(candidate.count, found.items.size());
  }
}

// Whether the one sentence of `text` has a number in words for `question`.
bool HasNumberWord(absl::string_view question, absl::string_view text,
                   Language language) {
  Analyzer analyzer;
  const Question asked = ReadQuestion(question, language, language, &analyzer);
  const Candidates found =
      FindCandidates(asked, {Passage(text, language)}, 450, &analyzer);
  return found.items.size() == 1 && found.items[0].has_number_word;
}

TEST(CandidatesTest, SeesNumbersInWords) {
  EXPECT_TRUE(HasNumberWord("How many countries?", "Nine countries lie there.",
                            Language::kEn));
  EXPECT_TRUE(HasNumberWord("Сколько мячей?", "Он завладел четырьмя мячами.",
                            Language::kRu));
  EXPECT_TRUE(
      HasNumberWord("Kaç oyuncu?", "Dört oyuncu seçildi.", Language::kTr));
  EXPECT_TRUE(HasNumberWord("有多少人？", "三分之二的人口。", Language::kZh));
  EXPECT_TRUE(
      HasNumberWord("何人いますか", "会員は五人である。", Language::kJa));
}

TEST(CandidatesTest, TakesNoArticleForANumber) {
  EXPECT_FALSE(HasNumberWord("Wie viele?", "Es ist ein Haus.", Language::kDe));
  EXPECT_FALSE(HasNumberWord("有多少人？", "一般的人。", Language::kZh));
}

TEST(CandidatesTest, SeesNoNewNumberWordWhereTheQuestionHasIt) {
  EXPECT_FALSE(HasNumberWord("What did nine countries sign?",
                             "Nine countries signed it.", Language::kEn));
  EXPECT_FALSE(
      HasNumberWord("五人は何をしますか", "五人が歌う。", Language::kJa));
}

TEST(CutAtClausesTest, CutsLongSentencesAtCommas) {
  std::string text;
  for (int i = 0; i < 12; ++i) {
    text += "this is clause number " + std::to_string(i) +
            " of a sentence that never ends, ";
  }
  text += "or does it.";
  std::vector<TextSpan> parts;
  CutAtClauses(text, {0, static_cast<uint32_t>(text.size())}, 300, &parts);
  ASSERT_GT(parts.size(), 1u);
  std::string joined;
  for (const TextSpan& part : parts) {
    const std::string piece = TextOf(text, part);
    EXPECT_LE(piece.size(), 300u);
    EXPECT_NE(piece.front(), ' ');
    EXPECT_NE(piece.back(), ' ');
    joined += (joined.empty() ? "" : " ") + piece;
  }
  EXPECT_EQ(joined, text);
}

TEST(CutAtClausesTest, LeavesWhatHasNoClause) {
  const std::string text(1000, 'x');
  std::vector<TextSpan> parts;
  CutAtClauses(text, {0, 1000}, 300, &parts);
  EXPECT_THAT(parts, ::testing::ElementsAre(TextSpan{0, 1000}));
}

TEST(CutAtClausesTest, DoesNotCutNumbers) {
  std::string text = std::string(100, 'a') + " 1,500 " + std::string(100, 'b');
  std::vector<TextSpan> parts;
  CutAtClauses(text, {0, static_cast<uint32_t>(text.size())}, 150, &parts);
  EXPECT_EQ(parts.size(), 1u);
}

TEST(ReadingLengthTest, CountsHanMoreThanLetters) {
  EXPECT_EQ(ReadingLength("abc"), 3);
  EXPECT_DOUBLE_EQ(ReadingLength("图书"), 4.4);
  EXPECT_EQ(ReadingLength("ÄÖÜ"), 3);
}

// What the only sentence of a text holds of the question's term number `term`.
float Held(const std::string& question, size_t term,
           const std::vector<std::string>& texts, Language language) {
  Analyzer analyzer;
  const Question read = ReadQuestion(question, language, language, &analyzer);
  std::vector<SourcePassage> passages;
  for (const std::string& text : texts) {
    passages.push_back(Passage(text, language));
  }
  return FindCandidates(read, passages, 450, &analyzer).items[0].strength[term];
}

TEST(CandidatesTest, KnowsWhatTheQuestionHasShort) {
  // 農水 is no word of the dictionary, 東大 is one.
  EXPECT_EQ(Held("農水省", 0, {"農林水産省の庁舎"}, Language::kJa), 0.5f);
  EXPECT_EQ(Held("東大", 0, {"東京大学の門"}, Language::kJa), 0.5f);
  EXPECT_EQ(Held("北大在哪里", 0, {"北京大学位于海淀区"}, Language::kZh), 0.5f);
  EXPECT_EQ(Held("東大", 0, {"東京の大学"}, Language::kJa), 0);
}

TEST(CandidatesTest, TakesAWordForShortOnlyWhereNobodyHasIt) {
  EXPECT_EQ(Held("東大", 0, {"東京大学の門", "東大の門"}, Language::kJa), 0);
  EXPECT_EQ(
      Held("農水省", 0, {"農林水産省の庁舎", "農水省の庁舎"}, Language::kJa),
      0.5f);
}

TEST(CandidatesTest, KnowsTheShortFormOfWhatTheQuestionSpellsOut) {
  EXPECT_EQ(Held("日本銀行", 0, {"日銀の本店"}, Language::kJa), 0.5f);
  EXPECT_EQ(Held("日本銀行", 0, {"先日の銀行"}, Language::kJa), 0);
}

// Of many, in the order of the text: each stands for its own two words.
TEST(CandidatesTest, TakesSlipsForTheWordUnlessTheyAreVeryMany) {
  Analyzer analyzer;
  SourcePassage passage;
  passage.text = "The warranty is two years.";
  passage.language = Language::kEn;
  const auto strength = [&](int others) {
    std::string text = "Tell me how long is";
    for (int i = 0; i < others; ++i) {
      absl::StrAppend(&text, " quux", std::string(1, 'a' + i / 26),
                      std::string(1, 'a' + i % 26));
    }
    const Question question = ReadQuestion(
        text + " the waranty?", Language::kEn, Language::kEn, &analyzer);
    const Candidates found =
        FindCandidates(question, {passage}, 450, &analyzer);
    for (size_t t = 0; t < question.terms.size(); ++t) {
      if (question.terms[t].word == "waranty") {
        return found.items[0].strength[t];
      }
    }
    return -1.0f;
  };
  EXPECT_EQ(strength(0), 0.5f);
  EXPECT_EQ(strength(20), 0.5f);
  EXPECT_EQ(strength(600), 0.0f);
}

TEST(CandidatesTest, KnowsTheShortFormOfEachOfManyWords) {
  Analyzer analyzer;
  std::string text;
  for (int i = 0; i < 500; ++i) text += "東京大学、農林水産、";
  text += "日本銀行";
  const Question question =
      ReadQuestion(text, Language::kJa, Language::kJa, &analyzer);
  const auto texts_of = [&](const std::string& short_form) {
    std::vector<Token> tokens;
    analyzer.Analyze(short_form, Language::kJa, &tokens);
    std::vector<std::string> texts;
    for (const Token& token : tokens) {
      if (token.channel != kChannelBigram) continue;
      for (const TermMatch& match : question.matches.at(token.key)) {
        const TextSpan span = question.terms[match.term].span;
        texts.push_back(text.substr(span.begin, span.size()));
      }
    }
    return texts;
  };
  EXPECT_THAT(texts_of("東大"), ::testing::ElementsAre("東京", "京大", "大学"));
  EXPECT_THAT(texts_of("日銀"), ::testing::ElementsAre("日本", "本銀", "銀行"));
}

// Both as long as a caller may send them: each has a number for each.
TEST(CandidatesTest, OfVeryManySentencesAndWordsThereAreAsManyAsMemoryHolds) {
  std::string asked;
  for (int i = 0; i < 20000; ++i) absl::StrAppend(&asked, "w", i, "x ");
  std::string text;
  for (int i = 0; i < 10000; ++i) absl::StrAppend(&text, "It is w", i, "x. ");
  Analyzer analyzer;
  const Question question =
      ReadQuestion(asked, Language::kEn, Language::kEn, &analyzer);
  ASSERT_GE(question.terms.size(), 20000u);
  const SourcePassage passage = Passage(text, Language::kEn);
  const Candidates found =
      FindCandidates(question, {passage, passage}, 450, &analyzer);
  EXPECT_GT(found.items.size(), 100u);
  EXPECT_LT(found.items.size(), 1000u);
  EXPECT_EQ(found.heading_strength.size(), 2u);
  EXPECT_GE(found.items[7].strength[7], 1);
}

TEST(CandidatesTest, KnowsWhatAHeadingSpellsOut) {
  Analyzer analyzer;
  const Question question =
      ReadQuestion("農水省", Language::kJa, Language::kJa, &analyzer);
  SourcePassage passage = Passage("庁舎は霞が関にある。", Language::kJa);
  passage.headings = {"農林水産省"};
  const Candidates found = FindCandidates(question, {passage}, 450, &analyzer);
  EXPECT_EQ(found.heading_strength[0][0], 0.5f);
}

}  // namespace
}  // namespace extractive
}  // namespace footnote
