#include "tests/audit/book.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "audit/append.h"
#include "audit/fsck.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "storage/store_tables.h"

namespace footnote {
namespace {

template <typename T>
T Must(absl::StatusOr<T> value) {
  if (!value.ok()) {
    ADD_FAILURE() << value.status();
    abort();
  }
  return *std::move(value);
}

}  // namespace

Book::Book(const StoreOptions& options) : options_(options) {
  static int number = 0;
  folder_ =
      absl::StrCat(::testing::TempDir(), "/book_", getpid(), "_", ++number);
  std::filesystem::create_directories(folder_);
  OpenStore();
  OpenLedger();
}

Book::~Book() {
  ledger_.reset();
  store_.reset();
  std::filesystem::remove_all(folder_);
}

void Book::OpenStore() { store_ = Must(Store::Open(folder_, options_)); }

void Book::OpenLedger() {
  LedgerOptions options;
  options.now = [this] {
    return absl::Now() + absl::Microseconds(ahead_us_.load());
  };
  ledger_ = Must(Ledger::Open(folder_ + "/audit", options));
}

std::unique_ptr<Kv> Book::OpenKv(const std::string& folder, bool ledger) {
  KvOptions options;
  options.tables = ledger ? LedgerTables() : StoreTables();
  return Must(Kv::Open(folder, options));
}

v1::DocumentVersion Book::AddVersion(const std::string& document,
                                     const std::string& text) {
  VersionRecord record;
  record.collection = "c";
  record.document = document;
  record.version = Must(store_->documents()->NextVersion({"c", document}));
  record.sha256 = Sha256(text);
  record.bytes = text.size();
  record.code_points = CountCodePoints(text);
  record.language = "en";
  EXPECT_EQ(store_->documents()->WriteText(record.ref(), text, ""),
            absl::OkStatus());
  Commit commit;
  commit.collection = "c";
  commit.versions = {record};
  Must(store_->Apply(commit));
  v1::DocumentVersion version;
  version.set_collection("c");
  version.set_document(document);
  version.set_version(record.version);
  version.set_sha256(record.sha256);
  return version;
}

v1::AppendAnswerRequest Book::Answer(const v1::DocumentVersion& source,
                                     const std::vector<std::string>& quotes) {
  const std::string text = Must(store_->documents()->ReadAll(
      {source.collection(), source.document(), source.version()}));
  v1::AppendAnswerRequest request;
  v1::AnswerRecord& record = *request.mutable_record();
  v1::Answer& answer = *record.mutable_answer();
  answer.set_collection("c");
  answer.set_question("what?");
  answer.set_writer("test/1");
  v1::Retrieved& retrieved = *record.add_retrieved();
  *retrieved.mutable_source() = source;
  retrieved.mutable_span()->set_end(text.size());
  for (const std::string& quote : quotes) {
    if (!answer.text().empty()) answer.mutable_text()->append(" ");
    v1::Citation& citation = *answer.add_citations();
    citation.set_verdict(v1::FOUND);
    v1::Span& where = *citation.mutable_answer_span();
    where.set_begin(answer.text().size());
    where.set_begin_code_point(CountCodePoints(answer.text()));
    answer.mutable_text()->append(quote);
    where.set_end(answer.text().size());
    where.set_end_code_point(CountCodePoints(answer.text()));
    v1::SourceSpan& cited = *citation.add_sources();
    *cited.mutable_source() = source;
    const size_t begin = text.find(quote);
    v1::Span& span = *cited.mutable_span();
    span.set_begin(begin);
    span.set_end(begin + quote.size());
    span.set_begin_code_point(CodePointOffset(text, begin));
    span.set_end_code_point(CodePointOffset(text, begin + quote.size()));
    cited.set_quote(quote);
    cited.set_quote_sha256(Sha256(quote));
  }
  if (quotes.empty()) answer.set_abstention(v1::NO_EVIDENCE);
  return request;
}

v1::Receipt Book::Append(const v1::AppendAnswerRequest& request) {
  return Must(AppendAnswer(request, ledger_.get(), store_.get())).receipt();
}

std::vector<v1::VerifyChainResponse> Book::Walk(
    const std::vector<std::string>& checkpoints) {
  std::vector<v1::VerifyChainResponse> said;
  v1::VerifyChainRequest request;
  for (const std::string& checkpoint : checkpoints) {
    request.add_checkpoints(checkpoint);
  }
  EXPECT_EQ(VerifyChain(request, *ledger_,
                        [&](const v1::VerifyChainResponse& response) {
                          said.push_back(response);
                          return true;
                        }),
            absl::OkStatus());
  return said;
}

std::string FilesWith(const std::string& folder,
                      const std::vector<std::string>& words) {
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const std::string bytes = Must(ReadFile(entry.path().string()));
    for (const std::string& word : words) {
      if (bytes.find(word) != std::string::npos) {
        return absl::StrCat(entry.path().string(), ": ", word);
      }
    }
  }
  return "";
}

}  // namespace footnote
