#ifndef FOOTNOTE_GENERATOR_WRITER_H_
#define FOOTNOTE_GENERATOR_WRITER_H_

#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/footnote/v1/generator.pb.h"

namespace footnote {

// One more sentence of an answer, with what is between it and the one before,
// and its citations, in the order of the text; false when nobody listens.
using ShowSentence = std::function<bool(
    absl::string_view text, const std::vector<v1::Citation>& citations)>;

// Someone who writes an answer from passages. A draft is never trusted: what
// it quotes is checked against the passages afterwards (citation/verify.h).
//
// Safe from many threads.
class Writer {
 public:
  virtual ~Writer() = default;

  // What requests call it: "extractive/1". The number is raised by every
  // change that makes it write something else.
  virtual absl::string_view name() const = 0;

  // True where the same request always gives the same bytes.
  virtual bool is_deterministic() const = 0;

  // An answer, or an abstention with its reason. `is_cancelled` is asked
  // between stages.
  //   Cancelled  is_cancelled said so
  // REQUIRES: ValidateGenerate(request) is OK
  virtual absl::StatusOr<v1::Draft> Write(
      const v1::GenerateRequest& request,
      const std::function<bool()>& is_cancelled) const = 0;

  // The same; a writer that can gives sentences out, in the mode FAST, before
  // the whole is written. What was given out is how the draft's text begins.
  // `show` may be null.
  virtual absl::StatusOr<v1::Draft> WriteStreamed(
      const v1::GenerateRequest& request,
      const std::function<bool()>& is_cancelled,
      const ShowSentence& /*show*/) const {
    return Write(request, is_cancelled);
  }
};

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_WRITER_H_
