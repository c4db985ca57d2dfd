#include "generator/modelled/align.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "proto/footnote/v1/generator.pb.h"

namespace footnote {
namespace {

v1::GenerateRequest Request(const std::string& question,
                            const std::vector<std::string>& texts) {
  v1::GenerateRequest request;
  request.set_question(question);
  for (const std::string& text : texts) {
    v1::Passage* passage = request.add_passages();
    passage->set_text(text);
    passage->mutable_span()->set_end(text.size());
  }
  return request;
}

class AlignTest : public testing::Test {
 protected:
  Alignment Align(const v1::GenerateRequest& request,
                  const std::string& sentence,
                  Language language = Language::kEn) {
    return Aligner(request.question(), Texts(request), language, &analyzer_)
        .Align(sentence);
  }

  static std::vector<absl::string_view> Texts(
      const v1::GenerateRequest& request) {
    std::vector<absl::string_view> texts;
    for (const v1::Passage& passage : request.passages()) {
      texts.push_back(passage.text());
    }
    return texts;
  }

  // The claim of the best shared words; they are the same in the passage.
  static std::string Claim(const v1::GenerateRequest& request,
                           const std::string& sentence,
                           const Alignment& alignment) {
    if (alignment.shared.empty()) return "";
    const SharedWords& best = alignment.shared[0];
    const std::string claim =
        sentence.substr(best.claim.begin, best.claim.size());
    EXPECT_EQ(claim, request.passages(best.passage)
                         .text()
                         .substr(best.evidence.begin, best.evidence.size()));
    return claim;
  }

  Analyzer analyzer_;
};

const char kTower[] =
    "The lighthouse was lit in 1859. It is 31 metres high and made of granite.";

TEST_F(AlignTest, FindsTheWordsThatAreTheSame) {
  const auto request =
      Request("How high is the lighthouse?", {"Ships passed by.", kTower});
  const std::string sentence = "The height is 31 metres high.";
  const Alignment alignment =
      Align(request, "It is 31 metres high, made of granite.");
  EXPECT_EQ(alignment.verdict, v1::FOUND);
  EXPECT_EQ(alignment.shared[0].passage, 1);
  const Alignment other = Align(request, sentence);
  EXPECT_EQ(other.verdict, v1::FOUND);
  EXPECT_NE(Claim(request, sentence, other).find("31 metres"),
            std::string::npos);
}

TEST_F(AlignTest, ANumberThatIsNowhereIsNotFound) {
  const auto request = Request("How high?", {kTower});
  EXPECT_EQ(Align(request, "It is 32 metres high and made of granite.").verdict,
            v1::NOT_FOUND);
}

TEST_F(AlignTest, OtherWordsAreNotFound) {
  const auto request = Request("Who built it?", {kTower});
  EXPECT_EQ(Align(request, "Stevenson built it for the navy.").verdict,
            v1::NOT_FOUND);
  EXPECT_EQ(Align(request, "Yes.").verdict, v1::NOT_FOUND);
  EXPECT_EQ(Align(request, "").verdict, v1::NOT_FOUND);
}

TEST_F(AlignTest, WhatOnlyTwoPassagesSayTogetherIsStitched) {
  const auto request =
      Request("What?", {"Granite quarries closed.", "Herons nest there."});
  EXPECT_EQ(Align(request, "Granite quarries where herons nest.").verdict,
            v1::STITCHED);
}

TEST_F(AlignTest, KnowsWordsWithoutSpaces) {
  const auto request = Request("灯塔有多高？", {"灯塔建于1859年。它高31米。"});
  const std::string sentence = "灯塔高31米。";
  const Alignment alignment = Align(request, sentence, Language::kZh);
  EXPECT_EQ(alignment.verdict, v1::FOUND);
  EXPECT_NE(Claim(request, sentence, alignment).find("31"), std::string::npos);
}

TEST_F(AlignTest, LooksOnlyWhereItMay) {
  const auto request = Request("How high?", {kTower, "Nothing here."});
  Analyzer analyzer;
  const Aligner aligner(request.question(), Texts(request), Language::kEn,
                        &analyzer);
  EXPECT_EQ(aligner.Align("It is 31 metres high.", {1}).verdict, v1::NOT_FOUND);
  EXPECT_EQ(aligner.Align("It is 31 metres high.", {0, 7, -1}).verdict,
            v1::FOUND);
}

TEST_F(AlignTest, FreshWordsAreThoseThatTheQuestionDoesNotHave) {
  const v1::GenerateRequest request = Request("How high is the tower?", {});
  const Aligner aligner(request.question(), {}, Language::kEn, &analyzer_);
  EXPECT_EQ(aligner.FreshShare("The tower is high.", "The tower is high."), 0);
  EXPECT_EQ(aligner.FreshShare("The tower has 31 metres.", "31 metres"), 1);
  EXPECT_EQ(aligner.FreshShare("The tower has 31 metres.", "31 feet"), 0.5);
  EXPECT_EQ(aligner.FreshShare("", "31 feet"), 0);
}

TEST_F(AlignTest, ATextOfNoWordsIsHeldByAny) {
  const v1::GenerateRequest request = Request("How high is the tower?", {});
  const Aligner aligner(request.question(), {}, Language::kEn, &analyzer_);
  EXPECT_EQ(aligner.Share("…", "31 metres"), 1);
  EXPECT_EQ(aligner.Share("The tower: 31 metres.", "31 towers"), 2.0 / 3);
}

}  // namespace
}  // namespace footnote
