#include "generator/follow_up.h"

#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/grpc_status.h"
#include "generator/extractive/extractive_writer.h"
#include "generator/followup/rewrite.h"
#include "generator/modelled/shelf.h"
#include "gtest/gtest.h"
#include "tests/generator/scripted_model.h"
#include "text/analyzer.h"
#include "text/language.h"

namespace footnote {
namespace {

Turns Said(const std::string& question, const std::string& answer) {
  Turns turns;
  v1::Turn* turn = turns.Add();
  turn->set_role("user");
  turn->set_content(question);
  turn = turns.Add();
  turn->set_role("assistant");
  turn->set_content(answer);
  return turns;
}

std::string ByRule(const std::string& before, const std::string& question,
                   const std::string& language) {
  Analyzer analyzer;
  return RewriteByRule(Said(before, "31"), question, *ParseLanguage(language),
                       &analyzer);
}

// A question, one that leans on it, the name that it lacks, and a question of
// its own.
struct Talk {
  const char* language;
  const char* question;
  const char* follow_up;
  const char* name;
  const char* other;
};
constexpr Talk kTalks[] = {
    {"ar", "ما ارتفاع منارة سكاغن؟", "ومتى بنيت؟", "منارة",
     "ما عاصمة النرويج وكم عدد سكانها؟"},
    {"cs", "Jak vysoký je maják Skagen?", "A kdy byl postaven?", "maják",
     "Kolik obyvatel má hlavní město Norska?"},
    {"de", "Wie hoch ist der Leuchtturm von Skagen?", "Wann wurde er gebaut?",
     "Leuchtturm", "Wie viele Einwohner hat die Hauptstadt Norwegens?"},
    {"el", "Πόσο ψηλός είναι ο φάρος του Σκάγκεν;", "Και πότε χτίστηκε;",
     "φάρος", "Πόσους κατοίκους έχει η πρωτεύουσα της Νορβηγίας;"},
    {"en", "How high is the lighthouse of Skagen?", "When was it built?",
     "lighthouse", "How many people live in the capital of Norway?"},
    {"es", "¿Qué altura tiene el faro de Skagen?", "¿Y cuándo se construyó?",
     "faro", "¿Cuántos habitantes tiene la capital de Noruega?"},
    {"fa", "ارتفاع فانوس دریایی اسکاگن چقدر است؟", "و کی ساخته شد؟", "فانوس",
     "پایتخت نروژ چند نفر جمعیت دارد؟"},
    {"fr", "Quelle est la hauteur du phare de Skagen ?",
     "Et quand a-t-il été construit ?", "phare",
     "Combien d'habitants compte la capitale de la Norvège ?"},
    {"he", "מה גובה המגדלור של סקאגן?", "ומתי נבנה?", "המגדלור",
     "כמה תושבים יש בבירת נורווגיה?"},
    {"hi", "स्कागेन का प्रकाशस्तंभ कितना ऊँचा है?", "और कब बना?", "प्रकाशस्तंभ",
     "नॉर्वे की राजधानी में कितने लोग रहते हैं?"},
    {"id", "Berapa tinggi mercusuar Skagen?", "Dan kapan dibangun?",
     "mercusuar", "Berapa jumlah penduduk ibu kota Norwegia?"},
    {"it", "Quanto è alto il faro di Skagen?", "E quando è stato costruito?",
     "faro", "Quanti abitanti ha la capitale della Norvegia?"},
    {"ja", "スカーゲン灯台の高さはどのくらいですか？",
     "それはいつ建てられましたか？", "灯台",
     "ノルウェーの首都の人口はどのくらいですか？"},
    {"ko", "스카겐 등대의 높이는 얼마인가요?", "그럼 언제 지어졌나요?", "등대",
     "노르웨이 수도의 인구는 얼마인가요?"},
    {"nl", "Hoe hoog is de vuurtoren van Skagen?", "En wanneer is die gebouwd?",
     "vuurtoren", "Hoeveel inwoners heeft de hoofdstad van Noorwegen?"},
    {"pl", "Jak wysoka jest latarnia Skagen?", "A kiedy ją zbudowano?",
     "latarnia", "Ilu mieszkańców ma stolica Norwegii?"},
    {"pt", "Qual é a altura do farol de Skagen?", "E quando foi construído?",
     "farol", "Quantos habitantes tem a capital da Noruega?"},
    {"ro", "Ce înălțime are farul din Skagen?", "Și când a fost construit?",
     "farul", "Câți locuitori are capitala Norvegiei?"},
    {"ru", "Какой высоты маяк Скаген?", "А когда его построили?", "маяк",
     "Сколько жителей в столице Норвегии?"},
    {"tr", "Skagen deniz feneri ne kadar yüksek?", "Peki ne zaman yapıldı?",
     "feneri", "Norveç'in başkentinde kaç kişi yaşıyor?"},
    {"uk", "Яка висота маяка Скаген?", "А коли його збудували?", "маяка",
     "Скільки жителів у столиці Норвегії?"},
    {"vi", "Ngọn hải đăng Skagen cao bao nhiêu?", "Nó được xây khi nào?",
     "Skagen", "Thủ đô của Na Uy có bao nhiêu dân?"},
    {"zh", "斯卡恩灯塔有多高？", "它是什么时候建的？", "灯塔",
     "挪威首都有多少人口？"},
};

TEST(RewriteByRuleTest, CarriesTheNameIn23Languages) {
  static_assert(sizeof(kTalks) / sizeof(kTalks[0]) == 23, "one each");
  for (const Talk& talk : kTalks) {
    const std::string rewritten =
        ByRule(talk.question, talk.follow_up, talk.language);
    EXPECT_TRUE(absl::StrContains(rewritten, talk.name))
        << talk.language << ": " << rewritten;
    EXPECT_TRUE(absl::EndsWith(rewritten, talk.follow_up)) << rewritten;
  }
}

TEST(RewriteByRuleTest, LeavesQuestionsOfTheirOwnIn23Languages) {
  for (const Talk& talk : kTalks) {
    EXPECT_EQ(ByRule(talk.question, talk.other, talk.language), talk.other)
        << talk.language;
    EXPECT_EQ(ByRule(talk.other, talk.question, talk.language), talk.question)
        << talk.language;
  }
}

TEST(RewriteByRuleTest, EnglishCases) {
  const std::string before = "How high is the lighthouse of Skagen?";
  EXPECT_EQ(ByRule(before, "When was it built?", "en"),
            "lighthouse Skagen: When was it built?");
  // It asks the same of another.
  EXPECT_TRUE(absl::StrContains(
      ByRule(before, "And the one in Hirtshals?", "en"), "high"));
  EXPECT_EQ(ByRule(before, "What is photosynthesis?", "en"),
            "What is photosynthesis?");
  EXPECT_EQ(ByRule(before, "Is the museum in Oslo open when it rains?", "en"),
            "Is the museum in Oslo open when it rains?");
  EXPECT_TRUE(absl::StrContains(ByRule(before, "Why?", "en"), "Skagen"));
}

// As long as questions may be, and as many.
TEST(RewriteByRuleTest, OfALongConversationNoMoreIsReadThanIsCarriedOn) {
  std::string long_turn = "and";
  for (int i = 0; long_turn.size() < 99000; ++i) {
    absl::StrAppend(&long_turn, " word", i);
  }
  Turns history;
  for (int i = 0; i < 100; ++i) {
    v1::Turn* const turn = history.Add();
    turn->set_role("user");
    turn->set_content(long_turn);
  }
  Analyzer analyzer;
  const absl::Time begin = absl::Now();
  RewriteByRule(history, "And how high is it?", Language::kEn, &analyzer);
  EXPECT_LT(absl::Now() - begin, absl::Seconds(3));
}

TEST(RewriteByRuleTest, LooksBackPastOtherFollowUps) {
  Turns history = Said("How high is the lighthouse of Skagen?", "31 metres");
  const Turns next = Said("When was it built?", "In 1858.");
  history.MergeFrom(next);
  Analyzer analyzer;
  const std::string rewritten =
      RewriteByRule(history, "By whom?", Language::kEn, &analyzer);
  EXPECT_TRUE(absl::StrContains(rewritten, "Skagen")) << rewritten;
}

class RewriteFollowUpTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::RewriteResponse> Rewrite(const std::string& says,
                                              v1::RewriteRequest request) {
    Script script = CommandScript();
    script.next = {{"<|CHATBOT_TOKEN|>", "<|START_RESPONSE|>"},
                   {"<|START_RESPONSE|>", says},
                   {says, "<|END_RESPONSE|>"}};
    const std::string folder = absl::StrCat(::testing::TempDir(), "/follow");
    WriteScriptedModel(folder, "m", script);
    const ExtractiveWriter extractive(nullptr);
    LanguageModels models(folder, EngineOptions());
    ModelShelf shelf(&models, &extractive, nullptr, ModelWriterOptions());
    return RewriteFollowUp(request, &shelf, [] { return false; });
  }

  static v1::RewriteRequest Request(const std::string& question) {
    v1::RewriteRequest request;
    *request.mutable_history() =
        Said("How high is the lighthouse of Skagen?", "31 metres");
    request.set_question(question);
    request.set_language("en");
    request.set_writer("m");
    return request;
  }
};

TEST_F(RewriteFollowUpTest, TakesWhatTheModelWritesWhereItKeepsTheNames) {
  const std::string good = "When was the lighthouse of Skagen built?";
  const auto response = Rewrite(good, Request("When was it built?"));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->question(), good);
  EXPECT_EQ(response->by(), "m");
  EXPECT_TRUE(response->rewritten());
}

TEST_F(RewriteFollowUpTest, RefusesNamesThatWereNeverSaid) {
  const auto response = Rewrite("When was the Eiffel tower built?",
                                Request("When was it built?"));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->by(), kRewriteRule);
  EXPECT_EQ(response->question(), "lighthouse Skagen: When was it built?");
}

TEST_F(RewriteFollowUpTest, AsksNoModelWhereTheQuestionStandsAlone) {
  const std::string question = "How many people live in the capital of Norway?";
  const auto response =
      Rewrite("When was the lighthouse of Skagen built?", Request(question));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->question(), question);
  EXPECT_FALSE(response->rewritten());
  v1::RewriteRequest first = Request("When was it built?");
  first.clear_history();
  EXPECT_FALSE(Rewrite("x", first)->rewritten());
}

TEST_F(RewriteFollowUpTest, WrongRequestsAreNamed) {
  v1::RewriteRequest request = Request("a");
  request.mutable_history(0)->set_role("system");
  const absl::Status status = Rewrite("x", request).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "history[0].role"));
  EXPECT_TRUE(absl::IsInvalidArgument(Rewrite("x", Request("")).status()));
}

}  // namespace
}  // namespace footnote
