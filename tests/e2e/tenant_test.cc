// Two tenants and a proxy at one server, with real certificates: each sees its
// own answers, and nothing that a client says of himself changes that.
#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/cli.h"
#include "base/file.h"
#include "proto/footnote/v1/answers.grpc.pb.h"
#include "proto/footnote/v1/audit.grpc.pb.h"
#include "proto/footnote/v1/generator.grpc.pb.h"
#include "proto/footnote/v1/indexer.grpc.pb.h"
#include "proto/footnote/v1/retriever.grpc.pb.h"
#include "tests/e2e/program.h"

namespace footnote {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string ReadText(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// A folder with an authority, and certificates that it signed.
class Certificates {
 public:
  Certificates() : folder_(NewFolder()) {
    Run("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -keyout ca.key "
        "-out ca.pem -subj /CN=ca");
    Add("server", "/CN=server", "subjectAltName=IP:127.0.0.1");
    Add("alice", "/O=north/CN=alice");
    Add("bob", "/O=south/CN=bob");
    Add("zoe", "/O=Süd/CN=Zoë");
    Add("stray", "/CN=stray");
    Add("twice", "/O=north/O=south/CN=twice");
    Add("proxy", "/CN=proxy");
    Add("gateway", "/CN=gateway");
    Add("named", "/CN=gateway", "subjectAltName=DNS:door,DNS:other");
  }

  std::string File(const std::string& name) const {
    return folder_ + "/" + name;
  }

  // A configuration for clients that show `name`'s certificate.
  std::string Client(const std::string& name) const {
    const std::string path = File(name + ".textproto");
    WriteText(path, ClientText(name));
    return path;
  }

  // One for servers; `more` is added.
  std::string Server(const std::string& name, const std::string& more) const {
    const std::string path = File(name + "-server.textproto");
    WriteText(path, "tls { certificate: \"" + File("server.pem") +
                        "\" private_key: \"" + File("server.key") +
                        "\" client_ca: \"" + File("ca.pem") + "\" }\n" + more);
    return path;
  }

  std::string ClientText(const std::string& name) const {
    return "client_tls { ca: \"" + File("ca.pem") + "\" certificate: \"" +
           File(name + ".pem") + "\" private_key: \"" + File(name + ".key") +
           "\" }\n";
  }

  std::shared_ptr<grpc::Channel> Channel(const std::string& name,
                                         const std::string& address) const {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = ReadText(File("ca.pem"));
    options.pem_cert_chain = ReadText(File(name + ".pem"));
    options.pem_private_key = ReadText(File(name + ".key"));
    return grpc::CreateChannel(address, grpc::SslCredentials(options));
  }

 private:
  void Run(const std::string& command) {
    const std::string all =
        "cd " + folder_ + " && (" + command + ") 2> openssl.log";
    ASSERT_EQ(system(all.c_str()), 0) << ReadText(File("openssl.log"));
  }

  void Add(const std::string& name, const std::string& holder,
           const std::string& extension = "") {
    std::string sign = "openssl x509 -req -in " + name +
                       ".csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 "
                       "-out " +
                       name + ".pem";
    if (!extension.empty()) {
      WriteText(File("ext"), extension);
      sign += " -extfile ext";
    }
    Run("openssl req -utf8 -newkey rsa:2048 -nodes -keyout " + name +
        ".key -out " + name + ".csr -subj '" + holder + "' && " + sign);
  }

  const std::string folder_;
};

constexpr char kRules[] =
    "identity { tenant_field: \"O\" trusted_proxies: \"proxy\" }\n";

class TenantTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { certificates_ = new Certificates; }
  static void TearDownTestSuite() {
    delete certificates_;
    certificates_ = nullptr;
  }

  // Runs a command against `server` with `name`'s certificate.
  static Finished As(const std::string& name, const ServeProgram& server,
                     std::vector<std::string> command) {
    command.insert(command.end(), {"--server", server.address(), "--config",
                                   certificates_->Client(name)});
    return RunProgram(std::move(command));
  }

  // The id of the answer that `name` gets.
  static std::string Ask(const std::string& name, const ServeProgram& server) {
    const Finished ask = As(name, server, {"ask", "Who built the lighthouse?"});
    EXPECT_EQ(ask.exit_code, kExitOk) << name << ": " << ask.err;
    const size_t id = ask.out.find("\nanswer ");
    return id == std::string::npos ? "" : ask.out.substr(id + 8, 26);
  }

  // Ingests the one document; returns its id.
  static std::string Ingest(const std::string& name,
                            const ServeProgram& server) {
    const std::string folder = NewFolder();
    WriteText(
        folder + "/light.txt",
        "The lighthouse of Eddystone was built in 1759 by John Smeaton.\n");
    const Finished ingest = As(name, server, {"ingest", folder});
    EXPECT_EQ(ingest.exit_code, kExitOk) << ingest.err;
    return folder + "/light.txt";
  }

  static Certificates* certificates_;
};

Certificates* TenantTest::certificates_ = nullptr;

// One answer as the call gives it.
grpc::Status GetRecord(
    const std::shared_ptr<grpc::Channel>& channel, const std::string& id,
    const std::vector<std::pair<const char*, const char*>>& headers,
    v1::AnswerRecord* record) {
  grpc::ClientContext context;
  for (const auto& header : headers) {
    context.AddMetadata(header.first, header.second);
  }
  v1::GetRecordRequest request;
  request.set_answer_id(id);
  return v1::Audit::NewStub(channel)->GetRecord(&context, request, record);
}

TEST_F(TenantTest, NobodySeesAnAnswerOfAnotherTenantInAnyWay) {
  const std::string store = NewFolder();
  ServeProgram server(
      {"--store", store, "--config", certificates_->Server("all", kRules)});
  ASSERT_NE(server.address(), "");
  const std::string document = Ingest("alice", server);
  const std::string north = Ask("alice", server);
  const std::string south = Ask("bob", server);
  const std::string sued = Ask("zoe", server);

  EXPECT_THAT(As("zoe", server, {"audit", "show", sued}).out,
              testing::AllOf(HasSubstr("Zoë"), HasSubstr("Süd")));
  const std::string file = NewFolder() + "/bundle";
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{
           {"verify", north},
           {"audit", "show", north},
           {"audit", "proof", north},
           {"audit", "replay", north},
           {"audit", "export", north, "-o", file}}) {
    EXPECT_EQ(As("alice", server, command).exit_code, kExitOk) << command[1];
    const Finished other = As("bob", server, command);
    EXPECT_EQ(other.exit_code, kExitNotFound) << command[1] << other.out;
    EXPECT_THAT(other.out, Not(HasSubstr("Smeaton")));
  }
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{
           {"answers", "--json"},
           {"answers", "--citing", document},
           {"audit", "list", "--principal", "alice"},
           {"audit", "impact", document + "@1"}}) {
    EXPECT_THAT(As("alice", server, command).out, HasSubstr(north))
        << command[1];
    const Finished other = As("bob", server, command);
    EXPECT_EQ(other.exit_code, kExitOk) << other.err;
    EXPECT_THAT(other.out, Not(HasSubstr(north))) << command[1];
  }
  EXPECT_THAT(As("bob", server, {"answers", "--json"}).out, HasSubstr(south));

  // Bob's looks are in his own log, under his name; Alice does not see them.
  const std::vector<std::string> tail = {"audit", "tail", "--last", "100"};
  EXPECT_THAT(
      As("bob", server, tail).out,
      testing::AllOf(HasSubstr("VerifyAnswer"), HasSubstr("ExportBundle"),
                     HasSubstr("by bob"), HasSubstr("answer " + south),
                     Not(HasSubstr("answer " + north))));
  EXPECT_THAT(
      As("alice", server, tail).out,
      testing::AllOf(HasSubstr("answer " + north), Not(HasSubstr("bob"))));

  // Nor does anybody erase what another tenant's person asked.
  EXPECT_EQ(As("bob", server, {"audit", "erase-subject", "alice"}).exit_code,
            kExitOk);
  EXPECT_THAT(As("alice", server, {"audit", "show", north}).out,
              HasSubstr("Smeaton"));

  server.Signal(SIGTERM);
  ASSERT_EQ(server.Wait(), 0);
  const auto local = [&](const std::string& tenant) {
    return RunProgram(
        {"answers", "--json", "--store", store, "--tenant", tenant});
  };
  EXPECT_THAT(local("north").out, HasSubstr(north));
  EXPECT_THAT(local("north").out, Not(HasSubstr(south)));
  EXPECT_THAT(local("south").out, HasSubstr(south));
  EXPECT_EQ(RunProgram({"answers", "--json", "--store", store}).out, "");
}

TEST_F(TenantTest, ACollectionOfOneTenantDoesNotExistForAnother) {
  ServeProgram server(
      {"--store", NewFolder(), "--config",
       certificates_->Server(
           "all",
           "identity { tenant_field: \"O\" trusted_proxies: \"proxy\" "
           "collections { collection: \"harbour\" tenant: \"north\" } }\n")});
  ASSERT_NE(server.address(), "");
  const std::string folder = NewFolder();
  WriteText(folder + "/light.txt",
            "The lighthouse of Eddystone was built in 1759 by John Smeaton.\n");
  const std::string document = folder + "/light.txt";
  const std::string other = NewFolder();
  WriteText(other + "/bad.txt", "The lighthouse was built by nobody.\n");
  ASSERT_EQ(As("alice", server, {"ingest", folder, "-c", "harbour"}).exit_code,
            kExitOk);
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{
           {"ask", "Who built the lighthouse?"},
           {"search", "lighthouse"},
           {"documents"},
           {"show", document, "--text"},
           {"stats"},
           {"jobs"},
           {"duplicates"},
           {"purges"},
           {"collection", "--max-documents", "1"},
           {"ingest", other},
           {"delete", document, "--purge"}}) {
    std::vector<std::string> there = command;
    there.insert(there.end(), {"-c", "harbour"});
    const Finished refused = As("bob", server, there);
    EXPECT_EQ(refused.exit_code, kExitNotFound) << command[0] << refused.err;
    EXPECT_THAT(refused.err, HasSubstr("does not exist")) << command[0];
    EXPECT_THAT(refused.out, Not(HasSubstr("Smeaton")));
  }
  // All is as it was.
  EXPECT_THAT(
      As("alice", server, {"ask", "Who built the lighthouse?", "-c", "harbour"})
          .out,
      HasSubstr("Smeaton"));
  const Finished documents =
      As("alice", server, {"documents", "-c", "harbour"});
  EXPECT_THAT(documents.out, HasSubstr("light.txt@1"));
  EXPECT_THAT(documents.out, Not(HasSubstr("bad.txt")));
  // What is nobody's is everybody's.
  EXPECT_EQ(As("bob", server, {"ingest", other, "-c", "pier"}).exit_code,
            kExitOk);
  EXPECT_THAT(As("alice", server, {"search", "lighthouse", "-c", "pier"}).out,
              HasSubstr("nobody"));

  // Nor past the commands, and not by asking about everything.
  const auto bob = certificates_->Channel("bob", server.address());
  v1::SearchRequest search;
  search.set_collection("harbour");
  search.set_question("lighthouse");
  v1::SearchResponse found;
  grpc::ClientContext search_call;
  EXPECT_EQ(v1::Retriever::NewStub(bob)
                ->Search(&search_call, search, &found)
                .error_code(),
            grpc::StatusCode::NOT_FOUND);
  // Nor try out what was heard of it.
  v1::RerankRequest rerank;
  rerank.set_question("lighthouse");
  rerank.add_passages()->set_text("The lighthouse was built in 1759.");
  rerank.mutable_passages(0)->mutable_source()->set_collection("harbour");
  v1::RerankResponse reranked;
  grpc::ClientContext rerank_call;
  EXPECT_EQ(v1::Generator::NewStub(bob)
                ->Rerank(&rerank_call, rerank, &reranked)
                .error_code(),
            grpc::StatusCode::NOT_FOUND);
  v1::GenerateRequest generate;
  generate.set_question("lighthouse");
  *generate.add_passages() = rerank.passages(0);
  grpc::ClientContext generate_call;
  EXPECT_EQ(v1::Generator::NewStub(bob)
                ->Generate(&generate_call, generate)
                ->Finish()
                .error_code(),
            grpc::StatusCode::NOT_FOUND);
  // Nor may bob take the key of what alice's answers quote.
  v1::EraseDocumentRequest erase;
  erase.set_collection("harbour");
  erase.set_document("light.txt");
  erase.set_dry_run(true);
  v1::EraseResponse erased;
  grpc::ClientContext erase_call;
  EXPECT_EQ(v1::Audit::NewStub(bob)
                ->EraseDocument(&erase_call, erase, &erased)
                .error_code(),
            grpc::StatusCode::NOT_FOUND);
  v1::Stats stats;
  grpc::ClientContext stats_call;
  EXPECT_EQ(v1::Indexer::NewStub(bob)
                ->GetStats(&stats_call, v1::GetStatsRequest(), &stats)
                .error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(stats.documents(), 0);
}

// It holds the data of all, and may hold their keys.
TEST_F(TenantTest, OnlyTheServersOwnTenantHasABackupMade) {
  const std::string backups = NewFolder();
  ServeProgram server(
      {"--store", NewFolder(), "--backups", backups, "--config",
       certificates_->Server(
           "own",
           "identity { tenant_field: \"O\" "
           "trusted_proxies: \"proxy\" tenant: \"north\" }\n")});
  ASSERT_NE(server.address(), "");
  Ingest("alice", server);
  const std::vector<std::string> create = {"backup", "create",
                                           backups + "/all"};
  const Finished refused = As("bob", server, create);
  EXPECT_NE(refused.exit_code, kExitOk);
  EXPECT_THAT(refused.err, HasSubstr("data of all tenants"));
  // The command asks the audit room first.
  const auto bob =
      v1::Indexer::NewStub(certificates_->Channel("bob", server.address()));
  v1::CreateBackupRequest request;
  request.set_folder(backups + "/all");
  request.set_id("one");
  grpc::ClientContext call;
  const auto parts = bob->CreateBackup(&call, request);
  v1::BackupProgress progress;
  EXPECT_FALSE(parts->Read(&progress));
  EXPECT_EQ(parts->Finish().error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(RunProgram({"backup", "list", backups + "/all"}).out, "");
  const Finished made = As("alice", server, create);
  EXPECT_EQ(made.exit_code, kExitOk) << made.err;
}

TEST_F(TenantTest, TextsOfACollectionThatBecameAnothersAreNotExported) {
  const std::string store = NewFolder();
  const std::string field = "identity { tenant_field: \"O\" ";
  std::string answer;
  const std::string before = NewFolder() + "/bundle";
  {
    ServeProgram server({"--store", store, "--config",
                         certificates_->Server("before", field + "}\n")});
    ASSERT_NE(server.address(), "");
    Ingest("bob", server);
    answer = Ask("bob", server);
    ASSERT_EQ(
        As("bob", server, {"audit", "export", answer, "-o", before}).exit_code,
        kExitOk);
  }
  const std::string bound =
      "collections { collection: \"default\" tenant: \"north\" } }\n";
  ServeProgram server({"--store", store, "--config",
                       certificates_->Server("after", field + bound)});
  ASSERT_NE(server.address(), "");
  const std::string after = NewFolder() + "/bundle";
  ASSERT_EQ(
      As("bob", server, {"audit", "export", answer, "-o", after}).exit_code,
      kExitOk);
  EXPECT_THAT(ReadFile(before).value(), Not(HasSubstr("\"sources\":[]")));
  EXPECT_THAT(ReadFile(after).value(), HasSubstr("\"sources\":[]"));
}

TEST_F(TenantTest, AProxySaysForWhomItCallsAndNobodyElseDoes) {
  ServeProgram server({"--store", NewFolder(), "--config",
                       certificates_->Server("all", kRules)});
  ASSERT_NE(server.address(), "");
  Ingest("alice", server);
  const std::string north = Ask("alice", server);
  const auto proxy = certificates_->Channel("proxy", server.address());
  v1::AnswerRecord record;
  EXPECT_TRUE(
      GetRecord(proxy, north,
                {{"footnote-principal", "carol"}, {"footnote-tenant", "north"}},
                &record)
          .ok());
  EXPECT_EQ(record.principal(), "alice");
  EXPECT_EQ(record.tenant(), "north");
  const struct {
    const char* name;
    std::vector<std::pair<const char*, const char*>> headers;
    grpc::StatusCode code;
  } kCalls[] = {
      {"no headers", {}, grpc::StatusCode::UNAUTHENTICATED},
      {"no tenant",
       {{"footnote-principal", "carol"}},
       grpc::StatusCode::UNAUTHENTICATED},
      {"empty tenant",
       {{"footnote-principal", "carol"}, {"footnote-tenant", ""}},
       grpc::StatusCode::UNAUTHENTICATED},
      {"one smuggled past the proxy",
       {{"footnote-principal", "carol"},
        {"footnote-tenant", "south"},
        {"footnote-tenant", "north"}},
       grpc::StatusCode::UNAUTHENTICATED},
      {"the words of gateways",
       {{"footnote-principal", "carol"},
        {"footnote-tenant", "south"},
        {"footnote-tenant-bin", "north"}},
       grpc::StatusCode::NOT_FOUND},
      {"another tenant",
       {{"footnote-principal", "carol"}, {"footnote-tenant", "south"}},
       grpc::StatusCode::NOT_FOUND},
  };
  for (const auto& call : kCalls) {
    EXPECT_EQ(GetRecord(proxy, north, call.headers, &record).error_code(),
              call.code)
        << call.name;
  }
  const auto bob = certificates_->Channel("bob", server.address());
  for (const char* suffix : {"", "-bin"}) {
    const std::string principal = std::string("footnote-principal") + suffix;
    const std::string tenant = std::string("footnote-tenant") + suffix;
    EXPECT_EQ(
        GetRecord(bob, north,
                  {{principal.c_str(), "alice"}, {tenant.c_str(), "north"}},
                  &record)
            .error_code(),
        grpc::StatusCode::NOT_FOUND);
  }
}

TEST_F(TenantTest, ACertificateThatNamesNoTenantOrTwoIsRefused) {
  ServeProgram server({"--store", NewFolder(), "--config",
                       certificates_->Server("all", kRules)});
  ASSERT_NE(server.address(), "");
  for (const char* name : {"stray", "twice"}) {
    const Finished ask = As(name, server, {"ask", "Who?"});
    EXPECT_NE(ask.exit_code, kExitOk);
    EXPECT_THAT(ask.err, HasSubstr("O in the holder's name, want one")) << name;
    EXPECT_NE(As(name, server, {"answers"}).exit_code, kExitOk);
  }
}

TEST_F(TenantTest, NobodyButAGatewayRecordsAnswers) {
  ServeProgram server({"--store", NewFolder(), "--config",
                       certificates_->Server("all", kRules)});
  ASSERT_NE(server.address(), "");
  for (const char* name : {"alice", "proxy"}) {
    grpc::ClientContext context;
    v1::AppendAnswerRequest request;
    request.mutable_record()->set_tenant("south");
    v1::AppendAnswerResponse response;
    EXPECT_EQ(v1::Audit::NewStub(certificates_->Channel(name, server.address()))
                  ->AppendAnswer(&context, request, &response)
                  .error_code(),
              grpc::StatusCode::PERMISSION_DENIED)
        << name;
  }
}

TEST_F(TenantTest, RoomsInOtherProcessesLearnItFromTheirGatewayAlone) {
  const std::string store = NewFolder();
  const std::string rooms = certificates_->Server(
      "rooms",
      "identity { tenant_field: \"O\" trusted_proxies: \"gateway\" }\n");
  ServeProgram indexer({"indexer", "--store", store, "--config", rooms});
  ASSERT_NE(indexer.address(), "");
  ServeProgram retriever({"retriever", "--store", store, "--config", rooms});
  ServeProgram generator({"generator", "--config", rooms});
  ServeProgram audit({"audit", "--store", store, "--config", rooms});
  ServeProgram gateway(
      {"gateway", "--indexer", indexer.address(), "--retriever",
       retriever.address(), "--generator", generator.address(), "--audit",
       audit.address(), "--config",
       certificates_->Server("gateway",
                             kRules + certificates_->ClientText("gateway"))});
  ASSERT_NE(gateway.address(), "");
  Ingest("alice", gateway);
  const std::string north = Ask("alice", gateway);
  EXPECT_THAT(As("alice", gateway, {"audit", "show", north}).out,
              HasSubstr("alice"));
  EXPECT_THAT(As("alice", gateway, {"audit", "tail", "--last", "50"}).out,
              testing::AllOf(HasSubstr("GetRecord"), HasSubstr("alice")));
  EXPECT_EQ(As("bob", gateway, {"verify", north}).exit_code, kExitNotFound);

  // At the room's own door only the gateway is believed.
  const auto bob = certificates_->Channel("bob", audit.address());
  v1::AnswerRecord record;
  EXPECT_EQ(GetRecord(bob, north,
                      {{"footnote-principal-bin", "alice"},
                       {"footnote-tenant-bin", "north"}},
                      &record)
                .error_code(),
            grpc::StatusCode::NOT_FOUND);
  grpc::ClientContext context;
  v1::AppendAnswerResponse response;
  EXPECT_EQ(v1::Audit::NewStub(bob)
                ->AppendAnswer(&context, v1::AppendAnswerRequest(), &response)
                .error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(TenantTest, ACallerIsTheFirstAlternativeNameOfHisCertificate) {
  const std::string store = NewFolder();
  const ServeProgram indexer({"indexer", "--store", store});
  ASSERT_NE(indexer.address(), "");
  const auto append = [&store](const std::string& proxy) {
    const ServeProgram audit(
        {"audit", "--store", store, "--config",
         certificates_->Server(
             proxy, "identity { trusted_proxies: \"" + proxy + "\" }\n")});
    grpc::ClientContext context;
    v1::AppendAnswerResponse response;
    return v1::Audit::NewStub(certificates_->Channel("named", audit.address()))
        ->AppendAnswer(&context, v1::AppendAnswerRequest(), &response);
  };
  EXPECT_EQ(append("door").error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  const grpc::Status other = append("gateway");
  EXPECT_EQ(other.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(other.error_message(), HasSubstr("the caller is \"door\""));
}

TEST_F(TenantTest, ATenantForAServerIsRefusedOnTheCommandLine) {
  const Finished answers =
      RunProgram({"answers", "--server", "127.0.0.1:1", "--tenant", "north"});
  EXPECT_EQ(answers.exit_code, kExitUsage);
  EXPECT_THAT(answers.err, HasSubstr("--tenant north"));
}

}  // namespace
}  // namespace footnote
