// The rooms as a measurement sees them: over gRPC, and only over gRPC, so that
// what is measured is what a client gets.
#ifndef FOOTNOTE_EVAL_QUALITY_ROOMS_CLIENT_H_
#define FOOTNOTE_EVAL_QUALITY_ROOMS_CLIENT_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/cli.h"
#include "base/temporary_folder.h"
#include "proto/footnote/v1/types.pb.h"

namespace grpc {
class Channel;
}

namespace footnote {

// One document to be measured with. Nothing says its language: the rooms find
// that out themselves.
struct EvalDocument {
  std::string id;
  std::string title;
  std::string text;
};

// A question that was asked and the document that it is about.
struct EvalQuestion {
  std::string language;
  std::string question;
  std::string document;
  bool answerable = true;
};

// One collection of the rooms behind a channel. Once it is full, safe from many
// threads.
class RoomsClient {
 public:
  // Rooms over a store of their own: in a temporary folder when `keep` is
  // empty, else in `keep`/store, which stays. AlreadyExists when that is there.
  static absl::StatusOr<std::unique_ptr<RoomsClient>> Open(
      const CliContext& context, const std::string& keep);
  ~RoomsClient();

  // Takes all documents as plain text; calls `progress(done)` now and then.
  // FailedPrecondition when one was refused: a measurement on fewer documents
  // would not be one.
  absl::Status Ingest(const std::vector<EvalDocument>& documents,
                      const std::function<void(size_t)>& progress);

  // Waits until what was taken is heard ahead, as it soon is where a server
  // runs; shows how far that is.
  void WaitUntilHeard(bool quiet) const;

  // The ids of the first `count` documents for a question, best first; no
  // language, no filter. `fused`: without reranking.
  absl::StatusOr<std::vector<std::string>> SearchDocuments(
      const std::string& question, int count, bool fused = false);

  // The whole answer; no language, no filter.
  // `writer`: who writes; empty: the default.
  absl::StatusOr<v1::Answer> Ask(const std::string& question,
                                 const std::string& writer = "");

  // Writes `questions` to questions.jsonl beside a store that is kept, one
  // object {"language", "question", "document", "answerable"} a line, for
  // training/. FailedPrecondition when it is not kept.
  absl::Status KeepQuestions(const std::vector<EvalQuestion>& questions) const;

  // The stored bytes at a citation's source.
  absl::StatusOr<std::string> StoredText(const v1::SourceSpan& source);

 private:
  struct Stubs;
  RoomsClient();

  // Null when the store is kept in keep_.
  std::unique_ptr<TemporaryFolder> folder_;
  std::string keep_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<Stubs> stubs_;
};

}  // namespace footnote

#endif  // FOOTNOTE_EVAL_QUALITY_ROOMS_CLIENT_H_
