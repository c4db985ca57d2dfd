// An encoder that is told to use a device, on the emulator.
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/file.h"
#include "gtest/gtest.h"
#include "kernels/cuda/emulator/block.h"
#include "kernels/dispatch.h"
#include "model/encoder/open.h"
#include "model/encoder/use_cuda.h"
#include "tests/model/encoder/toy_weights.h"

namespace footnote {
namespace {

// Named here, so that the linker takes the emulated one, which comes first.
[[maybe_unused]] auto* volatile the_emulated = &UseCuda::Open;

class UseEncoderDeviceTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!IsaIsSupported(Isa::kAvx2)) GTEST_SKIP() << "wants AVX2";
    unsetenv("FOOTNOTE_DEVICE");
    path_ = absl::StrCat(testing::TempDir(), "/use_encoder_device_test.enc");
    if (ReadFile(path_).ok()) return;  // of the test before
    Sections sections = TokenizerSections(
        {"", "", "", "\xe2\x96\x81", "a", "b", "c"}, {0, 0, 0, -1, -2, -3, -4});
    for (const Sections& more : {TableSections(0), NetworkSections("")}) {
      sections.insert(sections.end(), more.begin(), more.end());
    }
    ASSERT_TRUE(WriteFileAtomically(
                    path_, WeightsFileOf(sections, 1, "use-multilingual"))
                    .ok());
  }

  std::unique_ptr<Encoder> Open(const std::string& device) {
    EncoderOptions options;
    options.device = device;
    auto encoder = OpenEncoder(path_, options);
    EXPECT_TRUE(encoder.ok()) << encoder.status();
    return *std::move(encoder);
  }

  static std::vector<float> Encode(const Encoder& encoder,
                                   const std::vector<std::string>& texts) {
    const std::vector<absl::string_view> views(texts.begin(), texts.end());
    std::vector<float> rows(texts.size() * encoder.dimension());
    EXPECT_TRUE(encoder.Encode(views, rows.data()).ok());
    return rows;
  }

  // Of so many letters together.
  static std::vector<std::string> Texts(int letters) {
    std::vector<std::string> texts = {""};
    for (int i = 0; i < letters; ++i) {
      if (i % 37 == 36) texts.emplace_back();
      texts.back() += static_cast<char>('a' + (i * i / 3) % 3);
    }
    return texts;
  }

  std::string path_;
};

TEST_F(UseEncoderDeviceTest, VectorsAreTheProcessorsToTheBit) {
  const std::vector<std::string> texts = Texts(300);
  const std::vector<float> want = Encode(*Open("cpu"), texts);
  for (const char* device : {"cuda-int4:2", "auto"}) {
    const std::unique_ptr<Encoder> encoder = Open(device);
    const size_t before = cuda::emulator::Launches();
    EXPECT_EQ(Encode(*encoder, texts), want) << device;
    EXPECT_GT(cuda::emulator::Launches(), before) << device;
    EXPECT_EQ(encoder->name(), Open("cpu")->name());
  }
}

TEST_F(UseEncoderDeviceTest, QuestionStaysOnTheProcessor) {
  const std::unique_ptr<Encoder> encoder = Open("cuda");
  const size_t before = cuda::emulator::Launches();
  EXPECT_EQ(Encode(*encoder, Texts(30)), Encode(*Open("cpu"), Texts(30)));
  EXPECT_EQ(cuda::emulator::Launches(), before);
}

TEST_F(UseEncoderDeviceTest, EnvironmentNamesTheDevice) {
  setenv("FOOTNOTE_DEVICE", "cuda", 1);
  const std::unique_ptr<Encoder> encoder = Open("");
  unsetenv("FOOTNOTE_DEVICE");
  const size_t before = cuda::emulator::Launches();
  Encode(*encoder, Texts(300));
  EXPECT_GT(cuda::emulator::Launches(), before);
  Encode(*Open(""), Texts(300));
}

TEST_F(UseEncoderDeviceTest, ProcessorDoesWhatTheDeviceHasNoMemoryFor) {
  const std::unique_ptr<Encoder> encoder = Open("cuda");
  const std::vector<std::string> texts = Texts(300);
  const std::vector<float> want = Encode(*Open("cpu"), texts);
  cuda::emulator::LeaveMemory(0);
  const size_t before = cuda::emulator::Launches();
  EXPECT_EQ(Encode(*encoder, texts), want);
  EXPECT_EQ(cuda::emulator::Launches(), before);
  // Later there is some again.
  cuda::emulator::LeaveMemory(cuda::emulator::kAllMemory);
  EXPECT_EQ(Encode(*encoder, texts), want);
  EXPECT_GT(cuda::emulator::Launches(), before);
}

TEST_F(UseEncoderDeviceTest, DeviceThatComputesOtherwiseIsNotUsed) {
  cuda::emulator::int8_error = 1;
  const std::unique_ptr<Encoder> encoder = Open("cuda");
  cuda::emulator::int8_error = 0;
  const size_t before = cuda::emulator::Launches();
  const std::vector<std::string> texts = Texts(300);
  EXPECT_EQ(Encode(*encoder, texts), Encode(*Open("cpu"), texts));
  EXPECT_EQ(cuda::emulator::Launches(), before);
}

TEST_F(UseEncoderDeviceTest, EncoderOpensWhereTheDeviceHasNoMemory) {
  cuda::emulator::LeaveMemory(1000);
  const std::unique_ptr<Encoder> encoder = Open("cuda");
  cuda::emulator::LeaveMemory(cuda::emulator::kAllMemory);
  const std::vector<std::string> texts = Texts(300);
  EXPECT_EQ(Encode(*encoder, texts), Encode(*Open("cpu"), texts));
}

}  // namespace
}  // namespace footnote
