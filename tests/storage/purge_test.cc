// That purged bytes are gone: every 16-byte run of the text, the postings and
// the vectors of a document is looked for in every file of the store.
#include "storage/purge.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/hash.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/segment_writer.h"
#include "storage/store.h"
#include "storage/store_tables.h"
#include "storage/unproved_purges.h"
#include "tests/storage/segment_builder.h"
#include "tests/storage/store_fixture.h"

namespace footnote {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr size_t kRun = 16;
constexpr int kDimension = 64;

std::unique_ptr<Store> OpenPlain(const std::string& folder) {
  StoreOptions options;
  // Bytes can be looked for only where they stand as they are.
  options.compress = false;
  auto store = Store::Open(folder, options);
  EXPECT_TRUE(store.ok()) << store.status();
  return *std::move(store);
}

// Text of words that no other document has.
std::string RandomText(const std::string& id, int words, std::mt19937* random) {
  std::string text;
  for (int i = 0; i < words; ++i) {
    absl::StrAppend(&text, i > 0 ? " " : "", id, "word", (*random)());
  }
  return text;
}

std::vector<float> RandomVector(std::mt19937* random) {
  std::normal_distribution<float> normal;
  std::vector<float> vector(kDimension);
  float sum = 0;
  for (float& value : vector) {
    value = normal(*random);
    sum += value * value;
  }
  for (float& value : vector) value /= std::sqrt(sum);
  return vector;
}

// One commit of documents with postings, positions and vectors.
void IngestVectors(Store* store, const std::vector<TestDocument>& documents,
                   std::mt19937* random) {
  SegmentOptions options;
  options.analyzer_version = 1;
  options.dimension = kDimension;
  options.positions = true;
  SegmentWriter writer(options);
  Commit commit;
  commit.collection = kTestCollection;
  for (const TestDocument& document : documents) {
    commit.versions.push_back(WriteTestText(store, document));
    const VersionRecord& record = commit.versions.back();
    SegmentDocument add;
    add.id = record.document;
    add.title = record.title;
    add.version = record.version;
    add.sha256 = record.sha256;
    ASSERT_TRUE(writer.AddDocument(add).ok());
    std::vector<SegmentToken> tokens;
    for (const std::string& word :
         std::vector<std::string>(absl::StrSplit(document.text, ' '))) {
      tokens.push_back(
          {WordKey(word), static_cast<uint32_t>(tokens.size()), 0, 0});
    }
    SegmentPassage passage;
    passage.end = document.text.size();
    passage.heading = record.title;
    passage.tokens = tokens;
    ASSERT_TRUE(writer.AddPassage(passage).ok());
    ASSERT_TRUE(writer.AddVector(RandomVector(random)).ok());
  }
  const Store::SegmentName name = store->NewSegment();
  ASSERT_TRUE(writer.Finish(name.path).ok());
  commit.new_segments.push_back(name.name);
  ASSERT_TRUE(store->Apply(commit).ok());
}

void AddRuns(absl::string_view bytes, std::unordered_set<std::string>* runs) {
  for (size_t i = 0; i + kRun <= bytes.size(); ++i) {
    runs->emplace(bytes.substr(i, kRun));
  }
}

// Every 16-byte run that the store keeps of a document: texts of all versions,
// term keys two by two as they lie in the file, codes and exact vectors.
std::unordered_set<std::string> RunsOf(Store* store,
                                       const std::vector<std::string>& texts,
                                       const std::string& document) {
  std::unordered_set<std::string> runs;
  for (const std::string& text : texts) AddRuns(text, &runs);
  const auto generation = *store->Current(kTestCollection);
  for (const LiveSegment& segment : generation->segments) {
    const SegmentReader& reader = *segment.reader;
    for (const uint32_t d : reader.FindDocument(document)) {
      const DocumentRow& row = reader.documents()[d];
      for (uint32_t p = 0; p < row.passage_count; ++p) {
        const auto rows = reader.VectorRowsOf(row.first_passage + p);
        const VectorsView vectors = reader.vectors();
        for (uint32_t r = rows.first; r < rows.second; ++r) {
          AddRuns({reinterpret_cast<const char*>(vectors.Code(r)),
                   vectors.dimension},
                  &runs);
          AddRuns({reinterpret_cast<const char*>(vectors.Exact(r)),
                   vectors.exact_stride},
                  &runs);
        }
      }
    }
  }
  return runs;
}

// Files below `folder` that hold one of the runs.
std::vector<std::string> FilesWith(
    const std::string& folder, const std::unordered_set<std::string>& runs) {
  std::vector<std::string> found;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const std::string bytes = ReadWholeFile(entry.path().string());
    for (size_t i = 0; i + kRun <= bytes.size(); ++i) {
      if (runs.count(bytes.substr(i, kRun)) == 0) continue;
      found.push_back(entry.path().filename().string());
      break;
    }
  }
  return found;
}

// A term's key stands nowhere.
bool AnyFileHasTermOf(const std::string& folder, const std::string& text) {
  for (const std::string& word :
       std::vector<std::string>(absl::StrSplit(text, ' '))) {
    const uint64_t key = WordKey(word);
    if (AnyFileHolds(folder, std::string(reinterpret_cast<const char*>(&key),
                                         sizeof(key)))) {
      return true;
    }
  }
  return false;
}

TEST(PurgeTest, NoFileHoldsA16ByteRunOfTextPostingsOrVectors) {
  const std::string folder = MakeTestFolder() + "/store";
  std::mt19937 random(7);
  auto store = OpenPlain(folder);
  const std::string old_text = RandomText("secret", 60, &random);
  const std::string new_text = RandomText("hidden", 60, &random);
  const std::string other = RandomText("public", 60, &random);
  IngestVectors(store.get(), {{"gone", old_text}, {"stays", other}}, &random);
  std::unordered_set<std::string> runs =
      RunsOf(store.get(), {old_text}, "gone");
  IngestVectors(store.get(), {{"gone", new_text}}, &random);
  for (const std::string& run : RunsOf(store.get(), {new_text}, "gone")) {
    runs.insert(run);
  }
  ASSERT_GT(runs.size(), 1000);
  ASSERT_TRUE(Ingest(store.get(), {}, {"gone"}).ok());
  // The scan sees what is there.
  EXPECT_THAT(FilesWith(folder, runs), Not(IsEmpty()));
  EXPECT_TRUE(AnyFileHasTermOf(folder, old_text));

  ASSERT_TRUE(store->Erase(kTestCollection, "gone", nullptr).ok());
  EXPECT_THAT(FilesWith(folder, runs), IsEmpty());
  EXPECT_FALSE(AnyFileHasTermOf(folder, old_text));
  EXPECT_FALSE(AnyFileHasTermOf(folder, new_text));
  EXPECT_TRUE(AnyFileHolds(folder, other.substr(0, 100)));
  EXPECT_TRUE(AnyFileHasTermOf(folder, other));

  const auto purges = store->Purges(kTestCollection);
  ASSERT_TRUE(purges.ok());
  ASSERT_THAT(*purges, SizeIs(1));
  const Purge& purge = (*purges)[0];
  EXPECT_EQ(purge.state, PurgeState::kProved);
  EXPECT_THAT(purge.documents, ElementsAre("gone"));
  EXPECT_THAT(purge.segments, SizeIs(2));
  EXPECT_THAT(purge.files, Not(IsEmpty()));
  EXPECT_GE(purge.proved_us, purge.begun_us);
}

TEST(PurgeTest, ADocumentThatComesBackIsFoundAndItsOldBytesAreNot) {
  const std::string folder = MakeTestFolder() + "/store";
  auto store = OpenPlain(folder);
  ASSERT_TRUE(
      Ingest(store.get(), {{"a", "the first secret of the mouse"}}).ok());
  ASSERT_TRUE(Ingest(store.get(), {}, {"a"}).ok());
  ASSERT_TRUE(store->Erase(kTestCollection, "a", nullptr).ok());
  ASSERT_TRUE(Ingest(store.get(), {{"a", "what may be known"}}).ok());
  EXPECT_THAT(Search(store.get(), "known"), ElementsAre("a@2:0"));
  EXPECT_FALSE(AnyFileHolds(folder, "the first secret"));
  ASSERT_TRUE(Ingest(store.get(), {}, {"a"}).ok());
  ASSERT_TRUE(store->Erase(kTestCollection, "a", nullptr).ok());
  EXPECT_FALSE(AnyFileHolds(folder, "what may be known"));
  EXPECT_THAT(*store->Purges(""), SizeIs(2));
}

TEST(PurgeTest, IsNotProvedWhileASearchHoldsTheSegment) {
  const std::string folder = MakeTestFolder() + "/store";
  auto store = OpenPlain(folder);
  ASSERT_TRUE(Ingest(store.get(), {{"a", "red fox"}, {"b", "red hen"}}).ok());
  auto held = *store->Current(kTestCollection);
  ASSERT_TRUE(Ingest(store.get(), {}, {"a"}).ok());
  std::thread purging(
      [&] { EXPECT_TRUE(store->Erase(kTestCollection, "a", nullptr).ok()); });
  // It comes as far as it can.
  while (true) {
    const auto purges = *store->Purges(kTestCollection);
    if (!purges.empty() && purges[0].state == PurgeState::kCompacted) break;
    std::this_thread::yield();
  }
  EXPECT_TRUE(held->segments[0].reader->VerifyAll().ok());
  held.reset();
  purging.join();
  EXPECT_EQ((*store->Purges(kTestCollection))[0].state, PurgeState::kProved);
}

TEST(PurgeTest, AStartDoesNotReadTheProvedOnesAgain) {
  const std::string folder = MakeTestFolder() + "/store";
  auto store = OpenPlain(folder);
  const auto purge = [&store](const std::string& id) {
    ASSERT_TRUE(Ingest(store.get(), {{id, "red fox"}}).ok());
    ASSERT_TRUE(Ingest(store.get(), {}, {id}).ok());
    ASSERT_TRUE(store->Erase(kTestCollection, id, nullptr).ok());
  };
  purge("a");
  purge("b");
  ASSERT_TRUE(store->FinishErasures(nullptr).ok());
  // What is read again would be found damaged.
  KvBatch damage;
  int damaged = 0;
  for (const auto it = store->kv()->Iterate(kTableMeta, "purge/"); it->Valid();
       it->Next()) {
    damage.Put(kTableMeta, it->key(), "no purge");
    ++damaged;
  }
  ASSERT_EQ(damaged, 2);
  ASSERT_TRUE(store->kv()->Write(std::move(damage), true).ok());
  store.reset();
  store = OpenPlain(folder);
  EXPECT_EQ(store->FinishErasures(nullptr), absl::OkStatus());
  // A later one is, with the next number.
  purge("c");
  store.reset();
  store = OpenPlain(folder);
  KvBatch proved;
  EXPECT_EQ(ListUnproved(*store->kv(), &proved)->size(), 0u);
  EXPECT_EQ(proved.size(), 1u);
  Purge next;
  next.collection = kTestCollection;
  next.number = *NextPurge(*store->kv(), kTestCollection);
  EXPECT_EQ(next.number, 4u);
  KvBatch begun;
  AppendPurge(next, &begun);
  ASSERT_TRUE(store->kv()->Write(std::move(begun), true).ok());
  ASSERT_TRUE(store->FinishErasures(nullptr).ok());
  EXPECT_EQ(ListUnproved(*store->kv(), &proved)->size(), 0u);
}

TEST(PurgeTest, GoesOnWhereAKilledProcessLeftIt) {
  for (const PurgeState state :
       {PurgeState::kHidden, PurgeState::kRewritten, PurgeState::kCompacted}) {
    SCOPED_TRACE(std::string(PurgeStateName(state)));
    const std::string folder = MakeTestFolder() + "/store";
    auto store = OpenPlain(folder);
    ASSERT_TRUE(
        Ingest(store.get(), {{"a", "secret red fox"}, {"b", "red hen"}}).ok());
    ASSERT_TRUE(Ingest(store.get(), {}, {"a"}).ok());
    // What Erase writes first, and nothing after it.
    Purge purge;
    purge.collection = kTestCollection;
    purge.number = 1;
    purge.documents = {"a"};
    purge.segments = {
        (*store->Current(kTestCollection))->manifest.segments[0].name};
    KvBatch batch;
    ASSERT_TRUE(
        store->documents()->AppendErase({kTestCollection, "a"}, &batch).ok());
    AppendPurge(purge, &batch);
    ASSERT_TRUE(store->kv()->Write(std::move(batch), true).ok());
    if (state != PurgeState::kHidden) {
      // Further steps were done, and their mark was written.
      ASSERT_TRUE(store->FinishErasures(nullptr).ok());
      purge = (*store->Purges(""))[0];
      purge.state = state;
      KvBatch back;
      AppendPurge(purge, &back);
      ASSERT_TRUE(store->kv()->Write(std::move(back), true).ok());
    }
    store.reset();
    store = OpenPlain(folder);
    ASSERT_TRUE(store->FinishErasures(nullptr).ok());
    EXPECT_EQ((*store->Purges(""))[0].state, PurgeState::kProved);
    EXPECT_FALSE(AnyFileHolds(folder, "secret red fox"));
    EXPECT_THAT(Search(store.get(), "red"), ElementsAre("b@1:0"));
  }
}

}  // namespace
}  // namespace footnote
