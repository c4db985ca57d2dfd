// Which files of an upload need not be sent again.
#ifndef FOOTNOTE_INDEXER_RECEIPTS_H_
#define FOOTNOTE_INDEXER_RECEIPTS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "proto/footnote/v1/indexer.pb.h"

namespace footnote {

// Files are numbered from 0 in the order in which they are announced. A file is
// handed on in one part or more; it is done when no more parts come and each
// has all its results. Safe from many threads.
class Receipts {
 public:
  // Files before `before.files` were done in earlier calls, and of the next one
  // so much came as it says.
  explicit Receipts(const v1::IngestAck& before)
      : before_(before), done_(before.files()), next_(before.files()) {}

  // Announces a file and returns its number.
  uint64_t Announce(const std::string& document, const std::string& revision);
  // A part was handed on; later, its results are durable.
  void OnPart(uint64_t number);
  // True when the file is done by that and some of its bytes are kept.
  bool OnPartDone(uint64_t number);
  // No more parts come. True as of OnPartDone.
  bool OnWhole(uint64_t number);
  // So many bytes of it are kept.
  void OnKept(uint64_t number, uint64_t bytes);

  // What may be said now.
  v1::IngestAck Ack() const;
  // Says it to `say`, one call at a time, so that of two the later one says
  // what was known later. Returns what `say` does, which calls no Tell.
  absl::Status Tell(
      const std::function<absl::Status(const v1::IngestAck&)>& say) const;

 private:
  struct File {
    std::string document;
    std::string revision;
    uint64_t parts = 0;
    bool whole = false;
    bool done = false;
    uint64_t kept = 0;
  };
  bool Advance(std::map<uint64_t, File>::iterator file);

  const v1::IngestAck before_;

  // Held while something is said, before mutex_.
  mutable std::mutex tell_mutex_;
  mutable std::mutex mutex_;
  // All guarded by mutex_: files before done_ are done; those from there on
  // that were announced.
  uint64_t done_;
  uint64_t next_;
  std::map<uint64_t, File> files_;
};

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_RECEIPTS_H_
