// An answer asked again after its documents went on: what is different is said,
// and the generation of then is never taken for another one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/cli.h"
#include "tests/e2e/program.h"

namespace footnote {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class ReplayTest : public ::testing::Test {
 protected:
  ReplayTest() : store_(NewFolder()), folder_(NewFolder()) {
    Write("light.txt",
          "The lighthouse of Eddystone was built in 1759 by John Smeaton.\n");
    const Finished ask = In({"ask", "Who built the lighthouse of Eddystone?"});
    EXPECT_EQ(ask.exit_code, kExitOk) << ask.err;
    id_ = ask.out.substr(ask.out.find("\nanswer ") + 8, 26);
  }

  Finished In(std::vector<std::string> command) const {
    command.insert(command.end(), {"--store", store_});
    return RunProgram(command);
  }

  void Write(const std::string& name, const std::string& text) const {
    WriteText(folder_ + "/" + name, text);
    ASSERT_EQ(In({"ingest", folder_}).exit_code, kExitOk);
  }

  const std::string store_;
  const std::string folder_;
  std::string id_;
};

TEST_F(ReplayTest, OnTheSameGenerationAllIsTheSame) {
  for (const char* option : {"", "--recorded-generation"}) {
    std::vector<std::string> command = {"audit", "replay", id_};
    if (*option != '\0') command.push_back(option);
    const Finished replay = In(command);
    EXPECT_EQ(replay.exit_code, kExitOk) << replay.err;
    EXPECT_THAT(replay.out,
                AllOf(HasSubstr("generation 1 then, 1 now"),
                      HasSubstr("evidence the same; text the same")));
  }
}

TEST_F(ReplayTest, TheRecordedGenerationIsSearchedAfterItsDocumentsWentOn) {
  Write("light.txt",
        "The lighthouse of Eddystone was built in 1882 by James Douglass.\n");
  Write("more.txt", "Winstanley built the first lighthouse of Eddystone.\n");
  const Finished then = In({"audit", "replay", id_, "--recorded-generation"});
  EXPECT_EQ(then.exit_code, kExitOk) << then.out << then.err;
  EXPECT_THAT(then.out, AllOf(HasSubstr("generation 1 then, 1 now"),
                              HasSubstr("evidence the same; text the same"),
                              Not(HasSubstr("left out"))));
  EXPECT_THAT(
      In({"collection"}).out,
      AllOf(HasSubstr("older        "), HasSubstr(" generations from 1 on, ")));
}

TEST_F(ReplayTest, WhatWasDeletedSinceIsLeftOutOfItAndThatIsSaid) {
  for (const bool purge : {false, true}) {
    std::vector<std::string> command = {"delete", folder_ + "/light.txt"};
    if (purge) {
      Write("light.txt", "Smeaton built the lighthouse of Eddystone.\n");
      command.push_back("--purge");
    }
    ASSERT_EQ(In(command).exit_code, kExitOk);
    const Finished then = In({"audit", "replay", id_, "--recorded-generation"});
    EXPECT_EQ(then.exit_code, kExitNotVerified) << then.err;
    EXPECT_THAT(then.out,
                AllOf(HasSubstr("generation 1 then, 1 now"),
                      HasSubstr("DIFFERENT: 1 missing, 0 new"),
                      HasSubstr("1 document of then was deleted since, and "
                                "left out"),
                      HasSubstr("- The lighthouse"), HasSubstr("no answer")));
  }
}

TEST_F(ReplayTest, AnotherGenerationIsSaidAndNeverTakenForTheRecordedOne) {
  ASSERT_EQ(In({"collection", "--keep-generations", "none"}).exit_code,
            kExitOk);
  Write("light.txt",
        "The lighthouse of Eddystone was built in 1882 by James Douglass.\n");
  const Finished today = In({"audit", "replay", id_});
  EXPECT_EQ(today.exit_code, kExitNotVerified) << today.err;
  EXPECT_THAT(today.out,
              AllOf(HasSubstr("generation 1 then, "), Not(HasSubstr(", 1 now")),
                    HasSubstr("DIFFERENT: 1 missing, 1 new"),
                    HasSubstr("text DIFFERENT"), HasSubstr("- The lighthouse"),
                    HasSubstr("John Smeaton"), HasSubstr("+ The lighthouse"),
                    HasSubstr("James Douglass")));
  const Finished then = In({"audit", "replay", id_, "--recorded-generation"});
  EXPECT_NE(then.exit_code, kExitOk);
  EXPECT_THAT(then.err,
              AllOf(HasSubstr("generation 1 was searched then"),
                    HasSubstr("generation 1 is not kept, now there is ")));
  EXPECT_THAT(then.out, Not(HasSubstr("the same")));
  // What was cited still stands in the version that was cited.
  EXPECT_EQ(In({"verify", id_}).exit_code, kExitOk);
}

TEST_F(ReplayTest, ANewDocumentBesideItIsNewEvidence) {
  Write("more.txt", "Winstanley built the first lighthouse of Eddystone.\n");
  const Finished today = In({"audit", "replay", id_});
  EXPECT_EQ(today.exit_code, kExitNotVerified) << today.out;
  EXPECT_THAT(today.out, HasSubstr("0 missing, 1 new"));
}

TEST_F(ReplayTest, ImpactShowsHowEachAnswerWouldReadToday) {
  Write("light.txt",
        "The lighthouse of Eddystone was built in 1882 by James Douglass.\n");
  const Finished impact = In({"audit", "impact", folder_ + "/light.txt@1"});
  EXPECT_EQ(impact.exit_code, kExitOk) << impact.err;
  EXPECT_THAT(impact.out,
              AllOf(HasSubstr(id_), HasSubstr("Who built the lighthouse"),
                    HasSubstr("bytes 0 to 62"), HasSubstr("John Smeaton"),
                    HasSubstr("James Douglass"), HasSubstr("1 answer cites "),
                    HasSubstr("/light.txt@1")));
}

TEST_F(ReplayTest, CommandsOfTheRecordSpeakJsonWhereAskedTo) {
  const std::string bundle = folder_ + "/bundle";
  ASSERT_EQ(In({"audit", "export", id_, "-o", bundle}).exit_code, kExitOk);
  WriteText(folder_ + "/broken", "{}");
  const std::vector<std::vector<std::string>> commands = {
      {"audit", "key"},
      {"audit", "hold", "c"},
      {"audit", "lift", "c"},
      {"audit", "replay", id_},
      {"audit", "impact", folder_ + "/light.txt@1"},
      {"audit", "check", bundle},
      {"audit", "check", folder_ + "/broken"}};
  for (std::vector<std::string> command : commands) {
    SCOPED_TRACE(command[1]);
    command.emplace_back("--json");
    const std::string out = In(command).out;
    ASSERT_FALSE(out.empty());
    for (size_t begin = 0; begin < out.size();) {
      const size_t end = out.find('\n', begin);
      const std::string line = out.substr(begin, end - begin);
      EXPECT_TRUE(nlohmann::json::accept(line)) << line;
      begin = end + 1;
    }
  }
  const auto good =
      nlohmann::json::parse(In({"audit", "check", bundle, "--json"}).out);
  EXPECT_EQ(good["good"], true);
  EXPECT_EQ(good["key_was_given"], false);
  EXPECT_EQ(good["answers"][0]["answer_id"], id_);
  EXPECT_EQ(good["answers"][0]["quotes"][0]["verdict"], "FOUND");
  const Finished broken = In({"audit", "check", folder_ + "/broken", "--json"});
  EXPECT_EQ(broken.exit_code, kExitNotVerified);
  EXPECT_EQ(nlohmann::json::parse(broken.out)["good"], false);
}

}  // namespace
}  // namespace footnote
