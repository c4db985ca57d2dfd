// A long ingestion with updates and deletes, killed every few seconds.
//
// At the end documents, postings, vectors and the oracle must be of one mind,
// no byte may be left that belongs to nothing, and nothing that was promised
// may be lost. FOOTNOTE_JOB_FILES (300) sets the size of the job, 20,000 in
// `tools/test --full`; FOOTNOTE_CRASH_KILLS (20) the number of kills;
// FOOTNOTE_CRASH_SEED repeats a run.

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/hash.h"
#include "proto/footnote/v1/indexer.grpc.pb.h"
#include "storage/record_codec.h"
#include "storage/store.h"
#include "tests/crash/oracle.h"
#include "tests/crash/server_process.h"
#include "text/analyzer.h"
#include "text/language.h"

namespace footnote {
namespace {

using ::testing::IsEmpty;

constexpr char kCollection[] = "job";
constexpr char kProgram[] = "gateway/footnote";
constexpr int kClients = 2;
constexpr int kFilesPerCall = 60;
constexpr int kDimension = 8;
constexpr absl::Duration kPatience = absl::Seconds(60);

int FromEnvironment(const char* name, int otherwise) {
  const char* const value = std::getenv(name);
  int number = 0;
  return value != nullptr && absl::SimpleAtoi(value, &number) ? number
                                                              : otherwise;
}

std::string FileName(int file) { return absl::StrCat("f", file, ".jsonl"); }
std::string DocumentId(int file) { return absl::StrCat(FileName(file), "#d"); }

// A word that stands in one text only and that no stemmer shortens.
std::string RareWord(int file, int revision) {
  std::string word = "zq";
  for (const char c : absl::StrCat(file, "x", revision)) {
    word += c == 'x' ? 'w' : "bcdfghkmnp"[c - '0'];
  }
  return word;
}

std::string Text(int file, int revision) {
  return absl::StrCat("The keeper of the ", RareWord(file, revision),
                      " lives beside the northern harbour.");
}

// A vector that says whose it is.
std::vector<float> Vector(int file, int revision) {
  std::vector<float> vector(kDimension, 0.25f);
  for (int bit = 0; bit < 6; ++bit) {
    if ((file * 31 + revision * 7) >> bit & 1) vector[bit] = -0.25f;
  }
  return vector;
}

std::string Line(int file, int revision) {
  std::string line =
      absl::StrCat("{\"id\":\"d\",\"language\":\"en\",\"text\":\"",
                   Text(file, revision), "\",\"vector\":[");
  for (const float value : Vector(file, revision)) {
    absl::StrAppend(&line, line.back() == '[' ? "" : ",", value);
  }
  return line + "]}\n";
}

// One client's share of the job: it sends its files in order, over and over,
// each time in a newer revision or deletes what is there.
class Client {
 public:
  Client(int number, int files, uint32_t seed, Oracle* oracle)
      : random_(seed), oracle_(*oracle) {
    for (int file = number; file < files; file += kClients) {
      files_.push_back(file);
    }
    revisions_.assign(files_.size(), 0);
  }

  void Run(v1::Indexer::Stub* stub, const std::atomic<bool>* stop) {
    while (!*stop) {
      if (!IngestSome(stub)) return;
      if (random_() % 2 == 0 && !DeleteSome(stub)) return;
    }
  }

  bool finished_once() const { return finished_once_; }

 private:
  size_t Next() {
    const size_t at = next_;
    if (++next_ == files_.size()) {
      next_ = 0;
      finished_once_ = true;
    }
    return at;
  }

  bool IngestSome(v1::Indexer::Stub* stub) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
    const auto stream = stub->IngestDocuments(&context);
    v1::IngestRequest request;
    request.mutable_start()->set_collection(kCollection);
    request.mutable_start()->set_vectors(true);
    bool open = stream->Write(request);
    std::map<std::string, std::string> sent;
    for (int i = 0; i < kFilesPerCall && open; ++i) {
      const size_t at = Next();
      const int file = files_[at];
      if (sent.count(DocumentId(file)) > 0) break;
      // Most are new or newer; some are sent as they are.
      if (random_() % 4 > 0) ++revisions_[at];
      // As it is kept: text ends in a line.
      const std::string text = Text(file, revisions_[at]) + "\n";
      sent[DocumentId(file)] = text;
      oracle_.OnAsked(DocumentId(file), text);
      v1::IngestRequest head;
      head.mutable_file()->set_document(FileName(file));
      v1::IngestRequest body;
      body.mutable_chunk()->set_data(Line(file, revisions_[at]));
      body.mutable_chunk()->set_last(true);
      open = stream->Write(head) && stream->Write(body);
    }
    stream->WritesDone();
    v1::IngestResponse response;
    while (stream->Read(&response)) {
      if (!response.has_result()) continue;
      const v1::FileResult& result = response.result();
      EXPECT_NE(result.state(), v1::FileResult::FAILED) << result.reason();
      if (result.state() == v1::FileResult::INDEXED ||
          result.state() == v1::FileResult::UNCHANGED) {
        oracle_.OnPromised(result.document(), sent[result.document()]);
      }
    }
    return stream->Finish().ok();
  }

  bool DeleteSome(v1::Indexer::Stub* stub) {
    v1::DeleteDocumentsRequest request;
    request.set_collection(kCollection);
    std::set<std::string> chosen;
    for (int i = 0; i < 5; ++i) {
      chosen.insert(DocumentId(files_[random_() % files_.size()]));
    }
    for (const std::string& document : chosen) {
      oracle_.OnAsked(document, "");
      request.add_documents(document);
    }
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
    v1::DeleteDocumentsResponse response;
    if (!stub->DeleteDocuments(&context, request, &response).ok()) return false;
    for (const std::string& document : chosen) {
      oracle_.OnPromised(document, "");
    }
    return true;
  }

  std::mt19937 random_;
  Oracle& oracle_;
  std::vector<int> files_;
  std::vector<int> revisions_;
  size_t next_ = 0;
  bool finished_once_ = false;
};

class JobKillTest : public ::testing::Test {
 protected:
  JobKillTest() {
    std::string path = ::testing::TempDir() + "/jobXXXXXX";
    folder_ = mkdtemp(&path[0]);
  }
  ~JobKillTest() override {
    server_.reset();
    if (!HasFailure()) std::filesystem::remove_all(folder_);
  }

  void StartServer() {
    server_ =
        ServerProcess::Start(kProgram,
                             {"serve", "--store", folder_ + "/store",
                              "--listen", "127.0.0.1:0", "--encoder", "none"},
                             folder_ + "/log");
    ASSERT_NE(server_, nullptr);
    const absl::StatusOr<std::string> address =
        server_->WaitForAddress(kPatience);
    ASSERT_TRUE(address.ok()) << address.status() << "\nlog: " << folder_;
    stub_ = v1::Indexer::NewStub(
        grpc::CreateChannel(*address, grpc::InsecureChannelCredentials()));
  }

  // What search would see of each document: its version, and whether its rare
  // word and its vector are there.
  struct Found {
    uint32_t version = 0;
    int passages = 0;
    int vectors = 0;
  };
  std::map<std::string, Found> FoundInSegments(Store* store) {
    std::map<std::string, Found> found;
    const auto generation = store->Current(kCollection);
    EXPECT_TRUE(generation.ok()) << generation.status();
    for (const LiveSegment& segment : (*generation)->segments) {
      const SegmentReader& reader = *segment.reader;
      for (uint32_t p = 0; p < reader.passage_count(); ++p) {
        if (!segment.IsLive(p)) continue;
        const DocumentRow& row = reader.Document(reader.passages()[p]);
        Found& document = found[std::string(reader.DocumentId(row))];
        document.version = row.version;
        ++document.passages;
        const auto rows = reader.VectorRowsOf(p);
        document.vectors += static_cast<int>(rows.second - rows.first);
      }
    }
    return found;
  }

  // Live passages that hold the word.
  std::set<std::string> DocumentsWith(Store* store, const std::string& word) {
    std::vector<Token> tokens;
    analyzer_.Analyze(word, Language::kEn, &tokens);
    std::set<std::string> found;
    const auto generation = *store->Current(kCollection);
    for (const Token& token : tokens) {
      // The words of f100 and f1000 begin alike.
      if (token.channel == kChannelPrefix) continue;
      for (const LiveSegment& segment : generation->segments) {
        PostingsIterator it = segment.reader->Postings(token.key);
        for (; it.Valid(); it.NextBlock()) {
          const auto& block = it.Block();
          for (int i = 0; i < block.count; ++i) {
            if (!segment.IsLive(block.ordinals[i])) continue;
            const PassageRow& row =
                segment.reader->passages()[block.ordinals[i]];
            found.emplace(
                segment.reader->DocumentId(segment.reader->Document(row)));
          }
        }
      }
    }
    return found;
  }

  void CheckDocuments(Store* store, int files) {
    const std::map<std::string, Found> found = FoundInSegments(store);
    size_t live = 0;
    for (int file = 0; file < files; ++file) {
      const std::string id = DocumentId(file);
      const auto record = store->documents()->GetLive({kCollection, id});
      const auto in_segments = found.find(id);
      ASSERT_EQ(record.ok(), in_segments != found.end()) << id;
      if (!record.ok()) {
        EXPECT_EQ(oracle_.OnFound(id, ""), "");
        continue;
      }
      ++live;
      const auto text = store->documents()->ReadAll(record->ref());
      ASSERT_TRUE(text.ok()) << text.status();
      EXPECT_EQ(oracle_.OnFound(id, *text), "");
      EXPECT_EQ(Sha256(*text), record->sha256) << id;
      EXPECT_EQ(in_segments->second.version, record->version) << id;
      EXPECT_EQ(in_segments->second.passages, 1) << id;
      EXPECT_EQ(in_segments->second.vectors, 1) << id;
      const size_t begin = text->find("zq");
      const std::string word =
          text->substr(begin, text->find(' ', begin) - begin);
      EXPECT_THAT(DocumentsWith(store, word), ::testing::ElementsAre(id));
      if (HasFailure()) return;
    }
    EXPECT_EQ(found.size(), live);
    EXPECT_EQ((*store->Current(kCollection))->manifest.documents, live);
    EXPECT_GT(live, 0);
  }

  // Every file and every row belongs to something: files to the generation of
  // now, or to an older one that is kept.
  void CheckNoOrphans(Store* store) {
    std::set<std::string> listed;
    const uint64_t now = (*store->Current(kCollection))->number();
    for (uint64_t number = 1; number <= now; ++number) {
      const auto manifest = store->OlderManifest(kCollection, number);
      if (absl::IsNotFound(manifest.status())) continue;
      ASSERT_TRUE(manifest.ok()) << manifest.status();
      for (const ManifestSegment& segment : manifest->segments) {
        listed.insert(segment.name);
      }
    }
    for (const ManifestSegment& segment :
         (*store->Current(kCollection))->manifest.segments) {
      listed.insert(segment.name);
    }
    std::set<std::string> there;
    for (const auto& entry :
         std::filesystem::directory_iterator(folder_ + "/store/segments")) {
      there.insert(entry.path().filename().string());
    }
    EXPECT_EQ(there, listed);
    EXPECT_FALSE(store->kv()->Iterate(kTablePending, "")->Valid());
    for (const int table : {kTableTexts, kTableLocators}) {
      for (auto it = store->kv()->Iterate(table, ""); it->Valid(); it->Next()) {
        absl::string_view key = it->key();
        VersionRef ref;
        ASSERT_TRUE(TakeKeyPart(&key, &ref.collection));
        ASSERT_TRUE(TakeKeyPart(&key, &ref.document));
        ASSERT_TRUE(TakeKeyNumber(&key, &ref.version));
        const auto record = store->documents()->GetVersion(ref);
        ASSERT_TRUE(record.ok())
            << StoreTables()[table] << " has a row of " << ref.document << "@"
            << ref.version << ", which nobody knows";
      }
    }
    EXPECT_TRUE(store->Verify().ok());
    EXPECT_TRUE(store->kv()->VerifyFiles().ok());
  }

  Oracle oracle_;
  Analyzer analyzer_;
  std::string folder_;
  std::unique_ptr<ServerProcess> server_;
  std::unique_ptr<v1::Indexer::Stub> stub_;
};

TEST_F(JobKillTest, DocumentsPostingsVectorsAndTheOracleAgree) {
  const int files = FromEnvironment("FOOTNOTE_JOB_FILES", 300);
  const int kills = FromEnvironment("FOOTNOTE_CRASH_KILLS", 20);
  int seed = FromEnvironment("FOOTNOTE_CRASH_SEED", 0);
  if (seed == 0) seed = static_cast<int>(std::random_device{}() >> 1);
  SCOPED_TRACE(absl::StrCat("FOOTNOTE_CRASH_SEED=", seed));
  std::mt19937 random(static_cast<uint32_t>(seed));
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.push_back(std::make_unique<Client>(i, files, random(), &oracle_));
  }
  const auto job_is_over = [&] {
    return std::all_of(clients.begin(), clients.end(), [](const auto& client) {
      return client->finished_once();
    });
  };
  int done = 0;
  // The job has to end too, however often it is killed.
  for (; (done < kills || !job_is_over()) && !HasFailure(); ++done) {
    StartServer();
    if (HasFailure()) break;
    std::atomic<bool> stop{false};
    std::vector<std::thread> threads;
    for (const auto& client : clients) {
      threads.emplace_back([&] { client->Run(stub_.get(), &stop); });
    }
    // Until something was promised, so that a slow machine does as much
    // between two kills as a fast one.
    const size_t promises =
        oracle_.promises() + static_cast<size_t>(files / kills) / 2;
    const absl::Time deadline = absl::Now() + absl::Seconds(20);
    while (oracle_.promises() < promises && absl::Now() < deadline) {
      absl::SleepFor(absl::Milliseconds(2));
    }
    absl::SleepFor(absl::Milliseconds(random() % 150));
    server_->Kill();
    stop = true;
    for (std::thread& thread : threads) thread.join();
  }
  if (HasFailure()) return;
  auto store = Store::Open(folder_ + "/store");
  ASSERT_TRUE(store.ok()) << store.status();
  ASSERT_TRUE((*store)->FinishErasures(nullptr).ok());
  CheckDocuments(store->get(), files);
  CheckNoOrphans(store->get());
  EXPECT_GE(oracle_.promises(), static_cast<size_t>(files) / 2);
  std::printf("%d files, %d kills, %zu promises kept, %llu documents\n", files,
              done, oracle_.promises(),
              static_cast<unsigned long long>(
                  (*(*store)->Current(kCollection))->manifest.documents));
}

}  // namespace
}  // namespace footnote
