#include "indexer/receipts.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace footnote {
namespace {

v1::IngestAck Before(uint64_t files, uint64_t bytes) {
  v1::IngestAck before;
  before.set_files(files);
  before.set_bytes(bytes);
  return before;
}

TEST(ReceiptsTest, WhatWasAcknowledgedBeforeIsNotTakenBack) {
  Receipts receipts(Before(5, 700));
  EXPECT_EQ(receipts.Ack().files(), 5);
  EXPECT_EQ(receipts.Ack().bytes(), 700);
  // The file comes anew.
  receipts.Announce("a", "two");
  EXPECT_EQ(receipts.Ack().bytes(), 0);
  EXPECT_EQ(receipts.Ack().revision(), "two");
}

TEST(ReceiptsTest, FilesCountWhenAllBeforeThemAreDone) {
  Receipts receipts(Before(5, 0));
  EXPECT_EQ(receipts.Ack().files(), 5);
  EXPECT_EQ(receipts.Announce("a", "1"), 5);
  receipts.OnPart(5);
  receipts.OnWhole(5);
  EXPECT_EQ(receipts.Announce("b", "2"), 6);
  receipts.OnPart(6);
  receipts.OnPart(6);
  EXPECT_FALSE(receipts.OnPartDone(6)) << "one part more";
  receipts.OnWhole(6);
  receipts.OnKept(6, 100);
  EXPECT_TRUE(receipts.OnPartDone(6)) << "done, and something is kept";
  EXPECT_EQ(receipts.Ack().files(), 5);
  EXPECT_EQ(receipts.Ack().document(), "a");
  EXPECT_EQ(receipts.Ack().bytes(), 0);
  EXPECT_FALSE(receipts.OnPartDone(5)) << "nothing is kept";
  EXPECT_EQ(receipts.Ack().files(), 7);
  EXPECT_EQ(receipts.Ack().document(), "");
}

TEST(ReceiptsTest, TellsWhatIsKeptOfTheNextFile) {
  Receipts receipts(Before(0, 0));
  receipts.Announce("a", "size 7");
  receipts.OnKept(0, 42);
  const v1::IngestAck ack = receipts.Ack();
  EXPECT_EQ(ack.files(), 0);
  EXPECT_EQ(ack.bytes(), 42);
  EXPECT_EQ(ack.document(), "a");
  EXPECT_EQ(ack.revision(), "size 7");
  receipts.OnPart(1);  // never announced
  EXPECT_FALSE(receipts.OnPartDone(1));
}

// A worker and the one that receives say it: the slower must not write less
// than the other did.
TEST(ReceiptsTest, WhatIsKnownLaterIsSaidLater) {
  Receipts receipts(Before(0, 0));
  receipts.Announce("a", "1");
  receipts.OnKept(0, 10);
  std::vector<uint64_t> said;
  std::thread other;
  const absl::Status first = receipts.Tell([&](const v1::IngestAck& ack) {
    receipts.OnKept(0, 20);
    other = std::thread([&] {
      const absl::Status second =
          receipts.Tell([&said](const v1::IngestAck& later) {
            said.push_back(later.bytes());
            return absl::OkStatus();
          });
      EXPECT_TRUE(second.ok());
    });
    absl::SleepFor(absl::Milliseconds(50));
    said.push_back(ack.bytes());
    return absl::DataLossError("disk");
  });
  other.join();
  EXPECT_EQ(first, absl::DataLossError("disk"));
  EXPECT_EQ(said, std::vector<uint64_t>({10, 20}));
}

}  // namespace
}  // namespace footnote
