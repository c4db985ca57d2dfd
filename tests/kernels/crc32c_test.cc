#include "kernels/crc32c.h"

#include <cstdint>
#include <random>
#include <string>

#include "gtest/gtest.h"
#include "kernels/dispatch.h"

namespace footnote {
namespace {

// The definition, bit by bit.
uint32_t Defined(const std::string& bytes) {
  uint32_t crc = 0xffffffff;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) {
      crc = crc % 2 == 1 ? crc / 2 ^ 0x82f63b78 : crc / 2;
    }
  }
  return ~crc;
}

std::string Bytes(size_t size) {
  std::mt19937 random(1);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

// Of RFC 3720, B.4.
TEST(Crc32cTest, GivesTheNumbersOfTheStandard) {
  std::string rising(32, '\0');
  for (size_t i = 0; i < rising.size(); ++i) rising[i] = static_cast<char>(i);
  const std::string falling(rising.rbegin(), rising.rend());
  for (const Isa isa : kAllIsas) {
    if (!IsaIsSupported(isa)) continue;
    const Crc32cKernel crc32c = Crc32cKernelFor(isa);
    EXPECT_EQ(crc32c(0, std::string(32, '\0').data(), 32), 0x8a9136aa);
    EXPECT_EQ(crc32c(0, std::string(32, '\xff').data(), 32), 0x62a8ab43);
    EXPECT_EQ(crc32c(0, rising.data(), 32), 0x46dd794e);
    EXPECT_EQ(crc32c(0, falling.data(), 32), 0x113fdb5c);
    EXPECT_EQ(crc32c(0, nullptr, 0), 0);
  }
}

TEST(Crc32cTest, EveryInstructionSetGivesWhatIsDefined) {
  const std::string bytes = Bytes(1100);
  for (const Isa isa : kAllIsas) {
    if (!IsaIsSupported(isa)) continue;
    for (const size_t size : {0, 1, 7, 8, 9, 15, 16, 17, 64, 1000}) {
      for (size_t begin = 0; begin < 9; ++begin) {
        EXPECT_EQ(Crc32cKernelFor(isa)(0, bytes.data() + begin, size),
                  Defined(bytes.substr(begin, size)))
            << IsaName(isa) << ", " << size << " bytes from " << begin;
      }
    }
  }
}

TEST(Crc32cTest, GoesOnWhereItStopped) {
  const std::string bytes = Bytes(100);
  for (const Isa isa : kAllIsas) {
    if (!IsaIsSupported(isa)) continue;
    const Crc32cKernel crc32c = Crc32cKernelFor(isa);
    for (size_t first = 0; first <= bytes.size(); ++first) {
      const uint32_t crc = crc32c(0, bytes.data(), first);
      EXPECT_EQ(crc32c(crc, bytes.data() + first, bytes.size() - first),
                Defined(bytes))
          << IsaName(isa) << ", " << first << " bytes first";
    }
  }
}

}  // namespace
}  // namespace footnote
