#include "retriever/read_ahead.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/metrics.h"
#include "proto/footnote/v1/types.pb.h"
#include "storage/kv.h"
#include "storage/manifest.h"
#include "tests/storage/segment_builder.h"
#include "tests/storage/store_fixture.h"

namespace footnote {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

constexpr char kEverythingWasRead[] =
    "footnote_reading_ahead{kind=\"passages\"} 0\n";

class ReadAheadTest : public testing::Test {
 protected:
  ReadAheadTest() : store_(*Store::Open(MakeTestFolder() + "/store")) {}

  ReadAhead::Listener Listener() {
    ReadAhead::Listener listener;
    listener.hear = [this](
                        const v1::Passage& passage,
                        const std::function<bool()>&) -> absl::StatusOr<bool> {
      const std::lock_guard<std::mutex> lock(mutex_);
      heard_.push_back(passage.text());
      return heard_.size() < most_;
    };
    listener.end = [this] { ++ends_; };
    return listener;
  }

  // The first passage that it is told takes it until it is broken off.
  ReadAhead::Listener HearsTheFirstForEver() {
    ReadAhead::Listener listener = Listener();
    listener.hear =
        [this](
            const v1::Passage&,
            const std::function<bool()>& is_cancelled) -> absl::StatusOr<bool> {
      if (++calls_ > 1) return true;
      while (!is_cancelled()) absl::SleepFor(absl::Milliseconds(1));
      return absl::CancelledError("broken off");
    };
    return listener;
  }

  // What was heard since the last call.
  std::vector<std::string> Heard() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return std::exchange(heard_, {});
  }

  std::unique_ptr<Store> store_;
  std::atomic<int> ends_{0};
  std::atomic<int> calls_{0};
  size_t most_ = 100;
  std::mutex mutex_;
  std::vector<std::string> heard_;  // guarded by mutex_
};

TEST_F(ReadAheadTest, AllThatMayBeFoundIsHeardAndNothingThatWasDeleted) {
  ASSERT_TRUE(Ingest(store_.get(), {{"a", "red\ngreen"}, {"b", "blue"}}).ok());
  ASSERT_TRUE(Ingest(store_.get(), {{"c", "grey"}}, {"b"}).ok());
  ReadAhead ahead(store_.get(), Listener());
  ahead.WaitUntilIdle();
  EXPECT_THAT(Heard(), UnorderedElementsAre("red", "green", "grey"));
  EXPECT_EQ(ends_, 1);
  EXPECT_THAT(MetricsText(), HasSubstr(kEverythingWasRead));
}

TEST_F(ReadAheadTest, WhatIsCommittedLaterIsHeardToo) {
  ReadAhead ahead(store_.get(), Listener());
  ahead.WaitUntilIdle();
  EXPECT_THAT(Heard(), ElementsAre());
  ASSERT_TRUE(Ingest(store_.get(), {{"a", "red"}}).ok());
  EXPECT_THAT(MetricsText(), testing::Not(HasSubstr(kEverythingWasRead)));
  ahead.WaitUntilIdle();
  EXPECT_THAT(Heard(), ElementsAre("red"));
  ASSERT_TRUE(Ingest(store_.get(), {{"b", "blue"}}, {"a"}).ok());
  ahead.WaitUntilIdle();
  EXPECT_THAT(Heard(), ElementsAre("blue"));
  EXPECT_EQ(ends_, 3);
}

TEST_F(ReadAheadTest, ACollectionOfTooManyPassagesIsNotRead) {
  ASSERT_TRUE(Ingest(store_.get(), {{"a", "red\ngreen\nblue"}}).ok());
  ReadAhead ahead(store_.get(), Listener(), /*most_passages=*/2);
  ahead.WaitUntilIdle();
  EXPECT_THAT(Heard(), ElementsAre());
  EXPECT_EQ(ends_, 1);
}

// A large store's files would all be read from the disk.
TEST_F(ReadAheadTest, ACollectionOfTooManyPassagesIsNotEvenOpened) {
  ASSERT_TRUE(Ingest(store_.get(), {{"a", "red\ngreen\nblue"}}).ok());
  const std::string folder = store_->folder();
  store_.reset();
  store_ = *Store::Open(folder);
  const auto is_open = [] {
    std::ifstream maps("/proc/self/maps");
    const std::string all((std::istreambuf_iterator<char>(maps)),
                          std::istreambuf_iterator<char>());
    return absl::StrContains(all, ".seg");
  };
  ReadAhead ahead(store_.get(), Listener(), /*most_passages=*/2);
  ahead.WaitUntilIdle();
  EXPECT_FALSE(is_open());
  ASSERT_TRUE(store_->Current(kTestCollection).ok());
  EXPECT_TRUE(is_open());
}

TEST_F(ReadAheadTest, WhoWantsNoMoreIsToldNoMore) {
  most_ = 2;
  ASSERT_TRUE(Ingest(store_.get(), {{"a", "red\ngreen\nblue"}}).ok());
  ReadAhead ahead(store_.get(), Listener());
  ahead.WaitUntilIdle();
  EXPECT_THAT(Heard(), ElementsAre("red", "green"));
  EXPECT_EQ(ends_, 1);
  EXPECT_THAT(MetricsText(), HasSubstr(kEverythingWasRead));
}

TEST_F(ReadAheadTest, ManyCommitsAreOneRound) {
  ASSERT_TRUE(Ingest(store_.get(), {{"a", "red"}}).ok());
  ReadAhead ahead(store_.get(), Listener());
  ahead.WaitUntilIdle();
  const auto before = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(Ingest(store_.get(), {{absl::StrCat("d", i), "blue"}}).ok());
  }
  ahead.WaitUntilIdle();
  EXPECT_EQ(ends_, 2);
  EXPECT_EQ(Heard().size(), 1u + 21u);
  EXPECT_GT(std::chrono::steady_clock::now() - before, ReadAhead::kApart / 2);
}

TEST_F(ReadAheadTest, WhatCannotBeHeardKeepsNothingElseFromIt) {
  ASSERT_TRUE(Ingest(store_.get(), {{"a", "red\ngreen\nblue"}}).ok());
  ReadAhead::Listener listener = Listener();
  listener.hear =
      [hear = listener.hear](
          const v1::Passage& passage,
          const std::function<bool()>& is_cancelled) -> absl::StatusOr<bool> {
    if (passage.text() == "red") return absl::InternalError("deaf");
    return hear(passage, is_cancelled);
  };
  ReadAhead ahead(store_.get(), std::move(listener));
  ahead.WaitUntilIdle();
  EXPECT_THAT(Heard(), UnorderedElementsAre("green", "blue"));
  EXPECT_EQ(ends_, 1);
}

TEST_F(ReadAheadTest, ADamagedCollectionKeepsNoOtherFromBeingHeard) {
  ASSERT_TRUE(Ingest(store_.get(), {{"a", "red"}}).ok());
  const Store::SegmentName missing = store_->NewSegment();
  Manifest manifest;
  manifest.collection = "another";
  manifest.generation = 1;
  manifest.passages = 1;
  manifest.segments.emplace_back();
  manifest.segments.back().name = missing.name;
  KvBatch batch;
  AppendManifest(manifest, &batch);
  ASSERT_TRUE(store_->kv()->Write(std::move(batch), /*sync=*/true).ok());
  ASSERT_FALSE(store_->Current("another").ok());
  ReadAhead ahead(store_.get(), Listener());
  ahead.WaitUntilIdle();
  EXPECT_THAT(Heard(), ElementsAre("red"));
  EXPECT_EQ(ends_, 1);
}

TEST_F(ReadAheadTest, EndsWhileAPassageIsHeardAndReadsNoMore) {
  ASSERT_TRUE(Ingest(store_.get(), {{"a", "red\ngreen"}}).ok());
  {
    ReadAhead ahead(store_.get(), HearsTheFirstForEver());
    while (calls_ == 0) absl::SleepFor(absl::Milliseconds(1));
  }
  EXPECT_EQ(calls_, 1);
  EXPECT_EQ(ends_, 0);
}

// However often something is committed, a round has its end.
TEST_F(ReadAheadTest, ACommitBreaksNoRoundOffAndBeginsAnother) {
  ASSERT_TRUE(Ingest(store_.get(), {{"a", "red\ngreen"}}).ok());
  ReadAhead::Listener listener = Listener();
  std::atomic<bool> committed{false};
  listener.hear =
      [&, hear = listener.hear](
          const v1::Passage& passage,
          const std::function<bool()>& is_cancelled) -> absl::StatusOr<bool> {
    ++calls_;
    while (!committed) absl::SleepFor(absl::Milliseconds(1));
    EXPECT_FALSE(is_cancelled());
    return hear(passage, is_cancelled);
  };
  ReadAhead ahead(store_.get(), std::move(listener));
  while (calls_ == 0) absl::SleepFor(absl::Milliseconds(1));
  ASSERT_TRUE(Ingest(store_.get(), {{"b", "blue"}}).ok());
  committed = true;
  ahead.WaitUntilIdle();
  EXPECT_THAT(Heard(), ElementsAre("red", "green", "red", "green", "blue"));
  EXPECT_EQ(ends_, 2);
}

TEST_F(ReadAheadTest, WhatIsPurgedWhileOthersAreHeardIsNotHeard) {
  ASSERT_TRUE(Ingest(store_.get(), {{"a", "red"}, {"b", "blue"}}).ok());
  ReadAhead::Listener listener = Listener();
  std::atomic<bool> purged{false};
  listener.hear =
      [&, hear = listener.hear](
          const v1::Passage& passage,
          const std::function<bool()>& is_cancelled) -> absl::StatusOr<bool> {
    ++calls_;
    while (!purged) absl::SleepFor(absl::Milliseconds(1));
    return hear(passage, is_cancelled);
  };
  ReadAhead ahead(store_.get(), std::move(listener));
  while (calls_ == 0) absl::SleepFor(absl::Milliseconds(1));
  ASSERT_TRUE(Ingest(store_.get(), {}, {"b"}).ok());
  ASSERT_TRUE(store_->Erase(kTestCollection, "b", nullptr).ok());
  purged = true;
  ahead.WaitUntilIdle();
  EXPECT_THAT(Heard(), ElementsAre("red", "red"));
}

}  // namespace
}  // namespace footnote
