// Lets a model write after a prompt, and parts what it writes.
#ifndef FOOTNOTE_GENERATOR_MODELLED_DECODE_H_
#define FOOTNOTE_GENERATOR_MODELLED_DECODE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "generator/modelled/dialect.h"
#include "generator/modelled/marks.h"
#include "model/decoder/request.h"
#include "model/language_model.h"

namespace footnote {

struct DecodeTask {
  // For ChatTemplate::Render.
  std::string request;
  int max_tokens = 256;
  Sampling sampling;
  absl::Time deadline = absl::InfiniteFuture();
  int priority = 0;
  std::string tenant;
  bool logprobs = false;
  // Text ends before the first of them.
  std::vector<std::string> stops;
  std::shared_ptr<TokenConstraint> constraint;
  // Ends where the answer begins: after <|START_RESPONSE|>, or, in a dialect
  // that has no such piece, with the first that is no white space and opens no
  // call.
  bool only_calls = false;
  // Ends after the section of calls.
  bool end_after_calls = false;
};

struct Decoded {
  std::string text;
  std::string thinking;
  std::vector<Mark> marks;
  std::vector<MarkedToolCall> calls;
  Generation generation;
  // SHA-256 of the prompt's ids, each in four bytes, little endian.
  std::string prompt_sha256;
  bool stopped = false;    // by a stop string
  bool answering = false;  // ended by only_calls
};

// What became final, on the caller's thread; false: nobody listens any more.
using ShowDelta = std::function<bool(const MarkedDelta& delta)>;

// `show` may be null.
//   FailedPrecondition, InvalidArgument  as ChatTemplate::Render
//   ResourceExhausted  no memory for so long a conversation, or too many wait
//   DeadlineExceeded, Cancelled
absl::StatusOr<Decoded> Decode(const LanguageModel& model,
                               const Dialect& dialect, DecodeTask task,
                               const std::function<bool()>& is_cancelled,
                               const ShowDelta& show);

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_MODELLED_DECODE_H_
