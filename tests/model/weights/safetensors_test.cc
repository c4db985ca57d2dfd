#include "model/weights/safetensors.h"

#include <cstring>
#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace footnote {
namespace {

std::string File(const std::string& header, const std::string& body) {
  std::string bytes(8, '\0');
  const uint64_t size = header.size();
  std::memcpy(&bytes[0], &size, 8);
  return bytes + header + body;
}

const char kHeader[] =
    R"({"__metadata__":{"format":"pt"},)"
    R"("half":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},)"
    R"("wide":{"dtype":"F32","shape":[1,1],"data_offsets":[4,8]},)"
    R"("brain":{"dtype":"BF16","shape":[1],"data_offsets":[8,10]},)"
    R"("whole":{"dtype":"I64","shape":[1],"data_offsets":[10,18]}})";
// 1.0 and -2.0 as halves, 2.0 as a float, 1.0 as a bfloat16.
const std::string kBody(
    "\x00\x3c\x00\xc0\x00\x00\x00\x40\x80\x3f\0\0\0\0\0\0\0\0", 18);

TEST(SafeTensorsTest, ReadsHalvesFloatsAndBrainFloats) {
  const std::string bytes = File(kHeader, kBody);
  const auto file = SafeTensors::FromBytes(bytes, "test");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(*(*file)->Floats("half", {2}), (std::vector<float>{1, -2}));
  EXPECT_EQ(*(*file)->Floats("wide", {1, 1}), std::vector<float>{2});
  EXPECT_EQ(*(*file)->Floats("brain", {1}), std::vector<float>{1});
}

TEST(SafeTensorsTest, WrongShapeMissingTensorAndOddTypeAreErrors) {
  const std::string bytes = File(kHeader, kBody);
  const auto file = SafeTensors::FromBytes(bytes, "test");
  ASSERT_TRUE(file.ok());
  const absl::Status shape = (*file)->Floats("half", {3}).status();
  EXPECT_TRUE(absl::IsDataLoss(shape));
  EXPECT_TRUE(absl::StrContains(shape.message(), "half")) << shape;
  EXPECT_TRUE(absl::IsDataLoss((*file)->Floats("none", {1}).status()));
  EXPECT_TRUE(absl::IsUnimplemented((*file)->Floats("whole", {1}).status()));
}

TEST(SafeTensorsTest, NumberThatIsNotFiniteIsDataLoss) {
  std::string body = kBody;
  body[1] = 0x7c;
  const std::string bytes = File(kHeader, body);
  const auto file = SafeTensors::FromBytes(bytes, "test");
  ASSERT_TRUE(file.ok());
  EXPECT_TRUE(absl::IsDataLoss((*file)->Floats("half", {2}).status()));
}

TEST(SafeTensorsTest, TensorsThatShareBytesOrNamesAreDataLoss) {
  const std::string shared =
      File(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
           R"("b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
           kBody);
  const absl::Status status = SafeTensors::FromBytes(shared, "test").status();
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_TRUE(
      absl::StrContains(status.message(), "tensor b: overlaps tensor a"))
      << status;
  const std::string twice =
      File(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
           R"("a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
           kBody);
  EXPECT_TRUE(absl::IsDataLoss(SafeTensors::FromBytes(twice, "test").status()));
}

TEST(SafeTensorsTest, EveryTruncationIsDataLoss) {
  const std::string good = File(kHeader, kBody);
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_TRUE(absl::IsDataLoss(
        SafeTensors::FromBytes(good.substr(0, size), "test").status()))
        << size;
  }
}

TEST(SafeTensorsTest, ImpossibleHeadersAreDataLoss) {
  for (const char* header : {
           "",
           "[]",
           "{\"a\":1}",
           R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})",
           R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[16,20]}})",
           R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})",
           R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})",
           R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})",
           R"({"a":{"dtype":"F32","shape":[1073741824,1073741824,99999],)"
           R"("data_offsets":[0,4]}})",
       }) {
    const std::string bytes = File(header, kBody);
    EXPECT_TRUE(
        absl::IsDataLoss(SafeTensors::FromBytes(bytes, "test").status()))
        << header;
  }
}

}  // namespace
}  // namespace footnote
