#include "audit/fsck.h"

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "audit/crypto/fingerprint.h"
#include "audit/crypto/seal.h"
#include "audit/damages.h"
#include "audit/fsck_tree.h"
#include "audit/merkle.h"
#include "audit/note.h"
#include "audit/record_rows.h"
#include "audit/tiles.h"
#include "base/hash.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

constexpr LedgerTable kDerived[] = {kLedgerCiting, kLedgerCollections,
                                    kLedgerSubjects, kLedgerEvents};
constexpr size_t kDerivedTables = sizeof(kDerived) / sizeof(kDerived[0]);

// What the rows of each derived table add up to.
class IndexSums {
 public:
  explicit IndexSums(const std::string& key)
      : sums_{SetFingerprint(key), SetFingerprint(key), SetFingerprint(key),
              SetFingerprint(key)} {}

  SetFingerprint& of(LedgerTable table) {
    return sums_[std::find(std::begin(kDerived), std::end(kDerived), table) -
                 std::begin(kDerived)];
  }
  void Add(const IndexSums& other) {
    for (size_t i = 0; i < sums_.size(); ++i) sums_[i].Add(other.sums_[i]);
  }

 private:
  std::array<SetFingerprint, kDerivedTables> sums_;
};

// One check of one log at one moment.
class Fsck {
 public:
  Fsck(const Ledger& ledger, const Damages::Show& show)
      : ledger_(ledger),
        damages_(show),
        tree_(ledger, &damages_),
        snapshot_(ledger.kv()->Snapshot()),
        key_(RandomBytes(16)),
        keys_(ledger.keyring()->size()),
        stored_(key_),
        wanted_(key_) {}

  absl::Status Run(const v1::VerifyChainRequest& request) {
    RETURN_IF_ERROR(OpenNewest());
    RETURN_IF_ERROR(ReadEverything());
    RETURN_IF_ERROR(CheckBeyond());
    for (const std::string& repair : ledger_.repairs()) {
      RETURN_IF_ERROR(damages_.Report(
          0, absl::StrCat(repair, "; made again from the records")));
    }
    RETURN_IF_ERROR(tree_.Check(request));
    RETURN_IF_ERROR(CheckIndexes());
    RETURN_IF_ERROR(CheckRequests());
    for (const std::string& wrong : ledger_.keyring()->Check()) {
      RETURN_IF_ERROR(damages_.Report(0, wrong));
    }
    // A log that can't be continued is not without damage.
    const absl::Status health = ledger_.health();
    if (!health.ok() && !damages_.any()) {
      RETURN_IF_ERROR(damages_.Report(0, health.message()));
    }
    return damages_.Done(records_);
  }

 private:
  std::unique_ptr<KvIterator> Rows(LedgerTable table) const {
    return ledger_.kv()->Iterate(table, "", snapshot_.get());
  }

  // The size that the check goes to: the newest checkpoint's; where that is
  // damaged, as far as there are records.
  absl::Status OpenNewest() {
    const absl::StatusOr<std::string> note =
        ledger_.kv()->Get(kLedgerMeta, kCheckpointKey, snapshot_.get());
    if (!note.ok() && !absl::IsNotFound(note.status())) return note.status();
    if (note.ok()) {
      const absl::StatusOr<Checkpoint> newest =
          OpenCheckpoint(*note, ledger_.verifier());
      if (newest.ok()) {
        tree_.Begin(*newest);
        return absl::OkStatus();
      }
      RETURN_IF_ERROR(damages_.Report(
          0,
          absl::StrCat("the newest checkpoint: ", newest.status().message())));
    }
    Checkpoint all;
    for (const auto it = Rows(kLedgerRecords); it->Valid(); it->Next()) {
      ++all.size;
    }
    tree_.Begin(all);
    if (note.ok() || all.size == 0) return absl::OkStatus();
    return damages_.Report(0, "there are records, but no checkpoint");
  }

  // All that is large, at the same time: every byte of the database's files,
  // every record, every row of an index.
  absl::Status ReadEverything() {
    const uint64_t tiles = tree_.tiles();
    const uint64_t readers =
        std::min<uint64_t>(std::max(1u, std::thread::hardware_concurrency()),
                           std::max<uint64_t>(1, tiles / 16));
    std::vector<std::thread> threads;
    std::vector<absl::Status> statuses(readers + kDerivedTables + 1);
    for (uint64_t r = 0; r < readers; ++r) {
      threads.emplace_back([=, status = &statuses[r]] {
        *status = ReadTiles(tiles * r / readers, tiles * (r + 1) / readers);
      });
    }
    for (size_t i = 0; i < kDerivedTables; ++i) {
      threads.emplace_back([=, status = &statuses[readers + i]] {
        *status = SumRows(kDerived[i]);
      });
    }
    threads.emplace_back([=, status = &statuses.back()] {
      const absl::Status files = ledger_.kv()->VerifyFiles();
      *status = files.ok() ? files : damages_.Report(0, files.message());
    });
    for (std::thread& thread : threads) thread.join();
    for (const absl::Status& status : statuses) RETURN_IF_ERROR(status);
    return absl::OkStatus();
  }

  absl::Status SumRows(LedgerTable table) {
    SetFingerprint& sum = stored_.of(table);
    const auto it = Rows(table);
    for (; it->Valid(); it->Next()) sum.Add(it->key(), it->value());
    return it->status();
  }

  // Records of tiles [begin, end), hashed and compared with the tiles' files.
  absl::Status ReadTiles(uint64_t begin, uint64_t end) {
    IndexSums sums(key_);
    RecordRows rows;
    uint64_t records = 0;
    const auto it = Rows(kLedgerRecords);
    it->Seek(SequenceKey(begin * kTileWidth + 1));
    for (uint64_t tile = begin; tile < end; ++tile) {
      const uint64_t first = tile * kTileWidth;
      const std::vector<TreeHash> written = tree_.Written(tile);
      std::vector<TreeHash> leaves(std::min(kTileWidth, tree_.size() - first));
      for (uint64_t i = 0; i < leaves.size(); ++i) {
        const uint64_t sequence = first + i + 1;
        const bool here = it->Valid() && it->key() == SequenceKey(sequence);
        if (!here) {
          RETURN_IF_ERROR(it->status());
          if (written.empty() || !ledger_.IsRemoved(sequence)) {
            RETURN_IF_ERROR(damages_.Report(sequence, "missing"));
          }
          // The rest of the tree is checked with the tile's word.
          if (!written.empty()) leaves[i] = written[i];
          continue;
        }
        ++records;
        leaves[i] = LeafHash(it->value());
        RETURN_IF_ERROR(CheckRecord(sequence, it->value(), &rows, &sums));
        if (!written.empty() && leaves[i] != written[i]) {
          RETURN_IF_ERROR(damages_.Report(
              sequence, absl::StrCat("has SHA-256 ", Hex(AsBytes(leaves[i])),
                                     ", ", TilePath(0, tile, leaves.size()),
                                     " has ", Hex(AsBytes(written[i])))));
        }
        it->Next();
      }
      tree_.SetLeaves(tile, std::move(leaves));
    }
    RETURN_IF_ERROR(it->status());
    const std::lock_guard<std::mutex> lock(mutex_);
    records_ += records;
    wanted_.Add(sums);
    return absl::OkStatus();
  }

  // What it holds fits to its place; adds the index rows that it stands for.
  absl::Status CheckRecord(uint64_t sequence, absl::string_view bytes,
                           RecordRows* rows, IndexSums* sums) {
    const absl::StatusOr<RecordOutline> outline = OutlineRecord(bytes);
    if (!outline.ok()) {
      return damages_.Report(sequence, outline.status().message());
    }
    if (outline->head.sequence != sequence) {
      return damages_.Report(sequence, absl::StrCat("here stands record ",
                                                    outline->head.sequence));
    }
    if (outline->largest_key >= keys_) {
      return damages_.Report(
          sequence,
          absl::StrCat("key ", outline->largest_key, " is not in the keyring"));
    }
    const absl::Status known = rows->Of(
        *outline,
        [sums](LedgerTable table, absl::string_view key,
               absl::string_view value) { sums->of(table).Add(key, value); });
    if (known.ok()) return absl::OkStatus();
    return damages_.Report(sequence, known.message());
  }

  // Records behind the checkpoint's last.
  absl::Status CheckBeyond() {
    const auto it = Rows(kLedgerRecords);
    it->Seek(SequenceKey(tree_.size() + 1));
    for (; it->Valid(); it->Next()) {
      const absl::StatusOr<uint64_t> sequence = ParseSequence(it->key());
      RETURN_IF_ERROR(damages_.Report(sequence.ok() ? *sequence : 0,
                                      "is in no checkpoint"));
    }
    return it->status();
  }

  absl::Status CheckIndexes() {
    for (const LedgerTable table : kDerived) {
      const SetFingerprint& rows = stored_.of(table);
      const SetFingerprint& wanted = wanted_.of(table);
      if (rows == wanted) continue;
      RETURN_IF_ERROR(damages_.Report(
          0, absl::StrCat("the index ", LedgerTables()[table], " has ",
                          rows.rows(), " rows that are not the ", wanted.rows(),
                          " that the records make")));
    }
    return absl::OkStatus();
  }

  absl::Status CheckRequests() {
    const auto it = Rows(kLedgerRequests);
    for (; it->Valid(); it->Next()) {
      const absl::StatusOr<uint64_t> sequence = ParseSequence(it->value());
      if (sequence.ok() && *sequence > 0 && *sequence <= tree_.size()) continue;
      RETURN_IF_ERROR(damages_.Report(sequence.ok() ? *sequence : 0,
                                      "a request's id leads to it: missing"));
    }
    return it->status();
  }

  const Ledger& ledger_;
  Damages damages_;
  FsckTree tree_;
  const std::shared_ptr<const KvSnapshot> snapshot_;
  const std::string key_;
  const uint32_t keys_;
  // Of the rows that are there, and of those that the records make.
  IndexSums stored_;

  std::mutex mutex_;
  IndexSums wanted_;      // guarded by mutex_
  uint64_t records_ = 0;  // guarded by mutex_
};

}  // namespace

absl::Status VerifyChain(
    const v1::VerifyChainRequest& request, const Ledger& ledger,
    const std::function<bool(const v1::VerifyChainResponse&)>& show) {
  return Fsck(ledger, show).Run(request);
}

}  // namespace footnote
