// A toy network of random weights, and the real one where it is there.
#include "model/encoder/e5_encoder.h"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "gtest/gtest.h"
#include "tests/model/encoder/toy_weights.h"

namespace footnote {
namespace {

constexpr int kHidden = 32;
constexpr int kWide = 64;
constexpr int kPositions = 64;

template <typename T>
std::string Bytes(const std::vector<T>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()),
          numbers.size() * sizeof(T)};
}

// Blocks of 32 numbers: a half float, 16 bytes of two numbers each.
std::string Blocks(size_t numbers, std::mt19937* random) {
  std::string bytes;
  for (size_t block = 0; block < numbers / 32; ++block) {
    bytes += std::string("\0\x2c", 2);  // 1/16
    for (int i = 0; i < 16; ++i) bytes += static_cast<char>((*random)());
  }
  return bytes;
}

// Knows small letters one by one, a blank and a colon.
Sections ToySections() {
  std::vector<std::string> pieces = {"", "", "", "", "\xe2\x96\x81", ":"};
  for (char c = 'a'; c <= 'z'; ++c) pieces.emplace_back(1, c);
  const int vocabulary = static_cast<int>(pieces.size());
  Sections sections =
      TokenizerSections(pieces, std::vector<float>(pieces.size(), -2.0f));
  std::mt19937 random(7);
  const auto floats = [&](size_t count, float middle) {
    std::vector<float> numbers(count);
    std::uniform_real_distribution<float> spread(middle - .2f, middle + .2f);
    for (float& number : numbers) number = spread(random);
    return Bytes(numbers);
  };
  const auto add = [&](const std::string& name, const std::string& content) {
    sections.emplace_back(name, content);
  };
  add("shape",
      Bytes<int32_t>({kHidden, 2, 4, kWide, vocabulary, kPositions, 1, 2}));
  add("unknown", Bytes<int32_t>({3}));
  add("epsilon", Bytes<float>({1e-12f}));
  add("emb.word", Blocks(vocabulary * kHidden, &random));
  add("emb.pos", floats(kPositions * kHidden, 0));
  add("emb.type", floats(2 * kHidden, 0));
  add("emb.ln.w", floats(kHidden, 1));
  add("emb.ln.b", floats(kHidden, 0));
  for (const char* layer : {"l0.", "l1."}) {
    for (const char* name : {"q", "k", "v", "ao", "fi", "fo"}) {
      const bool wide = *name == 'f';
      const size_t outputs = std::string(name) == "fi" ? kWide : kHidden;
      add(absl::StrCat(layer, name, ".w"),
          Blocks(kHidden * (wide ? kWide : kHidden), &random));
      add(absl::StrCat(layer, name, ".b"), floats(outputs, 0));
    }
    for (const char* name : {"aln", "oln"}) {
      add(absl::StrCat(layer, name, ".w"), floats(kHidden, 1));
      add(absl::StrCat(layer, name, ".b"), floats(kHidden, 0));
    }
  }
  return sections;
}

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
  const auto encoders = OpenE5(Write(ToySections()));
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
  const std::string path = Write(ToySections());
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
  const auto encoders = OpenE5(Write(ToySections()));
  ASSERT_TRUE(encoders.ok());
  const std::vector<absl::string_view> texts = {"sea", "a much longer text",
                                                "moon"};
  std::vector<float> rows(texts.size() * kHidden);
  ASSERT_TRUE(encoders->question->Encode(texts, rows.data()).ok());
  for (size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(std::vector<float>(rows.begin() + i * kHidden,
                                 rows.begin() + (i + 1) * kHidden),
              VectorOf(*encoders->question, texts[i]));
  }
}

TEST(E5EncoderTest, TakesWhatItDoesNotKnowAndTextsOfAnyLength) {
  const auto encoders = OpenE5(Write(ToySections()));
  ASSERT_TRUE(encoders.ok());
  EXPECT_EQ(encoders->question->max_tokens(), kPositions);
  for (const std::string& text :
       {std::string("月"), std::string(5000, 'x'), std::string("\xff\xfe")}) {
    const std::vector<float> vector = VectorOf(*encoders->question, text);
    EXPECT_NEAR(Cosine(vector, vector), 1, 1e-5);
  }
  EXPECT_EQ(VectorOf(*encoders->question, "月"),
            VectorOf(*encoders->question, "木"));
}

TEST(E5EncoderTest, RefusesAnotherKind) {
  const auto status = OpenE5(Write(ToySections(), "use-multilingual")).status();
  EXPECT_TRUE(absl::IsUnimplemented(status)) << status;
  EXPECT_TRUE(absl::IsNotFound(OpenE5("nowhere.enc").status()));
}

TEST(E5EncoderTest, NamesTheSectionThatCannotBe) {
  for (const char* name :
       {"shape", "emb.word", "emb.pos", "l1.fo.w", "l0.aln.b", "unknown"}) {
    for (const bool shorter : {true, false}) {
      Sections sections;
      for (const auto& [section, content] : ToySections()) {
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

TEST(E5EncoderTest, RefusesPiecesThatHaveNoRow) {
  for (const std::vector<int32_t>& shape :
       {std::vector<int32_t>{kHidden, 2, 4, kWide, 9, kPositions, 1, 2},
        std::vector<int32_t>{kHidden, 2, 4, kWide, 32, kPositions, 1, 32},
        std::vector<int32_t>{kHidden, 2, 4, kWide, 32, kPositions, -1, 2}}) {
    Sections sections = ToySections();
    for (auto& [name, content] : sections) {
      if (name == "shape") content = Bytes(shape);
    }
    EXPECT_TRUE(absl::IsDataLoss(OpenE5(Write(sections)).status()));
  }
}

// Needs the weights (tools/models pull) where FOOTNOTE_MODELS says.
TEST(E5EncoderTest, TheRealOneKnowsWhatAnswersAcrossLanguages) {
  const char* folder = std::getenv("FOOTNOTE_MODELS");
  const std::string path =
      absl::StrCat(folder == nullptr ? "third_party/.cache/models" : folder,
                   "/multilingual-e5-small.enc");
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

}  // namespace
}  // namespace footnote
