#include "eval/quality/rooms_client.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/grpc_status.h"
#include "base/metrics.h"
#include "base/progress.h"
#include "base/status_macros.h"
#include "proto/footnote/v1/answers.grpc.pb.h"
#include "proto/footnote/v1/indexer.grpc.pb.h"

namespace footnote {
namespace {

constexpr char kCollection[] = "eval";
constexpr size_t kChunkBytes = 1 << 20;
// A model may be slow, and many may ask it.
constexpr std::chrono::seconds kCallLimit(600);

void SetDeadline(grpc::ClientContext* context) {
  context->set_deadline(std::chrono::system_clock::now() + kCallLimit);
}

// Of the rooms in this process; they tell it as a gauge.
uint64_t PassagesToHear() {
  constexpr absl::string_view kGauge =
      "footnote_reading_ahead{kind=\"passages\"} ";
  const std::string metrics = MetricsText();
  const size_t at = metrics.find(std::string(kGauge));
  double passages = 0;
  if (at == std::string::npos ||
      !absl::SimpleAtod(
          absl::string_view(metrics).substr(
              at + kGauge.size(), metrics.find('\n', at) - at - kGauge.size()),
          &passages)) {
    return 0;
  }
  return static_cast<uint64_t>(passages);
}

using IngestStream =
    grpc::ClientReaderWriterInterface<v1::IngestRequest, v1::IngestResponse>;

// False when the other side has gone.
bool SendDocument(const EvalDocument& document, IngestStream* stream) {
  v1::IngestRequest request;
  v1::IngestFile* file = request.mutable_file();
  file->set_document(document.id);
  file->set_title(document.title);
  file->set_media_type("text/plain");
  if (!stream->Write(request)) return false;
  size_t begin = 0;
  do {
    const size_t bytes = std::min(kChunkBytes, document.text.size() - begin);
    v1::IngestRequest piece;
    piece.mutable_chunk()->set_data(document.text.substr(begin, bytes));
    begin += bytes;
    piece.mutable_chunk()->set_last(begin == document.text.size());
    if (!stream->Write(piece)) return false;
  } while (begin < document.text.size());
  return true;
}

}  // namespace

struct RoomsClient::Stubs {
  std::unique_ptr<v1::Answers::Stub> answers;
  std::unique_ptr<v1::Indexer::Stub> indexer;
};

RoomsClient::RoomsClient() = default;
RoomsClient::~RoomsClient() = default;

absl::StatusOr<std::unique_ptr<RoomsClient>> RoomsClient::Open(
    const CliContext& context, const std::string& keep) {
  std::unique_ptr<RoomsClient> client(new RoomsClient);
  std::string store = absl::StrCat(keep, "/store");
  if (keep.empty()) {
    ASSIGN_OR_RETURN(client->folder_,
                     TemporaryFolder::Make("footnote-eval", "/var/tmp"));
    store = absl::StrCat(client->folder_->path(), "/store");
  } else if (std::filesystem::exists(store)) {
    return absl::AlreadyExistsError(
        absl::StrCat("--keep ", keep, ": there is a store, want none"));
  }
  client->keep_ = keep;
  ASSIGN_OR_RETURN(client->channel_, context.open_store(store));
  client->stubs_ = std::make_unique<Stubs>();
  client->stubs_->answers = v1::Answers::NewStub(client->channel_);
  client->stubs_->indexer = v1::Indexer::NewStub(client->channel_);
  return client;
}

absl::Status RoomsClient::Ingest(const std::vector<EvalDocument>& documents,
                                 const std::function<void(size_t)>& progress) {
  grpc::ClientContext context;
  const auto stream = stubs_->indexer->IngestDocuments(&context);
  size_t stored = 0;
  std::string refused;
  // Results are read while documents are sent: neither side may wait for the
  // other with a full window.
  std::thread sender([&] {
    v1::IngestRequest start;
    start.mutable_start()->set_collection(kCollection);
    start.mutable_start()->set_vectors(true);
    bool open = stream->Write(start);
    for (size_t i = 0; open && i < documents.size(); ++i) {
      open = SendDocument(documents[i], stream.get());
    }
    stream->WritesDone();
  });
  v1::IngestResponse response;
  while (stream->Read(&response)) {
    if (!response.has_result()) continue;
    const v1::FileResult& result = response.result();
    if (result.state() == v1::FileResult::FAILED) {
      if (refused.empty()) {
        refused = absl::StrCat(result.document(), ": ", result.reason());
      }
    } else {
      progress(++stored);
    }
  }
  sender.join();
  RETURN_IF_ERROR(FromGrpcStatus(stream->Finish()));
  if (stored != documents.size()) {
    return absl::FailedPreconditionError(
        absl::StrCat("ingest: ", stored, " documents, want ", documents.size(),
                     refused.empty() ? "" : "; ", refused));
  }
  return absl::OkStatus();
}

void RoomsClient::WaitUntilHeard(bool quiet) const {
  Progress hear("hear", "passages", quiet);
  uint64_t most = 0;
  for (uint64_t left; (left = PassagesToHear()) > 0;) {
    most = std::max(most, left);
    hear.Update(most - left, most);
    absl::SleepFor(absl::Milliseconds(50));
  }
  if (most > 0) hear.Finish(absl::StrCat(most, " passages"));
}

absl::StatusOr<std::vector<std::string>> RoomsClient::SearchDocuments(
    const std::string& question, int count, bool fused) {
  grpc::ClientContext context;
  SetDeadline(&context);
  v1::SearchRequest request;
  request.set_collection(kCollection);
  request.set_question(question);
  request.set_top_k(count);
  request.set_distinct_documents(true);
  request.set_omit_text(true);
  if (fused) request.set_order(v1::FUSED);
  v1::SearchResponse response;
  RETURN_IF_ERROR(
      FromGrpcStatus(stubs_->answers->Search(&context, request, &response)));
  std::vector<std::string> documents;
  for (const v1::Passage& passage : response.passages()) {
    documents.push_back(passage.source().document());
  }
  return documents;
}

absl::StatusOr<v1::Answer> RoomsClient::Ask(const std::string& question,
                                            const std::string& writer) {
  grpc::ClientContext context;
  SetDeadline(&context);
  v1::AskRequest request;
  request.set_collection(kCollection);
  request.set_question(question);
  request.set_writer(writer);
  const auto stream = stubs_->answers->Ask(&context, request);
  v1::Answer answer;
  bool completed = false;
  v1::AskResponse response;
  while (stream->Read(&response)) {
    if (!response.has_completed()) continue;
    answer = std::move(*response.mutable_completed());
    completed = true;
  }
  RETURN_IF_ERROR(FromGrpcStatus(stream->Finish()));
  if (!completed) {
    return absl::InternalError("ask: the stream ended without an answer");
  }
  return answer;
}

absl::Status RoomsClient::KeepQuestions(
    const std::vector<EvalQuestion>& questions) const {
  if (keep_.empty()) {
    return absl::FailedPreconditionError(
        "questions of a store in a temporary "
        "folder, want one that is kept");
  }
  std::string lines;
  for (const EvalQuestion& question : questions) {
    absl::StrAppend(&lines,
                    nlohmann::json({{"language", question.language},
                                    {"question", question.question},
                                    {"document", question.document},
                                    {"answerable", question.answerable}})
                        .dump(),
                    "\n");
  }
  return WriteFileAtomically(absl::StrCat(keep_, "/questions.jsonl"), lines);
}

absl::StatusOr<std::string> RoomsClient::StoredText(
    const v1::SourceSpan& source) {
  grpc::ClientContext context;
  SetDeadline(&context);
  v1::ReadTextRequest request;
  request.set_collection(source.source().collection());
  request.set_document(source.source().document());
  request.set_version(source.source().version());
  request.set_begin(source.span().begin());
  request.set_end(source.span().end());
  v1::ReadTextResponse response;
  RETURN_IF_ERROR(
      FromGrpcStatus(stubs_->indexer->ReadText(&context, request, &response)));
  return std::move(*response.mutable_text());
}

}  // namespace footnote
