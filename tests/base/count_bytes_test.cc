#include "base/count_bytes.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace footnote {
namespace {

// White space of a few kinds, and nothing that is signed below zero.
struct IsBlank {
  template <typename Byte>
  auto operator()(Byte byte) const {
    return (byte == ' ') | ((byte >= 9) & (byte < 14));
  }
};

TEST(CountBytesTest, CountsWhatALoopCounts) {
  std::mt19937 random(1);
  std::string text;
  for (int i = 0; i < 300; ++i) {
    size_t blanks = 0;
    size_t high = 0;
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      blanks += byte == ' ' || (byte >= 9 && byte < 14);
      high += byte > 0x7f;
    }
    EXPECT_EQ(CountBytes(text, IsBlank()), blanks) << i;
    EXPECT_EQ(CountBytes(text, [](auto byte) { return byte > 0x7f; }), high)
        << i;
    text.push_back(
        static_cast<char>(random() % 4 == 0 ? 9 + random() % 32 : random()));
  }
}

TEST(CountBytesTest, NoCounterRunsOver) {
  for (const size_t size : {size_t{4079}, size_t{4080}, size_t{4081},
                            size_t{8160}, size_t{100003}}) {
    EXPECT_EQ(CountBytes(std::string(size, ' '), IsBlank()), size);
    EXPECT_EQ(CountBytes(std::string(size, 'x'), IsBlank()), 0);
  }
}

}  // namespace
}  // namespace footnote
