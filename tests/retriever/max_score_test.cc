#include "retriever/lexical/max_score.h"

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "retriever/lexical/query_terms.h"
#include "tests/retriever/test_corpus.h"

namespace footnote {
namespace {

// Words with frequencies as in real text: word 0 is in most passages, word 499
// in next to none.
std::string RandomText(std::mt19937* random, int words) {
  std::geometric_distribution<int> rank(0.02);
  std::string text;
  for (int i = 0; i < words; ++i) {
    absl::StrAppend(&text, i == 0 ? "" : " ", "w", std::min(rank(*random), 499),
                    "x");
  }
  return text;
}

std::vector<TestDocument> RandomDocuments(uint32_t seed, int count) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> length(1, 120);
  std::vector<TestDocument> documents(count);
  for (int i = 0; i < count; ++i) {
    documents[i].id = absl::StrCat(seed, "/", i);
    documents[i].passages.push_back({RandomText(&random, length(random)), {}});
  }
  return documents;
}

// The same answer by adding up every posting.
std::vector<LexicalHit> BruteForce(const Corpus& corpus,
                                   const std::vector<WeightedTerm>& terms,
                                   const std::vector<AllowedPassages>& allowed,
                                   size_t k) {
  std::vector<LexicalHit> all;
  for (uint32_t s = 0; s < corpus.generation().segments.size(); ++s) {
    const SegmentReader& reader = *corpus.generation().segments[s].reader;
    std::vector<uint32_t> sums(reader.passage_count(), 0);
    for (const WeightedTerm& term : terms) {
      for (auto it = reader.Postings(term.key); it.Valid(); it.NextBlock()) {
        const auto& block = it.Block();
        for (int i = 0; i < block.count; ++i) {
          const uint32_t passage = block.ordinals[i];
          sums[passage] +=
              Impact(term.weight, block.frequencies[i],
                     corpus.ChannelNorms(s, term.channel).OfPassage(passage));
        }
      }
    }
    for (uint32_t p = 0; p < sums.size(); ++p) {
      if (sums[p] > 0 && allowed[s].Has(p)) all.push_back({s, p, sums[p]});
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const LexicalHit& a, const LexicalHit& b) {
                     return a.score > b.score;
                   });
  if (all.size() > k) all.resize(k);
  return all;
}

std::vector<AllowedPassages> AllowAll(const Generation& generation) {
  std::vector<AllowedPassages> allowed;
  for (const LiveSegment& segment : generation.segments) {
    allowed.push_back({segment.live_passages, segment.reader->passage_count(),
                       segment.live_count});
  }
  return allowed;
}

std::vector<WeightedTerm> TermsOf(const std::string& question,
                                  const Corpus& corpus) {
  std::vector<WeightedTerm> terms;
  for (const QueryTerm& term :
       MakeQueryTerms(question, {Language::kEn}, corpus).terms) {
    terms.push_back({term.key, term.channel, term.rarity * kScoreUnit});
  }
  return terms;
}

void ExpectSame(const std::vector<LexicalHit>& got,
                const std::vector<LexicalHit>& want) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].segment, want[i].segment) << "rank " << i;
    EXPECT_EQ(got[i].passage, want[i].passage) << "rank " << i;
    EXPECT_EQ(got[i].score, want[i].score) << "rank " << i;
  }
}

TEST(MaxScoreTest, FindsExactlyWhatAddingUpEveryPostingFinds) {
  // Over two windows in the first segment, and a small second one.
  const auto generation =
      MakeGeneration({RandomDocuments(1, 5000), RandomDocuments(2, 300)});
  const Corpus corpus(generation);
  const auto allowed = AllowAll(*generation);
  std::mt19937 random(3);
  for (int round = 0; round < 60; ++round) {
    const auto terms = TermsOf(RandomText(&random, 1 + round % 12), corpus);
    for (size_t k : {1, 10, 100, 6000}) {
      const auto got = BestByTerms(corpus, terms, allowed, k);
      ASSERT_TRUE(got.ok()) << got.status();
      ExpectSame(*got, BruteForce(corpus, terms, allowed, k));
    }
  }
}

TEST(MaxScoreTest, CutsTheBestOffAfterTheFilterAndNotBefore) {
  const auto generation = MakeGeneration({RandomDocuments(4, 3000)});
  const Corpus corpus(generation);
  std::mt19937 random(5);
  for (double share : {0.5, 0.02, 0.0}) {
    std::vector<AllowedPassages> allowed(1);
    allowed[0].passages = 3000;
    allowed[0].bits.assign((3000 + 63) / 64, 0);
    std::bernoulli_distribution coin(share);
    for (uint32_t p = 0; p < 3000; ++p) {
      if (!coin(random)) continue;
      allowed[0].bits[p / 64] |= uint64_t{1} << (p % 64);
      ++allowed[0].count;
    }
    for (int round = 0; round < 20; ++round) {
      const auto terms = TermsOf(RandomText(&random, 8), corpus);
      const auto got = BestByTerms(corpus, terms, allowed, 10);
      ASSERT_TRUE(got.ok());
      ExpectSame(*got, BruteForce(corpus, terms, allowed, 10));
    }
  }
}

TEST(MaxScoreTest, NeverReturnsWhatWasDeleted) {
  auto generation = MakeGeneration({RandomDocuments(6, 400)});
  const Corpus before(generation);
  const auto terms = TermsOf("w0x w3x w7x", before);
  const auto first = BestByTerms(before, terms, AllowAll(*generation), 1);
  ASSERT_EQ(first->size(), 1u);
  const uint32_t best = first->front().passage;
  HidePassage(0, best, generation.get());
  const Corpus after(generation);
  const auto rest = BestByTerms(after, terms, AllowAll(*generation), 400);
  ASSERT_TRUE(rest.ok());
  EXPECT_GT(rest->size(), 10u);
  for (const LexicalHit& hit : *rest) EXPECT_NE(hit.passage, best);
}

TEST(MaxScoreTest, OrdersEqualPassagesByArrival) {
  std::vector<TestDocument> documents(300);
  for (int i = 0; i < 300; ++i) {
    documents[i].id = absl::StrCat(i);
    documents[i].passages.push_back({"the same words every time", {}});
  }
  const auto generation = MakeGeneration({documents, documents});
  const Corpus corpus(generation);
  const auto hits = BestByTerms(corpus, TermsOf("same words", corpus),
                                AllowAll(*generation), 5);
  ASSERT_EQ(hits->size(), 5u);
  for (uint32_t i = 0; i < 5; ++i) {
    EXPECT_EQ((*hits)[i].segment, 0u);
    EXPECT_EQ((*hits)[i].passage, i);
  }
}

TEST(MaxScoreTest, FindsNothingForNoTermsUnknownTermsOrNoPlaces) {
  const auto generation = MakeGeneration({RandomDocuments(8, 50)});
  const Corpus corpus(generation);
  const auto allowed = AllowAll(*generation);
  EXPECT_TRUE(BestByTerms(corpus, {}, allowed, 10)->empty());
  EXPECT_TRUE(
      BestByTerms(corpus, TermsOf("zebra", corpus), allowed, 10)->empty());
  EXPECT_TRUE(BestByTerms(corpus, TermsOf("w1x", corpus), allowed, 0)->empty());
  const auto empty = MakeGeneration({});
  const Corpus nothing(empty);
  EXPECT_TRUE(BestByTerms(nothing, TermsOf("w1x", nothing), {}, 10)->empty());
}

}  // namespace
}  // namespace footnote
