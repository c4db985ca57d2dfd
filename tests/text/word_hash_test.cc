#include "text/word_hash.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace footnote {
namespace {

uint64_t HashOf(const std::string& word, uint64_t seed = 0) {
  return WordHash(word, 0, word.size(), seed);
}

// Whatever follows is read with a short word, and must not count.
TEST(WordHashTest, IsTheSameWhereverAWordStands) {
  const std::string letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  for (size_t size = 0; size <= letters.size(); ++size) {
    const std::string word = letters.substr(0, size);
    for (size_t before : {0, 1, 7, 40}) {
      for (size_t behind : {0, 1, 8, 15, 16, 40}) {
        const std::string text = absl::StrCat(std::string(before, 'x'), word,
                                              std::string(behind, 'y'));
        EXPECT_EQ(WordHash(text, before, before + size, 5), HashOf(word, 5))
            << size << " bytes behind " << before << " before " << behind;
      }
    }
  }
}

// Words that are much alike, of up to 17 bytes.
std::vector<std::string> AlikeWords() {
  std::vector<std::string> words;
  for (int first = 0; first < 256; ++first) {
    for (int last = 0; last < 256; ++last) {
      for (size_t between : {0, 2, 5, 6, 7, 13, 14, 15}) {
        std::string word(between + 2, 'a');
        word.front() = static_cast<char>(first);
        word.back() = static_cast<char>(last);
        words.push_back(word);
      }
    }
  }
  return words;
}

TEST(WordHashTest, TellsWordsAndSeedsApart) {
  absl::flat_hash_set<uint64_t> hashes;
  const std::vector<std::string> words = AlikeWords();
  for (const std::string& word : words) {
    for (uint64_t seed : {0, 1}) hashes.insert(HashOf(word, seed));
  }
  EXPECT_EQ(hashes.size(), 2 * words.size());
}

// Tables take their places from some of the bits.
TEST(WordHashTest, SpreadsWordsOverEveryPartOfItsBits) {
  constexpr size_t kPlaces = 4096;
  const std::vector<std::string> words = AlikeWords();
  for (int shift = 0; shift <= 52; shift += 4) {
    std::vector<size_t> counts(kPlaces);
    for (const std::string& word : words) {
      ++counts[(HashOf(word) >> shift) % kPlaces];
    }
    const double mean =
        static_cast<double>(words.size()) / static_cast<double>(kPlaces);
    double squares = 0;
    for (size_t count : counts) {
      const double over = static_cast<double>(count) - mean;
      squares += over * over / mean;
    }
    // Chi squared, whose mean is kPlaces - 1 and whose deviation is 90.
    EXPECT_LT(squares, kPlaces + 5 * 90) << "from bit " << shift << " on";
  }
}

}  // namespace
}  // namespace footnote
