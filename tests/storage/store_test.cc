#include "storage/store.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/storage/segment_builder.h"
#include "tests/storage/store_fixture.h"

namespace footnote {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::unique_ptr<Store> OpenStore(const std::string& folder,
                                 KvMode mode = KvMode::kPrimary) {
  StoreOptions options;
  options.mode = mode;
  options.compress = false;
  auto store = Store::Open(folder, options);
  EXPECT_TRUE(store.ok()) << store.status();
  return *std::move(store);
}

int SegmentFiles(const std::string& folder) {
  int count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(folder + "/segments")) {
    (void)entry;
    ++count;
  }
  return count;
}

TEST(StoreTest, FindsTheNewestVersionsAndNothingElse) {
  const std::string folder = MakeTestFolder() + "/store";
  auto store = OpenStore(folder);
  EXPECT_EQ((*store->Current(kTestCollection))->number(), 0);
  ASSERT_TRUE(
      Ingest(store.get(), {{"a", "red fox\nblue fox"}, {"b", "red hen"}}).ok());
  EXPECT_THAT(Search(store.get(), "red"), ElementsAre("a@1:0", "b@1:0"));
  ASSERT_TRUE(Ingest(store.get(), {{"a", "green fox"}}).ok());
  EXPECT_THAT(Search(store.get(), "red"), ElementsAre("b@1:0"));
  EXPECT_THAT(Search(store.get(), "fox"), ElementsAre("a@2:0"));
  ASSERT_TRUE(Ingest(store.get(), {}, {"b"}).ok());
  EXPECT_THAT(Search(store.get(), "red"), IsEmpty());
  const auto generation = *store->Current(kTestCollection);
  EXPECT_EQ(generation->number(), 3);
  EXPECT_EQ(generation->manifest.documents, 1);
  EXPECT_EQ(generation->manifest.passages, 1);
  EXPECT_EQ(generation->manifest.total_length[0], 2);
}

TEST(StoreTest, WithoutItsDatabaseItIsRefusedAndItsSegmentsStay) {
  const std::string folder = MakeTestFolder() + "/store";
  ASSERT_TRUE(Ingest(OpenStore(folder).get(), {{"a", "red fox"}}).ok());
  std::filesystem::rename(folder + "/db", folder + "/elsewhere");
  for (const bool empty_folder : {false, true}) {
    if (empty_folder) std::filesystem::create_directory(folder + "/db");
    const absl::Status status = Store::Open(folder).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(status.message()),
                testing::HasSubstr(folder + "/db: not found, want that of the "
                                            "1 files in"));
    EXPECT_EQ(SegmentFiles(folder), 1);
  }
  std::filesystem::remove(folder + "/db");
  std::filesystem::rename(folder + "/elsewhere", folder + "/db");
  EXPECT_THAT(Search(OpenStore(folder).get(), "red"), ElementsAre("a@1:0"));
}

TEST(StoreTest, WatchersHearOfAGenerationBeforeItIsCurrent) {
  const std::string folder = MakeTestFolder() + "/store";
  auto store = OpenStore(folder);
  std::vector<uint64_t> heard;
  const int watcher = store->AddWatcher(
      [&](const std::shared_ptr<const Generation>& generation) {
        heard.push_back(generation->number());
        EXPECT_EQ(generation->manifest.collection, kTestCollection);
      });
  ASSERT_TRUE(Ingest(store.get(), {{"a", "red fox"}}).ok());
  ASSERT_TRUE(Ingest(store.get(), {{"b", "red hen"}}).ok());
  ASSERT_TRUE(Ingest(store.get(), {}, {"b"}).ok());
  EXPECT_THAT(heard, ElementsAre(1, 2, 3));
  // What fails is no generation.
  EXPECT_FALSE(Ingest(store.get(), {}, {"nobody"}).ok());
  EXPECT_EQ(heard.size(), 3);
  store->RemoveWatcher(watcher);
  ASSERT_TRUE(Ingest(store.get(), {{"c", "red cat"}}).ok());
  EXPECT_EQ(heard.size(), 3);
}

TEST(StoreTest, IsTheSameAfterAReopen) {
  const std::string folder = MakeTestFolder() + "/store";
  {
    auto store = OpenStore(folder);
    ASSERT_TRUE(Ingest(store.get(), {{"a", "red fox"}}).ok());
    ASSERT_TRUE(Ingest(store.get(), {{"b", "red hen"}}, {"a"}).ok());
  }
  auto store = OpenStore(folder);
  EXPECT_THAT(Search(store.get(), "red"), ElementsAre("b@1:0"));
  EXPECT_EQ((*store->Current(kTestCollection))->number(), 2);
  EXPECT_TRUE(store->Verify().ok());
  EXPECT_EQ(store->documents()->ReadAll({kTestCollection, "a", 1}).value(),
            "red fox");
}

TEST(StoreTest, AHeldGenerationStaysAsItWas) {
  const std::string folder = MakeTestFolder() + "/store";
  auto store = OpenStore(folder);
  ASSERT_TRUE(Ingest(store.get(), {{"a", "red fox"}}).ok());
  const auto held = *store->Current(kTestCollection);
  ASSERT_TRUE(Ingest(store.get(), {}, {"a"}).ok());
  MergePolicy policy;
  EXPECT_EQ(store->Merge(kTestCollection, policy, nullptr).value(), 1);
  EXPECT_EQ(SegmentFiles(folder), 0);
  ASSERT_EQ(held->segments.size(), 1);
  EXPECT_TRUE(held->segments[0].IsLive(0));
  EXPECT_TRUE(held->segments[0].reader->VerifyAll().ok());
}

TEST(StoreTest, MergesSmallSegmentsIntoOneWithTheSameHits) {
  const std::string folder = MakeTestFolder() + "/store";
  auto store = OpenStore(folder);
  for (int i = 0; i < 6; ++i) {
    ASSERT_TRUE(Ingest(store.get(), {{absl::StrCat("d", i), "red fox"},
                                     {absl::StrCat("e", i), "hen"}})
                    .ok());
  }
  ASSERT_TRUE(Ingest(store.get(), {}, {"d3"}).ok());
  const auto before = Search(store.get(), "red");
  const auto totals = (*store->Current(kTestCollection))->manifest;
  EXPECT_GE(store->Merge(kTestCollection, MergePolicy(), nullptr).value(), 1);
  const auto after = *store->Current(kTestCollection);
  EXPECT_EQ(after->segments.size(), 1);
  EXPECT_EQ(SegmentFiles(folder), 1);
  EXPECT_EQ(Search(store.get(), "red"), before);
  EXPECT_EQ(after->manifest.passages, totals.passages);
  EXPECT_EQ(after->manifest.total_length, totals.total_length);
  EXPECT_EQ(store->Merge(kTestCollection, MergePolicy(), nullptr).value(), 0);
}

TEST(StoreTest, WhatCanNotBeCommittedLeavesNoFile) {
  const std::string folder = MakeTestFolder() + "/store";
  bool full = false;
  StoreOptions options;
  options.keep = [&full](const Kv&,
                         const std::string&) -> absl::StatusOr<KeepPolicy> {
    if (full) return absl::ResourceExhaustedError("no room");
    return KeepPolicy();
  };
  auto store = *Store::Open(folder, options);
  for (int i = 0; i < 6; ++i) {
    ASSERT_TRUE(Ingest(store.get(), {{absl::StrCat("d", i), "red fox"},
                                     {absl::StrCat("e", i), "hen"}})
                    .ok());
  }
  ASSERT_TRUE(Ingest(store.get(), {}, {"d3"}).ok());
  full = true;
  EXPECT_EQ(
      store->Merge(kTestCollection, MergePolicy(), nullptr).status().code(),
      absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(SegmentFiles(folder), 6);
  EXPECT_FALSE(store->Erase(kTestCollection, "d3", nullptr).ok());
  EXPECT_EQ(SegmentFiles(folder), 6);
  full = false;
  EXPECT_EQ(store->FinishErasures(nullptr), absl::OkStatus());
  EXPECT_EQ(store->Verify(), absl::OkStatus());
  EXPECT_EQ(Search(store.get(), "red").size(), 5);
}

// A command on a full disk, on which there is room a moment later: the merge
// would write over a segment of the same name.
TEST(StoreTest, WhatIsOpenedForReadingMergesNothing) {
  const std::string folder = MakeTestFolder() + "/store";
  for (int i = 0; i < 6; ++i) {
    auto store = OpenStore(folder);
    ASSERT_TRUE(Ingest(store.get(), {{absl::StrCat("d", i), "red fox"}}).ok());
  }
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 0;
  signal(SIGXFSZ, SIG_IGN);
  StoreOptions options;
  options.reads_when_full = true;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &none), 0);
  auto reading = Store::Open(folder, options);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  ASSERT_TRUE(reading.ok()) << reading.status();
  const auto merged =
      (*reading)->Merge(kTestCollection, MergePolicy(), nullptr);
  EXPECT_EQ(merged.status().code(), absl::StatusCode::kResourceExhausted)
      << merged.status();
  reading->reset();
  auto store = OpenStore(folder);
  EXPECT_EQ(SegmentFiles(folder), 6);
  EXPECT_EQ(Search(store.get(), "red").size(), 6);
  EXPECT_EQ(store->Verify(), absl::OkStatus());
}

TEST(StoreTest, CarriesOverDeletesThatComeWhileAMergeRuns) {
  const std::string folder = MakeTestFolder() + "/store";
  auto store = OpenStore(folder);
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(
        Ingest(store.get(), {{absl::StrCat("d", 100 + i), "red"}}).ok());
  }
  std::atomic<bool> stop{false};
  std::thread merging([&] {
    MergePolicy policy;
    policy.fan_in = 2;
    while (!stop) {
      EXPECT_TRUE(store->Merge(kTestCollection, policy, nullptr).ok());
    }
  });
  for (int i = 0; i < 40; i += 2) {
    ASSERT_TRUE(Ingest(store.get(), {{absl::StrCat("n", 100 + i), "red"}},
                       {absl::StrCat("d", 100 + i)})
                    .ok());
  }
  stop = true;
  merging.join();
  const auto found = Search(store.get(), "red");
  ASSERT_EQ(found.size(), 40);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(found[i], absl::StrCat("d", 101 + 2 * i, "@1:0"));
    EXPECT_EQ(found[20 + i], absl::StrCat("n", 100 + 2 * i, "@1:0"));
  }
  EXPECT_EQ((*store->Current(kTestCollection))->manifest.passages, 40);
}

TEST(StoreTest, NoFileHoldsTheBytesOfAnErasedDocument) {
  const std::string folder = MakeTestFolder() + "/store";
  auto store = OpenStore(folder);
  ASSERT_TRUE(Ingest(store.get(), {{"a", "the secret plan of the mouse"},
                                   {"b", "nothing to hide here"}})
                  .ok());
  ASSERT_TRUE(
      Ingest(store.get(), {{"a", "a second secret of the mouse"}}).ok());
  EXPECT_EQ(store->Erase(kTestCollection, "a", nullptr).code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(store->Erase(kTestCollection, "never", nullptr).code(),
            absl::StatusCode::kNotFound);
  ASSERT_TRUE(Ingest(store.get(), {}, {"a"}).ok());
  EXPECT_TRUE(AnyFileHolds(folder, "secret plan"));
  EXPECT_TRUE(AnyFileHolds(folder, "Title of a"));
  const absl::Status status = store->Erase(kTestCollection, "a", nullptr);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_FALSE(AnyFileHolds(folder, "secret plan"));
  EXPECT_FALSE(AnyFileHolds(folder, "second secret"));
  EXPECT_FALSE(AnyFileHolds(folder, "Title of a"));
  const uint64_t key = WordKey("secret");
  EXPECT_FALSE(AnyFileHolds(
      folder, std::string(reinterpret_cast<const char*>(&key), sizeof(key))));
  EXPECT_TRUE(AnyFileHolds(folder, "nothing to hide"));
  EXPECT_THAT(Search(store.get(), "hide"), ElementsAre("b@1:0"));
  EXPECT_EQ(store->documents()->GetVersion({kTestCollection, "a", 1})->state,
            VersionState::kErased);
  // Erasing again, and all, has nothing to do.
  EXPECT_TRUE(store->Erase(kTestCollection, "", nullptr).ok());
  EXPECT_TRUE(store->FinishErasures(nullptr).ok());
}

TEST(StoreTest, RemovesWhatAnInterruptedProcessLeft) {
  const std::string folder = MakeTestFolder() + "/store";
  std::string orphan;
  {
    auto store = OpenStore(folder);
    ASSERT_TRUE(Ingest(store.get(), {{"a", "red fox"}}).ok());
    WriteTestText(store.get(), {"b", "never committed"});
    orphan = store->NewSegment().path;
    std::ofstream(orphan) << "half a segment";
    std::ofstream(orphan + ".tmp") << "less";
    std::ofstream(folder + "/segments/notes.txt") << "not ours";
  }
  auto store = OpenStore(folder);
  EXPECT_FALSE(std::filesystem::exists(orphan));
  EXPECT_FALSE(std::filesystem::exists(orphan + ".tmp"));
  EXPECT_TRUE(std::filesystem::exists(folder + "/segments/notes.txt"));
  EXPECT_THAT(Search(store.get(), "red"), ElementsAre("a@1:0"));
  EXPECT_EQ(store->documents()->NextVersion({kTestCollection, "b"}).value(), 1);
}

TEST(StoreTest, RefusesACommitThatDoesNotAddUpAndChangesNothing) {
  const std::string folder = MakeTestFolder() + "/store";
  auto store = OpenStore(folder);
  ASSERT_TRUE(Ingest(store.get(), {{"a", "red fox"}}).ok());
  Commit commit;
  commit.collection = kTestCollection;
  commit.versions.push_back(WriteTestText(store.get(), {"b", "red"}));
  // It has a passage, and no segment holds it.
  EXPECT_EQ(store->Apply(commit).status().code(),
            absl::StatusCode::kInvalidArgument);
  commit.versions[0].passages = 0;
  commit.versions[0].version = 5;
  EXPECT_EQ(store->Apply(commit).status().code(),
            absl::StatusCode::kInvalidArgument);
  commit.versions.clear();
  commit.deleted_documents = {"a", "a"};
  EXPECT_EQ(store->Apply(commit).status().code(),
            absl::StatusCode::kInvalidArgument);
  commit.deleted_documents = {"never"};
  EXPECT_EQ(store->Apply(commit).status().code(), absl::StatusCode::kNotFound);
  commit.deleted_documents.clear();
  commit.new_segments = {"999.seg"};
  EXPECT_EQ(store->Apply(commit).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ((*store->Current(kTestCollection))->number(), 1);
  EXPECT_THAT(Search(store.get(), "red"), ElementsAre("a@1:0"));
}

TEST(StoreTest, SecondaryFollowsThePrimary) {
  const std::string folder = MakeTestFolder() + "/store";
  StoreOptions reads;
  reads.mode = KvMode::kSecondary;
  EXPECT_FALSE(Store::Open(folder, reads).ok());
  auto primary = OpenStore(folder);
  ASSERT_TRUE(Ingest(primary.get(), {{"a", "red fox"}}).ok());
  auto secondary = OpenStore(folder, KvMode::kSecondary);
  EXPECT_THAT(Search(secondary.get(), "red"), ElementsAre("a@1:0"));
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(
        Ingest(primary.get(), {{absl::StrCat("b", i), "red hen"}}).ok());
  }
  ASSERT_TRUE(Ingest(primary.get(), {}, {"a"}).ok());
  ASSERT_TRUE(primary->Merge(kTestCollection, MergePolicy(), nullptr).ok());
  EXPECT_THAT(Search(secondary.get(), "red"), ElementsAre("a@1:0"));
  ASSERT_TRUE(secondary->Refresh().ok());
  EXPECT_EQ(Search(secondary.get(), "red"), Search(primary.get(), "red"));
  EXPECT_EQ(secondary->documents()->ReadAll({kTestCollection, "b1", 1}).value(),
            "red hen");
}

TEST(StoreTest, SaysUnimplementedForANewerFormat) {
  const std::string folder = MakeTestFolder() + "/store";
  OpenStore(folder).reset();
  std::ofstream(folder + "/FORMAT") << "2\n";
  EXPECT_EQ(Store::Open(folder).status().code(),
            absl::StatusCode::kUnimplemented);
}

TEST(StoreTest, NamesASegmentThatIsDamaged) {
  const std::string folder = MakeTestFolder() + "/store";
  {
    auto store = OpenStore(folder);
    ASSERT_TRUE(Ingest(store.get(), {{"a", "red fox"}}).ok());
  }
  const std::string path = folder + "/segments/000000000001.seg";
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(70);
  file.put('\x7f');
  file.close();
  auto store = OpenStore(folder);
  const auto generation = store->Current(kTestCollection);
  EXPECT_EQ(generation.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(absl::StrContains(generation.status().message(),
                                "segment 000000000001.seg: section"))
      << generation.status();
}

}  // namespace
}  // namespace footnote
