#include "indexer/ingest_command.h"

#include <grpcpp/grpcpp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/file.h"
#include "base/grpc_status.h"
#include "base/progress.h"
#include "base/status_macros.h"
#include "base/terminal.h"
#include "indexer/cli_common.h"
#include "indexer/file_walk.h"
#include "indexer/ingest_client.h"
#include "indexer/source_list.h"
#include "indexer/sources/source.h"
#include "proto/footnote/v1/indexer.grpc.pb.h"

namespace footnote {
namespace {

struct IngestOptions {
  // Files, folders and patterns; then web sites and buckets.
  std::vector<std::string> paths;
  std::vector<std::string> addresses;
  SourceOptions source;
  std::string list;
  std::string retry;
  IngestClientOptions client;
  bool no_vectors = false;
  bool mirror = false;
  std::string report;
  std::vector<std::string> metadata;
  std::vector<std::string> labels;
};

absl::Status ReadMetadata(const IngestOptions& options, v1::IngestFile* file) {
  for (const std::string& entry : options.metadata) {
    const size_t equals = entry.find('=');
    if (equals == std::string::npos || equals == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("--metadata: \"", entry, "\", want KEY=VALUE"));
    }
    v1::Metadata* metadata = file->add_metadata();
    metadata->set_key(entry.substr(0, equals));
    metadata->set_value(entry.substr(equals + 1));
  }
  for (const std::string& label : options.labels) {
    file->add_access_labels(label);
  }
  return absl::OkStatus();
}

// Shows what happens during an ingestion, and keeps what is needed later.
class IngestView {
 public:
  IngestView(size_t files, bool dry_run, const CliContext& context)
      : files_(files),
        dry_run_(dry_run),
        context_(context),
        progress_("ingest", "documents", context.quiet || context.json) {}

  absl::Status OpenReport(const std::string& path) {
    if (path.empty()) return absl::OkStatus();
    report_.open(path, std::ios::trunc);
    return report_ ? absl::OkStatus()
                   : FileError("open the report", path, errno);
  }
  // Errors of the disk, too, show here.
  absl::Status CloseReport(const std::string& path) {
    if (path.empty()) return absl::OkStatus();
    report_.close();
    return report_ ? absl::OkStatus()
                   : FileError("write the report", path, errno);
  }
  void KeepIds() { keeps_ids_ = true; }

  void On(const v1::IngestResponse& response) {
    if (response.has_progress()) {
      Draw(response.progress().passages());
    } else if (response.has_result()) {
      OnResult(response.result());
    } else if (response.has_summary()) {
      summary_ = response.summary();
    }
  }

  // A document that its source says is what is stored.
  void OnUnchanged(const std::string& document) {
    ++not_sent_;
    v1::FileResult result;
    result.set_document(document);
    result.set_path(document);
    result.set_state(v1::FileResult::UNCHANGED);
    OnResult(result);
  }

  // A document that the mirror lost, or would lose.
  void OnDeleted(const std::string& document) {
    ++deleted_;
    v1::FileResult result;
    result.set_document(document);
    result.set_state(dry_run_ ? v1::FileResult::WOULD_DELETE
                              : v1::FileResult::DELETED);
    Report(result);
  }

  uint64_t failed() const { return failed_; }
  uint64_t done() const { return done_; }
  std::vector<std::string> TakeIds() {
    std::sort(ids_.begin(), ids_.end());
    return std::move(ids_);
  }

  void Finish(const WalkedFiles& walked) {
    summary_.set_failed(failed_);
    summary_.set_unchanged(summary_.unchanged() + not_sent_);
    if (context_.json) {
      v1::IngestResponse last;
      *last.mutable_summary() = summary_;
      PrintLine(ToJson(last));
      return;
    }
    std::string line =
        absl::StrCat(Grouped(summary_.indexed()),
                     dry_run_ ? " would be indexed, " : " indexed, ",
                     Grouped(summary_.unchanged()), " unchanged, ",
                     Grouped(failed_), " failed");
    if (deleted_ > 0) {
      absl::StrAppend(&line, ", ", Grouped(deleted_),
                      dry_run_ ? " would be deleted" : " deleted");
    }
    absl::StrAppend(&line, "; ", Grouped(summary_.passages()), " passages, ",
                    Mebibytes(summary_.text_bytes()), " of text");
    if (walked.left_out > 0) {
      absl::StrAppend(&line, "; ", Grouped(walked.left_out),
                      " files left out by name");
    }
    absl::StrAppend(&line, "; job ", summary_.job());
    progress_.Finish(line);
    if (!context_.quiet) PrintLine(line);
  }

 private:
  void Report(const v1::FileResult& result) {
    if (report_.is_open()) report_ << ToJson(result) << '\n';
    if (context_.json) PrintLine(ToJson(result));
  }

  void OnResult(const v1::FileResult& result) {
    ++done_;
    if (keeps_ids_) ids_.push_back(result.document());
    const bool failed = result.state() == v1::FileResult::FAILED;
    failed_ += failed;
    Report(result);
    if (context_.json) return;
    if (failed) {
      progress_.Remark(absl::StrCat("failed: ", Printable(result.document()),
                                    ": ", Printable(result.reason())));
    }
    for (const std::string& warning : result.warnings()) {
      if (!context_.quiet) {
        progress_.Remark(absl::StrCat("note: ", Printable(result.document()),
                                      ": ", Printable(warning)));
      }
    }
    Draw(passages_);
  }

  void Draw(uint64_t passages) {
    passages_ = passages;
    progress_.Update(done_, std::max<uint64_t>(files_, done_),
                     absl::StrCat(Grouped(passages), " passages"));
  }

  const size_t files_;
  const bool dry_run_;
  const CliContext& context_;
  Progress progress_;
  std::ofstream report_;
  v1::IngestSummary summary_;
  bool keeps_ids_ = false;
  std::vector<std::string> ids_;
  uint64_t done_ = 0;
  uint64_t failed_ = 0;
  uint64_t deleted_ = 0;
  uint64_t not_sent_ = 0;
  uint64_t passages_ = 0;
};

std::string ReadStandardInput() {
  return std::string(std::istreambuf_iterator<char>(std::cin), {});
}

// Paths of the files of job `job` that failed.
absl::StatusOr<std::vector<std::string>> FailedPaths(
    v1::Indexer::StubInterface* indexer, const std::string& collection,
    const std::string& job) {
  v1::ListIngestFilesRequest request;
  request.set_collection(collection);
  request.set_job(job);
  request.set_state(v1::FileResult::FAILED);
  request.set_page_size(1000);
  std::vector<std::string> paths;
  while (true) {
    grpc::ClientContext call;
    SetDeadline(&call);
    v1::ListIngestFilesResponse page;
    RETURN_IF_ERROR(
        FromGrpcStatus(indexer->ListIngestFiles(&call, request, &page)));
    for (const v1::FileResult& file : page.files()) {
      paths.push_back(file.path());
    }
    if (page.next_page_token().empty()) return paths;
    request.set_page_token(page.next_page_token());
  }
}

// What is to be ingested: arguments, patterns, lists, standard input.
absl::StatusOr<WalkedFiles> FindFiles(const IngestOptions& options,
                                      const std::vector<std::string>& retried) {
  ASSIGN_OR_RETURN(std::vector<std::string> paths,
                   ExpandPatterns(options.paths));
  const auto dash = std::find(paths.begin(), paths.end(), "-");
  const bool from_stdin = dash != paths.end();
  if (from_stdin) paths.erase(dash);
  if (!options.list.empty()) {
    std::string list;
    if (options.list == "-") {
      list = ReadStandardInput();
    } else {
      ASSIGN_OR_RETURN(list, ReadFile(options.list));
    }
    for (std::string& path : ParseList(list)) paths.push_back(std::move(path));
  }
  paths.insert(paths.end(), retried.begin(), retried.end());
  WalkedFiles walked = WalkFiles(paths);
  if (from_stdin) walked.files.push_back({"-", 0});
  return walked;
}

absl::Status CheckOptions(const IngestOptions& options) {
  const bool from_stdin = std::find(options.paths.begin(), options.paths.end(),
                                    "-") != options.paths.end();
  if (from_stdin && options.client.stdin_id.empty()) {
    return absl::InvalidArgumentError(
        "ingest -: no id, want --id ID for the document on standard input");
  }
  if (from_stdin && options.list == "-") {
    return absl::InvalidArgumentError(
        "ingest: standard input is both the document (-) and the list "
        "(--files-from -), want one of them");
  }
  if (options.paths.empty() && options.addresses.empty() &&
      options.list.empty() && options.retry.empty()) {
    return absl::InvalidArgumentError(
        "ingest: nothing to take in, want a path, an address, --files-from or "
        "--retry");
  }
  if (options.mirror &&
      ((options.paths.empty() && options.addresses.empty()) || from_stdin ||
       !options.list.empty() || !options.retry.empty())) {
    return absl::InvalidArgumentError(
        "ingest --mirror: want folders only, no list, job or standard input");
  }
  return absl::OkStatus();
}

// ---- --mirror

// The documents whose ids begin so, with their ETags.
absl::StatusOr<KnownEtags> ListEtags(v1::Indexer::StubInterface* indexer,
                                     const std::string& collection,
                                     const std::string& prefix) {
  v1::ListDocumentsRequest request;
  request.set_collection(collection);
  request.set_document_prefix(prefix);
  request.set_page_size(1000);
  KnownEtags ids;
  while (true) {
    grpc::ClientContext call;
    SetDeadline(&call);
    v1::ListDocumentsResponse page;
    const absl::Status status =
        FromGrpcStatus(indexer->ListDocuments(&call, request, &page));
    // A collection that holds nothing yet.
    if (absl::IsNotFound(status)) return ids;
    RETURN_IF_ERROR(status);
    for (const v1::Document& document : page.documents()) {
      std::string* const etag = &ids[document.version().document()];
      for (const v1::Metadata& metadata : document.metadata()) {
        if (metadata.key() == kEtagKey) *etag = metadata.value();
      }
    }
    if (page.next_page_token().empty()) return ids;
    request.set_page_token(page.next_page_token());
  }
}

// True where the file of document `id` is there, though it was not walked:
// files that folders leave out by name can be ingested by themselves.
bool FileExists(const std::string& root, const std::string& id) {
  const std::string path =
      root.empty()
          ? id
          : absl::StrCat(root, absl::EndsWith(root, "/") ? "" : "/", id);
  struct stat info;
  return lstat(path.c_str(), &info) == 0 && !S_ISDIR(info.st_mode);
}

// Deletes the documents below the named folders whose files are gone.
absl::Status Mirror(v1::Indexer::StubInterface* indexer,
                    const IngestOptions& options, const WalkedFiles& walked,
                    const SourcesToRead& sources, const CliContext& context,
                    IngestView* view) {
  std::vector<std::string> folders;
  for (std::string path : options.paths) {
    struct stat info;
    if (stat(path.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) continue;
    while (absl::StartsWith(path, "./")) path.erase(0, 2);
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    folders.push_back(path == "." ? "" : DocumentIdOf(options.client, path));
  }
  for (const auto& source : sources.sources) {
    // As a folder, without the slash at its end.
    folders.push_back(source->prefix().substr(0, source->prefix().rfind('/')));
  }
  std::vector<std::string> documents;
  for (const std::string& folder : folders) {
    ASSIGN_OR_RETURN(const KnownEtags ids,
                     ListEtags(indexer, context.collection, folder));
    for (const auto& id : ids) documents.push_back(id.first);
  }
  std::sort(documents.begin(), documents.end());
  documents.erase(std::unique(documents.begin(), documents.end()),
                  documents.end());
  std::vector<std::string> found;
  for (const WalkedFiles::File& file : walked.files) {
    found.push_back(DocumentIdOf(options.client, file.path));
  }
  found.insert(found.end(), sources.found.begin(), sources.found.end());
  std::sort(found.begin(), found.end());
  std::vector<std::string> unread = sources.unread;
  for (const auto& failure : walked.failures) {
    unread.push_back(DocumentIdOf(options.client, failure.first));
  }
  for (const std::string& id :
       Vanished(documents, folders, found, view->TakeIds(), unread)) {
    if (FileExists(options.client.root, id)) continue;
    if (!options.client.start.dry_run()) {
      v1::DeleteDocumentRequest request;
      request.set_collection(context.collection);
      request.set_document(id);
      grpc::ClientContext call;
      SetDeadline(&call);
      v1::DeleteDocumentResponse response;
      RETURN_IF_ERROR(
          FromGrpcStatus(indexer->DeleteDocument(&call, request, &response)));
    }
    view->OnDeleted(id);
  }
  return absl::OkStatus();
}

// Opens the addresses, and finds what of them is stored.
absl::StatusOr<SourcesToRead> OpenSources(v1::Indexer::StubInterface* indexer,
                                          const IngestOptions& options,
                                          const std::string& collection) {
  SourcesToRead out;
  for (const std::string& address : options.addresses) {
    ASSIGN_OR_RETURN(std::unique_ptr<FileSource> source,
                     OpenSource(address, options.source));
    ASSIGN_OR_RETURN(const KnownEtags known,
                     ListEtags(indexer, collection, source->prefix()));
    out.known.insert(known.begin(), known.end());
    out.sources.push_back(std::move(source));
  }
  return out;
}

// ---- the command

absl::Status RunIngest(IngestOptions options, CliContext* context) {
  const auto addresses = std::stable_partition(
      options.paths.begin(), options.paths.end(),
      [](const std::string& path) { return !IsSourceAddress(path); });
  options.addresses.assign(addresses, options.paths.end());
  options.paths.erase(addresses, options.paths.end());
  RETURN_IF_ERROR(CheckOptions(options));
  IngestClientOptions client = options.client;
  client.start.set_collection(context->collection);
  client.start.set_vectors(!options.no_vectors);
  RETURN_IF_ERROR(ReadMetadata(options, &client.file));
  std::shared_ptr<grpc::Channel> channel;
  std::vector<std::string> retried;
  if (!options.retry.empty()) {
    ASSIGN_OR_RETURN(channel, context->connect());
    ASSIGN_OR_RETURN(retried, FailedPaths(v1::Indexer::NewStub(channel).get(),
                                          context->collection, options.retry));
    if (retried.empty()) {
      if (!context->quiet) PrintLine("nothing to retry: no file failed");
      return absl::OkStatus();
    }
  }
  ASSIGN_OR_RETURN(const WalkedFiles walked, FindFiles(options, retried));
  const bool files_only = options.addresses.empty();
  if (files_only && walked.files.empty() && walked.failures.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("ingest: no files in ", absl::StrJoin(options.paths, " "),
                     ", want one or more"));
  }
  if (options.mirror && walked.files.empty() && files_only) {
    return absl::FailedPreconditionError(absl::StrCat(
        "ingest --mirror: no files in ", absl::StrJoin(options.paths, " "),
        ": that would delete everything, want one or more"));
  }
  client.start.set_expected_files(walked.files.size() + walked.failures.size());
  client.start.set_expected_bytes(walked.bytes);
  if (channel == nullptr) {
    ASSIGN_OR_RETURN(channel, context->connect());
  }
  const auto indexer = v1::Indexer::NewStub(channel);
  ASSIGN_OR_RETURN(SourcesToRead sources,
                   OpenSources(indexer.get(), options, context->collection));
  IngestView view(walked.files.size(), client.start.dry_run(), *context);
  RETURN_IF_ERROR(view.OpenReport(options.report));
  if (options.mirror) view.KeepIds();
  RETURN_IF_ERROR(IngestFiles(
      indexer.get(), client, walked,
      [&view](const v1::IngestResponse& response) { view.On(response); },
      &sources));
  for (const std::string& id : sources.unchanged) view.OnUnchanged(id);
  if (options.mirror) {
    RETURN_IF_ERROR(
        Mirror(indexer.get(), options, walked, sources, *context, &view));
  }
  RETURN_IF_ERROR(view.CloseReport(options.report));
  view.Finish(walked);
  if (view.failed() > 0) {
    context->exit_code =
        view.failed() == view.done() ? kExitFailure : kExitPartial;
  }
  return absl::OkStatus();
}

void AddSources(CLI::App* ingest, IngestOptions* options) {
  ingest->add_option("path", options->paths,
                     "files, folders with all that is in them, or patterns "
                     "such as 'docs/*.html'; - is one document on standard "
                     "input: text, Markdown, HTML, Mallard, DocBook, JSON "
                     "lines, CSV, office documents, e-books, e-mail, PDF, RTF, "
                     "source code, archives. Or addresses: "
                     "https://host/docs/ is the site below it, as far as "
                     "links lead and robots.txt lets; s3://bucket/prefix is "
                     "what a bucket holds ($AWS_ACCESS_KEY_ID, "
                     "$AWS_SECRET_ACCESS_KEY, $AWS_REGION)");
  ingest->add_option("--rate", options->source.rate,
                     "requests a second to a site or bucket (default: 10)");
  ingest->add_option("--endpoint", options->source.endpoint,
                     "where buckets are served, such as http://host:9000 "
                     "(default: $AWS_ENDPOINT_URL, or Amazon)");
  ingest->add_option("--files-from", options->list,
                     "a file with a path on each line (or between zero bytes, "
                     "as find -print0 writes); - is standard input");
  ingest->add_option("--retry", options->retry,
                     "the files that failed in job JOB");
  ingest->add_option("--id", options->client.stdin_id,
                     "the id of the document on standard input");
  ingest->add_option("--root", options->client.root,
                     "a document's id is its path below this folder (default: "
                     "its path as written)");
}

}  // namespace

void AddIngestCommand(CLI::App* app, CliContext* context) {
  auto options = std::make_shared<IngestOptions>();
  CLI::App* ingest =
      AddCommand(app, context, "ingest", "Take in files and folders",
                 [options, context] { return RunIngest(*options, context); });
  AddSources(ingest, options.get());
  ingest->add_flag("--mirror", options->mirror,
                   "then delete the documents below the named folders whose "
                   "files are gone");
  ingest->add_flag_function(
      "--dry-run",
      [options](int64_t) { options->client.start.set_dry_run(true); },
      "say what would happen; nothing is stored or deleted");
  ingest->add_option("--report", options->report,
                     "write what became of each document to this file, one "
                     "JSON object a line");
  ingest->add_option_function<std::string>(
      "-l,--language",
      [options](const std::string& code) {
        options->client.file.set_language(code);
      },
      "the language of all files, such as de (default: found out)");
  ingest->add_option_function<std::string>(
      "--media-type",
      [options](const std::string& type) {
        options->client.file.set_media_type(type);
      },
      "read all files as this, such as text/plain (default: found out)");
  ingest->add_option("-m,--metadata", options->metadata,
                     "KEY=VALUE of all documents, to filter by; repeatable");
  ingest->add_option("--label", options->labels,
                     "access label of all documents; repeatable");
  ingest->add_flag("--no-vectors", options->no_vectors,
                   "index words only; much faster");
  ingest->add_option_function<std::string>(
      "--request-id",
      [options](const std::string& id) {
        options->client.start.set_request_id(id);
      },
      "the job's id (default: made from the time)");
}

}  // namespace footnote
