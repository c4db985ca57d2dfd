#include "indexer/ingest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/grpc_status.h"
#include "indexer/upload_spool.h"
#include "tests/indexer/ingest_fixture.h"

namespace footnote {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Plays a client that sends a list of messages.
class IngestCallTest : public IngestTest {
 protected:
  void Start(const std::string& collection = "c") {
    v1::IngestRequest request;
    request.mutable_start()->set_collection(collection);
    requests_.push_back(request);
  }
  void Announce(const std::string& document) {
    v1::IngestRequest request;
    request.mutable_file()->set_document(document);
    requests_.push_back(request);
  }
  void Chunk(const std::string& data, bool last) {
    v1::IngestRequest request;
    request.mutable_chunk()->set_data(data);
    request.mutable_chunk()->set_last(last);
    requests_.push_back(request);
  }
  void Send(const std::string& document, const std::string& data) {
    Announce(document);
    Chunk(data, true);
  }

  absl::Status Call(size_t leave_after = 1000000) {
    size_t next = 0;
    IngestStream stream;
    stream.read = [&](v1::IngestRequest* request) {
      if (before_read_ != nullptr) before_read_(next);
      if (next >= requests_.size() || next >= leave_after) return false;
      if (next == broken_) {
        // As gRPC does.
        ++next;
        request->Clear();
        return false;
      }
      *request = requests_[next++];
      return true;
    };
    stream.write = [&](const v1::IngestResponse& response) {
      if (response.has_job()) job_id_ = response.job().job();
      if (response.has_result()) {
        results_[response.result().document()] = response.result();
      }
      if (response.has_summary()) summaries_.push_back(response.summary());
      if (response.has_ack()) acks_.push_back(response.ack());
      return true;
    };
    stream.cancelled = [&, receiver = std::this_thread::get_id()] {
      return std::this_thread::get_id() == receiver ? next >= leave_after
                                                    : stops_in_work_;
    };
    std::string collection;
    Jobs jobs(store_->kv(), [this](const std::string& collection,
                                   const std::string& job) {
      UploadSpool(UploadsFolder(store_->folder()), collection, job).RemoveAll();
    });
    Collections collections(store_.get());
    const absl::Status status = footnote::Ingest(
        {store_.get(), nullptr, &claims_, &jobs, &collections, options_},
        stream, &collection);
    if (!job_id_.empty()) {
      const auto job = jobs.Get("c", job_id_);
      if (job.ok()) job_ = *job;
      v1::ListIngestFilesRequest files;
      files.set_collection("c");
      files.set_job(job_id_);
      const auto listed = jobs.ListFiles(files);
      if (listed.ok()) job_files_ = *listed;
    }
    return status;
  }

  // Is told how many messages were read, and dealt with.
  std::function<void(size_t)> before_read_;
  // Number of a message that can't be parsed.
  size_t broken_ = 1000000;
  // What workers see of a server that stops once everything was received.
  bool stops_in_work_ = false;
  std::vector<v1::IngestRequest> requests_;
  std::map<std::string, v1::FileResult> results_;
  std::vector<v1::IngestSummary> summaries_;
  std::vector<v1::IngestAck> acks_;
  // Of the last call.
  std::string job_id_;
  v1::IngestJob job_;
  v1::ListIngestFilesResponse job_files_;
};

TEST_F(IngestCallTest, AnswersForEachFileAndSumsUp) {
  Start();
  Send("a", "First text.");
  Announce("b");
  Chunk("Second ", false);
  Chunk("text.", true);
  Send("c", "");
  ASSERT_TRUE(Call().ok());
  EXPECT_EQ(results_["a"].state(), v1::FileResult::INDEXED);
  EXPECT_EQ(results_["b"].state(), v1::FileResult::INDEXED);
  EXPECT_EQ(results_["b"].text_bytes(), 13);
  EXPECT_EQ(results_["c"].state(), v1::FileResult::FAILED);
  ASSERT_EQ(summaries_.size(), 1);
  EXPECT_EQ(summaries_[0].indexed(), 2);
  EXPECT_EQ(summaries_[0].failed(), 1);
  EXPECT_EQ(summaries_[0].passages(), 2);
  EXPECT_EQ(summaries_[0].generation(), Current()->number());
}

TEST_F(IngestCallTest, ABrokenCallGoesOnWhereItWasAcknowledged) {
  const std::string big(6 << 20, 'x');
  const auto start = [this](bool resume) {
    requests_.clear();
    acks_.clear();
    Start();
    requests_[0].mutable_start()->set_resumable(true);
    requests_[0].mutable_start()->set_resume(resume);
    requests_[0].mutable_start()->set_request_id("job");
  };
  start(false);
  Send("a", "First text.");
  Announce("b");
  requests_.back().mutable_file()->set_revision("one");
  for (size_t at = 0; at < big.size(); at += 1 << 20) {
    Chunk(big.substr(at, 1 << 20), false);
  }
  EXPECT_TRUE(absl::IsCancelled(Call(requests_.size())));
  EXPECT_EQ(job_.state(), v1::IngestJob::INTERRUPTED);
  EXPECT_EQ(results_["a"].state(), v1::FileResult::INDEXED);
  EXPECT_EQ(job_.acknowledged().files(), 1);
  EXPECT_EQ(job_.acknowledged().bytes(), big.size());
  EXPECT_EQ(job_.acknowledged().document(), "b");
  EXPECT_EQ(job_.acknowledged().revision(), "one");

  // Another process goes on; and breaks, too, before anything came.
  Open();
  start(true);
  EXPECT_TRUE(absl::IsCancelled(Call(1)));
  ASSERT_EQ(acks_.size(), 1);
  EXPECT_EQ(acks_[0].bytes(), big.size());

  EXPECT_EQ(job_.acknowledged().bytes(), big.size());

  start(true);
  Announce("b");
  requests_.back().mutable_file()->set_revision("one");
  requests_.back().mutable_file()->set_offset(big.size());
  Chunk("The end.", true);
  Send("c", "Third text.");
  ASSERT_TRUE(Call().ok());
  // And a newline.
  EXPECT_EQ(results_["b"].text_bytes(), big.size() + 9);
  EXPECT_EQ(job_.state(), v1::IngestJob::DONE);
  EXPECT_EQ(job_.indexed(), 3);
  EXPECT_EQ(job_.received_files(), 3);
  EXPECT_EQ(job_files_.files_size(), 3);
  EXPECT_EQ(summaries_.back().indexed(), 3);
  EXPECT_EQ(acks_.back().files(), 3);
  const std::string uploads = UploadsFolder(store_->folder());
  EXPECT_TRUE(std::filesystem::is_empty(uploads)) << "nothing is left over";
}

TEST_F(IngestCallTest, OtherBytesNeverFollowThoseThatAreKept) {
  const std::string big(6 << 20, 'x');
  const auto start = [this](bool resume) {
    requests_.clear();
    results_.clear();
    Start();
    requests_[0].mutable_start()->set_resumable(true);
    requests_[0].mutable_start()->set_resume(resume);
    requests_[0].mutable_start()->set_request_id("job");
  };
  const auto announce = [this](const std::string& document,
                               const std::string& revision, uint64_t offset) {
    Announce(document);
    requests_.back().mutable_file()->set_revision(revision);
    requests_.back().mutable_file()->set_offset(offset);
  };
  const auto begin_and_break = [&] {
    start(false);
    announce("a", "one", 0);
    for (size_t at = 0; at < big.size(); at += 1 << 20) {
      Chunk(big.substr(at, 1 << 20), false);
    }
    ASSERT_TRUE(absl::IsCancelled(Call(requests_.size())));
    ASSERT_EQ(job_.acknowledged().bytes(), big.size());
    start(true);
  };
  const std::string wanted =
      "want 0, or at most 6291456 of \"a\", revision \"one\"";

  begin_and_break();
  announce("a", "two", big.size());
  Chunk("The end.", true);
  EXPECT_THAT(std::string(Call().message()), HasSubstr(wanted));
  EXPECT_NE(results_["a"].state(), v1::FileResult::INDEXED);

  begin_and_break();
  announce("b", "one", big.size());
  Chunk("The end.", true);
  EXPECT_THAT(std::string(Call().message()), HasSubstr(wanted));
  EXPECT_NE(results_["b"].state(), v1::FileResult::INDEXED);

  begin_and_break();
  announce("a", "two", 0);
  Chunk("All of it.", true);
  ASSERT_TRUE(Call().ok());
  EXPECT_EQ(results_["a"].text_bytes(), 11);
}

// A kill may come when those of the other file are on disk already.
TEST_F(IngestCallTest, BytesOfAnotherFileAreNotTakenForThoseThatWereKept) {
  const auto start = [this](bool resume) {
    requests_.clear();
    Start();
    requests_[0].mutable_start()->set_resumable(true);
    requests_[0].mutable_start()->set_resume(resume);
    requests_[0].mutable_start()->set_request_id("job");
  };
  const std::string megabyte(1 << 20, 'x');
  start(false);
  Announce("a");
  for (int i = 0; i < 6; ++i) Chunk(megabyte, false);
  ASSERT_TRUE(absl::IsCancelled(Call(requests_.size())));
  ASSERT_EQ(job_.acknowledged().document(), "a");
  start(true);
  Announce("b");
  for (int i = 0; i < 6; ++i) Chunk(megabyte, i == 5);
  before_read_ = [this](size_t read) {
    if (read < 2) return;
    // As the next process finds it.
    const v1::IngestAck kept =
        Jobs(store_->kv()).Get("c", "job")->acknowledged();
    EXPECT_NE(kept.document(), "a") << "after " << read << " messages";
  };
  ASSERT_TRUE(Call().ok());
}

TEST_F(IngestCallTest, WhatIsSentAgainIsCountedOnce) {
  const auto start = [this](bool resume) {
    requests_.clear();
    Start();
    requests_[0].mutable_start()->set_resumable(true);
    requests_[0].mutable_start()->set_resume(resume);
    requests_[0].mutable_start()->set_request_id("job");
  };
  start(false);
  Send("a", "First text.");
  Send("b", "");
  EXPECT_TRUE(absl::IsCancelled(Call(requests_.size())));
  start(true);
  Send("a", "First text.");
  Send("b", "");
  Send("c", "Third text.");
  ASSERT_TRUE(Call().ok());
  EXPECT_EQ(job_.indexed(), 2);
  EXPECT_EQ(job_.unchanged(), 0);
  EXPECT_EQ(job_.failed(), 1);
}

TEST_F(IngestCallTest, OnlyResumableJobsGoOn) {
  const auto call = [this](bool resumable, bool resume, uint64_t offset) {
    requests_.clear();
    Start();
    requests_[0].mutable_start()->set_request_id("job");
    requests_[0].mutable_start()->set_resumable(resumable);
    requests_[0].mutable_start()->set_resume(resume);
    Announce("a");
    requests_.back().mutable_file()->set_offset(offset);
    Chunk("Text.", true);
    return Call();
  };
  EXPECT_TRUE(absl::IsNotFound(call(true, true, 0)));
  EXPECT_TRUE(absl::IsInvalidArgument(call(false, true, 0)));
  EXPECT_TRUE(absl::IsInvalidArgument(call(false, false, 3)));
  ASSERT_TRUE(call(false, false, 0).ok());
  EXPECT_EQ(ErrorReason(call(true, true, 0)), "JOB_NOT_RESUMABLE");
  const absl::Status kept = call(true, false, 3);
  EXPECT_TRUE(absl::IsInvalidArgument(kept));
  EXPECT_THAT(std::string(kept.message()), HasSubstr("offset 3"));
}

TEST_F(IngestCallTest, IsAJobThatKeepsEveryResult) {
  Start();
  Send("a", "First text.");
  Send("b", "");
  v1::IngestRequest unread;
  unread.mutable_file()->set_document("c");
  unread.mutable_file()->set_path("/docs/c");
  unread.mutable_file()->set_failure("file: permission denied");
  requests_.push_back(unread);
  ASSERT_TRUE(Call().ok());
  EXPECT_EQ(results_["c"].reason(), "file: permission denied");
  EXPECT_EQ(summaries_[0].job(), job_id_);
  EXPECT_EQ(job_.state(), v1::IngestJob::DONE);
  EXPECT_EQ(job_.indexed(), 1);
  EXPECT_EQ(job_.failed(), 2);
  EXPECT_EQ(job_.received_files(), 3);
  ASSERT_EQ(job_files_.files_size(), 3);
  EXPECT_EQ(job_files_.files(0).state(), v1::FileResult::INDEXED);
  EXPECT_EQ(job_files_.files(0).version(), 1);
  EXPECT_EQ(job_files_.files(1).state(), v1::FileResult::FAILED);
  EXPECT_EQ(job_files_.files(2).path(), "/docs/c");
}

TEST_F(IngestCallTest, ADryRunStoresNothing) {
  v1::IngestRequest start;
  start.mutable_start()->set_collection("c");
  start.mutable_start()->set_dry_run(true);
  requests_.push_back(start);
  Send("a", "Text.");
  ASSERT_TRUE(Call().ok());
  EXPECT_EQ(results_["a"].state(), v1::FileResult::WOULD_INDEX);
  EXPECT_EQ(Current()->number(), 0);
  EXPECT_TRUE(job_.dry_run());
  EXPECT_EQ(job_.indexed(), 1);
}

TEST_F(IngestCallTest, TheSameRequestAgainChangesNothing) {
  Start();
  Send("a", "Text.");
  ASSERT_TRUE(Call().ok());
  ASSERT_TRUE(Call().ok());
  EXPECT_EQ(results_["a"].state(), v1::FileResult::UNCHANGED);
  EXPECT_EQ(results_["a"].version(), 1);
  EXPECT_EQ(summaries_[0].generation(), summaries_[1].generation());
}

TEST_F(IngestCallTest, ABadDescriptionCostsOnlyItsFile) {
  Start();
  v1::IngestRequest bad;
  bad.mutable_file()->set_document("bad");
  bad.mutable_file()->set_language("klingon");
  requests_.push_back(bad);
  Chunk("text", false);
  Chunk("text", true);
  Send("good", "Good text.");
  ASSERT_TRUE(Call().ok());
  EXPECT_EQ(results_["bad"].state(), v1::FileResult::FAILED);
  EXPECT_THAT(results_["bad"].reason(), HasSubstr("klingon"));
  EXPECT_EQ(results_["good"].state(), v1::FileResult::INDEXED);
}

TEST_F(IngestCallTest, RefusesMessagesOutOfOrder) {
  Announce("a");
  EXPECT_EQ(Call().code(), absl::StatusCode::kInvalidArgument);
  requests_.clear();
  Start("Not A Name");
  EXPECT_EQ(Call().code(), absl::StatusCode::kInvalidArgument);
  requests_.clear();
  Start();
  Send("kept", "This came before.");
  Chunk("no file", true);
  const absl::Status status = Call();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorReason(status), "INVALID_REQUEST");
  EXPECT_EQ(results_["kept"].state(), v1::FileResult::INDEXED);
}

TEST_F(IngestCallTest, AMessageThatCannotBeParsedIsNotTheEnd) {
  for (const bool last : {false, true}) {
    requests_.clear();
    Start();
    Send("a.txt", "A lamp.");
    broken_ = requests_.size();
    Announce("what this says is not UTF-8");
    if (!last) Send("b.txt", "A boat.");
    const absl::Status status = Call();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << last;
    EXPECT_EQ(job_.state(), v1::IngestJob::FAILED);
    EXPECT_THAT(summaries_, IsEmpty());
  }
}

TEST_F(IngestCallTest, RefusesAnOverlongChunk) {
  Start();
  Announce("a");
  Chunk(std::string((1 << 20) + 1, 'x'), true);
  EXPECT_EQ(Call().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(IngestCallTest, FailsAFileWhoseLastChunkNeverCame) {
  Start();
  Announce("half");
  Chunk("abc", false);
  ASSERT_TRUE(Call().ok());
  EXPECT_EQ(results_["half"].state(), v1::FileResult::FAILED);
}

TEST_F(IngestCallTest, DropsWhatIsNotCommittedWhenTheClientLeaves) {
  options_.commit_after = absl::Hours(1);
  Start();
  Send("a", "Text.");
  EXPECT_EQ(Call(3).code(), absl::StatusCode::kCancelled);
  EXPECT_THAT(results_, IsEmpty());
  EXPECT_EQ(Current()->manifest.documents, 0);
  EXPECT_EQ(job_.state(), v1::IngestJob::INTERRUPTED);
  EXPECT_THAT(job_.reason(), HasSubstr("went away"));
}

TEST_F(IngestCallTest, AServerThatStopsBeginsNothingForWhoIsGone) {
  Start();
  constexpr size_t kFiles = 100;
  for (size_t i = 0; i < kFiles; ++i) {
    Send(absl::StrCat("f", i), absl::StrCat("Text of file ", i, "."));
  }
  for (const int threads : {1, 3}) {
    options_.threads = threads;
    options_.is_stopping = [] { return true; };
    stops_in_work_ = true;
    EXPECT_EQ(Call().code(), absl::StatusCode::kCancelled);
    // Of the threads one asks whether he is gone, and the others believe it.
    EXPECT_LT(results_.size(), kFiles);
    EXPECT_EQ(job_.state(), v1::IngestJob::INTERRUPTED);
  }
  // Its end is heard out where only one of both is so.
  options_.is_stopping = nullptr;
  EXPECT_TRUE(Call().ok());
  EXPECT_EQ(results_.size(), kFiles);
  EXPECT_EQ(Current()->manifest.documents, kFiles);
  stops_in_work_ = false;
  options_.is_stopping = [] { return true; };
  EXPECT_TRUE(Call().ok());
  EXPECT_EQ(job_.unchanged(), kFiles);
}

TEST_F(IngestCallTest, AServerThatStopsDoesNotWaitForScans) {
  options_.ocr.languages = {Language::kEn};
  Start();
  Send("note", "Text.");
  Send("scan", "\x89PNG\r\n\x1a\nand nothing else");
  stops_in_work_ = true;
  EXPECT_EQ(Call().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(results_["note"].state(), v1::FileResult::INDEXED);
  EXPECT_EQ(results_.count("scan"), 0);
  EXPECT_EQ(job_.state(), v1::IngestJob::INTERRUPTED);
  // It gets its result when it comes again: here, why it cannot be read.
  stops_in_work_ = false;
  EXPECT_TRUE(Call().ok());
  EXPECT_EQ(results_["note"].state(), v1::FileResult::UNCHANGED);
  EXPECT_EQ(results_["scan"].state(), v1::FileResult::FAILED);
}

}  // namespace
}  // namespace footnote
