#include "retriever/rank.h"

#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "proto/footnote/v1/types.pb.h"
#include "retriever/translation/cross_terms.h"
#include "retriever/translation/lexicon.h"
#include "tests/retriever/test_corpus.h"

namespace footnote {
namespace {

constexpr int kDimension = 64;

std::vector<float> Axis(int i) {
  std::vector<float> vector(kDimension, 0);
  vector[i % kDimension] = 1;
  return vector;
}

std::vector<TestDocument> Library() {
  std::vector<TestDocument> documents;
  const std::vector<std::string> texts = {
      "The river Spree flows through Berlin and ends in Spandau.",
      "A lighthouse warns ships of rocks near the coast.",
      "Bread is baked from flour, water, salt and yeast.",
      "The lighthouse keeper baked bread by the river.",
      "Ships carry flour along the coast to Spandau."};
  for (size_t i = 0; i < texts.size(); ++i) {
    documents.push_back({absl::StrCat("d", i),
                         Language::kEn,
                         {{texts[i], Axis(static_cast<int>(i))}}});
  }
  return documents;
}

std::vector<uint32_t> Order(const Ranking& ranking) {
  std::vector<uint32_t> order;
  for (const Candidate& c : ranking.passages) order.push_back(c.passage);
  return order;
}

Ranking MustRank(const SearchIndex& index, const RankQuery& query,
                 const v1::Filter& filter = {}) {
  auto ranking = Rank(index, query, filter);
  EXPECT_TRUE(ranking.ok()) << ranking.status();
  return *std::move(ranking);
}

RankQuery Ask(const std::string& question) {
  RankQuery query;
  query.question = question;
  query.language = Language::kEn;
  return query;
}

TEST(RankTest, PutsThePassageWithTheRareWordsFirst) {
  const SearchIndex index(MakeGeneration({Library()}));
  const Ranking ranking = MustRank(index, Ask("Where does the Spree end?"));
  ASSERT_FALSE(ranking.passages.empty());
  EXPECT_EQ(ranking.passages[0].passage, 0u);
  EXPECT_EQ(ranking.passages[0].lexical_rank, 1u);
}

TEST(RankTest, FindsByVectorWhatSharesNoWord) {
  const SearchIndex index(MakeGeneration({Library()}));
  RankQuery query = Ask("Wie entsteht ein Brot?");
  query.language = Language::kDe;
  query.vector = Axis(2);
  const Ranking ranking = MustRank(index, query);
  ASSERT_FALSE(ranking.passages.empty());
  EXPECT_EQ(ranking.passages[0].passage, 2u);
  EXPECT_EQ(ranking.passages[0].vector_rank, 1u);
}

TEST(RankTest, FindsByVectorAtHomeThoughOtherLanguagesAreNearer) {
  std::vector<TestDocument> documents = Library();
  // More than an arm brings, all as near as can be.
  for (int i = 0; i < 300; ++i) {
    documents.push_back({absl::StrCat("fr", i),
                         Language::kFr,
                         {{"Le pain se fait de farine.", Axis(7)}}});
  }
  std::vector<float> vector = Axis(7);
  vector[0] = 0.4f;
  const SearchIndex index(MakeGeneration({documents}));
  RankQuery query = Ask("Which waterway crosses the capital?");
  query.vector = vector;
  query.keep_all = true;
  bool found = false;
  for (const Candidate& candidate : MustRank(index, query).passages) {
    if (!candidate.same_language) continue;
    found |= candidate.passage == 0 && candidate.nearness > 0;
  }
  EXPECT_TRUE(found);
}

TEST(RankTest, SharesAreOfTheBestInAnotherLanguage) {
  std::vector<Candidate> candidates(3);
  candidates[0].meaning = 8;
  candidates[0].same_language = true;
  candidates[1].meaning = 4;
  candidates[2].meaning = 1;
  candidates[2].nearness = -1;
  MeasureShares(absl::MakeSpan(candidates));
  EXPECT_EQ(candidates[0].meaning_share, 0);
  EXPECT_EQ(candidates[1].meaning_share, 1);
  EXPECT_EQ(candidates[2].meaning_share, 0.25f);
  EXPECT_EQ(candidates[2].nearness_share, 0);
}

TEST(RankTest, FindsByTheTranslationWhatSharesNoWord) {
  const SearchIndex index(MakeGeneration({Library()}));
  RankQuery query = Ask("Wer bäckt Brot aus Mehl?");
  query.language = Language::kDe;
  EXPECT_TRUE(MustRank(index, query).passages.empty());
  query.translated = TranslatedTerms(index.words, query.question,
                                     query.language, Lexicon::BuiltIn());
  EXPECT_FALSE(query.translated.empty());
  query.keep_all = true;
  query.top_k = 1;
  const Ranking ranking = MustRank(index, query);
  ASSERT_GT(ranking.passages.size(), 1u);
  for (const Candidate& candidate : ranking.passages) {
    // Bread or flour.
    EXPECT_TRUE(candidate.passage >= 2) << candidate.passage;
    if (candidate.translated_rank == 1) {
      EXPECT_EQ(candidate.passage, 2u);
    }
  }
}

TEST(RankTest, TranslatesNothingFromEnglish) {
  const SearchIndex index(MakeGeneration({Library()}));
  EXPECT_TRUE(TranslatedTerms(index.words, "Who bakes bread?", Language::kEn,
                              Lexicon::BuiltIn())
                  .empty());
}

TEST(RankTest, NeverReturnsWhatIsNoEvidence) {
  const SearchIndex index(MakeGeneration({Library()}));
  EXPECT_TRUE(MustRank(index, Ask("xylophone quartz")).passages.empty());
  // A vector at right angles to all of them.
  RankQuery query = Ask("xylophone quartz");
  query.vector = Axis(60);
  EXPECT_TRUE(MustRank(index, query).passages.empty());
  // "the" and "of" alone do not make evidence beside a word that is nowhere.
  EXPECT_TRUE(MustRank(index, Ask("the xylophone of")).passages.empty());
}

TEST(RankTest, SaysWhenAQuestionHoldsNothingToLookFor) {
  const SearchIndex index(MakeGeneration({Library()}));
  for (const char* question : {"", "   ", "?!…", "\x01\x02", "where is the"}) {
    EXPECT_TRUE(MustRank(index, Ask(question)).nothing_to_look_for ==
                (question[0] != '\0'))
        << question;
  }
  EXPECT_FALSE(MustRank(index, Ask("lighthouse")).nothing_to_look_for);
}

TEST(RankTest, TakesHostileQuestions) {
  const SearchIndex index(MakeGeneration({Library()}));
  std::string huge;
  while (huge.size() < 100000) absl::StrAppend(&huge, "ship", huge.size(), " ");
  for (const std::string& question :
       {huge, std::string(100000, 'a'), std::string(100000, ' '),
        std::string(50000, '\xe2'), std::string("\xff\xfe ship \x80"),
        std::string("ship\0coast", 10), std::string(33333, '\xe6')}) {
    RankQuery query = Ask(question);
    query.vector = Axis(1);
    EXPECT_LE(MustRank(index, query).passages.size(), 10u);
  }
}

TEST(RankTest, AppliesTheFilterInBothArms) {
  std::vector<TestDocument> documents = Library();
  documents[0].metadata = {{"shelf", "left"}};
  documents[4].metadata = {{"shelf", "left"}};
  const SearchIndex index(MakeGeneration({documents}));
  v1::Filter filter;
  filter.add_conditions()->set_key("shelf");
  RankQuery query = Ask("lighthouse bread Spandau");
  query.vector = Axis(1);
  for (uint32_t passage : Order(MustRank(index, query, filter))) {
    EXPECT_TRUE(passage == 0 || passage == 4) << passage;
  }
}

TEST(RankTest, ReturnsOnePassageOfADocumentWhenAskedTo) {
  std::vector<TestDocument> documents(2);
  documents[0] = {"a", Language::kEn, {{"red fox", {}}, {"red foxes", {}}}};
  documents[1] = {"b", Language::kEn, {{"a fox", {}}}};
  const SearchIndex index(MakeGeneration({documents}));
  RankQuery query = Ask("red fox");
  EXPECT_EQ(MustRank(index, query).passages.size(), 3u);
  query.distinct_documents = true;
  EXPECT_EQ(MustRank(index, query).passages.size(), 2u);
}

TEST(RankTest, OfADocumentWhoseBestPassageIsARepeatTheNextIsReturned) {
  const SearchIndex index(MakeGeneration(
      {{{"a", Language::kEn, {{"The lighthouse of Spandau is red.", {}}}},
        {"b",
         Language::kEn,
         {{"The lighthouse of Spandau is red.", {}},
          {"Beside the lighthouse of Spandau, in the harbour, stands a tree "
           "that is very old.",
           {}}}}}}));
  RankQuery query = Ask("lighthouse of Spandau");
  query.distinct_documents = true;
  query.is_repeat = [](const std::vector<Candidate>& kept,
                       const Candidate& next) {
    return !kept.empty() && next.passage == 1;
  };
  EXPECT_EQ(Order(MustRank(index, query)), (std::vector<uint32_t>{0, 2}));
}

TEST(RankTest, PrefersTheQuestionsLanguageAmongEquals) {
  const SearchIndex index(
      MakeGeneration({{{"de", Language::kDe, {{"Radio 2015", {}}}},
                       {"en", Language::kEn, {{"Radio 2015", {}}}}}}));
  RankQuery query = Ask("radio 2015");
  EXPECT_EQ(Order(MustRank(index, query))[0], 1u);
  query.language = Language::kDe;
  EXPECT_EQ(Order(MustRank(index, query))[0], 0u);
}

TEST(RankTest, CountsWordsOfTheTitle) {
  std::vector<TestDocument> documents(2);
  documents[0] = {"a", Language::kEn, {{"It has two thousand rooms.", {}}}};
  documents[1] = {"b", Language::kEn, {{"It has two thousand rooms.", {}}}};
  documents[1].title = "Palace of Versailles";
  const SearchIndex index(MakeGeneration({documents}));
  EXPECT_EQ(Order(MustRank(index, Ask("How many rooms has Versailles?")))[0],
            1u);
}

TEST(RankTest, PrefersWordsThatStandTogether) {
  std::string far = "copper";
  for (int i = 0; i < 60; ++i) absl::StrAppend(&far, " filler", i);
  absl::StrAppend(&far, " kettle");
  std::string near = "copper kettle";
  for (int i = 0; i < 60; ++i) absl::StrAppend(&near, " filler", i);
  const SearchIndex index(
      MakeGeneration({{{"far", Language::kEn, {{far, {}}}},
                       {"near", Language::kEn, {{near, {}}}}}}));
  EXPECT_EQ(Order(MustRank(index, Ask("copper kettle")))[0], 1u);
}

TEST(RankTest, PrefersPairsOfTheQuestion) {
  const SearchIndex index(MakeGeneration(
      {{{"a", Language::kEn, {{"A kettle that is black holds copper.", {}}}},
        {"b", Language::kEn, {{"A copper kettle that holds black.", {}}}}}}));
  const Ranking ranking = MustRank(index, Ask("copper kettle"));
  ASSERT_EQ(ranking.passages.size(), 2u);
  EXPECT_EQ(ranking.passages[0].passage, 1u);
  EXPECT_EQ(ranking.passages[0].phrase, 1);
  EXPECT_EQ(ranking.passages[1].phrase, 0);
}

TEST(RankTest, MeasuresHowMuchOfTheQuestionIsThere) {
  std::vector<TestDocument> documents(3);
  documents[0] = {"a", Language::kEn, {{"A copper kettle.", {}}}};
  documents[1] = {"b", Language::kEn, {{"A copper pan.", {}}}};
  documents[2] = {"c", Language::kEn, {{"A kettle.", {}}}};
  documents[2].title = "Copper";
  const SearchIndex index(MakeGeneration({documents}));
  for (const Candidate& c : MustRank(index, Ask("copper kettle")).passages) {
    EXPECT_EQ(c.coverage == 1, c.passage != 1) << c.passage;
    EXPECT_EQ(c.title_share > 0, c.passage == 2) << c.passage;
    EXPECT_LE(c.title_share, 1);
  }
}

TEST(RankTest, KnowsWhatADocumentBeginsWith) {
  std::string late;
  for (int i = 0; i < 40; ++i) absl::StrAppend(&late, "filler", i, " ");
  std::vector<TestDocument> documents(3);
  documents[0] = {"a", Language::kEn, {{late + "A kettle.", {}}}};
  documents[1] = {"b", Language::kEn, {{"A kettle. " + late, {}}}};
  documents[2] = {"c", Language::kEn, {{late, {}}, {"Kettle. " + late, {}}}};
  const SearchIndex index(MakeGeneration({documents}));
  const Ranking ranking = MustRank(index, Ask("kettle"));
  ASSERT_EQ(ranking.passages.size(), 3u);
  EXPECT_EQ(ranking.passages[0].passage, 1u);
  // Passage 3 is the second of its document.
  for (const Candidate& c : ranking.passages) {
    EXPECT_EQ(c.lead, c.passage == 1 ? 1 : 0) << c.passage;
  }
}

TEST(RankTest, FindsWhatTheQuestionSpellsOut) {
  // "The president of the Bank of Japan": one says it in short, one speaks of
  // Japan, one of a bank, and one has characters of both words.
  const std::vector<std::string> texts = {
      "日本の首都は東京である。", "日銀の本店は本石町にある。",
      "銀行は金を貸す。", "先日、銀色の車が走った。"};
  std::vector<TestDocument> documents;
  for (const std::string& text : texts) {
    documents.push_back({text, Language::kJa, {{text, {}}}});
  }
  const SearchIndex index(MakeGeneration({documents}));
  RankQuery query = Ask("日本銀行の本店");
  query.language = Language::kJa;
  const Ranking ranking = MustRank(index, query);
  ASSERT_FALSE(ranking.passages.empty());
  EXPECT_EQ(ranking.passages[0].passage, 1u);
  EXPECT_GT(ranking.passages[0].coverage, 0.5);
  EXPECT_GT(ranking.passages[0].phrase, 0);

  query.question = "日本銀行";
  const Ranking shorter = MustRank(index, query);
  ASSERT_FALSE(shorter.passages.empty());
  EXPECT_EQ(shorter.passages[0].passage, 1u);
  for (const Candidate& c : shorter.passages) EXPECT_NE(c.passage, 3u);
}

TEST(RankTest, CountsAShortFormForNoMoreThanTheWordsThemselves) {
  std::vector<TestDocument> documents;
  for (const std::string text :
       {"日銀が発表した。", "日本銀行が発表した。", "雨が降った。"}) {
    documents.push_back({text, Language::kJa, {{text, {}}}});
  }
  const SearchIndex index(MakeGeneration({documents}));
  RankQuery query = Ask("日本銀行が発表したか");
  query.language = Language::kJa;
  const Ranking ranking = MustRank(index, query);
  ASSERT_EQ(ranking.passages.size(), 2u);
  EXPECT_EQ(ranking.passages[0].passage, 1u);
  for (const Candidate& c : ranking.passages) {
    EXPECT_LE(c.coverage, 1);
    EXPECT_LE(c.phrase, 1);
  }
}

RankQuery AskInUkrainian(const std::string& question) {
  RankQuery query = Ask(question);
  query.language = Language::kUk;
  return query;
}

SearchIndex Ukrainian(const std::vector<std::string>& texts) {
  std::vector<TestDocument> documents;
  for (const std::string& text : texts) {
    documents.push_back({text, Language::kUk, {{text, {}}}});
  }
  return SearchIndex(MakeGeneration({documents}));
}

TEST(RankTest, FindsAnotherFormWhoseStemDiffers) {
  const SearchIndex index = Ukrainian(
      {"Печі поставила фірма Жар.", "Вікна миють навесні.", "Доходу не було."});
  for (const auto& [question, passage] :
       std::vector<std::pair<std::string, uint32_t>>{
           {"піч", 0}, {"вікон", 1}, {"дохід", 2}}) {
    const Ranking ranking = MustRank(index, AskInUkrainian(question));
    ASSERT_FALSE(ranking.passages.empty()) << question;
    EXPECT_EQ(ranking.passages[0].passage, passage) << question;
    EXPECT_EQ(ranking.passages[0].coverage, 1) << question;
  }
}

TEST(RankTest, FindsAKoreanVerbInAnotherForm) {
  const std::string text = "사진은 로비에서만 찍습니다.";
  const std::string other = "사진은 벽에 걸었습니다.";
  const SearchIndex index =
      SearchIndex(MakeGeneration({{{text, Language::kKo, {{text, {}}}},
                                   {other, Language::kKo, {{other, {}}}}}}));
  RankQuery query = Ask("어디에서 찍나요?");
  query.language = Language::kKo;
  const Ranking ranking = MustRank(index, query);
  ASSERT_EQ(ranking.passages.size(), 1u);
  EXPECT_EQ(ranking.passages[0].passage, 0u);
}

TEST(RankTest, CountsAWordOnceHoweverManyOfItsStemsAreThere) {
  // Two forms, and one form twice: each is the word, twice.
  const SearchIndex index =
      Ukrainian({"Рік до року росте яблуня.", "Року після року росте яблуня.",
                 "Дощ іде третю добу."});
  const Ranking ranking = MustRank(index, AskInUkrainian("рік"));
  ASSERT_EQ(ranking.passages.size(), 2u);
  EXPECT_EQ(ranking.passages[0].stems, ranking.passages[1].stems);
  for (const Candidate& c : ranking.passages) EXPECT_EQ(c.coverage, 1);
}

TEST(RankTest, TakesAWordForAsRareAsAllOfItsStems) {
  const SearchIndex index =
      Ukrainian({"Перший рік.", "Кінець року.", "Перед роком.", "Яблуня."});
  const Ranking ranking = MustRank(index, AskInUkrainian("рік яблуня"));
  float year = 0;
  float apple_tree = 0;
  size_t own = 0;
  for (const QueryTerm& term : ranking.terms) {
    if (term.channel != kChannelStem) continue;
    own += !term.alternative;
    (term.word == TermKey(kChannelStem, "рік") ? year : apple_tree) =
        term.rarity;
  }
  EXPECT_EQ(own, 2u);
  EXPECT_LT(year, apple_tree);
}

TEST(RankTest, LooksForNoStemThatNoPassageHas) {
  const SearchIndex index = Ukrainian({"Яблуня росте."});
  const Ranking ranking = MustRank(index, AskInUkrainian("рік"));
  for (const QueryTerm& term : ranking.terms) EXPECT_FALSE(term.alternative);
}

TEST(RankTest, ReadsAShortQuestionInEveryLanguageThatItMayBeIn) {
  // "Häuser" and "Haus" have one stem in German only.
  const SearchIndex index(
      MakeGeneration({{{"de", Language::kDe, {{"Das Haus am See", {}}}}}}));
  RankQuery query = Ask("Häuser");
  EXPECT_TRUE(MustRank(index, query).passages.empty());
  query.likely = {{Language::kEn, 1}, {Language::kDe, 0.8f}};
  const Ranking ranking = MustRank(index, query);
  ASSERT_EQ(ranking.passages.size(), 1u);
  EXPECT_FLOAT_EQ(ranking.passages[0].language, 0.8f);
  query.likely[1].likelihood = 0.2f;
  EXPECT_TRUE(MustRank(index, query).passages.empty());
}

TEST(RankTest, TellsWhatTheQuestionsTermsWeigh) {
  const SearchIndex index(MakeGeneration({Library()}));
  const Ranking ranking = MustRank(index, Ask("lighthouse Spandau quartz"));
  ASSERT_FALSE(ranking.terms.empty());
  // Nothing is rarer than what no passage holds.
  EXPECT_EQ(ranking.terms[0].document_frequency, 0u);
  EXPECT_GT(ranking.terms[0].rarity, ranking.terms.back().rarity);
}

// What fusion owes: where one arm is useless, it does no worse than the other.
class FusionTest : public ::testing::Test {
 protected:
  static constexpr int kPassages = 400;
  static constexpr int kDimension = 512;

  // The gold passage of question i is passage i. With `words`, they share two
  // rare words; with `vectors`, their vectors are near.
  int HitsAt5(bool words, bool vectors, Arms arms) {
    std::mt19937 random(17);
    std::normal_distribution<float> normal;
    const auto unit = [&](const std::vector<float>& near, float share) {
      std::vector<float> v(kDimension);
      double square = 0;
      for (int i = 0; i < kDimension; ++i) {
        v[i] = normal(random) / std::sqrt(kDimension) +
               (near.empty() ? 0 : share * near[i]);
        square += v[i] * v[i];
      }
      for (float& x : v) x /= std::sqrt(square);
      return v;
    };
    std::uniform_int_distribution<int> common(0, 30);
    std::vector<TestDocument> documents(kPassages);
    std::vector<RankQuery> queries(kPassages);
    for (int i = 0; i < kPassages; ++i) {
      std::string text;
      std::string question;
      for (int j = 0; j < 60; ++j) {
        absl::StrAppend(&text, "common", common(random), " ");
      }
      for (int j = 0; j < 4; ++j) {
        absl::StrAppend(&question, "common", common(random), " ");
      }
      if (words) {
        absl::StrAppend(&text, "rare", i, " seldom", i % 40);
        absl::StrAppend(&question, "rare", i, " seldom", i % 40);
      }
      const std::vector<float> vector = unit({}, 0);
      documents[i] = {absl::StrCat(i), Language::kEn, {{text, vector}}};
      queries[i] = Ask(question);
      queries[i].vector = unit(vectors ? vector : std::vector<float>(), 1);
      queries[i].arms = arms;
    }
    const SearchIndex index(MakeGeneration({documents}));
    int hits = 0;
    for (uint32_t i = 0; i < kPassages; ++i) {
      const std::vector<uint32_t> order = Order(MustRank(index, queries[i]));
      for (size_t j = 0; j < order.size() && j < 5; ++j) hits += order[j] == i;
    }
    return hits;
  }
};

TEST_F(FusionTest, IsNoWorseThanWordsWhereVectorsAreNoise) {
  const int lexical = HitsAt5(true, false, Arms::kLexical);
  EXPECT_GT(lexical, kPassages * 9 / 10);
  EXPECT_GE(HitsAt5(true, false, Arms::kBoth), lexical);
}

TEST_F(FusionTest, IsNoWorseThanVectorsWhereWordsAreNoise) {
  const int vectors = HitsAt5(false, true, Arms::kVector);
  EXPECT_GT(vectors, kPassages * 9 / 10);
  EXPECT_GE(HitsAt5(false, true, Arms::kBoth), vectors * 98 / 100);
}

TEST_F(FusionTest, IsNoWorseThanEitherWhereBothKnow) {
  const int both = HitsAt5(true, true, Arms::kBoth);
  EXPECT_GE(both, HitsAt5(true, true, Arms::kLexical));
  EXPECT_GE(both, HitsAt5(true, true, Arms::kVector));
}

}  // namespace
}  // namespace footnote
