// The real SmolLM2, where tools/models has pulled it; skipped without.
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "gtest/gtest.h"
#include "model/language_model.h"

namespace footnote {
namespace {

class SmolLm2Test : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* folder = getenv("FOOTNOTE_MODELS");
    const std::string path = absl::StrCat(folder == nullptr ? "" : folder,
                                          "/SmolLM2-135M-Instruct.Q4_1.gguf");
    if (!MappedFile::Open(path).ok()) {
      GTEST_SKIP() << "no weights: tools/models pull SmolLM2-135M-Instruct";
    }
    auto model = LanguageModel::Open(path, {});
    ASSERT_TRUE(model.ok()) << model.status();
    model_ = std::move(model).value();
    EXPECT_EQ(model_->name(), "SmolLM2-135M-Instruct.Q4_1");
  }

  DecodeRequest Ask(const std::string& question) const {
    DecodeRequest request;
    const auto prompt = model_->chat()->Render(
        absl::StrCat(R"({"add_generation_prompt":true,"messages":[)"
                     R"({"role":"user","content":")",
                     question, "\"}]}"));
    EXPECT_TRUE(prompt.ok()) << prompt.status();
    request.prompt = model_->Encode(*prompt);
    request.max_tokens = 24;
    return request;
  }

  std::string Text(const Generation& generation) const {
    std::string text;
    for (const GeneratedToken& token : generation.tokens) {
      model_->tokenizer().AppendText(token.id, &text);
    }
    return text;
  }

  std::unique_ptr<LanguageModel> model_;
};

TEST_F(SmolLm2Test, Talks) {
  ASSERT_NE(model_->chat(), nullptr);
  const auto answer =
      model_->engine().Generate(Ask("What is the capital of France?"));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_TRUE(absl::StrContains(Text(*answer), "Paris")) << Text(*answer);
  EXPECT_EQ(answer->finish, FinishReason::kEnd);
}

TEST_F(SmolLm2Test, SaysTheSameAloneAndBesideOthers) {
  const std::vector<std::string> questions = {
      "What is the capital of France?", "Name three colours.",
      "How many legs has a spider, and how many a dog?", "Hi",
      "Write a sentence about the sea."};
  std::vector<std::string> alone;
  for (const std::string& question : questions) {
    DecodeRequest request = Ask(question);
    request.speculate = false;
    alone.push_back(Text(*model_->engine().Generate(request)));
  }
  std::vector<std::shared_ptr<Ticket>> tickets;
  for (const std::string& question : questions) {
    tickets.push_back(*model_->engine().Submit(Ask(question)));
  }
  for (size_t i = 0; i < tickets.size(); ++i) {
    EXPECT_EQ(Text(*tickets[i]->Wait()), alone[i]);
  }
}

}  // namespace
}  // namespace footnote
