// Documents in, searchable versions out: the whole path.
#ifndef FOOTNOTE_INDEXER_PIPELINE_H_
#define FOOTNOTE_INDEXER_PIPELINE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "indexer/claims.h"
#include "indexer/collections.h"
#include "indexer/formats/format.h"
#include "indexer/parsers/scan_reader.h"
#include "indexer/source_file.h"
#include "model/encoder/encoder.h"
#include "storage/store.h"

namespace footnote {

struct PipelineOptions {
  // Worker threads; each builds segments of its own.
  int threads = 1;
  // What files waiting and segments under construction may take together. One
  // document in work comes on top for each thread, and what the process needs
  // anyway: with the default the heap was at most 664 MB over 900 MB of text.
  size_t memory_bytes = size_t{768} << 20;
  // A worker commits what it has after this long, so that progress is seen and
  // a kill costs little.
  absl::Duration commit_after = absl::Seconds(8);
  ExtractLimits limits;
  // Scanned pages.
  OcrOptions ocr;
  // Makes the index over a segment's vectors; may be empty.
  AnnBuilder ann_builder;
  // Called after a commit; may be empty. From a worker's thread: it must not
  // take long.
  std::function<void(const std::string& collection)> on_commit;
  // Whether this process is about to end: then nothing is begun for senders who
  // are gone. May be empty.
  std::function<bool()> is_stopping;
};

// What one call of IngestDocuments works with.
struct PipelineJob {
  std::string collection;
  // Names the job in records and logs; may be empty.
  std::string name;
  // When it began, Unix time: an id that has come since came twice.
  int64_t started_us = 0;
  // Makes vectors; needs an encoder.
  bool vectors = true;
  // Compares and reports, and stores nothing: what is new or changed becomes
  // kWouldIndex.
  bool dry_run = false;
  // What may still come in; null: anything.
  Quota* quota = nullptr;
  // Adds to the write that makes a document visible what shall be true with
  // it; may be empty. From the workers' threads, several at a time.
  std::function<void(const DocumentResult&, KvBatch*)> with_commit;
  // Asked before each scanned page and while it is read, which takes seconds;
  // true: its file is left without a result. From the workers' threads; may be
  // empty.
  std::function<bool()> stop;
  // Asked before each file; true: it and what comes after it are left without
  // results. From the workers' threads; may be empty.
  std::function<bool()> leave;
  // Called with SourceFile::number when all results of a file, or part of one,
  // were reported; may be empty. From the workers' threads.
  std::function<void(uint64_t number)> on_file_done;
};

// Indexes files in parallel.
//
//   Pipeline pipeline(store, encoder, &claims, options, job, on_result);
//   for (…) RETURN_IF_ERROR(pipeline.Add(file));
//   RETURN_IF_ERROR(pipeline.Finish());
//
// Each file goes through detect, extract, identify, cut, analyse, encode (see
// Worker::Index in the source, which reads like this list). Documents are
// committed in groups: text, record, segment and fingerprint become durable
// and visible in one synced write, and only then is kIndexed reported. A file
// that fails costs only itself. What has not changed (same bytes, same
// description, same versions of the program's parts) is left alone and
// reported as kUnchanged. VersionRecord::ingested_us tells in which order they
// came, whatever the workers did. Where two documents of a job have one id, the
// second is the newer version, and a warning of its result names both places.
//
// One thread calls Add and Finish.
class Pipeline {
 public:
  // Called once for each document, from the workers' threads, one at a time.
  using OnResult = std::function<void(const DocumentResult&)>;

  // `store`, `encoder` (may be null), `claims` and what `on_result` needs must
  // outlive the pipeline.
  Pipeline(Store* store, const Encoder* encoder, DocumentClaims* claims,
           const PipelineOptions& options, const PipelineJob& job,
           OnResult on_result);
  // Drops what was not committed, unless Finish was called.
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  // Hands a file to the workers; waits while memory is full.
  void Add(SourceFile file);

  // Waits until every file has its result.
  void Finish();

  // Drops files and groups that are not committed; later calls do nothing.
  void Cancel();

  // True when PipelineJob::stop, its `leave` or Cancel left files without
  // results.
  bool left_files() const;

  // Passages analysed so far, committed or not.
  uint64_t passages() const;

 private:
  class Worker;
  struct Shared;

  std::unique_ptr<Shared> shared_;
};

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_PIPELINE_H_
