// The program, killed at random moments while clients ingest, delete and ask.
//
// After each kill the next start must work; each document must be there whole
// or not at all; what was promised must hold; every answer that was shown must
// be in the record. FOOTNOTE_CRASH_KILLS sets the number of kills (20),
// FOOTNOTE_CRASH_SEED repeats a run.

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/hash.h"
#include "proto/footnote/v1/answers.grpc.pb.h"
#include "proto/footnote/v1/audit.grpc.pb.h"
#include "proto/footnote/v1/indexer.grpc.pb.h"
#include "tests/crash/oracle.h"
#include "tests/crash/server_process.h"

namespace footnote {
namespace {

constexpr char kCollection[] = "c";
constexpr char kProgram[] = "gateway/footnote";
constexpr int kWriters = 2;
constexpr int kDocumentsPerWriter = 12;
constexpr absl::Duration kStartPatience = absl::Seconds(30);
constexpr absl::Duration kCallPatience = absl::Seconds(30);

int FromEnvironment(const char* name, int otherwise) {
  const char* const value = std::getenv(name);
  int number = 0;
  return value != nullptr && absl::SimpleAtoi(value, &number) ? number
                                                              : otherwise;
}

// A word that stands in one text only and that no stemmer shortens.
std::string RareWord(const std::string& document, int revision) {
  std::string word = "zq";
  for (char c : absl::StrCat(document.substr(1), "x", revision)) {
    word += c == 'x' ? 'w' : "bcdfghkmnp"[c - '0'];
  }
  return word;
}

// What canonical text a file of one paragraph and some lines becomes is known:
// itself.
std::string MakeText(const std::string& document, int revision, int lines) {
  const std::string word = RareWord(document, revision);
  std::string text = absl::StrCat("The keeper of the ", word,
                                  " lives beside the northern harbour.\n");
  for (int i = 0; i < lines; ++i) {
    absl::StrAppend(&text, "Line ", i, " of the account of the ", word,
                    " tells of boats and of the weather.\n");
  }
  return text;
}

struct Stubs {
  explicit Stubs(const std::string& address)
      : channel(
            grpc::CreateChannel(address, grpc::InsecureChannelCredentials())),
        indexer(v1::Indexer::NewStub(channel)),
        answers(v1::Answers::NewStub(channel)),
        audit(v1::Audit::NewStub(channel)) {}

  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<v1::Indexer::Stub> indexer;
  std::unique_ptr<v1::Answers::Stub> answers;
  std::unique_ptr<v1::Audit::Stub> audit;
};

std::unique_ptr<grpc::ClientContext> NewCall() {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(absl::ToChronoTime(absl::Now() + kCallPatience));
  return context;
}

// One thread's ingestions and deletions of its own documents, until the server
// is gone.
class Writer {
 public:
  Writer(int number, uint32_t seed, Oracle* oracle)
      : number_(number), random_(seed), oracle_(*oracle) {}

  void Run(Stubs* stubs, const std::atomic<bool>* stop) {
    while (!*stop) {
      const bool alive = Roll(3) > 0 ? IngestSome(stubs) : DeleteOne(stubs);
      if (!alive) return;
    }
  }

  // The newest word of each document that it wrote.
  static std::string WordOf(const std::string& text) {
    const size_t begin = text.find("zq");
    return begin == std::string::npos
               ? ""
               : text.substr(begin, text.find(' ', begin) - begin);
  }

 private:
  int Roll(int sides) { return static_cast<int>(random_() % sides); }

  std::string AnyDocument() {
    return absl::StrCat(
        "d", number_ * kDocumentsPerWriter + Roll(kDocumentsPerWriter));
  }

  bool IngestSome(Stubs* stubs) {
    const auto context = NewCall();
    const auto stream = stubs->indexer->IngestDocuments(context.get());
    v1::IngestRequest request;
    request.mutable_start()->set_collection(kCollection);
    stream->Write(request);
    std::map<std::string, std::string> sent;
    const int count = 1 + Roll(6);
    for (int i = 0; i < count; ++i) {
      const std::string document = AnyDocument();
      if (sent.count(document) > 0) continue;
      const std::string text =
          MakeText(document, ++revision_, Roll(4) == 0 ? 3000 : Roll(30));
      sent[document] = text;
      oracle_.OnAsked(document, text);
      request.mutable_file()->set_document(document);
      stream->Write(request);
      // Often in two pieces, so that kills come between them.
      const size_t half = text.size() / 2;
      request.mutable_chunk()->set_data(text.substr(0, half));
      request.mutable_chunk()->set_last(false);
      stream->Write(request);
      request.mutable_chunk()->set_data(text.substr(half));
      request.mutable_chunk()->set_last(true);
      stream->Write(request);
    }
    stream->WritesDone();
    v1::IngestResponse response;
    while (stream->Read(&response)) {
      if (!response.has_result()) continue;
      const v1::FileResult& result = response.result();
      EXPECT_NE(result.state(), v1::FileResult::FAILED) << result.reason();
      if (result.state() != v1::FileResult::FAILED) {
        EXPECT_EQ(result.sha256(), Sha256(sent[result.document()]));
        oracle_.OnPromised(result.document(), sent[result.document()]);
      }
    }
    return stream->Finish().ok();
  }

  bool DeleteOne(Stubs* stubs) {
    v1::DeleteDocumentRequest request;
    request.set_collection(kCollection);
    request.set_document(AnyDocument());
    request.set_purge(Roll(4) == 0);
    oracle_.OnAsked(request.document(), "");
    if (request.purge()) oracle_.OnErasure(request.document());
    v1::DeleteDocumentResponse response;
    const grpc::Status status =
        stubs->indexer->DeleteDocument(NewCall().get(), request, &response);
    if (status.ok() || status.error_code() == grpc::StatusCode::NOT_FOUND) {
      oracle_.OnPromised(request.document(), "");
      return true;
    }
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE)
        << status.error_message();
    return false;
  }

  const int number_;
  std::mt19937 random_;
  Oracle& oracle_;
  int revision_ = 0;
};

// Asks until the server is gone.
void AskOnAndOn(Stubs* stubs, const std::atomic<bool>* stop, Oracle* oracle) {
  while (!*stop) {
    v1::AskRequest request;
    request.set_collection(kCollection);
    request.set_question("Who lives beside the northern harbour?");
    const auto context = NewCall();
    const auto stream = stubs->answers->Ask(context.get(), request);
    v1::AskResponse response;
    while (stream->Read(&response)) {
      if (response.has_started()) {
        oracle->OnShown(response.started().answer_id(), "");
      } else if (response.has_completed()) {
        oracle->OnShown(response.completed().id(),
                        response.completed().SerializeAsString());
      }
    }
    const grpc::Status status = stream->Finish();
    // Before the first document there is no collection.
    if (!status.ok() && status.error_code() != grpc::StatusCode::NOT_FOUND) {
      return;
    }
  }
}

class KillTest : public ::testing::Test {
 protected:
  KillTest() : seed_(Seed()), random_(seed_) {
    std::string path = ::testing::TempDir() + "/killXXXXXX";
    folder_ = mkdtemp(&path[0]);
    for (int i = 0; i < kWriters; ++i) {
      writers_.push_back(std::make_unique<Writer>(i, random_(), &oracle_));
    }
  }
  ~KillTest() override {
    server_.reset();
    if (!HasFailure()) std::filesystem::remove_all(folder_);
  }

  static uint32_t Seed() {
    const int fixed = FromEnvironment("FOOTNOTE_CRASH_SEED", 0);
    return fixed != 0 ? static_cast<uint32_t>(fixed) : std::random_device{}();
  }

  void StartServer() {
    server_ =
        ServerProcess::Start(kProgram,
                             {"serve", "--store", folder_ + "/store",
                              "--listen", "127.0.0.1:0", "--encoder", "none"},
                             folder_ + "/log");
    ASSERT_NE(server_, nullptr);
  }

  // The next start works.
  void StartServerAndWait() {
    StartServer();
    const absl::StatusOr<std::string> address =
        server_->WaitForAddress(kStartPatience);
    ASSERT_TRUE(address.ok()) << address.status() << "\nlog: " << folder_;
    stubs_ = std::make_unique<Stubs>(*address);
  }

  void CheckDocuments() {
    std::map<std::string, v1::Document> listed;
    v1::ListDocumentsRequest request;
    request.set_collection(kCollection);
    v1::ListDocumentsResponse page;
    const grpc::Status status =
        stubs_->indexer->ListDocuments(NewCall().get(), request, &page);
    if (status.error_code() != grpc::StatusCode::NOT_FOUND) {
      ASSERT_TRUE(status.ok()) << status.error_message();
    }
    for (const v1::Document& document : page.documents()) {
      listed[document.version().document()] = document;
    }
    for (int i = 0; i < kWriters * kDocumentsPerWriter; ++i) {
      const std::string name = absl::StrCat("d", i);
      const auto found = listed.find(name);
      if (found == listed.end()) {
        EXPECT_EQ(oracle_.OnFound(name, ""), "");
      } else {
        CheckWhole(found->second);
      }
    }
    EXPECT_LE(listed.size(), kWriters * kDocumentsPerWriter);
  }

  // Text, hash and index agree.
  void CheckWhole(const v1::Document& document) {
    const std::string& name = document.version().document();
    v1::ReadTextRequest read;
    read.set_collection(kCollection);
    read.set_document(name);
    read.set_version(document.version().version());
    v1::ReadTextResponse text;
    const grpc::Status status =
        stubs_->indexer->ReadText(NewCall().get(), read, &text);
    ASSERT_TRUE(status.ok()) << name << ": " << status.error_message();
    EXPECT_EQ(Sha256(text.text()), document.version().sha256()) << name;
    EXPECT_EQ(oracle_.OnFound(name, text.text()), "");
    v1::SearchRequest search;
    search.set_collection(kCollection);
    search.set_question(Writer::WordOf(text.text()));
    search.set_top_k(50);
    search.set_distinct_documents(true);
    v1::SearchResponse results;
    const grpc::Status searched =
        stubs_->answers->Search(NewCall().get(), search, &results);
    ASSERT_TRUE(searched.ok()) << searched.error_message();
    const bool found = std::any_of(
        results.passages().begin(), results.passages().end(),
        [&](const v1::Passage& passage) {
          return passage.source().document() == name &&
                 passage.source().version() == document.version().version();
        });
    EXPECT_TRUE(found) << name << " is listed and not found by "
                       << search.question();
  }

  void CheckAnswers() {
    for (const auto& shown : oracle_.answers()) {
      if (checked_answers_.count(shown.first) > 0 && random_() % 20 != 0) {
        continue;
      }
      checked_answers_.insert(shown.first);
      v1::GetAnswerRequest get;
      get.set_answer_id(shown.first);
      v1::Answer answer;
      const grpc::Status status =
          stubs_->answers->GetAnswer(NewCall().get(), get, &answer);
      ASSERT_TRUE(status.ok())
          << "answer " << shown.first
          << " was shown and is not in the record: " << status.error_message();
      if (!shown.second.empty()) {
        EXPECT_EQ(answer.SerializeAsString(), shown.second) << shown.first;
      }
      v1::VerifyAnswerRequest verify;
      verify.set_answer_id(shown.first);
      v1::VerifyAnswerResponse verified;
      const grpc::Status verifying =
          stubs_->audit->VerifyAnswer(NewCall().get(), verify, &verified);
      ASSERT_TRUE(verifying.ok()) << verifying.error_message();
      EXPECT_TRUE(verified.record_intact()) << shown.first;
      for (const v1::CitationCheck& check : verified.citations()) {
        const std::string& document =
            check.citation().sources(0).source().document();
        if (check.verdict() == v1::SOURCE_ERASED &&
            oracle_.MayBeErased(document)) {
          continue;
        }
        EXPECT_EQ(check.verdict(), v1::FOUND)
            << shown.first << " of " << document << ": " << check.detail();
      }
    }
    const auto context = NewCall();
    const auto chain =
        stubs_->audit->VerifyChain(context.get(), v1::VerifyChainRequest());
    v1::VerifyChainResponse response;
    while (chain->Read(&response)) {
      EXPECT_EQ(response.damaged_sequence(), 0) << response.detail();
    }
    EXPECT_TRUE(chain->Finish().ok());
    EXPECT_TRUE(response.done());
    EXPECT_EQ(response.damaged(), 0);
  }

  // Clients at work for a while, then the kill.
  void WorkAndKill() {
    std::atomic<bool> stop{false};
    std::vector<std::thread> clients;
    for (const auto& writer : writers_) {
      clients.emplace_back([&, this] { writer->Run(stubs_.get(), &stop); });
    }
    clients.emplace_back(
        [&, this] { AskOnAndOn(stubs_.get(), &stop, &oracle_); });
    WaitForWork();
    absl::SleepFor(absl::Milliseconds(random_() % 200));
    server_->Kill();
    stop = true;
    for (std::thread& client : clients) client.join();
    stubs_.reset();
  }

  // Until the clients were told this or that, so that a slow machine does as
  // much between two kills as a fast one; sometimes no wait at all.
  void WaitForWork() {
    const size_t promises = oracle_.promises() + random_() % 4;
    const size_t answers = oracle_.answers().size() + random_() % 3;
    const absl::Time deadline = absl::Now() + absl::Seconds(5);
    while (absl::Now() < deadline && (oracle_.promises() < promises ||
                                      oracle_.answers().size() < answers)) {
      absl::SleepFor(absl::Milliseconds(1));
    }
  }

  // A kill while the program opens its store.
  void KillWhileStarting() {
    StartServer();
    absl::SleepFor(absl::Milliseconds(random_() % 60));
    server_->Kill();
  }

  const uint32_t seed_;
  std::mt19937 random_;
  std::string folder_;
  Oracle oracle_;
  std::vector<std::unique_ptr<Writer>> writers_;
  std::unique_ptr<ServerProcess> server_;
  std::unique_ptr<Stubs> stubs_;
  std::set<std::string> checked_answers_;
};

TEST_F(KillTest, NothingPromisedIsLostAndNothingIsHalfThere) {
  const int kills = FromEnvironment("FOOTNOTE_CRASH_KILLS", 20);
  SCOPED_TRACE(absl::StrCat("FOOTNOTE_CRASH_SEED=", seed_));
  for (int kill = 0; kill < kills && !HasFailure(); ++kill) {
    if (random_() % 4 == 0) {
      KillWhileStarting();
      continue;
    }
    StartServerAndWait();
    if (HasFailure()) break;
    CheckDocuments();
    CheckAnswers();
    WorkAndKill();
  }
  if (!HasFailure()) {
    StartServerAndWait();
    CheckDocuments();
    checked_answers_.clear();
    CheckAnswers();
  }
  // A loop in which nothing was promised proves nothing.
  if (kills >= 20) {
    EXPECT_GE(oracle_.promises(), 20);
    EXPECT_GE(oracle_.answers().size(), 5);
  }
  std::printf("%d kills, %zu promises kept, %zu answers in the record\n", kills,
              oracle_.promises(), oracle_.answers().size());
}

}  // namespace
}  // namespace footnote
