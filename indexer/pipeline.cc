#include "indexer/pipeline.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/priority.h"
#include "base/status_macros.h"
#include "indexer/collection_fit.h"
#include "indexer/job_table.h"
#include "indexer/known_documents.h"
#include "indexer/parsers/markup_parser.h"
#include "indexer/postings.h"
#include "indexer/prepare.h"
#include "indexer/signature.h"
#include "indexer/vectors/passage_encoder.h"
#include "indexer/work_queue.h"
#include "storage/locator.h"

namespace footnote {
namespace {

// An idle worker looks this often whether its group is due or wanted.
constexpr absl::Duration kLookAround = absl::Milliseconds(20);

// A group of so many documents is committed whatever its size: a commit's
// batch holds a record of each.
constexpr size_t kMaxGroupDocuments = 20000;

// One in so many bytes of the memory is for files that wait.
constexpr size_t kWaitingShare = 4;

// Texts go down together: of a small one the write itself takes most time.
constexpr size_t kTextsBytes = 256 << 10;

// A worker takes so many small files at once, so that their markup makes one
// way to the parser and back, and the next when half of them are left.
constexpr size_t kMostAhead = 16;

}  // namespace

struct Pipeline::Shared {
  Shared(size_t waiting_bytes, int workers) : queue(waiting_bytes, workers) {}

  Store* store;
  // Null when the job wants no vectors.
  const Encoder* encoder;
  DocumentClaims* claims;
  PipelineOptions options;
  PipelineJob job;
  OnResult on_result;

  // Raw, not hexadecimal; empty without vectors.
  std::string encoder_hash;

  std::mutex result_mutex;
  std::atomic<uint64_t> passages{0};
  std::atomic<bool> cancelled{false};
  std::atomic<bool> left_files{false};
  std::atomic<bool> trouble_is_told{false};

  WorkQueue queue;
  std::vector<std::thread> threads;

  // A quarter of the memory is for files that wait, the rest for segments; a
  // writer needs up to as much again while it writes its file.
  size_t group_limit() const {
    return options.memory_bytes * 3 / 8 / static_cast<size_t>(options.threads);
  }

  void Report(const DocumentResult& result) {
    const std::lock_guard<std::mutex> lock(result_mutex);
    on_result(result);
  }

  void ReportFailure(const std::string& document, const std::string& path,
                     const absl::Status& why) {
    Count("indexer_documents", "failed");
    DocumentResult result;
    result.document = document;
    result.path = path;
    result.state = DocumentResult::State::kFailed;
    result.reason = std::string(why.message());
    Report(result);
  }

  // The sender hears it with each document; who runs the server, once a job.
  void TellTrouble(const absl::Status& why) {
    if (absl::IsCancelled(why) || absl::IsFailedPrecondition(why) ||
        absl::IsInvalidArgument(why) || trouble_is_told.exchange(true)) {
      return;
    }
    Log(Severity::kWarning, "documents can't be stored",
        {{"collection", job.collection},
         {"job", job.name},
         {"reason", std::string(why.message())}});
  }
};

// One thread with an analyser and a segment under construction.
class Pipeline::Worker {
 public:
  explicit Worker(Shared* shared)
      : shared_(*shared),
        known_(shared->store, shared->job.collection, shared->encoder_hash,
               shared->options.ocr),
        fit_(shared->store, shared->job.collection, shared->encoder,
             shared->encoder_hash),
        encoder_(shared->encoder, shared->queue.crew()) {}

  void Run() {
    WorkInBackground();
    while (!shared_.cancelled) {
      if (shared_.job.leave != nullptr && shared_.job.leave()) {
        Leave();
        break;
      }
      bool finished = false;
      TakeFiles(&finished);
      if (!ahead_.empty()) {
        Ahead next = std::move(ahead_.front());
        ahead_.pop_front();
        const uint64_t number = next.started.file.number;
        if (IndexFile(std::move(next))) {
          finished_.push_back(number);
        } else {
          shared_.left_files = true;
        }
        if (group_.empty()) TellFinished();
      } else if (!finished) {
        shared_.queue.crew()->Help();
      }
      if (finished) break;
      if (GroupIsDue()) Commit();
    }
    if (shared_.cancelled) {
      Abandon();
    } else {
      Commit();
    }
    shared_.queue.HelpTheOthers();
  }

 private:
  // A document that is written and waits for its commit.
  struct Member {
    VersionRecord record;
    Fingerprint fingerprint;
    absl::optional<TextSignature> signature;
    CollectionUsage reserved;
    std::vector<std::string> warnings;
  };

  // A file that was taken and is not indexed yet.
  struct Ahead {
    StartedFile started;
    std::string source_hash;
    uint64_t place = 0;
  };

  // Begins nothing more, and nobody waits for what was ahead.
  void Leave() {
    shared_.left_files = true;
    shared_.queue.Cancel();
    for (const Ahead& ahead : ahead_) {
      const std::string& document = ahead.started.file.document;
      shared_.queue.LetOthersTake(document);
      shared_.queue.order()->End(document, ahead.place);
    }
    ahead_.clear();
  }

  // Sees to it that some are ahead, if there are any.
  void TakeFiles(bool* finished) {
    if (ahead_.size() > kMostAhead / 2) return;
    WorkQueue::Taken file;
    if (ahead_.empty()) {
      if (!shared_.queue.Take(
              &file, group_.empty() ? absl::Milliseconds(200) : kLookAround,
              finished)) {
        return;
      }
      Start(std::move(file));
    }
    // Those that have not changed count, too: what is ahead is not to wait for
    // any number of them, nor a group that is due.
    for (size_t taken = ahead_.size();
         taken < kMostAhead && shared_.queue.TakeAlso(ahead_.size(), &file);
         ++taken) {
      Start(std::move(file));
    }
    markup_.SendAhead();
  }

  // Leaves out what has not changed.
  void Start(WorkQueue::Taken taken) {
    StageTimer timer("start_file");
    SourceFile& file = taken.file;
    Ahead next;
    next.place = taken.place;
    std::string sha256 = Sha256(file.bytes);
    next.source_hash = known_.HashOf(file, sha256);
    if (IsSameSource(file, sha256, next.source_hash)) {
      shared_.queue.LetOthersTake(file.document);
      shared_.queue.order()->End(file.document, taken.place);
      finished_.push_back(file.number);
      if (group_.empty()) TellFinished();
      return;
    }
    next.started = StartFile(std::move(file), std::move(sha256),
                             shared_.options.limits, &markup_);
    ahead_.push_back(std::move(next));
  }

  // The rest of the path of a file; false when it was left in the middle.
  bool IndexFile(Ahead next) {
    StageTimer timer("index_file");
    const std::string file_id = next.started.file.document;
    const std::string path =
        next.started.file.path.empty() ? file_id : next.started.file.path;
    const std::string source_hash = std::move(next.source_hash);
    in_work_ = file_id;
    place_ = next.place;
    came_us_ = next.started.file.came_us;
    const int64_t last_came_us = next.started.file.last_came_us;
    is_taken_ = true;
    const absl::Status status = PrepareStarted(
        std::move(next.started), shared_.job.collection, shared_.options.limits,
        shared_.options.ocr, &markup_,
        [&](const std::string& document,
            absl::StatusOr<PreparedDocument> prepared) -> absl::Status {
          if (shared_.cancelled) return absl::CancelledError("cancelled");
          if (absl::IsCancelled(prepared.status())) return prepared.status();
          // What has come of this file before, if anything: the last of it
          // waits until the file is known to be at its end.
          if (GroupIsDue() || !group_status_.ok()) Commit();
          absl::Status indexed = prepared.status();
          if (indexed.ok()) {
            indexed = Index(*prepared,
                            document == file_id ? source_hash : std::string());
          }
          if (absl::IsCancelled(indexed)) return indexed;
          if (!indexed.ok()) shared_.ReportFailure(document, path, indexed);
          came_us_ = std::min(came_us_ + 1, last_came_us);
          return absl::OkStatus();
        });
    // Only a cancelled job stops in the middle of a file.
    if (!status.ok()) ForgetSourceOf(file_id);
    LetOthersTake();
    shared_.queue.order()->End(in_work_, place_);
    in_work_.clear();
    if (!group_status_.ok()) Commit();
    return status.ok();
  }

  // Other files with the id of the one in work.
  void LetOthersTake() {
    if (is_taken_) shared_.queue.LetOthersTake(in_work_);
    is_taken_ = false;
  }

  // What else is in the file has not been read: it is not to pass for known.
  void ForgetSourceOf(const std::string& file_id) {
    for (Member& member : group_) {
      if (member.record.document == file_id) member.fingerprint.source.clear();
    }
  }

  // The whole path of a document once its text is known.
  absl::Status Index(const PreparedDocument& document,
                     const std::string& source_hash) {
    Fingerprint fingerprint;
    fingerprint.source = source_hash;
    fingerprint.content = known_.HashOf(document);
    const std::string& id = document.record.document;
    RETURN_IF_ERROR(Claim(id));
    LetOthersTake();
    absl::StatusOr<bool> added = false;
    if (!shared_.job.dry_run &&
        shared_.queue.order()->ComesLate(in_work_, place_, id)) {
      added = ReportLate(document);
    } else {
      added = AddToGroup(document, std::move(fingerprint));
      if (added.ok()) shared_.queue.order()->Came(in_work_, place_, id);
    }
    if (!added.ok() || !*added) {
      shared_.claims->Release(shared_.job.collection, id);
    }
    return added.status();
  }

  // What a later file of the same id said of the document is in, and stays.
  absl::StatusOr<bool> ReportLate(const PreparedDocument& document) {
    const VersionRecord& record = document.record;
    DocumentResult result = ResultOf(record);
    const absl::StatusOr<VersionRecord> live =
        shared_.store->documents()->GetLive(
            {shared_.job.collection, record.document});
    if (live.ok()) {
      result = ResultOf(*live);
      result.warnings.push_back(
          absl::StrCat("the id comes twice in this job: version ",
                       live->version, ", of ", PlaceOf(*live), ", stays, as ",
                       PlaceOf(record, document.locator), " comes before it"));
    }
    result.state = DocumentResult::State::kUnchanged;
    Count("indexer_documents", "unchanged");
    shared_.Report(result);
    return false;
  }

  // True when the document is in the group now; false when it needs nothing.
  absl::StatusOr<bool> AddToGroup(const PreparedDocument& document,
                                  Fingerprint fingerprint) {
    const DocumentRef ref = {shared_.job.collection, document.record.document};
    ASSIGN_OR_RETURN(const absl::optional<VersionRecord> same,
                     known_.SameContent(document, fingerprint.content));
    if (ReportUnchanged(same)) {
      if (shared_.job.dry_run) return false;
      RETURN_IF_ERROR(known_.RenewSource(*same, fingerprint.source));
      return false;
    }
    RETURN_IF_ERROR(fit_.Check(document));
    Member member;
    if (shared_.job.quota != nullptr) {
      uint64_t text_bytes = 0;
      for (const CutPassage& passage : document.passages) {
        text_bytes += passage.span.size();
      }
      ASSIGN_OR_RETURN(member.reserved,
                       shared_.job.quota->Reserve(ref.document, text_bytes));
    }
    absl::StatusOr<bool> added =
        AddMember(ref, document, std::move(fingerprint), &member);
    if ((!added.ok() || !*added) && shared_.job.quota != nullptr) {
      // Of a dry run it stays taken: what comes after finds less room.
      if (!shared_.job.dry_run) shared_.job.quota->Release(member.reserved);
    }
    return added;
  }

  absl::StatusOr<bool> AddMember(const DocumentRef& ref,
                                 const PreparedDocument& document,
                                 Fingerprint fingerprint, Member* out) {
    DocumentStore* documents = shared_.store->documents();
    Member& member = *out;
    member.record = document.record;
    ASSIGN_OR_RETURN(member.record.version, documents->NextVersion(ref));
    if (shared_.job.dry_run) {
      shared_.passages += document.passages.size();
      DocumentResult result = ResultOf(member.record);
      result.state = DocumentResult::State::kWouldIndex;
      result.warnings = document.warnings;
      shared_.Report(result);
      return false;
    }
    member.record.encoder_hash = shared_.encoder_hash;
    member.record.ingested_us = came_us_;
    member.record.job = shared_.job.name;
    member.fingerprint = std::move(fingerprint);
    member.signature = SignatureOf(document.extracted.text);
    member.warnings = document.warnings;
    if (member.record.version > 1) RemarkSecond(ref, document, &member);
    KvBatch text;
    RETURN_IF_ERROR(documents->AppendText(
        member.record.ref(), document.extracted.text, document.locator, &text));
    // A segment with half a document in it can't be used: its group fails. So
    // it does where the texts of some are lost.
    group_status_ = AddToSegment(document, member.record.version);
    RETURN_IF_ERROR(group_status_);
    texts_.Append(std::move(text));
    if (texts_.bytes() >= kTextsBytes) group_status_ = WriteTexts();
    RETURN_IF_ERROR(group_status_);
    shared_.passages += document.passages.size();
    if (group_.empty()) group_since_ = absl::Now();
    group_.push_back(std::move(member));
    return true;
  }

  // Unsynced: the group's commit makes them durable.
  absl::Status WriteTexts() {
    KvBatch texts = std::exchange(texts_, KvBatch());
    if (texts.size() == 0) return absl::OkStatus();
    return shared_.store->kv()->Write(std::move(texts), /*sync=*/false);
  }

  // The job may have brought the id before: then one of the two is a mistake,
  // or hides the other.
  void RemarkSecond(const DocumentRef& ref, const PreparedDocument& document,
                    Member* member) const {
    const DocumentStore& documents = *shared_.store->documents();
    const absl::StatusOr<VersionRecord> live = documents.GetLive(ref);
    if (!live.ok() || shared_.job.name.empty() ||
        live->job != shared_.job.name ||
        live->ingested_us < shared_.job.started_us) {
      return;
    }
    member->warnings.push_back(absl::StrCat(
        "the id comes twice in this job: version ", member->record.version,
        ", of ", PlaceOf(member->record, document.locator),
        ", takes the place of version ", live->version, ", of ",
        PlaceOf(*live)));
  }

  std::string PlaceOf(const VersionRecord& live) const {
    const absl::StatusOr<std::string> locator =
        shared_.store->documents()->ReadLocator(live.ref());
    return PlaceOf(live, locator.ok() ? *locator : std::string());
  }

  // The file that a document came from, and of many in one its line.
  static std::string PlaceOf(const VersionRecord& record,
                             absl::string_view encoded) {
    const absl::StatusOr<Locator> locator = Locator::Decode(encoded);
    const uint32_t line = locator.ok() ? locator->Find(0).line : 0;
    return record.media_type != MediaTypeOf(Format::kJsonLines) || line == 0
               ? record.source
               : absl::StrCat(record.source, " line ", line);
  }

  absl::Status AddToSegment(const PreparedDocument& document,
                            uint32_t version) {
    ASSIGN_OR_RETURN(const int dimension, fit_.DimensionOf(document));
    if (writer_ != nullptr &&
        ((dimension != 0 && dimension != dimension_) ||
         writer_->passage_count() + document.passages.size() >
             kMaxSegmentPassages)) {
      Commit();
      // It may be the first group, which says what vectors there are.
      RETURN_IF_ERROR(fit_.Check(document));
    }
    if (writer_ == nullptr) {
      dimension_ = dimension;
      writer_ = std::make_unique<SegmentWriter>(WriterOptions());
    }
    ASSIGN_OR_RETURN(const uint32_t first,
                     postings_.Add(document, version, writer_.get()));
    for (size_t i = 0; i < document.passages.size(); ++i) {
      YieldToSearches();
      const uint32_t passage = first + static_cast<uint32_t>(i);
      if (shared_.encoder != nullptr) {
        RETURN_IF_ERROR(
            encoder_.Add(passage, document.PassageText(i), writer_.get()));
      } else if (!document.vector.empty()) {
        RETURN_IF_ERROR(writer_->AddVectorOf(passage, document.vector));
      }
    }
    return absl::OkStatus();
  }

  SegmentOptions WriterOptions() const {
    SegmentOptions options =
        MakeSegmentOptions(shared_.encoder_hash, dimension_);
    if (dimension_ > 0) options.ann_builder = shared_.options.ann_builder;
    return options;
  }

  // Makes the document this worker's, waiting for another one if need be.
  absl::Status Claim(const std::string& document) {
    if (shared_.claims->TryClaim(shared_.job.collection, document)) {
      return absl::OkStatus();
    }
    Commit();
    while (!shared_.cancelled) {
      if (shared_.claims->Wait(shared_.job.collection, document,
                               absl::Milliseconds(100))) {
        return absl::OkStatus();
      }
    }
    return absl::CancelledError("cancelled");
  }

  bool IsSameSource(const SourceFile& file, const std::string& sha256,
                    const std::string& source_hash) {
    // What is stored is not what the file comes after.
    if (shared_.claims->IsHeld(shared_.job.collection, file.document)) {
      return false;
    }
    const auto same = known_.SameSource(file, sha256, source_hash);
    return same.ok() && ReportUnchanged(*same);
  }

  // True where there is a version that the document is the same as.
  bool ReportUnchanged(const absl::optional<VersionRecord>& same) {
    if (!same.has_value()) return false;
    Count("indexer_documents", "unchanged");
    DocumentResult result = ResultOf(*same);
    result.state = DocumentResult::State::kUnchanged;
    shared_.Report(result);
    return true;
  }

  bool GroupIsDue() const {
    if (group_.empty()) return false;
    return group_.size() >= kMaxGroupDocuments ||
           writer_->ApproximateBytes() + encoder_.bytes() >=
               shared_.group_limit() ||
           absl::Now() - group_since_ >= shared_.options.commit_after ||
           shared_.claims->wanted();
  }

  // Makes the group durable and visible, and reports its documents.
  void Commit() {
    if (!group_status_.ok()) shared_.TellTrouble(group_status_);
    if (!group_.empty()) {
      std::vector<DocumentResult> results;
      results.reserve(group_.size());
      for (Member& member : group_) {
        results.push_back(ResultOf(member.record));
        results.back().state = DocumentResult::State::kIndexed;
        results.back().warnings = std::move(member.warnings);
      }
      const absl::Status status = WriteGroup(&results);
      if (!status.ok()) {
        shared_.TellTrouble(status);
        ReleaseReserved();
      }
      for (const DocumentResult& result : results) {
        YieldToSearches();
        if (!status.ok()) shared_.queue.order()->Failed(result.document);
        shared_.claims->Release(shared_.job.collection, result.document);
        if (!status.ok()) {
          shared_.ReportFailure(result.document, result.path, status);
          continue;
        }
        Count("indexer_documents", "indexed");
        shared_.Report(result);
      }
      group_.clear();
    }
    encoder_.Clear();
    writer_.reset();
    texts_ = KvBatch();
    group_status_ = absl::OkStatus();
    TellFinished();
  }

  // Files whose documents have their results.
  void TellFinished() {
    if (shared_.job.on_file_done != nullptr) {
      for (const uint64_t number : finished_) {
        shared_.job.on_file_done(number);
      }
    }
    finished_.clear();
  }

  static DocumentResult ResultOf(const VersionRecord& record) {
    DocumentResult result;
    result.document = record.document;
    result.path = record.source;
    result.version = record.version;
    result.sha256 = record.sha256;
    result.passages = record.passages;
    result.language = record.language;
    result.text_bytes = record.bytes;
    return result;
  }

  // Says in `results` what is like what.
  absl::Status WriteGroup(std::vector<DocumentResult>* results) {
    StageTimer timer("commit");
    RETURN_IF_ERROR(group_status_);
    RETURN_IF_ERROR(WriteTexts());
    RETURN_IF_ERROR(encoder_.Flush(writer_.get()));
    const Store::SegmentName segment = shared_.store->NewSegment();
    RETURN_IF_ERROR(writer_->Finish(segment.path));
    footnote::Commit commit;
    commit.collection = shared_.job.collection;
    commit.new_segments.push_back(segment.name);
    KvBatch also;
    commit.versions.reserve(group_.size());
    commit.signatures.reserve(group_.size());
    for (Member& member : group_) {
      commit.versions.push_back(std::move(member.record));
      const VersionRecord& record = commit.versions.back();
      commit.signatures.push_back(member.signature);
      if (record.document == in_work_) member.fingerprint.source.clear();
      AppendFingerprint(shared_.job.collection, record.document, record.version,
                        member.fingerprint, &also);
    }
    commit.also = &also;
    commit.with_like = [&](const std::vector<std::string>& like,
                           KvBatch* batch) {
      for (size_t i = 0; i < like.size(); ++i) {
        YieldToSearches();
        (*results)[i].duplicate_of = like[i];
        if (shared_.job.with_commit == nullptr) continue;
        shared_.job.with_commit((*results)[i], batch);
      }
    };
    const absl::Status status = ApplyWithQuota(commit);
    if (!status.ok()) {
      if (!MayBeWritten(status)) unlink(segment.path.c_str());
      return status;
    }
    if (shared_.options.on_commit != nullptr) {
      shared_.options.on_commit(shared_.job.collection);
    }
    return absl::OkStatus();
  }

  absl::Status ApplyWithQuota(const footnote::Commit& commit) {
    Quota* const quota = shared_.job.quota;
    if (quota == nullptr) return shared_.store->Apply(commit).status();
    const auto lock = quota->HoldForCommit();
    absl::Status status = shared_.store->Apply(commit).status();
    if (status.ok()) ReleaseReserved();
    return status;
  }

  void ReleaseReserved() {
    if (shared_.job.quota == nullptr) return;
    for (Member& member : group_) {
      shared_.job.quota->Release(member.reserved);
      member.reserved = CollectionUsage();
    }
  }

  void Abandon() {
    for (const Member& member : group_) {
      shared_.claims->Release(shared_.job.collection, member.record.document);
    }
    group_.clear();
  }

  Shared& shared_;
  const KnownDocuments known_;
  const CollectionFit fit_;
  MarkupParser markup_;
  std::deque<Ahead> ahead_;
  PostingsBuilder postings_;
  PassageEncoder encoder_;
  int dimension_ = 0;
  std::unique_ptr<SegmentWriter> writer_;
  std::vector<Member> group_;
  // Texts of the group's documents that are not written yet.
  KvBatch texts_;
  // The id of the file of which more documents may come.
  std::string in_work_;
  uint64_t place_ = 0;
  bool is_taken_ = false;
  // When the document in work came.
  int64_t came_us_ = 0;
  // Numbers of files of which no more comes into the group.
  std::vector<uint64_t> finished_;
  absl::Status group_status_;
  absl::Time group_since_;
};

Pipeline::Pipeline(Store* store, const Encoder* encoder, DocumentClaims* claims,
                   const PipelineOptions& options, const PipelineJob& job,
                   OnResult on_result)
    : shared_(std::make_unique<Shared>(options.memory_bytes / kWaitingShare,
                                       std::max(options.threads, 1))) {
  shared_->store = store;
  shared_->encoder = job.vectors ? encoder : nullptr;
  shared_->claims = claims;
  shared_->options = options;
  shared_->options.threads = std::max(options.threads, 1);
  shared_->job = job;
  shared_->options.ocr.stop = [shared = shared_.get()] {
    return shared->cancelled ||
           (shared->job.stop != nullptr && shared->job.stop());
  };
  shared_->on_result = std::move(on_result);
  if (shared_->encoder != nullptr) {
    const absl::StatusOr<std::string> raw = FromHex(shared_->encoder->hash());
    if (raw.ok()) shared_->encoder_hash = *raw;
  }
  for (int i = 0; i < shared_->options.threads; ++i) {
    shared_->threads.emplace_back(
        [shared = shared_.get()] { Worker(shared).Run(); });
  }
}

Pipeline::~Pipeline() {
  if (!shared_->threads.empty()) Cancel();
}

void Pipeline::Add(SourceFile file) { shared_->queue.Push(std::move(file)); }

void Pipeline::Finish() {
  shared_->queue.Close();
  for (std::thread& thread : shared_->threads) thread.join();
  shared_->threads.clear();
}

void Pipeline::Cancel() {
  shared_->cancelled = true;
  shared_->queue.Cancel();
  Finish();
}

bool Pipeline::left_files() const { return shared_->left_files; }

uint64_t Pipeline::passages() const { return shared_->passages; }

}  // namespace footnote
