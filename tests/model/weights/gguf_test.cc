#include "model/weights/gguf.h"

#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "tests/model/weights/gguf_bytes.h"

namespace footnote {
namespace {

GgufBytes Good() {
  GgufBytes bytes;
  bytes.Text("general.architecture", "llama")
      .Whole("llama.block_count", 2)
      .Real("llama.rope.freq_base", 500.0f)
      .Texts("tokenizer.ggml.tokens", {"a", "bc", ""})
      .Add("one", TensorType::kFloat32, {2, 1}, std::string(8, '\1'))
      .Add("two", TensorType::kQ8_0, {32, 3}, std::string(102, '\2'));
  return bytes;
}

void ExpectDataLoss(const std::string& bytes, const std::string& part) {
  const absl::Status status = Gguf::FromBytes(bytes, "test").status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), part)) << status;
}

TEST(GgufTest, ReadsMetadataAndTensors) {
  const std::string bytes = Good().Bytes();
  const auto file = Gguf::FromBytes(bytes, "test");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(*(*file)->String("general.architecture"), "llama");
  EXPECT_EQ(*(*file)->Integer("llama.block_count"), 2);
  EXPECT_EQ(*(*file)->Number("llama.rope.freq_base"), 500);
  EXPECT_EQ(*(*file)->Number("llama.block_count"), 2);
  EXPECT_EQ(*(*file)->Strings("tokenizer.ggml.tokens"),
            (std::vector<absl::string_view>{"a", "bc", ""}));
  EXPECT_TRUE((*file)->Has("llama.block_count"));
  EXPECT_FALSE((*file)->Has("llama.head_count"));
  const Tensor& two = (*file)->tensors().at("two");
  EXPECT_EQ(two.type, TensorType::kQ8_0);
  EXPECT_EQ(two.shape, (std::vector<uint64_t>{3, 32}));
  EXPECT_EQ(two.bytes, std::string(102, '\2'));
}

TEST(GgufTest, ValueOfAnotherKindNamesTheKey) {
  const std::string bytes = Good().Bytes();
  const auto file = Gguf::FromBytes(bytes, "test");
  ASSERT_TRUE(file.ok());
  for (const absl::Status& status :
       {(*file)->Integer("llama.rope.freq_base").status(),
        (*file)->String("llama.rope.freq_base").status(),
        (*file)->Numbers("llama.rope.freq_base").status(),
        (*file)->Bool("llama.rope.freq_base").status()}) {
    EXPECT_TRUE(absl::IsInvalidArgument(status));
    EXPECT_TRUE(absl::StrContains(status.message(), "llama.rope.freq_base"));
  }
  EXPECT_TRUE(absl::IsInvalidArgument((*file)->Integer("none").status()));
}

TEST(GgufTest, EveryTruncationIsAnError) {
  const std::string good = Good().Bytes();
  // The last tensor's padding is not needed.
  for (size_t size = 0; size + 26 < good.size(); ++size) {
    EXPECT_FALSE(Gguf::FromBytes(good.substr(0, size), "test").ok()) << size;
  }
}

TEST(GgufTest, AnotherVersionIsUnimplemented) {
  std::string bytes = Good().Bytes();
  bytes[4] = 9;
  EXPECT_TRUE(absl::IsUnimplemented(Gguf::FromBytes(bytes, "test").status()));
}

TEST(GgufTest, HostileTensorsAreNamed) {
  const auto with = [](std::vector<uint64_t> sides, uint64_t offset) {
    return Good()
        .Place("evil", static_cast<uint32_t>(TensorType::kFloat32), sides,
               offset)
        .Bytes();
  };
  ExpectDataLoss(with({uint64_t{1} << 60, 4}, 160), "evil");
  ExpectDataLoss(with({1 << 20, 1 << 20, 1 << 20}, 160), "evil");
  ExpectDataLoss(with({4, 1 << 20}, 160), "evil");
  ExpectDataLoss(with({1}, uint64_t{1} << 63), "evil");
  ExpectDataLoss(with({1}, 3), "evil");
  ExpectDataLoss(with({1, 1, 1, 1, 1}, 160), "evil");
  // Over the whole of "one".
  ExpectDataLoss(with({8}, 0), "overlaps");
  ExpectDataLoss(Good().Place("odd", 8, {33, 1}, 160).Bytes(),
                 "odd: rows of 33");
  ExpectDataLoss(Good().Add("one", TensorType::kFloat32, {1}, "1234").Bytes(),
                 "one: stands there twice");
}

TEST(GgufTest, TensorWithoutNumbersMayStandAtTheEnd) {
  std::string bytes =
      GgufBytes()
          .Place("none", static_cast<uint32_t>(TensorType::kFloat32), {0, 4}, 0)
          .Bytes();
  bytes.resize(bytes.find("none") + 4 + 4 + 16 + 4 + 8);
  const auto file = Gguf::FromBytes(bytes, "test");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_TRUE((*file)->tensors().at("none").bytes.empty());
}

TEST(GgufTest, HostileMetadataIsNamed) {
  const auto with = [](uint32_t kind, const std::string& bytes) {
    return Good().Value("evil", kind, bytes).Bytes();
  };
  // Arrays of arrays could nest without end.
  ExpectDataLoss(
      with(9, GgufBytes::Raw(uint32_t{9}) + GgufBytes::Raw(uint64_t{1} << 60)),
      "evil");
  ExpectDataLoss(
      with(9, GgufBytes::Raw(uint32_t{4}) + GgufBytes::Raw(uint64_t{1} << 62)),
      "evil");
  ExpectDataLoss(
      with(9, GgufBytes::Raw(uint32_t{8}) + GgufBytes::Raw(uint64_t{1} << 62)),
      "evil");
  ExpectDataLoss(with(8, GgufBytes::Raw(uint64_t{1} << 63)), "evil");
  ExpectDataLoss(with(77, ""), "evil");
  ExpectDataLoss(Good().Whole("llama.block_count", 3).Bytes(),
                 "llama.block_count: stands there twice");
  ExpectDataLoss(Good().Whole("general.alignment", 7).Bytes(),
                 "general.alignment");
}

}  // namespace
}  // namespace footnote
