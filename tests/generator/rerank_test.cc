#include "generator/rerank.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "base/grpc_status.h"
#include "generator/extractive/extractive_writer.h"
#include "tests/model/encoder/one_word_encoder.h"

namespace footnote {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using AtHome = ExtractiveWriter::AtHome;

bool Never() { return false; }

constexpr char kWords[] =
    "The tower of the lighthouse and the lantern of the tower were painted. "
    "Many towers were painted by the keepers of the lighthouse.";
constexpr char kAnswer[] =
    "Smeaton worked on the rock for years. The lighthouse tower was finished "
    "in 1759.";
constexpr char kNothing[] = "Bread is baked in the morning.";

class RerankTest : public ::testing::Test {
 protected:
  static v1::RerankRequest Question(const std::string& question,
                                    const std::vector<std::string>& texts) {
    v1::RerankRequest request;
    request.set_question(question);
    request.set_language("en");
    for (const std::string& text : texts) {
      v1::Passage* const passage = request.add_passages();
      passage->set_text(text);
      passage->set_language("en");
    }
    return request;
  }

  // The passages' places, best first.
  std::vector<int> Order(const v1::RerankRequest& request) {
    return OrderBy(writer_, request);
  }

  static std::vector<int> OrderBy(const ExtractiveWriter& writer,
                                  const v1::RerankRequest& request) {
    const auto response = Rerank(request, writer, Never);
    EXPECT_EQ(response.status(), absl::OkStatus());
    std::vector<int> order;
    if (!response.ok()) return order;
    for (const auto& result : response->results()) {
      order.push_back(result.index());
    }
    return order;
  }

  std::string Refusal(const v1::RerankRequest& request) {
    const absl::Status status = Rerank(request, writer_, Never).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_EQ(ErrorReason(status), "INVALID_REQUEST");
    return std::string(status.message());
  }

  const ExtractiveWriter writer_{nullptr};
};

TEST_F(RerankTest, APassageWithASentenceThatAnswersGoesBeforeOneWithTheWords) {
  EXPECT_THAT(Order(Question("When was the lighthouse tower finished?",
                             {kWords, kNothing, kAnswer})),
              ElementsAre(2, 0, 1));
}

TEST_F(RerankTest,
       AnAnsweringSentenceOutweighsASlightlyBetterScoreOfTheSearch) {
  v1::RerankRequest request =
      Question("When was the lighthouse tower finished?", {kWords, kAnswer});
  request.mutable_passages(0)->mutable_score()->set_total(12.2);
  request.mutable_passages(1)->mutable_score()->set_total(12.0);
  EXPECT_THAT(Order(request), ElementsAre(1, 0));
  // But not one that is far better.
  request.mutable_passages(0)->mutable_score()->set_total(40);
  EXPECT_THAT(Order(request), ElementsAre(0, 1));
}

TEST_F(RerankTest, ASecondEncoderMovesThePassageThatItFindsNear) {
  v1::RerankRequest request = Question(
      "When was the lighthouse tower finished?",
      {"The lighthouse tower was finished in 1759.",
       "The lighthouse tower was finished in spring, as a diary has it."});
  EXPECT_THAT(Order(request), ElementsAre(0, 1));
  LazyE5 diary(HearsOnly("diary"));
  const ExtractiveWriter thorough(nullptr, &diary, AtHome::kAlways);
  EXPECT_THAT(OrderBy(thorough, request), ElementsAre(1, 0));
  const auto response = Rerank(request, thorough, Never);
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->second_encoder(), "one word/float32");
  EXPECT_EQ(response->second_encoder_sha256(), std::string(32, '\xbb'));
  // Near or not is all the same where no passage has the word.
  LazyE5 bread(HearsOnly("bread"));
  const ExtractiveWriter deaf(nullptr, &bread, AtHome::kAlways);
  EXPECT_THAT(OrderBy(deaf, request), ElementsAre(0, 1));
}

TEST_F(RerankTest, WhereAllIsHeardASecondEncoderHasItsSay) {
  const v1::RerankRequest request = Question(
      "When was the lighthouse tower finished?",
      {"The lighthouse tower was finished in 1759.",
       "The lighthouse tower was finished in spring, as a diary has it."});
  LazyE5 diary(HearsOnly("diary"));
  const ExtractiveWriter writer(nullptr, &diary, AtHome::kHeard);
  EXPECT_THAT(OrderBy(writer, request), ElementsAre(0, 1));
  ASSERT_TRUE(*writer.Hear(request.passages(0), 1, Never));
  EXPECT_THAT(OrderBy(writer, request), ElementsAre(0, 1));
  EXPECT_EQ(Rerank(request, writer, Never)->second_encoder(), "");
  ASSERT_TRUE(*writer.Hear(request.passages(1), 1, Never));
  EXPECT_THAT(OrderBy(writer, request), ElementsAre(1, 0));
  EXPECT_EQ(Rerank(request, writer, Never)->second_encoder(),
            "one word/float32");
}

TEST_F(RerankTest, ASecondEncoderDoesNotMoveWhatIsJudgedByTheSearchAlone) {
  v1::RerankRequest request =
      Question("lighthouse tower finished", {kWords, kAnswer});
  request.mutable_passages(0)->mutable_score()->set_total(12.2);
  request.mutable_passages(1)->mutable_score()->set_total(12.0);
  LazyE5 rock(HearsOnly("rock"));
  const ExtractiveWriter thorough(nullptr, &rock, AtHome::kAlways);
  EXPECT_THAT(OrderBy(thorough, request), ElementsAre(0, 1));
  const auto response = Rerank(request, thorough, Never);
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->second_encoder(), "");
}

TEST_F(RerankTest, WhereNothingIsAskedTheOrderOfTheSearchStands) {
  v1::RerankRequest request =
      Question("lighthouse tower finished", {kWords, kAnswer});
  request.mutable_passages(0)->mutable_score()->set_total(12.2);
  request.mutable_passages(1)->mutable_score()->set_total(12.0);
  EXPECT_THAT(Order(request), ElementsAre(0, 1));
}

TEST_F(RerankTest, AQuestionInAnotherLanguageKeepsTheOrderOfTheSearch) {
  v1::RerankRequest request =
      Question("Wann wurde der lighthouse tower finished?", {kWords, kAnswer});
  request.set_language("de");
  request.mutable_passages(0)->mutable_score()->set_total(12.2);
  request.mutable_passages(1)->mutable_score()->set_total(12.0);
  EXPECT_THAT(Order(request), ElementsAre(0, 1));
}

TEST_F(RerankTest, RelevanceFallsAndIsOneAltogether) {
  const auto response =
      Rerank(Question("When was the lighthouse tower finished?",
                      {kWords, kNothing, kAnswer, kNothing}),
             writer_, Never);
  ASSERT_EQ(response.status(), absl::OkStatus());
  double sum = 0, last = 1;
  for (const auto& result : response->results()) {
    EXPECT_LE(result.relevance(), last);
    EXPECT_GT(result.relevance(), 0);
    last = result.relevance();
    sum += last;
  }
  EXPECT_NEAR(sum, 1, 1e-12);
}

TEST_F(RerankTest, OnlyAsManyComeAsAreWantedAndTheyAreTheBest) {
  v1::RerankRequest request = Question(
      "When was the lighthouse tower finished?", {kWords, kNothing, kAnswer});
  request.set_top_n(1);
  EXPECT_THAT(Order(request), ElementsAre(2));
  request.set_top_n(9);
  EXPECT_EQ(Order(request).size(), 3);
}

TEST_F(RerankTest, PassagesBeyondThoseThatAreReadStayBehindInTheirOrder) {
  std::vector<std::string> texts(102, kNothing);
  texts[99] = kAnswer;
  texts[101] = kAnswer;
  const std::vector<int> order =
      Order(Question("When was the lighthouse tower finished?", texts));
  ASSERT_EQ(order.size(), 102);
  EXPECT_EQ(order[0], 99);
  EXPECT_EQ(order[100], 100);
  EXPECT_EQ(order[101], 101);
}

TEST_F(RerankTest, WithoutAWordToLookForTheOrderStays) {
  EXPECT_THAT(Order(Question("?", {kWords, kNothing, kAnswer})),
              ElementsAre(0, 1, 2));
}

TEST_F(RerankTest, BadRequestsAreRefusedByName) {
  EXPECT_THAT(Refusal(Question("When?", {})), HasSubstr("passages: 0"));
  EXPECT_THAT(Refusal(Question("", {kWords})), HasSubstr("question: 0 bytes"));
  EXPECT_THAT(Refusal(Question("When?", {"\xff"})),
              HasSubstr("passages[0].text: invalid UTF-8 at byte 0"));
  v1::RerankRequest request = Question("When?", {kWords});
  request.set_top_n(-1);
  EXPECT_THAT(Refusal(request), HasSubstr("top_n: -1"));
  request = Question("When?", {kWords});
  request.mutable_passages(0)->mutable_score()->set_total(
      std::numeric_limits<double>::quiet_NaN());
  EXPECT_THAT(Refusal(request), HasSubstr("passages[0].score"));
  request = Question("When?", {kWords});
  request.add_vector(std::numeric_limits<float>::infinity());
  EXPECT_THAT(Refusal(request), HasSubstr("vector[0]"));
  request = Question("When?", std::vector<std::string>(1001, kWords));
  EXPECT_THAT(Refusal(request), HasSubstr("passages: 1001"));
}

TEST_F(RerankTest, ACallerWhoWentAwayEndsIt) {
  EXPECT_TRUE(absl::IsCancelled(
      Rerank(Question("When was the tower finished?", {kAnswer}), writer_, [] {
        return true;
      }).status()));
}

}  // namespace
}  // namespace footnote
