// Who looked at the record, noted in the record.
#ifndef FOOTNOTE_AUDIT_ACCESS_NOTES_H_
#define FOOTNOTE_AUDIT_ACCESS_NOTES_H_

#include <cstddef>
#include <deque>
#include <mutex>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "audit/ledger.h"
#include "audit/scope.h"
#include "proto/footnote/v1/audit.pb.h"

namespace footnote {

// Reading must go on where nothing can be written any more, on a full disk say:
// what is noted then waits in memory, and goes into the log, with the time when
// it was, as soon as that can be written again. Until then it stands in the
// program's own log alone, and is lost with the process.
//
// Safe from many threads.
class AccessNotes {
 public:
  // Notes that wait; about 30 MB.
  static constexpr size_t kMostWaiting = 100000;
  // So many of them are written together, and by one call of Note.
  static constexpr size_t kWrittenTogether = 1000;

  // Of a target; the id of a document with its collection's is shorter.
  static constexpr size_t kMostTargetBytes = 4096;

  // `ledger` must outlive this.
  explicit AccessNotes(Ledger* ledger) : ledger_(ledger) {}
  ~AccessNotes() { CatchUp(); }
  AccessNotes(const AccessNotes&) = delete;
  AccessNotes& operator=(const AccessNotes&) = delete;

  // That RPC `method` was asked about `target`, of which the begin is noted: it
  // is what the caller sent, and stays for good. A log that is damaged can't
  // note anything, and is what there is to look at: OK then.
  // Of those that wait it writes some first, and does not wait for who else
  // does.
  //   ResourceExhausted  as many wait as may
  absl::Status Note(absl::string_view method, absl::string_view target,
                    const Scope& scope);

  // Writes what waits, as far as it can.
  void CatchUp();

  size_t waiting() const;

 private:
  // Writes those that have waited longest. False when nothing moved: none
  // waits, none can be written, or somebody else is at it.
  bool WriteSome();

  Ledger* const ledger_;
  mutable std::mutex mutex_;
  std::deque<v1::AuditEvent> waiting_;  // guarded by mutex_
  // Its first ones are being written.
  bool writing_ = false;  // guarded by mutex_
};

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_ACCESS_NOTES_H_
