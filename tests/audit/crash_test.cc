// A process that is killed while many append loses no record that it had
// acknowledged, signs for no record that is not there, and leaves the tree that
// its receipts said.
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "audit/fsck.h"
#include "audit/ledger.h"

namespace footnote {
namespace {

// What a caller was told: small enough that a pipe takes it whole.
struct Told {
  uint64_t sequence = 0;
  char leaf[32];
};

v1::AnswerRecord Record(int caller) {
  v1::AnswerRecord record;
  record.set_principal(absl::StrCat("caller", caller));
  record.mutable_answer()->set_collection("c");
  record.mutable_answer()->set_question("q");
  record.mutable_answer()->set_abstention(v1::NO_EVIDENCE);
  return record;
}

// Appends to the log in `folder` for ever, with several callers, writing what
// each is told to `pipe`. Never returns.
[[noreturn]] void AppendUntilKilled(const std::string& folder, int pipe) {
  const auto ledger = Ledger::Open(folder);
  if (!ledger.ok()) _exit(1);
  const auto call = [&](int caller) {
    while (true) {
      const auto appended = (*ledger)->Append(Record(caller));
      if (!appended.ok()) _exit(2);
      Told told;
      told.sequence = appended->receipt.sequence();
      memcpy(told.leaf, appended->receipt.record_sha256().data(), 32);
      if (write(pipe, &told, sizeof(told)) != sizeof(told)) _exit(3);
    }
  };
  std::vector<std::thread> callers;
  for (int i = 0; i < 3; ++i) callers.emplace_back(call, i);
  call(3);
  _exit(4);
}

// Kills a process that appends once it has told `after` things; what it told.
void AppendAndKill(const std::string& folder, int after,
                   std::map<uint64_t, std::string>* told) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    close(ends[0]);
    AppendUntilKilled(folder, ends[1]);
  }
  close(ends[1]);
  Told one;
  const auto read_one = [&] {
    if (read(ends[0], &one, sizeof(one)) != sizeof(one)) return false;
    (*told)[one.sequence] = std::string(one.leaf, 32);
    return true;
  };
  for (int i = 0; i < after; ++i) ASSERT_TRUE(read_one());
  ASSERT_EQ(kill(child, SIGKILL), 0);
  // What it told before the signal arrived counts too.
  while (read_one()) {
  }
  close(ends[0]);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
}

TEST(LedgerCrashTest, KeepsEveryAcknowledgedRecordThroughKills) {
  const char* const text = getenv("FOOTNOTE_APPEND_KILLS");
  const int kills = text != nullptr ? atoi(text) : 50;
  const std::string folder =
      absl::StrCat(::testing::TempDir(), "/crash_", getpid());
  std::mt19937 random(std::random_device{}());
  std::map<uint64_t, std::string> told;
  uint64_t before = 0;
  for (int i = 0; i < kills; ++i) {
    const size_t told_before = told.size();
    AppendAndKill(folder, random() % 20, &told);
    ASSERT_FALSE(HasFatalFailure());
    const auto ledger = Ledger::Open(folder);
    ASSERT_EQ(ledger.status(), absl::OkStatus());
    ASSERT_EQ((*ledger)->health(), absl::OkStatus());
    const uint64_t size = (*ledger)->size();
    EXPECT_GE(size, told.empty() ? 0 : told.rbegin()->first);
    // At most the four that were under way were not told of.
    EXPECT_LE(size, before + (told.size() - told_before) + 4);
    before = size;
    for (const auto& record : told) {
      const auto leaf = (*ledger)->Node(0, record.first - 1);
      ASSERT_EQ(leaf.status(), absl::OkStatus());
      ASSERT_EQ(AsBytes(*leaf), record.second) << record.first;
    }
    v1::VerifyChainResponse last;
    ASSERT_EQ(VerifyChain({}, **ledger,
                          [&](const v1::VerifyChainResponse& response) {
                            EXPECT_EQ(response.detail(), "");
                            last = response;
                            return true;
                          }),
              absl::OkStatus());
    EXPECT_EQ(last.damaged(), 0u);
    EXPECT_EQ(last.records(), size);
  }
  std::printf("%d kills, %zu records told of, %llu there\n", kills, told.size(),
              static_cast<unsigned long long>(before));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace footnote
