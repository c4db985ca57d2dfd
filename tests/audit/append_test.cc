#include "audit/append.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <atomic>
#include <set>
#include <thread>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "audit/erase.h"
#include "audit/ledger_tables.h"
#include "audit/merkle.h"
#include "audit/note.h"
#include "base/grpc_status.h"
#include "base/hash.h"
#include "tests/audit/book.h"

namespace footnote {
namespace {

using ::testing::HasSubstr;

constexpr char kText[] = "Die Bücherei ist groß. Eröffnet wurde sie 1923.";

TEST(AppendTest, NumbersRecordsFromOneAndSignsEachState) {
  Book book;
  const v1::DocumentVersion source = book.AddVersion("a", kText);
  Frontier tree;
  for (uint64_t i = 1; i <= 5; ++i) {
    const v1::Receipt receipt =
        book.Append(book.Answer(source, {"Eröffnet wurde sie 1923."}));
    EXPECT_EQ(receipt.sequence(), i);
    EXPECT_EQ(receipt.answer_id().size(), 26u);
    EXPECT_LT(absl::AbsDuration(absl::FromUnixMicros(receipt.time_us()) -
                                absl::Now()),
              absl::Minutes(5));
    tree.Add(AsHash(receipt.record_sha256()));
    const auto checkpoint =
        OpenCheckpoint(receipt.checkpoint(), book.ledger()->verifier());
    ASSERT_EQ(checkpoint.status(), absl::OkStatus());
    EXPECT_EQ(checkpoint->size, i);
    EXPECT_EQ(checkpoint->root, tree.Root());
  }
}

TEST(AppendTest, GivesBackWhatWasRecorded) {
  Book book;
  const v1::DocumentVersion source = book.AddVersion("a", kText);
  const v1::AppendAnswerRequest request =
      book.Answer(source, {"Die Bücherei ist groß."});
  const v1::Receipt receipt = book.Append(request);
  const auto record = book.ledger()->FindAnswer(receipt.answer_id(), "");
  ASSERT_EQ(record.status(), absl::OkStatus());
  v1::AnswerRecord expected = request.record();
  expected.mutable_answer()->set_id(receipt.answer_id());
  *expected.mutable_answer()->mutable_receipt() = receipt;
  EXPECT_EQ(record->SerializeAsString(), expected.SerializeAsString());
}

// Such a record could be read by nobody, and would close the log for good.
TEST(AppendTest, WhatCouldNotBeReadAgainIsNotAppended) {
  Book book;
  const v1::DocumentVersion source = book.AddVersion("a", kText);
  book.Append(book.Answer(source, {"Die Bücherei ist groß."}));
  const auto append = [&book](const std::string& tenant,
                              const std::string& principal) {
    v1::AuditEvent event;
    event.set_kind(v1::AuditEvent::HOLD_SET);
    event.set_target("c");
    event.set_tenant(tenant);
    event.set_principal(principal);
    return book.ledger()->AppendEvent(event).status();
  };
  EXPECT_EQ(append("\xff", "").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(append("", "M\xfcller").code(), absl::StatusCode::kInvalidArgument);
  v1::AppendAnswerRequest request =
      book.Answer(source, {"Die Bücherei ist groß."});
  request.mutable_record()->set_principal("M\xfcller");
  EXPECT_EQ(AppendAnswer(request, book.ledger(), book.store()).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(book.ledger()->size(), 1u);
  EXPECT_EQ(append("Müller", "Müller"), absl::OkStatus());
  book.Close();
  book.Open();
  EXPECT_EQ(book.ledger()->health(), absl::OkStatus());
}

TEST(AppendTest, ShowsNoTenantTheRecordsOfAnother) {
  Book book;
  const v1::DocumentVersion source = book.AddVersion("a", kText);
  v1::AppendAnswerRequest request =
      book.Answer(source, {"Die Bücherei ist groß."});
  request.mutable_record()->set_tenant("mine");
  const v1::Receipt receipt = book.Append(request);
  EXPECT_EQ(book.ledger()->FindAnswer(receipt.answer_id(), "mine").status(),
            absl::OkStatus());
  const absl::Status other =
      book.ledger()->FindAnswer(receipt.answer_id(), "yours").status();
  EXPECT_EQ(ErrorReason(other), "ANSWER_NOT_FOUND");
}

// What was asked and answered must be in no file as it was said.
TEST(AppendTest, LeavesNothingPersonalInTheFiles) {
  Book book;
  const v1::DocumentVersion source = book.AddVersion("a", kText);
  v1::AppendAnswerRequest request =
      book.Answer(source, {"Eröffnet wurde sie 1923."});
  v1::AnswerRecord& record = *request.mutable_record();
  record.set_principal("Zwetschgenmus");
  record.set_request_id("Quittengelee");
  record.mutable_answer()->set_question("Hagebuttentee?");
  record.mutable_answer()->mutable_citations(0)->mutable_sources(0)->set_title(
      "Birnenbrand");
  book.Append(request);
  book.Close();
  EXPECT_EQ(FilesWith(book.folder() + "/audit",
                      {"Zwetschgenmus", "Quittengelee", "Hagebuttentee",
                       "Birnenbrand", "wurde sie 1923"}),
            "");
  book.Open();
}

TEST(AppendTest, SurvivesReopening) {
  Book book;
  const v1::DocumentVersion source = book.AddVersion("a", kText);
  const v1::Receipt first =
      book.Append(book.Answer(source, {"Die Bücherei ist groß."}));
  book.WhileClosed([](Kv*) {});
  EXPECT_EQ(book.ledger()->FindAnswer(first.answer_id(), "").status(),
            absl::OkStatus());
  const v1::Receipt second =
      book.Append(book.Answer(source, {"Die Bücherei ist groß."}));
  EXPECT_EQ(second.sequence(), 2u);
}

TEST(AppendTest, RecordsAnAbstention) {
  Book book;
  const v1::DocumentVersion source = book.AddVersion("a", kText);
  EXPECT_EQ(book.Append(book.Answer(source, {})).sequence(), 1u);
}

TEST(AppendTest, ARepeatedRequestGivesTheFirstReceipt) {
  Book book;
  const v1::DocumentVersion source = book.AddVersion("a", kText);
  v1::AppendAnswerRequest request =
      book.Answer(source, {"Die Bücherei ist groß."});
  request.mutable_record()->set_request_id("r1");
  const auto first = AppendAnswer(request, book.ledger(), book.store());
  const auto again = AppendAnswer(request, book.ledger(), book.store());
  ASSERT_EQ(again.status(), absl::OkStatus());
  EXPECT_FALSE(first->repeated_request());
  EXPECT_TRUE(again->repeated_request());
  EXPECT_EQ(again->receipt().SerializeAsString(),
            first->receipt().SerializeAsString());
  EXPECT_EQ(book.ledger()->size(), 1u);
}

TEST(AppendTest, RefusesWhatTheStoreDoesNotSay) {
  Book book;
  const v1::DocumentVersion source = book.AddVersion("a", kText);
  const v1::AppendAnswerRequest good =
      book.Answer(source, {"Die Bücherei ist groß."});
  const auto code = [&](const v1::AppendAnswerRequest& request) {
    return AppendAnswer(request, book.ledger(), book.store()).status().code();
  };
  v1::AppendAnswerRequest bad = good;
  v1::SourceSpan* cited = bad.mutable_record()
                              ->mutable_answer()
                              ->mutable_citations(0)
                              ->mutable_sources(0);
  cited->mutable_span()->set_begin(1);
  EXPECT_EQ(code(bad), absl::StatusCode::kFailedPrecondition);
  bad = good;
  cited = bad.mutable_record()
              ->mutable_answer()
              ->mutable_citations(0)
              ->mutable_sources(0);
  cited->mutable_source()->set_sha256(Sha256("other"));
  EXPECT_EQ(code(bad), absl::StatusCode::kFailedPrecondition);
  cited->mutable_source()->set_version(9);
  EXPECT_EQ(code(bad), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(book.ledger()->size(), 0u);
}

TEST(AppendTest, SaysThatACitedDocumentWasErased) {
  Book book;
  const v1::DocumentVersion source = book.AddVersion("a", kText);
  const v1::AppendAnswerRequest request =
      book.Answer(source, {"Die Bücherei ist groß."});
  Commit commit;
  commit.collection = "c";
  commit.deleted_documents = {"a"};
  ASSERT_EQ(book.store()->Apply(commit).status(), absl::OkStatus());
  ASSERT_EQ(book.store()->Erase("c", "a", nullptr), absl::OkStatus());
  const absl::Status status =
      AppendAnswer(request, book.ledger(), book.store()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_EQ(ErrorReason(status), "SOURCE_ERASED");
}

// It comes before the erasure, or after.
TEST(AppendTest, AnAnswerIsRecordedWhileItsKeysAreDestroyed) {
  Book book;
  const v1::DocumentVersion source = book.AddVersion("a", kText);
  v1::AppendAnswerRequest request =
      book.Answer(source, {"Die Bücherei ist groß."});
  request.mutable_record()->set_principal("anna");
  v1::AuditEvent event;
  event.set_kind(v1::AuditEvent::ACCESS);
  event.set_principal("anna");
  std::atomic<bool> asks{true};
  std::thread erasing([&] {
    v1::EraseDocumentRequest document;
    document.set_collection("c");
    document.set_document("a");
    v1::EraseSubjectRequest subject;
    subject.set_principal("anna");
    while (asks) {
      EXPECT_EQ(EraseDocument(document, {}, book.ledger()).status(),
                absl::OkStatus());
      EXPECT_EQ(EraseSubject(subject, {}, book.ledger()).status(),
                absl::OkStatus());
    }
  });
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(AppendAnswer(request, book.ledger(), book.store()).status(),
              absl::OkStatus());
    EXPECT_EQ(book.ledger()->AppendEvent(event).status(), absl::OkStatus());
  }
  asks = false;
  erasing.join();
  const v1::Receipt last = book.Append(request);
  EXPECT_EQ(book.ledger()->FindAnswer(last.answer_id(), "")->answer().text(),
            "Die Bücherei ist groß.");
  EXPECT_EQ(book.Walk().back().damaged(), 0u);
}

TEST(AppendTest, RefusesRequestsThatMakeNoSense) {
  Book book;
  const v1::DocumentVersion source = book.AddVersion("a", kText);
  const v1::AppendAnswerRequest good =
      book.Answer(source, {"Die Bücherei ist groß."});
  const auto expect_refused = [&](const v1::AppendAnswerRequest& request,
                                  const char* field) {
    const absl::Status status =
        AppendAnswer(request, book.ledger(), book.store()).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << field;
    EXPECT_EQ(ErrorReason(status), "INVALID_REQUEST") << field;
    EXPECT_THAT(std::string(status.message()), HasSubstr(field));
  };
  expect_refused(v1::AppendAnswerRequest(), "record.answer");
  v1::AppendAnswerRequest bad = good;
  bad.mutable_record()->mutable_answer()->set_id("x");
  expect_refused(bad, "record.answer");
  bad = good;
  bad.mutable_record()->mutable_answer()->mutable_citations(0)->set_verdict(
      v1::STITCHED);
  expect_refused(bad, "STITCHED, want FOUND");
  bad = good;
  bad.mutable_record()->mutable_answer()->clear_citations();
  expect_refused(bad, "citations");
  bad = good;
  bad.mutable_record()->set_request_id(std::string(129, 'x'));
  expect_refused(bad, "request_id: 129 bytes");
  EXPECT_EQ(book.ledger()->size(), 0u);
}

TEST(AppendTest, ManyThreadsMakeOneChain) {
  Book book;
  const v1::DocumentVersion source = book.AddVersion("a", kText);
  const v1::AppendAnswerRequest request =
      book.Answer(source, {"Die Bücherei ist groß."});
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) book.Append(request);
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto said = book.Walk();
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0].records(), 160u);
  EXPECT_EQ(said[0].damaged(), 0u);
}

// Not called damage by who finds it in the database before it is in the tree.
TEST(AppendTest, WhatIsWrittenCanBeReadAtOnce) {
  Book book;
  const v1::DocumentVersion source = book.AddVersion("a", kText);
  const v1::AppendAnswerRequest request =
      book.Answer(source, {"Die Bücherei ist groß."});
  std::atomic<bool> appends{true};
  std::thread appending([&] {
    for (int i = 0; i < 500; ++i) book.Append(request);
    appends = false;
  });
  while (appends) {
    const uint64_t next = book.ledger()->size() + 1;
    if (!book.ledger()->kv()->Get(kLedgerRecords, SequenceKey(next)).ok()) {
      continue;
    }
    EXPECT_EQ(book.ledger()->Read(next).status(), absl::OkStatus());
  }
  appending.join();
}

TEST(AppendTest, OneRequestIdOfManyThreadsIsOneRecord) {
  Book book;
  const v1::DocumentVersion source = book.AddVersion("a", kText);
  v1::AppendAnswerRequest request =
      book.Answer(source, {"Die Bücherei ist groß."});
  request.mutable_record()->set_request_id("same");
  std::vector<std::string> ids(8);
  std::vector<std::thread> threads;
  for (std::string& id : ids) {
    threads.emplace_back([&] { id = book.Append(request).answer_id(); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 1u);
  EXPECT_EQ(book.ledger()->size(), 1u);
}

TEST(AppendTest, ALogThatItsDiskStoppedSaysSoBeforeAnAnswerComes) {
  Book book;
  book.Append(
      book.Answer(book.AddVersion("a", kText), {"Die Bücherei ist groß."}));
  ASSERT_EQ(book.ledger()->CheckWritable(), absl::OkStatus());
  signal(SIGXFSZ, SIG_IGN);
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit none = {0, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &none), 0);
  KvBatch batch;
  batch.Put(kLedgerMeta, "other", "");
  const absl::Status written =
      book.ledger()->kv()->Write(std::move(batch), /*sync=*/true);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  ASSERT_NE(written, absl::OkStatus());
  EXPECT_EQ(book.ledger()->CheckWritable().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(AppendTest, DoesNotContinueADamagedChain) {
  Book book;
  const v1::DocumentVersion source = book.AddVersion("a", kText);
  const v1::AppendAnswerRequest request =
      book.Answer(source, {"Die Bücherei ist groß."});
  book.Append(request);
  book.WhileClosed([](Kv* kv) {
    KvBatch batch;
    batch.Delete(kLedgerRecords, SequenceKey(1));
    ASSERT_EQ(kv->Write(std::move(batch), true), absl::OkStatus());
  });
  const absl::Status status =
      AppendAnswer(request, book.ledger(), book.store()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(ErrorReason(status), "RECORD_DAMAGED");
}

}  // namespace
}  // namespace footnote
