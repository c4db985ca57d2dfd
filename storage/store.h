#ifndef FOOTNOTE_STORAGE_STORE_H_
#define FOOTNOTE_STORAGE_STORE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/ann_section.h"
#include "storage/document_store.h"
#include "storage/duplicates.h"
#include "storage/generation.h"
#include "storage/kv.h"
#include "storage/manifest.h"
#include "storage/merge_policy.h"
#include "storage/older_generations.h"
#include "storage/purge.h"
#include "storage/store_tables.h"

namespace footnote {

struct StoreOptions {
  KvMode mode = KvMode::kPrimary;
  size_t cache_bytes = 16 << 20;
  // False in tests that look for bytes in files.
  bool compress = true;
  // See KvOptions.
  bool reads_when_full = false;
  // How long older generations are kept; asked at every commit. Null: none is.
  // Must not call the store.
  KeepRule keep;
};

// One change of a collection that a search sees whole or not at all.
struct Commit {
  std::string collection;
  // New versions; their texts were written by DocumentStore::WriteText. Each
  // must be in one of new_segments when it has passages.
  std::vector<VersionRecord> versions;
  // Finished files, named by NewSegment().
  std::vector<std::string> new_segments;
  // Ids of documents to hide.
  std::vector<std::string> deleted_documents;
  // Of each of `versions`, or empty: then all are taken to be like no other.
  std::vector<absl::optional<TextSignature>> signatures;
  // Changes of the caller's own (job states), in the same write.
  KvBatch* also = nullptr;
  // Called with a document for each of `versions` that says nearly the same
  // ("": none), for changes that tell so; may be empty. Not thread-safe itself;
  // must not call the store.
  std::function<void(const std::vector<std::string>&, KvBatch*)> with_like;
};

// A store as it was at one moment, in a folder of its own beside the segments,
// for who copies it. The folder goes with this object, and no erasure begins
// before. Must go before its Store, in the thread that made it.
class StoreCheckpoint {
 public:
  ~StoreCheckpoint();
  StoreCheckpoint(const StoreCheckpoint&) = delete;
  StoreCheckpoint& operator=(const StoreCheckpoint&) = delete;
  const std::string& folder() const { return folder_; }

 private:
  friend class Store;
  StoreCheckpoint(std::string folder, std::unique_lock<std::mutex> alone)
      : folder_(std::move(folder)), alone_(std::move(alone)) {}

  const std::string folder_;
  const std::unique_lock<std::mutex> alone_;
};

// Gets ready for a generation that is durable already, in the thread that made
// it (of a secondary: that calls Refresh), just before Store::Current gives it.
// Called again with the current one when the one on standby is gone: who holds
// that lets it go, for an erasure waits. Commits wait meanwhile. Must not call
// the store.
using GenerationWatcher =
    std::function<void(const std::shared_ptr<const Generation>&)>;

// Everything that is on disk, opened: the object that the rooms are handed.
//
//   STORE/FORMAT     the format's number, a text file
//   STORE/db/        documents, versions, texts, manifests, jobs
//   STORE/segments/  one file per segment
//   STORE/audit/     the audit room's own database
//   STORE/checkpoint/  while a backup is made
//
// One process is the primary and writes; others open the same folder as
// secondaries and read (call Refresh to see news). Safe from many threads;
// commits of one store are made one after the other.
class Store {
 public:
  // Opens `folder`; a primary creates it, and removes what an interrupted
  // process left: segment files that no manifest lists, texts without a
  // record. Whoever may write should call FinishErasures next.
  //   FailedPrecondition  another process holds it as primary
  //   Unimplemented       the store has a newer format
  //   NotFound            a secondary, and there is no store
  //   DataLoss, ResourceExhausted, PermissionDenied  as of Kv
  static absl::StatusOr<std::unique_ptr<Store>> Open(
      absl::string_view folder, const StoreOptions& options = {});
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  Kv* kv() { return kv_.get(); }
  DocumentStore* documents() { return documents_.get(); }
  const DuplicateTable& duplicates() const { return *duplicates_; }
  const std::string& folder() const { return folder_; }
  // The folder for the audit room's Kv.
  std::string audit_folder() const;
  KvMode mode() const { return options_.mode; }

  // The current generation of a collection, opened. Cheap: a lock and a
  // shared_ptr once it has been opened. A collection that holds nothing, or
  // was never heard of, has the empty generation 0.
  absl::StatusOr<std::shared_ptr<const Generation>> Current(
      absl::string_view collection);

  // Calls `watcher` for each new generation, until RemoveWatcher with the
  // number that is returned; after that it is not running any more.
  int AddWatcher(GenerationWatcher watcher);
  void RemoveWatcher(int watcher);

  // A secondary reads what the primary has committed since; a primary has
  // nothing to do. Takes about a millisecond when there is nothing new.
  absl::Status Refresh();

  // Names of the collections that hold, or held, something.
  absl::StatusOr<std::vector<std::string>> Collections() const;

  // A name for a new segment file, never used before, and the path where the
  // file belongs.
  struct SegmentName {
    std::string name;
    std::string path;
  };
  SegmentName NewSegment();

  // ---- Generations that were current once, kept as StoreOptions::keep says:
  // the row of the one that is replaced is part of the commit that replaces it,
  // and segments that one of them lists are not removed. Deleted documents are
  // left out of them at once, erased ones leave their files.

  struct OlderView {
    std::shared_ptr<const Generation> generation;
    // Documents that a search of it found then, and that were deleted since.
    uint64_t left_out = 0;
  };
  // Generation `number`, opened; the current one too. Not cached: hold it for
  // one request, for an erasure waits for it.
  //   NotFound  it is not kept; says which is current
  absl::StatusOr<OlderView> Older(absl::string_view collection,
                                  uint64_t number);
  // What was recorded of it, unopened.
  absl::StatusOr<Manifest> OlderManifest(absl::string_view collection,
                                         uint64_t number);
  // Drops what is kept too long or takes too much by now. A primary's.
  absl::Status TrimOlder();
  absl::StatusOr<OlderGenerations::Summary> SummarizeOlder(
      const std::string& collection);

  // Makes a change durable and visible: older versions of the same documents
  // become superseded, deleted ones vanish from the next generation, new
  // segments appear, all in one synced write. Returns the new generation.
  //   InvalidArgument     a document twice; a segment that does not open, or
  //                       has another analyser, encoder or dimension than the
  //                       collection; a version that is not NextVersion
  //   NotFound            a document to delete is not there
  //   and the errors of Kv. On an error nothing has changed, but where
  //   MayBeWritten says so of it, the next Open may find the change made: its
  //   segments must stay. Those that nothing lists Open removes.
  absl::StatusOr<std::shared_ptr<const Generation>> Apply(const Commit& commit);

  // Merges segments as `policy` says until it has nothing more to say; each
  // merge is one new generation. Searches go on; so do commits (deletes that
  // come while a merge runs are carried over). Returns the number of merges.
  absl::StatusOr<int> Merge(absl::string_view collection,
                            const MergePolicy& policy,
                            const AnnBuilder& ann_builder);

  // Whether a merge or an erasure is under way.
  bool merging();

  // ---- A second generation of a collection, beside the one that searches see:
  // the same documents with the vectors of another encoder. It does not follow
  // commits by itself; switching asks for all of them. Erasing drops it.

  // Empty, with the number 0 and no segments, where there is none.
  absl::StatusOr<std::shared_ptr<const Generation>> Standby(
      absl::string_view collection);
  // Of each segment of `current`, the documents that the standby does not have
  // in that version.
  absl::StatusOr<std::vector<std::vector<uint32_t>>> StandbyLacks(
      const Generation& current);
  // Adds a finished segment, named by NewSegment(), to the standby; what it
  // held of its documents before is hidden.
  //   InvalidArgument  another analyser, encoder or dimension than the
  //   standby's
  //   Aborted          one of its documents was erased meanwhile
  //   and the errors of Kv, as of Apply
  absl::Status AddStandby(absl::string_view collection,
                          const std::string& segment);
  // Makes the standby the current generation, and the current one the standby,
  // in one synced write.
  //   FailedPrecondition  there is no standby
  //   Aborted             it lacks documents that are live
  absl::StatusOr<std::shared_ptr<const Generation>> SwitchStandby(
      absl::string_view collection);
  // Removes it with its files; searches that hold them go on.
  absl::Status DropStandby(absl::string_view collection);

  // Where the file of an encoder is, by its hash; for who opens a collection
  // that was made with it.
  absl::Status KeepEncoderPath(const std::string& hash,
                               const std::string& path);
  //   NotFound  nobody said
  absl::StatusOr<std::string> EncoderPath(const std::string& hash) const;

  // Removes the bytes of a deleted document (of every deleted document when
  // `document` is empty) from segments, database and log, and marks its
  // versions kErased. When it returns, no file of db/ or segments/ holds them
  // any more, document ids excepted, and that was proved (see PurgeState).
  // Slow: rewrites files; waits for searches that hold them, for merges and
  // for backups.
  //   NotFound            no such document
  //   FailedPrecondition  it is live
  //   Unavailable         a file is still held; it goes on at the next start
  absl::Status Erase(absl::string_view collection, absl::string_view document,
                     const AnnBuilder& ann_builder);
  // The same of several deleted documents together: each file is rewritten
  // once. REQUIRES: !documents.empty()
  absl::Status EraseAll(absl::string_view collection,
                        const std::vector<std::string>& documents,
                        const AnnBuilder& ann_builder);

  // Goes on where a killed process left an Erase; nothing to do otherwise.
  absl::Status FinishErasures(const AnnBuilder& ann_builder);

  // What was erased, or is on its way, oldest first; of every collection when
  // `collection` is empty.
  absl::StatusOr<std::vector<Purge>> Purges(absl::string_view collection) const;

  // The store as it is now, by hard links where the file system has them.
  // Searches go on; commits wait for some milliseconds. One at a time: others
  // wait. Not the audit room's database.
  //   FailedPrecondition  this is a secondary
  //   ResourceExhausted   the disk is full; nothing has changed
  absl::StatusOr<std::unique_ptr<StoreCheckpoint>> Checkpoint();

  // Reads every segment of every collection and checks all that can be
  // checked. The first damage that it meets is the error.
  absl::Status Verify();

  // Bytes on disk: database, segments.
  struct Usage {
    uint64_t db_bytes = 0;
    uint64_t segment_bytes = 0;
  };
  absl::StatusOr<Usage> DiskUsage() const;

 private:
  Store(std::string folder, const StoreOptions& options);
  absl::Status Init();
  absl::Status RemoveOrphans();
  std::string SegmentPath(absl::string_view name) const;
  void Tell(const std::shared_ptr<const Generation>& generation);
  absl::StatusOr<std::shared_ptr<const Generation>> OpenCurrent(
      absl::string_view collection);
  void Hide(const Generation& now, const std::string& document,
            Manifest* next) const;
  absl::StatusOr<std::shared_ptr<const Generation>> Publish(
      const Manifest& before, Manifest next, KvBatch batch,
      const Manifest* standby = nullptr);
  absl::Status KeepOlder(const Manifest& before, const Manifest& next,
                         const Manifest& standby, KvBatch* batch);
  absl::StatusOr<OlderGeneration> ReadKept(absl::string_view collection,
                                           uint64_t number,
                                           const Generation& now) const;
  absl::StatusOr<KeepPolicy> PolicyOf(const std::string& collection) const;
  absl::StatusOr<std::set<std::string>> ListedSegments(
      const std::string& collection);
  void RemoveUnlisted(const std::string& collection,
                      const std::vector<std::string>& names);
  absl::Status WriteOlder(const std::string& collection, KvBatch batch);
  absl::StatusOr<bool> MergeOnce(absl::string_view collection,
                                 const MergePolicy& policy,
                                 const AnnBuilder& ann_builder);
  absl::Status Replace(const Generation& before,
                       const std::vector<size_t>& picked,
                       const std::string& merged);
  absl::Status MergePicked(const Generation& before,
                           const std::vector<size_t>& picked,
                           const AnnBuilder& ann_builder);
  absl::Status RewriteSegment(const Purge& purge, const std::string& name,
                              const AnnBuilder& ann_builder);
  absl::Status ReplaceEverywhere(const std::string& collection,
                                 const SegmentReader& before,
                                 const std::vector<uint32_t>& dropped,
                                 const std::string& rewritten);
  absl::Status ForgetOlder(const std::string& collection,
                           const std::string& segment);
  absl::StatusOr<std::vector<uint32_t>> ErasedIn(
      const Purge& purge, const SegmentReader& reader) const;
  absl::StatusOr<Manifest> ReadStandby(absl::string_view collection) const;
  absl::Status WriteStandby(const Manifest& standby, KvBatch batch);
  absl::Status ForgetStandby(const Manifest& standby, KvBatch batch);
  absl::Status LoadOlder(std::set<std::string>* segments);
  absl::Status ListStandby(std::set<std::string>* segments);
  absl::Status ApplyDuplicates(const Commit& commit, KvBatch* batch);
  absl::Status EraseDocuments(absl::string_view collection,
                              const std::vector<std::string>& documents,
                              const AnnBuilder& ann_builder);
  absl::StatusOr<Purge> BeginPurge(const std::vector<DocumentRef>& documents);
  absl::Status WritePurge(const Purge& purge);
  absl::Status FinishPurge(Purge purge, const AnnBuilder& ann_builder);
  absl::Status ProvePurge(const Purge& purge);
  absl::Status AdoptOldErasures();
  std::string CheckpointFolder() const;

  const std::string folder_;
  const StoreOptions options_;
  std::unique_ptr<Kv> kv_;
  std::unique_ptr<DocumentStore> documents_;
  std::unique_ptr<DuplicateTable> duplicates_;
  std::unique_ptr<OlderGenerations> older_;  // guarded by commit_mutex_
  std::unique_ptr<SegmentCache> cache_;
  // Held over a backup or an erasure; taken before merge_mutex_.
  std::mutex checkpoint_mutex_;
  // Held over a commit; taken before mutex_.
  std::mutex commit_mutex_;
  // Held over a merge, so that two do not take the same segments; taken before
  // commit_mutex_.
  std::mutex merge_mutex_;
  std::mutex mutex_;
  // Guarded by mutex_.
  std::map<std::string, std::shared_ptr<const Generation>> current_;
  uint64_t next_segment_ = 1;
  // Held while watchers run; taken after commit_mutex_, before mutex_.
  std::mutex watchers_mutex_;
  std::map<int, GenerationWatcher> watchers_;  // guarded by watchers_mutex_
  int last_watcher_ = 0;
};

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_STORE_H_
