#include "model/encoder/open.h"

#include <cstdlib>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "gtest/gtest.h"
#include "tests/model/encoder/toy_weights.h"

namespace footnote {
namespace {

std::string Temp(absl::string_view name) {
  return absl::StrCat(testing::TempDir(), "/open_test_", name);
}

TEST(OpenEncoderTest, NothingThereIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(OpenEncoder("nowhere.enc").status()));
}

TEST(OpenEncoderTest, UnknownKindIsUnimplemented) {
  const std::string path = Temp("kind");
  ASSERT_TRUE(WriteFileAtomically(path, WeightsFileOf({{"a", "b"}})).ok());
  const absl::Status status = OpenEncoder(path).status();
  EXPECT_TRUE(absl::IsUnimplemented(status));
  EXPECT_TRUE(absl::StrContains(status.message(), "made-up")) << status;
}

TEST(OpenEncoderTest, FileOfSomethingElseIsDataLoss) {
  const std::string path = Temp("text");
  ASSERT_TRUE(WriteFileAtomically(path, std::string(1000, 'x')).ok());
  EXPECT_TRUE(absl::IsDataLoss(OpenEncoder(path).status()));
}

TEST(OpenEncoderTest, FolderWithoutItsFilesIsNotFound) {
  const std::string folder = Temp("empty");
  ASSERT_TRUE(MakeFolder(folder).ok());
  const absl::Status status = OpenEncoder(folder).status();
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_TRUE(absl::StrContains(status.message(), "config.json")) << status;
}

TEST(OpenEncoderTest, FolderOfAnotherNetworkIsUnimplemented) {
  const std::string folder = Temp("gpt");
  ASSERT_TRUE(MakeFolder(folder).ok());
  ASSERT_TRUE(
      WriteFileAtomically(folder + "/config.json", R"({"model_type":"gpt2"})")
          .ok());
  EXPECT_TRUE(absl::IsUnimplemented(OpenEncoder(folder).status()));
}

TEST(OpenEncoderTest, ConfigThatCannotBeIsRefused) {
  const std::string folder = Temp("config");
  ASSERT_TRUE(MakeFolder(folder).ok());
  for (const char* config :
       {"{", R"({"model_type":"bert"})",
        R"({"vocab_size":9,"hidden_size":-1,"intermediate_size":9,)"
        R"("num_hidden_layers":1,"num_attention_heads":1,)"
        R"("max_position_embeddings":9})"}) {
    ASSERT_TRUE(WriteFileAtomically(folder + "/config.json", config).ok());
    EXPECT_TRUE(absl::IsDataLoss(OpenEncoder(folder).status())) << config;
  }
}

}  // namespace
}  // namespace footnote
