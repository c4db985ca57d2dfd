#include "indexer/indexer_service.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "base/grpc_status.h"
#include "base/metrics.h"
#include "base/status_macros.h"
#include "indexer/backup.h"
#include "indexer/claims.h"
#include "indexer/collections.h"
#include "indexer/documents.h"
#include "indexer/expiry.h"
#include "indexer/ingest.h"
#include "indexer/jobs.h"
#include "indexer/merge_worker.h"
#include "indexer/purges.h"
#include "indexer/standby.h"
#include "indexer/upload_spool.h"
#include "indexer/validate.h"
#include "model/encoder/shelf.h"
#include "proto/footnote/v1/indexer.grpc.pb.h"

namespace footnote {
namespace {

constexpr size_t kMinMemoryBytes = size_t{64} << 20;

PipelineOptions ToPipelineOptions(const IndexerOptions& options) {
  PipelineOptions out;
  out.threads =
      options.threads > 0
          ? options.threads
          : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  out.memory_bytes = std::max(options.memory_bytes, kMinMemoryBytes);
  out.limits = options.limits;
  out.ocr.languages = options.ocr_languages;
  out.ann_builder = options.ann_builder;
  out.is_stopping = options.is_stopping;
  return out;
}

// What storage says of a full disk becomes the proto's reason; what may not be
// written is no matter of the caller's rights.
grpc::Status ToReply(absl::Status status) {
  if (absl::IsPermissionDenied(status) && ErrorReason(status).empty()) {
    status = absl::UnavailableError(status.message());
  }
  if (absl::IsResourceExhausted(status) && ErrorReason(status).empty()) {
    SetErrorReason("DISK_FULL", &status);
  }
  return ToGrpcStatus(status);
}

template <typename T>
grpc::Status Reply(absl::StatusOr<T> result, T* response) {
  if (!result.ok()) return ToReply(result.status());
  *response = *std::move(result);
  return grpc::Status::OK;
}

class IndexerService final : public v1::Indexer::Service {
 public:
  IndexerService(Store* store, const Encoder* encoder,
                 const IndexerOptions& options)
      : store_(store),
        encoder_(encoder),
        shelf_(encoder,
               [store](const std::string& hash) {
                 return store->EncoderPath(hash);
               }),
        options_(ToPipelineOptions(options)),
        backups_(options.backups),
        encoders_(options.encoders),
        collections_(store),
        jobs_(store->kv(),
              [uploads = UploadsFolder(store->folder())](
                  const std::string& collection, const std::string& job) {
                UploadSpool(uploads, collection, job).RemoveAll();
              }) {
    if (store->mode() == KvMode::kPrimary) {
      expiry_ =
          std::make_unique<ExpiryWorker>(store, &claims_, options.ann_builder);
    }
    if (options.merge && store->mode() == KvMode::kPrimary) {
      merger_ = std::make_unique<MergeWorker>(store, options.merge_policy,
                                              options.ann_builder);
      options_.on_commit = [this](const std::string& collection) {
        merger_->Kick(collection);
      };
    }
  }

  grpc::Status IngestDocuments(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<v1::IngestResponse, v1::IngestRequest>* stream)
      override {
    IngestStream ends;
    ends.read = [stream](v1::IngestRequest* request) {
      return stream->Read(request);
    };
    ends.write = [stream](const v1::IngestResponse& response) {
      return stream->Write(response);
    };
    ends.cancelled = [context] { return context->IsCancelled(); };
    ends.stop = [context] { context->TryCancel(); };
    std::string collection;
    const absl::Status status =
        Ingest({store_, &shelf_, &claims_, &jobs_, &collections_, options_},
               ends, &collection);
    if (!collection.empty()) Kick(collection);
    return ToReply(status);
  }

  grpc::Status DeleteDocument(grpc::ServerContext*,
                              const v1::DeleteDocumentRequest* request,
                              v1::DeleteDocumentResponse* response) override {
    const absl::Status valid = Validate(*request);
    if (!valid.ok()) return ToReply(valid);
    grpc::Status status =
        Reply(footnote::DeleteDocument(store_, &claims_, options_.ann_builder,
                                       *request),
              response);
    Kick(request->collection());
    return status;
  }

  grpc::Status DeleteDocuments(grpc::ServerContext*,
                               const v1::DeleteDocumentsRequest* request,
                               v1::DeleteDocumentsResponse* response) override {
    const absl::Status valid = Validate(*request);
    if (!valid.ok()) return ToReply(valid);
    grpc::Status status =
        Reply(footnote::DeleteDocuments(store_, &claims_, *request), response);
    Kick(request->collection());
    return status;
  }

  grpc::Status GetDocument(grpc::ServerContext*,
                           const v1::GetDocumentRequest* request,
                           v1::Document* response) override {
    const absl::Status valid = Validate(*request);
    if (!valid.ok()) return ToReply(valid);
    return Reply(footnote::GetDocument(store_, *request), response);
  }

  grpc::Status ListDocuments(grpc::ServerContext*,
                             const v1::ListDocumentsRequest* request,
                             v1::ListDocumentsResponse* response) override {
    const absl::Status valid = Validate(*request);
    if (!valid.ok()) return ToReply(valid);
    return Reply(footnote::ListDocuments(store_, *request), response);
  }

  grpc::Status ReadText(grpc::ServerContext*,
                        const v1::ReadTextRequest* request,
                        v1::ReadTextResponse* response) override {
    const absl::Status valid = Validate(*request);
    if (!valid.ok()) return ToReply(valid);
    return Reply(footnote::ReadText(store_, *request), response);
  }

  grpc::Status LocateSpans(grpc::ServerContext*,
                           const v1::LocateSpansRequest* request,
                           v1::LocateSpansResponse* response) override {
    const absl::Status valid = Validate(*request);
    if (!valid.ok()) return ToReply(valid);
    return Reply(footnote::LocateSpans(store_, *request), response);
  }

  grpc::Status GetStats(grpc::ServerContext*,
                        const v1::GetStatsRequest* request,
                        v1::Stats* response) override {
    const absl::Status valid = Validate(*request);
    if (!valid.ok()) return ToReply(valid);
    absl::StatusOr<v1::Stats> stats = footnote::GetStats(store_, *request);
    if (stats.ok() && encoder_ != nullptr) {
      stats->set_encoder(std::string(encoder_->name()));
    }
    return Reply(std::move(stats), response);
  }

  grpc::Status GetIngestJob(grpc::ServerContext*,
                            const v1::GetIngestJobRequest* request,
                            v1::IngestJob* response) override {
    const absl::Status valid = Validate(*request);
    if (!valid.ok()) return ToReply(valid);
    return Reply(jobs_.Get(request->collection(), request->job()), response);
  }

  grpc::Status ListIngestJobs(grpc::ServerContext*,
                              const v1::ListIngestJobsRequest* request,
                              v1::ListIngestJobsResponse* response) override {
    const absl::Status valid = Validate(*request);
    if (!valid.ok()) return ToReply(valid);
    return Reply(jobs_.List(request->collection()), response);
  }

  grpc::Status ListIngestFiles(grpc::ServerContext*,
                               const v1::ListIngestFilesRequest* request,
                               v1::ListIngestFilesResponse* response) override {
    const absl::Status valid = Validate(*request);
    if (!valid.ok()) return ToReply(valid);
    return Reply(jobs_.ListFiles(*request), response);
  }

  grpc::Status CancelIngestJob(grpc::ServerContext*,
                               const v1::CancelIngestJobRequest* request,
                               v1::IngestJob* response) override {
    const absl::Status valid = Validate(*request);
    if (!valid.ok()) return ToReply(valid);
    return Reply(jobs_.Cancel(request->collection(), request->job()), response);
  }

  grpc::Status WatchIngestJob(
      grpc::ServerContext* context, const v1::GetIngestJobRequest* request,
      grpc::ServerWriter<v1::IngestJob>* writer) override {
    const absl::Status valid = Validate(*request);
    if (!valid.ok()) return ToReply(valid);
    return ToReply(jobs_.Watch(request->collection(), request->job(),
                               [context, writer](const v1::IngestJob& job) {
                                 return !context->IsCancelled() &&
                                        writer->Write(job);
                               }));
  }

  grpc::Status ListPurges(grpc::ServerContext*,
                          const v1::ListPurgesRequest* request,
                          v1::ListPurgesResponse* response) override {
    const absl::Status valid = Validate(*request);
    if (!valid.ok()) return ToReply(valid);
    return Reply(footnote::ListPurges(store_, *request), response);
  }

  grpc::Status ListDuplicates(grpc::ServerContext*,
                              const v1::ListDuplicatesRequest* request,
                              v1::ListDuplicatesResponse* response) override {
    const absl::Status valid = Validate(*request);
    if (!valid.ok()) return ToReply(valid);
    return Reply(footnote::ListDuplicates(store_, *request), response);
  }

  grpc::Status GetCollection(grpc::ServerContext*,
                             const v1::GetCollectionRequest* request,
                             v1::Collection* response) override {
    const absl::Status valid = Validate(*request);
    if (!valid.ok()) return ToReply(valid);
    return Reply(collections_.Get(request->collection()), response);
  }

  grpc::Status SetCollection(grpc::ServerContext*,
                             const v1::CollectionSettings* request,
                             v1::Collection* response) override {
    const absl::Status valid = Validate(*request);
    if (!valid.ok()) return ToReply(valid);
    return Reply(collections_.Set(*request), response);
  }

  grpc::Status ExpireDocuments(grpc::ServerContext*,
                               const v1::ExpireDocumentsRequest* request,
                               v1::ExpireDocumentsResponse* response) override {
    const absl::Status valid = Validate(*request);
    if (!valid.ok()) return ToReply(valid);
    const absl::StatusOr<uint64_t> expired =
        footnote::ExpireDocuments(store_, &claims_, options_.ann_builder,
                                  request->collection(), absl::Now());
    if (!expired.ok()) return ToReply(expired.status());
    response->set_expired(*expired);
    return grpc::Status::OK;
  }

  grpc::Status BuildStandby(
      grpc::ServerContext* context, const v1::BuildStandbyRequest* request,
      grpc::ServerWriter<v1::StandbyProgress>* writer) override {
    const absl::Status valid = ValidateCollection(request->collection());
    if (!valid.ok()) return ToReply(valid);
    return ToReply(footnote::BuildStandby(
        {store_, &shelf_, encoders_, options_.ann_builder}, *request,
        [context, writer](const v1::StandbyProgress& progress) {
          return !context->IsCancelled() && writer->Write(progress);
        }));
  }

  grpc::Status SwitchStandby(grpc::ServerContext*,
                             const v1::StandbyRequest* request,
                             v1::Standby* response) override {
    const absl::Status valid = ValidateCollection(request->collection());
    if (!valid.ok()) return ToReply(valid);
    const grpc::Status status =
        Reply(footnote::SwitchStandby(store_, request->collection()), response);
    Kick(request->collection());
    return status;
  }

  grpc::Status GetStandby(grpc::ServerContext*,
                          const v1::StandbyRequest* request,
                          v1::Standby* response) override {
    const absl::Status valid = ValidateCollection(request->collection());
    if (!valid.ok()) return ToReply(valid);
    return Reply(footnote::GetStandby(store_, request->collection()), response);
  }

  grpc::Status DropStandby(grpc::ServerContext*,
                           const v1::StandbyRequest* request,
                           v1::Standby* response) override {
    const absl::Status valid = ValidateCollection(request->collection());
    if (!valid.ok()) return ToReply(valid);
    return Reply(footnote::DropStandby(store_, request->collection()),
                 response);
  }

  grpc::Status CreateBackup(
      grpc::ServerContext* context, const v1::CreateBackupRequest* request,
      grpc::ServerWriter<v1::BackupProgress>* writer) override {
    return ToReply(
        BackUpStore(*request, backups_, store_,
                    [context, writer](const v1::BackupProgress& progress) {
                      return !context->IsCancelled() && writer->Write(progress);
                    }));
  }

 private:
  void Kick(const std::string& collection) {
    if (merger_ != nullptr) merger_->Kick(collection);
  }

  Store* const store_;
  const Encoder* const encoder_;
  EncoderShelf shelf_;
  PipelineOptions options_;
  const std::string backups_;
  const std::string encoders_;
  DocumentClaims claims_;
  Collections collections_;
  Jobs jobs_;
  std::unique_ptr<MergeWorker> merger_;
  std::unique_ptr<ExpiryWorker> expiry_;
};

}  // namespace

KeepRule IndexerKeepRule() { return ReadKeepPolicy; }

std::unique_ptr<grpc::Service> NewIndexerService(
    Store* store, const Encoder* encoder, const IndexerOptions& options) {
  // Who watches them can't tell the first from one that was there before.
  for (const char* const outcome :
       {"indexed", "unchanged", "failed", "expired"}) {
    Count("indexer_documents", outcome, 0);
  }
  return std::make_unique<IndexerService>(store, encoder, options);
}

}  // namespace footnote
