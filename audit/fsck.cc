#include "audit/fsck.h"

#include <google/protobuf/arena.h>

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
#include "audit/merkle.h"
#include "audit/note.h"
#include "audit/sealing.h"
#include "audit/tiles.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

using Show = std::function<bool(const v1::VerifyChainResponse&)>;

// Tables whose rows follow from the records. kLedgerRequests does not: its
// keys are sealed.
constexpr LedgerTable kDerived[] = {kLedgerCiting, kLedgerCollections,
                                    kLedgerSubjects, kLedgerEvents};

struct Sums {
  explicit Sums(const std::string& key)
      : tables{SetFingerprint(key), SetFingerprint(key), SetFingerprint(key),
               SetFingerprint(key)} {}
  std::array<SetFingerprint, 4> tables;
};

// One check of one log at one moment.
class Fsck {
 public:
  Fsck(const Ledger& ledger, const Show& show)
      : ledger_(ledger),
        show_(show),
        snapshot_(ledger.kv()->Snapshot()),
        key_(RandomBytes(16)),
        keys_(ledger.keyring()->size()),
        index_sums_(key_),
        sums_(key_) {}

  absl::Status Run(const v1::VerifyChainRequest& request) {
    RETURN_IF_ERROR(OpenNewest());
    RETURN_IF_ERROR(CheckFiles());
    StartIndexSums();
    const absl::Status read = ReadRecords();
    for (std::thread& thread : index_threads_) thread.join();
    RETURN_IF_ERROR(read);
    RETURN_IF_ERROR(CheckBeyond());
    RETURN_IF_ERROR(CheckUpperTiles());
    for (const std::string& repair : ledger_.repairs()) {
      RETURN_IF_ERROR(
          Report(0, absl::StrCat(repair, "; made again from the records")));
    }
    RETURN_IF_ERROR(CheckCheckpoints(request));
    RETURN_IF_ERROR(CheckIndexes());
    for (const std::string& wrong : ledger_.keyring()->Check()) {
      RETURN_IF_ERROR(Report(0, wrong));
    }
    v1::VerifyChainResponse last;
    last.set_done(true);
    last.set_records(records_);
    last.set_damaged(damaged_);
    return ShowLine(last);
  }

 private:
  // The size that the walk goes to: the newest checkpoint's.
  absl::Status OpenNewest() {
    const absl::StatusOr<std::string> note =
        ledger_.kv()->Get(kLedgerMeta, "checkpoint", snapshot_.get());
    if (note.ok()) {
      const absl::StatusOr<Checkpoint> newest =
          OpenCheckpoint(*note, ledger_.verifier());
      if (newest.ok()) {
        newest_ = *newest;
        return absl::OkStatus();
      }
      RETURN_IF_ERROR(Report(0, absl::StrCat("the newest checkpoint: ",
                                             newest.status().message())));
    } else if (!absl::IsNotFound(note.status())) {
      return note.status();
    }
    // Then as far as there are records.
    newest_.size = 0;
    const auto it = ledger_.kv()->Iterate(kLedgerRecords, "", snapshot_.get());
    for (; it->Valid(); it->Next()) ++newest_.size;
    if (newest_.size > 0 &&
        note.status().code() == absl::StatusCode::kNotFound) {
      return Report(0, "there are records, but no checkpoint");
    }
    return absl::OkStatus();
  }

  // Every byte of the database's files, before what they say is believed.
  absl::Status CheckFiles() {
    const absl::Status files = ledger_.kv()->VerifyFiles();
    return files.ok() ? files : Report(0, files.message());
  }

  // Tiles 0..full of level 0, shared by the threads.
  absl::Status ReadRecords() {
    const uint64_t tiles = (newest_.size + kTileWidth - 1) / kTileWidth;
    roots_.resize(newest_.size / kTileWidth);
    const uint64_t threads =
        std::min<uint64_t>(std::max(1u, std::thread::hardware_concurrency()),
                           std::max<uint64_t>(1, tiles / 16));
    std::vector<std::thread> workers;
    std::vector<absl::Status> statuses(threads);
    for (uint64_t t = 0; t < threads; ++t) {
      const uint64_t begin = tiles * t / threads;
      const uint64_t end = tiles * (t + 1) / threads;
      workers.emplace_back([this, begin, end, status = &statuses[t]] {
        *status = ReadTiles(begin, end);
      });
    }
    for (std::thread& worker : workers) worker.join();
    for (const absl::Status& status : statuses) RETURN_IF_ERROR(status);
    return absl::OkStatus();
  }

  // Records of tiles [begin, end), hashed and compared with the tiles' files.
  absl::Status ReadTiles(uint64_t begin, uint64_t end) {
    Sums sums(key_);
    google::protobuf::Arena arena;
    uint64_t records = 0;
    const auto it = ledger_.kv()->Iterate(kLedgerRecords, "", snapshot_.get());
    it->Seek(SequenceKey(begin * kTileWidth + 1));
    for (uint64_t tile = begin; tile < end; ++tile) {
      arena.Reset();
      const uint64_t first = tile * kTileWidth;
      const uint64_t width = std::min(kTileWidth, newest_.size - first);
      const std::vector<TreeHash> written = WrittenTile(0, tile, width);
      std::vector<TreeHash> hashes(width);
      for (uint64_t i = 0; i < width; ++i) {
        const uint64_t sequence = first + i + 1;
        const bool here = it->Valid() && it->key() == SequenceKey(sequence);
        if (!here) {
          RETURN_IF_ERROR(it->status());
          if (written.empty() || !ledger_.IsRemoved(sequence)) {
            RETURN_IF_ERROR(Report(sequence, "missing"));
          }
          // The rest of the tree is checked with the tile's word.
          if (!written.empty()) hashes[i] = written[i];
          continue;
        }
        ++records;
        hashes[i] = LeafHash(it->value());
        RETURN_IF_ERROR(CheckRecord(sequence, it->value(), &arena, &sums));
        if (!written.empty() && hashes[i] != written[i]) {
          RETURN_IF_ERROR(Report(
              sequence, absl::StrCat("has SHA-256 ", Hex(AsBytes(hashes[i])),
                                     ", ", TilePath(0, tile, width), " has ",
                                     Hex(AsBytes(written[i])))));
        }
        it->Next();
      }
      if (width == kTileWidth) {
        roots_[tile] = TileRoot(hashes);
      } else {
        edge_ = std::move(hashes);
      }
    }
    RETURN_IF_ERROR(it->status());
    const std::lock_guard<std::mutex> lock(mutex_);
    records_ += records;
    for (size_t i = 0; i < sums.tables.size(); ++i) {
      sums_.tables[i].Add(sums.tables[i]);
    }
    return absl::OkStatus();
  }

  // What it holds fits to its place; adds the index rows that it stands for.
  absl::Status CheckRecord(uint64_t sequence, absl::string_view bytes,
                           google::protobuf::Arena* arena, Sums* sums) {
    const absl::StatusOr<RecordOutline> outline = OutlineRecord(bytes);
    if (!outline.ok()) return Report(sequence, outline.status().message());
    const RecordHead& head = outline->head;
    if (head.sequence != sequence) {
      return Report(sequence,
                    absl::StrCat("here stands record ", head.sequence));
    }
    if (outline->largest_key >= keys_) {
      return Report(sequence, absl::StrCat("key ", outline->largest_key,
                                           " is not in the keyring"));
    }
    const std::string key = SequenceKey(sequence);
    if (outline->first_key > 0) {
      sums->tables[2].Add(absl::StrCat(SubjectPrefix(outline->first_key), key),
                          "");
    }
    if (head.kind == RecordKind::kEvent) sums->tables[3].Add(key, "");
    if (head.kind != RecordKind::kAnswer) return absl::OkStatus();
    auto& record =
        *google::protobuf::Arena::CreateMessage<v1::AnswerRecord>(arena);
    if (!record.ParseFromArray(outline->body.data(),
                               static_cast<int>(outline->body.size()))) {
      return Report(sequence, "its body is no AnswerRecord");
    }
    sums->tables[1].Add(
        absl::StrCat(CollectionPrefix(record.answer().collection()), key), "");
    CitingValue value;
    value.time_us = head.time_us;
    value.id_bytes = std::string(head.nonce);
    value.tenant = record.tenant();
    for (auto& cited : CitedSpans(record.answer())) {
      value.spans = std::move(cited.second);
      sums->tables[0].Add(absl::StrCat(cited.first, key), EncodeCiting(value));
    }
    return absl::OkStatus();
  }

  // Records behind the checkpoint's last.
  absl::Status CheckBeyond() {
    const auto it = ledger_.kv()->Iterate(kLedgerRecords, "", snapshot_.get());
    it->Seek(SequenceKey(newest_.size + 1));
    for (; it->Valid(); it->Next()) {
      const absl::StatusOr<uint64_t> sequence = ParseSequence(it->key());
      RETURN_IF_ERROR(
          Report(sequence.ok() ? *sequence : 0, "is in no checkpoint"));
    }
    return it->status();
  }

  // A tile's file, or memory where it waits; empty when it is damaged, which
  // is reported.
  std::vector<TreeHash> WrittenTile(int level, uint64_t index, uint64_t width) {
    const std::string path = TilePath(level, index, width);
    absl::StatusOr<std::string> bytes =
        ReadFile(absl::StrCat(ledger_.folder(), "/log/", path));
    absl::StatusOr<std::vector<TreeHash>> tile =
        bytes.ok() ? ParseTile(*bytes, width) : bytes.status();
    if (absl::IsNotFound(tile.status()))
      tile = WaitingTile(level, index, width);
    if (tile.ok()) return *std::move(tile);
    Report(0, absl::StrCat(path, ": ", tile.status().message())).IgnoreError();
    return {};
  }

  // A log in use has tiles that are not written yet.
  absl::StatusOr<std::vector<TreeHash>> WaitingTile(int level, uint64_t index,
                                                    uint64_t width) {
    absl::StatusOr<std::vector<TreeHash>> tile =
        ledger_.health().ok() ? ledger_.WaitingTile(level, index)
                              : absl::NotFoundError("missing");
    if (!tile.ok() || tile->size() < width) {
      return absl::NotFoundError("missing");
    }
    tile->resize(width);
    return tile;
  }

  // Levels above the leaves: from the roots below, against their files.
  absl::Status CheckUpperTiles() {
    std::vector<TreeHash> below = roots_;
    for (int level = 1; !below.empty(); ++level) {
      std::vector<TreeHash> next;
      for (uint64_t first = 0; first < below.size(); first += kTileWidth) {
        const uint64_t width =
            std::min<uint64_t>(kTileWidth, below.size() - first);
        const std::vector<TreeHash> hashes(below.begin() + first,
                                           below.begin() + first + width);
        const std::vector<TreeHash> written =
            WrittenTile(level, first / kTileWidth, width);
        for (uint64_t i = 0; i < width && !written.empty(); ++i) {
          if (written[i] == hashes[i]) continue;
          RETURN_IF_ERROR(Report(
              0, absl::StrCat(TilePath(level, first / kTileWidth, width),
                              ": hash ", i, " is not that of the tile below")));
        }
        if (width == kTileWidth) next.push_back(TileRoot(hashes));
      }
      below = std::move(next);
    }
    return absl::OkStatus();
  }

  // A node of the tree as the records make it.
  absl::StatusOr<TreeHash> Node(int level, uint64_t index) const {
    const uint64_t count = uint64_t{1} << (level % 8);
    if (level < 8) {
      const uint64_t first = index * count;
      if (first / kTileWidth == roots_.size()) {
        const auto begin = edge_.begin() + first % kTileWidth;
        return TileRoot({begin, begin + count});
      }
      return absl::InternalError("a node within a full tile");
    }
    const uint64_t leaves = uint64_t{1} << (level - 8);
    return TileRoot({roots_.begin() + index * leaves,
                     roots_.begin() + (index + 1) * leaves});
  }

  // The root of the first `size` leaves: of the records at tiles' borders, of
  // the tiles, which were compared with them, between.
  absl::StatusOr<TreeHash> RootAt(uint64_t size) {
    return RootOf(size, [&](int level, uint64_t index) {
      const bool inside =
          level < 8 && (index << level) / kTileWidth < roots_.size();
      return inside ? ledger_.Node(level, index) : Node(level, index);
    });
  }

  absl::Status CheckCheckpoints(const v1::VerifyChainRequest& request) {
    RETURN_IF_ERROR(CheckCheckpoint("the newest checkpoint", newest_));
    const absl::StatusOr<std::string> published =
        ReadFile(absl::StrCat(ledger_.folder(), "/log/checkpoint"), 1 << 20);
    if (published.ok()) {
      RETURN_IF_ERROR(CheckNote("log/checkpoint", *published));
    } else {
      RETURN_IF_ERROR(Report(0, published.status().message()));
    }
    const absl::StatusOr<std::string> cosigned =
        ReadFile(absl::StrCat(ledger_.folder(), "/log/cosigned"), 1 << 20);
    if (cosigned.ok()) RETURN_IF_ERROR(CheckNote("log/cosigned", *cosigned));
    RETURN_IF_ERROR(CheckVerifierFile());
    for (int i = 0; i < request.checkpoints_size(); ++i) {
      RETURN_IF_ERROR(CheckNote(absl::StrCat("given checkpoint ", i + 1),
                                request.checkpoints(i)));
    }
    return absl::OkStatus();
  }

  absl::Status CheckVerifierFile() {
    const absl::StatusOr<std::string> text =
        ReadFile(absl::StrCat(ledger_.folder(), "/log/log.vkey"), 4096);
    if (text.ok() &&
        *text == absl::StrCat(VerifierText(ledger_.verifier()), "\n")) {
      return absl::OkStatus();
    }
    return Report(0, "log/log.vkey is not the log's key");
  }

  absl::Status CheckNote(absl::string_view name, absl::string_view note) {
    const absl::StatusOr<Checkpoint> checkpoint =
        OpenCheckpoint(note, ledger_.verifier());
    if (!checkpoint.ok()) {
      return Report(0, absl::StrCat(name, ": ", checkpoint.status().message()));
    }
    return CheckCheckpoint(name, *checkpoint);
  }

  absl::Status CheckCheckpoint(absl::string_view name,
                               const Checkpoint& checkpoint) {
    if (checkpoint.size > newest_.size) {
      return Report(newest_.size + 1,
                    absl::StrCat("missing: ", name, " is of ", checkpoint.size,
                                 " records, here are ", newest_.size));
    }
    const absl::StatusOr<TreeHash> root = RootAt(checkpoint.size);
    if (root.ok() && *root == checkpoint.root) return absl::OkStatus();
    return Report(0, absl::StrCat(name, ": the first ", checkpoint.size,
                                  " records have another root"));
  }

  // The rows that are there, summed while the records are read.
  void StartIndexSums() {
    for (size_t i = 0; i < index_sums_.tables.size(); ++i) {
      index_threads_.emplace_back([this, i] {
        const auto it = ledger_.kv()->Iterate(kDerived[i], "", snapshot_.get());
        for (; it->Valid(); it->Next()) {
          index_sums_.tables[i].Add(it->key(), it->value());
        }
        index_statuses_[i] = it->status();
      });
    }
  }

  absl::Status CheckIndexes() {
    for (size_t i = 0; i < sums_.tables.size(); ++i) {
      RETURN_IF_ERROR(index_statuses_[i]);
      const SetFingerprint& rows = index_sums_.tables[i];
      if (rows == sums_.tables[i]) continue;
      RETURN_IF_ERROR(Report(
          0, absl::StrCat("the index ", LedgerTables()[kDerived[i]], " has ",
                          rows.rows(), " rows that are not the ",
                          sums_.tables[i].rows(), " that the records make")));
    }
    const auto it = ledger_.kv()->Iterate(kLedgerRequests, "", snapshot_.get());
    for (; it->Valid(); it->Next()) {
      const absl::StatusOr<uint64_t> sequence = ParseSequence(it->value());
      if (sequence.ok() && *sequence > 0 && *sequence <= newest_.size) continue;
      RETURN_IF_ERROR(Report(sequence.ok() ? *sequence : 0,
                             "a request's id leads to it: missing"));
    }
    return it->status();
  }

  absl::Status Report(uint64_t sequence, absl::string_view detail) {
    v1::VerifyChainResponse response;
    response.set_damaged_sequence(sequence);
    response.set_detail(std::string(detail));
    const std::lock_guard<std::mutex> lock(mutex_);
    if (++damaged_ > kMostReported) return absl::OkStatus();
    return ShowLine(response);
  }

  absl::Status ShowLine(const v1::VerifyChainResponse& response) {
    return show_(response) ? absl::OkStatus()
                           : absl::CancelledError("the caller went away");
  }

  static constexpr uint64_t kMostReported = 10000;

  const Ledger& ledger_;
  const Show& show_;
  const std::shared_ptr<const KvSnapshot> snapshot_;
  const std::string key_;
  const uint32_t keys_;
  Checkpoint newest_;
  // Of the full tiles of level 0, as the records make them; then the rest.
  std::vector<TreeHash> roots_;
  std::vector<TreeHash> edge_;

  std::vector<std::thread> index_threads_;
  Sums index_sums_;
  std::array<absl::Status, 4> index_statuses_;

  std::mutex mutex_;
  Sums sums_;             // by mutex_
  uint64_t records_ = 0;  // by mutex_
  uint64_t damaged_ = 0;  // by mutex_
};

}  // namespace

absl::Status VerifyChain(
    const v1::VerifyChainRequest& request, const Ledger& ledger,
    const std::function<bool(const v1::VerifyChainResponse&)>& show) {
  return Fsck(ledger, show).Run(request);
}

}  // namespace footnote
