// The Generator service: RPC in, Status out.
#ifndef FOOTNOTE_GENERATOR_GENERATOR_SERVICE_H_
#define FOOTNOTE_GENERATOR_GENERATOR_SERVICE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "model/encoder/e5_encoder.h"
#include "model/encoder/encoder.h"

namespace grpc {
class Service;
}

namespace footnote {

namespace v1 {
class Passage;
}

struct GeneratorOptions {
  // Compares the meaning of question and sentences too, where the encoder
  // speaks their language; costs some milliseconds of one core per answer.
  bool compare_meaning = true;
  // A second encoder, which the writers ask where passages are in another
  // language than the question (ExtractiveWriter); null: none. It must outlive
  // the service.
  LazyE5* second = nullptr;
  // When reranking and the extractive writer ask it about passages in the
  // question's own language; the writer that does and the one that does not can
  // both be named.
  enum class SecondAtHome {
    kNever,
    kHeard,  // where it was heard ahead what they ask (GeneratorRoom::hear)
    kAlways,
  };
  SecondAtHome second_at_home = SecondAtHome::kNever;
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

struct GeneratorRoom {
  // See proto/footnote/v1/generator.proto. Safe from many threads.
  std::unique_ptr<grpc::Service> service;

  // Both are empty where nothing is heard ahead, may be called from one thread
  // at a time, and not after the service has ended.
  //
  // Hears what answers from a passage may be made of, in the background, and
  // keeps it of the passage's collection. False: nothing more is. Cancelled:
  // is_cancelled said so.
  std::function<absl::StatusOr<bool>(const v1::Passage& passage,
                                     const std::function<bool()>& is_cancelled)>
      hear;
  // Forgets what was not heard since the last call.
  std::function<void()> forget_unheard;
};

// `encoder` may be null; it must outlive the service.
GeneratorRoom NewGenerator(const Encoder* encoder,
                           const GeneratorOptions& options);

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_GENERATOR_SERVICE_H_
