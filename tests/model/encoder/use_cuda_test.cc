// The token part of USE on the emulated device against the processor's, with
// weights that are nobody's.
#include "model/encoder/use_cuda.h"

#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "kernels/dispatch.h"
#include "model/encoder/use_network.h"
#include "model/encoder/weights_file.h"
#include "tests/model/encoder/toy_weights.h"

namespace footnote {
namespace {

constexpr size_t kTongueRows = 40;

class UseCudaTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    Sections sections = TableSections(kTongueRows);
    for (const char* prefix : {"", "tongues/"}) {
      for (auto& section : NetworkSections(prefix)) {
        sections.push_back(std::move(section));
      }
    }
    bytes_ = new std::string(WeightsFileOf(sections));
    file_ = WeightsFile::FromBytes(*bytes_, "toy")->release();
    rows_ = new UseRows;
    ASSERT_TRUE(rows_->Open(*file_, kTongueRows).ok());
    networks_ = new UseNetwork[2];
    ASSERT_TRUE(networks_[0].Open(*file_, "", *rows_, true).ok());
    ASSERT_TRUE(networks_[1].Open(*file_, "tongues/", *rows_, true).ok());
    auto device = UseCuda::Open(
        {rows_->use_bytes(), rows_->tongue_bytes()},
        {networks_[0].token_weights(), networks_[1].token_weights()});
    ASSERT_TRUE(device.ok()) << device.status();
    device_ = device->release();
  }
  static void TearDownTestSuite() {
    delete device_;
    delete[] networks_;
    delete rows_;
    delete file_;
    delete bytes_;
  }

  // Texts of so many tokens each, and the batch of them in another order.
  void Expect(size_t network, const std::vector<size_t>& lengths) {
    if (!IsaIsSupported(Isa::kAvx2)) GTEST_SKIP() << "wants AVX2";
    std::mt19937 random(lengths.size());
    std::vector<std::vector<int32_t>> tokens;
    Batch batch;
    for (const size_t length : lengths) {
      batch.texts.insert(batch.texts.begin(), tokens.size());
      batch.tokens += length;
      tokens.emplace_back();
      for (size_t i = 0; i < length; ++i) {
        const size_t rows =
            UseRows::kUseRows + (network == 1 ? kTongueRows : 0);
        // Half of them the tongues' own, where there are such.
        tokens.back().push_back(static_cast<int32_t>(
            network == 1 && random() % 2 == 0
                ? UseRows::kUseRows + random() % kTongueRows
                : random() % rows));
      }
    }
    const size_t count = lengths.size() * UseNetwork::kFeatures;
    std::vector<float> want(count);
    // The processor is never asked for no texts.
    if (count > 0) networks_[network].SumTokens(batch, tokens, want.data());
    std::vector<float> found(count);
    const auto row_of = [](int32_t token) { return (*rows_)[token]; };
    const absl::Status status =
        device_->SumTokens(network, batch, tokens, row_of, found.data());
    ASSERT_TRUE(status.ok()) << status;
    for (size_t i = 0; i < count; ++i) {
      ASSERT_EQ(std::memcmp(&found[i], &want[i], sizeof(float)), 0)
          << "text " << i / UseNetwork::kFeatures << " feature "
          << i % UseNetwork::kFeatures << ": " << found[i] << ", want "
          << want[i];
    }
  }

  static std::string* bytes_;
  static WeightsFile* file_;
  static UseRows* rows_;
  static UseNetwork* networks_;
  static UseCuda* device_;
};
std::string* UseCudaTest::bytes_;
WeightsFile* UseCudaTest::file_;
UseRows* UseCudaTest::rows_;
UseNetwork* UseCudaTest::networks_;
UseCuda* UseCudaTest::device_;

TEST_F(UseCudaTest, SumsAreTheProcessorsToTheBit) { Expect(0, {3, 1, 17, 40}); }

TEST_F(UseCudaTest, TonguesHaveRowsAndWeightsOfTheirOwn) {
  Expect(1, {9, 2, 31});
}

TEST_F(UseCudaTest, TextsOfNoAndOfOneTokenAreFine) {
  Expect(0, {});
  Expect(0, {0});
  Expect(1, {0, 1, 0});
}

TEST_F(UseCudaTest, BatchesMayGrowAndShrink) {
  Expect(0, {130});
  Expect(0, {5});
}

}  // namespace
}  // namespace footnote
