// Stores that earlier releases wrote, opened by the program of today.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/cli.h"
#include "tests/e2e/program.h"

namespace footnote {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

class CompatTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    folder_ = NewFolder();
    const std::string command =
        std::string("tar -xJf tests/compat/") + GetParam() + " -C " + folder_;
    ASSERT_EQ(system(command.c_str()), 0) << command;
  }

  Finished In(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(),
                     {"--store", folder_ + "/store", "-c", "notes"});
    return RunProgram(arguments);
  }

  std::string folder_;
};

TEST_P(CompatTest, WhatItHoldsIsThere) {
  const Finished documents = In({"documents"});
  ASSERT_EQ(documents.exit_code, kExitOk) << documents.err;
  for (const char* document :
       {"cities.jsonl#1@1", "light.txt@2", "tee.md@1", "zh.txt@1"}) {
    EXPECT_THAT(documents.out, HasSubstr(document));
  }
  EXPECT_THAT(documents.out, Not(HasSubstr("gone.txt")));
  EXPECT_THAT(In({"show", "light.txt@1", "--text"}).out,
              HasSubstr("was built in 1759 by John Smeaton."));
  EXPECT_THAT(In({"search", "Wie heiß ist das Wasser für grünen Tee?"}).out,
              HasSubstr("tee.md@1"));
  EXPECT_THAT(In({"search", "灯塔建于哪一年？"}).out, HasSubstr("zh.txt@1"));
  EXPECT_THAT(In({"jobs"}).out, HasSubstr("second"));
  EXPECT_EQ(In({"duplicates"}).exit_code, kExitOk);
  EXPECT_THAT(In({"collection"}).out, HasSubstr("documents    4\n"));
}

TEST_P(CompatTest, AnAnswerOfThenStillVerifies) {
  std::string id;
  std::ifstream(folder_ + "/store/answer_id") >> id;
  ASSERT_EQ(id.size(), 26);
  const Finished verify = In({"verify", id});
  EXPECT_EQ(verify.exit_code, kExitOk) << verify.out << verify.err;
  EXPECT_THAT(In({"audit", "show", id}).out, HasSubstr("John Smeaton"));
}

TEST_P(CompatTest, NewDocumentsComeInBesideTheOldOnes) {
  const std::string files = NewFolder();
  WriteText(files + "/light.txt", "The lighthouse is in Plymouth now.\n");
  WriteText(files + "/new.txt", "Reykjavik is the capital of Iceland.\n");
  const Finished ingest = In({"ingest", files, "--root", files});
  ASSERT_EQ(ingest.exit_code, kExitOk) << ingest.err;
  EXPECT_THAT(In({"documents"}).out, HasSubstr("light.txt@3"));
  const json answer =
      json::parse(In({"ask", "What is the capital of Iceland?", "--json"}).out);
  EXPECT_THAT(answer["text"].get<std::string>(), HasSubstr("Reykjavik"));
  EXPECT_EQ(In({"delete", "tee.md", "--purge"}).exit_code, kExitOk);
  EXPECT_EQ(In({"audit", "fsck"}).exit_code, kExitOk);
}

INSTANTIATE_TEST_SUITE_P(Formats, CompatTest,
                         testing::Values("format_1.tar.xz"));

}  // namespace
}  // namespace footnote
