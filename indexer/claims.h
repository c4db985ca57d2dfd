// Who is working on which document.
#ifndef FOOTNOTE_INDEXER_CLAIMS_H_
#define FOOTNOTE_INDEXER_CLAIMS_H_

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace footnote {

// Sees to it that one thread at a time makes a new version of a document. A
// claim is held until the version is committed, which may be long after its
// holder turned to other documents; someone who waits is therefore announced
// (wanted()), and a holder who sees it commits early. A thread must hold no
// claim when it waits. Safe from many threads.
class DocumentClaims {
 public:
  // True when the document was free and is now the caller's.
  bool TryClaim(absl::string_view collection, absl::string_view document);

  // Waits until the document is free, at most `patience`; then as TryClaim.
  bool Wait(absl::string_view collection, absl::string_view document,
            absl::Duration patience);

  void Release(absl::string_view collection, absl::string_view document);

  // True while someone makes a new version of the document.
  bool IsHeld(absl::string_view collection, absl::string_view document) const;

  // True while someone waits for a claim.
  bool wanted() const;

 private:
  static std::string Key(absl::string_view collection,
                         absl::string_view document);

  mutable std::mutex mutex_;
  std::condition_variable released_;
  absl::flat_hash_set<std::string> held_;
  int waiting_ = 0;
};

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_CLAIMS_H_
