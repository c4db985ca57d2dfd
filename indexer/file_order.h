// Which of several files with one id comes first.
#ifndef FOOTNOTE_INDEXER_FILE_ORDER_H_
#define FOOTNOTE_INDEXER_FILE_ORDER_H_

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace footnote {

// Files of one id, and the parts of a large one, are read side by side, so a
// document of an earlier one may turn up after the same document of a later
// one. This tells. Safe from many threads.
class FileOrder {
 public:
  // A file of this id is taken; those before it are earlier. Returns its place.
  uint64_t Begin(const std::string& file);
  // All of it has been read.
  void End(const std::string& file, uint64_t place);

  // The document of the file at `place` is in, or is there already.
  void Came(const std::string& file, uint64_t place,
            const std::string& document);
  // What came last of a document, of any file, did not get in.
  // REQUIRES: nobody else makes a version of the document
  void Failed(const std::string& document);
  // Whether it came of a later file of this id.
  // REQUIRES: `place` has not ended
  bool ComesLate(const std::string& file, uint64_t place,
                 const std::string& document) const;

 private:
  // That a document came of last, and before that; 0 for none.
  struct Place {
    uint64_t last = 0;
    uint64_t before = 0;
  };
  struct File {
    // Rising.
    std::vector<uint64_t> places;
    // Documents of files that earlier ones in work may hold too.
    absl::flat_hash_map<std::string, Place> documents;
  };

  mutable std::mutex mutex_;
  // Guarded by mutex_: files in work.
  uint64_t last_ = 0;
  absl::flat_hash_map<std::string, File> files_;
};

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FILE_ORDER_H_
