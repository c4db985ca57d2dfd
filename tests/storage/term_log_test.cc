#include "storage/term_log.h"

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
struct Expected {
  uint8_t channel = 0;
  std::map<uint32_t, Posting> postings;
};
using Index = std::map<uint64_t, Expected>;

void AddToIndex(uint32_t passage, const std::vector<SegmentToken>& tokens,
                Index* index) {
  for (const SegmentToken& token : tokens) {
    const auto entry = index->try_emplace(token.key).first;
    if (entry->second.postings.empty()) entry->second.channel = token.channel;
    Posting& posting = entry->second.postings[passage];
    posting.frequency = std::min(
        posting.frequency +
            std::min<uint32_t>(std::max<uint32_t>(token.weight, 1), 127),
        0xffffu);
    posting.positions.push_back(std::min(token.position, (1u << 24) - 1));
  }
}

void ExpectHolds(const TermLog& log, Index index) {
  uint64_t previous = 0;
  size_t terms = 0;
  log.ForEach([&](const TermLog::Term& term) {
    EXPECT_TRUE(terms == 0 || term.key > previous);
    previous = term.key;
    ++terms;
    ASSERT_EQ(index.count(term.key), 1);
    Expected& expected = index[term.key];
    EXPECT_EQ(term.channel, expected.channel);
    ASSERT_EQ(term.ordinals.size(), expected.postings.size());
    ASSERT_EQ(term.frequencies.size(), expected.postings.size());
    ASSERT_EQ(term.counts.size(), expected.postings.size());
    size_t i = 0;
    auto position = term.positions.begin();
    for (auto& entry : expected.postings) {
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

TEST(TermLogTest, InvertsPassagesOfAnyTokens) {
  std::mt19937_64 random(7);
  for (const bool hashed : {true, false}) {
    TermLog log;
    Index index;
    uint32_t passage = 0;
    for (int i = 0; i < 3000; ++i) {
      std::vector<SegmentToken> tokens(random() % 40);
      for (SegmentToken& token : tokens) {
        // Few terms that come often, many that come once; keys that are not
        // hashes all fall into one log.
        const uint64_t term = random() % (1 << (1 + random() % 16));
        token.key = hashed ? term * 0x9e3779b97f4a7c15u : term;
        token.position =
            static_cast<uint32_t>(random() >> (40 + random() % 20));
        token.channel = static_cast<uint8_t>(term % kMaxChannels);
        token.weight =
            static_cast<uint8_t>(random() % 10 == 0 ? random() % 256 : 1);
      }
      log.Add(passage, tokens);
      AddToIndex(passage, tokens, &index);
      // Neighbours mostly; sometimes a leap that a log's record cannot hold.
      passage += random() % 50 == 0 ? random() % 5000 : 1;
    }
    ExpectHolds(log, std::move(index));
  }
}

TEST(TermLogTest, KeepsThePassageOfTheFirstTokenFarFromTheBegin) {
  for (const uint32_t passage : {0u, 254u, 255u, 256u, kMaxSegmentPassages}) {
    TermLog log;
    Index index;
    const std::vector<SegmentToken> tokens = {
        {~uint64_t{0}, 3, 1, 1}, {0, 0xffffffff, 15, 127}, {0, 1, 15, 16}};
    log.Add(passage, tokens);
    AddToIndex(passage, tokens, &index);
    ExpectHolds(log, std::move(index));
  }
}

TEST(TermLogTest, FrequencyStopsAtWhatARowHolds) {
  TermLog log;
  const std::vector<SegmentToken> tokens(1000, {5, 0, 0, 127});
  log.Add(0, tokens);
  log.ForEach([](const TermLog::Term& term) {
    EXPECT_EQ(term.frequencies[0], 0xffff);
    EXPECT_EQ(term.positions.size(), 1000);
  });
}

TEST(TermLogTest, IsSmallWhenItHoldsLittle) {
  TermLog log;
  EXPECT_EQ(log.ApproximateBytes(), 0);
  const std::vector<SegmentToken> token = {{9, 0, 0, 1}};
  log.Add(0, token);
  EXPECT_LE(log.ApproximateBytes(), 256);
  for (uint32_t passage = 1; passage < 100000; ++passage) {
    log.Add(passage, token);
  }
  EXPECT_LE(log.ApproximateBytes(), 100000 * 13);
}

}  // namespace
}  // namespace footnote
