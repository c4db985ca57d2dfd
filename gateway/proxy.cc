#include "gateway/proxy.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/grpc_status.h"
#include "gateway/ask.h"
#include "gateway/caller.h"
#include "gateway/ingest_relay.h"
#include "gateway/search.h"

namespace footnote {
namespace {

// What a bundle may hold.
constexpr int kMostExported = 1000;

// A proxy adds no deadline of its own: ingesting may take hours.
Caller CallerOf(const grpc::ServerContext* context) {
  return Caller(context, absl::InfiniteDuration());
}

// Whether the caller may do anything with the collection.
grpc::Status MayUse(const grpc::ServerContextBase& context,
                    const IdentityRules& rules, const std::string& collection) {
  if (rules.owners.empty()) return grpc::Status::OK;
  const absl::StatusOr<Identity> identity = IdentityOf(context, rules);
  if (!identity.ok()) return ToGrpcStatus(identity.status());
  return ToGrpcStatus(
      footnote::MayUse(rules.owners, identity->tenant, collection));
}

// Sends on what the room streams, until it ends or the caller goes away; `see`
// is shown each message.
template <typename Response, typename Reader, typename Writer, typename See>
grpc::Status PassOnStream(grpc::ClientContext* room, Reader* reader,
                          Writer* writer, const See& see) {
  Response response;
  while (reader->Read(&response)) {
    see(response);
    if (writer->Write(response)) continue;
    room->TryCancel();
    break;
  }
  return reader->Finish();
}

template <typename Response, typename Reader, typename Writer>
grpc::Status PassOnStream(grpc::ClientContext* room, Reader* reader,
                          Writer* writer) {
  return PassOnStream<Response>(room, reader, writer, [](const Response&) {});
}

#define FOOTNOTE_FORWARD(room, Method, Request, Response)                 \
  grpc::Status Method(grpc::ServerContext* context,                       \
                      const v1::Request* request, v1::Response* response) \
      override {                                                          \
    return rooms_.room->Method(CallerOf(context).Pass().get(), *request,  \
                               response);                                 \
  }

// As above, about a collection.
#define FOOTNOTE_OWNED(room, Method, Request, Response)                       \
  grpc::Status Method(grpc::ServerContext* context,                           \
                      const v1::Request* request, v1::Response* response)     \
      override {                                                              \
    const grpc::Status may = MayUse(*context, rules_, request->collection()); \
    if (!may.ok()) return may;                                                \
    return rooms_.room->Method(CallerOf(context).Pass().get(), *request,      \
                               response);                                     \
  }

#define FOOTNOTE_OWNED_STREAM(room, Method, Request, Response)                \
  grpc::Status Method(grpc::ServerContext* context,                           \
                      const v1::Request* request,                             \
                      grpc::ServerWriter<v1::Response>* writer) override {    \
    const grpc::Status may = MayUse(*context, rules_, request->collection()); \
    if (!may.ok()) return may;                                                \
    const auto to_room = CallerOf(context).Pass();                            \
    const auto reader = rooms_.room->Method(to_room.get(), *request);         \
    return PassOnStream<v1::Response>(to_room.get(), reader.get(), writer);   \
  }

class IndexerProxy final
    : public v1::Indexer::WithCallbackMethod_IngestDocuments<
          v1::Indexer::Service> {
 public:
  IndexerProxy(const RoomStubs& rooms, const IdentityRules& rules)
      : rooms_(rooms), rules_(rules) {}

  grpc::ServerBidiReactor<v1::IngestRequest, v1::IngestResponse>*
  IngestDocuments(grpc::CallbackServerContext* context) override {
    return NewIngestRelay(context, rooms_.indexer.get(), &rooms_.generations,
                          [this, context](const std::string& collection) {
                            return MayUse(*context, rules_, collection);
                          });
  }

  grpc::Status DeleteDocument(grpc::ServerContext* context,
                              const v1::DeleteDocumentRequest* request,
                              v1::DeleteDocumentResponse* response) override {
    const grpc::Status may = MayUse(*context, rules_, request->collection());
    if (!may.ok()) return may;
    const grpc::Status status = rooms_.indexer->DeleteDocument(
        CallerOf(context).Pass().get(), *request, response);
    if (status.ok()) {
      rooms_.generations.Saw(request->collection(), response->generation());
    }
    return status;
  }

  grpc::Status DeleteDocuments(grpc::ServerContext* context,
                               const v1::DeleteDocumentsRequest* request,
                               v1::DeleteDocumentsResponse* response) override {
    const grpc::Status may = MayUse(*context, rules_, request->collection());
    if (!may.ok()) return may;
    const grpc::Status status = rooms_.indexer->DeleteDocuments(
        CallerOf(context).Pass().get(), *request, response);
    if (status.ok()) {
      rooms_.generations.Saw(request->collection(), response->generation());
    }
    return status;
  }

  FOOTNOTE_OWNED(indexer, GetDocument, GetDocumentRequest, Document)
  FOOTNOTE_OWNED(indexer, ListDocuments, ListDocumentsRequest,
                 ListDocumentsResponse)
  FOOTNOTE_OWNED(indexer, ReadText, ReadTextRequest, ReadTextResponse)
  FOOTNOTE_OWNED(indexer, LocateSpans, LocateSpansRequest, LocateSpansResponse)
  FOOTNOTE_OWNED(indexer, GetStats, GetStatsRequest, Stats)
  FOOTNOTE_OWNED(indexer, GetIngestJob, GetIngestJobRequest, IngestJob)
  FOOTNOTE_OWNED(indexer, ListIngestJobs, ListIngestJobsRequest,
                 ListIngestJobsResponse)
  FOOTNOTE_OWNED(indexer, ListIngestFiles, ListIngestFilesRequest,
                 ListIngestFilesResponse)
  FOOTNOTE_OWNED(indexer, CancelIngestJob, CancelIngestJobRequest, IngestJob)
  FOOTNOTE_OWNED_STREAM(indexer, WatchIngestJob, GetIngestJobRequest, IngestJob)
  FOOTNOTE_OWNED(indexer, ListPurges, ListPurgesRequest, ListPurgesResponse)
  FOOTNOTE_OWNED(indexer, ListDuplicates, ListDuplicatesRequest,
                 ListDuplicatesResponse)
  FOOTNOTE_OWNED(indexer, GetCollection, GetCollectionRequest, Collection)
  FOOTNOTE_OWNED(indexer, SetCollection, CollectionSettings, Collection)
  FOOTNOTE_OWNED(indexer, ExpireDocuments, ExpireDocumentsRequest,
                 ExpireDocumentsResponse)
  FOOTNOTE_OWNED_STREAM(indexer, BuildStandby, BuildStandbyRequest,
                        StandbyProgress)
  FOOTNOTE_OWNED(indexer, SwitchStandby, StandbyRequest, Standby)
  FOOTNOTE_OWNED(indexer, GetStandby, StandbyRequest, Standby)
  FOOTNOTE_OWNED(indexer, DropStandby, StandbyRequest, Standby)

  grpc::Status CreateBackup(
      grpc::ServerContext* context, const v1::CreateBackupRequest* request,
      grpc::ServerWriter<v1::BackupProgress>* writer) override {
    const absl::Status may = MayActForAll(*context, rules_);
    if (!may.ok()) return ToGrpcStatus(may);
    const auto to_room = CallerOf(context).Pass();
    const auto reader = rooms_.indexer->CreateBackup(to_room.get(), *request);
    return PassOnStream<v1::BackupProgress>(to_room.get(), reader.get(),
                                            writer);
  }

 private:
  const RoomStubs& rooms_;
  const IdentityRules rules_;
};

class RetrieverProxy final : public v1::Retriever::Service {
 public:
  RetrieverProxy(const RoomStubs& rooms, const IdentityRules& rules)
      : rooms_(rooms), rules_(rules) {}

  grpc::Status Search(grpc::ServerContext* context,
                      const v1::SearchRequest* request,
                      v1::SearchResponse* response) override {
    const grpc::Status may = MayUse(*context, rules_, request->collection());
    if (!may.ok()) return may;
    return ToGrpcStatus(
        SearchAndRerank(*request, CallerOf(context), rooms_, response));
  }

  FOOTNOTE_FORWARD(retriever, Encode, EncodeRequest, EncodeResponse)

 private:
  const RoomStubs& rooms_;
  const IdentityRules rules_;
};

// Whether the caller may say of passages that they are of their collections:
// what was heard of those shows in the answer.
grpc::Status MayQuote(
    const grpc::ServerContextBase& context, const IdentityRules& rules,
    const google::protobuf::RepeatedPtrField<v1::Passage>& passages) {
  std::set<std::string> collections;
  for (const v1::Passage& passage : passages) {
    if (rules.owners.count(passage.source().collection()) > 0) {
      collections.insert(passage.source().collection());
    }
  }
  for (const std::string& collection : collections) {
    const grpc::Status may = MayUse(context, rules, collection);
    if (!may.ok()) return may;
  }
  return grpc::Status::OK;
}

class GeneratorProxy final : public v1::Generator::Service {
 public:
  GeneratorProxy(const RoomStubs& rooms, const IdentityRules& rules, Load* load)
      : rooms_(rooms), rules_(rules), load_(*load) {}

  grpc::Status Generate(
      grpc::ServerContext* context, const v1::GenerateRequest* request,
      grpc::ServerWriter<v1::GenerateResponse>* writer) override {
    const grpc::Status may = MayQuote(*context, rules_, request->passages());
    if (!may.ok()) return may;
    Writing writing(&load_, request->writer());
    const auto to_room = CallerOf(context).Pass();
    const auto reader = rooms_.generator->Generate(to_room.get(), *request);
    return PassOnStream<v1::GenerateResponse>(
        to_room.get(), reader.get(), writer,
        [&](const v1::GenerateResponse& response) {
          if (!response.has_draft()) return;
          writing.Wrote(TokensOf(response.draft().writing()));
        });
  }

  grpc::Status Chat(grpc::ServerContext* context,
                    const v1::ChatRequest* request,
                    grpc::ServerWriter<v1::ChatResponse>* writer) override {
    Writing writing(&load_, absl::StrCat("chat ", request->model()));
    const auto to_room = CallerOf(context).Pass();
    const auto reader = rooms_.generator->Chat(to_room.get(), *request);
    return PassOnStream<v1::ChatResponse>(
        to_room.get(), reader.get(), writer,
        [&](const v1::ChatResponse& response) {
          if (response.has_end()) writing.Wrote(response.end().answer_tokens());
        });
  }

  FOOTNOTE_FORWARD(generator, ListWriters, ListWritersRequest,
                   ListWritersResponse)
  FOOTNOTE_FORWARD(generator, Rewrite, RewriteRequest, RewriteResponse)
  grpc::Status Rerank(grpc::ServerContext* context,
                      const v1::RerankRequest* request,
                      v1::RerankResponse* response) override {
    const grpc::Status may = MayQuote(*context, rules_, request->passages());
    if (!may.ok()) return may;
    return rooms_.generator->Rerank(CallerOf(context).Pass().get(), *request,
                                    response);
  }
  FOOTNOTE_FORWARD(generator, Embed, EmbedRequest, EmbedResponse)
  FOOTNOTE_FORWARD(generator, Tokenize, TokenizeRequest, TokenizeResponse)
  FOOTNOTE_FORWARD(generator, ListModels, ListModelsRequest, ListModelsResponse)

 private:
  // One answer under way, for the load.
  class Writing {
   public:
    Writing(Load* load, absl::string_view writer)
        : load_(load), answer_(load->Begins(writer)) {}
    ~Writing() { load_->Ends(answer_, tokens_); }
    Writing(const Writing&) = delete;
    Writing& operator=(const Writing&) = delete;

    void Wrote(int64_t tokens) { tokens_ = tokens; }

   private:
    Load* const load_;
    const uint64_t answer_;
    int64_t tokens_ = -1;
  };

  const RoomStubs& rooms_;
  const IdentityRules rules_;
  Load& load_;
};

class ForecasterProxy final : public v1::Forecaster::Service {
 public:
  explicit ForecasterProxy(const RoomStubs& rooms) : rooms_(rooms) {}

  FOOTNOTE_FORWARD(forecaster, Predict, PredictRequest, PredictResponse)
  FOOTNOTE_FORWARD(forecaster, Backtest, BacktestRequest, BacktestResponse)

  grpc::Status StreamPredict(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<v1::StreamPredictResponse,
                               v1::StreamPredictRequest>* stream) override {
    const auto to_room = CallerOf(context).Pass();
    const auto room = rooms_.forecaster->StreamPredict(to_room.get());
    v1::StreamPredictRequest request;
    v1::StreamPredictResponse response;
    while (stream->Read(&request)) {
      if (!room->Write(request)) return room->Finish();
      // The room answers each sample.
      for (int i = 0; i < request.samples().values_size(); ++i) {
        if (!room->Read(&response)) return room->Finish();
        if (stream->Write(response)) continue;
        to_room->TryCancel();
        return room->Finish();
      }
    }
    room->WritesDone();
    while (room->Read(&response)) stream->Write(response);
    return room->Finish();
  }

 private:
  const RoomStubs& rooms_;
};

// As above, for a caller who is known.
#define FOOTNOTE_AUDIT(Method, Request, Response)                           \
  grpc::Status Method(grpc::ServerContext* context,                         \
                      const v1::Request* request, v1::Response* response)   \
      override {                                                            \
    return AsCaller(*context, [&](const Caller& caller) {                   \
      return rooms_.audit->Method(caller.Pass().get(), *request, response); \
    });                                                                     \
  }

// As above, about a collection.
#define FOOTNOTE_AUDIT_OWNED(Method, Request, Response)                     \
  grpc::Status Method(grpc::ServerContext* context,                         \
                      const v1::Request* request, v1::Response* response)   \
      override {                                                            \
    return AsCaller(*context, [&](const Caller& caller) {                   \
      const absl::Status may = caller.MayUse(request->collection());        \
      if (!may.ok()) return ToGrpcStatus(may);                              \
      return rooms_.audit->Method(caller.Pass().get(), *request, response); \
    });                                                                     \
  }

#define FOOTNOTE_AUDIT_STREAM(Method, Request, Response)                      \
  grpc::Status Method(grpc::ServerContext* context,                           \
                      const v1::Request* request,                             \
                      grpc::ServerWriter<v1::Response>* writer) override {    \
    return AsCaller(*context, [&](const Caller& caller) {                     \
      const auto to_room = caller.Pass();                                     \
      const auto reader = rooms_.audit->Method(to_room.get(), *request);      \
      return PassOnStream<v1::Response>(to_room.get(), reader.get(), writer); \
    });                                                                       \
  }

class AuditProxy final : public v1::Audit::Service {
 public:
  AuditProxy(const RoomStubs& rooms, const IdentityRules& rules)
      : rooms_(rooms), rules_(rules) {}

  grpc::Status AppendAnswer(grpc::ServerContext* context,
                            const v1::AppendAnswerRequest* request,
                            v1::AppendAnswerResponse* response) override {
    if (!rules_.for_gateways || !SpeaksForOthers(*context, rules_)) {
      return ToGrpcStatus(absl::PermissionDeniedError(
          absl::StrCat("AppendAnswer: answers are recorded by Ask; the caller "
                       "is \"",
                       CallerName(*context),
                       "\", want a gateway in identity.trusted_proxies")));
    }
    return rooms_.audit->AppendAnswer(CallerOf(context).Pass().get(), *request,
                                      response);
  }

  FOOTNOTE_AUDIT(GetRecord, GetRecordRequest, AnswerRecord)
  FOOTNOTE_AUDIT(ListRecords, ListRecordsRequest, ListRecordsResponse)
  FOOTNOTE_AUDIT_OWNED(ListAnswersCiting, ListAnswersCitingRequest,
                       ListAnswersCitingResponse)
  FOOTNOTE_AUDIT(VerifyAnswer, VerifyAnswerRequest, VerifyAnswerResponse)
  FOOTNOTE_AUDIT(ListAnswers, ListAnswersRequest, ListRecordsResponse)
  FOOTNOTE_AUDIT_STREAM(VerifyChain, VerifyChainRequest, VerifyChainResponse)
  FOOTNOTE_AUDIT(GetCheckpoint, GetCheckpointRequest, GetCheckpointResponse)
  FOOTNOTE_AUDIT(GetInclusionProof, GetInclusionProofRequest,
                 GetInclusionProofResponse)
  FOOTNOTE_AUDIT(GetConsistencyProof, GetConsistencyProofRequest,
                 GetConsistencyProofResponse)
  // Of a collection that has become another tenant's, what was answered is
  // still the caller's, and whole texts are not.
  grpc::Status ExportBundle(
      grpc::ServerContext* context, const v1::ExportBundleRequest* request,
      grpc::ServerWriter<v1::ExportBundleResponse>* writer) override {
    return AsCaller(*context, [&](const Caller& caller) {
      v1::ExportBundleRequest exported = *request;
      // The room refuses so many, and nothing is to be noted of them.
      if (request->answer_ids_size() > kMostExported) {
        exported.set_without_sources(true);
      }
      for (const std::string& id : request->answer_ids()) {
        if (rules_.owners.empty() || exported.without_sources()) break;
        v1::GetRecordRequest get;
        get.set_answer_id(id);
        v1::AnswerRecord record;
        const grpc::Status status =
            rooms_.audit->GetRecord(caller.Pass().get(), get, &record);
        if (!status.ok()) return status;
        exported.set_without_sources(
            !caller.MayUse(record.answer().collection()).ok());
      }
      const auto to_room = caller.Pass();
      const auto reader = rooms_.audit->ExportBundle(to_room.get(), exported);
      return PassOnStream<v1::ExportBundleResponse>(to_room.get(), reader.get(),
                                                    writer);
    });
  }

  FOOTNOTE_AUDIT(EraseSubject, EraseSubjectRequest, EraseResponse)
  FOOTNOTE_AUDIT_OWNED(EraseDocument, EraseDocumentRequest, EraseResponse)
  FOOTNOTE_AUDIT(ApplyRetention, ApplyRetentionRequest, EraseResponse)
  // Of the caller's own answers, about whatever collection they are: it may
  // have become another tenant's since.
  FOOTNOTE_AUDIT(SetLegalHold, SetLegalHoldRequest, SetLegalHoldResponse)
  FOOTNOTE_AUDIT_STREAM(Tail, TailRequest, TailResponse)
  grpc::Status CreateBackup(
      grpc::ServerContext* context, const v1::CreateBackupRequest* request,
      grpc::ServerWriter<v1::BackupProgress>* writer) override {
    const absl::Status may = MayActForAll(*context, rules_);
    if (!may.ok()) return ToGrpcStatus(may);
    return AsCaller(*context, [&](const Caller& caller) {
      const auto to_room = caller.Pass();
      const auto reader = rooms_.audit->CreateBackup(to_room.get(), *request);
      return PassOnStream<v1::BackupProgress>(to_room.get(), reader.get(),
                                              writer);
    });
  }

 private:
  // `call` with who calls, where that can be told.
  template <typename Call>
  grpc::Status AsCaller(const grpc::ServerContext& context,
                        const Call& call) const {
    absl::StatusOr<Identity> identity = IdentityOf(context, rules_);
    if (!identity.ok()) return ToGrpcStatus(identity.status());
    return call(Caller(&context, absl::InfiniteDuration(), *std::move(identity),
                       &rules_.owners));
  }

  const RoomStubs& rooms_;
  const IdentityRules rules_;
};

#undef FOOTNOTE_AUDIT
#undef FOOTNOTE_AUDIT_OWNED
#undef FOOTNOTE_AUDIT_STREAM

#undef FOOTNOTE_OWNED
#undef FOOTNOTE_OWNED_STREAM
#undef FOOTNOTE_FORWARD

}  // namespace

std::unique_ptr<grpc::Service> NewIndexerProxy(const RoomStubs* rooms,
                                               const IdentityRules& rules) {
  return std::make_unique<IndexerProxy>(*rooms, rules);
}

std::unique_ptr<grpc::Service> NewRetrieverProxy(const RoomStubs* rooms,
                                                 const IdentityRules& rules) {
  return std::make_unique<RetrieverProxy>(*rooms, rules);
}

std::unique_ptr<grpc::Service> NewGeneratorProxy(const RoomStubs* rooms,
                                                 const IdentityRules& rules,
                                                 Load* load) {
  return std::make_unique<GeneratorProxy>(*rooms, rules, load);
}

std::unique_ptr<grpc::Service> NewForecasterProxy(const RoomStubs* rooms) {
  return std::make_unique<ForecasterProxy>(*rooms);
}

std::unique_ptr<grpc::Service> NewAuditProxy(const RoomStubs* rooms,
                                             const IdentityRules& rules) {
  return std::make_unique<AuditProxy>(*rooms, rules);
}

}  // namespace footnote
