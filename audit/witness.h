#ifndef FOOTNOTE_AUDIT_WITNESS_H_
#define FOOTNOTE_AUDIT_WITNESS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "audit/crypto/sign.h"
#include "audit/merkle.h"
#include "audit/note.h"

namespace footnote {

// What a log sends to a witness (c2sp.org/tlog-witness): the size that the
// witness signed last, a proof that the log continues it, the new checkpoint.
struct WitnessRequest {
  uint64_t old_size = 0;
  std::vector<TreeHash> proof;
  std::string checkpoint;
};
std::string WitnessRequestText(const WitnessRequest& request);
//   InvalidArgument  not such a text
absl::StatusOr<WitnessRequest> ParseWitnessRequest(absl::string_view text);

// Somebody else than the log, who signs a checkpoint only when it continues
// the one that he signed before: a log that shows two histories needs him as
// an accomplice.
//
// Keeps the newest checkpoint of each log in a folder, durably before it signs
// the next. Safe from many threads; one process at a time uses a folder.
class Witness {
 public:
  // Opens `folder`, made with a new key when missing. `logs` are those that it
  // signs for; `name` is its own. Held until its end: two that know nothing of
  // each other would sign two histories with one key.
  //   FailedPrecondition  another process, or another object, holds it
  //   DataLoss            a file in the folder is damaged
  static absl::StatusOr<std::unique_ptr<Witness>> Open(
      const std::string& folder, const std::string& name,
      const std::vector<Verifier>& logs);
  ~Witness();
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;

  // As c2sp.org/tlog-witness wants it: an HTTP status and a body. 200 with a
  // signature; 400, 403, 404, 422 for a request that is malformed, of another
  // signer, of another log, not a continuation; 409 with the size that it
  // signed last where the log names another.
  struct Answer {
    int status = 200;
    std::string body;
  };
  Answer AddCheckpoint(absl::string_view body);

  Verifier verifier() const;

 private:
  Witness(std::string folder, std::string name, const SigningKey& key, int lock)
      : folder_(std::move(folder)),
        name_(std::move(name)),
        key_(key),
        lock_(lock) {}
  absl::Status Load(const std::vector<Verifier>& logs);
  std::string PathOf(const std::string& origin) const;

  const std::string folder_;
  const std::string name_;
  const SigningKey key_;
  const int lock_;
  std::mutex mutex_;
  std::map<std::string, Verifier> logs_;
  std::map<std::string, Checkpoint> newest_;  // by mutex_
};

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_WITNESS_H_
