// multilingual-e5-small: a network that hears questions and passages in two
// ways, so that a question is near to what answers it.
//
// Twelve times as much work a text as the encoder of the index
// (use_encoder.h), so it is asked about a few sentences, not about documents.
#ifndef FOOTNOTE_MODEL_ENCODER_E5_ENCODER_H_
#define FOOTNOTE_MODEL_ENCODER_E5_ENCODER_H_

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model/encoder/context_encoder.h"
#include "model/encoder/encoder.h"
#include "model/encoder/options.h"
#include "model/encoder/remembering_encoder.h"

namespace footnote {

// Encoders over the same weights. The vectors of one may be compared with the
// others'.
struct E5Encoders {
  std::unique_ptr<Encoder> question;
  std::unique_ptr<Encoder> passage;
  // Sentences of a passage where they stand; the first 512 pieces of it.
  std::unique_ptr<ContextEncoder> context;
};

// Opens the file that `tools/models pull multilingual-e5-small` made, mapped
// into memory; the network, 21 million numbers, is laid out anew: some 0.2 s.
//   NotFound       no such file
//   DataLoss       damaged; the message names the section
//   Unimplemented  another kind of file, or a shape that the kernels do not
//                  take
absl::StatusOr<E5Encoders> OpenE5(const std::string& path,
                                  const EncoderOptions& options = {});

// The same on bytes in memory, which must outlive the result. `name` is for
// messages.
absl::StatusOr<E5Encoders> OpenE5Bytes(absl::string_view bytes,
                                       const std::string& name,
                                       const EncoderOptions& options = {});

// Both, opened when they are first asked for, for all who ask them in this
// process: what one had encoded, the others are told again. Remembers 20,000
// passages, 32 MB, and 256 questions, and keeps 40,000 passages, 64 MB, of
// those that are heard ahead; of sentences in their context as many. Safe from
// many threads.
class LazyE5 {
 public:
  explicit LazyE5(std::string path) : path_(std::move(path)) {}
  explicit LazyE5(E5Encoders encoders) : opened_(std::move(encoders)) {}

  // Null where they can't be opened; the log says why, once.
  const E5Encoders* Get();
  // Null too where nobody has asked for them yet.
  const E5Encoders* IfOpen() const {
    return is_open_.load(std::memory_order_acquire) ? &encoders_ : nullptr;
  }

  // The memories of Get()->passage and context. REQUIRES: Get() was not null
  RememberingEncoder* passages() const { return passages_; }
  RememberingContextEncoder* contexts() const { return contexts_; }

 private:
  const std::string path_;
  std::once_flag once_;
  E5Encoders opened_;
  // The same with a memory.
  E5Encoders encoders_;
  // Of encoders_.
  RememberingEncoder* passages_ = nullptr;
  RememberingContextEncoder* contexts_ = nullptr;
  std::atomic<bool> is_open_{false};
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_ENCODER_E5_ENCODER_H_
