// `footnote serve` as a process, over the network.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/cli.h"
#include "proto/footnote/v1/answers.grpc.pb.h"
#include "tests/e2e/program.h"

namespace footnote {
namespace {

using ::testing::HasSubstr;

// Ingests one document through the server at `address`.
void IngestText(const std::string& address) {
  const std::string folder = NewFolder();
  WriteText(folder + "/light.txt",
            "The lighthouse of Eddystone was built in 1759 by John Smeaton.\n");
  const Finished ingest = RunProgram(
      {"ingest", folder, "--server", address, "--collection", "sea"});
  ASSERT_EQ(ingest.exit_code, kExitOk) << ingest.err;
}

Finished Ask(const std::string& address) {
  return RunProgram({"ask", "Who built the lighthouse?", "--server", address,
                     "--collection", "sea"});
}

TEST(ServeTest, IngestsAsksAndVerifiesOverOnePort) {
  ServeProgram server({"--store", NewFolder()});
  ASSERT_NE(server.address(), "");
  IngestText(server.address());
  const Finished ask = Ask(server.address());
  EXPECT_EQ(ask.exit_code, kExitOk) << ask.err;
  EXPECT_THAT(ask.out, HasSubstr("John Smeaton"));
  const size_t id = ask.out.find("\nanswer ") + 8;
  EXPECT_EQ(RunProgram({"verify", ask.out.substr(id, 26), "--server",
                        server.address()})
                .exit_code,
            kExitOk);
}

TEST(ServeTest, HealthSaysServing) {
  ServeProgram server({"--store", NewFolder()});
  for (const char* service : {"", "footnote.v1.Answers", "footnote.v1.Indexer",
                              "footnote.v1.Retriever", "footnote.v1.Generator",
                              "footnote.v1.Audit"}) {
    std::vector<std::string> health = {"health", "--server", server.address()};
    if (*service != '\0') health.push_back(service);
    const Finished finished = RunProgram(health);
    EXPECT_EQ(finished.exit_code, kExitOk) << service << finished.err;
    EXPECT_THAT(finished.out, HasSubstr(": serving")) << service;
  }
  EXPECT_EQ(
      RunProgram({"health", "--server", server.address(), "no.Such"}).exit_code,
      kExitNotFound);
}

TEST(ServeTest, HealthOfNoServiceNamesIt) {
  ServeProgram server({"--store", NewFolder()});
  const Finished health = RunProgram(
      {"health", "footnote.v1.Kitchen", "--server", server.address()});
  EXPECT_EQ(health.exit_code, kExitNotFound);
  EXPECT_THAT(health.err, HasSubstr("serves no \"footnote.v1.Kitchen\""));
}

TEST(ServeTest, AClientNeedsNoneOfTheServersWeights) {
  ServeProgram server({"--store", NewFolder()});
  setenv("FOOTNOTE_SECOND_ENCODER", "none", 1);
  setenv("FOOTNOTE_SECOND_OPINION", "always", 1);
  const Finished health = RunProgram({"health", "--server", server.address()});
  EXPECT_EQ(health.exit_code, kExitOk) << health.err;
  const Finished own = RunProgram({"stats", "--store", NewFolder()});
  EXPECT_EQ(own.exit_code, kExitUsage);
  EXPECT_THAT(own.err, HasSubstr("want encoder.second"));
  unsetenv("FOOTNOTE_SECOND_OPINION");
  unsetenv("FOOTNOTE_SECOND_ENCODER");
}

TEST(ServeTest, MetricsCountCallsAndStages) {
  ServeProgram server({"--store", NewFolder(), "--metrics", "127.0.0.1:0"});
  ASSERT_NE(server.metrics(), "");
  IngestText(server.address());
  ASSERT_EQ(Ask(server.address()).exit_code, kExitOk);
  const std::string metrics = HttpGet(server.metrics(), "/metrics");
  EXPECT_THAT(metrics, HasSubstr("200 OK"));
  EXPECT_THAT(metrics,
              HasSubstr("footnote_rpc_seconds_count{kind=\"Answers/Ask\"} 1"));
  for (const char* stage : {"ask_search", "ask_write", "ask_record"}) {
    EXPECT_THAT(metrics, HasSubstr(std::string("footnote_stage_seconds_count"
                                               "{kind=\"") +
                                   stage + "\"} 1"));
  }
}

TEST(ServeTest, MethodsThatCallersMakeUpAreOneMetric) {
  ServeProgram server({"--store", NewFolder(), "--metrics", "127.0.0.1:0"});
  const auto channel =
      grpc::CreateChannel(server.address(), grpc::InsecureChannelCredentials());
  for (const char* method : {"/footnote.v1.Answers/Made", "/up.by.Me/Ask"}) {
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    grpc::ByteBuffer reply;
    grpc::Status status;
    const auto call = grpc::GenericStub(channel).PrepareUnaryCall(
        &context, method, grpc::ByteBuffer(), &queue);
    call->StartCall();
    call->Finish(&reply, &status, nullptr);
    void* tag;
    bool ok;
    ASSERT_TRUE(queue.Next(&tag, &ok));
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
  }
  const std::string metrics = HttpGet(server.metrics(), "/metrics");
  EXPECT_THAT(metrics, HasSubstr("kind=\"unknown UNIMPLEMENTED\"} 2"));
  EXPECT_THAT(metrics, testing::Not(HasSubstr("Made")));
  EXPECT_THAT(metrics, testing::Not(HasSubstr("up.by.Me")));
}

TEST(ServeTest, EndsWellOnSigtermAndAnswersAgainAfterTheNextStart) {
  const std::string store = NewFolder();
  {
    ServeProgram server({"--store", store});
    IngestText(server.address());
    server.Signal(SIGTERM);
    EXPECT_EQ(server.Wait(), 0);
  }
  ServeProgram server({"--store", store});
  EXPECT_EQ(Ask(server.address()).exit_code, kExitOk);
  server.Signal(SIGINT);
  EXPECT_EQ(server.Wait(), 0);
}

TEST(ServeTest, StaysWhenNobodyReadsItsLogAnyMore) {
  int log[2];
  ASSERT_EQ(pipe2(log, O_CLOEXEC), 0);
  const int before = dup(STDERR_FILENO);
  dup2(log[1], STDERR_FILENO);
  ServeProgram server({"--store", NewFolder()});
  dup2(before, STDERR_FILENO);
  for (const int file : {log[0], log[1], before}) close(file);
  ASSERT_NE(server.address(), "");
  // Each is a line of the log.
  for (int i = 0; i < 2; ++i) {
    const Finished ask = Ask(server.address());
    EXPECT_EQ(ask.exit_code, kExitNotFound) << ask.err;
  }
  server.Signal(SIGTERM);
  EXPECT_EQ(server.Wait(), kExitOk);
}

TEST(ServeTest, QuestionsUnderWayWhenSigtermComesAreAnsweredOrRefusedWhole) {
  ServeProgram server({"--store", NewFolder()});
  IngestText(server.address());
  const auto channel =
      grpc::CreateChannel(server.address(), grpc::InsecureChannelCredentials());
  const auto answers = v1::Answers::NewStub(channel);
  std::atomic<int> whole{0}, refused{0}, torn{0};
  std::vector<std::thread> askers;
  for (int i = 0; i < 4; ++i) {
    askers.emplace_back([&] {
      while (refused + torn == 0) {
        grpc::ClientContext context;
        v1::AskRequest request;
        request.set_collection("sea");
        request.set_question("Who built the lighthouse?");
        const auto reader = answers->Ask(&context, request);
        v1::AskResponse response;
        int messages = 0;
        bool completed = false;
        while (reader->Read(&response)) {
          ++messages;
          completed = response.has_completed();
        }
        const bool ok = reader->Finish().ok();
        if (ok && completed) {
          if (++whole == 20) server.Signal(SIGTERM);
        } else if (!ok && messages == 0) {
          ++refused;
        } else {
          ++torn;
        }
      }
    });
  }
  for (std::thread& asker : askers) asker.join();
  EXPECT_EQ(server.Wait(), 0);
  EXPECT_GE(whole, 20);
  EXPECT_EQ(torn, 0);
}

TEST(ServeTest, AnAnswerThatWasShownIsRecordedThroughKill9) {
  const std::string store = NewFolder();
  std::string id;
  {
    ServeProgram server({"--store", store});
    IngestText(server.address());
    const auto channel = grpc::CreateChannel(
        server.address(), grpc::InsecureChannelCredentials());
    grpc::ClientContext context;
    v1::AskRequest request;
    request.set_collection("sea");
    request.set_question("Who built the lighthouse?");
    const auto reader = v1::Answers::NewStub(channel)->Ask(&context, request);
    v1::AskResponse first;
    ASSERT_TRUE(reader->Read(&first));
    id = first.started().answer_id();
    server.Signal(SIGKILL);
    EXPECT_EQ(server.Wait(), 128 + SIGKILL);
    while (reader->Read(&first)) {
    }
    reader->Finish();
  }
  EXPECT_EQ(RunProgram({"verify", id, "--store", store}).exit_code, kExitOk);
}

TEST(ServeTest, ASecondServerOnTheSamePortOrStoreIsTurnedAway) {
  const std::string store = NewFolder();
  ServeProgram server({"--store", store});
  ASSERT_NE(server.address(), "");
  const Finished same_port = RunProgram(
      {"serve", "--store", NewFolder(), "--listen", server.address()});
  EXPECT_EQ(same_port.exit_code, kExitUnavailable);
  EXPECT_THAT(same_port.err, HasSubstr("(Address already in use)"));
  EXPECT_THAT(same_port.err, HasSubstr(server.address()));
  const Finished same_store =
      RunProgram({"serve", "--store", store, "--listen", "127.0.0.1:0"});
  EXPECT_NE(same_store.exit_code, kExitOk);
  EXPECT_THAT(same_store.err, HasSubstr("another process"));
  EXPECT_EQ(same_store.exit_code, kExitUnavailable);
}

// Runs `command` in a shell; false when it fails.
bool Shell(const std::string& command) {
  return system((command + " 2>/dev/null").c_str()) == 0;
}

TEST(ServeTest, WithTlsOnlyWhoShowsACertificateIsLetInAndNamedInTheRecord) {
  const std::string folder = NewFolder();
  const std::string in_folder = "cd " + folder + " && ";
  ASSERT_TRUE(Shell(in_folder +
                    "openssl req -x509 -newkey rsa:2048 -nodes -days 2 "
                    "-keyout ca.key -out ca.pem -subj /CN=ca"));
  for (const std::string name : {"server", "alice"}) {
    ASSERT_TRUE(Shell(
        in_folder + "printf 'subjectAltName=DNS:" + name +
        ",IP:127.0.0.1' > ext && openssl req -newkey rsa:2048 -nodes -keyout " +
        name + ".key -out " + name + ".csr -subj /CN=" + name +
        " && openssl x509 -req -in " + name +
        ".csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile ext "
        "-out " +
        name + ".pem"));
  }
  const auto path = [&folder](const char* name) {
    return "\"" + folder + "/" + name + "\" ";
  };
  const std::string store = NewFolder();
  WriteText(folder + "/server.textproto",
            "tls { certificate: " + path("server.pem") + "private_key: " +
                path("server.key") + "client_ca: " + path("ca.pem") + "}");
  WriteText(folder + "/alice.textproto",
            "client_tls { ca: " + path("ca.pem") + "certificate: " +
                path("alice.pem") + "private_key: " + path("alice.key") + "}");
  WriteText(folder + "/nobody.textproto",
            "client_tls { ca: " + path("ca.pem") + "}");
  ServeProgram server(
      {"--store", store, "--config", folder + "/server.textproto"});
  ASSERT_NE(server.address(), "");
  const auto with = [&](const char* config, std::vector<std::string> command) {
    command.insert(command.end(), {"--server", server.address(), "--config",
                                   folder + "/" + config});
    return RunProgram(command);
  };
  WriteText(folder + "/light.txt",
            "The lighthouse of Eddystone was built in 1759 by John Smeaton.\n");
  const Finished ingest =
      with("alice.textproto", {"ingest", folder + "/light.txt"});
  ASSERT_EQ(ingest.exit_code, kExitOk) << ingest.err;
  const std::vector<std::string> ask = {"ask", "Who built the lighthouse?"};
  EXPECT_EQ(with("alice.textproto", ask).exit_code, kExitOk);
  const Finished nobody = with("nobody.textproto", ask);
  EXPECT_EQ(nobody.exit_code, kExitUnavailable);
  EXPECT_THAT(nobody.err, HasSubstr("want certificate and private_key in "
                                    "client_tls"));
  const Finished plain =
      RunProgram({"ask", "Who?", "--server", server.address()});
  EXPECT_EQ(plain.exit_code, kExitUnavailable);
  EXPECT_THAT(plain.err,
              HasSubstr("server " + server.address() +
                        ": Socket closed; a server that speaks TLS does so: "
                        "then want --config FILE with client_tls"));
  const Finished by_name = RunProgram(
      {"health", "--config", folder + "/alice.textproto", "--server",
       "localhost" + server.address().substr(server.address().rfind(':'))});
  EXPECT_THAT(by_name.err, HasSubstr("or client_tls.server_name"));
  EXPECT_THAT(with("alice.textproto", {"answers", "--json"}).out,
              HasSubstr("\"principal\":\"alice\""));
}

TEST(ServeTest, AClientThatSpeaksTlsToOneThatDoesNotIsTold) {
  const std::string folder = NewFolder();
  WriteText(folder + "/tls.textproto", "client_tls { enabled: true }");
  ServeProgram server({"--store", NewFolder(), "--metrics", "127.0.0.1:0"});
  const Finished tls =
      RunProgram({"health", "--config", folder + "/tls.textproto", "--server",
                  server.address()});
  EXPECT_EQ(tls.exit_code, kExitUnavailable);
  EXPECT_THAT(tls.err, HasSubstr("the server speaks no TLS: want a "
                                 "configuration without client_tls"));
  const Finished metrics = RunProgram({"stats", "--server", server.metrics()});
  EXPECT_EQ(metrics.exit_code, kExitUnavailable);
  EXPECT_THAT(metrics.err, HasSubstr("that port serves no gRPC"));
}

TEST(ServeTest, GatewayWithoutRoomsSaysWhichIsMissing) {
  const Finished serve = RunProgram({"serve", "gateway", "--indexer",
                                     "127.0.0.1:1", "--listen", "127.0.0.1:0"});
  EXPECT_EQ(serve.exit_code, kExitUsage);
  EXPECT_THAT(serve.err, HasSubstr("--retriever"));
}

TEST(ServeTest, ACertificateThatEndsSoonIsSaidOnce) {
  const std::string folder = NewFolder();
  ASSERT_TRUE(Shell("cd " + folder +
                    " && openssl req -x509 -newkey rsa:2048 -nodes -days 2 "
                    "-keyout key -out pem -subj /CN=x"));
  WriteText(folder + "/config", "tls { certificate: \"" + folder +
                                    "/pem\" private_key: \"" + folder +
                                    "/key\" }");
  BackgroundProgram server({"--store", NewFolder(), "--config",
                            folder + "/config", "serve", "--listen",
                            "127.0.0.1:0"});
  while (server.output().find("serving") == std::string::npos) usleep(10000);
  // It looks every second.
  usleep(2500000);
  server.Signal(SIGTERM);
  EXPECT_EQ(server.Wait(), 0);
  const std::string said = server.output();
  const size_t at = said.find("certificate ends in two weeks");
  ASSERT_NE(at, std::string::npos) << said;
  EXPECT_EQ(said.find("certificate ends", at + 1), std::string::npos) << said;
}

TEST(ServeTest, LogsNeverHoldQuestionsOrTexts) {
  const std::string log = NewFolder() + "/log";
  const int saved = dup(2);
  ASSERT_NE(freopen(log.c_str(), "w", stderr), nullptr);
  {
    ServeProgram server(
        {"--store", NewFolder(), "--log-level", "debug", "--log-json"});
    IngestText(server.address());
    EXPECT_EQ(Ask(server.address()).exit_code, kExitOk);
    server.Signal(SIGTERM);
    server.Wait();
  }
  fflush(stderr);
  dup2(saved, 2);
  FILE* file = fopen(log.c_str(), "r");
  std::string text(1 << 20, '\0');
  text.resize(fread(&text[0], 1, text.size(), file));
  fclose(file);
  EXPECT_THAT(text, HasSubstr("\"method\":\"Answers/Ask\""));
  EXPECT_THAT(text, testing::Not(HasSubstr("lighthouse")));
  EXPECT_THAT(text, testing::Not(HasSubstr("Smeaton")));
}

}  // namespace
}  // namespace footnote
