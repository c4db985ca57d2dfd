#ifndef FOOTNOTE_AUDIT_COSIGNER_H_
#define FOOTNOTE_AUDIT_COSIGNER_H_

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "audit/ledger.h"
#include "audit/note.h"

namespace footnote {

struct WitnessAddress {
  // Without the path, such as "https://witness.example.com".
  std::string url;
  Verifier verifier;
};

// Asks witnesses, again and again, to sign what is new in the log.
//
// One thread of its own. A witness that can't be reached holds up nothing but
// its own signature.
class Cosigner {
 public:
  // `ledger` must outlive this object.
  Cosigner(Ledger* ledger, std::vector<WitnessAddress> witnesses,
           absl::Duration every = absl::Seconds(1));
  ~Cosigner();
  Cosigner(const Cosigner&) = delete;
  Cosigner& operator=(const Cosigner&) = delete;

  // Asks all witnesses once for the newest checkpoint, and gives it to the
  // ledger with the signatures that came. How many they are.
  int AskAll();

 private:
  absl::StatusOr<Note::Signature> Ask(const WitnessAddress& witness,
                                      const Checkpoint& checkpoint,
                                      const std::string& signed_note);
  void Run(absl::Duration every);

  Ledger* const ledger_;
  const std::vector<WitnessAddress> witnesses_;
  // What each witness signed last, as far as is known. The thread's own.
  std::map<std::string, uint64_t> sizes_;
  uint64_t done_ = 0;
  // The last one that did not sign, and why not.
  std::string failed_;
  std::string why_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // by mutex_
  std::thread thread_;
};

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_COSIGNER_H_
