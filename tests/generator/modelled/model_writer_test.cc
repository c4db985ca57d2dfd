// With a scripted model, and the small real one where $FOOTNOTE_MODELS has it.
#include "generator/modelled/model_writer.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "generator/citation/verify.h"
#include "generator/extractive/extractive_writer.h"
#include "tests/generator/scripted_model.h"
#include "tests/model/encoder/one_word_encoder.h"

namespace footnote {
namespace {

constexpr char kModel[] = "SmolLM2-135M-Instruct";

v1::GenerateRequest Request() {
  v1::GenerateRequest request;
  request.set_question("How high is the lighthouse?");
  request.set_language("en");
  v1::Passage* passage = request.add_passages();
  passage->set_text(
      "The lighthouse was lit in 1859. The lighthouse is 31 metres high.");
  passage->mutable_span()->set_end(passage->text().size());
  passage->mutable_span()->set_end_code_point(passage->text().size());
  passage->mutable_source()->set_collection("c");
  passage->mutable_source()->set_document("d");
  passage->mutable_source()->set_version(1);
  return request;
}

TEST(ModelWriterTest, EverySentenceOfSmolLM2IsCited) {
  const char* const folder = getenv("FOOTNOTE_MODELS");
  const std::string path = std::string(folder == nullptr ? "" : folder) + "/" +
                           kModel + ".Q4_1.gguf";
  struct stat info;
  if (stat(path.c_str(), &info) != 0) {
    GTEST_SKIP() << "no " << path << "; tools/models pull " << kModel;
  }
  const ExtractiveWriter extractive(nullptr);
  const auto model = LanguageModel::Open(path, {});
  ASSERT_TRUE(model.ok()) << model.status();
  const Dialect dialect(**model);
  const ModelWriter writer(model->get(), &dialect, &extractive, nullptr, {});
  const v1::GenerateRequest request = Request();
  auto draft = writer.Write(request, [] { return false; });
  ASSERT_TRUE(draft.ok()) << draft.status();
  ASSERT_GE(draft->writing().rounds_size(), 1);
  EXPECT_LE(draft->writing().rounds_size(), 2);
  EXPECT_GT(draft->writing().rounds(0).prompt_tokens(), 0);
  ASSERT_FALSE(draft->citations().empty());
  EXPECT_EQ(KeepOnlyFound(request.passages(), &*draft), 0);
  EXPECT_NE(draft->text().find("31"), std::string::npos) << draft->text();
  // Greedy: the same again.
  const auto again = writer.Write(request, [] { return false; });
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->text(), draft->text());
}

class ScriptedWriterTest : public ::testing::Test {
 protected:
  ScriptedWriterTest() : extractive_(nullptr) {}

  // Says `first`, and `second` when it is told what was wrong.
  void Says(const std::string& first, const std::string& second) {
    Script script = CommandScript();
    script.next = {{"<|CHATBOT_TOKEN|>", "<|START_RESPONSE|>"},
                   {"<|AFTER_1|>", "<|START_RESPONSE|>"},
                   {"<|AGAIN|>", second},
                   {second, "<|END_RESPONSE|>"},
                   {"<|START_RESPONSE|>", first},
                   {first, "<|END_RESPONSE|>"}};
    Open(script);
  }

  // The same of a model that was not trained to cite.
  void SaysPlainly(const std::string& first, const std::string& second) {
    Script script = TaggedScript();
    script.next.insert(script.next.end(),
                       {{"<|CHATBOT_TOKEN|>", first}, {"<|AGAIN|>", second}});
    Open(script);
  }

  void Open(const Script& script) {
    const std::string folder = ::testing::TempDir() + "/writer";
    WriteScriptedModel(folder, "m", script);
    auto model = LanguageModel::Open(folder + "/m", {});
    ASSERT_TRUE(model.ok()) << model.status();
    model_ = *std::move(model);
    dialect_ = std::make_unique<Dialect>(*model_);
    writer_ = std::make_unique<ModelWriter>(model_.get(), dialect_.get(),
                                            &extractive_, nullptr,
                                            ModelWriterOptions());
  }

  v1::Draft Write(const v1::GenerateRequest& request) {
    auto draft = writer_->WriteStreamed(
        request, [] { return false; },
        [this](absl::string_view text,
               const std::vector<v1::Citation>& citations) {
          shown_.emplace_back(std::string(text), citations.size());
          return true;
        });
    EXPECT_TRUE(draft.ok()) << draft.status();
    return draft.ok() ? *draft : v1::Draft();
  }

  const ExtractiveWriter extractive_;
  std::unique_ptr<LanguageModel> model_;
  std::unique_ptr<Dialect> dialect_;
  std::unique_ptr<ModelWriter> writer_;
  std::vector<std::pair<std::string, size_t>> shown_;
};

TEST_F(ScriptedWriterTest, RevisesWithTheVerdictsAndTellsEachRound) {
  Says("The moon is made of cheese.",
       "The lighthouse is <co>31 metres high</co: 0:[0]>.");
  const v1::GenerateRequest request = Request();
  v1::Draft draft = Write(request);
  EXPECT_EQ(draft.text(), "The lighthouse is 31 metres high.");
  EXPECT_EQ(draft.writer(), "m");
  EXPECT_EQ(KeepOnlyFound(request.passages(), &draft), 0);
  const v1::Writing& writing = draft.writing();
  ASSERT_EQ(writing.rounds_size(), 2);
  EXPECT_EQ(writing.rounds(0).draft(), "The moon is made of cheese.");
  ASSERT_EQ(writing.rounds(0).sentences_size(), 1);
  EXPECT_EQ(writing.rounds(0).sentences(0).verdict(), v1::NOT_FOUND);
  EXPECT_FALSE(writing.rounds(0).sentences(0).kept());
  EXPECT_EQ(writing.rounds(1).sentences(0).verdict(), v1::FOUND);
  EXPECT_TRUE(writing.rounds(1).sentences(0).kept());
  EXPECT_EQ(writing.fallback_reason(), "");
  ASSERT_EQ(writing.shown_size(), 1);
  EXPECT_EQ(writing.shown(0).document(), "d");
  EXPECT_EQ(draft.model(), "m");
  EXPECT_EQ(draft.model_sha256().size(), 32u);
  EXPECT_EQ(draft.tokenizer_sha256().size(), 32u);
  EXPECT_NE(draft.tokenizer_sha256(), draft.model_sha256());
  EXPECT_EQ(draft.prompt_sha256(), writing.rounds(0).prompt_sha256());
  EXPECT_NE(draft.prompt_sha256(), writing.rounds(1).prompt_sha256());
  EXPECT_EQ(draft.sampling().mode(), "greedy");
}

TEST_F(ScriptedWriterTest, DropsWhatStaysUnsupported) {
  Says("The lighthouse is 31 metres high. The moon is made of cheese.",
       "Cheese it is.");
  const v1::Draft draft = Write(Request());
  EXPECT_EQ(draft.text(), "The lighthouse is 31 metres high.");
  ASSERT_EQ(draft.writing().rounds_size(), 2);
  EXPECT_TRUE(draft.writing().rounds(0).sentences(0).kept());
  EXPECT_FALSE(draft.writing().rounds(0).sentences(1).kept());
}

TEST_F(ScriptedWriterTest, FallsBackWithAReasonWhenNothingIsLeft) {
  Says("The moon is made of cheese.", "It is cheese all through.");
  const v1::Draft draft = Write(Request());
  EXPECT_EQ(draft.writer(), extractive_.name());
  EXPECT_EQ(draft.model(), "m");
  EXPECT_EQ(draft.writing().rounds_size(), 2);
  EXPECT_NE(draft.writing().fallback_reason().find("no sentence of 2 drafts"),
            std::string::npos)
      << draft.writing().fallback_reason();
  EXPECT_NE(draft.text().find("31"), std::string::npos);
}

TEST_F(ScriptedWriterTest, WithoutMarksTheSentenceItRestsOnIsQuoted) {
  SaysPlainly("Its height is 31 metres.", "Never asked.");
  v1::GenerateRequest request = Request();
  v1::Draft draft = Write(request);
  EXPECT_EQ(draft.text(),
            "Its height is 31 metres. The lighthouse is 31 metres high.");
  EXPECT_EQ(draft.writer(), "m");
  EXPECT_EQ(draft.writing().rounds(0).draft(), "Its height is 31 metres.");
  ASSERT_EQ(draft.citations_size(), 2);
  const v1::Citation& quoted = draft.citations(1);
  EXPECT_EQ(quoted.sources(0).quote(), "The lighthouse is 31 metres high.");
  EXPECT_EQ(quoted.answer_span().begin(), 25u);
  EXPECT_EQ(quoted.answer_span().end(), draft.text().size());
  EXPECT_EQ(KeepOnlyFound(request.passages(), &draft), 0);
  EXPECT_EQ(draft.citations_size(), 2);
}

TEST_F(ScriptedWriterTest, WhatTheAnswerHasIsNotQuotedAgain) {
  SaysPlainly("The lighthouse is 31 metres high.", "Never asked.");
  const v1::Draft draft = Write(Request());
  EXPECT_EQ(draft.text(), "The lighthouse is 31 metres high.");
  EXPECT_EQ(draft.citations_size(), 1);
}

TEST_F(ScriptedWriterTest, WhatTheAnswerLeavesAWordOutOfIsQuoted) {
  SaysPlainly("The lighthouse is 31 metres.", "Never asked.");
  EXPECT_EQ(Write(Request()).text(),
            "The lighthouse is 31 metres. The lighthouse is 31 metres high.");
}

TEST_F(ScriptedWriterTest, WhatAnswersAsWellIsQuotedToo) {
  SaysPlainly("Its height is 31 metres.", "Never asked.");
  v1::GenerateRequest request = Request();
  const std::string other = "The lighthouse is 40 metres high.";
  v1::Passage* const passage = request.add_passages();
  *passage = request.passages(0);
  passage->set_text(other);
  passage->mutable_span()->set_end(other.size());
  passage->mutable_span()->set_end_code_point(other.size());
  passage->mutable_source()->set_document("e");
  const std::string first =
      "Its height is 31 metres. The lighthouse is 31 metres high.";
  v1::Draft draft = Write(request);
  EXPECT_EQ(draft.text(), first + " " + other);
  ASSERT_EQ(draft.citations_size(), 3);
  EXPECT_EQ(draft.citations(2).sources(0).quote(), other);
  EXPECT_EQ(KeepOnlyFound(request.passages(), &draft), 0);
  EXPECT_EQ(draft.citations_size(), 3);
  request.set_max_sentences(2);
  EXPECT_EQ(Write(request).text(), first);
}

TEST_F(ScriptedWriterTest, AQuoteKeepsToTheLengthThatWasAskedFor) {
  SaysPlainly("Its height is 31 metres.", "Never asked.");
  v1::GenerateRequest request = Request();
  request.set_max_code_points(57);
  EXPECT_EQ(Write(request).text(), "Its height is 31 metres.");
  request.set_max_code_points(58);
  EXPECT_EQ(Write(request).text(),
            "Its height is 31 metres. The lighthouse is 31 metres high.");
  request.set_max_sentences(1);
  EXPECT_EQ(Write(request).text(), "Its height is 31 metres.");
}

TEST_F(ScriptedWriterTest, AnswerAndQuoteKeepToTheSentencesThatWereAskedFor) {
  SaysPlainly("Its height is 31 metres. In metres it is 31.", "Never asked.");
  v1::GenerateRequest request = Request();
  request.set_max_sentences(3);
  EXPECT_EQ(Write(request).text(),
            "Its height is 31 metres. In metres it is 31. The lighthouse is 31 "
            "metres high.");
  request.set_max_sentences(2);
  EXPECT_EQ(Write(request).text(),
            "Its height is 31 metres. In metres it is 31.");
  request.set_max_sentences(1);
  const v1::Draft draft = Write(request);
  EXPECT_EQ(draft.text(), "Its height is 31 metres.");
  const v1::WritingRound& round = draft.writing().rounds(0);
  ASSERT_EQ(round.sentences_size(), 2);
  EXPECT_TRUE(round.sentences(0).kept());
  EXPECT_FALSE(round.sentences(1).kept());
  request.set_citation_mode(v1::FAST);
  shown_.clear();
  EXPECT_EQ(Write(request).text(), "Its height is 31 metres.");
  ASSERT_EQ(shown_.size(), 1u);
}

TEST_F(ScriptedWriterTest, AQuoteAfterWordsThatEndNoSentenceIsALineOfItsOwn) {
  SaysPlainly("Its height is 31 metres", "Never asked.");
  const v1::GenerateRequest request = Request();
  v1::Draft draft = Write(request);
  EXPECT_EQ(draft.text(),
            "Its height is 31 metres\nThe lighthouse is 31 metres high.");
  EXPECT_EQ(KeepOnlyFound(request.passages(), &draft), 0);
  EXPECT_EQ(draft.citations_size(), 2);
}

TEST_F(ScriptedWriterTest, WithoutMarksWhatSaysNothingNewFallsBack) {
  SaysPlainly("The lighthouse is high.", "Never asked.");
  const v1::Draft draft = Write(Request());
  EXPECT_EQ(draft.writer(), extractive_.name());
  // The passages say it, so there is nothing that could be revised.
  ASSERT_EQ(draft.writing().rounds_size(), 1);
  EXPECT_EQ(draft.writing().rounds(0).sentences(0).verdict(), v1::FOUND);
  EXPECT_FALSE(draft.writing().rounds(0).sentences(0).kept());
  EXPECT_NE(draft.writing().fallback_reason().find("no sentence of 1 draft"),
            std::string::npos)
      << draft.writing().fallback_reason();
}

TEST_F(ScriptedWriterTest, WithoutMarksEitherMayAnswerAQuestionOfNoWords) {
  SaysPlainly("The lighthouse is 31 metres high.", "Never asked.");
  v1::GenerateRequest request = Request();
  request.set_question("What?");
  const v1::Draft draft = Write(request);
  EXPECT_EQ(draft.writer(), "m");
  EXPECT_EQ(
      draft.text(),
      "The lighthouse is 31 metres high. The lighthouse was lit in 1859.");
}

TEST_F(ScriptedWriterTest, WhoWeighedTheGroundsIsTold) {
  SaysPlainly("The lighthouse is 31 metres high.", "Never asked.");
  LazyE5 hears(HearsOnly("31"));
  const ExtractiveWriter thorough(nullptr, &hears,
                                  ExtractiveWriter::AtHome::kAlways);
  const ModelWriter writer(model_.get(), dialect_.get(), &thorough, nullptr,
                           ModelWriterOptions());
  const auto draft = writer.Write(Request(), [] { return false; });
  ASSERT_TRUE(draft.ok()) << draft.status();
  EXPECT_EQ(draft->writer(), "m");
  EXPECT_EQ(draft->second_encoder(), "one word/float32");
  EXPECT_EQ(draft->second_encoder_sha256(), std::string(32, '\xbb'));
  EXPECT_EQ(Write(Request()).second_encoder(), "");
}

TEST_F(ScriptedWriterTest, FastQuotesAtTheEnd) {
  SaysPlainly("Its height is 31 metres.", "Never asked.");
  v1::GenerateRequest request = Request();
  request.set_citation_mode(v1::FAST);
  const v1::Draft draft = Write(request);
  ASSERT_EQ(shown_.size(), 2u);
  EXPECT_EQ(shown_[1].first, " The lighthouse is 31 metres high.");
  EXPECT_EQ(shown_[1].second, 1u);
  EXPECT_EQ(shown_[0].first + shown_[1].first, draft.text());
}

TEST_F(ScriptedWriterTest, FastGivesEachSentenceWithItsCitations) {
  Says(
      "The lighthouse was lit in 1859. The moon is made of cheese. The "
      "lighthouse is 31 metres high.",
      "Never asked.");
  v1::GenerateRequest request = Request();
  request.set_citation_mode(v1::FAST);
  const v1::Draft draft = Write(request);
  EXPECT_EQ(draft.text(),
            "The lighthouse was lit in 1859. The lighthouse is 31 metres "
            "high.");
  ASSERT_EQ(shown_.size(), 2u);
  EXPECT_EQ(shown_[0].first + shown_[1].first, draft.text());
  EXPECT_GE(shown_[0].second, 1u);
  EXPECT_EQ(draft.writing().rounds_size(), 1);
}

TEST_F(ScriptedWriterTest, AccurateGivesNothingOutBeforeItIsDone) {
  Says("The lighthouse was lit in 1859.", "x");
  Write(Request());
  EXPECT_TRUE(shown_.empty());
}

TEST_F(ScriptedWriterTest, WhatAToolSaidIsCited) {
  Says("That is 101.7 feet.", "x");
  v1::GenerateRequest request = Request();
  v1::ToolUse* const tool = request.add_tools();
  tool->set_call_id("0");
  tool->set_tool("calculate");
  tool->set_parameters("{\"expression\": \"31 * 3.28084\"}");
  tool->add_results("31 * 3.28084 = 101.7 feet");
  tool->set_step(1);
  v1::Draft draft = Write(request);
  EXPECT_EQ(draft.text(), "That is 101.7 feet.");
  ASSERT_EQ(draft.citations_size(), 1);
  EXPECT_EQ(draft.citations(0).tools(0).quote(), "101.7 feet");
  EXPECT_EQ(KeepOnlyFound(request.passages(), request.tools(), &draft), 0);
  // Without the tool nothing supports it.
  EXPECT_EQ(KeepOnlyFound(request.passages(), &draft), 1);
  EXPECT_EQ(draft.text(), "");
}

}  // namespace
}  // namespace footnote
