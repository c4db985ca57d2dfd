#ifndef FOOTNOTE_AUDIT_DAMAGES_H_
#define FOOTNOTE_AUDIT_DAMAGES_H_

#include <cstdint>
#include <functional>
#include <mutex>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "proto/footnote/v1/audit.pb.h"

namespace footnote {

// What a check of the log found: shown as it is found, and counted. Safe from
// many threads; `show` is called by one at a time.
class Damages {
 public:
  using Show = std::function<bool(const v1::VerifyChainResponse&)>;

  explicit Damages(Show show);

  // Shows one, of a record or, with 0, of something else. Beyond 10,000 they
  // are only counted.
  //   Cancelled  `show` returned false
  absl::Status Report(uint64_t sequence, absl::string_view detail);
  // Some were reported.
  bool any();
  // Shows the last line, of so many records that are there.
  absl::Status Done(uint64_t records);

 private:
  absl::Status ShowLine(const v1::VerifyChainResponse& line);

  const Show show_;
  std::mutex mutex_;
  uint64_t found_ = 0;  // guarded by mutex_
};

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_DAMAGES_H_
