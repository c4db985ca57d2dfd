#include "indexer/cli.h"

#include <grpcpp/grpcpp.h>
#include <stdio.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/grpc_status.h"
#include "base/status_macros.h"
#include "base/terminal.h"
#include "indexer/backup_command.h"
#include "indexer/cli_common.h"
#include "indexer/collection_command.h"
#include "indexer/ingest_command.h"
#include "indexer/jobs_command.h"
#include "indexer/reindex_command.h"
#include "proto/footnote/v1/indexer.grpc.pb.h"

namespace footnote {
namespace {

// ---- show

struct ShowOptions {
  std::string document;
  bool text_only = false;
};

// "id@3" means version 3; an id may hold '@' itself.
std::pair<std::string, uint32_t> SplitVersion(const std::string& document) {
  const size_t at = document.rfind('@');
  uint32_t version = 0;
  if (at != std::string::npos && at > 0 &&
      absl::SimpleAtoi(document.substr(at + 1), &version)) {
    return {document.substr(0, at), version};
  }
  return {document, 0};
}

std::string StateName(v1::Document::State state) {
  return absl::AsciiStrToLower(v1::Document::State_Name(state));
}

void PrintFacts(const v1::Document& document) {
  const v1::DocumentVersion& version = document.version();
  const auto fact = [](absl::string_view name, absl::string_view value) {
    if (!value.empty()) {
      PrintLine(absl::StrFormat("%-10s %s", name, Printable(value)));
    }
  };
  fact("document", version.document());
  fact("version",
       absl::StrCat(version.version(), " (", StateName(document.state()), ")"));
  fact("title", document.title());
  fact("language", document.language());
  fact("type", document.media_type());
  fact("path", document.path());
  fact("stored", absl::FormatTime(absl::RFC3339_sec,
                                  absl::FromUnixMicros(document.time_us()),
                                  absl::LocalTimeZone()));
  fact("sha256", absl::BytesToHexString(version.sha256()));
  fact("text",
       absl::StrCat(Grouped(document.text_bytes()), " bytes, ",
                    Grouped(document.text_code_points()), " characters, ",
                    Counted(document.passages(), "passage")));
  for (const v1::Metadata& entry : document.metadata()) {
    fact("metadata", absl::StrCat(entry.key(), "=", entry.value()));
  }
  for (const std::string& label : document.access_labels()) {
    fact("label", label);
  }
}

absl::Status RunShow(const ShowOptions& options, CliContext* context) {
  ASSIGN_OR_RETURN(const auto channel, context->connect());
  const auto indexer = v1::Indexer::NewStub(channel);
  const std::pair<std::string, uint32_t> wanted =
      SplitVersion(options.document);
  v1::GetDocumentRequest get;
  get.set_collection(context->collection);
  get.set_document(wanted.first);
  get.set_version(wanted.second);
  v1::Document document;
  grpc::ClientContext call;
  SetDeadline(&call);
  RETURN_IF_ERROR(FromGrpcStatus(indexer->GetDocument(&call, get, &document)));
  if (context->json && !options.text_only) {
    PrintLine(ToPrettyJson(document));
    return absl::OkStatus();
  }
  if (!options.text_only) {
    PrintFacts(document);
    PrintLine("");
  }
  v1::ReadTextRequest read;
  read.set_collection(context->collection);
  read.set_document(wanted.first);
  read.set_version(document.version().version());
  const bool to_terminal = IsTerminal(STDOUT_FILENO);
  while (true) {
    grpc::ClientContext read_call;
    SetDeadline(&read_call);
    v1::ReadTextResponse text;
    RETURN_IF_ERROR(FromGrpcStatus(indexer->ReadText(&read_call, read, &text)));
    // Whoever pipes the text wants the very bytes.
    const std::string shown =
        to_terminal ? Printable(text.text()) : text.text();
    fwrite(shown.data(), 1, shown.size(), stdout);
    if (text.end_of_text() || text.span().end() <= read.begin()) break;
    read.set_begin(text.span().end());
  }
  return absl::OkStatus();
}

void AddShow(CLI::App* app, CliContext* context) {
  auto options = std::make_shared<ShowOptions>();
  CLI::App* show =
      AddCommand(app, context, "show", "Print a document as it is stored",
                 [options, context] { return RunShow(*options, context); });
  show->add_option("document", options->document,
                   "DOCUMENT, or DOCUMENT@VERSION for an older one")
      ->required();
  show->add_flag("--text", options->text_only,
                 "nothing but the canonical text, byte for byte");
}

// ---- documents

constexpr int kMostListed = 1000000000;

struct DocumentsOptions {
  std::string prefix;
  int limit = 0;
};

absl::Status RunDocuments(const DocumentsOptions& options,
                          CliContext* context) {
  ASSIGN_OR_RETURN(const auto channel, context->connect());
  const auto indexer = v1::Indexer::NewStub(channel);
  v1::ListDocumentsRequest request;
  request.set_collection(context->collection);
  request.set_document_prefix(options.prefix);
  request.set_page_size(1000);
  int left = options.limit > 0 ? options.limit : -1;
  while (left != 0) {
    grpc::ClientContext call;
    SetDeadline(&call);
    v1::ListDocumentsResponse page;
    RETURN_IF_ERROR(
        FromGrpcStatus(indexer->ListDocuments(&call, request, &page)));
    for (const v1::Document& document : page.documents()) {
      if (left == 0) break;
      if (left > 0) --left;
      if (context->json) {
        PrintLine(ToJson(document));
      } else {
        PrintLine(absl::StrCat(Printable(document.version().document()), "@",
                               document.version().version(), "\t",
                               document.language(), "\t", document.passages(),
                               "\t", Printable(document.title())));
      }
    }
    if (page.next_page_token().empty()) break;
    request.set_page_token(page.next_page_token());
  }
  return absl::OkStatus();
}

void AddDocuments(CLI::App* app, CliContext* context) {
  auto options = std::make_shared<DocumentsOptions>();
  CLI::App* documents = AddCommand(
      app, context, "documents",
      "List documents: id@version, language, passages, title",
      [options, context] { return RunDocuments(*options, context); });
  documents->add_option("--prefix", options->prefix,
                        "only documents whose id begins so");
  documents
      ->add_option("-n,--limit", options->limit,
                   "at most so many (default: all)")
      ->check(CLI::Range(0, kMostListed));
}

// ---- delete

struct DeleteOptions {
  std::vector<std::string> documents;
  bool purge = false;
};

absl::Status RunDelete(const DeleteOptions& options, CliContext* context) {
  ASSIGN_OR_RETURN(const auto channel, context->connect());
  const auto indexer = v1::Indexer::NewStub(channel);
  for (const std::string& document : options.documents) {
    v1::DeleteDocumentRequest request;
    request.set_collection(context->collection);
    request.set_document(document);
    request.set_purge(options.purge);
    grpc::ClientContext call;
    // Erasing rewrites files.
    SetDeadline(&call, absl::Minutes(30));
    v1::DeleteDocumentResponse response;
    RETURN_IF_ERROR(
        FromGrpcStatus(indexer->DeleteDocument(&call, request, &response)));
    if (context->json) {
      PrintLine(ToJson(response));
    } else if (!context->quiet) {
      PrintLine(
          absl::StrCat(options.purge ? "erased " : "deleted ",
                       Printable(document), " (", response.versions(),
                       response.versions() == 1 ? " version)" : " versions)"));
    }
  }
  return absl::OkStatus();
}

void AddDelete(CLI::App* app, CliContext* context) {
  auto options = std::make_shared<DeleteOptions>();
  CLI::App* remove =
      AddCommand(app, context, "delete", "Hide documents from search at once",
                 [options, context] { return RunDelete(*options, context); });
  remove->add_option("document", options->documents, "ids")->required();
  remove->add_flag("--purge", options->purge,
                   "erase their bytes too, from every file, before returning");
}

// ---- purges

std::string PurgeState(const v1::Purge& purge) {
  return absl::AsciiStrToLower(v1::Purge::State_Name(purge.state()));
}

void PrintPurge(const v1::Purge& purge) {
  const auto time = [](int64_t us) {
    return us == 0
               ? std::string("-")
               : absl::FormatTime(absl::RFC3339_sec, absl::FromUnixMicros(us),
                                  absl::LocalTimeZone());
  };
  const std::string more =
      purge.documents_size() > 1
          ? absl::StrCat(" and ", Grouped(purge.documents_size() - 1), " more")
          : "";
  PrintLine(absl::StrCat(
      purge.collection(), "/", purge.number(), "\t", PurgeState(purge), "\t",
      time(purge.begun_us()), "\t", time(purge.proved_us()), "\t",
      purge.segments_size(), " segments, ", purge.files_size(), " files\t",
      purge.documents_size() > 0 ? Printable(purge.documents(0)) : "-", more));
}

absl::Status RunPurges(const std::string& document, bool all,
                       CliContext* context) {
  ASSIGN_OR_RETURN(const auto channel, context->connect());
  const auto indexer = v1::Indexer::NewStub(channel);
  v1::ListPurgesRequest request;
  if (!all) request.set_collection(context->collection);
  request.set_document(document);
  grpc::ClientContext call;
  SetDeadline(&call);
  v1::ListPurgesResponse response;
  RETURN_IF_ERROR(
      FromGrpcStatus(indexer->ListPurges(&call, request, &response)));
  if (!document.empty() && response.purges().empty()) {
    return absl::NotFoundError(absl::StrCat(
        "document \"", document, "\": no purge of it",
        all ? "" : absl::StrCat(" in collection \"", context->collection, "\""),
        ", want the id under which it was purged"));
  }
  for (const v1::Purge& purge : response.purges()) {
    if (context->json) {
      PrintLine(ToJson(purge));
    } else {
      PrintPurge(purge);
    }
  }
  return absl::OkStatus();
}

void AddPurges(CLI::App* app, CliContext* context) {
  auto document = std::make_shared<std::string>();
  auto all = std::make_shared<bool>(false);
  CLI::App* purges = AddCommand(
      app, context, "purges",
      "List what was purged: state, begun, proved, files that held it",
      [=] { return RunPurges(*document, *all, context); });
  purges->add_option("document", *document, "only purges of this document");
  purges->add_flag("--all", *all, "of all collections");
  purges->footer(
      "States: hidden (nothing shows the documents), rewritten (no segment\n"
      "holds their postings and vectors), compacted (nor does the database),\n"
      "proved (every file that held their bytes is gone). A purge that was "
      "cut\n"
      "off goes on at the server's next start.");
}

// ---- stats

absl::Status RunStats(bool all, CliContext* context) {
  ASSIGN_OR_RETURN(const auto channel, context->connect());
  const auto indexer = v1::Indexer::NewStub(channel);
  v1::GetStatsRequest request;
  if (!all) request.set_collection(context->collection);
  grpc::ClientContext call;
  SetDeadline(&call);
  v1::Stats stats;
  RETURN_IF_ERROR(FromGrpcStatus(indexer->GetStats(&call, request, &stats)));
  if (context->json) {
    PrintLine(ToPrettyJson(stats));
    return absl::OkStatus();
  }
  const auto fact = [](absl::string_view name, const std::string& value) {
    PrintLine(absl::StrFormat("%-12s %s", name, value));
  };
  if (all) fact("collections", Grouped(stats.collections()));
  fact("documents", Grouped(stats.documents()));
  fact("passages", Grouped(stats.passages()));
  fact("vectors", Grouped(stats.vectors()));
  fact("text", InBytes(stats.text_bytes()));
  fact("segments",
       absl::StrCat(stats.segments(), ", ", InBytes(stats.segment_bytes())));
  fact("generation", absl::StrCat(stats.generation()));
  fact("analyser", absl::StrCat("version ", stats.analyzer_version()));
  fact("encoder", stats.encoder().empty() ? "none" : stats.encoder());
  const std::map<std::string, uint64_t> languages(
      stats.passages_by_language().begin(), stats.passages_by_language().end());
  std::vector<std::string> parts;
  for (const auto& language : languages) {
    parts.push_back(
        absl::StrCat(language.first, " ", Grouped(language.second)));
  }
  fact("languages", absl::StrJoin(parts, ", "));
  return absl::OkStatus();
}

void AddStats(CLI::App* app, CliContext* context) {
  auto all = std::make_shared<bool>(false);
  CLI::App* stats =
      AddCommand(app, context, "stats", "Count what is stored",
                 [all, context] { return RunStats(*all, context); });
  stats->add_flag("--all", *all, "all collections together");
}

}  // namespace

void RegisterIndexerCommands(CLI::App* app, CliContext* context) {
  AddIngestCommand(app, context);
  AddJobsCommand(app, context);
  AddShow(app, context);
  AddDocuments(app, context);
  AddDelete(app, context);
  AddPurges(app, context);
  AddStats(app, context);
  AddBackupCommand(app, context);
  AddCollectionCommands(app, context);
  AddReindexCommand(app, context);
}

}  // namespace footnote
