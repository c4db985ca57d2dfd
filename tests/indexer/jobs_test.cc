#include "indexer/jobs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/grpc_status.h"
#include "tests/indexer/ingest_fixture.h"

namespace footnote {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

v1::IngestStart StartOf(const std::string& id, bool dry_run = false) {
  v1::IngestStart start;
  start.set_collection("c");
  start.set_request_id(id);
  start.set_dry_run(dry_run);
  return start;
}

v1::FileResult ResultOf(const std::string& document,
                        v1::FileResult::State state,
                        const std::string& reason = "") {
  v1::FileResult result;
  result.set_document(document);
  result.set_path("/docs/" + document);
  result.set_state(state);
  result.set_reason(reason);
  result.set_passages(2);
  return result;
}

class JobsTest : public IngestTest {
 protected:
  JobsTest() { Restart(); }

  // As a process that was killed and started again would see the store.
  void Restart() {
    jobs_.reset();
    Open();
    jobs_ = std::make_unique<Jobs>(store_->kv());
  }

  std::shared_ptr<RunningJob> Begin(const std::string& id) {
    auto job = jobs_->Begin(StartOf(id));
    EXPECT_TRUE(job.ok()) << job.status();
    return *std::move(job);
  }

  std::vector<std::string> Files(const std::string& job,
                                 v1::FileResult::State state = {},
                                 int page_size = 0) {
    v1::ListIngestFilesRequest request;
    request.set_collection("c");
    request.set_job(job);
    request.set_state(state);
    request.set_page_size(page_size);
    std::vector<std::string> out;
    while (true) {
      const auto page = jobs_->ListFiles(request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return out;
      for (const v1::FileResult& file : page->files()) {
        out.push_back(absl::StrCat(
            file.document(), " ", v1::FileResult::State_Name(file.state()),
            file.reason().empty() ? "" : ": ", file.reason()));
      }
      if (page->next_page_token().empty()) return out;
      EXPECT_EQ(page->files_size(), page_size);
      request.set_page_token(page->next_page_token());
    }
  }

  std::unique_ptr<Jobs> jobs_;
};

TEST_F(JobsTest, KeepsWhatBecameOfEachFileAfterARestart) {
  const auto job = Begin("first");
  job->OnReceived(10);
  job->OnReceived(20);
  job->OnReceived(0);
  KvBatch commit;
  job->AppendRow(ResultOf("b", v1::FileResult::INDEXED), &commit);
  ASSERT_TRUE(store_->kv()->Write(std::move(commit), true).ok());
  job->OnResult(ResultOf("b", v1::FileResult::INDEXED));
  job->OnResult(ResultOf("c", v1::FileResult::UNCHANGED));
  job->OnResult(ResultOf("a", v1::FileResult::FAILED, "file: a PNG image"));
  ASSERT_TRUE(jobs_->End(job, v1::IngestJob::DONE, "").ok());
  Restart();
  const auto ended = jobs_->Get("c", "first");
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(ended->name(), "collections/c/jobs/first");
  EXPECT_EQ(ended->state(), v1::IngestJob::DONE);
  EXPECT_EQ(ended->indexed(), 1);
  EXPECT_EQ(ended->unchanged(), 1);
  EXPECT_EQ(ended->failed(), 1);
  EXPECT_EQ(ended->received_files(), 3);
  EXPECT_EQ(ended->received_bytes(), 30);
  EXPECT_EQ(ended->passages(), 6);
  EXPECT_GE(ended->ended_us(), ended->started_us());
  EXPECT_THAT(Files("first"), ElementsAre("a FAILED: file: a PNG image",
                                          "b INDEXED", "c UNCHANGED"));
  EXPECT_THAT(Files("first", v1::FileResult::FAILED), SizeIs(1));
}

TEST_F(JobsTest, AJobWhoseProcessDiedWasInterruptedAndItsFailuresAreThere) {
  const auto job = Begin("killed");
  job->OnResult(ResultOf("bad", v1::FileResult::FAILED, "why"));
  EXPECT_EQ(jobs_->Get("c", "killed")->state(), v1::IngestJob::RUNNING);
  Restart();  // without End
  const auto found = jobs_->Get("c", "killed");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->state(), v1::IngestJob::INTERRUPTED);
  EXPECT_THAT(found->reason(), HasSubstr("stopped"));
  EXPECT_EQ(found->failed(), 1);
  EXPECT_THAT(Files("killed"), ElementsAre("bad FAILED: why"));
}

TEST_F(JobsTest, AJobThatGoesOnAfterAKillCountsWhatCameInBefore) {
  v1::IngestStart start = StartOf("killed");
  start.set_resumable(true);
  auto job = *jobs_->Begin(start);
  job->OnResult(ResultOf("bad", v1::FileResult::FAILED, "why"));
  KvBatch commit;
  job->AppendRow(ResultOf("good", v1::FileResult::INDEXED), &commit);
  ASSERT_TRUE(store_->kv()->Write(std::move(commit), true).ok());
  job->OnResult(ResultOf("good", v1::FileResult::INDEXED));
  Restart();  // without End
  start.set_resume(true);
  job = *jobs_->Begin(start);
  EXPECT_FALSE(job->OnResult(ResultOf("good", v1::FileResult::UNCHANGED)));
  EXPECT_FALSE(job->OnResult(ResultOf("bad", v1::FileResult::FAILED, "why")));
  const v1::IngestJob counted = job->Snapshot();
  EXPECT_EQ(counted.indexed(), 1);
  EXPECT_EQ(counted.unchanged(), 0);
  EXPECT_EQ(counted.failed(), 1);
  EXPECT_EQ(counted.passages(), 4);
}

TEST_F(JobsTest, WhatFailedAndCameInWhenTheJobWentOnHasNotFailed) {
  v1::IngestStart start = StartOf("again");
  start.set_resumable(true);
  auto job = *jobs_->Begin(start);
  job->OnResult(ResultOf("a", v1::FileResult::FAILED, "disk full"));
  job->OnResult(ResultOf("b", v1::FileResult::FAILED, "disk full"));
  Restart();  // without End
  start.set_resume(true);
  job = *jobs_->Begin(start);
  EXPECT_EQ(job->Snapshot().failed(), 2);
  KvBatch commit;
  job->AppendRow(ResultOf("a", v1::FileResult::INDEXED), &commit);
  ASSERT_TRUE(store_->kv()->Write(std::move(commit), true).ok());
  EXPECT_TRUE(job->OnResult(ResultOf("a", v1::FileResult::INDEXED)));
  EXPECT_FALSE(job->OnResult(ResultOf("b", v1::FileResult::FAILED, "again")));
  const v1::IngestJob counted = job->Snapshot();
  EXPECT_EQ(counted.indexed(), 1);
  EXPECT_EQ(counted.failed(), 1);
  EXPECT_THAT(Files("again"), ElementsAre("a INDEXED", "b FAILED: disk full"));
}

// Two workers say how far the upload is, and the slower one writes last.
TEST_F(JobsTest, AnAcknowledgementThatComesLateTakesNothingBack) {
  const auto job = Begin("a");
  v1::IngestAck late;
  late.set_files(4);
  late.set_document("e");
  late.set_bytes(9);
  v1::IngestAck ack;
  ack.set_files(5);
  ASSERT_TRUE(job->OnAck(ack).ok());
  EXPECT_TRUE(job->OnAck(late).ok());
  EXPECT_EQ(job->Snapshot().acknowledged().files(), 5);
  Restart();
  const auto stored = jobs_->Get("c", "a");
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_EQ(stored->acknowledged().files(), 5);
  EXPECT_EQ(stored->acknowledged().document(), "");
}

TEST_F(JobsTest, ListsFilesOfAJobWhoseEndTheDiskHasNoRoomFor) {
  const auto job = Begin("full");
  KvBatch commit;
  job->AppendRow(ResultOf("b", v1::FileResult::INDEXED), &commit);
  ASSERT_TRUE(store_->kv()->Write(std::move(commit), true).ok());
  job->OnResult(ResultOf("b", v1::FileResult::INDEXED));
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 0;
  signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &none), 0);
  job->OnResult(ResultOf("c", v1::FileResult::FAILED, "no room"));
  job->OnResult(ResultOf("a", v1::FileResult::FAILED, "no room"));
  const absl::Status end = jobs_->End(job, v1::IngestJob::DONE, "");
  const std::vector<std::string> files = Files("full");
  const std::vector<std::string> by_one =
      Files("full", v1::FileResult::FAILED, /*page_size=*/1);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(end.code(), absl::StatusCode::kResourceExhausted) << end;
  EXPECT_THAT(files, ElementsAre("a FAILED: no room", "b INDEXED",
                                 "c FAILED: no room"));
  EXPECT_THAT(by_one, ElementsAre("a FAILED: no room", "c FAILED: no room"));
}

TEST_F(JobsTest, ListsFilesOfARunningJobInPages) {
  const auto job = Begin("long");
  for (int i = 100; i < 350; ++i) {
    job->OnResult(ResultOf(absl::StrCat(i), v1::FileResult::UNCHANGED));
  }
  const std::vector<std::string> files = Files("long", {}, 7);
  ASSERT_THAT(files, SizeIs(250));
  EXPECT_EQ(files.front(), "100 UNCHANGED");
  EXPECT_EQ(files.back(), "349 UNCHANGED");
}

TEST_F(JobsTest, ASecondJobOfTheSameIdIsBegunAnewOnlyAfterTheFirst) {
  const auto job = Begin("same");
  EXPECT_EQ(jobs_->Begin(StartOf("same")).status().code(),
            absl::StatusCode::kAlreadyExists);
  job->OnResult(ResultOf("old", v1::FileResult::FAILED, "why"));
  ASSERT_TRUE(jobs_->End(job, v1::IngestJob::DONE, "").ok());
  Begin("same");
  EXPECT_EQ(jobs_->Get("c", "same")->failed(), 0);
  EXPECT_THAT(Files("same"), IsEmpty());
}

TEST_F(JobsTest, KeepsTheNewestTwenty) {
  for (int i = 0; i < 25; ++i) {
    const auto job = Begin(absl::StrCat("job", i));
    job->OnResult(ResultOf("a", v1::FileResult::UNCHANGED));
    ASSERT_TRUE(jobs_->End(job, v1::IngestJob::DONE, "").ok());
  }
  const auto list = jobs_->List("c");
  ASSERT_TRUE(list.ok());
  ASSERT_EQ(list->jobs_size(), 20);
  EXPECT_EQ(list->jobs(0).job(), "job24");
  EXPECT_EQ(list->jobs(19).job(), "job5");
  const absl::Status gone = jobs_->Get("c", "job4").status();
  EXPECT_EQ(gone.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ErrorReason(gone), "JOB_NOT_FOUND");
  // Its rows went with it.
  EXPECT_FALSE(store_->kv()
                   ->Iterate(kTableJobs, std::string("jobfile/c\0job4\0", 15))
                   ->Valid());
}

TEST_F(JobsTest, MakesIdsThatDiffer) {
  const auto a = jobs_->Begin(StartOf(""));
  const auto b = jobs_->Begin(StartOf(""));
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_NE((*a)->id(), (*b)->id());
}

TEST_F(JobsTest, CancelStopsARunningJobOnly) {
  const auto job = Begin("wanted");
  int stops = 0;
  job->SetStop([&stops] { ++stops; });
  ASSERT_TRUE(jobs_->Cancel("c", "wanted").ok());
  EXPECT_TRUE(job->cancel_requested());
  EXPECT_EQ(stops, 1);
  job->ClearStop();
  ASSERT_TRUE(jobs_->End(job, v1::IngestJob::CANCELLED, "by request").ok());
  const absl::Status again = jobs_->Cancel("c", "wanted").status();
  EXPECT_EQ(again.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ErrorReason(again), "JOB_NOT_RUNNING");
  EXPECT_EQ(jobs_->Cancel("c", "never").status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(JobsTest, WatchTellsOfChangesUntilTheEnd) {
  const auto job = Begin("watched");
  std::vector<uint64_t> failed;
  v1::IngestJob::State last = v1::IngestJob::STATE_UNSPECIFIED;
  std::atomic<bool> seen_one{false};
  std::thread watcher([&] {
    const absl::Status status =
        jobs_->Watch("c", "watched", [&](const v1::IngestJob& now) {
          failed.push_back(now.failed());
          last = now.state();
          seen_one = true;
          return true;
        });
    EXPECT_TRUE(status.ok()) << status;
  });
  while (!seen_one) absl::SleepFor(absl::Milliseconds(1));
  job->OnResult(ResultOf("x", v1::FileResult::FAILED, "why"));
  ASSERT_TRUE(jobs_->End(job, v1::IngestJob::DONE, "").ok());
  watcher.join();
  EXPECT_EQ(last, v1::IngestJob::DONE);
  EXPECT_EQ(failed.front(), 0);
  EXPECT_EQ(failed.back(), 1);
  // Of a job that has ended, its end.
  int calls = 0;
  ASSERT_TRUE(jobs_
                  ->Watch("c", "watched",
                          [&](const v1::IngestJob& now) {
                            ++calls;
                            return now.state() == v1::IngestJob::DONE;
                          })
                  .ok());
  EXPECT_EQ(calls, 1);
}

TEST_F(JobsTest, EveryChangeWakesWhoWaitsForOne) {
  const auto job = Begin("watched");
  const std::vector<std::function<void()>> changes = {
      [&] { job->OnReceived(1); },
      [&] { job->OnResult(ResultOf("a", v1::FileResult::UNCHANGED)); },
      [&] { EXPECT_TRUE(job->OnAck(v1::IngestAck()).ok()); },
      [&] { EXPECT_TRUE(jobs_->End(job, v1::IngestJob::DONE, "").ok()); },
  };
  uint64_t seen = 0;
  job->WaitForChange(&seen, absl::ZeroDuration());
  for (size_t i = 0; i < changes.size(); ++i) {
    const uint64_t before = seen;
    absl::Duration waited;
    std::thread waiter([&] {
      const absl::Time start = absl::Now();
      job->WaitForChange(&seen, absl::Minutes(1));
      waited = absl::Now() - start;
    });
    // Where the change comes first nobody has to be woken.
    absl::SleepFor(absl::Milliseconds(20));
    changes[i]();
    waiter.join();
    EXPECT_EQ(seen, before + 1) << i;
    EXPECT_LT(waited, absl::Seconds(30)) << i;
  }
}

TEST_F(JobsTest, TellsTheRateAndTheTimeLeft) {
  v1::IngestStart start = StartOf("rated");
  start.set_expected_bytes(1000);
  const auto job = jobs_->Begin(start);
  ASSERT_TRUE(job.ok());
  (*job)->OnReceived(250);
  (*job)->OnResult(ResultOf("a", v1::FileResult::UNCHANGED));
  absl::SleepFor(absl::Milliseconds(600));
  const v1::IngestJob now = (*job)->Snapshot();
  EXPECT_GT(now.documents_per_second(), 0);
  EXPECT_LT(now.documents_per_second(), 1 / .6);
  EXPECT_GE(now.seconds_left(), .6 * 3);
}

}  // namespace
}  // namespace footnote
