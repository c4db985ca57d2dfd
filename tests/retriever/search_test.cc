// Searches a real store: what was committed, deleted and superseded.
#include "retriever/search.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/types/optional.h"
#include "base/grpc_status.h"
#include "gtest/gtest.h"
#include "proto/footnote/v1/retriever.pb.h"
#include "retriever/translation/lexicon.h"
#include "retriever/translation/names_elsewhere.h"
#include "retriever/translation/second_opinion.h"
#include "storage/segment_writer.h"
#include "storage/store.h"
#include "tests/model/encoder/one_word_encoder.h"
#include "text/analyzer.h"

namespace footnote {
namespace {

constexpr int kDimension = 64;

// Knows bread and moon in two languages; everything else is a third axis.
class WordEncoder final : public Encoder {
 public:
  explicit WordEncoder(int dimension = kDimension, char hash_digit = 'a')
      : dimension_(dimension), hash_(64, hash_digit) {}
  absl::string_view name() const override { return "words/float32"; }
  int dimension() const override { return dimension_; }
  absl::string_view hash() const override { return hash_; }
  absl::Span<const absl::string_view> languages() const override {
    return languages_;
  }
  int max_tokens() const override { return 100; }
  absl::Status Encode(absl::Span<const absl::string_view> texts,
                      float* rows) const override {
    for (absl::string_view text : texts) {
      std::fill(rows, rows + dimension_, 0.0f);
      rows[AxisOf(text)] = 1;
      rows += dimension_;
    }
    return absl::OkStatus();
  }
  std::string raw_hash() const { return absl::HexStringToBytes(hash_); }

 private:
  int AxisOf(absl::string_view text) const {
    for (absl::string_view word : {"bread", "Brot"}) {
      if (text.find(word) != absl::string_view::npos) return 1;
    }
    for (absl::string_view word : {"moon", "Mond"}) {
      if (text.find(word) != absl::string_view::npos) return 0;
    }
    return dimension_ - 1;
  }
  const int dimension_;
  const std::string hash_;
  const std::vector<absl::string_view> languages_ = {"de", "en"};
};

class SearchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    static int number = 0;
    folder_ = absl::StrCat(::testing::TempDir(), "/store_", ++number);
    StoreOptions options;
    options.keep = [](const Kv&, const std::string&) {
      KeepPolicy policy;
      policy.seconds = 86400;
      policy.bytes = 1 << 30;
      policy.generations = 6;
      return policy;
    };
    auto store = Store::Open(folder_, options);
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    searcher_ = std::make_unique<Searcher>(store_.get(), &encoder_);
  }

  // Commits `text` as the document's next version, one passage.
  void Put(const std::string& document, const std::string& text,
           uint32_t version = 1, int64_t ingested_us = 0,
           const std::string& language = "en") {
    VersionRecord record;
    record.ingested_us = ingested_us;
    record.collection = "c";
    record.document = document;
    record.version = version;
    record.sha256 = std::string(32, 's');
    record.bytes = text.size();
    record.code_points = text.size();
    record.language = language;
    record.title = "A title";
    record.source = absl::StrCat("/files/", document);
    record.passages = 1;
    ASSERT_TRUE(store_->documents()->WriteText(record.ref(), text, "").ok());
    Commit commit;
    commit.collection = "c";
    commit.versions = {record};
    commit.new_segments = {WriteSegment(record, text, encoder_)};
    const auto applied = store_->Apply(commit);
    ASSERT_TRUE(applied.ok()) << applied.status();
  }

  // A new segment with nothing but the version, of `passages` that are alike,
  // or of two lines where the second is in another language; its name.
  std::string WriteSegment(const VersionRecord& record, const std::string& text,
                           const WordEncoder& encoder, int passages = 1) {
    SegmentOptions options;
    options.analyzer_version = kAnalyzerVersion;
    options.dimension = kDimension;
    options.encoder_hash = encoder.raw_hash();
    options.positions = true;
    options.channel_group = {0, 1, 2, 3};
    const Language language =
        ParseLanguage(record.language).value_or(Language::kUnknown);
    SegmentWriter writer(options);
    SegmentDocument row;
    row.id = record.document;
    row.title = record.title;
    row.version = record.version;
    row.language = static_cast<uint8_t>(language);
    row.sha256 = record.sha256;
    EXPECT_TRUE(writer.AddDocument(row).ok());
    const size_t line = text.find('\n');
    if (second_line_.has_value() && line != std::string::npos) {
      AddPassage(text, 0, line, language, encoder, &writer);
      AddPassage(text, line + 1, text.size(), *second_line_, encoder, &writer);
    } else {
      for (int i = 0; i < passages; ++i) {
        AddPassage(text, 0, text.size(), language, encoder, &writer);
      }
    }
    const Store::SegmentName name = store_->NewSegment();
    EXPECT_TRUE(writer.Finish(name.path).ok());
    return name.name;
  }

  static void AddPassage(const std::string& text, size_t begin, size_t end,
                         Language language, const WordEncoder& encoder,
                         SegmentWriter* writer) {
    const absl::string_view view =
        absl::string_view(text).substr(begin, end - begin);
    Analyzer analyzer;
    std::vector<Token> tokens;
    analyzer.Analyze(view, language, &tokens);
    std::vector<SegmentToken> terms;
    for (const Token& token : tokens) {
      terms.push_back({token.key, token.position, token.channel, 1});
    }
    SegmentPassage passage;
    passage.begin = begin;
    passage.end = end;
    passage.code_point_begin = begin;
    passage.code_point_end = end;
    passage.language = static_cast<uint8_t>(language);
    passage.heading = "Chapter\nSection";
    passage.tokens = terms;
    std::vector<float> vector(kDimension);
    EXPECT_TRUE(encoder.Encode({view}, vector.data()).ok());
    EXPECT_TRUE(writer->AddPassage(passage).ok());
    EXPECT_TRUE(writer->AddVector(vector).ok());
  }

  // Adds the document's first version to the generation on standby, with the
  // vectors of another encoder.
  void PutOnStandby(const std::string& document, const std::string& text,
                    int passages = 1) {
    const auto record = store_->documents()->GetVersion({"c", document, 1});
    ASSERT_TRUE(record.ok()) << record.status();
    const absl::Status added = store_->AddStandby(
        "c", WriteSegment(*record, text, other_encoder_, passages));
    ASSERT_TRUE(added.ok()) << added;
  }

  absl::Status Search(const v1::SearchRequest& request,
                      v1::SearchResponse* response,
                      absl::Duration patience = absl::Seconds(5)) {
    return searcher_->Search(
        request, [this] { return cancelled_; }, absl::Now() + patience,
        response);
  }

  v1::SearchResponse MustSearch(const v1::SearchRequest& request) {
    v1::SearchResponse response;
    const absl::Status status = Search(request, &response);
    EXPECT_TRUE(status.ok()) << status;
    return response;
  }

  static v1::SearchRequest Ask(const std::string& question) {
    v1::SearchRequest request;
    request.set_collection("c");
    request.set_question(question);
    return request;
  }

  std::string folder_;
  std::unique_ptr<Store> store_;
  WordEncoder encoder_;
  const WordEncoder other_encoder_{kDimension, 'b'};
  std::unique_ptr<Searcher> searcher_;
  bool cancelled_ = false;
  absl::optional<Language> second_line_;
};

TEST_F(SearchTest, ReturnsThePassageAsItStandsInTheDocument) {
  const std::string text = "The moon circles the earth in a month.";
  Put("sky/moon.txt", text);
  const auto response = MustSearch(Ask("How long does the moon take?"));
  ASSERT_EQ(response.passages_size(), 1);
  const v1::Passage& passage = response.passages(0);
  EXPECT_EQ(passage.text(), text);
  EXPECT_EQ(passage.source().document(), "sky/moon.txt");
  EXPECT_EQ(passage.source().version(), 1u);
  EXPECT_EQ(passage.source().sha256(), std::string(32, 's'));
  EXPECT_EQ(passage.span().end(), text.size());
  EXPECT_EQ(passage.title(), "A title");
  EXPECT_EQ(passage.path(), "/files/sky/moon.txt");
  ASSERT_EQ(passage.heading_path_size(), 2);
  EXPECT_EQ(passage.heading_path(1), "Section");
  EXPECT_EQ(passage.language(), "en");
  EXPECT_EQ(passage.score().lexical_rank(), 1u);
  EXPECT_EQ(passage.score().vector_rank(), 1u);
  EXPECT_EQ(response.language(), "en");
  EXPECT_EQ(response.encoder(), "words/float32");
  EXPECT_EQ(response.vector_size(), kDimension);
  EXPECT_GT(response.generation(), 0u);
}

TEST_F(SearchTest, FindsAcrossLanguagesByTheEncoder) {
  Put("a", "The moon circles the earth.");
  Put("b", "We bake bread.");
  const auto response = MustSearch(Ask("Was umkreist der Mond?"));
  ASSERT_EQ(response.passages_size(), 1);
  EXPECT_EQ(response.passages(0).source().document(), "a");
  EXPECT_EQ(response.language(), "de");
}

TEST_F(SearchTest, ComparesWordByWordWhereEverythingIsInAnotherLanguage) {
  // All vectors are the same; only the second passage has both words.
  Put("a", "A bread knife has teeth.");
  Put("b", "Bake the bread before the moon rises.");
  const std::string question = "Ist das Brot vor dem Mond fertig?";
  v1::SearchRequest request = Ask(question);
  request.set_mode(v1::VECTOR);
  EXPECT_EQ(MustSearch(request).passages(0).source().document(), "a");
  const auto response = MustSearch(Ask(question));
  ASSERT_EQ(response.passages_size(), 2);
  EXPECT_EQ(response.passages(0).source().document(), "b");
}

TEST_F(SearchTest, AVectorOfAnotherEncoderIsNotComparedWithTheLoadedOnes) {
  Put("a", "A bread knife has teeth.");
  v1::SearchRequest request = Ask("Wo ist das Brot?");
  request.mutable_vector()->Resize(kDimension, 0);
  request.set_vector(1, 1);
  const WordEncoder smaller(16, 'c');
  LazyE5 encoders(HearsOnly("bread"));
  SecondOpinion second(&encoders);
  for (const Encoder* loaded : {static_cast<const Encoder*>(&encoder_),
                                static_cast<const Encoder*>(&smaller)}) {
    Searcher searcher(store_.get(), loaded, &second);
    const auto found = searcher.Explain(
        request, [] { return false; }, absl::Now() + absl::Seconds(5));
    ASSERT_TRUE(found.ok()) << found.status();
    ASSERT_EQ(found->ranking.passages.size(), 1);
    EXPECT_EQ(found->across_languages, loaded == &encoder_);
  }
}

TEST_F(SearchTest, HearsASecondOpinionOfTheBestInAnotherLanguage) {
  Put("a", "Bread is sold here.");
  Put("b", "Bread is given away.");
  Put("c", "Bread is burnt.");
  const std::string question = "Wo ist das Brot?";
  const auto before = MustSearch(Ask(question));
  ASSERT_EQ(before.passages_size(), 3);
  for (const auto& [word, document] :
       {std::pair<const char*, const char*>{"sold", "a"},
        {"given", "b"},
        {"burnt", "c"}}) {
    LazyE5 encoders(HearsOnly(word));
    SecondOpinion second(&encoders);
    Searcher searcher(store_.get(), &encoder_, &second);
    v1::SearchResponse response;
    ASSERT_TRUE(searcher
                    .Search(
                        Ask(question), [] { return false; },
                        absl::Now() + absl::Seconds(5), &response)
                    .ok());
    ASSERT_EQ(response.passages_size(), 3);
    EXPECT_EQ(response.passages(0).source().document(), document);
    // Who replays an answer is told.
    EXPECT_EQ(response.encoder(),
              "words/float32, then one word/float32 bbbbbbbb");
    EXPECT_EQ(response.second_encoder(), "one word/float32");
    EXPECT_EQ(response.second_encoder_sha256(), std::string(32, '\xbb'));
    // The totals are those of before, in the new order.
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(response.passages(i).score().total(),
                before.passages(i).score().total());
    }
  }
}

TEST_F(SearchTest, WhatOnlyAnotherLanguageNamesComesBeforeWhatSharesAWord) {
  Put("home", "The office opens at the rise of the moon.");
  Put("elsewhere", "In Lindau gibt es Brot am Markt.", 1, 0, "de");
  Put("nameless", "Brot gibt es nicht mehr.", 1, 0, "de");
  const auto asked = [&](const std::string& question) {
    v1::SearchRequest request = Ask(question);
    request.set_language("en");
    auto found = searcher_->Explain(
        request, [] { return false; }, absl::Now() + absl::Seconds(5));
    EXPECT_TRUE(found.ok()) << found.status();
    return *std::move(found);
  };
  const auto documents = [&](const std::string& question) {
    v1::SearchRequest request = Ask(question);
    request.set_language("en");
    const v1::SearchResponse response = MustSearch(request);
    std::vector<std::string> ids;
    for (const v1::Passage& passage : response.passages()) {
      ids.push_back(passage.source().document());
    }
    return ids;
  };
  const std::string named =
      "Which baker in Lindau sells rolls near the office?";
  EXPECT_TRUE(asked(named).across_languages);
  EXPECT_EQ(documents(named), (std::vector<std::string>{"elsewhere", "home"}));
  // Small letters are no name, nor is a word that is nowhere.
  EXPECT_EQ(documents("Which baker in lindau sells rolls near the office?")[0],
            "home");
  EXPECT_EQ(documents("Which baker in Bregenz sells rolls near the office?")[0],
            "home");
  // Who must not see it is not told.
  v1::SearchRequest at_home = Ask(named);
  at_home.set_language("en");
  at_home.mutable_filter()->add_languages("en");
  EXPECT_EQ(MustSearch(at_home).passages(0).source().document(), "home");
  // Where a text at home has much of the question nothing else is looked at,
  // nor where one has the name too.
  EXPECT_FALSE(asked("Is the office open in Lindau?").across_languages);
  Put("near", "The road to Lindau is closed.");
  EXPECT_FALSE(asked(named).across_languages);
}

TEST_F(SearchTest, WhatStandsBesideANameInTheQuestionsLanguageIsShownOnce) {
  second_line_ = Language::kEn;
  Put("both", "In Lindau gibt es Brot am Markt.\nThe office is at the back.", 1,
      0, "de");
  v1::SearchRequest request =
      Ask("Which baker in Lindau sells rolls near the office?");
  request.set_language("en");
  const v1::SearchResponse response = MustSearch(request);
  ASSERT_EQ(response.passages_size(), 2);
  EXPECT_EQ(response.passages(0).language(), "de");
  EXPECT_EQ(response.passages(1).language(), "en");
}

TEST_F(SearchTest, ANameThatOnlyHiddenTextsHoldCostsNoSecondLook) {
  Put("home", "The office opens at the rise of the moon.");
  Put("elsewhere", "In Lindau gibt es Brot am Markt.", 1, 0, "de");
  v1::SearchRequest request =
      Ask("Which baker in Lindau sells rolls near the office?");
  request.set_language("en");
  const auto found_elsewhere = [&](const v1::Filter& filter) {
    const auto found = searcher_->Explain(
        request, [] { return false; }, absl::Now() + absl::Seconds(5));
    EXPECT_TRUE(found.ok()) << found.status();
    const auto allowed = found->index->filter.Apply(filter);
    EXPECT_TRUE(allowed.ok()) << allowed.status();
    const auto names =
        FindNamesElsewhere(found->index->words, request.question(),
                           Language::kEn, {}, *allowed, Lexicon::BuiltIn());
    EXPECT_TRUE(names.ok()) << names.status();
    return names->keys.size();
  };
  v1::Filter filter;
  EXPECT_EQ(found_elsewhere(filter), 1u);
  filter.add_documents("home");
  EXPECT_EQ(found_elsewhere(filter), 0u);
}

TEST_F(SearchTest, AProductIsLookedForInOtherLanguagesThoughItComesFirst) {
  Put("home", "The moon has a weight.");
  Put("elsewhere", "Das Brot PX-200 wiegt wenig.", 1, 0, "de");
  v1::SearchRequest request = Ask("PX-200 colour, price, size and weight");
  request.set_language("en");
  EXPECT_EQ(MustSearch(request).passages(0).source().document(), "elsewhere");
}

TEST_F(SearchTest, WhatIsNoNameElsewhereIsNone) {
  Put("home", "The office opens at the rise of the moon.");
  Put("elsewhere", "Das Brot liegt im lager am Markt.", 1, 0, "de");
  v1::SearchRequest request =
      Ask("Which baker in Lager sells rolls near the office?");
  request.set_language("en");
  EXPECT_EQ(MustSearch(request).passages(0).source().document(), "home");
}

TEST_F(SearchTest, ADateIsFoundInAnotherNotation) {
  Put("a", "The drill is on 31 March 2026.");
  Put("b", "The drill is over.");
  for (const char* const date : {"31.03.2026", "2026-03-31", "3/31/2026"}) {
    v1::SearchRequest request = Ask(date);
    request.set_language("en");
    request.set_mode(v1::LEXICAL);
    const auto response = MustSearch(request);
    ASSERT_EQ(response.passages_size(), 1) << date;
    EXPECT_EQ(response.passages(0).source().document(), "a");
  }
}

TEST_F(SearchTest, ASecondOpinionLeavesCopiesInTheOrderInWhichTheyCame) {
  Put("a", "Bread is sold here.", 1, 2000);
  Put("b", "Bread is given away.", 1, 500);
  Put("c", "Bread is sold here.", 1, 1000);
  LazyE5 encoders(HearsOnly("sold"));
  SecondOpinion second(&encoders);
  Searcher searcher(store_.get(), &encoder_, &second);
  v1::SearchResponse response;
  ASSERT_TRUE(searcher
                  .Search(
                      Ask("Wo ist das Brot?"), [] { return false; },
                      absl::Now() + absl::Seconds(5), &response)
                  .ok());
  ASSERT_EQ(response.passages_size(), 3);
  EXPECT_EQ(response.passages(0).source().document(), "c");
  EXPECT_EQ(response.passages(1).source().document(), "a");
  EXPECT_EQ(response.passages(0).score().total(),
            response.passages(1).score().total());
}

TEST_F(SearchTest, AsksNoSecondOpinionInTheQuestionsLanguage) {
  Put("a", "Fresh bread is sold at the market.");
  Put("b", "The bread of yesterday is given away.");
  const auto before = MustSearch(Ask("Where is fresh bread sold?"));
  LazyE5 encoders(HearsOnly("given"));
  SecondOpinion second(&encoders);
  Searcher searcher(store_.get(), &encoder_, &second);
  v1::SearchResponse response;
  ASSERT_TRUE(searcher
                  .Search(
                      Ask("Where is fresh bread sold?"), [] { return false; },
                      absl::Now() + absl::Seconds(5), &response)
                  .ok());
  EXPECT_EQ(response.ShortDebugString(), before.ShortDebugString());
}

TEST_F(SearchTest, ASecondEncoderThatCannotBeReadCostsOnlyItsOpinion) {
  Put("a", "The moon circles the earth.");
  Put("b", "We bake bread.");
  LazyE5 encoders(folder_ + "/nowhere.enc");
  SecondOpinion second(&encoders);
  Searcher searcher(store_.get(), &encoder_, &second);
  v1::SearchResponse response;
  ASSERT_TRUE(searcher
                  .Search(
                      Ask("Was umkreist der Mond?"), [] { return false; },
                      absl::Now() + absl::Seconds(5), &response)
                  .ok());
  ASSERT_EQ(response.passages_size(), 1);
  EXPECT_EQ(response.passages(0).source().document(), "a");
  EXPECT_EQ(response.encoder(), "words/float32");
  EXPECT_EQ(response.second_encoder(), "");
}

TEST_F(SearchTest, AsksNoSecondOpinionForACallerWhoHasGone) {
  Put("a", "Bread is sold here.");
  LazyE5 encoders(HearsOnly("sold"));
  SecondOpinion second(&encoders);
  Searcher searcher(store_.get(), &encoder_, &second);
  // Gone after the first stage.
  int asked = 0;
  const auto found = searcher.Explain(
      Ask("Wo ist das Brot?"), [&] { return ++asked > 1; },
      absl::Now() + absl::Seconds(5));
  EXPECT_TRUE(absl::IsCancelled(found.status())) << found.status();
}

TEST_F(SearchTest, SeesNeitherDeletedNorSupersededText) {
  Put("a", "The moon is made of cheese.");
  Put("a", "The moon is made of rock.", 2);
  Put("b", "The moon pulls the sea.");
  auto response = MustSearch(Ask("moon"));
  EXPECT_EQ(response.passages_size(), 2);
  for (const v1::Passage& passage : response.passages()) {
    EXPECT_EQ(passage.text().find("cheese"), std::string::npos);
  }
  Commit commit;
  commit.collection = "c";
  commit.deleted_documents = {"b"};
  ASSERT_TRUE(store_->Apply(commit).ok());
  response = MustSearch(Ask("moon"));
  ASSERT_EQ(response.passages_size(), 1);
  EXPECT_EQ(response.passages(0).source().version(), 2u);
}

TEST_F(SearchTest, OfCopiesTheOneThatWasStoredFirstComesFirst) {
  const std::string text = "The moon pulls the sea.";
  // As two threads may commit what they have.
  Put("later", text, 1, 2000);
  Put("other", "The sea is made of water, the moon is not.", 1, 500);
  Put("first", text, 1, 1000);
  Put("last", text, 1, 3000);
  for (const bool merged : {false, true}) {
    if (merged) {
      MergePolicy policy;
      policy.fan_in = 2;
      ASSERT_TRUE(store_->Merge("c", policy, nullptr).ok());
    }
    const auto response = MustSearch(Ask("What pulls the sea?"));
    ASSERT_EQ(response.passages_size(), 4) << merged;
    EXPECT_EQ(response.passages(0).source().document(), "first") << merged;
    EXPECT_EQ(response.passages(1).source().document(), "later") << merged;
    EXPECT_EQ(response.passages(2).source().document(), "last") << merged;
    auto one = Ask("What pulls the sea?");
    one.set_top_k(1);
    EXPECT_EQ(MustSearch(one).passages(0).source().document(), "first");
  }
}

TEST_F(SearchTest, OfCopiesOfOneTimeTheLesserIdComesFirst) {
  const std::string text = "The moon pulls the sea.";
  for (const char* document : {"c", "a", "b"}) Put(document, text, 1, 1000);
  const auto response = MustSearch(Ask("What pulls the sea?"));
  ASSERT_EQ(response.passages_size(), 3);
  EXPECT_EQ(response.passages(0).source().document(), "a");
  EXPECT_EQ(response.passages(1).source().document(), "b");
  EXPECT_EQ(response.passages(2).source().document(), "c");
}

TEST_F(SearchTest, AnIndexThatGrewFindsExactlyWhatANewOneFinds) {
  const auto found = [&](Searcher* searcher) {
    std::string all;
    for (const char* question : {"moon", "sea", "bread", "the cheese of 7"}) {
      v1::SearchResponse response;
      EXPECT_TRUE(searcher
                      ->Search(
                          Ask(question), [] { return false; },
                          absl::Now() + absl::Seconds(5), &response)
                      .ok());
      absl::StrAppend(&all, response.ShortDebugString(), "\n");
    }
    return all;
  };
  for (int i = 0; i < 12; ++i) {
    Put(absl::StrCat("moon", i),
        absl::StrCat("The moon number ", i, " pulls the sea."));
    Put("cheese", absl::StrCat("Bread and cheese of ", i, "."), i + 1);
    if (i % 5 == 4) {
      Commit commit;
      commit.collection = "c";
      commit.deleted_documents = {absl::StrCat("moon", i - 1)};
      ASSERT_TRUE(store_->Apply(commit).ok());
    }
    if (i == 7) {
      MergePolicy policy;
      policy.fan_in = 2;
      ASSERT_TRUE(store_->Merge("c", policy, nullptr).ok());
    }
    // This one was there from the first document on.
    Searcher fresh(store_.get(), &encoder_);
    EXPECT_EQ(found(searcher_.get()), found(&fresh)) << i;
  }
}

TEST_F(SearchTest, NothingThatWasReplacedStaysOpenUntilTheNextSearch) {
  Put("a", "The moon is made of cheese.");
  MustSearch(Ask("moon"));
  Commit commit;
  commit.collection = "c";
  commit.deleted_documents = {"a"};
  ASSERT_TRUE(store_->Apply(commit).ok());
  // Would say Unavailable while an index held the file.
  EXPECT_TRUE(store_->Erase("c", "a", nullptr).ok());
}

TEST_F(SearchTest, WhatIsErasedWhileItIsFoundIsNotShown) {
  Put("a", "The moon is made of cheese.");
  Put("b", "The moon pulls the sea.");
  for (const bool omit_text : {false, true}) {
    const std::string gone = omit_text ? "b" : "a";
    std::thread eraser;
    const auto erase = [&] {
      Commit commit;
      commit.collection = "c";
      commit.deleted_documents = {gone};
      EXPECT_TRUE(store_->Apply(commit).ok());
      // Waits until no search holds its file.
      eraser = std::thread(
          [&] { EXPECT_TRUE(store_->Erase("c", gone, nullptr).ok()); });
      while (store_->documents()->GetLive({"c", gone}).ok() ||
             store_->documents()->ListVersions({"c", gone})->back().state !=
                 VersionState::kErased) {
        absl::SleepFor(absl::Milliseconds(1));
      }
    };
    v1::SearchRequest request = Ask("moon");
    request.set_omit_text(omit_text);
    int asked = 0;
    v1::SearchResponse response;
    const absl::Status status = searcher_->Search(
        request,
        [&] {
          if (++asked == 1) erase();
          return false;
        },
        absl::Now() + absl::Seconds(5), &response);
    eraser.join();
    EXPECT_EQ(status, absl::OkStatus());
    for (const v1::Passage& passage : response.passages()) {
      EXPECT_TRUE(omit_text || passage.source().document() != gone);
    }
    if (!omit_text) {
      EXPECT_EQ(response.passages_size(), 1);
    }
  }
}

TEST_F(SearchTest, AnOlderGenerationIsSearchedAsItWas) {
  Put("a", "The moon is made of cheese.");
  Put("b", "The moon pulls the sea.");
  v1::SearchResponse then = MustSearch(Ask("moon"));
  ASSERT_EQ(then.generation(), 2);
  EXPECT_EQ(then.encoder_sha256(), encoder_.raw_hash());
  Put("a", "The moon is made of rock.", 2);
  Put("c", "The moon again.");
  MergePolicy policy;
  policy.fan_in = 2;
  ASSERT_TRUE(store_->Merge("c", policy, nullptr).ok());
  v1::SearchRequest request = Ask("moon");
  request.set_generation(2);
  v1::SearchResponse again = MustSearch(request);
  EXPECT_EQ(again.ShortDebugString(), then.ShortDebugString());

  Commit commit;
  commit.collection = "c";
  commit.deleted_documents = {"b"};
  ASSERT_TRUE(store_->Apply(commit).ok());
  again = MustSearch(request);
  ASSERT_EQ(again.passages_size(), 1);
  EXPECT_EQ(again.passages(0).text(), "The moon is made of cheese.");
  EXPECT_EQ(again.left_out(), 1);
  // Nothing holds its files.
  EXPECT_TRUE(store_->Erase("c", "b", nullptr).ok());
  again = MustSearch(request);
  EXPECT_EQ(again.passages_size(), 1);
  EXPECT_EQ(again.left_out(), 1);
  // The current one by its number.
  request.set_generation((*store_->Current("c"))->number());
  EXPECT_EQ(MustSearch(request).passages_size(), 2);
}

TEST_F(SearchTest, AGenerationThatIsNotKeptIsRefusedAtOnce) {
  for (uint32_t version = 1; version <= 8; ++version) {
    Put("a", "The moon.", version);
  }
  for (const uint64_t generation : {1, 9}) {
    v1::SearchRequest request = Ask("moon");
    request.set_generation(generation);
    v1::SearchResponse response;
    const absl::Time begin = absl::Now();
    const absl::Status status = Search(request, &response, absl::Hours(1));
    EXPECT_LT(absl::Now() - begin, absl::Minutes(1));
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(ErrorReason(status), "GENERATION_NOT_AVAILABLE");
    EXPECT_EQ(status.message(),
              absl::StrCat("collection c: generation ", generation,
                           " is not kept, now there is 8"));
  }
}

TEST_F(SearchTest, NamesACollectionThatDoesNotExist) {
  v1::SearchResponse response;
  v1::SearchRequest request = Ask("moon");
  request.set_collection("nowhere");
  const absl::Status status = Search(request, &response);
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ErrorReason(status), "COLLECTION_NOT_FOUND");
}

TEST_F(SearchTest, GivesUpAtTheDeadlineWhenAGenerationDoesNotCome) {
  Put("a", "The moon.");
  v1::SearchRequest request = Ask("moon");
  request.set_min_generation(1000);
  v1::SearchResponse response;
  const absl::Status status =
      Search(request, &response, absl::Milliseconds(30));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ErrorReason(status), "GENERATION_NOT_AVAILABLE");
}

TEST_F(SearchTest, StopsWhenTheCallerHasGone) {
  Put("a", "The moon.");
  cancelled_ = true;
  v1::SearchResponse response;
  EXPECT_EQ(Search(Ask("moon"), &response).code(),
            absl::StatusCode::kCancelled);
}

TEST_F(SearchTest, RefusesAVectorOfAnotherDimension) {
  Put("a", "The moon.");
  v1::SearchRequest request = Ask("moon");
  request.add_vector(1);
  v1::SearchResponse response;
  EXPECT_EQ(Search(request, &response).code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(SearchTest, SearchesByWordsWhereNoEncoderIsLoaded) {
  Put("a", "The moon circles the earth.");
  searcher_ = std::make_unique<Searcher>(store_.get(), nullptr);
  const auto response = MustSearch(Ask("moon"));
  ASSERT_EQ(response.passages_size(), 1);
  EXPECT_EQ(response.passages(0).score().vector_rank(), 0u);
  EXPECT_EQ(response.vector_size(), 0);
  v1::SearchRequest request = Ask("moon");
  request.set_mode(v1::VECTOR);
  v1::SearchResponse refused;
  EXPECT_EQ(Search(request, &refused).code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(SearchTest, LeavesTextOutWhenAskedTo) {
  Put("a", "The moon circles the earth.");
  v1::SearchRequest request = Ask("moon");
  request.set_omit_text(true);
  const auto response = MustSearch(request);
  ASSERT_EQ(response.passages_size(), 1);
  EXPECT_EQ(response.passages(0).text(), "");
}

TEST_F(SearchTest, SaysThatOnlyStopWordsHoldNothingToLookFor) {
  Put("a", "The moon circles the earth.");
  EXPECT_TRUE(MustSearch(Ask("who is the")).empty_question());
  EXPECT_TRUE(MustSearch(Ask("?")).empty_question());
  EXPECT_FALSE(MustSearch(Ask("moon")).empty_question());
}

// A page of memory that nobody reads as long as it lives: who tries waits.
class HeldPage {
 public:
  explicit HeldPage(const void* address) {
    const uintptr_t page = sysconf(_SC_PAGESIZE);
    begin_ = reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(address) /
                                     page * page);
    bytes_ = page;
    held_ = this;
    struct sigaction action = {};
    action.sa_sigaction = &HeldPage::Wait;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGSEGV, &action, &before_);
    EXPECT_EQ(mprotect(begin_, bytes_, PROT_NONE), 0);
  }
  ~HeldPage() {
    LetGo();
    sigaction(SIGSEGV, &before_, nullptr);
    held_ = nullptr;
  }

  bool IsWaitedFor() const { return waiting_; }
  void LetGo() { EXPECT_EQ(mprotect(begin_, bytes_, PROT_READ), 0); }

 private:
  // The read is tried again after each nap.
  static void Wait(int, siginfo_t* info, void*) {
    const char* const at = static_cast<const char*>(info->si_addr);
    HeldPage& held = *held_.load();
    const char* const begin = static_cast<const char*>(held.begin_);
    if (at < begin || at >= begin + held.bytes_) abort();
    held.waiting_ = true;
    usleep(1000);
  }

  static std::atomic<HeldPage*> held_;
  struct sigaction before_;
  void* begin_;
  size_t bytes_;
  std::atomic<bool> waiting_{false};
};
std::atomic<HeldPage*> HeldPage::held_{nullptr};

TEST_F(SearchTest, NobodyWaitsForTheIndexOfAGenerationOnStandby) {
  Put("a", "The moon circles the earth.");
  // So many that their rows fill pages of memory, where nothing else is.
  constexpr int kPassages = 2000;
  PutOnStandby("a", "The moon circles the earth.", kPassages);
  const auto standby = store_->Standby("c");
  ASSERT_TRUE(standby.ok()) << standby.status();
  MustSearch(Ask("moon"));
  HeldPage passages(&(*standby)->segments[0].reader->passages()[kPassages / 2]);
  std::thread compared([&] {
    v1::SearchRequest request = Ask("moon");
    request.set_standby(true);
    EXPECT_GE(MustSearch(request).passages_size(), 1);
  });
  while (!passages.IsWaitedFor()) absl::SleepFor(absl::Milliseconds(1));
  std::future<int> found = std::async(std::launch::async, [&] {
    return MustSearch(Ask("moon")).passages_size();
  });
  EXPECT_EQ(found.wait_for(std::chrono::seconds(10)),
            std::future_status::ready);
  passages.LetGo();
  compared.join();
  EXPECT_EQ(found.get(), 1);
}

TEST_F(SearchTest, AnErasureDoesNotWaitForAnIndexOfAGenerationOnStandby) {
  Put("a", "The moon circles the earth.");
  Put("b", "We bake bread.");
  PutOnStandby("a", "The moon circles the earth.");
  PutOnStandby("b", "We bake bread.");
  Commit commit;
  commit.collection = "c";
  commit.deleted_documents = {"a"};
  ASSERT_TRUE(store_->Apply(commit).ok());
  v1::SearchRequest request = Ask("bread");
  request.set_standby(true);
  EXPECT_EQ(MustSearch(request).passages_size(), 1);
  const absl::Status erased = store_->Erase("c", "a", nullptr);
  EXPECT_TRUE(erased.ok()) << erased;
  v1::SearchResponse response;
  EXPECT_TRUE(absl::IsNotFound(Search(request, &response)));
}

TEST_F(SearchTest, ACommitLeavesTheIndexOfTheGenerationOnStandby) {
  Put("a", "The moon circles the earth.");
  PutOnStandby("a", "The moon circles the earth.");
  v1::SearchRequest request = Ask("moon");
  request.set_standby(true);
  const auto index = [&] {
    const auto found = searcher_->Explain(
        request, [] { return false; }, absl::Now() + absl::Seconds(5));
    EXPECT_TRUE(found.ok()) << found.status();
    return found.ok() ? found->index : nullptr;
  };
  const auto before = index();
  Put("b", "We bake bread.");
  EXPECT_EQ(index(), before);
  PutOnStandby("b", "We bake bread.");
  EXPECT_NE(index(), before);
  request = Ask("bread");
  request.set_standby(true);
  EXPECT_EQ(MustSearch(request).passages_size(), 1);
}

TEST_F(SearchTest, AnIndexOfAStandbyThatGoesWhileItIsMadeIsNotKept) {
  Put("a", "The moon circles the earth.");
  Put("b", "We bake bread.");
  constexpr int kPassages = 2000;
  PutOnStandby("b", "We bake bread.", kPassages);
  Commit commit;
  commit.collection = "c";
  commit.deleted_documents = {"a"};
  ASSERT_TRUE(store_->Apply(commit).ok());
  std::thread compared;
  std::future<absl::Status> erased;
  {
    const auto standby = store_->Standby("c");
    ASSERT_TRUE(standby.ok()) << standby.status();
    HeldPage passages(
        &(*standby)->segments[0].reader->passages()[kPassages / 2]);
    compared = std::thread([&] {
      v1::SearchRequest request = Ask("bread");
      request.set_standby(true);
      EXPECT_GE(MustSearch(request).passages_size(), 1);
    });
    while (!passages.IsWaitedFor()) absl::SleepFor(absl::Milliseconds(1));
    erased = std::async(std::launch::async,
                        [&] { return store_->Erase("c", "a", nullptr); });
    const auto is_hidden = [&] {
      const auto purges = store_->Purges("c");
      return purges.ok() && !purges->empty() &&
             purges->back().state != PurgeState::kHidden;
    };
    while (!is_hidden()) absl::SleepFor(absl::Milliseconds(1));
  }
  compared.join();
  const absl::Status status = erased.get();
  EXPECT_TRUE(status.ok()) << status;
}

}  // namespace
}  // namespace footnote
