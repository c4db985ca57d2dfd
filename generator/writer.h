#ifndef FOOTNOTE_GENERATOR_WRITER_H_
#define FOOTNOTE_GENERATOR_WRITER_H_

#include <functional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/footnote/v1/generator.pb.h"

namespace footnote {

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
};

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_WRITER_H_
