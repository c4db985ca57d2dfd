// The story of one answer: choose the writer, let it write, check every quote.
#ifndef FOOTNOTE_GENERATOR_GENERATE_H_
#define FOOTNOTE_GENERATOR_GENERATE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "generator/writer.h"
#include "proto/footnote/v1/generator.pb.h"

namespace footnote {

// The default writer first. Never empty.
using Writers = std::vector<std::unique_ptr<const Writer>>;
// Writers that are elsewhere: models, opened when asked for.
struct OtherWriters {
  // The one that is meant by `name`; may be empty.
  //   NotFound  none is, or several are
  std::function<absl::StatusOr<const Writer*>(absl::string_view name)> find;
  // What they are called; set with `find`.
  std::function<std::vector<std::string>()> names;
};

// Writes a draft of which every sentence has a citation whose verdict is
// FOUND, or an abstention with a reason.
//   InvalidArgument  INVALID_REQUEST
//   NotFound         WRITER_NOT_FOUND: neither in `writers` nor in `others`;
//                    says what there is
// `show` may be null; it gets sentences that are checked before the whole is
// written, in the mode FAST of a writer that can.
//   Cancelled        between stages, when is_cancelled() says so
absl::StatusOr<v1::Draft> Generate(const v1::GenerateRequest& request,
                                   const Writers& writers,
                                   const std::function<bool()>& is_cancelled,
                                   const OtherWriters& others = {},
                                   const ShowSentence& show = nullptr);

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_GENERATE_H_
