// A model that answers many requests at once.
//
//   ASSIGN_OR_RETURN(auto engine, Engine::Open("SmolLM2.gguf", {}));
//   DecodeRequest request;
//   request.prompt = ids;
//   ASSIGN_OR_RETURN(Generation answer, engine->Generate(request));
#ifndef FOOTNOTE_MODEL_SCHEDULE_ENGINE_H_
#define FOOTNOTE_MODEL_SCHEDULE_ENGINE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "model/decoder/request.h"
#include "model/weights/model_config.h"
#include "model/weights/model_files.h"

namespace footnote {

struct EngineOptions {
  // Threads that compute; 0: one per CPU.
  int threads = 0;
  // Where: model/decoder/choose_device.h; empty: as FOOTNOTE_DEVICE says.
  std::string device;
  // What keys and values may take, the prefix cache included.
  uint64_t cache_bytes = uint64_t{1} << 30;
  // Requests that run at once; others wait.
  int max_running = 64;
  // Requests that wait at most.
  int max_waiting = 1024;
  // Rows of a step at most: what is left after one for each request that
  // decodes goes to prompts, so a long prompt does not stop the others.
  int step_tokens = 512;
  // Whether prompts look for pages that others have computed.
  bool prefix_cache = true;
  // What no prompt has shared for so long, at most twice as long, is forgotten
  // and overwritten: a prompt holds passages, and what was deleted where they
  // came from may not stay here. More than 0.
  absl::Duration forget_after = absl::Minutes(5);
};

// A request on its way.
class Ticket {
 public:
  virtual ~Ticket() = default;
  // Blocks until it ended. An error only when it could not be computed.
  virtual absl::StatusOr<Generation> Wait() = 0;
  virtual bool HasEnded() const = 0;
  // Ends it as kCancelled at the next step; a request that has ended stays.
  virtual void Cancel() = 0;
};

struct EngineStats {
  int running = 0;
  int waiting = 0;
  uint64_t steps = 0;
  uint64_t prompt_tokens = 0;
  uint64_t cached_tokens = 0;
  uint64_t generated_tokens = 0;
  // Rows of logits that left their device: all on the CPU, on others those of
  // requests for the most likely tokens, and of guesses under a constraint.
  uint64_t logit_rows_read = 0;
  uint64_t cache_pages_used = 0;
  uint64_t cache_pages = 0;
};

// Requests join and leave at every step. Safe from many threads. Greedy
// answers do not depend on what else runs, nor on threads.
class Engine {
 public:
  virtual ~Engine() = default;  // cancels what runs

  // `path`: a folder as Hugging Face has it (config.json, *.safetensors), or a
  // *.gguf file.
  //   NotFound, DataLoss, Unimplemented  as ModelFiles::Open
  static absl::StatusOr<std::unique_ptr<Engine>> Open(
      const std::string& path, const EngineOptions& options);
  static absl::StatusOr<std::unique_ptr<Engine>> FromFiles(
      std::shared_ptr<const ModelFiles> files, const EngineOptions& options);

  virtual const ModelConfig& config() const = 0;
  virtual const ModelFiles& files() const = 0;
  virtual int threads() const = 0;

  //   InvalidArgument    no prompt, an id outside the vocabulary
  //   ResourceExhausted  prompt and answer cannot fit the memory that there
  //                      is, or too many wait
  virtual absl::StatusOr<std::shared_ptr<Ticket>> Submit(
      DecodeRequest request) = 0;

  // Submit and Wait.
  absl::StatusOr<Generation> Generate(DecodeRequest request);

  // One row of `vocabulary` logits per position of `ids`.
  virtual absl::StatusOr<std::vector<std::vector<float>>> Logits(
      absl::Span<const int32_t> ids) = 0;

  // The mean of the last hidden states of `ids`, of length 1.
  virtual absl::StatusOr<std::vector<float>> Embed(
      absl::Span<const int32_t> ids) = 0;

  virtual EngineStats stats() const = 0;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_SCHEDULE_ENGINE_H_
