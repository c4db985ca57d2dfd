// Every kind of damage is reported, with its place.
#include "audit/fsck.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "audit/sealing.h"
#include "base/file.h"
#include "base/hash.h"
#include "tests/audit/book.h"

namespace footnote {
namespace {

using ::testing::AnyOf;

constexpr char kText[] = "One sentence. Another sentence.";

class FsckTest : public ::testing::Test {
 protected:
  void SetUp() override {
    source_ = book_.AddVersion("a", kText);
    // Together, so that they share their syncs.
    receipts_.resize(300);
    std::vector<std::thread> threads;
    for (int t = 0; t < 30; ++t) {
      threads.emplace_back([this] {
        for (int i = 0; i < 10; ++i) {
          const v1::Receipt receipt =
              book_.Append(book_.Answer(source_, {"One sentence."}));
          receipts_[receipt.sequence() - 1] = receipt;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }

  // Changes the closed database, and says what the check says then.
  std::vector<v1::VerifyChainResponse> After(
      const std::function<void(Kv*, KvBatch*)>& damage) {
    book_.WhileClosed([&](Kv* kv) {
      KvBatch batch;
      damage(kv, &batch);
      ASSERT_EQ(kv->Write(std::move(batch), true), absl::OkStatus());
    });
    return book_.Walk();
  }

  // Changes a file of the closed log.
  std::vector<v1::VerifyChainResponse> AfterFile(
      const std::string& name,
      const std::function<void(std::string*)>& change) {
    book_.Close();
    const std::string path = absl::StrCat(book_.folder(), "/audit/log/", name);
    std::string bytes = *ReadFile(path);
    change(&bytes);
    EXPECT_EQ(WriteFileAtomically(path, bytes), absl::OkStatus());
    book_.Open();
    return book_.Walk();
  }

  static bool Names(const std::vector<v1::VerifyChainResponse>& said,
                    uint64_t sequence, const std::string& detail) {
    for (const v1::VerifyChainResponse& line : said) {
      if (!line.done() && line.damaged_sequence() == sequence &&
          absl::StrContains(line.detail(), detail)) {
        return true;
      }
    }
    return false;
  }

  Book book_;
  v1::DocumentVersion source_;
  std::vector<v1::Receipt> receipts_;
};

TEST_F(FsckTest, AWholeLogHasNoDamage) {
  for (int i = 0; i < 2; ++i) {
    const auto said =
        book_.Walk({receipts_[0].checkpoint(), receipts_[255].checkpoint(),
                    receipts_[299].checkpoint()});
    ASSERT_EQ(said.size(), 1u) << said[0].detail();
    EXPECT_EQ(said[0].records(), 300u);
    EXPECT_EQ(said[0].damaged(), 0u);
    book_.WhileClosed([](Kv*) {});
  }
}

TEST_F(FsckTest, AnEmptyLogIsWhole) {
  Book empty;
  const auto said = empty.Walk();
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0].records(), 0u);
}

TEST_F(FsckTest, StopsWhenNobodyLooks) {
  EXPECT_EQ(VerifyChain({}, *book_.ledger(),
                        [](const v1::VerifyChainResponse&) { return false; })
                .code(),
            absl::StatusCode::kCancelled);
}

TEST_F(FsckTest, ReportsAnEditedRecord) {
  const auto said = After([](Kv* kv, KvBatch* batch) {
    std::string bytes = *kv->Get(kLedgerRecords, SequenceKey(20));
    bytes[bytes.size() / 2] ^= 1;
    batch->Put(kLedgerRecords, SequenceKey(20), bytes);
  });
  EXPECT_TRUE(Names(said, 20, "SHA-256"));
  // Nothing is added to such a log.
  EXPECT_EQ(book_.Walk().back().damaged(), said.back().damaged());
}

TEST_F(FsckTest, ReportsATakenOutRecord) {
  const auto said = After([](Kv*, KvBatch* batch) {
    batch->Delete(kLedgerRecords, SequenceKey(20));
  });
  EXPECT_TRUE(Names(said, 20, "missing"));
}

TEST_F(FsckTest, ReportsReorderedRecords) {
  const auto said = After([](Kv* kv, KvBatch* batch) {
    batch->Put(kLedgerRecords, SequenceKey(20),
               *kv->Get(kLedgerRecords, SequenceKey(21)));
    batch->Put(kLedgerRecords, SequenceKey(21),
               *kv->Get(kLedgerRecords, SequenceKey(20)));
  });
  EXPECT_TRUE(Names(said, 20, "here stands record 21"));
  EXPECT_TRUE(Names(said, 21, "here stands record 20"));
}

TEST_F(FsckTest, ReportsRecordsThatWereCutOff) {
  const auto said = After([](Kv*, KvBatch* batch) {
    batch->Delete(kLedgerRecords, SequenceKey(300));
  });
  EXPECT_TRUE(Names(said, 300, "missing"));
}

TEST_F(FsckTest, ReportsARecordThatIsInNoCheckpoint) {
  const auto said = After([](Kv* kv, KvBatch* batch) {
    batch->Put(kLedgerRecords, SequenceKey(301),
               *kv->Get(kLedgerRecords, SequenceKey(300)));
  });
  EXPECT_TRUE(Names(said, 301, "in no checkpoint"));
}

// Records and checkpoint set back together: the published one knows.
TEST_F(FsckTest, ReportsADatabaseOfYesterday) {
  const auto said = After([&](Kv*, KvBatch* batch) {
    batch->Delete(kLedgerRecords, SequenceKey(300));
    batch->Put(kLedgerMeta, "checkpoint", receipts_[298].checkpoint());
  });
  EXPECT_TRUE(Names(said, 300, "log/checkpoint is of 300"));
  EXPECT_FALSE(book_.ledger()->health().ok());
}

TEST_F(FsckTest, ReportsWhateverKeepsTheLogFromBeingContinued) {
  const auto said = After([](Kv*, KvBatch* batch) {
    batch->Put(kLedgerMeta, std::string(kSetBackPrefix) + "x", "");
  });
  EXPECT_FALSE(book_.ledger()->health().ok());
  EXPECT_TRUE(Names(said, 0, "a sequence of 1 bytes"));
}

// Everything set back: who kept a receipt knows.
TEST_F(FsckTest, ReportsALogThatLostWhatAReceiptProves) {
  book_.Close();
  std::filesystem::copy(book_.folder() + "/audit", book_.folder() + "/old",
                        std::filesystem::copy_options::recursive);
  book_.Open();
  const v1::Receipt receipt =
      book_.Append(book_.Answer(source_, {"One sentence."}));
  book_.Close();
  std::filesystem::remove_all(book_.folder() + "/audit");
  std::filesystem::rename(book_.folder() + "/old", book_.folder() + "/audit");
  book_.Open();
  EXPECT_EQ(book_.Walk().back().damaged(), 0u);
  EXPECT_TRUE(Names(book_.Walk({receipt.checkpoint()}), 301,
                    "given checkpoint 1 is of 301"));
  // Another history of the same length.
  book_.Append(book_.Answer(source_, {"Another sentence."}));
  EXPECT_TRUE(Names(book_.Walk({receipt.checkpoint()}), 0,
                    "the first 301 records have another root"));
}

TEST_F(FsckTest, ReportsADamagedCheckpoint) {
  const auto said = After(
      [](Kv*, KvBatch* batch) { batch->Put(kLedgerMeta, "checkpoint", "x"); });
  EXPECT_TRUE(Names(said, 0, "the newest checkpoint"));
}

TEST_F(FsckTest, ReportsChangedTiles) {
  EXPECT_TRUE(
      Names(AfterFile("tile/0/000",
                      [](std::string* bytes) { (*bytes)[32 * 9] ^= 1; }),
            10, "tile/0/000 has"));
}

TEST_F(FsckTest, ReportsAChangedTileOfTheEdge) {
  EXPECT_TRUE(Names(AfterFile("tile/0/001.p/44",
                              [](std::string* bytes) { (*bytes)[0] ^= 1; }),
                    257, "tile/0/001.p/44 has"));
}

TEST_F(FsckTest, ReportsAChangedUpperTile) {
  EXPECT_TRUE(Names(AfterFile("tile/1/000.p/1",
                              [](std::string* bytes) { (*bytes)[31] ^= 1; }),
                    0, "tile/1/000.p/1: hash 0"));
}

// Whoever can write to the log's files, and has no key, gets no signature for
// another history: neither where the log opens as if it were whole (the first
// tile) nor where it does not.
TEST_F(FsckTest, AnEventThatTheNewestDoesNotContainDestroysNoKey) {
  v1::AuditEvent event;
  event.set_kind(v1::AuditEvent::ERASE_SUBJECT);
  for (uint32_t key = 1; key < book_.ledger()->keyring()->size(); ++key) {
    event.add_destroyed_keys(key);
  }
  ASSERT_GT(event.destroyed_keys_size(), 0);
  const std::string keys = *ReadFile(book_.folder() + "/audit.keys");
  RecordParts parts = book_.ledger()->Read(10)->parts;
  parts.kind = RecordKind::kEvent;
  parts.sections.clear();
  parts.body = event.SerializeAsString();
  const std::string bytes = EncodeRecord(parts);
  book_.WhileClosed([&](Kv* kv) {
    KvBatch batch;
    batch.Put(kLedgerRecords, SequenceKey(10), bytes);
    batch.Put(kLedgerEvents, SequenceKey(10), "");
    ASSERT_EQ(kv->Write(std::move(batch), true), absl::OkStatus());
    const std::string path = book_.folder() + "/audit/log/tile/0/000";
    std::string tile = *ReadFile(path);
    tile.replace(9 * 32, 32, std::string(AsBytes(LeafHash(bytes))));
    ASSERT_EQ(WriteFileAtomically(path, tile), absl::OkStatus());
  });
  EXPECT_EQ(*ReadFile(book_.folder() + "/audit.keys"), keys);
  EXPECT_EQ(book_.ledger()->health().code(), absl::StatusCode::kDataLoss);
}

// Nor does such an event make one that was taken out one that was removed on
// purpose, whether or not the tile has its hash.
TEST_F(FsckTest, AnEventThatTheNewestDoesNotContainRemovesNoRecord) {
  v1::AuditEvent event;
  event.set_kind(v1::AuditEvent::RETENTION);
  event.add_removed_first(20);
  event.add_removed_last(30);
  RecordParts parts = book_.ledger()->Read(10)->parts;
  parts.kind = RecordKind::kEvent;
  parts.sections.clear();
  parts.body = event.SerializeAsString();
  const std::string bytes = EncodeRecord(parts);
  const std::string path = book_.folder() + "/audit/log/tile/0/000";
  for (const bool in_tile : {false, true}) {
    book_.WhileClosed([&](Kv* kv) {
      KvBatch batch;
      batch.Put(kLedgerRecords, SequenceKey(10), bytes);
      batch.Put(kLedgerEvents, SequenceKey(10), "");
      batch.Delete(kLedgerRecords, SequenceKey(25));
      ASSERT_EQ(kv->Write(std::move(batch), true), absl::OkStatus());
      std::string tile = *ReadFile(path);
      if (in_tile) {
        tile.replace(9 * 32, 32, std::string(AsBytes(LeafHash(bytes))));
      }
      ASSERT_EQ(WriteFileAtomically(path, tile), absl::OkStatus());
    });
    EXPECT_EQ(book_.ledger()->health().code(), absl::StatusCode::kDataLoss);
    EXPECT_FALSE(book_.ledger()->IsRemoved(25));
    EXPECT_TRUE(Names(book_.Walk(), 25, "missing"));
  }
}

TEST_F(FsckTest, NoStateIsSignedThatTheNewestDoesNotContinue) {
  for (const uint64_t forged : {uint64_t{10}, uint64_t{260}}) {
    const std::string tile = forged <= 256 ? "tile/0/000" : "tile/0/001.p/44";
    TreeHash leaf;
    book_.WhileClosed([&](Kv* kv) {
      std::string bytes = *kv->Get(kLedgerRecords, SequenceKey(forged));
      bytes.back() ^= 1;
      leaf = LeafHash(bytes);
      KvBatch batch;
      batch.Put(kLedgerRecords, SequenceKey(forged), bytes);
      ASSERT_EQ(kv->Write(std::move(batch), true), absl::OkStatus());
    });
    AfterFile(tile, [&](std::string* bytes) {
      bytes->replace((forged - 1) % 256 * 32, 32, std::string(AsBytes(leaf)));
    });
    EXPECT_EQ(book_.ledger()->health().ok(), forged == 10);
    for (uint64_t sequence = 1; sequence <= 300; ++sequence) {
      if (sequence == 10 || sequence == 260) continue;
      const v1::Receipt& receipt = receipts_[sequence - 1];
      const auto found = book_.ledger()->FindAnswer(receipt.answer_id(), "");
      ASSERT_EQ(found.status(), absl::OkStatus());
      EXPECT_THAT(found->answer().receipt().checkpoint(),
                  AnyOf(receipt.checkpoint(), ""))
          << sequence;
    }
  }
}

// What is in the tiles that are there is read still, and nobody reads behind
// the one that could not be made.
TEST_F(FsckTest, AMissingTileWhoseRecordIsMissingIsDamage) {
  book_.WhileClosed([&](Kv* kv) {
    KvBatch batch;
    batch.Delete(kLedgerRecords, SequenceKey(270));
    ASSERT_EQ(kv->Write(std::move(batch), true), absl::OkStatus());
    std::filesystem::remove(
        absl::StrCat(book_.folder(), "/audit/log/tile/0/001.p/44"));
  });
  EXPECT_EQ(book_.ledger()->health().code(), absl::StatusCode::kDataLoss);
  for (const uint64_t sequence : {1, 256, 257, 270, 300}) {
    const std::string id = receipts_[sequence - 1].answer_id();
    EXPECT_EQ(
        book_.ledger()->FindAnswer(id, "").status().code(),
        sequence <= 256 ? absl::StatusCode::kOk : absl::StatusCode::kDataLoss)
        << sequence;
  }
  EXPECT_EQ(book_.ledger()->Node(8, 0).status(), absl::OkStatus());
  EXPECT_EQ(book_.ledger()->WaitingTile(0, 1).status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(book_.ledger()->WaitingTile(1, 0).status(), absl::OkStatus());
  EXPECT_TRUE(Names(book_.Walk(), 270, "missing"));
}

TEST_F(FsckTest, ReportsATileThatWasTakenOut) {
  for (const char* tile : {"tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"}) {
    book_.Close();
    std::filesystem::remove(absl::StrCat(book_.folder(), "/audit/log/", tile));
    book_.Open();
    EXPECT_TRUE(Names(book_.Walk(), 0, absl::StrCat(tile, ": was missing")))
        << tile;
  }
}

TEST_F(FsckTest, ReportsAChangedOrMissingPublishedCheckpoint) {
  EXPECT_TRUE(Names(
      AfterFile("checkpoint", [](std::string* bytes) { (*bytes)[40] ^= 1; }), 0,
      "log/checkpoint"));
  book_.Close();
  std::filesystem::remove(book_.folder() + "/audit/log/checkpoint");
  book_.Open();
  EXPECT_TRUE(Names(book_.Walk(), 0, "log/checkpoint"));
}

TEST_F(FsckTest, ReportsIndexesThatHideAnAnswer) {
  const auto key_of = [](Kv* kv, LedgerTable table) {
    return std::string(kv->Iterate(table, "")->key());
  };
  for (const LedgerTable table :
       {kLedgerCiting, kLedgerCollections, kLedgerSubjects}) {
    std::string value;
    EXPECT_TRUE(Names(After([&](Kv* kv, KvBatch* batch) {
                        value = *kv->Get(table, key_of(kv, table));
                        batch->Delete(table, key_of(kv, table));
                      }),
                      0, absl::StrCat("the index ", LedgerTables()[table])));
  }
  EXPECT_TRUE(Names(
      After([&](Kv*, KvBatch* batch) { batch->Put(kLedgerCiting, "c2", "x"); }),
      0, "the index citing"));
}

}  // namespace
}  // namespace footnote
