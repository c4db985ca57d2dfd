#include "storage/document_store.h"

#include <string>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "gtest/gtest.h"
#include "storage/store_tables.h"
#include "tests/storage/segment_builder.h"

namespace footnote {
namespace {

class DocumentStoreTest : public testing::Test {
 protected:
  DocumentStoreTest() : folder_(MakeTestFolder() + "/db") { Reopen(); }

  void Reopen() {
    store_.reset();
    kv_.reset();
    KvOptions options;
    options.tables = StoreTables();
    auto kv = Kv::Open(folder_, options);
    ASSERT_TRUE(kv.ok()) << kv.status();
    kv_ = *std::move(kv);
    store_ = std::make_unique<DocumentStore>(kv_.get());
  }

  VersionRecord Record(const std::string& id, const std::string& text) {
    VersionRecord record;
    record.collection = "c";
    record.document = id;
    record.version = store_->NextVersion({"c", id}).value();
    record.sha256 = Sha256(text);
    record.bytes = text.size();
    record.title = "T";
    record.metadata = {{"k", "v"}, {"k", "w"}};
    record.labels = {"l"};
    record.headings = {{3, 2, "Heading"}};
    record.ingested_us = 10 * record.version;
    return record;
  }

  absl::Status Commit(const std::string& id, const std::string& text) {
    const VersionRecord record = Record(id, text);
    absl::Status status = store_->WriteText(record.ref(), text, "loc");
    if (!status.ok()) return status;
    KvBatch batch;
    status = store_->AppendVersion(record, &batch);
    if (!status.ok()) return status;
    return kv_->Write(std::move(batch), true);
  }

  absl::Status Delete(const std::string& id) {
    KvBatch batch;
    const absl::Status status = store_->AppendDelete({"c", id}, 99, &batch);
    if (!status.ok()) return status;
    return kv_->Write(std::move(batch), true);
  }

  std::string folder_;
  std::unique_ptr<Kv> kv_;
  std::unique_ptr<DocumentStore> store_;
};

TEST_F(DocumentStoreTest, ReadsEverySliceOfALongTextAsItWasWritten) {
  std::string text;
  for (int i = 0; text.size() < 5 * DocumentStore::kChunkBytes + 17; ++i) {
    text += std::to_string(i) + ",";
  }
  ASSERT_TRUE(Commit("d", text).ok());
  const VersionRef ref = {"c", "d", 1};
  EXPECT_EQ(store_->ReadAll(ref).value(), text);
  const uint64_t chunk = DocumentStore::kChunkBytes;
  const uint64_t places[] = {0,         1,         chunk - 1,  chunk,
                             chunk + 1, 3 * chunk, text.size()};
  for (const uint64_t begin : places) {
    for (const uint64_t end : places) {
      const auto slice = store_->ReadText(ref, begin, end);
      if (end < begin) {
        EXPECT_EQ(slice.status().code(), absl::StatusCode::kOutOfRange);
      } else {
        ASSERT_EQ(slice.value(), text.substr(begin, end - begin));
      }
    }
  }
  EXPECT_EQ(store_->ReadText(ref, 0, text.size() + 1).status().code(),
            absl::StatusCode::kOutOfRange);
  EXPECT_EQ(store_->ReadLocator(ref).value(), "loc");
}

TEST_F(DocumentStoreTest, KeepsTheRecordAndOldVersionsReadable) {
  ASSERT_TRUE(Commit("d", "first").ok());
  ASSERT_TRUE(Commit("d", "second").ok());
  Reopen();
  const auto versions = store_->ListVersions({"c", "d"}).value();
  ASSERT_EQ(versions.size(), 2);
  EXPECT_EQ(versions[0].state, VersionState::kSuperseded);
  EXPECT_EQ(versions[0].ended_us, 20);
  EXPECT_EQ(versions[1].state, VersionState::kLive);
  EXPECT_EQ(store_->GetLive({"c", "d"})->version, 2);
  EXPECT_EQ(versions[1].metadata.size(), 2);
  EXPECT_EQ(versions[1].labels, std::vector<std::string>{"l"});
  EXPECT_EQ(versions[1].headings[0].text, "Heading");
  EXPECT_EQ(store_->ReadAll({"c", "d", 1}).value(), "first");
  EXPECT_EQ(store_->ReadAll({"c", "d", 2}).value(), "second");
}

TEST_F(DocumentStoreTest, HidesADeletedDocumentAndNeverReusesItsNumbers) {
  ASSERT_TRUE(Commit("d", "first").ok());
  ASSERT_TRUE(Delete("d").ok());
  EXPECT_EQ(Delete("d").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(store_->GetLive({"c", "d"}).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_TRUE(store_->ListDocuments("c", 0, "")->documents.empty());
  EXPECT_EQ(store_->ReadAll({"c", "d", 1}).value(), "first");
  ASSERT_TRUE(Commit("d", "again").ok());
  EXPECT_EQ(store_->GetLive({"c", "d"})->version, 2);
}

TEST_F(DocumentStoreTest, ErasesOnlyWhatIsDeletedAndKeepsTheHash) {
  ASSERT_TRUE(Commit("d", "first").ok());
  KvBatch refused;
  EXPECT_EQ(store_->AppendErase({"c", "d"}, &refused).code(),
            absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(Delete("d").ok());
  EXPECT_EQ(store_->ListDeleted("c")->size(), 1);
  KvBatch batch;
  ASSERT_TRUE(store_->AppendErase({"c", "d"}, &batch).ok());
  ASSERT_TRUE(kv_->Write(std::move(batch), true).ok());
  EXPECT_TRUE(store_->ListDeleted("c")->empty());
  EXPECT_EQ(store_->ReadAll({"c", "d", 1}).status().code(),
            absl::StatusCode::kFailedPrecondition);
  const auto record = store_->GetVersion({"c", "d", 1}).value();
  EXPECT_EQ(record.state, VersionState::kErased);
  EXPECT_EQ(record.sha256, Sha256("first"));
  EXPECT_EQ(record.title, "");
  EXPECT_EQ(store_->NextVersion({"c", "d"}).value(), 2);
}

TEST_F(DocumentStoreTest, PagesThroughLiveDocumentsOfOneCollection) {
  for (int i = 0; i < 25; ++i) {
    ASSERT_TRUE(Commit("d" + std::to_string(100 + i), "t").ok());
  }
  ASSERT_TRUE(Delete("d110").ok());
  std::vector<std::string> ids;
  std::string token;
  do {
    const auto page = store_->ListDocuments("c", 7, token).value();
    EXPECT_LE(page.documents.size(), 7);
    for (const auto& record : page.documents) ids.push_back(record.document);
    token = page.next_page_token;
  } while (!token.empty());
  EXPECT_EQ(ids.size(), 24);
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
  EXPECT_TRUE(store_->ListDocuments("other", 7, "")->documents.empty());
  EXPECT_FALSE(store_->ListDocuments("c", 7, "?").ok());
  EXPECT_FALSE(store_->ListDocuments("c", 1001, "").ok());
}

TEST_F(DocumentStoreTest, NothingIsLeftOfAnEarlierAttempt) {
  const std::string longer(3 * DocumentStore::kChunkBytes, 'x');
  ASSERT_TRUE(
      store_->WriteText(Record("a", longer).ref(), longer, longer).ok());
  ASSERT_TRUE(Commit("a", "short").ok());
  int chunks = 0;
  for (const int table : {kTableTexts, kTableLocators}) {
    for (const auto it = kv_->Iterate(table, ""); it->Valid(); it->Next()) {
      EXPECT_EQ(it->value().find('x'), absl::string_view::npos);
      ++chunks;
    }
  }
  EXPECT_EQ(chunks, 2);
}

TEST_F(DocumentStoreTest, TextsOfSeveralVersionsGoDownTogether) {
  const std::string longer(100 * DocumentStore::kChunkBytes, 'x');
  const std::vector<std::pair<std::string, std::string>> texts = {
      {"a", "first"}, {"b", longer}, {"c", "third"}};
  std::vector<VersionRecord> records;
  KvBatch waiting;
  for (const auto& [id, text] : texts) {
    records.push_back(Record(id, text));
    ASSERT_TRUE(
        store_->AppendText(records.back().ref(), text, "loc", &waiting).ok());
  }
  KvBatch batch;
  EXPECT_TRUE(store_->AppendVersion(records[0], &batch).ok())
      << "a long text does not wait, nor do those before it";
  EXPECT_EQ(store_->AppendVersion(records[2], &batch).code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_LT(waiting.bytes(), longer.size());
  ASSERT_TRUE(kv_->Write(std::move(waiting), false).ok());
  for (size_t i = 1; i < records.size(); ++i) {
    ASSERT_TRUE(store_->AppendVersion(records[i], &batch).ok());
  }
  ASSERT_TRUE(kv_->Write(std::move(batch), true).ok());
  Reopen();
  ASSERT_TRUE(store_->RemoveAbandoned().ok());
  for (size_t i = 0; i < records.size(); ++i) {
    EXPECT_EQ(*store_->ReadAll(records[i].ref()), texts[i].second);
    EXPECT_EQ(*store_->ReadLocator(records[i].ref()), "loc");
  }
}

TEST_F(DocumentStoreTest, RemovesTextsThatWereNeverCommitted) {
  ASSERT_TRUE(Commit("kept", "text").ok());
  const VersionRecord record = Record("lost", "text");
  ASSERT_TRUE(store_->WriteText(record.ref(), "text", "loc").ok());
  Reopen();
  ASSERT_TRUE(store_->RemoveAbandoned().ok());
  KvBatch batch;
  EXPECT_EQ(store_->AppendVersion(record, &batch).code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(kv_->Iterate(kTablePending, "")->Valid());
  int chunks = 0;
  for (auto it = kv_->Iterate(kTableTexts, ""); it->Valid(); it->Next()) {
    ++chunks;
  }
  EXPECT_EQ(chunks, 1);
}

TEST_F(DocumentStoreTest, SaysDataLossWhenAChunkIsMissing) {
  ASSERT_TRUE(Commit("d", std::string(200000, 'x')).ok());
  auto it = kv_->Iterate(kTableTexts, "");
  it->Next();
  KvBatch batch;
  batch.Delete(kTableTexts, it->key());
  it.reset();
  ASSERT_TRUE(kv_->Write(std::move(batch), true).ok());
  EXPECT_EQ(store_->ReadAll({"c", "d", 1}).status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_TRUE(store_->ReadText({"c", "d", 1}, 0, 1000).ok());
}

TEST_F(DocumentStoreTest, RefusesNamesThatAreEmptyOrTooLong) {
  EXPECT_EQ(store_->NextVersion({"", "d"}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(store_->NextVersion({"c", std::string(1025, 'x')}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(store_->NextVersion({"c", std::string(1024, '\xff')}).ok());
}

}  // namespace
}  // namespace footnote
