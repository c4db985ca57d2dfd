#include "generator/generator_service.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/grpc_status.h"
#include "base/metrics.h"
#include "generator/chat.h"
#include "generator/extractive/extractive_writer.h"
#include "generator/follow_up.h"
#include "generator/generate.h"
#include "generator/modelled/shelf.h"
#include "generator/models.h"
#include "generator/rerank.h"
#include "model/language_models.h"
#include "proto/footnote/v1/generator.grpc.pb.h"
#include "text/language.h"

namespace footnote {
namespace {

class GeneratorService final : public v1::Generator::Service {
 public:
  // `quoting` and `reranking` are among the writers: what they remember of
  // sentences is met again when an answer is written.
  GeneratorService(Writers writers, const ExtractiveWriter* quoting,
                   const ExtractiveWriter* reranking, const Encoder* encoder,
                   const GeneratorOptions& options)
      : writers_(std::move(writers)),
        encoder_(encoder),
        reranking_(reranking),
        models_(options.models_folder, EngineOptionsOf(options)),
        shelf_(&models_, quoting, options.compare_meaning ? encoder : nullptr,
               ModelWriterOptions()),
        options_(options) {}

  grpc::Status Generate(
      grpc::ServerContext* context, const v1::GenerateRequest* request,
      grpc::ServerWriter<v1::GenerateResponse>* stream) override {
    const StageTimer timer("generate");
    v1::GenerateRequest asked = *request;
    if (asked.writer().empty()) asked.set_writer(options_.default_model);
    size_t sent = 0;  // bytes of the text
    absl::StatusOr<v1::Draft> draft = footnote::Generate(
        asked, writers_, [context] { return context->IsCancelled(); },
        {[this](absl::string_view name) -> absl::StatusOr<const Writer*> {
           return shelf_.Find(name);
         },
         [this] { return models_.Names(); }},
        [&](absl::string_view text,
            const std::vector<v1::Citation>& citations) {
          sent += text.size();
          return Send(text, citations, stream);
        });
    if (!draft.ok()) return ToGrpcStatus(draft.status());
    // Otherwise sentences are final only when all of them were checked.
    if (sent == 0) {
      for (const v1::Citation& citation : draft->citations()) {
        const size_t end = citation.answer_span().end();
        if (end <= sent) continue;
        if (!Send(draft->text().substr(sent, end - sent), {}, stream)) {
          return Gone();
        }
        sent = end;
      }
    }
    if (sent < draft->text().size() &&
        !Send(draft->text().substr(sent), {}, stream)) {
      return Gone();
    }
    v1::GenerateResponse last;
    *last.mutable_draft() = *std::move(draft);
    return stream->Write(last) ? grpc::Status::OK : Gone();
  }

  grpc::Status Rewrite(grpc::ServerContext* context,
                       const v1::RewriteRequest* request,
                       v1::RewriteResponse* response) override {
    const StageTimer timer("rewrite");
    v1::RewriteRequest asked = *request;
    if (asked.writer().empty()) asked.set_writer(options_.default_model);
    return Give(RewriteFollowUp(asked, &shelf_,
                                [context] { return context->IsCancelled(); }),
                response);
  }

  grpc::Status ListWriters(grpc::ServerContext*, const v1::ListWritersRequest*,
                           v1::ListWritersResponse* response) override {
    const auto list = [response](absl::string_view name, bool deterministic) {
      v1::ListWritersResponse::Writer* listed = response->add_writers();
      listed->set_name(std::string(name));
      listed->set_deterministic(deterministic);
      for (const Language language : AllLanguages()) {
        listed->add_languages(std::string(LanguageCode(language)));
      }
    };
    // The default one first.
    if (!options_.default_model.empty()) list(options_.default_model, true);
    for (const auto& writer : writers_) {
      list(writer->name(), writer->is_deterministic());
    }
    for (const std::string& name : models_.Names()) {
      if (name != options_.default_model) list(name, true);
    }
    return grpc::Status::OK;
  }

  grpc::Status Chat(grpc::ServerContext* context,
                    const v1::ChatRequest* request,
                    grpc::ServerWriter<v1::ChatResponse>* stream) override {
    const StageTimer timer("chat");
    v1::ChatRequest asked = *request;
    if (asked.model().empty()) asked.set_model(options_.default_model);
    absl::StatusOr<v1::ChatEnd> end = footnote::Chat(
        asked, &shelf_, encoder_, absl::FromChrono(context->deadline()),
        [context] { return context->IsCancelled(); },
        [stream](const v1::ChatResponse& piece) {
          return stream->Write(piece);
        });
    if (!end.ok()) return ToGrpcStatus(end.status());
    v1::ChatResponse last;
    *last.mutable_end() = *std::move(end);
    return stream->Write(last) ? grpc::Status::OK : Gone();
  }

  grpc::Status Rerank(grpc::ServerContext* context,
                      const v1::RerankRequest* request,
                      v1::RerankResponse* response) override {
    const StageTimer timer("rerank");
    return Give(footnote::Rerank(*request, *reranking_,
                                 [context] { return context->IsCancelled(); }),
                response);
  }

  grpc::Status Embed(grpc::ServerContext* context,
                     const v1::EmbedRequest* request,
                     v1::EmbedResponse* response) override {
    return Give(footnote::Embed(*request, encoder_, &models_,
                                [context] { return context->IsCancelled(); }),
                response);
  }

  grpc::Status Tokenize(grpc::ServerContext*,
                        const v1::TokenizeRequest* request,
                        v1::TokenizeResponse* response) override {
    return Give(footnote::Tokenize(*request, &models_), response);
  }

  grpc::Status ListModels(grpc::ServerContext*, const v1::ListModelsRequest*,
                          v1::ListModelsResponse* response) override {
    for (const std::string& name : models_.Names()) {
      response->add_models()->set_name(name);
    }
    return grpc::Status::OK;
  }

 private:
  static EngineOptions EngineOptionsOf(const GeneratorOptions& options) {
    EngineOptions engine;
    engine.threads = options.model_threads;
    if (options.model_cache_bytes > 0) {
      engine.cache_bytes = options.model_cache_bytes;
    }
    return engine;
  }

  template <typename Response>
  static grpc::Status Give(absl::StatusOr<Response> from, Response* to) {
    if (!from.ok()) return ToGrpcStatus(from.status());
    *to = *std::move(from);
    return grpc::Status::OK;
  }

  // A piece of text, then its citations; false when nobody listens.
  static bool Send(absl::string_view text,
                   const std::vector<v1::Citation>& citations,
                   grpc::ServerWriter<v1::GenerateResponse>* stream) {
    v1::GenerateResponse piece;
    piece.set_delta(std::string(text));
    bool heard = stream->Write(piece);
    for (const v1::Citation& citation : citations) {
      *piece.mutable_citation() = citation;
      heard = heard && stream->Write(piece);
    }
    return heard;
  }

  static grpc::Status Gone() {
    return ToGrpcStatus(absl::CancelledError("the caller went away"));
  }

  const Writers writers_;
  const Encoder* const encoder_;
  const ExtractiveWriter* const reranking_;
  LanguageModels models_;
  ModelShelf shelf_;
  const GeneratorOptions options_;
};

}  // namespace

GeneratorRoom NewGenerator(const Encoder* encoder,
                           const GeneratorOptions& options) {
  using SecondAtHome = GeneratorOptions::SecondAtHome;
  using AtHome = ExtractiveWriter::AtHome;
  GeneratorRoom room;
  Writers writers;
  const Encoder* const first = options.compare_meaning ? encoder : nullptr;
  const auto add = [&](AtHome at_home) {
    writers.push_back(
        std::make_unique<ExtractiveWriter>(first, options.second, at_home));
    return static_cast<const ExtractiveWriter*>(writers.back().get());
  };
  const ExtractiveWriter* reranking = nullptr;
  const SecondAtHome when =
      options.second == nullptr ? SecondAtHome::kNever : options.second_at_home;
  if (when == SecondAtHome::kHeard) {
    reranking = add(AtHome::kHeard);
    auto round = std::make_shared<uint64_t>(0);
    room.hear = [reranking, round](const v1::Passage& passage,
                                   const std::function<bool()>& is_cancelled) {
      return reranking->Hear(passage, *round, is_cancelled);
    };
    room.forget_unheard = [reranking, round] {
      reranking->ForgetHeardBefore((*round)++);
    };
  }
  if (when != SecondAtHome::kNever) {
    const ExtractiveWriter* const thorough = add(AtHome::kAlways);
    if (reranking == nullptr) reranking = thorough;
  }
  const ExtractiveWriter* const quoting = add(AtHome::kNever);
  if (reranking == nullptr) reranking = quoting;
  // For who has an answer written again that it wrote before the options were
  // others.
  if (when == SecondAtHome::kNever && options.second != nullptr) {
    add(AtHome::kAlways);
  }
  room.service = std::make_unique<GeneratorService>(
      std::move(writers), quoting, reranking, encoder, options);
  return room;
}

}  // namespace footnote
