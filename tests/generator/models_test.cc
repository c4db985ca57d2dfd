#include "generator/models.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/grpc_status.h"
#include "generator/chat.h"
#include "generator/extractive/extractive_writer.h"
#include "generator/modelled/shelf.h"
#include "gtest/gtest.h"
#include "tests/model/tokenizer/toy_tokenizer.h"

namespace footnote {
namespace {

constexpr char kWeights[] = "tests/golden/models/llama_304";

// A folder of two models: random weights, a tokenizer of bytes, and for
// "talks" a template.
std::string Folder() {
  const std::string folder = ::testing::TempDir() + "/models";
  for (const std::string name : {"talks-1", "silent"}) {
    const std::string path = absl::StrCat(folder, "/", name);
    EXPECT_TRUE(MakeFolder(path).ok());
    const auto write = [&](const std::string& file, const std::string& text) {
      EXPECT_TRUE(WriteFileAtomically(path + "/" + file, text).ok());
    };
    for (const std::string file : {"config.json", "model.safetensors"}) {
      write(file, *ReadFile(absl::StrCat(kWeights, "/", file)));
    }
    write("tokenizer.json", ByteLevelJson());
    if (name == "talks-1") {
      write("tokenizer_config.json",
            R"({"chat_template":"{% for m in messages %}<|start|>)"
            R"({{ m['role'] }}: {{ m['content'] }}{% endfor %}"})");
    }
  }
  return folder;
}

class ModelsTest : public ::testing::Test {
 protected:
  ModelsTest()
      : models_(Folder(), Options()),
        extractive_(nullptr),
        shelf_(&models_, &extractive_, nullptr, {}) {}

  static EngineOptions Options() {
    EngineOptions options;
    options.threads = 1;
    options.cache_bytes = 1 << 20;
    return options;
  }

  static v1::ChatRequest Request(const std::string& text) {
    v1::ChatRequest request;
    request.set_model("talks");
    request.set_max_tokens(20);
    v1::ChatRequest::Message* message = request.add_messages();
    message->set_role("user");
    message->set_content(text);
    return request;
  }

  absl::StatusOr<v1::ChatEnd> Run(
      const v1::ChatRequest& request,
      absl::Time deadline = absl::InfiniteFuture()) {
    text_.clear();
    return Chat(
        request, &shelf_, nullptr, deadline, [] { return false; },
        [this](const v1::ChatResponse& piece) {
          text_ += piece.delta();
          return true;
        });
  }

  LanguageModels models_;
  const ExtractiveWriter extractive_;
  ModelShelf shelf_;
  std::string text_;
};

bool Never() { return false; }

TEST_F(ModelsTest, NamesAreThoseOfTheFolder) {
  EXPECT_EQ(models_.Names(), (std::vector<std::string>{"silent", "talks-1"}));
  EXPECT_EQ((*models_.Find("talks"))->name(), "talks-1");
  EXPECT_EQ(*models_.Find("talks"), *models_.Find("talks-1"));
}

TEST_F(ModelsTest, NamesThatLeadElsewhereAreRefused) {
  for (const char* name : {"", "../talks-1", "..", ".hidden", "a/b"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(models_.Find(name).status())) << name;
  }
  const absl::Status status = Run([] {
                                v1::ChatRequest request = Request("a");
                                request.set_model("nobody");
                                return request;
                              }())
                                  .status();
  EXPECT_TRUE(absl::IsNotFound(status)) << status;
  EXPECT_EQ(ErrorReason(status), "MODEL_NOT_FOUND");
}

TEST_F(ModelsTest, ChatSaysTheSameEachTime) {
  const auto first = Run(Request("hello"));
  ASSERT_TRUE(first.ok()) << first.status();
  const std::string text = text_;
  EXPECT_EQ(first->finish(), "length");
  EXPECT_EQ(first->answer_tokens(), 20);
  // <|start|>, then the bytes of "user: hello", of which "he" is one piece.
  EXPECT_EQ(first->prompt_tokens(), 11);
  EXPECT_EQ(first->model(), "talks-1");
  ASSERT_TRUE(Run(Request("hello")).ok());
  EXPECT_EQ(text_, text);
}

TEST_F(ModelsTest, ControlPiecesInAMessageAreText) {
  const auto end = Run(Request("<|start|>"));
  ASSERT_TRUE(end.ok()) << end.status();
  EXPECT_GE(end->prompt_tokens(), 1 + 6 + 9);
}

TEST_F(ModelsTest, StopStringEndsAnAnswer) {
  ASSERT_TRUE(Run(Request("hello")).ok());
  const std::string whole = text_;
  ASSERT_GE(whole.size(), 6u);
  v1::ChatRequest request = Request("hello");
  request.add_stop(whole.substr(3, 2));
  const auto end = Run(request);
  ASSERT_TRUE(end.ok()) << end.status();
  EXPECT_EQ(end->finish(), "stopped");
  EXPECT_EQ(text_, whole.substr(0, whole.find(whole.substr(3, 2))));
}

TEST_F(ModelsTest, LogprobsComeWhenAskedFor) {
  v1::ChatRequest request = Request("hello");
  request.set_logprobs(true);
  const auto end = Run(request);
  ASSERT_TRUE(end.ok());
  ASSERT_EQ(end->tokens_size(), 20);
  for (const v1::ChatEnd::Token& token : end->tokens()) {
    EXPECT_LE(token.logprob(), 0);
  }
}

TEST_F(ModelsTest, CallerThatGoesAwayAndDeadlineEndTheWork) {
  v1::ChatRequest request = Request("hello");
  request.set_max_tokens(2000);
  const auto gone = Chat(
      request, &shelf_, nullptr, absl::InfiniteFuture(), [] { return true; },
      [](const v1::ChatResponse&) { return true; });
  EXPECT_TRUE(absl::IsCancelled(gone.status())) << gone.status();
  EXPECT_TRUE(absl::IsDeadlineExceeded(Run(request, absl::Now()).status()));
}

TEST_F(ModelsTest, WrongRequestsAreNamed) {
  const auto expect = [&](const v1::ChatRequest& request,
                          const std::string& field) {
    const absl::Status status = Run(request).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_NE(status.message().find(field), absl::string_view::npos) << status;
    EXPECT_EQ(ErrorReason(status), "INVALID_REQUEST");
  };
  v1::ChatRequest request = Request("a");
  request.clear_messages();
  expect(request, "messages");
  request = Request("a\xff");
  expect(request, "messages[0].content");
  request = Request("a");
  request.set_max_tokens(-1);
  expect(request, "max_tokens");
  request = Request("a");
  request.set_tools_json("{");
  expect(request, "tools_json");
  request = Request("a");
  request.mutable_sampling()->set_temperature(-1);
  expect(request, "temperature");
  request = Request("a");
  request.set_model("silent");
  EXPECT_TRUE(absl::IsFailedPrecondition(Run(request).status()));
  request = Request(std::string(900'000, 'a'));
  EXPECT_TRUE(absl::IsResourceExhausted(Run(request).status()));
}

TEST_F(ModelsTest, TokensAreThoseOfTheTokenizer) {
  v1::TokenizeRequest request;
  request.set_model("silent");
  request.add_texts("ab");
  request.add_texts("");
  const auto response = Tokenize(request, &models_);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->texts_size(), 2);
  EXPECT_EQ(response->texts(0).ids_size(), 2);
  EXPECT_EQ(response->texts(0).ids(0), 'a');
  EXPECT_EQ(response->texts(1).ids_size(), 0);
}

TEST_F(ModelsTest, VectorsOfAModel) {
  v1::EmbedRequest request;
  request.set_model("silent");
  request.add_texts("ab");
  request.add_texts("other");
  const auto response = Embed(request, nullptr, &models_, Never);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->vectors_size(), 2);
  EXPECT_EQ(response->vectors(0).numbers_size(), 32);
  request.clear_model();
  EXPECT_TRUE(absl::IsFailedPrecondition(
      Embed(request, nullptr, &models_, Never).status()));
  request.clear_texts();
  EXPECT_TRUE(absl::IsInvalidArgument(
      Embed(request, nullptr, &models_, Never).status()));
}

TEST_F(ModelsTest, NoMoreTextsAreEmbeddedForWhoDoesNotWait) {
  v1::EmbedRequest request;
  request.set_model("silent");
  for (int i = 0; i < 3; ++i) request.add_texts("hello");
  int asked = 0;
  const auto response =
      Embed(request, nullptr, &models_, [&asked] { return ++asked == 2; });
  EXPECT_TRUE(absl::IsCancelled(response.status())) << response.status();
  EXPECT_EQ(asked, 2);
}

}  // namespace
}  // namespace footnote
