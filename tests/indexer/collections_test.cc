#include "indexer/collections.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "absl/time/clock.h"
#include "base/grpc_status.h"
#include "indexer/documents.h"
#include "indexer/expiry.h"
#include "storage/store_tables.h"
#include "tests/indexer/ingest_fixture.h"

namespace footnote {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CollectionsTest : public IngestTest {
 protected:
  void Set(uint64_t documents, uint64_t bytes, int64_t seconds = 0,
           bool hold = false) {
    v1::CollectionSettings settings;
    settings.set_collection("c");
    settings.set_max_documents(documents);
    settings.set_max_text_bytes(bytes);
    settings.set_retention_seconds(seconds);
    settings.set_legal_hold(hold);
    ASSERT_TRUE(Collections(store_.get()).Set(settings).ok());
  }

  // "INDEXED" or the reason, by document.
  std::map<std::string, std::string> IngestWithQuota(
      const std::vector<SourceFile>& files, bool dry_run = false) {
    Collections collections(store_.get());
    const auto quota = Quota::Open(&collections, "c");
    EXPECT_TRUE(quota.ok()) << quota.status();
    std::map<std::string, std::string> out;
    PipelineJob job;
    job.collection = "c";
    job.quota = quota->get();
    job.dry_run = dry_run;
    Pipeline pipeline(store_.get(), nullptr, &claims_, options_, job,
                      [&](const DocumentResult& result) {
                        out[result.document] =
                            result.state == DocumentResult::State::kFailed
                                ? result.reason
                                : "in";
                      });
    for (const SourceFile& file : files) pipeline.Add(file);
    pipeline.Finish();
    return out;
  }

  std::vector<std::string> Documents() {
    std::vector<std::string> out;
    const auto page = store_->documents()->ListDocuments("c", 0, "");
    EXPECT_TRUE(page.ok()) << page.status();
    for (const VersionRecord& record : page->documents) {
      out.push_back(record.document);
    }
    return out;
  }

  absl::StatusOr<uint64_t> Expire(absl::Time now) {
    return ExpireDocuments(store_.get(), &claims_, nullptr, "c", now);
  }
};

TEST_F(CollectionsTest, SettingsAreKept) {
  Set(7, 1000, 60, true);
  Open();
  Collections collections(store_.get());
  const auto stored = collections.Get("c");
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_EQ(stored->settings().max_documents(), 7);
  EXPECT_EQ(stored->settings().retention_seconds(), 60);
  EXPECT_TRUE(stored->settings().legal_hold());
  EXPECT_EQ(collections.Get("other")->settings().max_documents(), 0);
  EXPECT_EQ(ListSettings(*store_->kv())->size(), 1);
}

TEST_F(CollectionsTest, DocumentsAboveTheQuotaFailWithTheReason) {
  Set(2, 0);
  options_.threads = 1;
  const auto results = IngestWithQuota(
      {File("a", "One text."), File("b", "Two texts."), File("d", "Three.")});
  EXPECT_EQ(results.at("a"), "in");
  EXPECT_EQ(results.at("b"), "in");
  EXPECT_THAT(results.at("d"),
              AllOf(HasSubstr("quota"), HasSubstr("holds 2 documents"),
                    HasSubstr("want at most 2")));
  // A new version is not one more; a deletion makes room.
  EXPECT_EQ(IngestWithQuota({File("a", "Another text.")}).at("a"), "in");
  v1::DeleteDocumentRequest request;
  request.set_collection("c");
  request.set_document("b");
  ASSERT_TRUE(DeleteDocument(store_.get(), &claims_, nullptr, request).ok());
  EXPECT_EQ(IngestWithQuota({File("d", "Three.")}).at("d"), "in");
  EXPECT_THAT(Documents(), ElementsAre("a", "d"));
}

TEST_F(CollectionsTest, TextAboveTheQuotaFails) {
  Set(0, 100);
  options_.threads = 1;
  const auto results = IngestWithQuota({File("a", std::string(60, 'a') + "."),
                                        File("b", std::string(60, 'b') + "."),
                                        File("d", std::string(30, 'd') + ".")});
  EXPECT_EQ(results.at("a"), "in");
  EXPECT_THAT(results.at("b"), AllOf(HasSubstr("would hold 122 bytes"),
                                     HasSubstr("want at most 100")));
  EXPECT_EQ(results.at("d"), "in");
}

TEST_F(CollectionsTest, ManyThreadsKeepToIt) {
  Set(50, 0);
  options_.threads = 4;
  options_.commit_after = absl::Milliseconds(1);
  std::vector<SourceFile> files;
  for (int i = 0; i < 200; ++i) {
    files.push_back(File(absl::StrCat("d", i), absl::StrCat("Text ", i, ".")));
  }
  size_t in = 0;
  for (const auto& result : IngestWithQuota(files)) in += result.second == "in";
  EXPECT_EQ(in, 50);
  EXPECT_EQ(Collections(store_.get()).Get("c")->documents(), 50);
}

TEST_F(CollectionsTest, ADryRunSaysTheSameAndTakesNothing) {
  Set(1, 0);
  options_.threads = 1;
  const std::vector<SourceFile> files = {File("a", "One."), File("b", "Two.")};
  EXPECT_THAT(IngestWithQuota(files, true).at("b"), HasSubstr("quota"));
  EXPECT_THAT(Documents(), IsEmpty());
  EXPECT_EQ(IngestWithQuota(files).at("a"), "in");
}

TEST_F(CollectionsTest, DocumentsExpireAndTheirBytesGo) {
  Ingest({File("old", "An unmistakable sentence about zymurgy.")});
  const absl::Time between = absl::Now();
  Ingest({File("new", "Something else.")});
  Set(0, 0, 3600);
  EXPECT_EQ(*Expire(absl::Now()), 0);
  EXPECT_EQ(*Expire(between + absl::Hours(1)), 1);
  EXPECT_THAT(Documents(), ElementsAre("new"));
  EXPECT_THAT(Find("zymurgy"), IsEmpty());
  const auto versions = store_->documents()->ListVersions({"c", "old"});
  EXPECT_EQ(versions->back().state, VersionState::kErased);
  // It may come back.
  Ingest({File("old", "An unmistakable sentence about zymurgy.")});
  EXPECT_THAT(Documents(), ElementsAre("new", "old"));
}

TEST_F(CollectionsTest, ANewVersionIsYoung) {
  Ingest({File("a", "First.")});
  const absl::Time between = absl::Now();
  Ingest({File("a", "Second.")});
  Set(0, 0, 3600);
  EXPECT_EQ(*Expire(between + absl::Hours(1)), 0);
}

TEST_F(CollectionsTest, AnExpiryThatWasCutOffIsFinished) {
  Ingest({File("a", "First.")});
  Set(0, 0, 1);
  // Deleted, not purged: what a kill in between leaves.
  KvBatch also;
  also.Put(kTableJobs,
           absl::StrCat("expired/c", absl::string_view("\0", 1), "a"), "");
  Commit commit;
  commit.collection = "c";
  commit.deleted_documents = {"a"};
  commit.also = &also;
  ASSERT_TRUE(store_->Apply(commit).ok());
  EXPECT_EQ(*Expire(absl::Now()), 0);
  EXPECT_EQ(store_->documents()->ListVersions({"c", "a"})->back().state,
            VersionState::kErased);
}

// Its text is written before it is committed, and a purge takes the text of all
// versions of a document.
TEST_F(CollectionsTest, AnExpiryLeavesTheTextOfADocumentThatComesBack) {
  Ingest({File("a", "First.")});
  Set(0, 0, 3600);
  KvBatch also;
  also.Put(kTableJobs,
           absl::StrCat("expired/c", absl::string_view("\0", 1), "a"), "");
  Commit commit;
  commit.collection = "c";
  commit.deleted_documents = {"a"};
  commit.also = &also;
  ASSERT_TRUE(store_->Apply(commit).ok());
  PipelineJob job;
  job.collection = "c";
  options_.commit_after = absl::Seconds(5);
  Pipeline pipeline(store_.get(), nullptr, &claims_, options_, job,
                    [](const DocumentResult& result) {
                      EXPECT_EQ(result.state, DocumentResult::State::kIndexed);
                    });
  // So long that it does not wait for others to be written down with.
  std::string second;
  for (int line = 0; line < 50000; ++line) absl::StrAppend(&second, line, "\n");
  pipeline.Add(File("a", second));
  const absl::Time deadline = absl::Now() + absl::Seconds(20);
  while (!store_->kv()->Iterate(kTablePending, "")->Valid() &&
         absl::Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(1));
  }
  EXPECT_EQ(*Expire(absl::Now()), 0);
  pipeline.Finish();
  const auto text = store_->documents()->ReadAll({"c", "a", 2});
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(*text, second);
}

// A scan, say, that is read for an hour: what is claimed meanwhile is wanted by
// others.
TEST_F(CollectionsTest, AnExpiryWaitsOnceForAllThatOthersWorkOn) {
  Ingest({File("a", "First."), File("b", "Second."), File("c", "Third."),
          File("d", "Fourth.")});
  Set(0, 0, 1);
  for (const char* id : {"a", "b", "c"}) {
    ASSERT_TRUE(claims_.TryClaim("c", id));
  }
  const absl::Time begin = absl::Now();
  EXPECT_EQ(*Expire(absl::Now() + absl::Hours(1)), 1);
  EXPECT_LT(absl::Now() - begin, absl::Seconds(15));
  EXPECT_THAT(Documents(), ElementsAre("a", "b", "c"));
  for (const char* id : {"a", "b", "c"}) claims_.Release("c", id);
}

TEST_F(CollectionsTest, AHoldThatIsSetWhileADeletionWaitsHolds) {
  Ingest({File("a", "First.")});
  ASSERT_TRUE(claims_.TryClaim("c", "a"));
  absl::Status one;
  absl::Status many;
  std::thread deleters[] = {
      std::thread([&] {
        v1::DeleteDocumentRequest request;
        request.set_collection("c");
        request.set_document("a");
        one = DeleteDocument(store_.get(), &claims_, nullptr, request).status();
      }),
      std::thread([&] {
        v1::DeleteDocumentsRequest request;
        request.set_collection("c");
        request.add_documents("a");
        many = DeleteDocuments(store_.get(), &claims_, request).status();
      })};
  while (!claims_.wanted()) absl::SleepFor(absl::Milliseconds(1));
  absl::SleepFor(absl::Milliseconds(50));
  Set(0, 0, 0, true);
  claims_.Release("c", "a");
  for (std::thread& deleter : deleters) deleter.join();
  EXPECT_EQ(ErrorReason(one), "LEGAL_HOLD");
  EXPECT_EQ(ErrorReason(many), "LEGAL_HOLD");
  EXPECT_THAT(Documents(), ElementsAre("a"));
}

TEST_F(CollectionsTest, UnderLegalHoldNothingGoes) {
  Ingest({File("a", "First.")});
  Set(0, 0, 1, true);
  const absl::Status expired = Expire(absl::Now() + absl::Hours(1)).status();
  EXPECT_EQ(expired.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ErrorReason(expired), "LEGAL_HOLD");
  v1::DeleteDocumentRequest request;
  request.set_collection("c");
  request.set_document("a");
  const absl::Status deleted =
      DeleteDocument(store_.get(), &claims_, nullptr, request).status();
  EXPECT_EQ(ErrorReason(deleted), "LEGAL_HOLD");
  v1::DeleteDocumentsRequest many;
  many.set_collection("c");
  many.add_documents("a");
  EXPECT_EQ(ErrorReason(DeleteDocuments(store_.get(), &claims_, many).status()),
            "LEGAL_HOLD");
  EXPECT_EQ(Ingest({File("a", "Second.")}).at("a").version, 2);
  Set(0, 0, 1, false);
  EXPECT_EQ(*Expire(absl::Now() + absl::Hours(1)), 1);
}

TEST_F(CollectionsTest, TheWorkerExpiresAtItsStart) {
  Ingest({File("a", "First.")});
  Set(0, 0, 1);
  absl::SleepFor(absl::Milliseconds(1100));
  ExpiryWorker worker(store_.get(), &claims_, nullptr);
  for (int i = 0; i < 600 && !Documents().empty(); ++i) {
    absl::SleepFor(absl::Milliseconds(50));
  }
  EXPECT_THAT(Documents(), IsEmpty());
}

}  // namespace
}  // namespace footnote
