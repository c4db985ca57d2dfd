// Files that have come and wait for a thread to index them.
#ifndef FOOTNOTE_INDEXER_WAITING_FILES_H_
#define FOOTNOTE_INDEXER_WAITING_FILES_H_

#include <cstddef>
#include <deque>

#include "indexer/source_file.h"

namespace footnote {

// First come, first served, until it is told that no more come: then large
// files go before the others, the largest first, so that at the end of a job
// the threads do not wait for one that has just begun with one. Files of one
// document stay in their order: what a large one waits for goes before it.
// Not thread-safe.
class WaitingFiles {
 public:
  // REQUIRES: !closed()
  void Push(SourceFile file);

  // REQUIRES: !empty()
  SourceFile Pop();

  // No more will come.
  void Close();
  bool closed() const { return closed_; }

  void Clear();
  bool empty() const { return files_.empty(); }
  size_t size() const { return files_.size(); }
  // REQUIRES: !empty()
  const SourceFile& front() const { return files_.front(); }
  // Of their contents.
  size_t bytes() const { return bytes_; }

 private:
  std::deque<SourceFile> files_;
  size_t bytes_ = 0;
  bool closed_ = false;
};

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_WAITING_FILES_H_
