// The encoders against vectors that the models' own programs gave
// (testdata/make_golden.py), and against themselves. Needs the weights
// (tools/models pull) where FOOTNOTE_MODELS says; skipped where they are not.
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "model/encoder/open.h"

namespace footnote {
namespace {

constexpr char kData[] = "tests/model/encoder/testdata/";

std::string ModelPath(absl::string_view name) {
  const char* folder = std::getenv("FOOTNOTE_MODELS");
  return absl::StrCat(folder == nullptr ? "third_party/.cache/models" : folder,
                      "/", name);
}

struct Case {
  const char* name;
  const char* file;
  const char* golden;
  const char* sentences;
  size_t dimension;
  EncoderPrecision precision;
  double min_cosine;
  double mean_cosine;
  // The golden file has a row for each so many-th line.
  size_t every = 1;
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << c.name;
}

std::vector<std::string> Sentences(absl::string_view name, size_t every) {
  std::vector<std::string> sentences;
  std::ifstream file(absl::StrCat(kData, name));
  size_t number = 0;
  for (std::string line; std::getline(file, line); ++number) {
    if (number % every != 0) continue;
    sentences.push_back(line.substr(line.find('\t') + 1));
  }
  return sentences;
}

std::vector<float> EncodeAll(const Encoder& encoder,
                             const std::vector<std::string>& texts) {
  const std::vector<absl::string_view> views(texts.begin(), texts.end());
  std::vector<float> rows(texts.size() * encoder.dimension());
  EXPECT_TRUE(encoder.Encode(views, rows.data()).ok());
  return rows;
}

class GoldenTest : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    EncoderOptions options;
    options.precision = GetParam().precision;
    options.threads = 2;
    const std::string path = ModelPath(GetParam().file);
    if (!std::ifstream(path)) GTEST_SKIP() << path << " is not there";
    auto encoder = OpenEncoder(path, options);
    ASSERT_TRUE(encoder.ok()) << encoder.status();
    encoder_ = *std::move(encoder);
  }

  std::unique_ptr<Encoder> encoder_;
};

TEST_P(GoldenTest, VectorsAreThoseOfTheModelsOwnProgram) {
  const std::vector<std::string> sentences =
      Sentences(GetParam().sentences, GetParam().every);
  ASSERT_GE(sentences.size(), 40);
  const size_t dimension = GetParam().dimension;
  ASSERT_EQ(encoder_->dimension(), dimension);
  std::vector<int16_t> golden(sentences.size() * dimension);
  std::ifstream file(absl::StrCat(kData, GetParam().golden), std::ios::binary);
  file.read(reinterpret_cast<char*>(golden.data()), golden.size() * 2);
  ASSERT_EQ(file.gcount(), golden.size() * 2);
  const std::vector<float> rows = EncodeAll(*encoder_, sentences);
  double sum = 0;
  double min = 1;
  for (size_t i = 0; i < sentences.size(); ++i) {
    double dot = 0, ours = 0, theirs = 0;
    for (size_t j = 0; j < dimension; ++j) {
      const double a = rows[i * dimension + j];
      const double b = golden[i * dimension + j] / 32767.0;
      dot += a * b;
      ours += a * a;
      theirs += b * b;
    }
    EXPECT_NEAR(ours, 1.0, 1e-4);
    const double cosine = dot / std::sqrt(ours * theirs);
    EXPECT_GE(cosine, GetParam().min_cosine) << sentences[i];
    sum += cosine;
    min = std::min(min, cosine);
  }
  EXPECT_GE(sum / sentences.size(), GetParam().mean_cosine);
  RecordProperty("min_cosine", absl::StrCat(min));
  RecordProperty("mean_cosine", absl::StrCat(sum / sentences.size()));
}

TEST_P(GoldenTest, TextHasTheSameBitsAloneAndInAnyBatch) {
  std::vector<std::string> texts = Sentences(GetParam().sentences, 1);
  texts.resize(40);
  texts[7] = std::string(900, 'a') + " long " + texts[7];
  texts[8] = "";
  const size_t dimension = encoder_->dimension();
  const std::vector<float> all = EncodeAll(*encoder_, texts);
  for (const size_t i : {size_t{0}, size_t{7}, size_t{8}, size_t{39}}) {
    const std::vector<float> one = EncodeAll(*encoder_, {texts[i]});
    for (size_t j = 0; j < dimension; ++j) {
      ASSERT_EQ(one[j], all[i * dimension + j]) << "text " << i;
    }
  }
}

TEST_P(GoldenTest, OddTextsGiveUnitVectors) {
  std::string many;
  for (int i = 0; i < 20000; ++i) many += "word ";
  const std::vector<std::string> texts = {
      "",
      " ",
      "\n\t\r",
      std::string("a\0b", 3),
      "\xff\xfe broken \xc3",
      "\xf0\x9f\x98\x80\xf0\x9f\x98\x80",
      std::string(100000, 'x'),
      many,
      "\xe2\x96\x81\xe2\x96\x81",
  };
  const std::vector<float> rows = EncodeAll(*encoder_, texts);
  const size_t dimension = encoder_->dimension();
  for (size_t i = 0; i < texts.size(); ++i) {
    double squares = 0;
    for (size_t j = 0; j < dimension; ++j) {
      squares += std::pow(double{rows[i * dimension + j]}, 2);
    }
    EXPECT_NEAR(squares, 1.0, 1e-4) << "text " << i;
  }
}

TEST_P(GoldenTest, EmptyBatchIsFine) {
  EXPECT_TRUE(encoder_->Encode({}, nullptr).ok());
}

TEST_P(GoldenTest, SaysWhatItIs) {
  EXPECT_EQ(encoder_->hash().size(), 64);
  EXPECT_TRUE(encoder_->Speaks("en"));
  EXPECT_EQ(encoder_->Speaks("el"),
            absl::string_view(GetParam().file) == "footnote-23.enc");
  EXPECT_GE(encoder_->max_tokens(), 128);
}

INSTANTIATE_TEST_SUITE_P(
    Encoders, GoldenTest,
    testing::Values(
        Case{"UseFloat32", "use-multilingual-v3.enc", "use.i16",
             "sentences.txt", 512, EncoderPrecision::kFloat32, 0.999, 0.9999},
        Case{"UseInt8", "use-multilingual-v3.enc", "use.i16", "sentences.txt",
             512, EncoderPrecision::kInt8, 0.995, 0.9995},
        // The 15 languages that USE speaks keep its vectors.
        Case{"Footnote23OfUseInt8", "footnote-23.enc", "use.i16",
             "sentences.txt", 512, EncoderPrecision::kInt8, 0.995, 0.9995},
        Case{"Footnote23Float32", "footnote-23.enc", "footnote_23.i16",
             "sentences_tongues.txt", 512, EncoderPrecision::kFloat32, 0.999,
             0.9999},
        Case{"Footnote23Int8", "footnote-23.enc", "footnote_23.i16",
             "sentences_tongues.txt", 512, EncoderPrecision::kInt8, 0.99,
             0.998},
        Case{"MiniLmFloat32", "all-MiniLM-L6-v2", "minilm.i16", "sentences.txt",
             384, EncoderPrecision::kFloat32, 0.999, 0.9999, 2},
        Case{"MiniLmInt8", "all-MiniLM-L6-v2", "minilm.i16", "sentences.txt",
             384, EncoderPrecision::kInt8, 0.995, 0.998, 2}),
    [](const testing::TestParamInfo<Case>& info) { return info.param.name; });

}  // namespace
}  // namespace footnote
