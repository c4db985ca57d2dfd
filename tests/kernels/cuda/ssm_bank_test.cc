#include "kernels/cuda/ssm_bank.h"

#include <cstring>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "kernels/dispatch.h"
#include "kernels/ssm_bank.h"
#include "tests/kernels/cuda/device.h"

namespace footnote {
namespace cuda {
namespace {

std::vector<double> Random(size_t count, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::vector<double> values(count);
  for (double& value : values) value = normal(random);
  return values;
}

TEST(SsmBankTest, HasTheBitsOfTheScalarTwin) {
  InBothOrders([] {
    const int signals = 19;
    const size_t states = 36 * kSsmBankLanes;
    const size_t said_size = 8 * kSsmSaidSize;
    const size_t last_size = 8 * kSsmLastSize;
    std::vector<std::vector<double>> tables;
    std::vector<const double*> table_pointers;
    std::vector<std::unique_ptr<Buffer<double>>> device_tables;
    for (size_t order = 1; order <= 8; ++order) {
      tables.push_back(Random(SsmBankTableSize(order), order));
      for (double& x : tables.back()) x *= 0.3;
    }
    for (const auto& table : tables) {
      table_pointers.push_back(table.data());
      device_tables.push_back(std::make_unique<Buffer<double>>(table));
    }
    const std::vector<double> keep(kSsmBankLanes, 0.9);
    const std::vector<double> take(kSsmBankLanes, 0.1);
    std::vector<double> state = Random(signals * states, 20);
    std::vector<double> said = Random(signals * said_size, 21);
    std::vector<double> error = Random(signals * said_size, 22);
    std::vector<double> last = Random(signals * last_size, 23);
    const Buffer<double> device_keep(keep);
    const Buffer<double> device_take(take);
    const Buffer<double> device_state(state);
    const Buffer<double> device_said(said);
    const Buffer<double> device_error(error);
    const Buffer<double> device_last(last);
    SsmBanks banks = {};
    for (int i = 0; i < 8; ++i) banks.tables[i] = device_tables[i]->get();
    banks.keep = device_keep.get();
    banks.take = device_take.get();
    banks.state = device_state.get();
    banks.said = device_said.get();
    banks.error = device_error.get();
    banks.last = device_last.get();
    std::vector<double> before = Random(signals, 30);
    for (int step = 0; step < 4; ++step) {
      const std::vector<double> now = Random(signals, 31 + step);
      const Buffer<double> device_before(before);
      const Buffer<double> device_now(now);
      RunBanks(TheStream(), banks, device_before.get(), device_now.get(),
               step != 1, signals);
      ExpectFinished();
      for (int i = 0; i < signals; ++i) {
        SsmBankKernelsFor(Isa::kScalar)
            .run(table_pointers.data(), before[i], now[i], step != 1,
                 keep.data(), take.data(), state.data() + i * states,
                 said.data() + i * said_size, error.data() + i * said_size,
                 last.data() + i * last_size);
      }
      before = now;
    }
    const auto same = [](const std::vector<double>& a,
                         const std::vector<double>& b) {
      return std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
    };
    EXPECT_TRUE(same(device_state.Read(), state));
    EXPECT_TRUE(same(device_said.Read(), said));
    EXPECT_TRUE(same(device_error.Read(), error));
    EXPECT_TRUE(same(device_last.Read(), last));
  });
}

}  // namespace
}  // namespace cuda
}  // namespace footnote
