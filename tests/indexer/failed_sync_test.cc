// A disk that takes what is written and won't say that it keeps it.
#include <errno.h>
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "indexer/indexer_service.h"
#include "indexer/jobs.h"
#include "indexer/upload_spool.h"
#include "proto/footnote/v1/indexer.grpc.pb.h"
#include "tests/indexer/ingest_fixture.h"

namespace {

// What the disk says of each fdatasync; 0: it keeps what was written.
std::atomic<int> refusal{0};
// Files and folders whose fsync this thread asked for, where it wants to know.
thread_local std::set<std::string>* synced = nullptr;

}  // namespace

// In place of the C library's, for the database too.
extern "C" int fdatasync(int file) {
  if (refusal != 0) {
    errno = refusal;
    return -1;
  }
  return static_cast<int>(syscall(SYS_fdatasync, file));
}

extern "C" int fsync(int file) {
  if (synced != nullptr) {
    synced->insert(
        std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(file))
            .string());
  }
  return static_cast<int>(syscall(SYS_fsync, file));
}

namespace footnote {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;

using FailedSyncTest = IngestTest;

// The log has the commit, so the next start finds it made.
TEST_F(FailedSyncTest, WhatTheLogListsIsStillThereAtTheNextStart) {
  Ingest({File("a", "A red fox.")});
  refusal = EIO;
  const auto results = Ingest({File("b", "A blue whale.")});
  refusal = 0;
  EXPECT_EQ(results.at("b").state, DocumentResult::State::kFailed);
  Open();
  EXPECT_THAT(Find("fox"), ElementsAre("A red fox."));
  EXPECT_THAT(Find("whale"), ElementsAre("A blue whale."));
  EXPECT_EQ(store_->Verify(), absl::OkStatus());
  EXPECT_EQ(Ingest({File("b", "A blue whale.")}).at("b").state,
            DocumentResult::State::kUnchanged);
}

// Who runs the server does not read what is sent back.
TEST_F(FailedSyncTest, ADiskThatFailsIsToldInTheLogOnceAJob) {
  Ingest({File("a", "A red fox.")});
  std::vector<SourceFile> files;
  for (int i = 0; i < 3000; ++i) {
    files.push_back(File(absl::StrCat("b", i), absl::StrCat("Whale ", i, ".")));
  }
  testing::internal::CaptureStderr();
  refusal = EIO;
  const auto results = Ingest(files);
  refusal = 0;
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_EQ(results.at("b0").state, DocumentResult::State::kFailed);
  EXPECT_THAT(log, HasSubstr("documents can't be stored collection=\"c\""));
  EXPECT_THAT(log, HasSubstr(strerror(EIO)));
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
  EXPECT_THAT(log, Not(HasSubstr("Whale")));
}

TEST_F(FailedSyncTest, ADiskThatCanOnlyBeReadIsNoMatterOfTheCallersRights) {
  Ingest({File("a", "A red fox.")});
  const std::unique_ptr<grpc::Service> service =
      NewIndexerService(store_.get(), nullptr, {});
  auto* const indexer = dynamic_cast<v1::Indexer::Service*>(service.get());
  grpc::ServerContext context;
  v1::DeleteDocumentRequest request;
  request.set_collection("c");
  request.set_document("a");
  v1::DeleteDocumentResponse response;
  refusal = EROFS;
  const grpc::Status refused =
      indexer->DeleteDocument(&context, &request, &response);
  refusal = 0;
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(refused.error_message(), HasSubstr(strerror(EROFS)));
}

// What was told must be true after a power cut too.
TEST_F(FailedSyncTest, AnAcknowledgementIsOnDiskBeforeItIsTold) {
  Jobs jobs(store_->kv());
  v1::IngestStart start;
  start.set_collection("c");
  start.set_request_id("upload");
  start.set_resumable(true);
  const auto job = jobs.Begin(start);
  ASSERT_TRUE(job.ok()) << job.status();
  v1::IngestAck ack;
  ack.set_files(3);
  EXPECT_EQ((*job)->OnAck(ack), absl::OkStatus());
  ack.set_files(4);
  refusal = EIO;
  EXPECT_FALSE((*job)->OnAck(ack).ok());
  refusal = 0;
}

// A name that is lost takes all that is below it with it.
TEST_F(FailedSyncTest, AnUploadIsKeptWithAllNamesThatLeadToIt) {
  const std::string store =
      std::filesystem::canonical(store_->folder()).string();
  UploadSpool spool(UploadsFolder(store), "c", "job");
  ASSERT_TRUE(spool.Begin(0, 0, nullptr).ok());
  ASSERT_TRUE(spool.Append("half of a file").ok());
  std::set<std::string> folders;
  synced = &folders;
  const absl::Status kept = spool.Keep();
  synced = nullptr;
  ASSERT_TRUE(kept.ok()) << kept;
  const std::filesystem::path own =
      *std::filesystem::directory_iterator(store + "/uploads");
  EXPECT_THAT(folders, IsSupersetOf({own.string(), store + "/uploads", store}));
}

}  // namespace
}  // namespace footnote
