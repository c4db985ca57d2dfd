#include "audit/list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/time/time.h"
#include "audit/sealing.h"
#include "audit/tail.h"
#include "base/file.h"
#include "base/grpc_status.h"
#include "tests/audit/book.h"

namespace footnote {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::EndsWith;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr char kText[] = "One sentence. Another sentence.";

class ListTest : public ::testing::Test {
 protected:
  std::vector<uint64_t> AllSequences(int page_size,
                                     const std::string& collection) {
    std::vector<uint64_t> sequences;
    v1::ListRecordsRequest request;
    request.set_page_size(page_size);
    request.set_collection(collection);
    do {
      const auto page = ListRecords(request, {}, *book_.ledger());
      EXPECT_EQ(page.status(), absl::OkStatus());
      if (!page.ok()) break;
      EXPECT_LE(page->records_size(), page_size);
      for (const v1::AnswerRecord& record : page->records()) {
        sequences.push_back(record.answer().receipt().sequence());
      }
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return sequences;
  }

  std::vector<std::string> Citing(const std::string& document, uint32_t version,
                                  int page_size) {
    std::vector<std::string> ids;
    v1::ListAnswersCitingRequest request;
    request.set_collection("c");
    request.set_document(document);
    request.set_version(version);
    request.set_page_size(page_size);
    do {
      const auto page = ListAnswersCiting(request, {}, *book_.ledger());
      EXPECT_EQ(page.status(), absl::OkStatus());
      if (!page.ok()) break;
      for (const auto& entry : page->entries()) {
        ids.push_back(entry.answer_id());
        EXPECT_EQ(entry.source().document(), document);
      }
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return ids;
  }

  Book book_;
};

// A keyring that is older than the log.
TEST_F(ListTest, ARecordWhoseKeyIsLostSaysSoAndTheOthersFollow) {
  const v1::DocumentVersion version = book_.AddVersion("a", kText);
  const auto ask = [&](const std::string& who) {
    v1::AppendAnswerRequest request = book_.Answer(version, {"One sentence."});
    request.mutable_record()->set_principal(who);
    request.mutable_record()->mutable_answer()->set_question("asked by " + who);
    book_.Append(request);
  };
  const auto look = [&](const std::string& who) {
    v1::AuditEvent event;
    event.set_kind(v1::AuditEvent::ACCESS);
    event.set_principal(who);
    event.set_method("GetRecord");
    EXPECT_EQ(book_.ledger()->AppendEvent(event).status(), absl::OkStatus());
  };
  ask("anna");
  const std::string keys = book_.folder() + "/audit.keys";
  const std::string before = *ReadFile(keys);
  ask("bert");
  look("bert");
  ask("anna");
  look("anna");
  book_.Close();
  ASSERT_EQ(WriteFileAtomically(keys, before), absl::OkStatus());
  book_.Open();

  const auto page = ListRecords({}, {}, *book_.ledger());
  ASSERT_EQ(page.status(), absl::OkStatus());
  ASSERT_EQ(page->records_size(), 3);
  EXPECT_EQ(page->records(0).answer().question(), "asked by anna");
  EXPECT_EQ(page->records(1).answer().question(), "");
  EXPECT_THAT(page->records(1).erased(), Contains("question"));
  EXPECT_THAT(page->records(1).erased(), Contains(StartsWith("lost: key ")));
  EXPECT_EQ(page->records(2).answer().question(), "asked by anna");
  EXPECT_THAT(page->records(2).erased(), IsEmpty());

  std::vector<std::string> shown;
  ASSERT_EQ(Tail(
                {}, {}, *book_.ledger(), [] { return false; },
                [&](const v1::TailResponse& line) {
                  shown.push_back(line.has_record() ? "answer"
                                                    : line.event().principal() +
                                                          line.event().note());
                  return true;
                }),
            absl::OkStatus());
  EXPECT_THAT(shown, ElementsAre("answer", "answer",
                                 AllOf(StartsWith("by somebody whose key, "),
                                       EndsWith(", is lost")),
                                 "answer", "anna"));
}

TEST_F(ListTest, WhoWentAwayIsSearchedForNoFurther) {
  v1::AuditEvent event;
  event.set_kind(v1::AuditEvent::ACCESS);
  const std::vector<v1::AuditEvent> events(50, event);
  ASSERT_EQ(book_.ledger()->AppendEvents(events).status(), absl::OkStatus());
  int asked = 0;
  Scope other;
  other.tenant = "other";
  EXPECT_EQ(Tail(
                {}, other, *book_.ledger(), [&] { return ++asked > 3; },
                [](const v1::TailResponse&) { return true; })
                .code(),
            absl::StatusCode::kCancelled);
  EXPECT_EQ(asked, 4);
}

// Releases before wrote such events, of tenants whose names were not UTF-8.
TEST_F(ListTest, AnEventThatCanNotBeParsedIsDamageThoughNobodyDidIt) {
  RecordParts parts;
  parts.kind = RecordKind::kAccess;
  parts.sequence = 1;
  v1::AuditEvent event;
  event.set_tenant("\xff");
  parts.body = event.SerializeAsString();
  ASSERT_TRUE(parts.sections.empty());
  EXPECT_EQ(
      ErrorReason(
          OpenWhatIsLeftOfEvent(parts, *book_.ledger()->keyring()).status()),
      "RECORD_DAMAGED");
}

// A clock that was set back makes nothing disappear from a list of a time.
TEST_F(ListTest, TimesThatDoNotGrowHideNoAnswer) {
  const v1::DocumentVersion version = book_.AddVersion("a", kText);
  absl::Time now;
  LedgerOptions options;
  options.now = [&now] { return now; };
  const std::string folder = book_.folder() + "/clock";
  std::unique_ptr<Ledger> ledger = *Ledger::Open(folder, options);
  const std::vector<int> days = {10, 20, 30, 5, 15, 25, 35, 1, 40};
  const auto days_between = [&](int begin, int end) {
    v1::ListAnswersRequest request;
    request.set_collection("c");
    request.set_begin_time_us(
        absl::ToUnixMicros(absl::UnixEpoch() + absl::Hours(24 * begin)));
    request.set_end_time_us(
        absl::ToUnixMicros(absl::UnixEpoch() + absl::Hours(24 * end)));
    std::vector<int> found;
    const auto page = ListAnswers(request, {}, *ledger);
    EXPECT_EQ(page.status(), absl::OkStatus());
    for (const v1::AnswerRecord& record : page->records()) {
      found.push_back(days[record.answer().receipt().sequence() - 1]);
    }
    return found;
  };
  for (const int day : days) {
    now = absl::UnixEpoch() + absl::Hours(24 * day);
    const auto record = book_.Answer(version, {"One sentence."}).record();
    ASSERT_EQ(ledger->Append(record).status(), absl::OkStatus());
  }
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(ledger->SetBacks(), ElementsAre(4, 8));
    EXPECT_THAT(days_between(1, 100), ElementsAreArray(days));
    EXPECT_THAT(days_between(18, 100), ElementsAre(20, 30, 25, 35, 40));
    EXPECT_THAT(days_between(1, 12), ElementsAre(10, 5, 1));
    EXPECT_THAT(days_between(36, 100), ElementsAre(40));
    EXPECT_THAT(days_between(41, 100), IsEmpty());
    ledger.reset();
    ledger = *Ledger::Open(folder, options);
  }
}

TEST_F(ListTest, AStretchThatHoldsNothingIsRefused) {
  const auto list = [this](int64_t begin, int64_t end, int verdict) {
    v1::ListAnswersRequest request;
    request.set_begin_time_us(begin);
    request.set_end_time_us(end);
    request.set_verdict(static_cast<v1::Verdict>(verdict));
    return ListAnswers(request, {}, *book_.ledger()).status().code();
  };
  EXPECT_EQ(list(5, 6, v1::FOUND), absl::StatusCode::kOk);
  EXPECT_EQ(list(5, 5, v1::FOUND), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(list(0, 0, 9), absl::StatusCode::kInvalidArgument);
  const auto citing = [this](uint32_t first, uint32_t last, uint64_t begin,
                             uint64_t end) {
    v1::ListAnswersCitingRequest request;
    request.set_collection("c");
    request.set_document("a");
    request.set_version(first);
    request.set_last_version(last);
    request.mutable_span()->set_begin(begin);
    request.mutable_span()->set_end(end);
    return ListAnswersCiting(request, {}, *book_.ledger()).status().code();
  };
  EXPECT_EQ(citing(2, 0, 3, 4), absl::StatusCode::kOk);
  EXPECT_EQ(citing(2, 2, 3, 4), absl::StatusCode::kOk);
  EXPECT_EQ(citing(2, 1, 3, 4), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(citing(2, 2, 4, 4), absl::StatusCode::kInvalidArgument);
}

TEST_F(ListTest, PagesHoldEveryRecordOnce) {
  const v1::DocumentVersion source = book_.AddVersion("a", kText);
  for (int i = 0; i < 300; ++i) {
    book_.Append(book_.Answer(source, {"One sentence."}));
  }
  std::vector<uint64_t> expected;
  for (uint64_t i = 1; i <= 300; ++i) expected.push_back(i);
  for (const int page_size : {1, 7, 299, 300, 1000}) {
    EXPECT_EQ(AllSequences(page_size, ""), expected) << page_size;
    EXPECT_EQ(AllSequences(page_size, "c"), expected) << page_size;
  }
  EXPECT_TRUE(AllSequences(10, "other").empty());
}

TEST_F(ListTest, FindsTheAnswersThatCiteAVersion) {
  const v1::DocumentVersion a1 = book_.AddVersion("a", kText);
  const v1::DocumentVersion b1 = book_.AddVersion("b", kText);
  const v1::DocumentVersion a2 =
      book_.AddVersion("a", std::string(kText) + " More.");
  const auto append = [&](const v1::DocumentVersion& source) {
    return book_.Append(book_.Answer(source, {"One sentence."})).answer_id();
  };
  const std::string first = append(a1);
  const std::string second = append(b1);
  const std::string third = append(a2);
  const std::string fourth = append(a1);
  EXPECT_EQ(Citing("a", 1, 1), (std::vector<std::string>{first, fourth}));
  EXPECT_EQ(Citing("a", 2, 1), (std::vector<std::string>{third}));
  EXPECT_EQ(Citing("a", 0, 2),
            (std::vector<std::string>{first, fourth, third}));
  EXPECT_EQ(Citing("b", 0, 2), (std::vector<std::string>{second}));
  // "a" is a beginning of "ab", not the same document.
  book_.AddVersion("ab", kText);
  EXPECT_TRUE(Citing("ab", 0, 2).empty());
}

TEST_F(ListTest, AnAnswerWithTwoQuotesIsOneEntryWithTwoSpans) {
  const v1::DocumentVersion source = book_.AddVersion("a", kText);
  book_.Append(book_.Answer(source, {"One sentence.", "Another sentence."}));
  v1::ListAnswersCitingRequest request;
  request.set_collection("c");
  request.set_document("a");
  const auto page = ListAnswersCiting(request, {}, *book_.ledger());
  ASSERT_EQ(page->entries_size(), 1);
  EXPECT_EQ(page->entries(0).spans_size(), 2);
}

TEST_F(ListTest, TakesSpansAndRangesOfVersions) {
  const v1::DocumentVersion a1 = book_.AddVersion("a", kText);
  const v1::DocumentVersion a2 =
      book_.AddVersion("a", std::string(kText) + " More.");
  const v1::DocumentVersion a3 =
      book_.AddVersion("a", std::string(kText) + " And more.");
  const std::string first =
      book_.Append(book_.Answer(a1, {"One sentence."})).answer_id();
  const std::string second =
      book_.Append(book_.Answer(a2, {"Another sentence."})).answer_id();
  book_.Append(book_.Answer(a3, {"One sentence."}));
  v1::ListAnswersCitingRequest request;
  request.set_collection("c");
  request.set_document("a");
  request.set_version(1);
  request.set_last_version(2);
  auto page = ListAnswersCiting(request, {}, *book_.ledger());
  ASSERT_EQ(page->entries_size(), 2);
  EXPECT_EQ(page->entries(0).answer_id(), first);
  EXPECT_EQ(page->entries(0).source().sha256(), a1.sha256());
  EXPECT_EQ(page->entries(1).source().sha256(), a2.sha256());
  request.mutable_span()->set_begin(14);
  request.mutable_span()->set_end(15);
  page = ListAnswersCiting(request, {}, *book_.ledger());
  ASSERT_EQ(page->entries_size(), 1);
  EXPECT_EQ(page->entries(0).answer_id(), second);
}

TEST_F(ListTest, FiltersByAllThatARecordSays) {
  const v1::DocumentVersion a = book_.AddVersion("a", kText);
  const v1::DocumentVersion b = book_.AddVersion("b", kText);
  std::vector<v1::Receipt> receipts;
  for (int i = 0; i < 12; ++i) {
    v1::AppendAnswerRequest request =
        book_.Answer(i % 2 == 0 ? a : b,
                     i == 11 ? std::vector<std::string>{}
                             : std::vector<std::string>{"One sentence."});
    v1::AnswerRecord& record = *request.mutable_record();
    record.set_principal(i % 3 == 0 ? "anna" : "bert");
    record.set_tenant(i == 10 ? "other" : "");
    record.mutable_answer()->set_question_language(i < 4 ? "de" : "fr");
    record.mutable_answer()->set_writer(i == 5 ? "model/7" : "extractive/1");
    receipts.push_back(book_.Append(request));
  }
  const auto numbers = [&](const v1::ListAnswersRequest& request,
                           const Scope& scope = {}) {
    std::vector<int> found;
    v1::ListAnswersRequest page = request;
    page.set_page_size(2);
    do {
      const auto records = ListAnswers(page, scope, *book_.ledger());
      EXPECT_EQ(records.status(), absl::OkStatus());
      if (!records.ok()) break;
      for (const v1::AnswerRecord& record : records->records()) {
        found.push_back(record.answer().receipt().sequence() - 1);
      }
      page.set_page_token(records->next_page_token());
    } while (!page.page_token().empty());
    return found;
  };
  using Numbers = std::vector<int>;
  v1::ListAnswersRequest request;
  EXPECT_EQ(numbers(request).size(), 11u);
  EXPECT_EQ(numbers(request, {"other", ""}), Numbers{10});
  request.set_principal("anna");
  EXPECT_EQ(numbers(request), (Numbers{0, 3, 6, 9}));
  request.set_question_language("fr");
  EXPECT_EQ(numbers(request), (Numbers{6, 9}));
  request.set_document("a");
  EXPECT_EQ(numbers(request), Numbers{6});
  request.Clear();
  request.set_principal("nobody");
  EXPECT_EQ(numbers(request), Numbers{});
  request.Clear();
  request.set_collection("c");
  request.set_writer("model/7");
  EXPECT_EQ(numbers(request), Numbers{5});
  request.Clear();
  request.set_abstained_only(true);
  EXPECT_EQ(numbers(request), Numbers{11});
  request.Clear();
  request.set_verdict(v1::FOUND);
  request.set_begin_time_us(receipts[4].time_us());
  request.set_end_time_us(receipts[8].time_us());
  for (const int number : numbers(request)) {
    EXPECT_GE(receipts[number].time_us(), receipts[4].time_us());
    EXPECT_LT(receipts[number].time_us(), receipts[8].time_us());
  }
  EXPECT_FALSE(numbers(request).empty());
}

TEST_F(ListTest, RefusesForeignTokensAndSizes) {
  v1::ListRecordsRequest request;
  request.set_page_token("no hexadecimal");
  const absl::Status status =
      ListRecords(request, {}, *book_.ledger()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorReason(status), "INVALID_REQUEST");
  request.clear_page_token();
  request.set_page_size(1001);
  EXPECT_EQ(ListRecords(request, {}, *book_.ledger()).status().code(),
            absl::StatusCode::kInvalidArgument);
  v1::ListAnswersCitingRequest citing;
  EXPECT_EQ(ListAnswersCiting(citing, {}, *book_.ledger()).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace footnote
