#include "audit/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "base/grpc_status.h"
#include "base/hash.h"
#include "storage/store_tables.h"
#include "tests/audit/book.h"

namespace footnote {
namespace {

using ::testing::HasSubstr;

constexpr char kText[] =
    "Die Bücherei ist groß. Eröffnet wurde sie im Jahr 1923.";
constexpr char kQuote[] = "Eröffnet wurde sie im Jahr 1923.";

class VerifyTest : public ::testing::Test {
 protected:
  v1::VerifyAnswerResponse Verify(const std::string& id) {
    v1::VerifyAnswerRequest request;
    request.set_answer_id(id);
    const auto response =
        VerifyAnswer(request, {}, *book_.ledger(), book_.store());
    EXPECT_EQ(response.status(), absl::OkStatus());
    return response.ok() ? *response : v1::VerifyAnswerResponse();
  }

  // Three answers that cite one version.
  void FillBook() {
    source_ = book_.AddVersion("a", kText);
    for (int i = 0; i < 3; ++i) {
      receipts_.push_back(book_.Append(book_.Answer(source_, {kQuote})));
    }
  }

  // Rewrites the record `sequence` of a closed book.
  void Rewrite(uint64_t sequence,
               const std::function<std::string(std::string)>& change) {
    book_.WhileClosed([&](Kv* kv) {
      const auto bytes = kv->Get(kLedgerRecords, SequenceKey(sequence));
      ASSERT_EQ(bytes.status(), absl::OkStatus());
      KvBatch batch;
      batch.Put(kLedgerRecords, SequenceKey(sequence), change(*bytes));
      ASSERT_EQ(kv->Write(std::move(batch), true), absl::OkStatus());
    });
  }

  Book book_;
  v1::DocumentVersion source_;
  std::vector<v1::Receipt> receipts_;
};

TEST_F(VerifyTest, AnUntouchedAnswerIsVerified) {
  FillBook();
  for (const v1::Receipt& receipt : receipts_) {
    const v1::VerifyAnswerResponse response = Verify(receipt.answer_id());
    EXPECT_TRUE(response.verified());
    EXPECT_TRUE(response.record_intact());
    ASSERT_EQ(response.citations_size(), 1);
    EXPECT_EQ(response.citations(0).verdict(), v1::FOUND);
    EXPECT_EQ(response.citations(0).newer_version(), 0u);
    EXPECT_EQ(response.receipt().SerializeAsString(),
              receipt.SerializeAsString());
  }
  const auto said = book_.Walk();
  ASSERT_EQ(said.size(), 1u);
  EXPECT_TRUE(said[0].done());
  EXPECT_EQ(said[0].records(), 3u);
}

TEST_F(VerifyTest, ANewerVersionIsNoChange) {
  FillBook();
  book_.AddVersion("a", "Alles ist anders.");
  const v1::VerifyAnswerResponse response = Verify(receipts_[0].answer_id());
  EXPECT_TRUE(response.verified());
  EXPECT_EQ(response.citations(0).newer_version(), 2u);
}

TEST_F(VerifyTest, ADeletedDocumentCanStillBeProved) {
  FillBook();
  Commit commit;
  commit.collection = "c";
  commit.deleted_documents = {"a"};
  ASSERT_EQ(book_.store()->Apply(commit).status(), absl::OkStatus());
  EXPECT_TRUE(Verify(receipts_[0].answer_id()).verified());
}

TEST_F(VerifyTest, SaysWhenTheSourceWasErased) {
  FillBook();
  Commit commit;
  commit.collection = "c";
  commit.deleted_documents = {"a"};
  ASSERT_EQ(book_.store()->Apply(commit).status(), absl::OkStatus());
  ASSERT_EQ(book_.store()->Erase("c", "a", nullptr), absl::OkStatus());
  const v1::VerifyAnswerResponse response = Verify(receipts_[0].answer_id());
  EXPECT_FALSE(response.verified());
  EXPECT_TRUE(response.record_intact());
  EXPECT_EQ(response.citations(0).verdict(), v1::SOURCE_ERASED);
}

TEST_F(VerifyTest, SaysWhenTheStoredTextWasChanged) {
  FillBook();
  bool changed = false;
  book_.WhileStoreClosed([&](Kv* kv) {
    KvBatch batch;
    for (auto it = kv->Iterate(kTableTexts, ""); it->Valid(); it->Next()) {
      std::string value(it->value());
      const size_t at = value.find("1923");
      if (at == std::string::npos) continue;
      value.replace(at, 4, "1933");
      batch.Put(kTableTexts, it->key(), value);
      changed = true;
    }
    ASSERT_EQ(kv->Write(std::move(batch), true), absl::OkStatus());
  });
  ASSERT_TRUE(changed);
  const v1::VerifyAnswerResponse response = Verify(receipts_[0].answer_id());
  EXPECT_FALSE(response.verified());
  EXPECT_TRUE(response.record_intact());
  EXPECT_EQ(response.citations(0).verdict(), v1::SOURCE_CHANGED);
  EXPECT_THAT(response.citations(0).detail(), HasSubstr("SHA-256"));
}

TEST_F(VerifyTest, SaysWhenAChunkOfTheTextIsGone) {
  FillBook();
  book_.WhileStoreClosed([&](Kv* kv) {
    KvBatch batch;
    for (auto it = kv->Iterate(kTableTexts, ""); it->Valid(); it->Next()) {
      batch.Delete(kTableTexts, it->key());
    }
    ASSERT_EQ(kv->Write(std::move(batch), true), absl::OkStatus());
  });
  EXPECT_EQ(Verify(receipts_[0].answer_id()).citations(0).verdict(),
            v1::SOURCE_CHANGED);
}

TEST_F(VerifyTest, ReportsAnEditedByte) {
  FillBook();
  Rewrite(2, [](std::string bytes) {
    bytes[bytes.size() / 2] ^= 1;
    return bytes;
  });
  EXPECT_FALSE(Verify(receipts_[1].answer_id()).record_intact());
  EXPECT_FALSE(Verify(receipts_[1].answer_id()).verified());
}

TEST_F(VerifyTest, ReportsARecordThatWasForged) {
  FillBook();
  Rewrite(3, [](const std::string& bytes) {
    RecordParts parts = *DecodeRecord(bytes);
    v1::AnswerRecord record;
    EXPECT_TRUE(record.ParseFromString(parts.body));
    record.mutable_answer()->set_writer("somebody else/1");
    parts.body = record.SerializeAsString();
    return EncodeRecord(parts);
  });
  EXPECT_FALSE(Verify(receipts_[2].answer_id()).record_intact());
  EXPECT_TRUE(Verify(receipts_[1].answer_id()).record_intact());
}

TEST_F(VerifyTest, AnUnknownAnswerIsNotFound) {
  v1::VerifyAnswerRequest request;
  request.set_answer_id(std::string(26, '0'));
  const absl::Status unknown =
      VerifyAnswer(request, {}, *book_.ledger(), book_.store()).status();
  EXPECT_EQ(unknown.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ErrorReason(unknown), "ANSWER_NOT_FOUND");
  request.set_answer_id("x");
  EXPECT_EQ(
      VerifyAnswer(request, {}, *book_.ledger(), book_.store()).status().code(),
      absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace footnote
