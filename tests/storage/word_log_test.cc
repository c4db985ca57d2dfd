#include "storage/word_log.h"

#include <algorithm>
#include <map>
#include <random>
#include <utility>

#include "gtest/gtest.h"
#include "storage/segment_format.h"

namespace footnote {
namespace {

struct Posting {
  uint32_t frequency = 0;
  std::vector<uint32_t> positions;
};
// The truth: a map of maps.
using Index = std::map<uint64_t, std::map<uint32_t, Posting>>;

void AddToIndex(uint64_t key, uint32_t passage, uint32_t position,
                uint32_t weight, Index* index) {
  Posting& posting = (*index)[key][passage];
  posting.frequency = std::min(posting.frequency + weight, 0xffffu);
  posting.positions.push_back(std::min(position, (1u << 24) - 1));
}

void ExpectHolds(WordLog&& log, Index index) {
  uint64_t previous = 0;
  size_t terms = 0;
  std::move(log).ForEach([&](const TermLog::Term& term) {
    EXPECT_TRUE(terms == 0 || term.key > previous);
    previous = term.key;
    ++terms;
    ASSERT_EQ(index.count(term.key), 1);
    EXPECT_EQ(term.channel, term.key % kMaxChannels);
    std::map<uint32_t, Posting>& expected = index[term.key];
    ASSERT_EQ(term.ordinals.size(), expected.size());
    ASSERT_EQ(term.frequencies.size(), expected.size());
    ASSERT_EQ(term.counts.size(), expected.size());
    size_t i = 0;
    auto position = term.positions.begin();
    for (auto& entry : expected) {
      EXPECT_EQ(term.ordinals[i], entry.first);
      EXPECT_EQ(term.frequencies[i], entry.second.frequency);
      std::vector<uint32_t>& want = entry.second.positions;
      std::sort(want.begin(), want.end());
      ASSERT_EQ(term.counts[i], want.size());
      EXPECT_TRUE(std::equal(want.begin(), want.end(), position));
      position += want.size();
      ++i;
    }
    EXPECT_TRUE(position == term.positions.end());
  });
  EXPECT_EQ(terms, index.size());
}

SegmentTerm TermOf(uint64_t key) {
  return {key, static_cast<uint8_t>(key % kMaxChannels)};
}

// Keys of which words share some.
uint64_t AnyKey(bool hashed, std::mt19937_64* random) {
  const uint64_t key = (*random)() % (1 << (1 + (*random)() % 16));
  return hashed ? key * 0x9e3779b97f4a7c15u : key;
}

TEST(WordLogTest, InvertsWordsAndTokensOfAnyTerms) {
  std::mt19937_64 random(7);
  for (const int variant : {0, 1, 2, 3}) {
    const bool hashed = variant % 2 == 0;
    // As documents have them, which takes less memory, or any.
    const bool usual = variant < 2;
    const auto any_position = [&] {
      return usual ? static_cast<uint32_t>(random() % 300 +
                                           random() % 2 * kTitlePosition)
                   : static_cast<uint32_t>(random() >> 32 >> random() % 32);
    };
    WordLog log;
    Index index;
    std::vector<std::vector<uint64_t>> keys;
    uint32_t passage = 0;
    for (int i = 0; i < 3000; ++i) {
      // Some words never come.
      for (uint64_t n = random() % 6; n > 0; --n) {
        std::vector<SegmentTerm> terms;
        keys.emplace_back();
        for (uint64_t t = random() % 5; t > 0; --t) {
          terms.push_back(TermOf(AnyKey(hashed, &random)));
          keys.back().push_back(terms.back().key);
        }
        EXPECT_EQ(log.AddWord(terms), keys.size() - 1);
      }
      std::vector<SegmentWord> words;
      uint32_t position = 0;
      for (uint64_t w = keys.empty() ? 0 : random() % 40; w > 0; --w) {
        // Few words that come often, many that come once. Positions that rise
        // by one mostly, and that are any.
        const uint64_t range = std::min(uint64_t{1} << random() % 16,
                                        static_cast<uint64_t>(keys.size()));
        const uint32_t number = static_cast<uint32_t>(random() % range);
        position = random() % 10 == 0 ? any_position() : position + 1;
        words.push_back({number, position});
        for (const uint64_t key : keys[number]) {
          AddToIndex(key, passage, position, 1, &index);
        }
      }
      std::vector<SegmentToken> tokens(random() % 3 == 0 ? random() % 9 : 0);
      for (SegmentToken& token : tokens) {
        const SegmentTerm term = TermOf(AnyKey(hashed, &random));
        token = {term.key, static_cast<uint32_t>(random() % 100), term.channel,
                 static_cast<uint8_t>(1 + random() % 3)};
        AddToIndex(token.key, passage, token.position, token.weight, &index);
      }
      log.Add(passage, words, tokens);
      passage += random() % 50 == 0 ? random() % 5000 : 1;
    }
    ExpectHolds(std::move(log), std::move(index));
  }
}

TEST(WordLogTest, WordsOfTheSameTermsCountTogetherAndOthersApart) {
  // Some twice, some with nearly the terms of another, one without.
  const std::vector<std::vector<uint64_t>> keys = {
      {7, 24}, {7}, {24, 7}, {7, 24}, {}, {7, 24, 24}, {7}, {}, {23, 8}};
  WordLog log;
  Index index;
  for (const std::vector<uint64_t>& of_word : keys) {
    std::vector<SegmentTerm> terms;
    for (const uint64_t key : of_word) terms.push_back(TermOf(key));
    log.AddWord(terms);
  }
  for (const uint32_t passage : {0, 1, 5}) {
    std::vector<SegmentWord> words;
    for (uint32_t position = 0; position < 3 * keys.size(); ++position) {
      const uint32_t word = (position * 5 + passage) % keys.size();
      words.push_back({word, position});
      for (const uint64_t key : keys[word]) {
        AddToIndex(key, passage, position, 1, &index);
      }
    }
    log.Add(passage, words, {});
  }
  ExpectHolds(std::move(log), std::move(index));
}

TEST(WordLogTest, KeepsThePlacesAtTheEdgesOfTheirRange) {
  for (const uint32_t passage : {0u, 1u, kMaxSegmentPassages}) {
    WordLog log;
    Index index;
    const std::vector<SegmentTerm> terms = {TermOf(~uint64_t{0}), TermOf(0)};
    const uint32_t word = log.AddWord(terms);
    std::vector<SegmentWord> words;
    for (const uint32_t position :
         {0u, (1u << 24) - 2, (1u << 24) - 1, 1u << 24, ~0u, ~0u, 0u}) {
      words.push_back({word, position});
      for (const SegmentTerm& term : terms) {
        AddToIndex(term.key, passage, position, 1, &index);
      }
    }
    log.Add(passage, words, {});
    ExpectHolds(std::move(log), std::move(index));
  }
}

TEST(WordLogTest, KeepsThePlacesWhereTheyJustFitIntoFewBitsAndWhereNot) {
  for (const uint32_t most : {0u, 1u, 126u, 127u, 128u, kTitlePosition - 1}) {
    for (const uint32_t passage : {0u, 1u, 4095u, kMaxSegmentPassages - 1}) {
      WordLog log;
      Index index;
      const SegmentTerm term = TermOf(7);
      const uint32_t word = log.AddWord({term});
      std::vector<SegmentWord> words;
      for (const uint32_t position :
           {0u, most, kTitlePosition, kTitlePosition + most}) {
        words.push_back({word, position});
        AddToIndex(term.key, passage, position, 1, &index);
      }
      log.Add(passage, words, {});
      ExpectHolds(std::move(log), std::move(index));
    }
  }
}

TEST(WordLogTest, FrequencyStopsAtWhatARowHolds) {
  WordLog log;
  const uint32_t word = log.AddWord({{5, 0}});
  log.Add(0, std::vector<SegmentWord>(70000, {word, 0}), {{5, 1, 0, 100}});
  std::move(log).ForEach([](const TermLog::Term& term) {
    EXPECT_EQ(term.frequencies[0], 0xffff);
    EXPECT_EQ(term.positions.size(), 70001);
  });
}

TEST(WordLogTest, IsSmallWhenItHoldsLittle) {
  WordLog log;
  EXPECT_EQ(log.ApproximateBytes(), 0);
  WordLog().ForEach([](const TermLog::Term&) { FAIL(); });
  const std::vector<SegmentWord> word = {{log.AddWord({{9, 0}}), 0}};
  log.Add(0, word, {});
  EXPECT_LE(log.ApproximateBytes(), 512);
  // A passage is told in 8 bytes, a word in 4 and, inverted, in 8.
  for (uint32_t passage = 1; passage < 100000; ++passage) {
    log.Add(passage, word, {});
  }
  EXPECT_LE(log.ApproximateBytes(), 100000 * 23);
}

TEST(WordLogTest, GivesPlacesFreeBeforeItVisits) {
  WordLog log;
  const std::vector<SegmentWord> word = {{log.AddWord({{9, 0}}), 0}};
  for (uint32_t passage = 0; passage < 100000; ++passage) {
    log.Add(passage, word, {});
  }
  const size_t before = log.ApproximateBytes();
  size_t visits = 0;
  std::move(log).ForEach([&](const TermLog::Term& term) {
    EXPECT_EQ(term.ordinals.size(), 100000);
    EXPECT_LE(log.ApproximateBytes(), before - 100000 * 12);
    ++visits;
  });
  EXPECT_EQ(visits, 1);
}

TEST(WordLogTest, SaysWhenManyWordsHardlyComeAgain) {
  WordLog log;
  std::vector<SegmentWord> words;
  for (uint32_t i = 0; i < 100; ++i) words.push_back({log.AddWord({}), i});
  EXPECT_TRUE(log.WordsComeAgain());
  for (uint32_t i = 0; i < 1000000; ++i) log.AddWord({});
  EXPECT_FALSE(log.WordsComeAgain());
  for (uint32_t i = 0; i < 50000; ++i) log.Add(i, words, {});
  EXPECT_TRUE(log.WordsComeAgain());
}

}  // namespace
}  // namespace footnote
