#include "eval/quality/qa.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "eval/quality/dataset.h"
#include "gateway/config.h"
#include "gateway/embedded.h"

namespace footnote {
namespace {

using testing::HasSubstr;

// A data folder of two languages whose first context is the same paragraph.
class QaTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = absl::StrCat(
        testing::TempDir(), "/",
        testing::UnitTest::GetInstance()->current_test_info()->name());
    ASSERT_TRUE(MakeFolder(folder_ + "/qa").ok());
    Context("en", "c1",
            "The lighthouse was lit in 1859. It is 31 metres high.");
    Context("en", "c2",
            "Green tea is made with water of seventy degrees. Black tea is "
            "made with boiling water.");
    Context("de", "c1",
            "Der Leuchtturm wurde 1859 entzündet. Er ist 31 Meter hoch.");
    Context("de", "c2",
            "Grüner Tee wird mit Wasser von siebzig Grad aufgegossen, "
            "schwarzer mit kochendem.");
    Question("en", "c1", "When was the lighthouse lit?", "1859", true);
    Question("en", "c2", "With which water is black tea made?", "boiling",
             true);
    Question("en", "c1", "Who composed the symphony for the orchestra?", "",
             false);
    Question("de", "c1", "Wie hoch ist der Leuchtturm?", "31 Meter", true);
    Write();
    context_.quiet = true;
    context_.open_store = [](const std::string& store) {
      v1::Config config;
      config.set_store(store);
      config.mutable_encoder()->set_path("none");
      return OpenEmbedded(WithDefaults(config));
    };
  }

  void Context(const std::string& language, const std::string& id,
               const std::string& text) {
    contexts_[language] += nlohmann::json{{"context_id", id},
                                          {"lang", language},
                                          {"source", "XQuAD"},
                                          {"title", "A title"},
                                          {"text", text}}
                               .dump() +
                           "\n";
  }

  void Question(const std::string& language, const std::string& context,
                const std::string& question, const std::string& answer,
                bool answerable) {
    std::vector<std::string> answers;
    if (answerable) answers.push_back(answer);
    questions_[language] +=
        nlohmann::json{{"id", question},          {"context_id", context},
                       {"lang", language},        {"source", "XQuAD"},
                       {"question", question},    {"answers", answers},
                       {"answerable", answerable}}
            .dump() +
        "\n";
  }

  void Write() {
    for (const auto& [language, lines] : contexts_) {
      const std::string stem = absl::StrCat(folder_, "/qa/", language);
      ASSERT_TRUE(WriteFileAtomically(stem + ".contexts.jsonl", lines).ok());
      ASSERT_TRUE(
          WriteFileAtomically(stem + ".questions.jsonl", questions_[language])
              .ok());
    }
  }

  nlohmann::json Measure(const QaOptions& options) {
    const auto report = MeasureQa(options, context_);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? nlohmann::json::parse(report->ToJson())
                       : nlohmann::json();
  }

  std::string folder_;
  CliContext context_;
  std::map<std::string, std::string> contexts_, questions_;
};

TEST_F(QaTest, MeasuresWhatTheRoomsAnswer) {
  QaOptions options;
  options.folder = folder_;
  const nlohmann::json report = Measure(options);
  const nlohmann::json& english = report["languages"]["en"];
  EXPECT_EQ(english["questions"], 3);
  EXPECT_EQ(english["hit_at_1"], 1.);
  EXPECT_EQ(english["mrr_at_10"], 1.);
  EXPECT_EQ(english["contains"], 1.);
  EXPECT_EQ(english["citation_exact"], 1.);
  EXPECT_EQ(english["abstain_right"], 1.);
  EXPECT_EQ(english["abstain_wrong"], 0.);
  EXPECT_GT(english["chars"], 10.);
  EXPECT_GT(english["p99_ms"], 0.);
  EXPECT_GE(english["p99_ms"], english["p50_ms"]);
}

TEST_F(QaTest, LanguagesRestrictTheQuestionsAndNotTheCollection) {
  QaOptions options;
  options.folder = folder_;
  options.languages = {"de"};
  const nlohmann::json report = Measure(options);
  EXPECT_EQ(report["languages"].size(), 1u);
  EXPECT_EQ(report["languages"]["de"]["hit_at_1"], 1.);
  EXPECT_TRUE(report["languages"]["de"]["abstain_right"].is_null());
  EXPECT_TRUE(report["mean"]["abstain_right"].is_null());
}

TEST_F(QaTest, AcrossLanguagesWhetherAnAnswerIsRightIsNotScored) {
  QaOptions options;
  options.folder = folder_;
  options.crosslingual = "en";
  const nlohmann::json report = Measure(options);
  ASSERT_EQ(report["languages"].size(), 1u);
  const nlohmann::json& german = report["languages"]["de"];
  EXPECT_EQ(german["questions"], 1);
  EXPECT_FALSE(german["hit_at_5"].is_null());
  EXPECT_TRUE(german["contains"].is_null());
  EXPECT_FALSE(german["abstain_wrong"].is_null());
  EXPECT_FALSE(german["p50_ms"].is_null());
}

TEST_F(QaTest, KeepsStoreAndQuestionsAndAsksNothing) {
  QaOptions options;
  options.folder = folder_;
  options.keep = folder_ + "/kept";
  ASSERT_TRUE(MakeFolder(options.keep).ok());
  EXPECT_TRUE(Measure(options)["languages"].empty());
  EXPECT_TRUE(std::filesystem::is_directory(options.keep + "/store"));
  const auto lines = ReadFile(options.keep + "/questions.jsonl");
  ASSERT_TRUE(lines.ok()) << lines.status();
  EXPECT_EQ(std::count(lines->begin(), lines->end(), '\n'), 4);
  const auto first = nlohmann::json::parse(lines->substr(0, lines->find('\n')));
  EXPECT_EQ(first["language"], "de");
  EXPECT_EQ(first["document"], "de/c1");
  EXPECT_EQ(first["answerable"], true);
  // A second time there would be two collections in one.
  EXPECT_TRUE(absl::IsAlreadyExists(MeasureQa(options, context_).status()));
}

TEST_F(QaTest, AnUnknownLanguageIsRefused) {
  QaOptions options;
  options.folder = folder_;
  options.languages = {"xx"};
  const absl::Status status = MeasureQa(options, context_).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("xx"));
}

}  // namespace
}  // namespace footnote
