#include "base/cli.h"

#include <gtest/gtest.h>
#include <stdio.h>
#include <stdlib.h>

#include <CLI/CLI.hpp>
#include <string>

#include "base/grpc_status.h"
#include "proto/footnote/v1/indexer.pb.h"
#include "proto/footnote/v1/types.pb.h"

namespace footnote {
namespace {

TEST(ToJsonTest, WritesNumbersAsNumbersAndHashesAsHexadecimal) {
  v1::Receipt receipt;
  receipt.set_answer_id("A");
  receipt.set_sequence(18446744073709551615u);
  receipt.set_record_sha256(std::string("\x00\xff", 2));
  receipt.set_time_us(-5);
  EXPECT_EQ(ToJson(receipt),
            "{\"answer_id\":\"A\",\"sequence\":18446744073709551615,"
            "\"record_sha256\":\"00ff\",\"time_us\":-5,\"checkpoint\":\"\"}");
}

TEST(ToJsonTest, EscapesTextsAndKeepsThemUtf8) {
  v1::Metadata metadata;
  metadata.set_key("\"\\\n\x01");
  metadata.set_value("größe");
  EXPECT_EQ(ToJson(metadata),
            "{\"key\":\"\\\"\\\\\\n\\u0001\",\"value\":\"größe\"}");
}

TEST(ToJsonTest, WritesEnumsByNameAndLeavesUnsetMessagesOut) {
  v1::Citation citation;
  citation.set_verdict(v1::SOURCE_ERASED);
  citation.set_score(0.5);
  EXPECT_EQ(ToJson(citation),
            "{\"sources\":[],\"verdict\":\"SOURCE_ERASED\",\"score\":0.5,"
            "\"tools\":[]}");
}

TEST(ToJsonTest, WritesMapsAsObjects) {
  v1::Stats stats;
  (*stats.mutable_passages_by_language())["de"] = 7;
  EXPECT_NE(ToJson(stats).find("\"passages_by_language\":{\"de\":7}"),
            std::string::npos);
}

TEST(ToJsonTest, IndentsWhereAsked) {
  v1::Metadata metadata;
  metadata.set_key("k");
  EXPECT_EQ(ToPrettyJson(metadata), "{\n \"key\": \"k\",\n \"value\": \"\"\n}");
}

TEST(ExitCodeTest, TellsScriptsWhatHappened) {
  EXPECT_EQ(ExitCodeOf(absl::OkStatus()), kExitOk);
  EXPECT_EQ(ExitCodeOf(absl::NotFoundError("")), kExitNotFound);
  EXPECT_EQ(ExitCodeOf(absl::InvalidArgumentError("")), kExitUsage);
  EXPECT_EQ(ExitCodeOf(absl::UnavailableError("")), kExitUnavailable);
  EXPECT_EQ(ExitCodeOf(absl::InternalError("")), kExitFailure);
}

TEST(AddCommandTest, RunsOnlyWhatWasChosenAndTakesGlobalFlagsBehindIt) {
  CLI::App app;
  CliContext context;
  app.add_flag("--json", context.json);
  std::string ran;
  AddCommand(&app, &context, "one", "", [&] {
    ran += "1";
    return absl::OkStatus();
  });
  AddCommand(&app, &context, "two", "", [&] {
    ran += "2";
    return absl::OkStatus();
  });
  app.parse("two --json");
  EXPECT_EQ(ran, "");
  ASSERT_NE(context.run, nullptr);
  EXPECT_TRUE(context.run().ok());
  EXPECT_EQ(ran, "2");
  EXPECT_TRUE(context.json);
}

TEST(FinishCommandTest, GivesTheCommandsOwnCodeWhenItWorked) {
  CliContext context;
  context.exit_code = kExitAbstained;
  EXPECT_EQ(FinishCommand(context, absl::OkStatus()), kExitAbstained);
}

// A key that a full disk did not take is no key.
TEST(FinishCommandTest, WhatCouldNotBePrintedIsNotDone) {
  const auto print = [](const char* path) {
    ASSERT_NE(freopen(path, "w", stdout), nullptr);
    PrintLine("log+key");
    exit(FinishCommand(CliContext(), absl::OkStatus()));
  };
  EXPECT_EXIT(print("/dev/full"), testing::ExitedWithCode(kExitFailure),
              "standard output: No space left on device");
  EXPECT_EXIT(print("/dev/null"), testing::ExitedWithCode(kExitOk), "");
}

TEST(FinishCommandTest, PrintsAnErrorAsJsonWhereAsked) {
  CliContext context;
  context.json = true;
  absl::Status status = absl::NotFoundError("collection \"x\"");
  SetErrorReason("COLLECTION_NOT_FOUND", &status);
  testing::internal::CaptureStdout();
  EXPECT_EQ(FinishCommand(context, status), kExitNotFound);
  EXPECT_EQ(testing::internal::GetCapturedStdout(),
            "{\"error\":{\"code\":\"NOT_FOUND\",\"reason\":"
            "\"COLLECTION_NOT_FOUND\",\"message\":\"collection "
            "\\\"x\\\"\"}}\n");
}

TEST(FinishCommandTest, SaysHowToNameACollectionWhereNoneWasNamed) {
  CliContext context;
  context.collection = "default";
  absl::Status status = absl::NotFoundError("collection \"default\"");
  SetErrorReason("COLLECTION_NOT_FOUND", &status);
  testing::internal::CaptureStderr();
  EXPECT_EQ(FinishCommand(context, status), kExitNotFound);
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "footnote: collection \"default\"; another one is named by -c\n");
}

}  // namespace
}  // namespace footnote
