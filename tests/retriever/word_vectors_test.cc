#include "retriever/translation/word_vectors.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace footnote {
namespace {

// The vector of a word has two values that depend on its length; counts the
// words that it was asked for.
class LengthEncoder final : public Encoder {
 public:
  absl::string_view name() const override { return "length/float32"; }
  int dimension() const override { return 100; }
  absl::string_view hash() const override { return "00"; }
  absl::Span<const absl::string_view> languages() const override { return {}; }
  int max_tokens() const override { return 100; }
  absl::Status Encode(absl::Span<const absl::string_view> texts,
                      float* rows) const override {
    for (absl::string_view text : texts) {
      std::fill(rows, rows + 100, 0.0f);
      rows[0] = std::cos(text.size());
      rows[99] = std::sin(text.size());
      rows += 100;
    }
    encoded += texts.size();
    return fail ? absl::ResourceExhaustedError("full") : absl::OkStatus();
  }
  mutable int encoded = 0;
  bool fail = false;
};

float ValueOf(const WordCodes& codes, size_t row, size_t i) {
  return codes.Row(row)[i] * codes.scales[row];
}

TEST(WordVectorsTest, GivesTheEncodersVectorsInOrder) {
  LengthEncoder encoder;
  WordVectors words(&encoder, 100);
  WordCodes codes;
  ASSERT_TRUE(words.Look({"a", "bbb", "cccc"}, &codes).ok());
  EXPECT_EQ(codes.stride % 64, 0u);
  const std::vector<int> lengths = {1, 3, 4};
  for (size_t row = 0; row < 3; ++row) {
    EXPECT_NEAR(ValueOf(codes, row, 0), std::cos(lengths[row]), 0.01);
    EXPECT_NEAR(ValueOf(codes, row, 99), std::sin(lengths[row]), 0.01);
    EXPECT_EQ(codes.Row(row)[50], 0);
  }
}

TEST(WordVectorsTest, EncodesAWordOnce) {
  LengthEncoder encoder;
  WordVectors words(&encoder, 100);
  WordCodes first;
  WordCodes again;
  ASSERT_TRUE(words.Look({"one", "three"}, &first).ok());
  ASSERT_TRUE(words.Look({"three", "one", "new word"}, &again).ok());
  EXPECT_EQ(encoder.encoded, 3);
  EXPECT_EQ(ValueOf(again, 1, 0), ValueOf(first, 0, 0));
  EXPECT_EQ(ValueOf(again, 0, 99), ValueOf(first, 1, 99));
}

TEST(WordVectorsTest, NeverRemembersMoreThanItsBound) {
  LengthEncoder encoder;
  WordVectors words(&encoder, 10);
  WordCodes codes;
  for (int i = 0; i < 100; ++i) {
    const std::string word = absl::StrCat("word", i);
    ASSERT_TRUE(words.Look({word, "same"}, &codes).ok());
    EXPECT_LE(words.size(), 10u);
    EXPECT_NEAR(ValueOf(codes, 1, 0), std::cos(4), 0.01);
  }
}

TEST(WordVectorsTest, TakesTheSameWordTwiceAndNone) {
  LengthEncoder encoder;
  WordVectors words(&encoder, 10);
  WordCodes codes;
  ASSERT_TRUE(words.Look({"twin", "twin"}, &codes).ok());
  EXPECT_EQ(words.size(), 1u);
  EXPECT_EQ(ValueOf(codes, 0, 0), ValueOf(codes, 1, 0));
  ASSERT_TRUE(words.Look({}, &codes).ok());
  EXPECT_TRUE(codes.scales.empty());
}

// `bytes` so that they are not found where they stand; again: as they were.
std::string Scrambled(std::string bytes) {
  for (char& c : bytes) c ^= 0x55;
  return bytes;
}

// How often the memory of this process that can be written holds what
// `scrambled` stands for.
int CopiesInMemory(const std::string& scrambled) {
  const int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  EXPECT_GE(memory, 0);
  std::ifstream maps("/proc/self/maps");
  std::string line;
  std::string piece;
  int copies = 0;
  while (std::getline(maps, line)) {
    unsigned long begin = 0;
    unsigned long end = 0;
    char rights[5] = {};
    if (std::sscanf(line.c_str(), "%lx-%lx %4s", &begin, &end, rights) != 3 ||
        rights[1] != 'w' || end - begin > (1ul << 30)) {
      continue;  // what is so large a sanitizer has set aside
    }
    constexpr size_t kStep = 1 << 16;
    for (unsigned long at = begin; at < end; at += kStep) {
      // What lies over two steps is in the first of them.
      piece.resize(std::min<size_t>(kStep + scrambled.size() - 1, end - at));
      const ssize_t got = pread(memory, &piece[0], piece.size(), at);
      if (got <= 0) break;
      piece.resize(got);
      const auto same = [](char clear, char c) {
        return clear == static_cast<char>(c ^ 0x55);
      };
      auto found = piece.begin();
      for (;; ++found) {
        found = std::search(found, piece.end(), scrambled.begin(),
                            scrambled.end(), same);
        if (found == piece.end()) break;
        ++copies;
      }
      std::fill(piece.begin(), piece.end(), '\0');
    }
  }
  close(memory);
  return copies;
}

TEST(WordVectorsTest, KeepsNoText) {
  const std::string scrambled = Scrambled("Number 4711 earns too little here");
  LengthEncoder encoder;
  WordVectors words(&encoder, 100);
  std::string sentence = Scrambled(scrambled);
  WordCodes codes;
  ASSERT_TRUE(words.Look({sentence}, &codes).ok());
  EXPECT_EQ(words.size(), 1u);
  EXPECT_GE(CopiesInMemory(scrambled), 1) << "there is none to be found";
  for (char& c : sentence) c = 'x';
  EXPECT_EQ(CopiesInMemory(scrambled), 0);
}

TEST(WordVectorsTest, RemembersNothingThatFailed) {
  LengthEncoder encoder;
  encoder.fail = true;
  WordVectors words(&encoder, 10);
  WordCodes codes;
  EXPECT_EQ(words.Look({"word"}, &codes).code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(words.size(), 0u);
}

}  // namespace
}  // namespace footnote
