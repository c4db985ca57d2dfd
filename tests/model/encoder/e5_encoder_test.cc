// A toy network of random weights, and the real one where it is there.
#include "model/encoder/e5_encoder.h"

#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "gtest/gtest.h"
#include "tests/model/encoder/toy_e5.h"
#include "tests/model/encoder/toy_weights.h"

namespace footnote {
namespace {

std::string Write(const Sections& sections, const std::string& kind = "e5") {
  static int number = 0;
  const std::string path =
      absl::StrCat(testing::TempDir(), "/e5_", ++number, ".enc");
  EXPECT_TRUE(WriteFileAtomically(path, WeightsFileOf(sections, 1, kind)).ok());
  return path;
}

std::vector<float> VectorOf(const Encoder& encoder, absl::string_view text) {
  std::vector<float> vector(encoder.dimension());
  EXPECT_TRUE(encoder.Encode({text}, vector.data()).ok());
  return vector;
}

double Cosine(const std::vector<float>& a, const std::vector<float>& b) {
  double product = 0;
  for (size_t i = 0; i < a.size(); ++i) product += a[i] * b[i];
  return product;
}

TEST(E5EncoderTest, HearsAQuestionOtherwiseThanAPassage) {
  const auto encoders = OpenE5(Write(ToyE5Sections()));
  ASSERT_TRUE(encoders.ok()) << encoders.status();
  const std::vector<float> question = VectorOf(*encoders->question, "a moon");
  const std::vector<float> passage = VectorOf(*encoders->passage, "a moon");
  EXPECT_NEAR(Cosine(question, question), 1, 1e-5);
  EXPECT_NEAR(Cosine(passage, passage), 1, 1e-5);
  EXPECT_LT(Cosine(question, passage), .9999);
  EXPECT_EQ(encoders->question->hash(), encoders->passage->hash());
  EXPECT_EQ(encoders->question->name(), "multilingual-e5-small/int8");
  EXPECT_TRUE(encoders->question->Speaks("vi"));
}

TEST(E5EncoderTest, EightBitsAreNearFloats) {
  const std::string path = Write(ToyE5Sections());
  const auto quick = OpenE5(path);
  EncoderOptions options;
  options.precision = EncoderPrecision::kFloat32;
  const auto exact = OpenE5(path, options);
  ASSERT_TRUE(quick.ok() && exact.ok());
  for (const char* text : {"", "moon", "the sea is made of water"}) {
    EXPECT_GT(Cosine(VectorOf(*quick->passage, text),
                     VectorOf(*exact->passage, text)),
              .99)
        << text;
  }
}

TEST(E5EncoderTest, AVectorDoesNotDependOnTheBatch) {
  const auto encoders = OpenE5(Write(ToyE5Sections()));
  ASSERT_TRUE(encoders.ok());
  const std::vector<absl::string_view> texts = {"sea", "a much longer text",
                                                "moon"};
  std::vector<float> rows(texts.size() * kToyE5Hidden);
  ASSERT_TRUE(encoders->question->Encode(texts, rows.data()).ok());
  for (size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(std::vector<float>(rows.begin() + i * kToyE5Hidden,
                                 rows.begin() + (i + 1) * kToyE5Hidden),
              VectorOf(*encoders->question, texts[i]));
  }
}

TEST(E5EncoderTest, TakesWhatItDoesNotKnowAndTextsOfAnyLength) {
  const auto encoders = OpenE5(Write(ToyE5Sections()));
  ASSERT_TRUE(encoders.ok());
  EXPECT_EQ(encoders->question->max_tokens(), kToyE5Positions);
  for (const std::string& text :
       {std::string("月"), std::string(5000, 'x'), std::string("\xff\xfe")}) {
    const std::vector<float> vector = VectorOf(*encoders->question, text);
    EXPECT_NEAR(Cosine(vector, vector), 1, 1e-5);
  }
  EXPECT_EQ(VectorOf(*encoders->question, "月"),
            VectorOf(*encoders->question, "木"));
}

std::vector<std::vector<float>> InContext(
    const ContextEncoder& encoder, absl::string_view text,
    const std::vector<absl::string_view>& parts) {
  const size_t n = encoder.dimension();
  std::vector<float> rows(parts.size() * n);
  EXPECT_TRUE(encoder.Encode(text, parts, rows.data()).ok());
  std::vector<std::vector<float>> vectors;
  for (size_t i = 0; i < parts.size(); ++i) {
    vectors.emplace_back(rows.begin() + i * n, rows.begin() + (i + 1) * n);
  }
  return vectors;
}

TEST(E5EncoderTest, APartsVectorIsOfItsPiecesAndKnowsItsContext) {
  const auto encoders = OpenE5(Write(ToyE5Sections()));
  ASSERT_TRUE(encoders.ok()) << encoders.status();
  const ContextEncoder& encoder = *encoders->context;
  ASSERT_EQ(encoder.dimension(), kToyE5Hidden);
  const absl::string_view text = "a moon  the sea of it";
  const absl::string_view moon = text.substr(0, 6), sea = text.substr(8, 7);
  const auto both = InContext(encoder, text, {moon, sea});
  EXPECT_NEAR(Cosine(both[0], both[0]), 1, 1e-5);
  EXPECT_NEAR(Cosine(both[1], both[1]), 1, 1e-5);
  EXPECT_LT(Cosine(both[0], both[1]), .9999);
  EXPECT_EQ(InContext(encoder, text, {moon, sea}), both);
  // Blanks between are nothing; other words are.
  const absl::string_view near = "a moon the sea of it";
  EXPECT_EQ(InContext(encoder, near, {near.substr(0, 6), near.substr(7, 7)}),
            both);
  const absl::string_view other = "no moon the sea of it";
  EXPECT_NE(InContext(encoder, other, {other.substr(8, 7)})[0], both[1]);
  EXPECT_TRUE(InContext(encoder, text, {}).empty());
}

TEST(E5EncoderTest, OfAPartBeyondWhatIsReadThereAreZeros) {
  const auto encoders = OpenE5(Write(ToyE5Sections()));
  ASSERT_TRUE(encoders.ok()) << encoders.status();
  const std::string text =
      absl::StrCat("moon ", std::string(kToyE5Positions, 'x'), " sea");
  const absl::string_view view = text;
  const auto vectors =
      InContext(*encoders->context, view,
                {view.substr(0, 4), view.substr(5, kToyE5Positions),
                 view.substr(6 + kToyE5Positions)});
  EXPECT_NEAR(Cosine(vectors[0], vectors[0]), 1, 1e-5);
  EXPECT_NEAR(Cosine(vectors[1], vectors[1]), 1, 1e-5);
  EXPECT_EQ(vectors[2], std::vector<float>(kToyE5Hidden));
  // Nor is there a vector of what is no text.
  const absl::string_view blank = "moon \n sea";
  EXPECT_EQ(InContext(*encoders->context, blank, {blank.substr(4, 3)})[0],
            std::vector<float>(kToyE5Hidden));
}

TEST(E5EncoderTest, RefusesAnotherKind) {
  const auto status =
      OpenE5(Write(ToyE5Sections(), "use-multilingual")).status();
  EXPECT_TRUE(absl::IsUnimplemented(status)) << status;
  EXPECT_TRUE(absl::IsNotFound(OpenE5("nowhere.enc").status()));
}

TEST(E5EncoderTest, NamesTheSectionThatCannotBe) {
  for (const char* name :
       {"shape", "emb.word", "emb.pos", "l1.fo.w", "l0.aln.b", "unknown"}) {
    for (const bool shorter : {true, false}) {
      Sections sections;
      for (const auto& [section, content] : ToyE5Sections()) {
        if (section != name) {
          sections.emplace_back(section, content);
        } else if (shorter) {
          sections.emplace_back(section, content.substr(0, content.size() / 2));
        }
      }
      const auto status = OpenE5(Write(sections)).status();
      EXPECT_TRUE(absl::IsDataLoss(status)) << name << ": " << status;
      EXPECT_TRUE(absl::StrContains(status.message(), name)) << status;
    }
  }
}

// The toy with another content of one section.
Sections With(const std::string& section, const std::string& content) {
  Sections sections = ToyE5Sections();
  for (auto& [name, old] : sections) {
    if (name == section) old = content;
  }
  return sections;
}

std::string Content(const std::string& section) {
  for (const auto& [name, content] : ToyE5Sections()) {
    if (name == section) return content;
  }
  ADD_FAILURE() << section;
  return "";
}

TEST(E5EncoderTest, RefusesPiecesThatHaveNoRow) {
  for (const std::string& shape :
       {ToyE5Shape(9), ToyE5Shape(kToyE5Rows, 1, kToyE5Rows),
        ToyE5Shape(kToyE5Rows, -1)}) {
    EXPECT_TRUE(absl::IsDataLoss(OpenE5(Write(With("shape", shape))).status()));
  }
}

// Bytes of a float.
std::string Float(float value) {
  std::string bytes(sizeof(value), '\0');
  std::memcpy(&bytes[0], &value, sizeof(value));
  return bytes;
}

TEST(E5EncoderTest, RefusesNumbersThatGiveNoVector) {
  const float inf = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const float value : {inf, -inf, nan, 1e30f}) {
    for (const char* name : {"emb.pos", "emb.ln.w", "l1.oln.b", "l0.q.b"}) {
      std::string content = Content(name);
      content.replace(content.size() - 4, 4, Float(value));
      const auto status = OpenE5(Write(With(name, content))).status();
      EXPECT_TRUE(absl::IsDataLoss(status)) << name << " " << value;
      EXPECT_TRUE(absl::StrContains(status.message(), name)) << status;
    }
  }
  for (const float value : {inf, nan, 0.0f, -1.0f}) {
    const auto status = OpenE5(Write(With("epsilon", Float(value)))).status();
    EXPECT_TRUE(absl::IsDataLoss(status)) << value << ": " << status;
  }
  // The scale of the last block, a half float: infinite, and no number.
  for (const char* scale : {"\x00\x7c", "\x01\xfe"}) {
    for (const char* name : {"emb.word", "l0.ao.w"}) {
      std::string content = Content(name);
      content.replace(content.size() - 18, 2, std::string(scale, 2));
      const auto status = OpenE5(Write(With(name, content))).status();
      EXPECT_TRUE(absl::IsDataLoss(status)) << name << ": " << status;
      EXPECT_TRUE(absl::StrContains(status.message(), name)) << status;
    }
  }
}

TEST(E5EncoderTest, EveryTruncationShows) {
  const std::string path = Write(ToyE5Sections());
  const auto bytes = ReadFile(path);
  ASSERT_TRUE(bytes.ok());
  for (size_t size = 0; size < bytes->size(); size += 997) {
    ASSERT_TRUE(WriteFileAtomically(path, bytes->substr(0, size)).ok());
    const auto status = OpenE5(path).status();
    EXPECT_TRUE(absl::IsDataLoss(status)) << size << ": " << status;
  }
}

TEST(LazyE5Test, ManyThreadsGetTheSameOrNone) {
  for (const std::string& path :
       {Write(ToyE5Sections()), std::string("/nowhere.enc")}) {
    LazyE5 lazy(path);
    std::vector<const E5Encoders*> got(8);
    std::vector<std::thread> threads;
    for (size_t i = 0; i < got.size(); ++i) {
      threads.emplace_back([&, i] { got[i] = lazy.Get(); });
    }
    for (std::thread& thread : threads) thread.join();
    for (const E5Encoders* one : got) EXPECT_EQ(one, got[0]);
    EXPECT_EQ(got[0] == nullptr, path == "/nowhere.enc");
  }
}

// A question and a passage of the same words are not taken for each other, and
// what is remembered is what was made, bit for bit.
TEST(LazyE5Test, WhatItRemembersIsWhatWasMade) {
  const std::string path = Write(ToyE5Sections());
  const auto made = OpenE5(path);
  ASSERT_TRUE(made.ok()) << made.status();
  LazyE5 lazy(path);
  const E5Encoders* const encoders = lazy.Get();
  ASSERT_NE(encoders, nullptr);
  EXPECT_EQ(encoders->passage->name(), made->passage->name());
  EXPECT_EQ(encoders->passage->hash(), made->passage->hash());
  for (int time = 0; time < 2; ++time) {
    for (const char* text : {"the tower", "bread"}) {
      EXPECT_EQ(VectorOf(*encoders->passage, text),
                VectorOf(*made->passage, text));
      EXPECT_EQ(VectorOf(*encoders->question, text),
                VectorOf(*made->question, text));
    }
  }
  EXPECT_NE(VectorOf(*encoders->passage, "the tower"),
            VectorOf(*encoders->question, "the tower"));
}

// Where the weights are (tools/models pull), if they are.
std::string RealPath() {
  const char* folder = std::getenv("FOOTNOTE_MODELS");
  return absl::StrCat(folder == nullptr ? "third_party/.cache/models" : folder,
                      "/multilingual-e5-small.enc");
}

TEST(E5EncoderTest, TheRealOneKnowsWhatAnswersAcrossLanguages) {
  const std::string path = RealPath();
  if (!std::ifstream(path)) GTEST_SKIP() << path << " is not there";
  const auto encoders = OpenE5(path);
  ASSERT_TRUE(encoders.ok()) << encoders.status();
  const std::vector<float> tower = VectorOf(
      *encoders->passage, "The tower is 31 metres high and made of stone.");
  const std::vector<float> bread = VectorOf(
      *encoders->passage, "Bread is baked from flour, water and salt.");
  for (const char* question :
       {"Wie hoch ist der Turm?", "Πόσο ψηλός είναι ο πύργος;",
        "मीनार कितनी ऊँची है?", "Tháp cao bao nhiêu mét?", "塔有多高?"}) {
    const std::vector<float> vector = VectorOf(*encoders->question, question);
    EXPECT_GT(Cosine(vector, tower), Cosine(vector, bread) + .03) << question;
  }
}

TEST(E5EncoderTest, TheRealOneKnowsWhatItIsThatASentenceSpeaksOf) {
  const std::string path = RealPath();
  if (!std::ifstream(path)) GTEST_SKIP() << path << " is not there";
  const auto encoders = OpenE5(path);
  ASSERT_TRUE(encoders.ok()) << encoders.status();
  const auto last_of = [&](absl::string_view text, absl::string_view part) {
    return InContext(*encoders->context, text,
                     {text.substr(text.size() - part.size())})[0];
  };
  for (const auto& [before, other, sentence, question] :
       {std::array<std::string, 4>{
            "The lighthouse stands on the cape. ", "The mill is by the river. ",
            "It was finished in 1759.", "When was the lighthouse finished?"},
        {"Der Leuchtturm steht am Kap. ", "Die Mühle steht am Fluss. ",
         "Er wurde 1759 vollendet.", "Wann wurde der Leuchtturm vollendet?"},
        {"灯台は岬にある。", "水車小屋は川にある。", "1759年に完成した。",
         "灯台はいつ完成しましたか？"}}) {
    const std::vector<float> asked = VectorOf(*encoders->question, question);
    EXPECT_GT(Cosine(asked, last_of(before + sentence, sentence)),
              Cosine(asked, last_of(other + sentence, sentence)) + .01)
        << question;
  }
}

}  // namespace
}  // namespace footnote
