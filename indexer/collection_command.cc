#include "indexer/collection_command.h"

#include <grpcpp/grpcpp.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/grpc_status.h"
#include "base/status_macros.h"
#include "base/terminal.h"
#include "indexer/cli_common.h"
#include "proto/footnote/v1/indexer.grpc.pb.h"

namespace footnote {
namespace {

// Purging rewrites files.
constexpr absl::Duration kExpiryDeadline = absl::Hours(1);

struct CollectionOptions {
  std::string max_documents;
  std::string max_text;
  std::string retention;
  std::string legal_hold;
  std::string keep_generations;
  std::string keep_bytes;
  bool expire = false;

  bool changes() const {
    return !max_documents.empty() || !max_text.empty() || !retention.empty() ||
           !legal_hold.empty() || !keep_generations.empty() ||
           !keep_bytes.empty();
  }
};

// A number with a unit behind it: "90d", "2 GB", "17", "none".
struct Unit {
  const char* name;
  uint64_t value;
};

template <size_t N>
absl::StatusOr<uint64_t> ParseAmount(absl::string_view option,
                                     absl::string_view text,
                                     const Unit (&units)[N],
                                     absl::string_view wanted) {
  if (text == "none") return 0;
  const size_t digits = text.find_first_not_of("0123456789");
  const absl::string_view unit = absl::StripAsciiWhitespace(
      digits == absl::string_view::npos ? "" : text.substr(digits));
  uint64_t number = 0;
  if (absl::SimpleAtoi(text.substr(0, digits), &number) && number > 0) {
    for (const Unit& known : units) {
      if (!absl::EqualsIgnoreCase(unit, known.name)) continue;
      if (number > (uint64_t{1} << 62) / known.value) break;
      return number * known.value;
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat(option, ": \"", text, "\", want ", wanted, ", or none"));
}

absl::Status Change(const CollectionOptions& options,
                    v1::CollectionSettings* settings) {
  constexpr Unit kCounts[] = {{"", 1}};
  constexpr Unit kBytes[] = {
      {"", 1},         {"B", 1},           {"kB", 1000},
      {"MB", 1000000}, {"GB", 1000000000}, {"TB", 1000000000000}};
  constexpr Unit kTimes[] = {{"s", 1},     {"m", 60},     {"h", 3600},
                             {"d", 86400}, {"w", 604800}, {"y", 31557600}};
  if (!options.max_documents.empty()) {
    ASSIGN_OR_RETURN(const uint64_t number,
                     ParseAmount("--max-documents", options.max_documents,
                                 kCounts, "a number of 1 or more"));
    settings->set_max_documents(number);
  }
  if (!options.max_text.empty()) {
    ASSIGN_OR_RETURN(const uint64_t bytes,
                     ParseAmount("--max-text", options.max_text, kBytes,
                                 "a size such as 500MB or 20GB"));
    settings->set_max_text_bytes(bytes);
  }
  if (!options.retention.empty()) {
    ASSIGN_OR_RETURN(const uint64_t seconds,
                     ParseAmount("--retention", options.retention, kTimes,
                                 "a time such as 12h, 90d or 7y"));
    settings->set_retention_seconds(static_cast<int64_t>(seconds));
  }
  if (!options.keep_generations.empty()) {
    ASSIGN_OR_RETURN(const uint64_t seconds,
                     ParseAmount("--keep-generations", options.keep_generations,
                                 kTimes, "a time such as 12h or 30d"));
    settings->set_keep_seconds(seconds == 0 ? -1
                                            : static_cast<int64_t>(seconds));
  }
  if (!options.keep_bytes.empty()) {
    ASSIGN_OR_RETURN(const uint64_t bytes,
                     ParseAmount("--keep-bytes", options.keep_bytes, kBytes,
                                 "a size such as 500MB or 20GB"));
    if (bytes == 0) {
      return absl::InvalidArgumentError(
          "--keep-bytes: \"none\", want a size such as 500MB or 20GB; "
          "--keep-generations none keeps nothing");
    }
    settings->set_keep_bytes(bytes);
  }
  if (options.legal_hold.empty()) return absl::OkStatus();
  if (options.legal_hold != "on" && options.legal_hold != "off") {
    return absl::InvalidArgumentError(absl::StrCat(
        "--legal-hold: \"", options.legal_hold, "\", want on or off"));
  }
  settings->set_legal_hold(options.legal_hold == "on");
  return absl::OkStatus();
}

std::string Age(int64_t seconds) {
  if (seconds == 0) return "for ever";
  for (const auto& unit :
       {std::make_pair("years", 31557600), std::make_pair("days", 86400),
        std::make_pair("hours", 3600), std::make_pair("minutes", 60)}) {
    if (seconds % unit.second == 0) {
      absl::string_view name = unit.first;
      if (seconds == unit.second) name.remove_suffix(1);
      return absl::StrCat(seconds / unit.second, " ", name);
    }
  }
  return absl::StrCat(seconds, " seconds");
}

// Of older generations: what is there, and what may be.
std::string Older(const v1::Collection& collection) {
  const v1::OlderGenerations& older = collection.older();
  std::string text =
      absl::StrCat(Grouped(older.generations()),
                   older.generations() == 1 ? " generation" : " generations");
  if (older.generations() > 0) {
    absl::StrAppend(&text, " from ", older.oldest(), " on, ",
                    InBytes(older.bytes()));
  }
  if (older.keep_seconds() == 0) return absl::StrCat(text, "; none is kept");
  return absl::StrCat(text, "; kept for ", Age(older.keep_seconds()),
                      ", at most ", InBytes(older.keep_bytes()));
}

void Print(const v1::Collection& collection, const CliContext& context) {
  if (context.json) {
    PrintLine(ToPrettyJson(collection));
    return;
  }
  const v1::CollectionSettings& settings = collection.settings();
  const auto fact = [](absl::string_view name, const std::string& value) {
    PrintLine(absl::StrFormat("%-12s %s", name, value));
  };
  fact("collection", settings.collection());
  fact("documents",
       settings.max_documents() == 0
           ? Grouped(collection.documents())
           : absl::StrCat(Grouped(collection.documents()), " of at most ",
                          Grouped(settings.max_documents())));
  fact("text",
       settings.max_text_bytes() == 0
           ? InBytes(collection.text_bytes())
           : absl::StrCat(InBytes(collection.text_bytes()), " of at most ",
                          InBytes(settings.max_text_bytes())));
  fact("kept", Age(settings.retention_seconds()));
  fact("older", Older(collection));
  fact("legal hold", settings.legal_hold() ? "on" : "off");
}

absl::Status RunCollection(const CollectionOptions& options,
                           CliContext* context) {
  ASSIGN_OR_RETURN(const auto channel, context->connect());
  const auto indexer = v1::Indexer::NewStub(channel);
  v1::GetCollectionRequest request;
  request.set_collection(context->collection);
  v1::Collection collection;
  {
    grpc::ClientContext call;
    SetDeadline(&call);
    RETURN_IF_ERROR(
        FromGrpcStatus(indexer->GetCollection(&call, request, &collection)));
  }
  if (options.changes()) {
    v1::CollectionSettings settings = collection.settings();
    RETURN_IF_ERROR(Change(options, &settings));
    grpc::ClientContext call;
    SetDeadline(&call);
    RETURN_IF_ERROR(
        FromGrpcStatus(indexer->SetCollection(&call, settings, &collection)));
  }
  if (options.expire) {
    v1::ExpireDocumentsRequest expire;
    expire.set_collection(context->collection);
    v1::ExpireDocumentsResponse expired;
    grpc::ClientContext call;
    SetDeadline(&call, kExpiryDeadline);
    RETURN_IF_ERROR(
        FromGrpcStatus(indexer->ExpireDocuments(&call, expire, &expired)));
    if (context->json) {
      PrintLine(ToJson(expired));
    } else {
      const bool nothing_ever = collection.settings().retention_seconds() == 0;
      PrintLine(absl::StrCat(
          Grouped(expired.expired()), " expired",
          nothing_ever ? ": documents are kept for ever here; --retention says "
                         "for how long"
                       : ""));
    }
    return absl::OkStatus();
  }
  Print(collection, *context);
  return absl::OkStatus();
}

void AddCollection(CLI::App* app, CliContext* context) {
  auto options = std::make_shared<CollectionOptions>();
  CLI::App* collection =
      AddCommand(app, context, "collection",
                 "Show or change what may be in a collection, and how long",
                 [=] { return RunCollection(*options, context); });
  collection->add_option("--max-documents", options->max_documents,
                         "documents that may be there at a time; none: any");
  collection->add_option("--max-text", options->max_text,
                         "text that may be there, such as 20GB; none: any");
  collection->add_option("--retention", options->retention,
                         "after this time, such as 12h, 90d or 7y, a document "
                         "that got no newer version is deleted and purged; "
                         "none: never");
  collection->add_option("--keep-generations", options->keep_generations,
                         "how long a state of the collection that was replaced "
                         "can be searched by `audit replay "
                         "--recorded-generation`, such as 12h or 30d (7 days); "
                         "none: not at all");
  collection->add_option("--keep-bytes", options->keep_bytes,
                         "what such states may take, such as 20GB (1 GiB); the "
                         "oldest goes first");
  collection->add_option("--legal-hold", options->legal_hold,
                         "on: nothing expires and nothing can be deleted; off");
  collection->add_flag("--expire", options->expire,
                       "delete and purge now what is too old (a server does so "
                       "every hour)");
  collection->footer(
      "A file that would be too much fails with its reason; the others of its\n"
      "job come in. What is there when a limit is set stays.");
}

// ---- duplicates

absl::Status RunDuplicates(const std::string& document, CliContext* context) {
  ASSIGN_OR_RETURN(const auto channel, context->connect());
  const auto indexer = v1::Indexer::NewStub(channel);
  v1::ListDuplicatesRequest request;
  request.set_collection(context->collection);
  request.set_document(document);
  request.set_page_size(1000);
  bool any = false;
  while (true) {
    grpc::ClientContext call;
    SetDeadline(&call);
    v1::ListDuplicatesResponse page;
    RETURN_IF_ERROR(
        FromGrpcStatus(indexer->ListDuplicates(&call, request, &page)));
    for (const v1::DuplicateGroup& group : page.groups()) {
      if (context->json) {
        PrintLine(ToJson(group));
        continue;
      }
      if (any) PrintLine("");
      any = true;
      for (const v1::DuplicateGroup::Member& member : group.members()) {
        PrintLine(absl::StrFormat("%.2f  %s", member.similarity(),
                                  Printable(member.document())));
      }
    }
    if (page.next_page_token().empty()) break;
    request.set_page_token(page.next_page_token());
  }
  if (!any && !context->json && !context->quiet) {
    PrintLine("nothing is nearly the same");
  }
  return absl::OkStatus();
}

void AddDuplicates(CLI::App* app, CliContext* context) {
  auto document = std::make_shared<std::string>();
  CLI::App* duplicates =
      AddCommand(app, context, "duplicates",
                 "List documents that say nearly the same, by groups",
                 [=] { return RunDuplicates(*document, context); });
  duplicates->add_option("document", *document, "only the group of this one");
  duplicates->footer(
      "The number is how much of its text a document shares with the first of\n"
      "its group, from 0 to 1. Searches and answers show one of a group and\n"
      "name the others.");
}

}  // namespace

void AddCollectionCommands(CLI::App* app, CliContext* context) {
  AddCollection(app, context);
  AddDuplicates(app, context);
}

}  // namespace footnote
