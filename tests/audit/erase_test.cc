#include "audit/erase.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <set>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "audit/ledger_tables.h"
#include "audit/sealing.h"
#include "audit/verify.h"
#include "base/file.h"
#include "base/grpc_status.h"
#include "tests/audit/book.h"

namespace footnote {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

constexpr char kText[] = "The secret is buried. The tree is green.";
constexpr char kSecret[] = "The secret is buried.";
constexpr char kTree[] = "The tree is green.";
constexpr int64_t kDayUs = int64_t{24} * 3600 * 1000 * 1000;

class EraseTest : public ::testing::Test {
 protected:
  void SetUp() override {
    a_ = book_.AddVersion("a", kText);
    b_ = book_.AddVersion("b", kText);
  }

  v1::Receipt Ask(const std::string& who, const v1::DocumentVersion& source,
                  const std::string& quote) {
    v1::AppendAnswerRequest request = book_.Answer(source, {quote});
    request.mutable_record()->set_principal(who);
    request.mutable_record()->mutable_answer()->set_question(
        absl::StrCat("asked by ", who));
    return book_.Append(request);
  }

  v1::AnswerRecord Find(const v1::Receipt& receipt) {
    const auto record = book_.ledger()->FindAnswer(receipt.answer_id(), "");
    EXPECT_EQ(record.status(), absl::OkStatus());
    return record.ok() ? *record : v1::AnswerRecord();
  }

  v1::VerifyAnswerResponse Verify(const v1::Receipt& receipt) {
    v1::VerifyAnswerRequest request;
    request.set_answer_id(receipt.answer_id());
    return *VerifyAnswer(request, {}, *book_.ledger(), book_.store());
  }

  absl::StatusOr<v1::EraseResponse> Subject(const std::string& who,
                                            bool dry_run = false) {
    v1::EraseSubjectRequest request;
    request.set_principal(who);
    request.set_dry_run(dry_run);
    return EraseSubject(request, {}, book_.ledger());
  }

  absl::StatusOr<v1::EraseResponse> Document(const std::string& document,
                                             bool dry_run = false) {
    v1::EraseDocumentRequest request;
    request.set_collection("c");
    request.set_document(document);
    request.set_dry_run(dry_run);
    return EraseDocument(request, {}, book_.ledger());
  }

  absl::StatusOr<v1::EraseResponse> RemoveAllAnswers() {
    RetentionPolicy policy;
    policy.default_days = 200;
    book_.Wait(absl::Hours(24 * 201));
    return ApplyRetention({}, policy, {}, book_.ledger());
  }

  std::set<std::string> DatabaseFiles() {
    std::set<std::string> files;
    for (const auto& entry :
         std::filesystem::directory_iterator(book_.folder() + "/audit")) {
      if (entry.path().extension() == ".sst") files.insert(entry.path());
    }
    return files;
  }

  // The database's files of one table, which is written to new ones.
  std::set<std::string> FilesOf(LedgerTable table, Kv* kv) {
    const std::set<std::string> before = DatabaseFiles();
    EXPECT_EQ(kv->Compact(table), absl::OkStatus());
    std::set<std::string> files = DatabaseFiles();
    for (const std::string& file : before) files.erase(file);
    EXPECT_FALSE(files.empty());
    return files;
  }

  // The database removes files a moment after it needs them no more.
  void ExpectGone(const std::set<std::string>& files) {
    const absl::Time deadline = absl::Now() + absl::Seconds(10);
    for (const std::string& file : files) {
      while (std::filesystem::exists(file) && absl::Now() < deadline) {
        absl::SleepFor(absl::Milliseconds(5));
      }
      EXPECT_FALSE(std::filesystem::exists(file)) << file;
    }
  }

  // What a keyring that was thrown away with its keys would show.
  std::string AllBytes() {
    std::string all;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(book_.folder())) {
      if (!entry.is_regular_file()) continue;
      all += *ReadFile(entry.path().string());
    }
    return all;
  }

  void ExpectWholeLog() {
    const auto said = book_.Walk();
    ASSERT_EQ(said.size(), 1u) << said[0].detail();
    EXPECT_EQ(said[0].damaged(), 0u);
  }

  Book book_;
  v1::DocumentVersion a_;
  v1::DocumentVersion b_;
};

TEST_F(EraseTest, APersonsQuestionsAndAnswersAreGoneAndProvedStill) {
  const v1::Receipt first = Ask("anna", a_, kSecret);
  const v1::Receipt other = Ask("bert", a_, kSecret);
  const v1::Receipt second = Ask("anna", b_, kTree);
  auto dry = Subject("anna", /*dry_run=*/true);
  ASSERT_EQ(dry.status(), absl::OkStatus());
  EXPECT_THAT(dry->answer_ids(),
              ElementsAre(first.answer_id(), second.answer_id()));
  EXPECT_EQ(dry->sequence(), 0u);
  EXPECT_EQ(Find(first).answer().question(), "asked by anna");

  const auto erased = Subject("anna");
  ASSERT_EQ(erased.status(), absl::OkStatus());
  EXPECT_EQ(erased->answers(), 2u);
  EXPECT_EQ(erased->sequence(), 4u);
  const v1::AnswerRecord record = Find(first);
  EXPECT_EQ(record.principal(), "");
  EXPECT_EQ(record.answer().question(), "");
  EXPECT_EQ(record.answer().text(), "");
  EXPECT_EQ(record.answer().citations(0).sources(0).quote(), "");
  EXPECT_EQ(record.answer().citations(0).sources(0).source().document(), "a");
  EXPECT_THAT(record.erased(),
              UnorderedElementsAre("question", "text", "citations[0]"));
  EXPECT_EQ(record.answer().receipt().SerializeAsString(),
            first.SerializeAsString());
  EXPECT_TRUE(Verify(first).record_intact());
  EXPECT_FALSE(Verify(first).verified());
  EXPECT_EQ(Verify(first).citations(0).verdict(), v1::SOURCE_ERASED);
  EXPECT_TRUE(Verify(other).verified());
  ExpectWholeLog();
  // Again there is nothing to erase.
  EXPECT_EQ(Subject("anna")->answers(), 0u);
  // It stays erased.
  book_.WhileClosed([](Kv*) {});
  EXPECT_EQ(Find(first).answer().question(), "");
  ExpectWholeLog();
}

TEST_F(EraseTest, WhoHasNoNameIsErasedOnlyWhenThatIsSaid) {
  const v1::Receipt nobodys = Ask("", a_, kSecret);
  EXPECT_THAT(std::string(Subject("").status().message()),
              HasSubstr("principal, nameless: neither, want one"));
  EXPECT_EQ(Find(nobodys).answer().question(), "asked by ");

  v1::EraseSubjectRequest request;
  request.set_nameless(true);
  request.set_principal("anna");
  EXPECT_THAT(
      std::string(EraseSubject(request, {}, book_.ledger()).status().message()),
      HasSubstr("principal, nameless: both, want one"));
  request.clear_principal();
  EXPECT_EQ(EraseSubject(request, {}, book_.ledger())->answers(), 1u);
  EXPECT_EQ(Find(nobodys).answer().question(), "");
}

TEST_F(EraseTest, ADocumentsWordsAreGoneAndOtherQuotesStay) {
  const v1::Receipt of_a = Ask("anna", a_, kSecret);
  const v1::Receipt of_b = Ask("anna", b_, kTree);
  // One answer of two documents.
  v1::AppendAnswerRequest both = book_.Answer(a_, {kSecret});
  const v1::AppendAnswerRequest more = book_.Answer(b_, {kTree});
  v1::Answer& answer = *both.mutable_record()->mutable_answer();
  const uint64_t shift = answer.text().size() + 1;
  answer.set_text(
      absl::StrCat(answer.text(), " ", more.record().answer().text()));
  v1::Citation& citation = *answer.add_citations();
  citation = more.record().answer().citations(0);
  v1::Span& span = *citation.mutable_answer_span();
  span.set_begin(span.begin() + shift);
  span.set_end(span.end() + shift);
  span.set_begin_code_point(span.begin_code_point() + shift);
  span.set_end_code_point(span.end_code_point() + shift);
  const v1::Receipt of_both = book_.Append(both);
  EXPECT_TRUE(Verify(of_both).verified());

  EXPECT_EQ(Document("a", /*dry_run=*/true)->answers(), 2u);
  ASSERT_EQ(Document("a")->answers(), 2u);
  EXPECT_THAT(Find(of_a).erased(),
              UnorderedElementsAre("text", "citations[0]"));
  EXPECT_EQ(Find(of_a).answer().question(), "asked by anna");
  EXPECT_TRUE(Find(of_b).erased().empty());
  const v1::AnswerRecord record = Find(of_both);
  EXPECT_THAT(record.erased(), UnorderedElementsAre("text", "citations[0]"));
  EXPECT_EQ(record.answer().citations(1).sources(0).quote(), kTree);
  const v1::VerifyAnswerResponse checked = Verify(of_both);
  EXPECT_EQ(checked.citations(0).verdict(), v1::SOURCE_ERASED);
  EXPECT_EQ(checked.citations(1).verdict(), v1::FOUND);
  EXPECT_TRUE(Verify(of_b).verified());
  ExpectWholeLog();
}

// Whoever holds every file, the master key included, reads nothing.
TEST_F(EraseTest, NoFileNorALaterCopyHoldsTheContent) {
  Ask("anna", a_, kSecret);
  const uint32_t key =
      *book_.ledger()->keyring()->Find(KeyKind::kSubject, "", "anna");
  const std::string secret = *book_.ledger()->keyring()->Get(key);
  ASSERT_EQ(Subject("anna").status(), absl::OkStatus());
  ASSERT_EQ(Document("a").status(), absl::OkStatus());
  Commit commit;
  commit.collection = "c";
  commit.deleted_documents = {"a", "b"};
  ASSERT_EQ(book_.store()->Apply(commit).status(), absl::OkStatus());
  ASSERT_EQ(book_.store()->Erase("c", "", nullptr), absl::OkStatus());
  book_.Close();
  const std::string all = AllBytes();
  EXPECT_EQ(all.find("secret is buried"), std::string::npos);
  EXPECT_EQ(all.find("asked by anna"), std::string::npos);
  EXPECT_EQ(all.find(secret), std::string::npos);
  book_.Open();
  ExpectWholeLog();
}

// A backup of the keyring brings nothing back.
TEST_F(EraseTest, AnOldKeyringIsErasedAgain) {
  const v1::Receipt receipt = Ask("anna", a_, kSecret);
  const std::string keys = book_.folder() + "/audit.keys";
  const std::string before = *ReadFile(keys);
  ASSERT_EQ(Subject("anna").status(), absl::OkStatus());
  book_.Close();
  ASSERT_EQ(WriteFileAtomically(keys, before), absl::OkStatus());
  book_.Open();
  EXPECT_EQ(Find(receipt).answer().question(), "");
  EXPECT_NE(*ReadFile(keys), before);
}

// A key's number, once erased, must not be another's: the log would erase that
// one, too, whenever it is opened.
TEST_F(EraseTest, AnOldKeyringErasesNobodyElse) {
  Ask("anna", a_, kSecret);
  const std::string keys = book_.folder() + "/audit.keys";
  const std::string before = *ReadFile(keys);
  const v1::Receipt erased = Ask("bert", a_, kSecret);
  ASSERT_EQ(Subject("bert")->answers(), 1u);
  const v1::Receipt lost = Ask("carla", a_, kSecret);
  book_.Close();
  ASSERT_EQ(WriteFileAtomically(keys, before), absl::OkStatus());
  book_.Open();
  const v1::Receipt other = Ask("dora", b_, kTree);
  EXPECT_EQ(Find(other).answer().question(), "asked by dora");
  book_.WhileClosed([](Kv*) {});
  EXPECT_EQ(Find(other).answer().question(), "asked by dora");
  EXPECT_TRUE(Verify(other).verified());
  EXPECT_EQ(Find(erased).answer().question(), "");
  EXPECT_EQ(book_.ledger()->FindAnswer(lost.answer_id(), "").status().code(),
            absl::StatusCode::kDataLoss);
}

// Where the one who did it had his key since the backup: holds hold, what was
// destroyed is destroyed again, and the log goes on.
TEST_F(EraseTest, EventsOfSomebodyWhoseKeyIsLostHoldStill) {
  const v1::Receipt anna = Ask("anna", a_, kSecret);
  const std::string keys = book_.folder() + "/audit.keys";
  const std::string before = *ReadFile(keys);
  Scope eve;
  eve.principal = "eve";
  v1::EraseSubjectRequest erase;
  erase.set_principal("anna");
  ASSERT_EQ(EraseSubject(erase, eve, book_.ledger())->answers(), 1u);
  v1::SetLegalHoldRequest hold;
  hold.set_collection("c");
  hold.set_hold(true);
  ASSERT_EQ(SetLegalHold(hold, eve, book_.ledger()).status(), absl::OkStatus());
  book_.Close();
  ASSERT_EQ(WriteFileAtomically(keys, before), absl::OkStatus());
  book_.Open();
  EXPECT_EQ(book_.ledger()->health(), absl::OkStatus());
  EXPECT_EQ(Find(anna).answer().question(), "");
  Ask("bert", a_, kSecret);
  EXPECT_EQ(ErrorReason(Subject("bert").status()), "LEGAL_HOLD");
}

// A log that signs nothing more is read still; but not what was erased, with an
// old keyring, and its holds hold. The keyring stays as it is: who could damage
// the log could have put events into it.
TEST_F(EraseTest, ADamagedLogShowsNothingThatWasErased) {
  const v1::Receipt anna = Ask("anna", a_, kSecret);
  const v1::Receipt bert = Ask("bert", b_, kTree);
  const std::string keys = book_.folder() + "/audit.keys";
  const std::string before = *ReadFile(keys);
  v1::SetLegalHoldRequest hold;
  hold.set_collection("other");
  hold.set_hold(true);
  ASSERT_EQ(SetLegalHold(hold, {}, book_.ledger()).status(), absl::OkStatus());
  ASSERT_EQ(Subject("anna")->answers(), 1u);
  book_.Close();
  const std::string published = book_.folder() + "/audit/log/checkpoint";
  std::string bytes = *ReadFile(published);
  bytes[bytes.size() - 9] ^= 1;
  for (const std::string& damage : {bytes, std::string()}) {
    ASSERT_EQ(WriteFileAtomically(keys, before), absl::OkStatus());
    ASSERT_EQ(WriteFileAtomically(published, damage), absl::OkStatus());
    book_.Open();
    EXPECT_EQ(book_.ledger()->health().code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(Find(bert).answer().question(), "asked by bert");
    EXPECT_EQ(Find(anna).answer().question(), "");
    EXPECT_TRUE(book_.ledger()->IsHeld("", "other"));
    EXPECT_EQ(*ReadFile(keys), before);
    book_.Close();
  }
}

// Nor where the tree has lost just what says that it was erased.
TEST_F(EraseTest, ALogWithoutItsTreeShowsNothingThatWasErased) {
  const v1::Receipt anna = Ask("anna", a_, kSecret);
  const v1::Receipt bert = Ask("bert", b_, kTree);
  const std::string keys = book_.folder() + "/audit.keys";
  const std::string before = *ReadFile(keys);
  ASSERT_EQ(Subject("anna")->answers(), 1u);
  ASSERT_EQ(book_.ledger()->size(), 3u);
  book_.Close();
  const std::string tile = book_.folder() + "/audit/log/tile/0/000.p/3";
  std::string bytes = *ReadFile(tile);
  bytes.back() ^= 1;
  ASSERT_EQ(WriteFileAtomically(tile, bytes), absl::OkStatus());
  ASSERT_EQ(WriteFileAtomically(keys, before), absl::OkStatus());
  book_.Open();
  EXPECT_EQ(book_.ledger()->health().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Find(bert).answer().question(), "asked by bert");
  EXPECT_EQ(Find(anna).answer().question(), "");
  EXPECT_EQ(*ReadFile(keys), before);
}

TEST_F(EraseTest, AnEventThatIsMissingIsDamage) {
  const v1::Receipt anna = Ask("anna", a_, kSecret);
  ASSERT_EQ(Subject("anna")->answers(), 1u);
  const v1::Receipt bert = Ask("bert", b_, kTree);
  book_.WhileClosed([](Kv* kv) {
    KvBatch batch;
    batch.Delete(kLedgerRecords, SequenceKey(2));
    ASSERT_EQ(kv->Write(std::move(batch), true), absl::OkStatus());
  });
  EXPECT_EQ(book_.ledger()->health().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Find(bert).answer().question(), "asked by bert");
}

TEST_F(EraseTest, WhatWasRemovedIsNoDamageOfADamagedLog) {
  for (int i = 0; i < 3; ++i) Ask("anna", a_, kSecret);
  ASSERT_EQ(RemoveAllAnswers()->answers(), 3u);
  Ask("bert", b_, kTree);
  book_.Close();
  const std::string published = book_.folder() + "/audit/log/checkpoint";
  ASSERT_EQ(WriteFileAtomically(published, "x"), absl::OkStatus());
  book_.Open();
  ASSERT_EQ(book_.ledger()->health().code(), absl::StatusCode::kDataLoss);
  const auto said = book_.Walk();
  ASSERT_EQ(said.size(), 2u);
  EXPECT_THAT(said[0].detail(), HasSubstr("log/checkpoint"));
}

TEST_F(EraseTest, AHoldNeedsANameThatACollectionMayHave) {
  v1::SetLegalHoldRequest request;
  for (const char* name : {"Notes", "notes ", "-", "caf\xc3\xa9"}) {
    request.set_collection(name);
    request.set_hold(true);
    EXPECT_EQ(ErrorReason(SetLegalHold(request, {}, book_.ledger()).status()),
              "INVALID_REQUEST")
        << name;
    // One that was set before this was looked at goes away.
    request.set_hold(false);
    EXPECT_EQ(SetLegalHold(request, {}, book_.ledger()).status(),
              absl::OkStatus());
  }
  request.set_collection("");
  request.set_hold(true);
  EXPECT_EQ(SetLegalHold(request, {}, book_.ledger()).status(),
            absl::OkStatus());
}

// One comes before the other, in the log too.
TEST_F(EraseTest, AHoldThatIsSetWhileRetentionLooksHolds) {
  const std::vector<v1::AnswerRecord> records(
      2000, book_.Answer(a_, {kSecret}).record());
  ASSERT_EQ(book_.ledger()->AppendAll(records).status(), absl::OkStatus());
  for (int round = 0; round < 20; ++round) {
    std::atomic<bool> begins{false};
    v1::EraseResponse removed;
    std::thread retention([&] {
      begins = true;
      const auto response = RemoveAllAnswers();
      EXPECT_EQ(response.status(), absl::OkStatus());
      removed = *response;
    });
    while (!begins) continue;
    absl::SleepFor(absl::Milliseconds(round));
    v1::SetLegalHoldRequest request;
    request.set_collection("c");
    request.set_hold(true);
    const auto held = SetLegalHold(request, {}, book_.ledger());
    retention.join();
    ASSERT_EQ(held.status(), absl::OkStatus());
    if (removed.answers() > 0) {
      EXPECT_LT(removed.sequence(), held->sequence());
      ASSERT_EQ(book_.ledger()->AppendAll(records).status(), absl::OkStatus());
    }
    request.set_hold(false);
    ASSERT_EQ(SetLegalHold(request, {}, book_.ledger()).status(),
              absl::OkStatus());
  }
}

TEST_F(EraseTest, OfTwoRetentionsAtOnceTheSecondFindsWhatIsLeft) {
  const std::vector<v1::AnswerRecord> records(
      2000, book_.Answer(a_, {kSecret}).record());
  ASSERT_EQ(book_.ledger()->AppendAll(records).status(), absl::OkStatus());
  RetentionPolicy policy;
  policy.default_days = 200;
  book_.Wait(absl::Hours(24 * 201));
  std::atomic<uint64_t> removed{0};
  std::vector<std::thread> retentions;
  for (int i = 0; i < 4; ++i) {
    retentions.emplace_back([&] {
      const auto response = ApplyRetention({}, policy, {}, book_.ledger());
      ASSERT_EQ(response.status(), absl::OkStatus());
      removed += response->answers();
    });
  }
  for (std::thread& retention : retentions) retention.join();
  EXPECT_EQ(removed, records.size());
}

TEST_F(EraseTest, RetentionRemovesAnswersWhoseKeyIsLost) {
  Ask("anna", a_, kSecret);
  const std::string keys = book_.folder() + "/audit.keys";
  const std::string before = *ReadFile(keys);
  const v1::Receipt lost = Ask("bert", a_, kSecret);
  book_.Close();
  ASSERT_EQ(WriteFileAtomically(keys, before), absl::OkStatus());
  book_.Open();
  const auto removed = RemoveAllAnswers();
  ASSERT_EQ(removed.status(), absl::OkStatus());
  EXPECT_EQ(removed->answers(), 2u);
  EXPECT_EQ(
      ErrorReason(book_.ledger()->FindAnswer(lost.answer_id(), "").status()),
      "ANSWER_NOT_FOUND");
  book_.WhileClosed([](Kv*) {});
  EXPECT_EQ(FinishRemovals(book_.ledger()), absl::OkStatus());
}

// The row that leads from a request to its record can't be found once the
// request is erased.
TEST_F(EraseTest, ARequestWhoseAnswerWasErasedAndRemovedMayBeAskedAnew) {
  v1::AppendAnswerRequest request = book_.Answer(a_, {kSecret});
  request.mutable_record()->set_principal("anna");
  request.mutable_record()->set_request_id("1");
  const v1::Receipt first = book_.Append(request);
  ASSERT_EQ(Subject("anna")->answers(), 1u);
  ASSERT_EQ(RemoveAllAnswers()->answers(), 1u);
  const auto again = book_.ledger()->Append(request.record());
  ASSERT_EQ(again.status(), absl::OkStatus());
  EXPECT_FALSE(again->repeated_request);
  EXPECT_NE(again->receipt.answer_id(), first.answer_id());
  EXPECT_EQ(book_.ledger()->Append(request.record())->receipt.answer_id(),
            again->receipt.answer_id());
  ExpectWholeLog();
}

TEST_F(EraseTest, ALogWhoseEventsCannotBeReadSignsNothing) {
  v1::SetLegalHoldRequest hold;
  hold.set_collection("c");
  hold.set_hold(true);
  ASSERT_EQ(SetLegalHold(hold, {}, book_.ledger()).status(), absl::OkStatus());
  ASSERT_EQ(book_.ledger()->health(), absl::OkStatus());
  std::set<std::string> files;
  book_.Close();
  {
    KvOptions options;
    options.tables = LedgerTables();
    auto kv = *Kv::Open(book_.folder() + "/audit", options);
    files = FilesOf(kLedgerEvents, kv.get());
  }
  for (const std::string& file : files) {
    std::string bytes = *ReadFile(file);
    bytes[4] ^= 1;
    ASSERT_EQ(WriteFileAtomically(file, bytes), absl::OkStatus());
  }
  book_.Open();
  EXPECT_EQ(book_.ledger()->health().code(), absl::StatusCode::kDataLoss);
}

TEST_F(EraseTest, ALogIsNotBegunAnewWithoutItsKeyring) {
  Ask("anna", a_, kSecret);
  const std::string keys = book_.folder() + "/audit.keys";
  book_.Close();
  ASSERT_TRUE(std::filesystem::remove(keys));
  const absl::Status status = Ledger::Open(book_.folder() + "/audit").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("/audit.keys: not found, want that of "));
  EXPECT_FALSE(std::filesystem::exists(keys));
}

// It would sign another history under the same name.
TEST_F(EraseTest, ALogIsNotBegunAnewWithUsedKeys) {
  Ask("anna", a_, kSecret);
  const std::string audit = book_.folder() + "/audit";
  book_.Close();
  std::filesystem::rename(audit, book_.folder() + "/elsewhere");
  const absl::Status status = Ledger::Open(audit).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("/audit: not found, want those that the keys in "));
  EXPECT_FALSE(std::filesystem::exists(audit));
  // Keys that only signed that nothing is there begin one.
  const std::string keys = book_.folder() + "/audit.keys";
  std::filesystem::resize_file(keys, 128);
  EXPECT_EQ(Ledger::Open(audit).status(), absl::OkStatus());
}

TEST_F(EraseTest, AHoldForbidsAll) {
  const v1::Receipt receipt = Ask("anna", a_, kSecret);
  v1::SetLegalHoldRequest hold;
  hold.set_collection("c");
  hold.set_hold(true);
  ASSERT_EQ(SetLegalHold(hold, {}, book_.ledger()).status(), absl::OkStatus());
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(ErrorReason(Subject("anna").status()), "LEGAL_HOLD");
    EXPECT_EQ(ErrorReason(Document("a").status()), "LEGAL_HOLD");
    book_.WhileClosed([](Kv*) {});
  }
  EXPECT_EQ(Find(receipt).answer().question(), "asked by anna");
  hold.set_hold(false);
  ASSERT_EQ(SetLegalHold(hold, {}, book_.ledger()).status(), absl::OkStatus());
  EXPECT_EQ(Subject("anna")->answers(), 1u);
}

TEST_F(EraseTest, AHoldKeepsNothingOfAnotherTenants) {
  Ask("anna", a_, kSecret);
  Scope other;
  other.tenant = "other";
  for (const char* collection : {"c", ""}) {
    v1::SetLegalHoldRequest hold;
    hold.set_collection(collection);
    hold.set_hold(true);
    ASSERT_EQ(SetLegalHold(hold, other, book_.ledger()).status(),
              absl::OkStatus());
  }
  EXPECT_EQ(Document("a", /*dry_run=*/true)->answers(), 1u);
  EXPECT_EQ(Subject("anna")->answers(), 1u);
}

TEST_F(EraseTest, RetentionRemovesRecordsAndLeavesTheTree) {
  std::vector<v1::Receipt> receipts;
  for (int i = 0; i < 5; ++i) receipts.push_back(Ask("anna", a_, kSecret));
  RetentionPolicy policy;
  policy.default_days = 200;
  v1::ApplyRetentionRequest request;
  request.set_dry_run(true);
  request.set_now_us(receipts[0].time_us() + 190 * kDayUs);
  EXPECT_EQ(ApplyRetention(request, policy, {}, book_.ledger())->answers(), 0u);
  request.set_now_us(receipts[4].time_us() + 201 * kDayUs);
  EXPECT_EQ(ApplyRetention(request, policy, {}, book_.ledger())->answers(), 5u);
  policy.days["c"] = 0;
  EXPECT_EQ(ApplyRetention(request, policy, {}, book_.ledger())->answers(), 0u);
  policy.days.clear();
  request.set_dry_run(false);
  const auto early = ApplyRetention(request, policy, {}, book_.ledger());
  EXPECT_EQ(ErrorReason(early.status()), "INVALID_REQUEST");
  EXPECT_THAT(std::string(early.status().message()), HasSubstr("now_us: "));
  Find(receipts[0]);
  book_.Wait(absl::Hours(24 * 202));
  const auto removed = ApplyRetention(request, policy, {}, book_.ledger());
  ASSERT_EQ(removed.status(), absl::OkStatus());
  EXPECT_EQ(removed->answers(), 5u);
  for (int i = 0; i < 2; ++i) {
    for (const v1::Receipt& receipt : receipts) {
      EXPECT_EQ(
          ErrorReason(
              book_.ledger()->FindAnswer(receipt.answer_id(), "").status()),
          "ANSWER_NOT_FOUND");
    }
    // The tree is whole, and continues what the receipts proved.
    const auto said = book_.Walk({receipts[4].checkpoint()});
    ASSERT_EQ(said.size(), 1u) << said[0].detail();
    EXPECT_EQ(said[0].records(), 1u + i);
    book_.WhileClosed([](Kv*) {});
    Ask("bert", b_, kTree);
  }
}

// Four rows each: they fill the batch in which they are removed to the brim.
TEST_F(EraseTest, RetentionPassesOverADamagedRecordAndSaysSo) {
  for (int i = 0; i < 4; ++i) Ask("anna", a_, kSecret);
  book_.WhileClosed([](Kv* kv) {
    KvBatch damage;
    damage.Put(kLedgerRecords, SequenceKey(2), "no record");
    ASSERT_EQ(kv->Write(std::move(damage), /*sync=*/true), absl::OkStatus());
  });
  const auto removed = RemoveAllAnswers();
  ASSERT_EQ(removed.status(), absl::OkStatus());
  EXPECT_EQ(removed->answers(), 3u);
  const Kv& kv = *book_.ledger()->kv();
  for (const uint64_t gone : {1, 3, 4}) {
    EXPECT_FALSE(kv.Get(kLedgerRecords, SequenceKey(gone)).ok()) << gone;
  }
  EXPECT_EQ(*kv.Get(kLedgerRecords, SequenceKey(2)), "no record");
  const auto noted = book_.ledger()->Read(removed->sequence());
  ASSERT_EQ(noted.status(), absl::OkStatus());
  EXPECT_THAT(OpenEvent(noted->parts, *book_.ledger()->keyring())->note(),
              HasSubstr("damaged records: 2"));
}

TEST_F(EraseTest, RemovedRecordsLeaveTheFilesHoweverManyTheyAre) {
  const std::vector<v1::AnswerRecord> records(
      2500, book_.Answer(a_, {kSecret}).record());
  ASSERT_EQ(book_.ledger()->AppendAll(records).status(), absl::OkStatus());
  std::set<std::string> files;
  book_.WhileClosed([&](Kv* kv) { files = FilesOf(kLedgerRecords, kv); });
  ASSERT_EQ(RemoveAllAnswers()->answers(), records.size());
  ExpectGone(files);
}

TEST_F(EraseTest, ARemovalThatWasKilledBeforeFilesWereRewrittenGoesOn) {
  Ask("anna", a_, kSecret);
  std::set<std::string> files;
  book_.WhileClosed([&](Kv* kv) { files = FilesOf(kLedgerRecords, kv); });
  v1::AuditEvent event;
  event.set_kind(v1::AuditEvent::RETENTION);
  event.add_removed_first(1);
  event.add_removed_last(1);
  ASSERT_EQ(book_.ledger()->AppendEvent(event).status(), absl::OkStatus());
  book_.WhileClosed([](Kv* kv) {
    KvBatch batch;
    batch.Put(kLedgerMeta, kRemovingKey, "");
    for (const LedgerTable table :
         {kLedgerSubjects, kLedgerCollections, kLedgerCiting}) {
      batch.DeleteRange(table, "", std::string(100, '\xff'));
    }
    batch.Delete(kLedgerRecords, SequenceKey(1));
    ASSERT_EQ(kv->Write(std::move(batch), /*sync=*/true), absl::OkStatus());
  });
  ASSERT_EQ(FinishRemovals(book_.ledger()), absl::OkStatus());
  ExpectGone(files);
  EXPECT_TRUE(absl::IsNotFound(
      book_.ledger()->kv()->Get(kLedgerMeta, kRemovingKey).status()));
  ExpectWholeLog();
}

}  // namespace
}  // namespace footnote
