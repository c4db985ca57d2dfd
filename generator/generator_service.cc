#include "generator/generator_service.h"

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/grpc_status.h"
#include "base/metrics.h"
#include "generator/extractive/extractive_writer.h"
#include "generator/generate.h"
#include "proto/footnote/v1/generator.grpc.pb.h"
#include "text/language.h"

namespace footnote {
namespace {

class GeneratorService final : public v1::Generator::Service {
 public:
  explicit GeneratorService(Writers writers) : writers_(std::move(writers)) {}

  grpc::Status Generate(
      grpc::ServerContext* context, const v1::GenerateRequest* request,
      grpc::ServerWriter<v1::GenerateResponse>* stream) override {
    const StageTimer timer("generate");
    absl::StatusOr<v1::Draft> draft = footnote::Generate(
        *request, writers_, [context] { return context->IsCancelled(); });
    if (!draft.ok()) return ToGrpcStatus(draft.status());
    // Sentences are final only when all of them were checked.
    size_t sent = 0;
    for (const v1::Citation& citation : draft->citations()) {
      v1::GenerateResponse piece;
      const size_t end = citation.answer_span().end();
      piece.set_delta(draft->text().substr(sent, end - sent));
      if (!stream->Write(piece)) return Gone();
      sent = end;
    }
    v1::GenerateResponse last;
    *last.mutable_draft() = *std::move(draft);
    return stream->Write(last) ? grpc::Status::OK : Gone();
  }

  grpc::Status ListWriters(grpc::ServerContext*, const v1::ListWritersRequest*,
                           v1::ListWritersResponse* response) override {
    for (const auto& writer : writers_) {
      v1::ListWritersResponse::Writer* listed = response->add_writers();
      listed->set_name(std::string(writer->name()));
      listed->set_deterministic(writer->is_deterministic());
      for (const Language language : AllLanguages()) {
        listed->add_languages(std::string(LanguageCode(language)));
      }
    }
    return grpc::Status::OK;
  }

 private:
  static grpc::Status Gone() {
    return ToGrpcStatus(absl::CancelledError("the caller went away"));
  }

  const Writers writers_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewGeneratorService(
    const Encoder* encoder, const GeneratorOptions& options) {
  Writers writers;
  writers.push_back(std::make_unique<ExtractiveWriter>(
      options.compare_meaning ? encoder : nullptr));
  return std::make_unique<GeneratorService>(std::move(writers));
}

}  // namespace footnote
