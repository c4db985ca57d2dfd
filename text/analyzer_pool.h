#ifndef FOOTNOTE_TEXT_ANALYZER_POOL_H_
#define FOOTNOTE_TEXT_ANALYZER_POOL_H_

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "text/analyzer.h"

namespace footnote {

// Analyzers to borrow, for rooms whose calls come in any thread: what one has
// met of words makes the next text cheaper. As many are kept as there are
// processors; of a crowd that wants more, each makes its own and lets it go.
//
// Safe from many threads.
class AnalyzerPool {
 public:
  // Keeps up to `most`; 0: one a processor.
  explicit AnalyzerPool(size_t most = 0);

  // An analyzer of the caller's alone, until this ends. The pool must outlive
  // it.
  class Lease {
   public:
    explicit Lease(AnalyzerPool* pool);
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    Analyzer* get() const { return analyzer_.get(); }

   private:
    AnalyzerPool* const pool_;
    std::unique_ptr<Analyzer> analyzer_;
  };

  // Those that nobody has borrowed.
  size_t size() const;

 private:
  const size_t most_;
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Analyzer>> free_;  // guarded by mutex_
};

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_ANALYZER_POOL_H_
