// The Generator service: RPC in, Status out.
#ifndef FOOTNOTE_GENERATOR_GENERATOR_SERVICE_H_
#define FOOTNOTE_GENERATOR_GENERATOR_SERVICE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "model/encoder/e5_encoder.h"
#include "model/encoder/encoder.h"

namespace grpc {
class Service;
}

namespace footnote {

struct GeneratorOptions {
  // Compares the meaning of question and sentences too, where the encoder
  // speaks their language; costs some milliseconds of one core per answer.
  bool compare_meaning = true;
  // A second encoder, which the writers ask where passages are in another
  // language than the question (ExtractiveWriter); null: none. It must outlive
  // the service.
  LazyE5* second = nullptr;
  // Reranking and the extractive writer ask it always; the writer that does not
  // can be named.
  bool second_always = false;
  // Where the language models are; empty: the environment variable
  // FOOTNOTE_MODELS.
  std::string models_folder;
  // Who writes where a request names no writer; empty: the extractive writer.
  std::string default_model;
  // Threads of one language model; 0: one per CPU.
  int model_threads = 0;
  // Memory for keys and values of one model; 0: the engine's default.
  uint64_t model_cache_bytes = 0;
};

// See proto/footnote/v1/generator.proto. Safe from many threads. `encoder` may
// be null; it must outlive the service.
std::unique_ptr<grpc::Service> NewGeneratorService(
    const Encoder* encoder, const GeneratorOptions& options);

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_GENERATOR_SERVICE_H_
