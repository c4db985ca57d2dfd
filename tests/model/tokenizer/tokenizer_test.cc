#include "model/tokenizer/tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "model/tokenizer/tokenizer_json.h"
#include "tests/model/tokenizer/toy_tokenizer.h"

namespace footnote {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::unique_ptr<Tokenizer> Open(const std::string& json) {
  auto spec = ReadTokenizerJson(json, "toy");
  EXPECT_TRUE(spec.ok()) << spec.status();
  auto tokenizer = Tokenizer::Create(*std::move(spec), "toy");
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.status();
  return *std::move(tokenizer);
}

std::vector<int32_t> Encode(const Tokenizer& tokenizer,
                            const std::string& text) {
  std::vector<int32_t> ids;
  tokenizer.Encode(text, &ids);
  return ids;
}

TEST(TokenizerTest, MergesBytesInsideWords) {
  const auto tokenizer = Open(ByteLevelJson());
  EXPECT_THAT(Encode(*tokenizer, "in the 12"),
              ElementsAre(259, 258, ' ', '1', '2'));
  // Again, from the cache.
  EXPECT_THAT(Encode(*tokenizer, "in the"), ElementsAre(259, 258));
}

TEST(TokenizerTest, CachesOfTwoTokenizersDoNotMix) {
  const auto bytes = Open(ByteLevelJson());
  const auto characters = Open(CharacterJson());
  EXPECT_THAT(Encode(*bytes, "the"), ElementsAre('t', 257));
  EXPECT_THAT(Encode(*characters, "the"), ElementsAre(266));
  EXPECT_THAT(Encode(*bytes, "the"), ElementsAre('t', 257));
}

TEST(TokenizerTest, TextIsNeverAControlPiece) {
  const auto tokenizer = Open(ByteLevelJson());
  for (const std::string text :
       {"<|start|>", "a<|end|>b", "<|start|><table>"}) {
    for (const int32_t id : Encode(*tokenizer, text)) {
      EXPECT_FALSE(tokenizer->IsControl(id)) << text;
    }
    EXPECT_EQ(tokenizer->Decode(Encode(*tokenizer, text)), text);
  }
  EXPECT_THAT(Encode(*tokenizer, "<table>in"), ElementsAre(302, 259));
}

TEST(TokenizerTest, APromptHasControlPiecesWhereItsAuthorWroteThem) {
  const auto tokenizer = Open(ByteLevelJson());
  const std::string prompt = "<|start|>in<|start|>x<|end|>";
  std::vector<int32_t> ids;
  tokenizer->EncodePrompt(prompt, {{9, 20}}, &ids);
  EXPECT_EQ(ids.front(), 300);
  EXPECT_EQ(ids.back(), 301);
  EXPECT_EQ(std::count(ids.begin(), ids.end(), 300), 1);
  EXPECT_EQ(ids[1], 259);
  // One foreign byte is enough.
  ids.clear();
  tokenizer->EncodePrompt(prompt, {{0, 1}, {27, 28}}, &ids);
  EXPECT_EQ(std::count(ids.begin(), ids.end(), 300), 1);
  EXPECT_EQ(std::count(ids.begin(), ids.end(), 301), 0);
}

TEST(TokenizerTest, PiecesThatNoBytesSpellAreNotMade) {
  const auto tokenizer = Open(ByteLevelJson());
  EXPECT_THAT(Encode(*tokenizer, "™"), ElementsAre(0xe2, 0x84, 0xa2));
}

TEST(TokenizerTest, KeepsBytesThatAreNotUtf8) {
  const auto tokenizer = Open(ByteLevelJson());
  const std::string text = "a\xff\xc3 \xe2\x82z";
  EXPECT_EQ(tokenizer->Decode(Encode(*tokenizer, text)), text);
}

TEST(TokenizerTest, NormalizesWhereTheModelDoes) {
  const auto tokenizer = Open(ByteLevelJson(R"({"type": "NFC"})"));
  EXPECT_EQ(tokenizer->Decode(Encode(*tokenizer, "e\xcc\x81")), "é");
  const auto other = Open(ByteLevelJson());
  EXPECT_EQ(other->Decode(Encode(*other, "e\xcc\x81")), "e\xcc\x81");
}

TEST(TokenizerTest, CutsCharactersThatHaveNoPieceIntoBytes) {
  const auto tokenizer = Open(CharacterJson());
  EXPECT_THAT(Encode(*tokenizer, "the theé"),
              ElementsAre(266, 266, 3 + 0xc3, 3 + 0xa9));
  EXPECT_EQ(tokenizer->Decode(Encode(*tokenizer, "a é\n")), " a é\n");
  EXPECT_THAT(Encode(*tokenizer, "</s>"),
              ::testing::Not(::testing::Contains(2)));
}

TEST(TokenizerTest, LongTextIsCutLikeShortText) {
  const auto tokenizer = Open(CharacterJson());
  std::string text;
  std::vector<int32_t> want;
  for (int i = 0; i < 500; ++i) {
    text += i == 0 ? "the" : " the";
    want.push_back(266);
  }
  EXPECT_EQ(Encode(*tokenizer, text), want);
}

TEST(TokenizerTest, KnowsItsEnds) {
  const auto tokenizer = Open(ByteLevelJson());
  EXPECT_EQ(tokenizer->bos(), 300);
  EXPECT_TRUE(tokenizer->add_bos());
  EXPECT_EQ(tokenizer->FindControl("<|end|>"), 301);
  EXPECT_EQ(tokenizer->FindControl("<table>"), -1);
  EXPECT_EQ(tokenizer->FindControl("in"), -1);
}

TEST(ReadTokenizerConfigTest, ReadsPiecesInBothForms) {
  auto spec = ReadTokenizerJson(ByteLevelJson(), "toy");
  ASSERT_TRUE(spec.ok());
  ASSERT_TRUE(ReadTokenizerConfig(
                  R"({"model_max_length": 1000000000000000019884624838656,
                      "eos_token": {"content": "<|end|>"},
                      "bos_token": null, "add_bos_token": false})",
                  "toy", &*spec)
                  .ok());
  EXPECT_EQ(spec->eos, 301);
  EXPECT_EQ(spec->bos, 300);
  EXPECT_FALSE(spec->add_bos);
}

struct Refusal {
  const char* from;
  const char* to;
  absl::StatusCode code;
  const char* message;
};

TEST(ReadTokenizerJsonTest, RefusesByName) {
  const Refusal refusals[] = {
      {"\"type\": \"BPE\"", "\"type\": \"Unigram\"",
       absl::StatusCode::kUnimplemented, "Unigram"},
      {"\"normalizer\": null", "\"normalizer\": {\"type\": \"Lowercase\"}",
       absl::StatusCode::kUnimplemented, "Lowercase"},
      {"\"type\": \"Digits\"", "\"type\": \"Whitespace\"",
       absl::StatusCode::kUnimplemented, "Whitespace"},
      {"\"decoder\": {\"type\": \"ByteLevel\"",
       "\"decoder\": {\"type\": \"WordPiece\"",
       absl::StatusCode::kUnimplemented, "WordPiece"},
      {"TemplateProcessing", "RobertaProcessing",
       absl::StatusCode::kUnimplemented, "RobertaProcessing"},
      {"\"dropout\": null", "\"dropout\": 0.1",
       absl::StatusCode::kUnimplemented, "dropout"},
      {"\"end_of_word_suffix\": null", "\"end_of_word_suffix\": \"</w>\"",
       absl::StatusCode::kUnimplemented, "end_of_word_suffix"},
      {"\"i n\"", "\"i nn\"", absl::StatusCode::kDataLoss, "merge 3"},
      {"\"i n\"", "7", absl::StatusCode::kDataLoss, "merge 3"},
      {"\"Ġt\": 256", "\"Ġt\": -1", absl::StatusCode::kDataLoss, "vocab"},
      {"\"Ġt\": 256", "\"Ġt\": 99999999", absl::StatusCode::kDataLoss, "vocab"},
      {"\"version\"", "version", absl::StatusCode::kDataLoss, "not JSON"},
  };
  for (const Refusal& refusal : refusals) {
    std::string json = ByteLevelJson();
    const size_t at = json.find(refusal.from);
    ASSERT_NE(at, std::string::npos) << refusal.from;
    json.replace(at, std::string(refusal.from).size(), refusal.to);
    const auto spec = ReadTokenizerJson(json, "toy");
    EXPECT_EQ(spec.status().code(), refusal.code) << refusal.to;
    EXPECT_THAT(std::string(spec.status().message()),
                HasSubstr(refusal.message));
    EXPECT_THAT(std::string(spec.status().message()), HasSubstr("toy"));
  }
}

TEST(KindOfAddedTest, MarkupOfTheModelIsNoText) {
  EXPECT_EQ(KindOfAdded("<|im_end|>", false), PieceKind::kControl);
  EXPECT_EQ(KindOfAdded("<tool_call>", false), PieceKind::kControl);
  EXPECT_EQ(KindOfAdded("[INST]", false), PieceKind::kControl);
  EXPECT_EQ(KindOfAdded("</s>", false), PieceKind::kControl);
  EXPECT_EQ(KindOfAdded("<h1>", false), PieceKind::kPlain);
  EXPECT_EQ(KindOfAdded("\n\n", false), PieceKind::kPlain);
  EXPECT_EQ(KindOfAdded("\n\n", true), PieceKind::kControl);
}

}  // namespace
}  // namespace footnote
