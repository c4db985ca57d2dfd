// How fast do files become a searchable collection?
//
//   ingest_benchmark --data FOLDER [--threads N] [--encoder FILE] [--files N]
//                    [--no-pipeline | --only-pipeline] [--keep FOLDER]
//                    [--store FOLDER]
//
// FOLDER holds any files that can be ingested, such as what tools/docs_23
// fetches. Prints `name: value unit`:
//   extract     files to canonical text, locators and passages with their
//               languages (PrepareDocuments: everything but analysis and
//               storage), one file at a time, by the clock on the wall, because
//               another process parses: MB/s of files and of canonical text;
//               the second for each media type too
//   of it       what its parts take of a second per MB of canonical text, each
//               timed alone: parse_apart (detection, decoding, the format's
//               reader, which for markup is that process), parse_here (the same
//               in this process), identify (the documents' languages), cut
//               (passages), hash (SHA-256 of file and text); the rest is the
//               passages' languages and copying
//   apart_over_here
//               the rate of `extract` over what it would be with parse_here
//   postings    canonical text to a finished segment file (analysis, postings,
//               writing), one thread: MB/s of text, over all and per language
//   pipeline_1, pipeline_N
//               files to committed collection without vectors, 1 and N worker
//               threads, and their ratio; the processor time of all threads and
//               of the parsers' processes, user and system, in s per MB of text
//   vectors     the same with the encoder's vectors, N threads: passages/s
// Before any clock starts, it checks that each document's passages hold text.
// A run in which a document is not indexed is an error and has no figure.

#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/status_macros.h"
#include "indexer/file_walk.h"
#include "indexer/formats/detect.h"
#include "indexer/parsers/markup_parser.h"
#include "indexer/passages.h"
#include "indexer/pipeline.h"
#include "indexer/postings.h"
#include "indexer/prepare.h"
#include "model/encoder/open.h"
#include "storage/store.h"
#include "text/identify.h"

namespace footnote {
namespace {

struct Options {
  std::string data;
  int threads = 2;
  std::string encoder;
  size_t files = 0;
  bool no_pipeline = false;
  bool only_pipeline = false;
  std::string keep;
  std::string store;
};

double WallNow() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Processor time of this thread: other programs on the machine disturb it
// less than the clock on the wall.
double ThreadNow() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) +
         static_cast<double>(now.tv_nsec) * 1e-9;
}

// Of this process and of those that it has waited for.
double ProcessorNow() {
  double seconds = 0;
  for (const auto who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage used;
    getrusage(who, &used);
    for (const timeval& part : {used.ru_utime, used.ru_stime}) {
      seconds += static_cast<double>(part.tv_sec) +
                 static_cast<double>(part.tv_usec) * 1e-6;
    }
  }
  return seconds;
}

void Print(const std::string& name, double value, const char* unit) {
  std::printf("%s: %.1f %s\n", name.c_str(), value, unit);
  std::fflush(stdout);
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string path =
        (std::filesystem::temp_directory_path() / "ingestXXXXXX").string();
    const char* const made = mkdtemp(&path[0]);
    path_ = made == nullptr ? "" : made;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::vector<SourceFile> ReadFiles(const Options& options) {
  std::vector<SourceFile> files;
  for (const WalkedFiles::File& file : WalkFiles({options.data}).files) {
    if (options.files > 0 && files.size() == options.files) break;
    absl::StatusOr<std::string> bytes = ReadFile(file.path);
    if (!bytes.ok()) continue;
    SourceFile source;
    source.document = file.path;
    source.bytes = *std::move(bytes);
    files.push_back(std::move(source));
  }
  return files;
}

// What the steps inside `extract` take, each alone.
void PrintParts(const std::vector<SourceFile>& files,
                const std::vector<PreparedDocument>& documents,
                double extract_seconds) {
  double text_mb = 0;
  for (const PreparedDocument& document : documents) {
    text_mb += static_cast<double>(document.extracted.text.size()) / 1e6;
  }
  const auto print = [&](const char* name, double begin) {
    std::printf("of_it_%s: %.4f s/MB of text\n", name,
                (ThreadNow() - begin) / text_mb);
  };
  size_t seen = 0;
  const auto parse = [&](const MarkupReader& read_markup) {
    const double parse_begin = WallNow();
    for (const SourceFile& file : files) {
      const absl::Status ignored = ReadDocuments(
          file.bytes, "", {},
          [&](uint32_t, const auto& read) {
            seen += read.ok();
            return absl::OkStatus();
          },
          read_markup);
      (void)ignored;
    }
    return WallNow() - parse_begin;
  };
  MarkupParser markup;
  const double apart = parse([&markup](absl::string_view utf8, Format format,
                                       const ExtractLimits& limits) {
    return markup.Read(utf8, format, limits);
  });
  const double here = parse(ExtractMarkup);
  std::printf("of_it_parse_apart: %.4f s/MB of text\n", apart / text_mb);
  std::printf("of_it_parse_here: %.4f s/MB of text\n", here / text_mb);
  std::printf("apart_over_here: %.2f times\n",
              (extract_seconds - apart + here) / extract_seconds);
  double begin = ThreadNow();
  for (const PreparedDocument& document : documents) {
    seen += IdentifyLanguage(document.extracted.text).confidence > 0;
  }
  print("identify", begin);
  begin = ThreadNow();
  for (const PreparedDocument& document : documents) {
    seen += CutPassages(document.extracted, document.language).size();
  }
  print("cut", begin);
  begin = ThreadNow();
  for (const SourceFile& file : files) seen += Sha256(file.bytes).size();
  for (const PreparedDocument& document : documents) {
    seen += Sha256(document.extracted.text).size();
  }
  print("hash", begin);
  if (seen == 0) std::printf("no documents\n");
}

// Files to documents, timed.
std::vector<PreparedDocument> Extract(const std::vector<SourceFile>& files) {
  std::vector<PreparedDocument> documents;
  size_t failed = 0;
  size_t file_bytes = 0;
  size_t text_bytes = 0;
  std::map<std::string, std::pair<double, double>> by_type;
  MarkupParser markup;
  const double begin = WallNow();
  for (const SourceFile& file : files) {
    file_bytes += file.bytes.size();
    const double file_begin = WallNow();
    const size_t text_before = text_bytes;
    const absl::Status status = PrepareDocuments(
        file, "c", {}, {}, &markup,
        [&](const std::string&, absl::StatusOr<PreparedDocument> prepared) {
          if (prepared.ok()) {
            text_bytes += prepared->extracted.text.size();
            documents.push_back(*std::move(prepared));
          } else {
            ++failed;
          }
          return absl::OkStatus();
        });
    if (!status.ok()) ++failed;
    if (text_bytes == text_before) continue;
    auto& [type_seconds, type_bytes] =
        by_type[documents.back().record.media_type];
    type_seconds += WallNow() - file_begin;
    type_bytes += static_cast<double>(text_bytes - text_before);
  }
  const double seconds = WallNow() - begin;
  size_t passages = 0;
  for (const PreparedDocument& document : documents) {
    passages += document.passages.size();
  }
  Print("files", static_cast<double>(files.size()), "files");
  Print("failed", static_cast<double>(failed), "files");
  Print("documents", static_cast<double>(documents.size()), "documents");
  Print("passages", static_cast<double>(passages), "passages");
  Print("text", static_cast<double>(text_bytes) / 1e6, "MB");
  Print("extract", static_cast<double>(file_bytes) / 1e6 / seconds,
        "MB/s of files");
  Print("extract", static_cast<double>(text_bytes) / 1e6 / seconds,
        "MB/s of text");
  for (const auto& [type, sums] : by_type) {
    Print(absl::StrCat("extract ", type), sums.second / 1e6 / sums.first,
          "MB/s of text");
  }
  PrintParts(files, documents, seconds);
  return documents;
}

// Documents to one segment file; returns seconds of this thread.
absl::StatusOr<double> BuildSegment(
    const std::vector<const PreparedDocument*>& documents,
    const std::string& path) {
  PostingsBuilder builder;
  const double begin = ThreadNow();
  SegmentWriter writer(MakeSegmentOptions("", 0));
  for (const PreparedDocument* document : documents) {
    RETURN_IF_ERROR(builder.Add(*document, 1, &writer).status());
    // As the pipeline does when memory is full.
    if (writer.ApproximateBytes() > (size_t{192} << 20)) {
      RETURN_IF_ERROR(writer.Finish(path));
    }
  }
  if (writer.document_count() > 0) RETURN_IF_ERROR(writer.Finish(path));
  return ThreadNow() - begin;
}

absl::Status MeasurePostings(const std::vector<PreparedDocument>& documents,
                             const Options& options) {
  const TemporaryFolder folder;
  const std::string path =
      (options.keep.empty() ? folder.path() : options.keep) + "/segment";
  std::map<std::string, std::vector<const PreparedDocument*>> by_language;
  std::vector<const PreparedDocument*> all;
  for (const PreparedDocument& document : documents) {
    by_language[document.record.language].push_back(&document);
    all.push_back(&document);
  }
  by_language["all"] = all;
  for (const auto& entry : by_language) {
    size_t bytes = 0;
    for (const PreparedDocument* document : entry.second) {
      bytes += document->extracted.text.size();
    }
    if (bytes < 50000) continue;
    ASSIGN_OR_RETURN(
        const double seconds,
        BuildSegment(entry.second, options.keep.empty()
                                       ? path
                                       : absl::StrCat(path, "_", entry.first)));
    Print(absl::StrCat("postings_", entry.first),
          static_cast<double>(bytes) / 1e6 / seconds, "MB/s of text");
  }
  return absl::OkStatus();
}

struct PipelineRun {
  double seconds = 0;
  double processor_seconds = 0;
  uint64_t passages = 0;
  uint64_t text_bytes = 0;
  std::string failed;  // what became of one that is not indexed
};

// Into a new store in `store_folder`, or in one that is removed.
absl::StatusOr<PipelineRun> RunPipeline(const std::vector<SourceFile>& files,
                                        int threads, const Encoder* encoder,
                                        const std::string& store_folder) {
  const TemporaryFolder folder;
  ASSIGN_OR_RETURN(const std::unique_ptr<Store> store,
                   Store::Open(store_folder.empty() ? folder.path() + "/store"
                                                    : store_folder));
  DocumentClaims claims;
  PipelineOptions options;
  options.threads = threads;
  PipelineJob job;
  job.collection = "c";
  PipelineRun run;
  const double begin = WallNow();
  const double processor_begin = ProcessorNow();
  Pipeline pipeline(store.get(), encoder, &claims, options, job,
                    [&run](const DocumentResult& result) {
                      run.passages += result.passages;
                      run.text_bytes += result.text_bytes;
                      if (result.state != DocumentResult::State::kIndexed) {
                        run.failed = absl::StrCat(
                            result.document, ": not indexed: ", result.reason);
                      }
                    });
  for (const SourceFile& file : files) pipeline.Add(file);
  pipeline.Finish();
  run.seconds = WallNow() - begin;
  run.processor_seconds = ProcessorNow() - processor_begin;
  if (!run.failed.empty()) return absl::InternalError(run.failed);
  return run;
}

// Prints the rate, and returns it.
absl::StatusOr<double> MeasurePipeline(const std::vector<SourceFile>& files,
                                       int threads,
                                       const std::string& store_folder) {
  ASSIGN_OR_RETURN(const PipelineRun run,
                   RunPipeline(files, threads, nullptr, store_folder));
  const double megabytes = static_cast<double>(run.text_bytes) / 1e6;
  const std::string name = absl::StrCat("pipeline_", threads);
  Print(name, megabytes / run.seconds, "MB/s of text");
  std::printf("%s_processor: %.4f s/MB of text\n", name.c_str(),
              run.processor_seconds / megabytes);
  std::fflush(stdout);
  return megabytes / run.seconds;
}

absl::Status MeasureParts(const std::vector<SourceFile>& files,
                          const Options& options) {
  const std::vector<PreparedDocument> documents = Extract(files);
  for (const PreparedDocument& document : documents) {
    if (document.passages.empty()) {
      return absl::InternalError(
          absl::StrCat(document.record.document, ": no passages"));
    }
  }
  return MeasurePostings(documents, options);
}

absl::Status Measure(const Options& options) {
  const std::vector<SourceFile> files = ReadFiles(options);
  if (files.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--data ", options.data, ": no files, want some"));
  }
  if (!options.only_pipeline) RETURN_IF_ERROR(MeasureParts(files, options));
  if (options.no_pipeline) return absl::OkStatus();
  ASSIGN_OR_RETURN(const double one, MeasurePipeline(files, 1, options.store));
  ASSIGN_OR_RETURN(const double many,
                   MeasurePipeline(files, options.threads, ""));
  Print("pipeline_ratio", many / one, "times");
  if (options.encoder.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::unique_ptr<Encoder> encoder,
                   OpenEncoder(options.encoder));
  ASSIGN_OR_RETURN(const PipelineRun vectors,
                   RunPipeline(files, options.threads, encoder.get(), ""));
  Print("vectors", static_cast<double>(vectors.passages) / vectors.seconds,
        "passages/s");
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  CLI::App app("How fast do files become a searchable collection?");
  Options options;
  app.add_option("--data", options.data, "folder of files")->required();
  app.add_option("--threads", options.threads, "worker threads to compare");
  app.add_option("--encoder", options.encoder, "weights file or folder");
  app.add_option("--files", options.files, "at most so many files");
  CLI::Option* const no_pipeline =
      app.add_flag("--no-pipeline", options.no_pipeline,
                   "stop after extraction and postings");
  app.add_flag("--only-pipeline", options.only_pipeline,
               "leave extraction and postings out")
      ->excludes(no_pipeline);
  app.add_option("--keep", options.keep,
                 "folder for the segment of each language, to compare builds");
  app.add_option("--store", options.store,
                 "where pipeline_1 leaves its store, to compare builds");
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = Measure(options);
  if (status.ok()) return 0;
  std::fprintf(stderr, "ingest_benchmark: %s\n",
               std::string(status.message()).c_str());
  return 1;
}

}  // namespace
}  // namespace footnote

int main(int argc, char** argv) { return footnote::Main(argc, argv); }
