#include "indexer/ingest_command.h"

#include <grpcpp/grpcpp.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/file.h"
#include "base/grpc_status.h"
#include "base/status_macros.h"
#include "indexer/cli_common.h"
#include "indexer/file_walk.h"
#include "indexer/ingest_client.h"
#include "indexer/ingest_follow.h"
#include "indexer/ingest_view.h"
#include "indexer/job_files.h"
#include "indexer/mirror.h"
#include "indexer/source_list.h"
#include "indexer/sources/source.h"
#include "proto/footnote/v1/indexer.grpc.pb.h"

namespace footnote {
namespace {

// Two minutes of a server that is away.
constexpr int kReconnects = 7;

struct IngestOptions {
  // Files, folders and patterns; then web sites and buckets.
  std::vector<std::string> paths;
  std::vector<std::string> addresses;
  SourceOptions source;
  std::string list;
  std::string retry;
  std::string resume;
  IngestClientOptions client;
  bool no_vectors = false;
  bool mirror = false;
  bool watch = false;
  bool scans = false;
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

std::string ReadStandardInput() {
  return std::string(std::istreambuf_iterator<char>(std::cin), {});
}

// Paths of the files of job `job` that failed.
absl::StatusOr<std::vector<std::string>> FailedPaths(
    v1::Indexer::StubInterface* indexer, const std::string& collection,
    const std::string& job) {
  std::vector<std::string> paths;
  RETURN_IF_ERROR(ForEachJobFile(
      indexer, collection, job, v1::FileResult::FAILED,
      [&paths](const v1::FileResult& file) { paths.push_back(file.path()); }));
  return paths;
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
  WalkedFiles walked = WalkFiles(paths, options.scans);
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
  if (!options.resume.empty() &&
      (from_stdin || !options.addresses.empty() || !options.retry.empty() ||
       options.watch || !options.client.start.request_id().empty())) {
    return absl::InvalidArgumentError(
        "ingest --resume: want the files and folders of the job, no address, "
        "retry, watch, request id or standard input");
  }
  if (options.mirror &&
      ((options.paths.empty() && options.addresses.empty()) || from_stdin ||
       !options.list.empty() || !options.retry.empty())) {
    return absl::InvalidArgumentError(
        "ingest --mirror: want folders only, no list, job or standard input");
  }
  if (options.watch &&
      (options.paths.empty() || from_stdin || !options.addresses.empty() ||
       !options.list.empty() || !options.retry.empty() ||
       !options.client.start.request_id().empty() ||
       options.client.start.dry_run())) {
    return absl::InvalidArgumentError(
        "ingest --watch: want folders only, no address, list, job, dry run or "
        "standard input");
  }
  return absl::OkStatus();
}

// ---- sources

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

// What of `walked` and `sources` the mirror has to know.
MirrorScope ScopeOf(const IngestOptions& options,
                    const IngestClientOptions& client,
                    const WalkedFiles& walked, const SourcesToRead& sources) {
  MirrorScope scope;
  for (const std::string& path : options.paths) {
    struct stat info;
    if (stat(path.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) continue;
    const std::string folder = CleanPath(path);
    scope.folders.push_back(folder == "." ? "" : DocumentIdOf(client, folder));
  }
  for (const auto& source : sources.sources) {
    // As a folder, without the slash at its end.
    scope.folders.push_back(
        source->prefix().substr(0, source->prefix().rfind('/')));
  }
  for (const WalkedFiles::File& file : walked.files) {
    scope.found.push_back(DocumentIdOf(client, file.path));
  }
  scope.found.insert(scope.found.end(), sources.found.begin(),
                     sources.found.end());
  scope.unread = sources.unread;
  for (const auto& failure : walked.failures) {
    scope.unread.push_back(DocumentIdOf(client, failure.first));
  }
  return scope;
}

// One run over what the paths hold now.
absl::Status IngestOnce(const IngestOptions& options,
                        const std::vector<std::string>& retried,
                        IngestClientOptions client,
                        v1::Indexer::StubInterface* indexer,
                        CliContext* context) {
  ASSIGN_OR_RETURN(const WalkedFiles walked, FindFiles(options, retried));
  const bool files_only = options.addresses.empty();
  if (files_only && walked.files.empty() && walked.failures.empty() &&
      !options.watch) {
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
  ASSIGN_OR_RETURN(SourcesToRead sources,
                   OpenSources(indexer, options, context->collection));
  IngestView view(walked.files.size(), client.start.dry_run(), *context);
  RETURN_IF_ERROR(view.OpenReport(options.report));
  if (options.mirror) view.KeepIds();
  client.on_broken = [&view](const absl::Status& status, absl::Duration pause) {
    view.OnBroken(status, pause);
  };
  RETURN_IF_ERROR(IngestFiles(
      indexer, client, walked,
      [&view](const v1::IngestResponse& response) { view.On(response); },
      &sources));
  for (const std::string& id : sources.unchanged) view.OnUnchanged(id);
  if (options.mirror) {
    MirrorScope scope = ScopeOf(options, client, walked, sources);
    ASSIGN_OR_RETURN(scope.reported,
                     ReportedIds(indexer, context->collection, &view));
    RETURN_IF_ERROR(
        Mirror(indexer, client, std::move(scope),
               [&view](const std::string& id) { view.OnDeleted(id); }));
  }
  RETURN_IF_ERROR(view.CloseReport());
  view.Finish(walked);
  if (view.failed() > 0) {
    context->exit_code =
        view.failed() == view.done() ? kExitFailure : kExitPartial;
  }
  return absl::OkStatus();
}

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
  if (!context->server.empty()) client.reconnects = kReconnects;
  if (!options.resume.empty()) {
    client.resume = true;
    client.start.set_request_id(options.resume);
  }
  if (options.watch) {
    const auto once = [&](v1::Indexer::StubInterface* indexer) {
      return IngestOnce(options, {}, client, indexer, context);
    };
    FollowOptions follow;
    follow.folders = options.paths;
    follow.client = client;
    follow.mirror = options.mirror;
    follow.scans = options.scans;
    follow.report = options.report;
    return FollowFolders(follow, once, context);
  }
  std::vector<std::string> retried;
  if (!options.retry.empty()) {
    ASSIGN_OR_RETURN(const auto channel, context->connect());
    ASSIGN_OR_RETURN(retried, FailedPaths(v1::Indexer::NewStub(channel).get(),
                                          context->collection, options.retry));
    if (retried.empty()) {
      if (!context->quiet) PrintLine("nothing to retry: no file failed");
      return absl::OkStatus();
    }
  }
  ASSIGN_OR_RETURN(const auto channel, context->connect());
  return IngestOnce(options, retried, std::move(client),
                    v1::Indexer::NewStub(channel).get(), context);
}

void AddSources(CLI::App* ingest, IngestOptions* options) {
  ingest->add_option("path", options->paths,
                     "files, folders with all that is in them, or patterns "
                     "such as 'docs/*.html'; - is one document on standard "
                     "input: text, Markdown, HTML, Mallard, DocBook, JSON "
                     "lines, CSV, office documents, e-books, e-mail, PDF, RTF, "
                     "source code, archives; with --ocr, scanned PDF and "
                     "images too. Or addresses: "
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
  ingest->add_option("--resume", options->resume,
                     "go on with job JOB, which was cut off, over the same "
                     "files: sends only what the server does not have (within "
                     "a run that happens by itself)");
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
  ingest->add_flag("--scans", options->scans,
                   "PNG, JPEG and TIFF images in folders are documents, which "
                   "a server with --ocr reads (default: decoration)");
  ingest->add_flag("--mirror", options->mirror,
                   "then delete the documents below the named folders whose "
                   "files are gone");
  ingest->add_flag("--watch", options->watch,
                   "then follow the folders and take in what changes, until "
                   "SIGINT or SIGTERM; with --mirror, files that go or are "
                   "renamed go from the collection too");
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
  ingest
      ->add_option("-m,--metadata", options->metadata,
                   "KEY=VALUE of all documents, to filter by; repeatable")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  ingest
      ->add_option("--label", options->labels,
                   "access label of all documents; repeatable")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
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
