// The commands as scripts use them: exit codes, JSON, messages.
#include "base/cli.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/e2e/program.h"

namespace footnote {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// One store with two documents, shared by the tests that only read.
class CliTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    store_ = NewFolder() + "/store";
    folder_ = NewFolder();
    WriteText(folder_ + "/light.md",
              "# Eddystone\n\nThe lighthouse of Eddystone was built in 1759 "
              "by John Smeaton.\n");
    WriteText(folder_ + "/tee.txt",
              "Grüner Tee wird mit siebzig Grad heißem Wasser aufgegossen.\n");
    const Finished ingest = In({"ingest", folder_});
    ASSERT_EQ(ingest.exit_code, kExitOk) << ingest.err;
  }

  static Finished In(std::vector<std::string> arguments,
                     const std::string& input = "") {
    arguments.push_back("--store");
    arguments.push_back(store_);
    return RunProgram(arguments, input);
  }

  static std::string store_;
  static std::string folder_;
};

std::string CliTest::store_;
std::string CliTest::folder_;

TEST_F(CliTest, AskPrintsTheAnswerItsFootnoteAndTheReceipt) {
  const Finished ask = In({"ask", "Who", "built", "the", "lighthouse?"});
  EXPECT_EQ(ask.exit_code, kExitOk) << ask.err;
  EXPECT_THAT(ask.out, HasSubstr("John Smeaton. [1]"));
  EXPECT_THAT(ask.out, HasSubstr("light.md"));
  EXPECT_THAT(ask.out, HasSubstr("FOUND"));
  EXPECT_THAT(ask.out, HasSubstr("\nanswer 0"));
  EXPECT_THAT(ask.out, Not(HasSubstr("\x1b"))) << "colour without a terminal";
}

TEST_F(CliTest, WhoHasNoEncoderAndDidNotSaySoIsTold) {
  setenv("FOOTNOTE_MODELS", NewFolder().c_str(), 1);
  unsetenv("FOOTNOTE_ENCODER");
  const auto run = [](std::vector<std::string> arguments, bool says_encoder) {
    arguments.insert(arguments.end(), {"--store", store_});
    return RunProgram(std::move(arguments), "", says_encoder).err;
  };
  EXPECT_THAT(run({"search", "Who?"}, false), HasSubstr("no encoder"));
  EXPECT_THAT(run({"ask", "Who?"}, false), HasSubstr("by their words alone"));
  EXPECT_THAT(run({"ingest", folder_}, false), HasSubstr("FOOTNOTE_MODELS"));
  EXPECT_THAT(run({"search", "Who?"}, true), Not(HasSubstr("no encoder")));
  EXPECT_THAT(run({"search", "-q", "Who?"}, false),
              Not(HasSubstr("no encoder")));
  EXPECT_THAT(run({"documents"}, false), Not(HasSubstr("no encoder")));
}

TEST_F(CliTest, SearchSaysATitleThatIsTheFirstHeadingOnce) {
  const Finished search = In({"search", "Who built Eddystone?"});
  EXPECT_EQ(search.exit_code, kExitOk) << search.err;
  EXPECT_THAT(search.out, StartsWith(" 1. Eddystone\n"));
}

TEST_F(CliTest, SearchAndAskSeeOnlyDocumentsWithTheMetadata) {
  ASSERT_EQ(
      In({"ingest", folder_ + "/light.md", "-c", "marked", "-m", "year=1759"})
          .exit_code,
      kExitOk);
  for (const std::string command : {"search", "ask"}) {
    const auto found = [&](const std::string& where) {
      return In({command, "-c", "marked", "--where", where,
                 "Who built Eddystone?"})
          .out;
    };
    EXPECT_THAT(found("year"), HasSubstr("John Smeaton")) << command;
    EXPECT_THAT(found("year=1,1759"), HasSubstr("John Smeaton")) << command;
    EXPECT_THAT(found("year=1"), Not(HasSubstr("John Smeaton"))) << command;
    EXPECT_THAT(found("month"), Not(HasSubstr("John Smeaton"))) << command;
  }
}

TEST_F(CliTest, OptionsThatMayBeRepeatedTakeOneWordEach) {
  const std::vector<std::vector<std::string>> kOptions = {
      {"--label", "staff"},
      {"--in", "en,de"},
      {"--label", "a", "--label", "b"}};
  for (const std::vector<std::string>& options : kOptions) {
    for (const char* command : {"search", "ask"}) {
      std::vector<std::string> words = {command};
      words.insert(words.end(), options.begin(), options.end());
      words.insert(words.end(), {"Who", "built", "Eddystone?"});
      const Finished found = In(words);
      EXPECT_EQ(found.exit_code, kExitOk) << command << found.err;
      EXPECT_THAT(found.out, HasSubstr("John Smeaton")) << options[0];
    }
  }
  EXPECT_THAT(In({"search", "--json", "Who", "built", "Eddystone?"}).out,
              HasSubstr("\"order\":\"RERANKED\""));
  EXPECT_THAT(In({"search", "--json", "--fused", "Who built Eddystone?"}).out,
              HasSubstr("\"order\":\"FUSED\""));
  for (const char* option : {"--label", "--metadata"}) {
    const Finished ingest =
        In({"ingest", "--dry-run", option, "a=b", folder_ + "/light.md"});
    EXPECT_EQ(ingest.exit_code, kExitOk) << option << ": " << ingest.err;
  }
}

TEST_F(CliTest, AskReadsTheQuestionFromStandardInput) {
  const Finished ask =
      In({"ask", "-", "--json"}, "Who built the lighthouse?\n");
  EXPECT_EQ(ask.exit_code, kExitOk) << ask.err;
  EXPECT_EQ(json::parse(ask.out)["question"], "Who built the lighthouse?");
}

TEST_F(CliTest, AskAsJsonIsOneObjectWithEverything) {
  const Finished ask = In({"--json", "ask", "Who built the lighthouse?"});
  ASSERT_EQ(ask.exit_code, kExitOk) << ask.err;
  const json answer = json::parse(ask.out);
  const json& source = answer["citations"][0]["sources"][0];
  EXPECT_EQ(source["quote_sha256"].get<std::string>().size(), 64);
  EXPECT_EQ(
      source["span"]["end"].get<int>() - source["span"]["begin"].get<int>(),
      source["quote"].get<std::string>().size());
  EXPECT_EQ(answer["receipt"]["answer_id"], answer["id"]);
}

// Who checks must not depend on the page that came with the bundle.
TEST_F(CliTest, ACheckedBundleSaysWhatWasAskedAndAnswered) {
  const Finished ask = In({"--json", "ask", "Who built the lighthouse?"});
  const Finished none = In({"--json", "ask", "Zyzzyva quokka xylophone?"});
  const std::string bundle = NewFolder() + "/bundle";
  ASSERT_EQ(
      In({"audit", "export", json::parse(ask.out)["id"].get<std::string>(),
          json::parse(none.out)["id"].get<std::string>(), "-o", bundle})
          .exit_code,
      kExitOk);
  const Finished check = RunProgram({"audit", "check", bundle});
  EXPECT_EQ(check.exit_code, kExitOk) << check.err;
  EXPECT_THAT(check.out, HasSubstr("  asked: Who built the lighthouse?\n"
                                   "  answered: The lighthouse of Eddystone "
                                   "was built in 1759 by John Smeaton.\n"));
  EXPECT_THAT(check.out, HasSubstr("  asked: Zyzzyva quokka xylophone?\n"
                                   "  no answer: NO_EVIDENCE\n"));
}

// As a script's variable is that nobody set: no store, server or key but the
// one that was meant.
TEST_F(CliTest, AFlagThatIsEmptyIsNotOneThatIsLeftOut) {
  const Finished ask = In({"--json", "ask", "Who built the lighthouse?"});
  const std::string bundle = NewFolder() + "/bundle";
  ASSERT_EQ(In({"audit", "export",
                json::parse(ask.out)["id"].get<std::string>(), "-o", bundle})
                .exit_code,
            kExitOk);
  for (const auto& command : std::vector<std::vector<std::string>>{
           {"audit", "check", bundle, "--key", ""},
           {"--store", "", "documents"},
           {"--server", "", "documents"},
           {"--config", "", "--store", NewFolder(), "documents"}}) {
    const Finished wrong = RunProgram(command);
    EXPECT_EQ(wrong.exit_code, kExitUsage) << command[0];
    EXPECT_THAT(wrong.err, HasSubstr(": empty, want ")) << command[0];
    EXPECT_EQ(wrong.out, "") << command[0];
  }
}

TEST_F(CliTest, AnExportAsJsonNamesItsFiles) {
  const Finished ask = In({"--json", "ask", "Who built the lighthouse?"});
  const std::string id = json::parse(ask.out)["id"].get<std::string>();
  const std::string bundle = NewFolder() + "/bundle";
  const Finished run = In({"audit", "export", id, "-o", bundle, "--json"});
  ASSERT_EQ(run.exit_code, kExitOk) << run.err;
  const json exported = json::parse(run.out);
  EXPECT_EQ(exported["file"], bundle);
  EXPECT_EQ(exported["bytes"], std::filesystem::file_size(bundle));
  EXPECT_TRUE(std::filesystem::exists(exported["page"].get<std::string>()));
  EXPECT_EQ(exported["pdf"], "");
  EXPECT_EQ(exported["answers"], 1);
}

TEST_F(CliTest, NoFileIsWrittenThatIsNamedAsStandardOutput) {
  const Finished ask = In({"--json", "ask", "Who built the lighthouse?"});
  const std::string id = json::parse(ask.out)["id"].get<std::string>();
  for (const auto& command : std::vector<std::vector<std::string>>{
           {"audit", "export", id}, {"audit", "checkpoint"}}) {
    std::vector<std::string> arguments = command;
    arguments.insert(arguments.end(), {"-o", "-"});
    const Finished wrong = In(arguments);
    EXPECT_EQ(wrong.exit_code, kExitUsage) << command[1];
    EXPECT_THAT(wrong.err, HasSubstr("want a file")) << command[1];
    EXPECT_FALSE(std::filesystem::exists("-")) << command[1];
  }
}

TEST_F(CliTest, AnAbstentionHasItsOwnExitCode) {
  const Finished ask = In({"ask", "Zyzzyva quokka xylophone?"});
  EXPECT_EQ(ask.exit_code, kExitAbstained);
  EXPECT_THAT(ask.out, StartsWith("No answer: "));
}

TEST_F(CliTest, AMissingMasterKeyIsNotTakenForAServer) {
  const std::string config = NewFolder() + "/config";
  WriteText(config, "audit { master_key_environment: \"FOOTNOTE_NO_KEY\" }\n");
  const Finished ask = In({"--config", config, "ask", "x"});
  EXPECT_EQ(ask.exit_code, kExitFailure);
  EXPECT_THAT(ask.err, HasSubstr("FOOTNOTE_NO_KEY is not set"));
  EXPECT_THAT(ask.err, Not(HasSubstr("--server")));
}

TEST_F(CliTest, WhatIsNotThereHasItsOwnExitCode) {
  EXPECT_EQ(In({"ask", "Who?", "-c", "nowhere"}).exit_code, kExitNotFound);
  EXPECT_EQ(In({"show", "nothing.txt"}).exit_code, kExitNotFound);
  EXPECT_EQ(In({"delete", "nothing.txt"}).exit_code, kExitNotFound);
  EXPECT_EQ(In({"verify", "00000000000000000000000000"}).exit_code,
            kExitNotFound);
}

TEST_F(CliTest, AnAskWithoutTimeNamesServerLimitAndWayOut) {
  const Finished own = In({"ask", "Who built it?", "--timeout", "0.001"});
  EXPECT_EQ(own.exit_code, kExitUnavailable);
  EXPECT_THAT(own.err, HasSubstr("this process: no answer in 0.001 s"));
  // Who comes is let wait.
  const int door = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(bind(door, any, size), 0);
  ASSERT_EQ(listen(door, 10), 0);
  ASSERT_EQ(getsockname(door, any, &size), 0);
  const std::string server =
      "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  const Finished asked =
      RunProgram({"ask", "Who?", "--timeout", "0.2", "--server", server});
  close(door);
  EXPECT_EQ(asked.exit_code, kExitUnavailable);
  EXPECT_THAT(asked.err, HasSubstr("server " + server +
                                   ": no answer in 0.2 s, want more "
                                   "time (--timeout SECONDS)"));
}

TEST_F(CliTest, WhatWasNeverPurgedOrCitedIsNotFound) {
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{
           {"purges", "nope.txt"},
           {"purges", "--all", "nope.txt"},
           {"answers", "--citing", "nope.txt"}}) {
    const Finished none = In(command);
    EXPECT_EQ(none.exit_code, kExitNotFound) << command[0];
    EXPECT_THAT(none.err, HasSubstr("document \"nope.txt\": no "));
    EXPECT_EQ(none.out, "");
  }
  // All of them may be none.
  EXPECT_EQ(In({"purges"}).exit_code, kExitOk);
  EXPECT_EQ(In({"answers", "-c", "nowhere"}).exit_code, kExitOk);
}

TEST_F(CliTest, AnErrorAsJsonNamesCodeAndReason) {
  const Finished ask = In({"ask", "Who?", "-c", "nowhere", "--json"});
  const json error = json::parse(ask.out)["error"];
  EXPECT_EQ(error["code"], "NOT_FOUND");
  EXPECT_EQ(error["reason"], "COLLECTION_NOT_FOUND");
}

TEST_F(CliTest, WrongUseHasItsOwnExitCode) {
  const Finished unknown = In({"frobnicate", "it"});
  EXPECT_EQ(unknown.exit_code, kExitUsage);
  EXPECT_THAT(unknown.err, HasSubstr("footnote: \"frobnicate\": no such "
                                     "command, want one of ingest, "));
  const Finished of_audit = In({"audit", "frobnicate"});
  EXPECT_EQ(of_audit.exit_code, kExitUsage);
  EXPECT_THAT(of_audit.err,
              HasSubstr("footnote: \"frobnicate\": no such command of audit, "
                        "want one of list, "));
  EXPECT_EQ(In({"ask"}).exit_code, kExitUsage);
  EXPECT_EQ(In({"ask", "x", "--top-k", "many"}).exit_code, kExitUsage);
  EXPECT_EQ(In({"ask", "x", "--top-k", "1000"}).exit_code, kExitUsage);
  EXPECT_EQ(In({"ask", "x", "-c", "No Such"}).exit_code, kExitUsage);
  EXPECT_EQ(In({"serve", "kitchen"}).exit_code, kExitUsage);
  EXPECT_EQ(In({"ask", "x", "--config", "/nowhere"}).exit_code, kExitUsage);
}

TEST_F(CliTest, WrongUseIsToldAsEveryOtherError) {
  const Finished count = In({"ask", "x", "--top-k", "many"});
  EXPECT_THAT(count.err, StartsWith("footnote: "));
  EXPECT_THAT(count.err, HasSubstr("--top-k"));
  EXPECT_THAT(count.err, HasSubstr("--help"));
  const Finished flag = In({"ask", "x", "--no-such-flag"});
  EXPECT_THAT(flag.err, StartsWith("footnote: "));
  EXPECT_THAT(flag.err, HasSubstr("--no-such-flag"));
  const Finished as_json = In({"--json", "show"});
  EXPECT_EQ(as_json.exit_code, kExitUsage);
  EXPECT_EQ(json::parse(as_json.out)["error"]["code"], "INVALID_ARGUMENT");
}

TEST_F(CliTest, ANegativeCountIsRefused) {
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"documents", "-n", "-3"},
                                             {"answers", "-n", "-3"},
                                             {"audit", "list", "-n", "-3"},
                                             {"audit", "tail", "-n", "-3"},
                                             {"search", "x", "-k", "-3"},
                                             {"ask", "x", "--top-k", "-3"}}) {
    const Finished wrong = In(command);
    EXPECT_EQ(wrong.exit_code, kExitUsage) << command[0];
    EXPECT_THAT(wrong.err, HasSubstr("-3")) << command[0];
    EXPECT_EQ(wrong.out, "") << command[0];
  }
}

TEST_F(CliTest, AnswersCanBeVerifiedLater) {
  const json answer =
      json::parse(In({"ask", "Who built the lighthouse?", "--json"}).out);
  const Finished verify = In({"verify", answer["id"].get<std::string>()});
  EXPECT_EQ(verify.exit_code, kExitOk) << verify.out << verify.err;
}

TEST_F(CliTest, AnAnswerFromAnErasedDocumentNoLongerVerifies) {
  WriteText(folder_ + "/secret.txt", "The vault's password is swordfish.\n");
  ASSERT_EQ(In({"ingest", folder_ + "/secret.txt", "-c", "secret"}).exit_code,
            kExitOk);
  const json answer = json::parse(
      In({"ask", "What is the vault's password?", "-c", "secret", "--json"})
          .out);
  const std::string id = answer["id"];
  const std::string document =
      answer["citations"][0]["sources"][0]["source"]["document"];
  ASSERT_EQ(In({"verify", id}).exit_code, kExitOk);
  const Finished erase = In({"delete", document, "--purge", "-c", "secret"});
  ASSERT_EQ(erase.exit_code, kExitOk) << erase.err;
  const Finished verify = In({"verify", id});
  EXPECT_EQ(verify.exit_code, kExitNotVerified) << verify.out;
  EXPECT_THAT(verify.out, HasSubstr("SOURCE_ERASED"));
}

TEST_F(CliTest, ABadFileCostsOnlyItselfAndTellsScripts) {
  const std::string folder = NewFolder();
  WriteText(folder + "/good.txt", "Otters sleep holding hands.\n");
  WriteText(folder + "/bad.txt", std::string("\x89PNG\r\n\x1a\n\0\0\0\0", 12));
  const Finished ingest = In({"ingest", folder, "-c", "otters"});
  EXPECT_EQ(ingest.exit_code, kExitPartial) << ingest.out << ingest.err;
  EXPECT_THAT(ingest.err + ingest.out, HasSubstr("bad.txt"));
  EXPECT_EQ(In({"ask", "How do otters sleep?", "-c", "otters"}).exit_code,
            kExitOk);
}

TEST_F(CliTest, StatsCountsWhatIsThere) {
  const Finished stats = In({"stats", "--json"});
  ASSERT_EQ(stats.exit_code, kExitOk) << stats.err;
  EXPECT_EQ(json::parse(stats.out)["documents"], 2);
}

TEST_F(CliTest, AStoreThatAServerHoldsIsUnavailableAndNamesTheWayIn) {
  const std::string store = NewFolder() + "/held";
  const ServeProgram server({"--store", store});
  ASSERT_NE(server.address(), "");
  const Finished stats = RunProgram({"stats", "--store", store});
  EXPECT_EQ(stats.exit_code, kExitUnavailable) << stats.err;
  EXPECT_THAT(stats.err, HasSubstr("--server"));
  EXPECT_EQ(RunProgram({"health", "--server", server.address()}).exit_code,
            kExitOk);
}

TEST(CliWithoutStoreTest, NoStoreIsMadeAmongOtherFiles) {
  const std::string folder = NewFolder();
  WriteText(folder + "/letter.txt", "Dear Ada.\n");
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{
           {"documents"},
           {"ingest", folder},
           {"serve", "--listen", "127.0.0.1:0"}}) {
    std::vector<std::string> arguments = command;
    arguments.insert(arguments.end(), {"--store", folder});
    const Finished wrong = RunProgram(arguments);
    EXPECT_EQ(wrong.exit_code, kExitUsage) << wrong.err;
    EXPECT_THAT(wrong.err, HasSubstr("other files (letter.txt)"));
  }
  const std::filesystem::directory_iterator files(folder);
  EXPECT_EQ(std::distance(begin(files), end(files)), 1);
  // What a new disk has of its own is no reason, nor is a store, or one whose
  // making was cut off.
  const std::string store = NewFolder();
  std::filesystem::create_directory(store + "/lost+found");
  WriteText(store + "/FORMAT.tmp.7", "");
  EXPECT_EQ(RunProgram({"ingest", folder, "--store", store}).exit_code,
            kExitOk);
  EXPECT_EQ(RunProgram({"documents", "--store", store}).exit_code, kExitOk);
}

TEST(CliWithoutStoreTest, WhoLooksMakesNoStore) {
  const std::string store = NewFolder() + "/mistyped";
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{
           {"ask", "Who?"},
           {"search", "Who?"},
           {"stats"},
           {"documents"},
           {"show", "a.txt"},
           {"answers"},
           {"verify", "--chain"},
           {"purges"},
           {"jobs"},
           {"collection"},
           {"collection", "--expire"},
           {"ingest", "--retry", "J"},
           {"ingest", "--resume", "J", NewFolder()},
           {"delete", "a.txt"},
           {"backup", "create", NewFolder() + "/b"},
           {"audit", "list"},
           {"audit", "fsck"}}) {
    std::vector<std::string> arguments = command;
    arguments.insert(arguments.end(), {"--store", store});
    const Finished none = RunProgram(arguments);
    EXPECT_EQ(none.exit_code, kExitNotFound) << command[0] << none.err;
    EXPECT_THAT(none.err, HasSubstr("no store at " + store)) << command[0];
    EXPECT_FALSE(std::filesystem::exists(store)) << command[0];
  }
  // Limits may be there before the first document.
  EXPECT_EQ(RunProgram({"collection", "--max-documents", "2", "--store", store})
                .exit_code,
            kExitOk);
  EXPECT_EQ(RunProgram({"answers", "--store", store}).exit_code, kExitOk);
}

TEST(CliWithoutStoreTest, AStoreThatCannotBeMadeIsAWrongFlag) {
  const std::string folder = NewFolder();
  WriteText(folder + "/letter.txt", "Dear Ada.\n");
  const std::string store = folder + "/letter.txt/store";
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{
           {"ingest", folder}, {"serve", "--listen", "127.0.0.1:0"}}) {
    std::vector<std::string> arguments = command;
    arguments.insert(arguments.end(), {"--store", store});
    const Finished wrong = RunProgram(arguments);
    EXPECT_EQ(wrong.exit_code, kExitUsage) << wrong.err;
    EXPECT_THAT(wrong.err, HasSubstr("store " + store + ": can't be made"));
  }
}

TEST(CliWithoutStoreTest, NoServerIsUnavailable) {
  const Finished ask =
      RunProgram({"ask", "Who?", "--server", "127.0.0.1:1", "--timeout", "5"});
  EXPECT_EQ(ask.exit_code, kExitUnavailable);
  EXPECT_THAT(ask.err, HasSubstr("footnote: server 127.0.0.1:1: Failed to "
                                 "connect to remote host: Connection refused"));
  EXPECT_EQ(RunProgram({"health", "--server", "127.0.0.1:1"}).exit_code,
            kExitUnavailable);
}

TEST(CliWithoutStoreTest, VersionNamesFormats) {
  const Finished version = RunProgram({"--version", "--json"});
  ASSERT_EQ(version.exit_code, kExitOk);
  const json v = json::parse(version.out);
  for (const char* key :
       {"version", "commit", "analyzer_version", "segment_format_version"}) {
    EXPECT_TRUE(v.contains(key)) << key;
  }
}

TEST(CliWithoutStoreTest, EveryCommandHasHelpWithItsOptions) {
  const Finished all = RunProgram({"--help"});
  EXPECT_EQ(all.exit_code, kExitOk);
  EXPECT_THAT(all.out, HasSubstr("Exit codes:"));
  for (const char* command :
       {"ingest", "ask", "search", "show", "verify", "delete", "stats", "eval",
        "serve", "config", "health", "answers", "documents"}) {
    EXPECT_THAT(all.out, HasSubstr(std::string("\n  ") + command)) << command;
    const Finished help = RunProgram({command, "--help"});
    EXPECT_EQ(help.exit_code, kExitOk) << command;
    EXPECT_THAT(help.out, HasSubstr("--help")) << command;
  }
}

TEST(CliWithoutStoreTest, AKeyThatIsNoneIsNamedWithItsPlace) {
  const std::string folder = NewFolder();
  const std::string missing = folder + "/log.vkey";
  const Finished witness =
      RunProgram({"witness", "--state", folder + "/w", "--name", "w.example",
                  "--log", missing});
  EXPECT_EQ(witness.exit_code, kExitNotFound);
  EXPECT_THAT(witness.err, HasSubstr(missing + ": No such file"));
  WriteText(folder + "/c",
            "audit { witnesses { url: \"https://w.example\" public_key: "
            "\"junk\" } }\n");
  const Finished serve =
      RunProgram({"serve", "--store", folder + "/store", "--listen",
                  "127.0.0.1:0", "--config", folder + "/c"});
  EXPECT_EQ(serve.exit_code, kExitUsage);
  EXPECT_THAT(serve.err,
              HasSubstr("audit.witnesses.public_key of https://w.example: "
                        "\"junk\": "));
}

TEST(CliWithoutStoreTest, ConfigCheckPrintsWhatWouldBeUsed) {
  const std::string path = NewFolder() + "/footnote.textproto";
  WriteText(path, "listen: \"0.0.0.0:7777\"\nencoder { path: \"none\" }\n");
  const Finished check = RunProgram({"config", "check", path});
  EXPECT_EQ(check.exit_code, kExitOk) << check.err;
  EXPECT_THAT(check.out, HasSubstr("listen: \"0.0.0.0:7777\""));
  EXPECT_THAT(check.out, HasSubstr("max_message_bytes"));
}

TEST(CliWithoutStoreTest, ConfigCheckRefusesAnUnknownKeyWithItsLine) {
  const std::string path = NewFolder() + "/footnote.textproto";
  WriteText(path, "# a comment\nlisten: \"0.0.0.0:7777\"\nlisten_on: 1\n");
  const Finished check = RunProgram({"config", "check", path});
  EXPECT_EQ(check.exit_code, kExitUsage);
  EXPECT_THAT(check.err, HasSubstr("footnote.textproto:3:"));
  EXPECT_THAT(check.err, HasSubstr("listen_on"));
}

}  // namespace
}  // namespace footnote
