// Does a store of a million documents still answer, and how does it get there?
//
//   store_benchmark --store DIR [--documents N] [--encoder FILE --encoded N]
//                   [--text-mb N] [--threads N] [--searches N]
//                   [--steps ingest,search,update,delete,restart]
//
// Makes N documents of one passage each (default 1,000,000; some forty words
// that are drawn by Zipf's law from a vocabulary of 100,000, seeded), with
// vectors of 384 dimensions (the encoder's, where one is given) that stand in
// the JSON lines as a caller supplies them: seeded ones around 2,000 centres,
// or for the first --encoded documents those that --encoder makes of the text.
// Everything goes through the services as over the network (gRPC within the
// process): ingestion, search, deletes.
//
// Prints `name: value unit`:
//   ingest            documents/s, wall; memory (heap) at its highest
//   segments, bytes   after the merges
//   search_quiet      p50, p99, longest of hybrid searches, text and all,
//                     one after the other with 5 ms in between, as somebody
//                     asks who thinks; cpu: what the process used for one, its
//                     asking too, which other programs disturb less; found:
//                     the share whose document comes first
//   search_ingesting  the same while a tenth of the documents is updated, and
//                     its p99 over the quiet one
//   delete            a tenth of the documents; documents/s
//   after             what is counted then, which must be N less a tenth; no
//                     search may show what was deleted
//   restart           the store opened again and the first search answered, s
//
// --steps leaves some out: without "ingest" DIR must hold what an earlier run
// left there. With --text-mb it ingests so many MB of text without vectors
// instead, and prints the heap at each tenth of the way: it must stay flat.
#include <grpcpp/grpcpp.h>
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/grpc_status.h"
#include "base/status_macros.h"
#include "indexer/indexer_service.h"
#include "model/encoder/open.h"
#include "proto/footnote/v1/indexer.grpc.pb.h"
#include "proto/footnote/v1/retriever.grpc.pb.h"
#include "retriever/retriever_service.h"
#include "storage/store.h"

namespace footnote {
namespace {

constexpr char kCollection[] = "million";
constexpr int kDimension = 384;
constexpr int kCentres = 2000;
constexpr int kVocabulary = 100000;
constexpr size_t kChunkBytes = 1 << 20;
constexpr uint32_t kDocumentsPerFile = 2000;
// Merges are over when none has begun for so many seconds.
constexpr double kQuiet = 3;

struct Options {
  std::string store;
  uint32_t documents = 1000000;
  std::string encoder;
  uint32_t encoded = 0;
  uint64_t text_mb = 0;
  int threads = 0;
  int searches = 1000;
  std::string steps = "ingest,search,update,delete,restart";

  bool Does(absl::string_view step) const {
    return absl::StrContains(absl::StrCat(",", steps, ","),
                             absl::StrCat(",", step, ","));
  }
};

double Now() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

void Print(const std::string& name, double value, const char* unit) {
  std::printf("%s: %.4g %s\n", name.c_str(), value, unit);
  std::fflush(stdout);
}

// Memory that is the program's own, mapped files left out, MB.
double HeapMb() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    if (word != "RssAnon:") continue;
    double kilobytes = 0;
    status >> kilobytes;
    return kilobytes / 1e3;
  }
  return 0;
}

// The highest heap while it lives, looked at ten times a second.
class HeapWatch {
 public:
  HeapWatch() : thread_([this] { Run(); }) {}
  ~HeapWatch() {
    stop_ = true;
    thread_.join();
  }
  double highest() const { return highest_; }

 private:
  void Run() {
    while (!stop_) {
      highest_ = std::max<double>(highest_, HeapMb());
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }
  std::atomic<bool> stop_{false};
  std::atomic<double> highest_{0};
  std::thread thread_;
};

// The documents, each made of its number and nothing else.
class Corpus {
 public:
  explicit Corpus(const Encoder* encoder, uint32_t encoded)
      : encoder_(encoder),
        encoded_(encoder == nullptr ? 0 : encoded),
        dimension_(encoder == nullptr ? kDimension : encoder->dimension()) {
    static constexpr const char* kBegins[] = {"b", "d", "f", "gr", "k", "l",
                                              "m", "n", "p", "st", "t", "v"};
    static constexpr const char* kVowels[] = {"a", "e", "i", "o", "u", "ou"};
    for (int i = 0; i < kVocabulary; ++i) {
      std::string word;
      for (int left = i + 40; left > 0; left /= 72) {
        word += kBegins[left % 72 / 6];
        word += kVowels[left % 6];
      }
      words_.push_back(word + "rk");
    }
    double sum = 0;
    for (int i = 0; i < kVocabulary; ++i) {
      sum += 1.0 / (i + 10);
      share_.push_back(sum);
    }
    std::mt19937 random(1);
    std::normal_distribution<float> normal;
    centres_.resize(size_t{kCentres} * dimension_);
    for (float& value : centres_) value = normal(random);
  }

  std::string Text(uint32_t number, int revision) const {
    std::mt19937 random(number * 2 + revision);
    std::string text;
    for (int i = 0; i < 40; ++i) {
      absl::StrAppend(&text, Word(&random), i % 10 == 9 ? ". " : " ");
    }
    return text;
  }

  // A few of its words.
  std::string Question(uint32_t number, int revision) const {
    std::mt19937 random(number * 2 + revision);
    std::string question;
    for (int i = 0; i < 40; ++i) {
      const std::string& word = Word(&random);
      if (i % 8 == 3) absl::StrAppend(&question, word, " ");
    }
    return question;
  }

  absl::StatusOr<std::vector<float>> Vector(uint32_t number,
                                            int revision) const {
    std::vector<float> vector(dimension_);
    if (number < encoded_ && revision == 0) {
      const std::string text = Text(number, revision);
      RETURN_IF_ERROR(
          encoder_->Encode({absl::string_view(text)}, vector.data()));
      return vector;
    }
    std::mt19937 random(number * 2 + revision + 77);
    const float* centre = &centres_[size_t{random() % kCentres} * dimension_];
    float sum = 0;
    for (size_t d = 0; d < dimension_; ++d) {
      // A sum of four bytes is normal enough, and made fast.
      const uint32_t bits = random();
      const int noise = static_cast<int>((bits & 255) + (bits >> 8 & 255) +
                                         (bits >> 16 & 255) + (bits >> 24)) -
                        510;
      vector[d] = centre[d] + static_cast<float>(noise) / 148.0f;
      sum += vector[d] * vector[d];
    }
    for (float& value : vector) value /= std::sqrt(sum);
    return vector;
  }

  // One line of JSON.
  absl::Status AppendLine(uint32_t number, int revision,
                          std::string* out) const {
    ASSIGN_OR_RETURN(const std::vector<float> vector, Vector(number, revision));
    absl::StrAppend(out, "{\"id\":\"", number, "\",\"language\":\"en\",",
                    "\"text\":\"", Text(number, revision), "\",\"vector\":[");
    for (size_t d = 0; d < dimension_; ++d) {
      const int value = static_cast<int>(std::lround(vector[d] * 10000));
      const int size = std::abs(value);
      char digits[8] = {'0',
                        '.',
                        static_cast<char>('0' + size / 1000 % 10),
                        static_cast<char>('0' + size / 100 % 10),
                        static_cast<char>('0' + size / 10 % 10),
                        static_cast<char>('0' + size % 10),
                        0};
      absl::StrAppend(out, d > 0 ? "," : "", value < 0 ? "-" : "", digits);
    }
    out->append("]}\n");
    return absl::OkStatus();
  }

 private:
  const std::string& Word(std::mt19937* random) const {
    const double at =
        static_cast<double>((*random)()) / 4294967296.0 * share_.back();
    return words_[std::lower_bound(share_.begin(), share_.end(), at) -
                  share_.begin()];
  }

  const Encoder* const encoder_;
  const uint32_t encoded_;
  const size_t dimension_;
  std::vector<std::string> words_;
  std::vector<double> share_;
  std::vector<float> centres_;
};

// The store with its two rooms, behind a gRPC server of this process.
class House {
 public:
  static absl::StatusOr<std::unique_ptr<House>> Open(const Options& options) {
    auto house = std::make_unique<House>();
    ASSIGN_OR_RETURN(house->store_, Store::Open(options.store));
    IndexerOptions indexer;
    indexer.threads = options.threads;
    indexer.ann_builder = RetrieverAnnBuilder();
    house->indexer_service_ =
        NewIndexerService(house->store_.get(), nullptr, indexer);
    house->retriever_service_ =
        NewRetrieverService(house->store_.get(), nullptr, {});
    grpc::ServerBuilder builder;
    builder.RegisterService(house->indexer_service_.get());
    builder.RegisterService(house->retriever_service_.get());
    house->server_ = builder.BuildAndStart();
    const auto channel = house->server_->InProcessChannel({});
    house->indexer = v1::Indexer::NewStub(channel);
    house->retriever = v1::Retriever::NewStub(channel);
    return house;
  }
  ~House() {
    if (server_ != nullptr) server_->Shutdown();
  }

  absl::StatusOr<v1::Stats> Stats() {
    grpc::ClientContext call;
    v1::GetStatsRequest request;
    request.set_collection(kCollection);
    v1::Stats stats;
    RETURN_IF_ERROR(FromGrpcStatus(indexer->GetStats(&call, request, &stats)));
    return stats;
  }

  // Until no merge has brought a new generation for a while.
  absl::Status WaitUntilQuiet() {
    uint64_t generation = 0;
    double since = Now();
    while (Now() - since < kQuiet) {
      ASSIGN_OR_RETURN(const v1::Stats stats, Stats());
      if (stats.generation() != generation || store_->merging()) {
        generation = stats.generation();
        since = Now();
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(500));
    }
    return absl::OkStatus();
  }

  std::unique_ptr<v1::Indexer::Stub> indexer;
  std::unique_ptr<v1::Retriever::Stub> retriever;

 private:
  std::unique_ptr<Store> store_;
  std::unique_ptr<grpc::Service> indexer_service_;
  std::unique_ptr<grpc::Service> retriever_service_;
  std::unique_ptr<grpc::Server> server_;
};

std::string DocumentId(uint32_t number) {
  return absl::StrFormat("part-%04d.jsonl#%d", number / kDocumentsPerFile,
                         number);
}

// One IngestDocuments call. `file` fills the next file; false at the end.
absl::StatusOr<v1::IngestSummary> Ingest(
    House* house,
    const std::function<absl::StatusOr<bool>(v1::IngestFile* file,
                                             std::string* bytes)>& next) {
  grpc::ClientContext call;
  const auto stream = house->indexer->IngestDocuments(&call);
  v1::IngestSummary summary;
  std::thread reading([&] {
    v1::IngestResponse response;
    while (stream->Read(&response)) {
      if (response.has_result() &&
          response.result().state() == v1::FileResult::FAILED) {
        std::fprintf(stderr, "%s: %s\n", response.result().document().c_str(),
                     response.result().reason().c_str());
      }
      if (response.has_summary()) summary = response.summary();
    }
  });
  v1::IngestRequest request;
  request.mutable_start()->set_collection(kCollection);
  request.mutable_start()->set_vectors(true);
  bool open = stream->Write(request);
  absl::Status status;
  while (open && status.ok()) {
    v1::IngestRequest head;
    std::string bytes;
    const absl::StatusOr<bool> more = next(head.mutable_file(), &bytes);
    status = more.status();
    if (!more.ok() || !*more) break;
    open = stream->Write(head);
    for (size_t at = 0; open && at < bytes.size(); at += kChunkBytes) {
      v1::IngestRequest part;
      part.mutable_chunk()->set_data(bytes.substr(at, kChunkBytes));
      part.mutable_chunk()->set_last(at + kChunkBytes >= bytes.size());
      open = stream->Write(part);
    }
  }
  stream->WritesDone();
  reading.join();
  RETURN_IF_ERROR(FromGrpcStatus(stream->Finish()));
  RETURN_IF_ERROR(status);
  return summary;
}

// All documents of the corpus, as they are at first.
absl::StatusOr<v1::IngestSummary> IngestCorpus(House* house,
                                               const Corpus& corpus,
                                               uint32_t documents) {
  uint32_t first = 0;
  return Ingest(
      house,
      [&](v1::IngestFile* file, std::string* bytes) -> absl::StatusOr<bool> {
        if (first >= documents) return false;
        const uint32_t end = std::min(documents, first + kDocumentsPerFile);
        file->set_document(
            absl::StrFormat("part-%04d.jsonl", first / kDocumentsPerFile));
        for (uint32_t i = first; i < end; ++i) {
          RETURN_IF_ERROR(corpus.AppendLine(i, 0, bytes));
        }
        first = end;
        return true;
      });
}

// Between two searches.
constexpr std::chrono::milliseconds kThink(5);

struct Latency {
  std::vector<double> ms;
  // Of the whole process, while they were asked.
  double cpu_ms = 0;
  int first = 0;
  bool saw_deleted = false;

  double At(double share) {
    if (ms.empty()) return 0;
    std::sort(ms.begin(), ms.end());
    return ms[static_cast<size_t>(share * static_cast<double>(ms.size() - 1))];
  }
};

bool IsDeleted(uint32_t number) { return number % 10 == 5; }
bool IsUpdated(uint32_t number) { return number % 10 == 0; }

// One search for a document that no tenth touches.
absl::Status SearchOnce(House* house, const Corpus& corpus, uint32_t number,
                        Latency* latency) {
  v1::SearchRequest request;
  request.set_collection(kCollection);
  request.set_question(corpus.Question(number, 0));
  request.set_language("en");
  ASSIGN_OR_RETURN(std::vector<float> vector, corpus.Vector(number, 0));
  std::mt19937 random(number);
  std::normal_distribution<float> noise(0, 0.01f);
  float sum = 0;
  for (float& value : vector) {
    value += noise(random);
    sum += value * value;
  }
  for (float& value : vector) request.add_vector(value / std::sqrt(sum));
  grpc::ClientContext call;
  v1::SearchResponse response;
  const double begin = Now();
  RETURN_IF_ERROR(
      FromGrpcStatus(house->retriever->Search(&call, request, &response)));
  latency->ms.push_back((Now() - begin) * 1e3);
  if (response.passages_size() > 0) {
    latency->first +=
        response.passages(0).source().document() == DocumentId(number);
  }
  for (const v1::Passage& passage : response.passages()) {
    const std::string& id = passage.source().document();
    uint32_t found = 0;
    if (absl::SimpleAtoi(id.substr(id.rfind('#') + 1), &found)) {
      latency->saw_deleted |= IsDeleted(found);
    }
  }
  return absl::OkStatus();
}

uint32_t AnyUntouched(std::mt19937* random, uint32_t documents) {
  while (true) {
    const uint32_t number = (*random)() % documents;
    if (!IsDeleted(number) && !IsUpdated(number)) return number;
  }
}

absl::StatusOr<Latency> SearchQuietly(House* house, const Corpus& corpus,
                                      const Options& options, uint32_t seed) {
  std::mt19937 random(seed);
  Latency warm;
  for (int i = 0; i < options.searches / 5; ++i) {
    RETURN_IF_ERROR(SearchOnce(
        house, corpus, AnyUntouched(&random, options.documents), &warm));
  }
  Latency latency;
  const std::clock_t begin = std::clock();
  for (int i = 0; i < options.searches; ++i) {
    std::this_thread::sleep_for(kThink);
    RETURN_IF_ERROR(SearchOnce(
        house, corpus, AnyUntouched(&random, options.documents), &latency));
  }
  latency.cpu_ms = static_cast<double>(std::clock() - begin) * 1e3 /
                   static_cast<double>(CLOCKS_PER_SEC);
  return latency;
}

void PrintLatency(const std::string& name, Latency* latency) {
  Print(name + "_p50", latency->At(0.5), "ms");
  Print(name + "_p99", latency->At(0.99), "ms");
  Print(name + "_longest", latency->At(1), "ms");
  if (latency->cpu_ms > 0) {
    Print(name + "_cpu",
          latency->cpu_ms / static_cast<double>(latency->ms.size()), "ms");
  }
  Print(name + "_found",
        static_cast<double>(latency->first) /
            static_cast<double>(latency->ms.size()),
        "of 1");
}

absl::Status DeleteTenth(House* house, uint32_t documents) {
  const double begin = Now();
  v1::DeleteDocumentsRequest request;
  request.set_collection(kCollection);
  uint64_t deleted = 0;
  for (uint32_t i = 0; i < documents; ++i) {
    if (IsDeleted(i)) request.add_documents(DocumentId(i));
    if (request.documents_size() < 1000 && i + 1 < documents) continue;
    if (request.documents_size() == 0) break;
    grpc::ClientContext call;
    v1::DeleteDocumentsResponse response;
    RETURN_IF_ERROR(FromGrpcStatus(
        house->indexer->DeleteDocuments(&call, request, &response)));
    deleted += static_cast<uint64_t>(response.deleted());
    request.clear_documents();
  }
  Print("delete", static_cast<double>(deleted) / (Now() - begin),
        "documents/s");
  return absl::OkStatus();
}

absl::Status DoIngest(const Options& options, const Corpus& corpus,
                      House* house) {
  const double own = HeapMb();
  const HeapWatch watch;
  double begin = Now();
  ASSIGN_OR_RETURN(const v1::IngestSummary summary,
                   IngestCorpus(house, corpus, options.documents));
  Print("ingest", static_cast<double>(summary.indexed()) / (Now() - begin),
        "documents/s");
  if (summary.indexed() != options.documents) {
    return absl::InternalError(
        absl::StrCat("indexed ", summary.indexed(), " documents"));
  }
  begin = Now();
  RETURN_IF_ERROR(house->WaitUntilQuiet());
  Print("merges_after", Now() - begin - kQuiet, "s");
  Print("heap_highest", watch.highest() - own, "MB");
  ASSIGN_OR_RETURN(const v1::Stats stats, house->Stats());
  Print("documents", static_cast<double>(stats.documents()), "");
  Print("vectors_encoded", std::min(options.encoded, options.documents), "");
  Print("segments", static_cast<double>(stats.segments()), "");
  Print("segment_bytes", static_cast<double>(stats.segment_bytes()) / 1e6,
        "MB");
  return absl::OkStatus();
}

absl::Status DoUpdate(const Options& options, const Corpus& corpus,
                      House* house, Latency* quiet) {
  // Made before: the sender is another machine's business.
  std::vector<std::string> parts;
  for (uint32_t first = 0; first < options.documents;
       first += kDocumentsPerFile) {
    parts.emplace_back();
    const uint32_t end = std::min(options.documents, first + kDocumentsPerFile);
    for (uint32_t i = first; i < end; i += 10) {
      RETURN_IF_ERROR(corpus.AppendLine(i, 1, &parts.back()));
    }
  }
  std::atomic<bool> done{false};
  absl::Status updated;
  const double begin = Now();
  double seconds = 0;
  std::thread updating([&] {
    size_t part = 0;
    updated =
        Ingest(house,
               [&](v1::IngestFile* file,
                   std::string* bytes) -> absl::StatusOr<bool> {
                 if (part == parts.size()) return false;
                 file->set_document(absl::StrFormat("part-%04d.jsonl", part));
                 *bytes = std::move(parts[part++]);
                 return true;
               })
            .status();
    seconds = Now() - begin;
    done = true;
  });
  Latency busy;
  std::mt19937 random(2);
  absl::Status searched;
  while (!done && searched.ok()) {
    searched = SearchOnce(house, corpus,
                          AnyUntouched(&random, options.documents), &busy);
    std::this_thread::sleep_for(kThink);
  }
  updating.join();
  RETURN_IF_ERROR(updated);
  RETURN_IF_ERROR(searched);
  Print("update", options.documents / 10 / seconds, "documents/s");
  Print("searches_ingesting", static_cast<double>(busy.ms.size()), "");
  PrintLatency("search_ingesting", &busy);
  Print("p99_ingesting_over_quiet", busy.At(0.99) / quiet->At(0.99), "x");
  return absl::OkStatus();
}

absl::Status DoDelete(const Options& options, const Corpus& corpus,
                      House* house) {
  ASSIGN_OR_RETURN(v1::Stats stats, house->Stats());
  const uint64_t before = stats.documents();
  RETURN_IF_ERROR(DeleteTenth(house, options.documents));
  RETURN_IF_ERROR(house->WaitUntilQuiet());
  ASSIGN_OR_RETURN(stats, house->Stats());
  Print("documents_after", static_cast<double>(stats.documents()), "");
  if (stats.documents() != before - options.documents / 10) {
    return absl::InternalError("after the deletes the count is wrong");
  }
  ASSIGN_OR_RETURN(Latency after, SearchQuietly(house, corpus, options, 3));
  PrintLatency("search_after", &after);
  if (!after.saw_deleted) return absl::OkStatus();
  return absl::InternalError("a search showed what was deleted");
}

absl::Status RunMillion(const Options& options) {
  std::unique_ptr<Encoder> encoder;
  if (!options.encoder.empty()) {
    ASSIGN_OR_RETURN(encoder, OpenEncoder(options.encoder, {}));
  }
  const Corpus corpus(encoder.get(), options.encoded);
  ASSIGN_OR_RETURN(std::unique_ptr<House> house, House::Open(options));
  if (options.Does("ingest")) {
    RETURN_IF_ERROR(DoIngest(options, corpus, house.get()));
  }
  Latency quiet;
  if (options.Does("search") || options.Does("update")) {
    ASSIGN_OR_RETURN(quiet, SearchQuietly(house.get(), corpus, options, 1));
    PrintLatency("search_quiet", &quiet);
  }
  if (options.Does("update")) {
    RETURN_IF_ERROR(DoUpdate(options, corpus, house.get(), &quiet));
  }
  if (options.Does("delete")) {
    RETURN_IF_ERROR(DoDelete(options, corpus, house.get()));
  }
  if (options.Does("restart")) {
    house.reset();
    const double begin = Now();
    ASSIGN_OR_RETURN(house, House::Open(options));
    Latency first;
    RETURN_IF_ERROR(SearchOnce(house.get(), corpus, 1, &first));
    Print("restart", Now() - begin, "s to the first answer");
  }
  return absl::OkStatus();
}

absl::Status RunText(const Options& options) {
  const Corpus corpus(nullptr, 0);
  ASSIGN_OR_RETURN(const std::unique_ptr<House> house, House::Open(options));
  const HeapWatch watch;
  const uint64_t wanted = options.text_mb * 1000000;
  uint64_t sent = 0;
  uint32_t number = 0;
  uint64_t told = 0;
  const double begin = Now();
  ASSIGN_OR_RETURN(const v1::IngestSummary summary,
                   Ingest(house.get(),
                          [&](v1::IngestFile* file,
                              std::string* bytes) -> absl::StatusOr<bool> {
                            if (sent >= wanted) return false;
                            file->set_document(absl::StrCat("text-", number));
                            file->set_language("en");
                            for (int i = 0; i < 300; ++i) {
                              absl::StrAppend(bytes, corpus.Text(number++, 0),
                                              "\n\n");
                            }
                            sent += bytes->size();
                            if (sent * 10 / wanted > told) {
                              told = sent * 10 / wanted;
                              Print(absl::StrCat("heap_at_", told * 10, "%"),
                                    HeapMb(), "MB");
                            }
                            return true;
                          }));
  Print("text", static_cast<double>(summary.text_bytes()) / 1e6, "MB");
  Print("text_rate",
        static_cast<double>(summary.text_bytes()) / 1e6 / (Now() - begin),
        "MB/s");
  Print("heap_highest", watch.highest(), "MB");
  return absl::OkStatus();
}

}  // namespace
}  // namespace footnote

int main(int argc, char** argv) {
  CLI::App app("How a store of a million documents fares");
  footnote::Options options;
  app.add_option("--store", options.store, "a new folder for it")->required();
  app.add_option("--documents", options.documents, "how many");
  app.add_option("--encoder", options.encoder, "makes the first vectors");
  app.add_option("--encoded", options.encoded, "how many of them");
  app.add_option("--text-mb", options.text_mb, "text without vectors instead");
  app.add_option("--threads", options.threads, "workers (default: CPUs)");
  app.add_option("--searches", options.searches, "per measurement");
  app.add_option("--steps", options.steps, "what is done");
  CLI11_PARSE(app, argc, argv);
  const bool makes = options.text_mb > 0 || options.Does("ingest");
  if (std::filesystem::exists(options.store) == makes) {
    std::cerr << "--store: want " << (makes ? "a new folder" : "a store")
              << "\n";
    return 1;
  }
  const absl::Status status = options.text_mb > 0
                                  ? footnote::RunText(options)
                                  : footnote::RunMillion(options);
  if (status.ok()) return 0;
  std::cerr << status << "\n";
  return 1;
}
