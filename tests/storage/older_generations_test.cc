// Generations that were current once: found as they were, less what was deleted
// since, and never the reason why a byte stays that has to go.
#include "storage/older_generations.h"

#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/store.h"
#include "tests/storage/segment_builder.h"
#include "tests/storage/store_fixture.h"

namespace footnote {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

KeepPolicy KeepMuch() {
  KeepPolicy policy;
  policy.seconds = 86400;
  policy.bytes = uint64_t{1} << 30;
  return policy;
}

// No file grows as long as it lives.
class FullDisk {
 public:
  FullDisk() {
    signal(SIGXFSZ, SIG_IGN);
    EXPECT_EQ(getrlimit(RLIMIT_FSIZE, &before_), 0);
    rlimit none = before_;
    none.rlim_cur = 1;
    EXPECT_EQ(setrlimit(RLIMIT_FSIZE, &none), 0);
  }
  ~FullDisk() { EXPECT_EQ(setrlimit(RLIMIT_FSIZE, &before_), 0); }

 private:
  rlimit before_;
};

class OlderTest : public ::testing::Test {
 protected:
  OlderTest() : folder_(MakeTestFolder() + "/store") { Reopen(); }

  void Reopen(KvMode mode = KvMode::kPrimary) {
    store_.reset();
    store_ = Open(folder_, mode);
  }

  std::unique_ptr<Store> Open(const std::string& folder,
                              KvMode mode = KvMode::kPrimary) {
    StoreOptions options;
    options.mode = mode;
    options.compress = false;
    options.keep = [this](const Kv&, const std::string& collection) {
      EXPECT_EQ(collection, kTestCollection);
      return policy_;
    };
    auto store = Store::Open(folder, options);
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }

  // What a search of generation `number` finds for the word.
  std::vector<std::string> Then(uint64_t number, const std::string& word) {
    const auto older = store_->Older(kTestCollection, number);
    if (!older.ok()) return {older.status().ToString()};
    EXPECT_EQ(older->generation->number(), number);
    return SearchIn(*older->generation, word);
  }

  uint64_t LeftOut(uint64_t number) {
    return store_->Older(kTestCollection, number)->left_out;
  }

  uint64_t Now() { return (*store_->Current(kTestCollection))->number(); }

  void MergeAll() {
    MergePolicy policy;
    policy.fan_in = 2;
    ASSERT_TRUE(store_->Merge(kTestCollection, policy, nullptr).ok());
  }

  std::set<std::string> Files() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_ + "/segments")) {
      names.insert(entry.path().filename().string());
    }
    return names;
  }

  // The segments of the current generation and of all that are kept.
  std::set<std::string> Listed() {
    std::set<std::string> names;
    for (uint64_t number = 1; number <= Now(); ++number) {
      const auto manifest = store_->OlderManifest(kTestCollection, number);
      if (!manifest.ok()) continue;
      for (const ManifestSegment& segment : manifest->segments) {
        names.insert(segment.name);
      }
    }
    return names;
  }

  KeepPolicy policy_ = KeepMuch();
  const std::string folder_;
  std::unique_ptr<Store> store_;
};

TEST_F(OlderTest, IsFoundAsItWasAfterUpdatesMergesAndARestart) {
  ASSERT_TRUE(Ingest(store_.get(), {{"a", "red fox"}, {"b", "red hen"}}).ok());
  ASSERT_TRUE(Ingest(store_.get(), {{"a", "red cat"}}).ok());
  MergeAll();
  ASSERT_TRUE(Ingest(store_.get(), {{"c", "red dog"}}).ok());
  MergeAll();
  for (int restart = 0; restart < 2; ++restart) {
    EXPECT_THAT(Then(1, "red"), ElementsAre("a@1:0", "b@1:0"));
    EXPECT_THAT(Then(2, "red"), ElementsAre("a@2:0", "b@1:0"));
    EXPECT_THAT(Then(2, "fox"), IsEmpty());
    EXPECT_THAT(Then(Now(), "red"), ElementsAre("a@2:0", "b@1:0", "c@1:0"));
    EXPECT_EQ(LeftOut(1), 0);
    // BM25 counts what was there.
    const auto then = store_->Older(kTestCollection, 1)->generation;
    EXPECT_EQ(then->manifest.documents, 2);
    EXPECT_EQ(then->manifest.passages, 2);
    EXPECT_EQ(Files(), Listed());
    EXPECT_TRUE(store_->Verify().ok());
    Reopen();
  }
}

TEST_F(OlderTest, OneThatIsNotKeptIsNotFoundAndTheCurrentOneIsNamed) {
  policy_.generations = 1;
  for (const char* text : {"red", "green", "blue"}) {
    ASSERT_TRUE(Ingest(store_.get(), {{"a", text}}).ok());
  }
  EXPECT_THAT(Then(2, "green"), ElementsAre("a@2:0"));
  const auto gone = store_->Older(kTestCollection, 1);
  EXPECT_EQ(gone.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(gone.status().message()),
              HasSubstr("generation 1 is not kept, now there is 3"));
  EXPECT_EQ(store_->Older(kTestCollection, 4).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(store_->Older("other", 1).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(OlderTest, WithoutAPolicyNothingIsKept) {
  policy_ = KeepPolicy();
  ASSERT_TRUE(Ingest(store_.get(), {{"a", "red"}}).ok());
  ASSERT_TRUE(Ingest(store_.get(), {{"a", "green"}}).ok());
  MergeAll();
  EXPECT_FALSE(store_->Older(kTestCollection, 1).ok());
  EXPECT_THAT(Files(), SizeIs(1));
  EXPECT_EQ(store_->SummarizeOlder(kTestCollection)->generations, 0);
}

TEST_F(OlderTest, ADeletedDocumentIsLeftOutAtOnceAndForGood) {
  ASSERT_TRUE(Ingest(store_.get(), {{"a", "red fox"}, {"b", "red hen"}}).ok());
  ASSERT_TRUE(Ingest(store_.get(), {{"b", "red cat"}}, {"a"}).ok());
  EXPECT_THAT(Then(1, "red"), ElementsAre("b@1:0"));
  EXPECT_EQ(LeftOut(1), 1);
  EXPECT_EQ(store_->Older(kTestCollection, 1)->generation->manifest.documents,
            1);
  // It comes back under its name: another version.
  ASSERT_TRUE(Ingest(store_.get(), {{"a", "red owl"}}).ok());
  MergeAll();
  EXPECT_THAT(Then(1, "red"), ElementsAre("b@1:0"));
  EXPECT_THAT(Then(3, "red"), ElementsAre("a@2:0", "b@2:0"));
  EXPECT_EQ(LeftOut(1), 1);
  EXPECT_EQ(LeftOut(3), 0);
}

TEST_F(OlderTest, ErasedBytesLeaveTheFilesAndTheGenerationStays) {
  ASSERT_TRUE(Ingest(store_.get(), {{"a", "red secret plan of the mouse"},
                                    {"b", "red hen"},
                                    {"c", "red cat"}})
                  .ok());
  ASSERT_TRUE(Ingest(store_.get(), {{"b", "red duck"}}).ok());
  MergeAll();
  ASSERT_TRUE(Ingest(store_.get(), {{"a", "red second secret"}}).ok());
  MergeAll();
  ASSERT_TRUE(Ingest(store_.get(), {}, {"a"}).ok());
  const uint64_t key = WordKey("secret");
  const std::string term(reinterpret_cast<const char*>(&key), sizeof(key));
  EXPECT_TRUE(AnyFileHolds(folder_, term));

  ASSERT_TRUE(store_->Erase(kTestCollection, "a", nullptr).ok());
  EXPECT_EQ((*store_->Purges(""))[0].state, PurgeState::kProved);
  for (int restart = 0; restart < 2; ++restart) {
    EXPECT_FALSE(AnyFileHolds(folder_, term));
    EXPECT_FALSE(AnyFileHolds(folder_, "secret plan"));
    EXPECT_FALSE(AnyFileHolds(folder_, "Title of a"));
    EXPECT_THAT(Then(1, "red"), ElementsAre("b@1:0", "c@1:0"));
    EXPECT_THAT(Then(2, "red"), ElementsAre("b@2:0", "c@1:0"));
    EXPECT_EQ(LeftOut(1), 1);
    EXPECT_THAT(Then(Now(), "red"), ElementsAre("b@2:0", "c@1:0"));
    EXPECT_EQ(Files(), Listed());
    Reopen();
  }
}

TEST_F(OlderTest, AnErasureWaitsForWhoSearchesAnOlderGeneration) {
  ASSERT_TRUE(Ingest(store_.get(), {{"a", "red fox"}, {"b", "red hen"}}).ok());
  ASSERT_TRUE(Ingest(store_.get(), {{"b", "red cat"}}).ok());
  auto held = store_->Older(kTestCollection, 1)->generation;
  ASSERT_TRUE(Ingest(store_.get(), {}, {"a"}).ok());
  std::thread purging(
      [&] { EXPECT_TRUE(store_->Erase(kTestCollection, "a", nullptr).ok()); });
  while (true) {
    const auto purges = *store_->Purges(kTestCollection);
    if (!purges.empty() && purges[0].state == PurgeState::kCompacted) break;
    std::this_thread::yield();
  }
  EXPECT_TRUE(held->segments[0].reader->VerifyAll().ok());
  held.reset();
  purging.join();
  EXPECT_EQ((*store_->Purges(kTestCollection))[0].state, PurgeState::kProved);
}

TEST_F(OlderTest, AnErasureThatWasCutOffReachesOlderGenerations) {
  ASSERT_TRUE(
      Ingest(store_.get(), {{"a", "secret red fox"}, {"b", "red hen"}}).ok());
  ASSERT_TRUE(Ingest(store_.get(), {{"b", "red cat"}}).ok());
  MergeAll();
  ASSERT_TRUE(Ingest(store_.get(), {}, {"a"}).ok());
  // What Erase writes first, and nothing after it.
  Purge purge;
  purge.collection = kTestCollection;
  purge.number = 1;
  purge.documents = {"a"};
  for (const std::string& name : Listed()) purge.segments.push_back(name);
  KvBatch batch;
  ASSERT_TRUE(
      store_->documents()->AppendErase({kTestCollection, "a"}, &batch).ok());
  AppendPurge(purge, &batch);
  ASSERT_TRUE(store_->kv()->Write(std::move(batch), true).ok());
  Reopen();
  ASSERT_TRUE(store_->FinishErasures(nullptr).ok());
  EXPECT_EQ((*store_->Purges(""))[0].state, PurgeState::kProved);
  EXPECT_FALSE(AnyFileHolds(folder_, "secret red fox"));
  EXPECT_THAT(Then(1, "red"), ElementsAre("b@1:0"));
  EXPECT_EQ(LeftOut(1), 1);
}

TEST_F(OlderTest, ADamagedSegmentIsNoReasonToKeepWhatIsErased) {
  ASSERT_TRUE(
      Ingest(store_.get(), {{"a", "secret red fox"}, {"b", "red hen"}}).ok());
  ASSERT_TRUE(Ingest(store_.get(), {{"c", "red cat"}}).ok());
  const std::string first = *Files().begin();
  MergeAll();
  ASSERT_TRUE(Ingest(store_.get(), {}, {"a"}).ok());
  store_.reset();
  {
    std::fstream file(folder_ + "/segments/" + first,
                      std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(70);
    file.put('\x7f');
  }
  Reopen();
  EXPECT_EQ(store_->Older(kTestCollection, 1).status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(store_->Verify().code(), absl::StatusCode::kDataLoss);
  ASSERT_TRUE(store_->Erase(kTestCollection, "a", nullptr).ok());
  EXPECT_EQ((*store_->Purges(""))[0].state, PurgeState::kProved);
  EXPECT_EQ(Files().count(first), 0);
  EXPECT_EQ(store_->Older(kTestCollection, 1).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_TRUE(store_->Verify().ok());
}

TEST_F(OlderTest, TheOldestGoesWhenItTakesTooMuchAndItsFilesWithIt) {
  for (int i = 0; i < 8; ++i) {
    ASSERT_TRUE(Ingest(store_.get(), {{absl::StrCat("d", i), "red fox"}}).ok());
    MergeAll();
  }
  const auto all = *store_->SummarizeOlder(kTestCollection);
  EXPECT_EQ(all.generations, Now() - 1);
  EXPECT_EQ(all.oldest, 1);
  EXPECT_GT(all.bytes, 0);
  const uint64_t files = store_->DiskUsage()->segment_bytes;
  policy_.bytes = all.bytes / 2;
  ASSERT_TRUE(store_->TrimOlder().ok());
  const auto half = *store_->SummarizeOlder(kTestCollection);
  EXPECT_LE(half.bytes, policy_.bytes);
  EXPECT_GT(half.generations, 0);
  EXPECT_GT(half.oldest, 1);
  EXPECT_LT(store_->DiskUsage()->segment_bytes, files);
  EXPECT_EQ(Files(), Listed());
  EXPECT_THAT(Then(Now() - 1, "red"), SizeIs(8));
  // A commit keeps the bound too.
  ASSERT_TRUE(Ingest(store_.get(), {{"e", "red fox"}}).ok());
  MergeAll();
  EXPECT_LE(store_->SummarizeOlder(kTestCollection)->bytes, policy_.bytes);
  EXPECT_EQ(Files(), Listed());
}

TEST_F(OlderTest, WhatWasKeptLongEnoughGoes) {
  ASSERT_TRUE(Ingest(store_.get(), {{"a", "red"}}).ok());
  ASSERT_TRUE(Ingest(store_.get(), {{"a", "green"}}).ok());
  policy_.seconds = 1;
  ASSERT_TRUE(store_->TrimOlder().ok());
  EXPECT_THAT(Then(1, "red"), ElementsAre("a@1:0"));
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  ASSERT_TRUE(store_->TrimOlder().ok());
  EXPECT_EQ(store_->Older(kTestCollection, 1).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(OlderTest, ASecondaryFindsWhatThePrimaryKeeps) {
  ASSERT_TRUE(Ingest(store_.get(), {{"a", "red"}}).ok());
  auto reader = Open(folder_, KvMode::kSecondary);
  ASSERT_TRUE(Ingest(store_.get(), {{"a", "green"}}).ok());
  MergeAll();
  ASSERT_TRUE(reader->Refresh().ok());
  const auto older = reader->Older(kTestCollection, 1);
  ASSERT_TRUE(older.ok()) << older.status();
  EXPECT_THAT(SearchIn(*older->generation, "red"), ElementsAre("a@1:0"));
  policy_ = KeepPolicy();
  ASSERT_TRUE(store_->TrimOlder().ok());
  ASSERT_TRUE(reader->Refresh().ok());
  EXPECT_EQ(reader->Older(kTestCollection, 1).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(OlderTest, ACheckpointHasThoseWhoseSegmentsAreCurrent) {
  ASSERT_TRUE(Ingest(store_.get(), {{"a", "red"}}).ok());
  ASSERT_TRUE(Ingest(store_.get(), {{"b", "red"}}).ok());
  MergeAll();
  ASSERT_TRUE(Ingest(store_.get(), {{"c", "red"}}).ok());
  const std::string copy = MakeTestFolder() + "/copy";
  {
    const auto checkpoint = store_->Checkpoint();
    ASSERT_TRUE(checkpoint.ok());
    fs::copy((*checkpoint)->folder(), copy, fs::copy_options::recursive);
  }
  const auto restored = Open(copy);
  EXPECT_EQ((*restored->Current(kTestCollection))->number(), 4);
  EXPECT_EQ(restored->Older(kTestCollection, 1).status().code(),
            absl::StatusCode::kNotFound);
  // Merged, before the last one came.
  const auto third = restored->Older(kTestCollection, 3);
  ASSERT_TRUE(third.ok()) << third.status();
  EXPECT_THAT(SearchIn(*third->generation, "red"),
              ElementsAre("a@1:0", "b@1:0"));
  EXPECT_TRUE(restored->Verify().ok());
}

TEST_F(OlderTest, SegmentsOnStandbyAreNotTakenAwayFromOlderGenerations) {
  ASSERT_TRUE(Ingest(store_.get(), {{"a", "red"}, {"b", "red"}}).ok());
  // The same documents in a second generation.
  const auto now = *store_->Current(kTestCollection);
  const Store::SegmentName name = store_->NewSegment();
  fs::copy(folder_ + "/segments/" + now->manifest.segments[0].name, name.path);
  ASSERT_TRUE(store_->AddStandby(kTestCollection, name.name).ok());
  // A row, or the segment, but not both.
  policy_.bytes = now->manifest.segments[0].file_bytes;
  ASSERT_TRUE(store_->SwitchStandby(kTestCollection).ok());
  // What is on standby costs nothing.
  EXPECT_THAT(Then(1, "red"), ElementsAre("a@1:0", "b@1:0"));
  policy_ = KeepMuch();
  ASSERT_TRUE(store_->DropStandby(kTestCollection).ok());
  EXPECT_THAT(Then(1, "red"), ElementsAre("a@1:0", "b@1:0"));
  EXPECT_EQ(Files(), Listed());
  policy_.bytes = now->manifest.segments[0].file_bytes;
  ASSERT_TRUE(store_->TrimOlder().ok());
  EXPECT_THAT(Files(), SizeIs(1));
  EXPECT_THAT(Search(store_.get(), "red"), ElementsAre("a@1:0", "b@1:0"));
}

TEST_F(OlderTest, ARowThatCanNotBeReadCostsItsGenerationAndNotTheStore) {
  ASSERT_TRUE(Ingest(store_.get(), {{"a", "red"}}).ok());
  ASSERT_TRUE(Ingest(store_.get(), {{"a", "red fox"}}).ok());
  ASSERT_TRUE(Ingest(store_.get(), {{"a", "red hen"}}).ok());
  std::string first;
  {
    const auto it = store_->kv()->Iterate(kTableMeta, "older/");
    ASSERT_TRUE(it->Valid());
    first = std::string(it->key());
  }
  KvBatch batch;
  batch.Put(kTableMeta, first, "of a release to come");
  ASSERT_TRUE(store_->kv()->Write(std::move(batch), true).ok());
  Reopen();
  EXPECT_EQ(store_->Older(kTestCollection, 1).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_THAT(Then(2, "red"), ElementsAre("a@2:0"));
  EXPECT_THAT(Search(store_.get(), "hen"), ElementsAre("a@3:0"));
  EXPECT_EQ(Files(), Listed());
}

TEST_F(OlderTest, AWriteThatFailsTakesNothingFromTheListWhateverCanBeRead) {
  const std::vector<std::string> words = {"red", "green", "blue"};
  for (const std::string& word : words) {
    ASSERT_TRUE(Ingest(store_.get(), {{"a", word}}).ok());
  }
  MergeAll();
  // Whoever reads the rows anew meets this one first.
  KvBatch batch;
  batch.Put(kTableMeta, "older/", "damaged");
  ASSERT_TRUE(store_->kv()->Write(std::move(batch), true).ok());
  const uint64_t kept = store_->SummarizeOlder(kTestCollection)->generations;
  ASSERT_GE(kept, words.size());
  policy_.generations = 1;
  {
    const FullDisk full;
    ASSERT_FALSE(store_->TrimOlder().ok());
  }
  policy_ = KeepMuch();
  for (int restart = 0; restart < 2; ++restart) {
    EXPECT_EQ(store_->SummarizeOlder(kTestCollection)->generations, kept);
    for (size_t i = 0; i < words.size(); ++i) {
      EXPECT_THAT(Then(i + 1, words[i]),
                  ElementsAre(absl::StrCat("a@", i + 1, ":0")));
    }
    EXPECT_EQ(Files(), Listed());
    Reopen();
  }
}

TEST_F(OlderTest, WhatIsUndoneIsAsTheRowsSay) {
  for (const char* word : {"red", "green", "blue", "grey", "brown"}) {
    ASSERT_TRUE(Ingest(store_.get(), {{"a", word}, {word, word}}).ok());
  }
  MergeAll();
  const std::string collection = kTestCollection;
  const auto told = [&](const OlderGenerations& older) {
    const auto all = older.Summarize(collection, {});
    std::string out =
        absl::StrCat(all.generations, " from ", all.oldest, " of ",
                     all.oldest_created_us, ", ", all.bytes);
    for (const std::string& segment : older.Segments(collection)) {
      absl::StrAppend(&out, "; ", segment, " ",
                      absl::StrJoin(older.Listing(collection, segment), ","));
    }
    return out;
  };
  OlderGenerations older(store_->kv());
  std::vector<std::string> unreadable;
  ASSERT_TRUE(older.Load(&unreadable).ok());
  const std::string as_stored = told(older);
  std::mt19937 random(1);
  for (int round = 0; round < 100; ++round) {
    KvBatch lost;
    for (uint32_t change = random() % 5; change-- > 0;) {
      const uint64_t number = 1 + random() % 6;
      if (random() % 3 == 0) {
        older.Drop(collection, number, &lost);
      } else if (random() % 2 == 0) {
        KeepPolicy policy = KeepMuch();
        policy.generations = random() % 4;
        older.Trim(collection, policy, {}, 0, &lost);
      } else {
        OlderGeneration put;
        const auto row = ReadOlder(*store_->kv(), collection, number);
        if (row.ok()) put = *row;
        put.manifest.collection = collection;
        put.manifest.generation = 1 + random() % 9;
        older.Put(put, &lost);
      }
    }
    older.Undo();
    ASSERT_EQ(told(older), as_stored) << "round " << round;
    EXPECT_THAT(older.TakeFreed(), IsEmpty());
  }
}

TEST_F(OlderTest, WhatWasErasedDoesNotComeBackThroughTheStandby) {
  ASSERT_TRUE(Ingest(store_.get(), {{"a", "red"}, {"b", "red"}}).ok());
  const Store::SegmentName made = store_->NewSegment();
  {
    const auto now = *store_->Current(kTestCollection);
    fs::copy(folder_ + "/segments/" + now->manifest.segments[0].name,
             made.path);
  }
  ASSERT_TRUE(Ingest(store_.get(), {}, {"a"}).ok());
  ASSERT_TRUE(store_->Erase(kTestCollection, "a", nullptr).ok());
  EXPECT_EQ(store_->AddStandby(kTestCollection, made.name).code(),
            absl::StatusCode::kAborted);
  EXPECT_EQ((*store_->Standby(kTestCollection))->number(), 0);
}

// Whatever happens: each generation that is kept shows what it showed, less
// what was deleted since; no file is there for nothing; what was erased is
// gone.
TEST_F(OlderTest, KeepsToItsWordThroughRandomDays) {
  for (uint32_t seed = 1; seed <= 4; ++seed) {
    SCOPED_TRACE(seed);
    const std::string fresh = MakeTestFolder() + "/store";
    store_.reset();
    fs::rename(folder_, fresh + ".old");
    policy_ = KeepMuch();
    policy_.generations = seed == 1 ? 1000 : 7;
    if (seed == 3) policy_.bytes = 12000;
    Reopen();
    std::mt19937 random(seed);
    std::map<uint64_t, std::set<std::string>> shown;  // by generation
    std::map<std::string, int> versions;
    std::set<std::string> live;
    std::set<std::string> deleted;                       // versions
    std::set<std::string> erased;                        // words
    std::map<std::string, std::set<std::string>> words;  // of documents
    const auto word_of = [](const std::string& id, int version) {
      return absl::StrCat("word", id, "v", version, "unlike");
    };
    for (int step = 0; step < 120; ++step) {
      const std::string id = absl::StrCat("d", random() % 9);
      const uint32_t choice = random() % 10;
      if (choice < 5) {
        const int version = ++versions[id];
        words[id].insert(word_of(id, version));
        ASSERT_TRUE(
            Ingest(store_.get(), {{id, "red " + word_of(id, version)}}).ok());
        live.insert(id);
      } else if (choice < 7) {
        if (live.erase(id) == 0) continue;
        ASSERT_TRUE(Ingest(store_.get(), {}, {id}).ok());
        for (int v = 1; v <= versions[id]; ++v) {
          deleted.insert(absl::StrCat(id, "@", v, ":0"));
        }
        if (choice == 6) {
          ASSERT_TRUE(store_->Erase(kTestCollection, id, nullptr).ok());
          erased.merge(words[id]);
          words[id].clear();
        }
      } else if (choice < 9) {
        MergeAll();
      } else {
        Reopen();
      }
      if (Now() == 0) continue;
      const std::vector<std::string> now = Search(store_.get(), "red");
      shown[Now()] = std::set<std::string>(now.begin(), now.end());
      int kept = 0;
      for (auto& generation : shown) {
        const auto older = store_->Older(kTestCollection, generation.first);
        if (!older.ok()) continue;
        ++kept;
        std::vector<std::string> expected;
        for (const std::string& passage : generation.second) {
          if (deleted.count(passage) == 0) expected.push_back(passage);
        }
        ASSERT_EQ(SearchIn(*older->generation, "red"), expected)
            << "step " << step << " generation " << generation.first;
        ASSERT_EQ(older->left_out, generation.second.size() - expected.size());
        ASSERT_EQ(older->generation->manifest.documents, expected.size());
      }
      if (seed == 1) {
        ASSERT_EQ(kept, shown.size());
      }
      ASSERT_EQ(Files(), Listed()) << "step " << step;
      for (const std::string& word : erased) {
        const uint64_t key = WordKey(word);
        for (const auto& entry :
             fs::directory_iterator(folder_ + "/segments")) {
          std::ifstream file(entry.path(), std::ios::binary);
          const std::string bytes((std::istreambuf_iterator<char>(file)),
                                  std::istreambuf_iterator<char>());
          ASSERT_EQ(bytes.find(std::string(reinterpret_cast<const char*>(&key),
                                           sizeof(key))),
                    std::string::npos)
              << word;
        }
      }
    }
    ASSERT_TRUE(store_->Verify().ok());
    EXPECT_FALSE(erased.empty());
    EXPECT_FALSE(deleted.empty());
  }
}

TEST(OlderRowTest, ReadsBackAndRefusesBytesThatAreCut) {
  OlderGeneration older;
  older.manifest.collection = "c";
  older.manifest.generation = uint64_t{1} << 33;
  older.replaced_us = 17;
  older.erased = 3;
  const std::string bytes = EncodeOlder(older);
  const OlderGeneration back = DecodeOlder(bytes).value();
  EXPECT_EQ(back.manifest.generation, older.manifest.generation);
  EXPECT_EQ(back.replaced_us, 17);
  EXPECT_EQ(back.erased, 3);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(DecodeOlder(bytes.substr(0, size)).status().code(),
              absl::StatusCode::kDataLoss);
  }
  std::string newer = bytes;
  newer[0] = 2;
  EXPECT_EQ(DecodeOlder(newer).status().code(),
            absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace footnote
