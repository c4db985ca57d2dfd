// A process that is killed while it appends loses no record that it had
// acknowledged, and leaves a whole chain.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "audit/ledger.h"
#include "audit/verify.h"

namespace footnote {
namespace {

// Appends to the book in `folder` for ever, writing each acknowledged
// sequence to `pipe`. Never returns.
[[noreturn]] void AppendUntilKilled(const std::string& folder, int pipe) {
  const auto ledger = Ledger::Open(folder);
  if (!ledger.ok()) _exit(1);
  while (true) {
    v1::AnswerRecord record;
    record.mutable_answer()->set_collection("c");
    record.mutable_answer()->set_question("q");
    record.mutable_answer()->set_abstention(v1::NO_EVIDENCE);
    const auto appended = (*ledger)->Append(record);
    if (!appended.ok()) _exit(2);
    const uint64_t sequence = appended->receipt.sequence();
    if (write(pipe, &sequence, sizeof(sequence)) != sizeof(sequence)) _exit(3);
  }
}

TEST(LedgerCrashTest, KeepsEveryAcknowledgedRecordThroughKills) {
  const std::string folder =
      absl::StrCat(::testing::TempDir(), "/crash_", getpid());
  uint64_t acknowledged = 0;
  for (int kill_after = 1; kill_after <= 8; ++kill_after) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(ends[0]);
      AppendUntilKilled(folder, ends[1]);
    }
    close(ends[1]);
    uint64_t sequence = 0;
    for (int i = 0; i < kill_after * 7; ++i) {
      ASSERT_EQ(read(ends[0], &sequence, sizeof(sequence)),
                static_cast<ssize_t>(sizeof(sequence)));
    }
    ASSERT_EQ(kill(child, SIGKILL), 0);
    // What it acknowledged before the signal arrived counts too.
    while (read(ends[0], &sequence, sizeof(sequence)) == sizeof(sequence)) {
    }
    acknowledged = sequence;
    close(ends[0]);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));

    const auto ledger = Ledger::Open(folder);
    ASSERT_EQ(ledger.status(), absl::OkStatus());
    EXPECT_GE((*ledger)->size(), acknowledged);
    // At most the one that was under way was not acknowledged.
    EXPECT_LE((*ledger)->size(), acknowledged + 1);
    v1::VerifyChainResponse last;
    ASSERT_EQ(VerifyChain(**ledger,
                          [&](const v1::VerifyChainResponse& response) {
                            last = response;
                            return true;
                          }),
              absl::OkStatus());
    EXPECT_TRUE(last.done());
    EXPECT_EQ(last.damaged(), 0u);
    EXPECT_EQ(last.records(), (*ledger)->size());
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace footnote
