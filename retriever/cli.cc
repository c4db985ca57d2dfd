#include "retriever/cli.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/filter_flags.h"
#include "base/grpc_status.h"
#include "base/status_macros.h"
#include "base/terminal.h"
#include "proto/footnote/v1/answers.grpc.pb.h"

namespace footnote {
namespace {

// Lines of a passage that are shown to people.
constexpr size_t kShownLines = 4;

struct SearchOptions {
  std::vector<std::string> question;
  int top_k = 10;
  std::string language;
  std::string mode = "hybrid";
  FilterFlags filter;
  bool distinct_documents = false;
  bool hide_duplicates = false;
  bool fused = false;
};

v1::SearchMode ModeOf(const std::string& name) {
  if (name == "lexical") return v1::LEXICAL;
  if (name == "vector") return v1::VECTOR;
  return v1::HYBRID;
}

v1::SearchRequest MakeRequest(const SearchOptions& options,
                              const CliContext& context) {
  v1::SearchRequest request;
  request.set_collection(context.collection);
  request.set_question(absl::StrJoin(options.question, " "));
  request.set_language(options.language);
  request.set_top_k(options.top_k);
  request.set_mode(ModeOf(options.mode));
  request.set_distinct_documents(options.distinct_documents);
  request.set_hide_duplicates(options.hide_duplicates);
  if (options.fused) request.set_order(v1::FUSED);
  FillFilter(options.filter, request.mutable_filter());
  return request;
}

// "Title › Heading › Heading", or the document's id.
std::string PlaceOf(const v1::Passage& passage) {
  std::vector<std::string> path;
  if (!passage.title().empty()) path.push_back(passage.title());
  for (const std::string& heading : passage.heading_path()) {
    // The first is the title again in most HTML.
    if (path.empty() || path.back() != heading) path.push_back(heading);
  }
  return path.empty() ? passage.source().document()
                      : absl::StrJoin(path, " › ");
}

void PrintPassage(int number, const v1::Passage& passage,
                  const v1::Duplicates* same) {
  const bool colour = WantsColour(STDOUT_FILENO);
  const int columns = std::max(24, TerminalColumns(STDOUT_FILENO) - 4);
  const v1::DocumentVersion& source = passage.source();
  PrintLine(
      absl::StrCat(absl::StrFormat("%2d. ", number),
                   Paint(Printable(PlaceOf(passage)), Colour::kBold, colour)));
  PrintLine(Paint(
      absl::StrCat("    ", Printable(source.document()), "@", source.version(),
                   " bytes ", passage.span().begin(), "-", passage.span().end(),
                   " · ", passage.language(), " · ",
                   absl::StrFormat(
                       "%.2f = words %.2f (rank %d), vector %.2f "
                       "(rank %d)",
                       passage.score().total(), passage.score().lexical(),
                       passage.score().lexical_rank(), passage.score().vector(),
                       passage.score().vector_rank())),
      Colour::kDim, colour));
  const std::vector<std::string> lines =
      WrapText(Printable(passage.text()), columns);
  for (size_t i = 0; i < lines.size() && i < kShownLines; ++i) {
    const bool cut = i + 1 == kShownLines && lines.size() > kShownLines;
    PrintLine(absl::StrCat("    ", lines[i], cut ? " …" : ""));
  }
  if (same == nullptr) return;
  std::vector<std::string> others;
  for (const std::string& document : same->others()) {
    others.push_back(Printable(document));
  }
  PrintLine(
      Paint(absl::StrCat("    nearly the same: ", absl::StrJoin(others, ", ")),
            Colour::kDim, colour));
}

// What is said of the passage's document, or null.
const v1::Duplicates* SameAs(const v1::SearchResponse& response,
                             const v1::Passage& passage) {
  for (const v1::Duplicates& one : response.duplicates()) {
    if (one.document() == passage.source().document()) return &one;
  }
  return nullptr;
}

absl::Status Search(const SearchOptions& options, CliContext* context) {
  ASSIGN_OR_RETURN(const std::shared_ptr<grpc::Channel> channel,
                   context->connect());
  const auto answers = v1::Answers::NewStub(channel);
  grpc::ClientContext call;
  v1::SearchResponse response;
  RETURN_IF_ERROR(FromGrpcStatus(
      answers->Search(&call, MakeRequest(options, *context), &response)));
  if (context->json) {
    response.clear_vector();
    PrintLine(ToJson(response));
    return absl::OkStatus();
  }
  if (response.passages().empty()) {
    PrintLine(response.empty_question()
                  ? "The question holds nothing to look for."
                  : "Nothing was found.");
  }
  for (int i = 0; i < response.passages_size(); ++i) {
    PrintPassage(i + 1, response.passages(i),
                 SameAs(response, response.passages(i)));
  }
  return absl::OkStatus();
}

}  // namespace

void RegisterRetrieverCommands(CLI::App* app, CliContext* context) {
  auto options = std::make_shared<SearchOptions>();
  CLI::App* search =
      AddCommand(app, context, "search", "find the passages for a question",
                 [=] { return Search(*options, context); });
  search->add_option("question", options->question, "the question")->required();
  search->add_option("-k,--top-k", options->top_k, "passages, 1 to 1,000")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  search->add_option("-l,--language", options->language,
                     "the question's language, ISO 639-1; inferred if unset");
  search->add_option("--mode", options->mode, "hybrid, lexical or vector")
      ->check(CLI::IsMember({"hybrid", "lexical", "vector"}))
      ->capture_default_str();
  AddFilterFlags(search, &options->filter);
  search->add_flag("--distinct", options->distinct_documents,
                   "at most one passage of each document");
  search->add_flag("--hide-duplicates", options->hide_duplicates,
                   "leave out what a better one says nearly the same way");
  search->add_flag("--fused", options->fused,
                   "the order of the fused arms; no reranking by sentences");
}

}  // namespace footnote
