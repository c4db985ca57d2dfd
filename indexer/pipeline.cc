#include "indexer/pipeline.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/hash.h"
#include "base/metrics.h"
#include "base/priority.h"
#include "base/status_macros.h"
#include "indexer/file_order.h"
#include "indexer/job_table.h"
#include "indexer/parsers/markup_parser.h"
#include "indexer/parsers/parse_apart.h"
#include "indexer/postings.h"
#include "indexer/prepare.h"
#include "indexer/signature.h"
#include "indexer/vectors/crew.h"
#include "indexer/vectors/passage_encoder.h"
#include "indexer/waiting_files.h"
#include "storage/locator.h"

namespace footnote {
namespace {

// An idle worker looks this often whether its group is due or wanted.
constexpr absl::Duration kLookAround = absl::Milliseconds(20);

// A group of so many documents is committed whatever its size: a commit's
// batch holds a record of each.
constexpr size_t kMaxGroupDocuments = 20000;

// Texts go down together: of a small one the write itself takes most time.
constexpr size_t kTextsBytes = 256 << 10;

// Lines of JSON come a microsecond after each other; all that is in another
// file comes at once.
int64_t MicrosecondsOf(const SourceFile& file) {
  if (file.bytes.empty() || file.bytes[0] != '{') return 1;
  return 1 + std::count(file.bytes.begin(), file.bytes.end(), '\n');
}

// A worker takes so many small files at once, so that their markup makes one
// way to the parser and back, and the next when half of them are left. Never
// more than its share of those that wait.
constexpr size_t kMostAhead = 16;
constexpr size_t kSmallBytes = 64 << 10;

}  // namespace

struct Pipeline::Shared {
  struct Taken {
    SourceFile file;
    // Of FileOrder.
    uint64_t place = 0;
  };

  Store* store;
  // Null when the job wants no vectors.
  const Encoder* encoder;
  DocumentClaims* claims;
  PipelineOptions options;
  PipelineJob job;
  OnResult on_result;

  // Raw, not hexadecimal; empty without vectors.
  std::string encoder_hash;
  std::string how;

  std::mutex result_mutex;
  std::atomic<uint64_t> passages{0};
  std::atomic<bool> cancelled{false};
  std::atomic<bool> left_files{false};

  std::mutex mutex;
  std::condition_variable work_came;
  std::condition_variable room_came;
  WaitingFiles queue;
  // Ids of files that a worker has taken and has no claim for yet: others of
  // the same id wait, so that they become versions in their order.
  absl::flat_hash_set<std::string> taken;
  FileOrder order;
  // The next file comes then or later.
  int64_t next_came_us = 0;
  // Workers that may still want help with their vectors.
  int working = 0;

  std::vector<std::thread> threads;

  Crew crew{[this] {
    // Nobody is between looking for work and falling asleep.
    { const std::lock_guard<std::mutex> lock(mutex); }
    work_came.notify_all();
  }};

  // A quarter of the memory is for files that wait, the rest for segments; a
  // writer needs up to as much again while it writes its file.
  size_t queue_limit() const { return options.memory_bytes / 4; }
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

  // The next file; false when there is none yet or, with `finished` set, never.
  bool Take(Taken* file, absl::Duration patience, bool* finished) {
    std::unique_lock<std::mutex> lock(mutex);
    work_came.wait_for(lock, absl::ToChronoMilliseconds(patience), [this] {
      return MayTake() || (queue.empty() && queue.closed()) || crew.has_work();
    });
    *finished = queue.empty() && queue.closed();
    if (!MayTake()) return false;
    *file = Pop();
    return true;
  }

  // For a worker that holds `held` files already: another small one, if there
  // are many.
  bool TakeAlso(size_t held, Taken* file) {
    const std::lock_guard<std::mutex> lock(mutex);
    if (held >= queue.size() / static_cast<size_t>(options.threads) ||
        !MayTake() || queue.front().bytes.size() > kSmallBytes) {
      return false;
    }
    *file = Pop();
    return true;
  }

  void LetOthersTake(const std::string& document) {
    const std::lock_guard<std::mutex> lock(mutex);
    taken.erase(document);
    if (!queue.empty() && queue.front().document == document) {
      work_came.notify_all();
    }
  }

  // These two with `mutex` held.
  bool MayTake() const {
    return !queue.empty() && !taken.contains(queue.front().document);
  }
  Taken Pop() {
    Taken out;
    out.file = queue.Pop();
    out.place = order.Begin(out.file.document);
    taken.insert(out.file.document);
    room_came.notify_one();
    return out;
  }

  // For a worker that has nothing left: helps the others to their end.
  void HelpTheOthers() {
    std::unique_lock<std::mutex> lock(mutex);
    if (--working == 0) work_came.notify_all();
    while (working > 0) {
      work_came.wait(lock, [this] { return working == 0 || crew.has_work(); });
      lock.unlock();
      crew.Help();
      lock.lock();
    }
  }
};

// One thread with an analyser and a segment under construction.
class Pipeline::Worker {
 public:
  explicit Worker(Shared* shared)
      : shared_(*shared), encoder_(shared->encoder, &shared->crew) {}

  void Run() {
    WorkInBackground();
    while (!shared_.cancelled) {
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
        shared_.crew.Help();
      }
      if (finished) break;
      if (GroupIsDue()) Commit();
    }
    if (shared_.cancelled) {
      Abandon();
    } else {
      Commit();
    }
    shared_.HelpTheOthers();
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

  // Sees to it that some are ahead, if there are any.
  void TakeFiles(bool* finished) {
    if (ahead_.size() > kMostAhead / 2) return;
    Shared::Taken file;
    if (ahead_.empty()) {
      if (!shared_.Take(&file,
                        group_.empty() ? absl::Milliseconds(200) : kLookAround,
                        finished)) {
        return;
      }
      Start(std::move(file));
    }
    // Those that have not changed count, too: what is ahead is not to wait for
    // any number of them, nor a group that is due.
    for (size_t taken = ahead_.size();
         taken < kMostAhead && shared_.TakeAlso(ahead_.size(), &file);
         ++taken) {
      Start(std::move(file));
    }
    markup_.SendAhead();
  }

  // Leaves out what has not changed.
  void Start(Shared::Taken taken) {
    StageTimer timer("start_file");
    SourceFile& file = taken.file;
    Ahead next;
    next.place = taken.place;
    std::string sha256 = Sha256(file.bytes);
    next.source_hash = HashOf(file, sha256, shared_.how);
    if (IsSameSource(file, sha256, next.source_hash)) {
      shared_.LetOthersTake(file.document);
      shared_.order.End(file.document, taken.place);
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
    shared_.order.End(in_work_, place_);
    in_work_.clear();
    if (!group_status_.ok()) Commit();
    return status.ok();
  }

  // Other files with the id of the one in work.
  void LetOthersTake() {
    if (is_taken_) shared_.LetOthersTake(in_work_);
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
    fingerprint.content = ContentHash(document, shared_.how);
    const std::string& id = document.record.document;
    RETURN_IF_ERROR(Claim(id));
    LetOthersTake();
    absl::StatusOr<bool> added = false;
    if (!shared_.job.dry_run && shared_.order.ComesLate(in_work_, place_, id)) {
      added = ReportLate(document);
    } else {
      added = AddToGroup(document, std::move(fingerprint));
      if (added.ok()) shared_.order.Came(in_work_, place_, id);
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
    ASSIGN_OR_RETURN(const bool unchanged,
                     IsUnchanged(ref, fingerprint.content, false,
                                 [&document](const std::string& how) {
                                   return ContentHash(document, how);
                                 }));
    if (unchanged) {
      RETURN_IF_ERROR(RenewSource(ref, fingerprint.source));
      return false;
    }
    RETURN_IF_ERROR(CheckFits(document));
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

  // A file that reads as it did is not to be read again for what has changed
  // around it: the languages of scans, say.
  absl::Status RenewSource(const DocumentRef& ref, const std::string& source) {
    if (source.empty() || shared_.job.dry_run) return absl::OkStatus();
    ASSIGN_OR_RETURN(const VersionRecord live,
                     shared_.store->documents()->GetLive(ref));
    ASSIGN_OR_RETURN(Fingerprint stored,
                     ReadFingerprint(*shared_.store->kv(), ref.collection,
                                     ref.document, live.version));
    if (stored.source == source) return absl::OkStatus();
    stored.source = source;
    KvBatch batch;
    AppendFingerprint(ref.collection, ref.document, live.version, stored,
                      &batch);
    return shared_.store->kv()->Write(std::move(batch), /*sync=*/false);
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
    ASSIGN_OR_RETURN(const int dimension, DimensionOf(document));
    if (writer_ != nullptr &&
        ((dimension != 0 && dimension != dimension_) ||
         writer_->passage_count() + document.passages.size() >
             kMaxSegmentPassages)) {
      Commit();
      // It may be the first group, which says what vectors there are.
      RETURN_IF_ERROR(CheckFits(document));
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

  // What no segment or no generation would take costs itself alone: once it is
  // in a segment, all that is with it there goes too.
  absl::Status CheckFits(const PreparedDocument& document) const {
    RETURN_IF_ERROR(CheckHeadings(document));
    if (!document.vector.empty() && shared_.encoder != nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(
          "vector: supplied by the caller, but ", shared_.encoder->name(),
          " makes the vectors here, want none or a job without vectors"));
    }
    ASSIGN_OR_RETURN(const auto generation,
                     shared_.store->Current(shared_.job.collection));
    const Manifest& manifest = generation->manifest;
    if (manifest.segments.empty()) return absl::OkStatus();
    if (manifest.encoder_hash != shared_.encoder_hash) {
      return absl::InvalidArgumentError(absl::StrCat(
          "vectors: this job makes ",
          shared_.encoder == nullptr
              ? "none"
              : absl::StrCat("those of ", shared_.encoder->name()),
          ", collection \"", shared_.job.collection, "\" has ",
          manifest.encoder_hash.empty() ? "none" : "those of an encoder",
          ", want the same in all of it"));
    }
    if (document.vector.empty() || manifest.dimension == 0 ||
        document.vector.size() == manifest.dimension) {
      return absl::OkStatus();
    }
    return absl::InvalidArgumentError(
        absl::StrCat("vector: ", document.vector.size(), " numbers, want ",
                     manifest.dimension, ", as collection \"",
                     shared_.job.collection, "\" has"));
  }

  static absl::Status CheckHeadings(const PreparedDocument& document) {
    if (document.extracted.text.size() <= SegmentWriter::kMaxStringBytes) {
      return absl::OkStatus();
    }
    uint32_t section = 0;
    for (const CutPassage& passage : document.passages) {
      if (passage.section == section) continue;
      section = passage.section;
      size_t bytes = 0;
      for (const absl::string_view heading :
           document.extracted.HeadingPath(section)) {
        bytes += heading.size() + 1;
      }
      if (bytes <= SegmentWriter::kMaxStringBytes) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("headings of ", bytes, " bytes above one passage, want ",
                       "at most ", SegmentWriter::kMaxStringBytes));
    }
    return absl::OkStatus();
  }

  // That of its vectors; of a text without one, of those beside it.
  absl::StatusOr<int> DimensionOf(const PreparedDocument& document) const {
    if (shared_.encoder != nullptr) return shared_.encoder->dimension();
    if (!document.vector.empty()) {
      return static_cast<int>(document.vector.size());
    }
    ASSIGN_OR_RETURN(const auto generation,
                     shared_.store->Current(shared_.job.collection));
    return static_cast<int>(generation->manifest.dimension);
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
    const absl::StatusOr<bool> same = IsUnchanged(
        {shared_.job.collection, file.document}, source_hash, true,
        [&](const std::string& how) { return HashOf(file, sha256, how); });
    return same.ok() && *same;
  }

  // What is read in scanned pages depends on what they may be in.
  std::string HashOf(const SourceFile& file, const std::string& sha256,
                     const std::string& how) const {
    const OcrOptions& ocr = shared_.options.ocr;
    if (!ocr.on() || !CanHoldScans(file.bytes)) {
      return SourceHash(file, sha256, how);
    }
    std::string with_ocr = how + " ocr";
    for (const Language language : ocr.languages) {
      absl::StrAppend(&with_ocr, " ", LanguageCode(language));
    }
    return SourceHash(file, sha256, with_ocr);
  }

  // Compares with what is stored, and reports the document when it is the same.
  // `hash` is what it would be stored with; `hash_of` makes it anew.
  absl::StatusOr<bool> IsUnchanged(
      const DocumentRef& ref, const std::string& hash, bool source,
      const std::function<std::string(const std::string& how)>& hash_of) {
    absl::StatusOr<VersionRecord> live =
        shared_.store->documents()->GetLive(ref);
    if (absl::IsNotFound(live.status()) ||
        absl::IsInvalidArgument(live.status())) {
      return false;
    }
    RETURN_IF_ERROR(live.status());
    ASSIGN_OR_RETURN(const Fingerprint stored,
                     ReadFingerprint(*shared_.store->kv(), ref.collection,
                                     ref.document, live->version));
    const std::string& before = source ? stored.source : stored.content;
    if (before != hash &&
        !(HasVectorsSince(*live) &&
          before == hash_of(HowIndexed(live->encoder_hash)))) {
      return false;
    }
    Count("indexer_documents", "unchanged");
    DocumentResult result = ResultOf(*live);
    result.state = DocumentResult::State::kUnchanged;
    shared_.Report(result);
    return true;
  }

  // The document came in with another encoder, and its collection was given the
  // vectors of this one since.
  bool HasVectorsSince(const VersionRecord& live) const {
    if (live.encoder_hash == shared_.encoder_hash) return false;
    const auto generation = shared_.store->Current(live.collection);
    return generation.ok() &&
           (*generation)->manifest.encoder_hash == shared_.encoder_hash;
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
    if (!group_.empty()) {
      std::vector<DocumentResult> results;
      for (Member& member : group_) {
        results.push_back(ResultOf(member.record));
        results.back().state = DocumentResult::State::kIndexed;
        results.back().warnings = std::move(member.warnings);
      }
      const absl::Status status = WriteGroup(&results);
      if (!status.ok()) ReleaseReserved();
      for (const DocumentResult& result : results) {
        YieldToSearches();
        if (!status.ok()) shared_.order.Failed(result.document);
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
    for (const Member& member : group_) {
      commit.versions.push_back(member.record);
      commit.signatures.push_back(member.signature);
      Fingerprint fingerprint = member.fingerprint;
      if (member.record.document == in_work_) fingerprint.source.clear();
      AppendFingerprint(shared_.job.collection, member.record.document,
                        member.record.version, fingerprint, &also);
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
    : shared_(std::make_unique<Shared>()) {
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
  shared_->how = HowIndexed(shared_->encoder_hash);
  shared_->working = shared_->options.threads;
  for (int i = 0; i < shared_->options.threads; ++i) {
    shared_->threads.emplace_back(
        [shared = shared_.get()] { Worker(shared).Run(); });
  }
}

Pipeline::~Pipeline() {
  if (!shared_->threads.empty()) Cancel();
}

void Pipeline::Add(SourceFile file) {
  Shared& shared = *shared_;
  const int64_t microseconds = MicrosecondsOf(file);
  std::unique_lock<std::mutex> lock(shared.mutex);
  shared.room_came.wait(lock, [&] {
    return shared.queue.empty() || shared.cancelled ||
           shared.queue.bytes() + file.bytes.size() <= shared.queue_limit();
  });
  if (shared.cancelled || shared.queue.closed()) return;
  file.came_us =
      std::max(absl::GetCurrentTimeNanos() / 1000, shared.next_came_us);
  shared.next_came_us = file.came_us + microseconds;
  file.last_came_us = shared.next_came_us - 1;
  shared.queue.Push(std::move(file));
  shared.work_came.notify_one();
}

void Pipeline::Finish() {
  {
    const std::lock_guard<std::mutex> lock(shared_->mutex);
    shared_->queue.Close();
  }
  shared_->work_came.notify_all();
  for (std::thread& thread : shared_->threads) thread.join();
  shared_->threads.clear();
}

void Pipeline::Cancel() {
  shared_->cancelled = true;
  {
    const std::lock_guard<std::mutex> lock(shared_->mutex);
    shared_->queue.Clear();
  }
  shared_->room_came.notify_all();
  Finish();
}

bool Pipeline::left_files() const { return shared_->left_files; }

uint64_t Pipeline::passages() const { return shared_->passages; }

}  // namespace footnote
