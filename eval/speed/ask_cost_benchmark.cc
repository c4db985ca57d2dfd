// What does the notary cost an answer?
//
//   nothing   serves an audit room that records nothing, until its input ends;
//             prints its address
//   measure   asks two gateways in turn, one of them with such a room, and
//             syncs a file between two questions: the three waits see the same
//             machine and the same disk. Then adds up what the notary costs
//
// eval/speed/ask_cost starts all that it needs.
#include <fcntl.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "proto/footnote/v1/answers.grpc.pb.h"
#include "proto/footnote/v1/audit.grpc.pb.h"

namespace footnote {
namespace {

struct Options {
  std::string with;
  std::string without;
  std::string collection;
  std::string folder = ".";
  int asks = 2000;
  int documents = 1;
};

class NothingService final : public v1::Audit::Service {
  grpc::Status AppendAnswer(grpc::ServerContext*,
                            const v1::AppendAnswerRequest*,
                            v1::AppendAnswerResponse* response) override {
    response->mutable_receipt()->set_answer_id("00000000000000000000000000");
    return grpc::Status::OK;
  }
};

int ServeNothing() {
  NothingService service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                           &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  printf("listening on 127.0.0.1:%d\n", port);
  fflush(stdout);
  while (getchar() != EOF) continue;
  server->Shutdown();
  return 0;
}

class Gateway {
 public:
  explicit Gateway(const std::string& address)
      : answers_(v1::Answers::NewStub(grpc::CreateChannel(
            address, grpc::InsecureChannelCredentials()))) {}

  // Milliseconds until the whole answer was here.
  double Ask(const std::string& collection, const std::string& question) {
    v1::AskRequest request;
    request.set_collection(collection);
    request.set_question(question);
    grpc::ClientContext context;
    const absl::Time begin = absl::Now();
    const auto reader = answers_->Ask(&context, request);
    v1::AskResponse response;
    bool cited = false;
    while (reader->Read(&response)) {
      cited |= response.completed().citations_size() > 0;
    }
    const grpc::Status status = reader->Finish();
    const absl::Duration took = absl::Now() - begin;
    if (!status.ok() || !cited) {
      fprintf(stderr, "%s: no answer %s\n", question.c_str(),
              status.error_message().c_str());
      exit(1);
    }
    return absl::ToDoubleMilliseconds(took);
  }

 private:
  const std::unique_ptr<v1::Answers::Stub> answers_;
};

// A file to which a block is added and synced, as the log does it.
class Synced {
 public:
  explicit Synced(const std::string& folder)
      : path_(folder + "/sync"),
        file_(open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)) {}
  ~Synced() {
    close(file_);
    unlink(path_.c_str());
  }

  double Add() {
    const std::string block(1500, 'x');
    const absl::Time begin = absl::Now();
    if (write(file_, block.data(), block.size()) < 0 || fdatasync(file_) != 0) {
      perror(path_.c_str());
      exit(1);
    }
    return absl::ToDoubleMilliseconds(absl::Now() - begin);
  }

 private:
  const std::string path_;
  const int file_;
};

double Percentile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1,
                         static_cast<size_t>(share * values.size()))];
}

void Print(const char* what, const std::vector<double>& ms) {
  printf("%-28s p50 %.3f ms, p99 %.3f ms, n %zu\n", what, Percentile(ms, .5),
         Percentile(ms, .99), ms.size());
}

int Measure(const Options& options) {
  Gateway with(options.with);
  Gateway without(options.without);
  Synced file(options.folder);
  std::vector<double> recorded, unrecorded, synced;
  // The first ones make keys and fill caches.
  const int warm = std::max(options.documents, options.asks / 10);
  for (int i = 0; i < warm + options.asks; ++i) {
    const std::string question =
        absl::StrCat("When was lighthouse ", i % options.documents, " lit?");
    const double a = with.Ask(options.collection, question);
    const double s = file.Add();
    const double b = without.Ask(options.collection, question);
    if (i < warm) continue;
    recorded.push_back(a);
    synced.push_back(s);
    unrecorded.push_back(b);
  }
  Print("ask, recorded", recorded);
  Print("ask, not recorded", unrecorded);
  Print("write and fdatasync", synced);
  const double cost = Percentile(recorded, .5) - Percentile(unrecorded, .5);
  printf("the notary: %.3f ms at p50, %.3f ms beyond one fdatasync\n", cost,
         cost - Percentile(synced, .5));
  return 0;
}

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("Measures what recording costs an answer.");
  app.require_subcommand(1);
  CLI::App* nothing =
      app.add_subcommand("nothing", "an audit room that records nothing");
  CLI::App* measure = app.add_subcommand("measure", "two gateways in turn");
  measure->add_option("--with", options.with, "gateway with the audit room")
      ->required();
  measure->add_option("--without", options.without, "gateway with `nothing`")
      ->required();
  measure->add_option("--collection", options.collection)->required();
  measure->add_option("--documents", options.documents,
                      "lighthouses that are asked for");
  measure->add_option("--folder", options.folder, "on the disk of the log");
  measure->add_option("--asks", options.asks, "(default 2000)");
  CLI11_PARSE(app, argc, argv);
  return nothing->parsed() ? ServeNothing() : Measure(options);
}

}  // namespace
}  // namespace footnote

int main(int argc, char** argv) { return footnote::Main(argc, argv); }
