#include "indexer/reindex_command.h"

#include <grpcpp/grpcpp.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/grpc_status.h"
#include "base/progress.h"
#include "base/status_macros.h"
#include "base/terminal.h"
#include "indexer/cli_common.h"
#include "proto/footnote/v1/audit.grpc.pb.h"
#include "proto/footnote/v1/indexer.grpc.pb.h"
#include "proto/footnote/v1/retriever.grpc.pb.h"

namespace footnote {
namespace {

// Passages in which the cited one is looked for.
constexpr int kTopK = 10;
constexpr int kPage = 100;
// Documents may come in while the last are built.
constexpr int kSwitchTries = 20;

struct ReindexOptions {
  std::string encoder;
  int questions = 200;
  double may_lose = 0.01;
  bool back = false;
  bool drop = false;
  bool status = false;
  bool only_build = false;
  bool force = false;
};

// A question that was answered once, and what the answer cited.
struct Known {
  std::string question;
  std::string language;
  v1::Filter filter;
  std::vector<v1::SourceSpan> cited;
};

// How often a cited passage is among the first ten.
struct Recall {
  size_t found = 0;
  size_t asked = 0;

  double share() const {
    return asked == 0 ? 1
                      : static_cast<double>(found) / static_cast<double>(asked);
  }
};

class Reindex {
 public:
  Reindex(const std::shared_ptr<grpc::Channel>& channel,
          const ReindexOptions& options, CliContext* context)
      : indexer_(v1::Indexer::NewStub(channel)),
        retriever_(v1::Retriever::NewStub(channel)),
        audit_(v1::Audit::NewStub(channel)),
        options_(options),
        context_(*context) {}

  absl::Status Run() {
    if (options_.status) return PrintStatus();
    if (options_.drop) return Drop();
    RETURN_IF_ERROR(Build());
    if (options_.only_build) return PrintStatus();
    if (!options_.back) {
      ASSIGN_OR_RETURN(const bool good, Compare());
      if (!good) {
        context_.exit_code = kExitFailure;
        return absl::OkStatus();
      }
    }
    return Switch();
  }

 private:
  absl::Status Build() {
    v1::BuildStandbyRequest request;
    request.set_collection(context_.collection);
    if (!options_.back) request.set_encoder(options_.encoder);
    grpc::ClientContext call;
    const auto stream = indexer_->BuildStandby(&call, request);
    Progress progress("reindex", "documents", context_.quiet || context_.json);
    v1::StandbyProgress now;
    while (stream->Read(&now)) {
      progress.Update(now.documents_done(), now.documents(),
                      Counted(now.passages_done(), "passage"));
    }
    RETURN_IF_ERROR(FromGrpcStatus(stream->Finish()));
    progress.Finish(absl::StrCat(Counted(now.documents_done(), "document"),
                                 ", ",
                                 Counted(now.passages_done(), "passage")));
    return absl::OkStatus();
  }

  // Answers of the collection that cite something, the newest first.
  absl::StatusOr<std::vector<Known>> StoredQuestions() {
    std::vector<Known> known;
    v1::ListAnswersRequest request;
    request.set_collection(context_.collection);
    request.set_page_size(kPage);
    const size_t wanted = static_cast<size_t>(options_.questions);
    while (known.size() < wanted) {
      grpc::ClientContext call;
      SetDeadline(&call);
      v1::ListRecordsResponse page;
      RETURN_IF_ERROR(
          FromGrpcStatus(audit_->ListAnswers(&call, request, &page)));
      for (const v1::AnswerRecord& record : page.records()) {
        Known one;
        one.question = record.rewritten_question().empty()
                           ? record.answer().question()
                           : record.rewritten_question();
        one.language = record.answer().question_language();
        if (one.language == "und") one.language.clear();
        one.filter = record.filter();
        for (const v1::Citation& citation : record.answer().citations()) {
          one.cited.insert(one.cited.end(), citation.sources().begin(),
                           citation.sources().end());
        }
        // A question may have been erased.
        if (!one.question.empty() && !one.cited.empty() &&
            known.size() < wanted) {
          known.push_back(std::move(one));
        }
      }
      if (page.next_page_token().empty()) break;
      request.set_page_token(page.next_page_token());
    }
    return known;
  }

  absl::StatusOr<bool> Finds(const Known& known, bool standby) {
    v1::SearchRequest request;
    request.set_collection(context_.collection);
    request.set_question(known.question);
    request.set_language(known.language);
    *request.mutable_filter() = known.filter;
    request.set_top_k(kTopK);
    request.set_omit_text(true);
    request.set_standby(standby);
    grpc::ClientContext call;
    SetDeadline(&call);
    v1::SearchResponse response;
    RETURN_IF_ERROR(
        FromGrpcStatus(retriever_->Search(&call, request, &response)));
    for (const v1::Passage& passage : response.passages()) {
      for (const v1::SourceSpan& cited : known.cited) {
        if (passage.source().document() == cited.source().document() &&
            passage.source().version() == cited.source().version() &&
            passage.span().begin() < cited.span().end() &&
            cited.span().begin() < passage.span().end()) {
          return true;
        }
      }
    }
    return false;
  }

  // Whether the second generation finds what answers cited about as often.
  absl::StatusOr<bool> Compare() {
    ASSIGN_OR_RETURN(const std::vector<Known> known, StoredQuestions());
    Recall now, next;
    for (const Known& one : known) {
      ASSIGN_OR_RETURN(const bool found, Finds(one, false));
      ASSIGN_OR_RETURN(const bool found_next, Finds(one, true));
      now.found += found;
      next.found += found_next;
      ++now.asked;
      ++next.asked;
    }
    const bool enough = !known.empty();
    const bool good = next.share() >= now.share() - options_.may_lose;
    Say(absl::StrFormat(
        "%d stored questions: a cited passage is among the first %d of %.1f %% "
        "now, of %.1f %% with the other encoder",
        known.size(), kTopK, 100 * now.share(), 100 * next.share()));
    if (options_.force || (enough && good)) return true;
    Say(enough ? absl::StrFormat("not switched: that is more than %.1f %% less "
                                 "(--may-lose, --force)",
                                 100 * options_.may_lose)
               : "not switched: there are no stored questions to compare with "
                 "(--force)");
    return false;
  }

  absl::Status Switch() {
    v1::StandbyRequest request;
    request.set_collection(context_.collection);
    for (int tries = 1;; ++tries) {
      grpc::ClientContext call;
      SetDeadline(&call);
      v1::Standby standby;
      const absl::Status status =
          FromGrpcStatus(indexer_->SwitchStandby(&call, request, &standby));
      if (absl::IsAborted(status) && tries < kSwitchTries) {
        RETURN_IF_ERROR(Build());
        continue;
      }
      RETURN_IF_ERROR(status);
      Print(standby);
      return absl::OkStatus();
    }
  }

  absl::Status PrintStatus() {
    v1::StandbyRequest request;
    request.set_collection(context_.collection);
    grpc::ClientContext call;
    SetDeadline(&call);
    v1::Standby standby;
    RETURN_IF_ERROR(
        FromGrpcStatus(indexer_->GetStandby(&call, request, &standby)));
    Print(standby);
    return absl::OkStatus();
  }

  absl::Status Drop() {
    v1::StandbyRequest request;
    request.set_collection(context_.collection);
    grpc::ClientContext call;
    SetDeadline(&call);
    v1::Standby standby;
    RETURN_IF_ERROR(
        FromGrpcStatus(indexer_->DropStandby(&call, request, &standby)));
    Print(standby);
    return absl::OkStatus();
  }

  void Say(const std::string& line) {
    if (!context_.json) PrintLine(line);
  }

  void Print(const v1::Standby& standby) {
    if (context_.json) {
      PrintLine(ToJson(standby));
      return;
    }
    const auto hash = [](const std::string& sha256) {
      return sha256.empty() ? std::string("none")
                            : absl::BytesToHexString(sha256).substr(0, 12);
    };
    PrintLine(absl::StrCat("generation ", standby.generation(), ", encoder ",
                           hash(standby.encoder_sha256())));
    if (standby.standby_documents() == 0) {
      PrintLine("no second generation");
      return;
    }
    PrintLine(absl::StrCat("second generation: encoder ",
                           hash(standby.standby_encoder_sha256()), ", ",
                           Grouped(standby.standby_documents()),
                           " documents, lacks ", Grouped(standby.lacks())));
  }

  const std::unique_ptr<v1::Indexer::Stub> indexer_;
  const std::unique_ptr<v1::Retriever::Stub> retriever_;
  const std::unique_ptr<v1::Audit::Stub> audit_;
  const ReindexOptions& options_;
  CliContext& context_;
};

absl::Status RunReindex(const ReindexOptions& options, CliContext* context) {
  const int chosen =
      !options.encoder.empty() + options.back + options.drop + options.status;
  if (chosen != 1) {
    return absl::InvalidArgumentError(
        "reindex: want one of --with, --back, --drop and --status");
  }
  ASSIGN_OR_RETURN(const auto channel, context->connect());
  return Reindex(channel, options, context).Run();
}

}  // namespace

void AddReindexCommand(CLI::App* app, CliContext* context) {
  auto options = std::make_shared<ReindexOptions>();
  CLI::App* reindex =
      AddCommand(app, context, "reindex",
                 "Give a collection the vectors of another encoder, and back",
                 [=] { return RunReindex(*options, context); });
  reindex->add_option("--with", options->encoder,
                      "the encoder: a file, or with --server its name in the "
                      "folder of the server's encoder");
  reindex
      ->add_option("--questions", options->questions,
                   "stored questions to compare with, the newest")
      ->check(CLI::Range(0, 100000))
      ->capture_default_str();
  reindex
      ->add_option("--may-lose", options->may_lose,
                   "switch when so much less is found, at most")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  reindex->add_flag("--force", options->force, "switch in any case");
  reindex->add_flag("--only-build", options->only_build,
                    "build the second generation and stop");
  reindex->add_flag("--back", options->back,
                    "bring the second generation up to date and switch to it");
  reindex->add_flag("--drop", options->drop, "remove the second generation");
  reindex->add_flag("--status", options->status, "say what there is");
  reindex->footer(
      "Builds a second generation beside the one that searches see, asks both\n"
      "the stored questions, compares how often a passage that was cited is\n"
      "among the first ten, and switches in one write. The generation of "
      "before\n"
      "stays until --drop, another --with or a purge.");
}

}  // namespace footnote
