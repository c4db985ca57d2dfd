// The Generator service: RPC in, Status out.
#ifndef FOOTNOTE_GENERATOR_GENERATOR_SERVICE_H_
#define FOOTNOTE_GENERATOR_GENERATOR_SERVICE_H_

#include <memory>
#include <string>

#include "model/encoder/encoder.h"

namespace grpc {
class Service;
}

namespace footnote {

struct GeneratorOptions {
  // Compares the meaning of question and sentences too, where the encoder
  // speaks their language; costs some milliseconds of one core per answer.
  bool compare_meaning = true;
  // Where the language models are; empty: the environment variable
  // FOOTNOTE_MODELS.
  std::string models_folder;
  // Threads of one language model; 0: one per CPU.
  int model_threads = 0;
};

// See proto/footnote/v1/generator.proto. Safe from many threads. `encoder` may
// be null; it must outlive the service.
std::unique_ptr<grpc::Service> NewGeneratorService(
    const Encoder* encoder, const GeneratorOptions& options);

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_GENERATOR_SERVICE_H_
