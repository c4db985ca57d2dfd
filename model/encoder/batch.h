// How a batch of texts is cut into pieces of work.
#ifndef FOOTNOTE_MODEL_ENCODER_BATCH_H_
#define FOOTNOTE_MODEL_ENCODER_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace footnote {

// Texts that are encoded together.
struct Batch {
  std::vector<size_t> texts;  // indices
  size_t tokens = 0;          // of all of them
};

// Puts texts of `lengths` tokens together, the longest first, so that each
// batch but the last has at least `tokens` tokens and texts of one batch are of
// like length.
std::vector<Batch> MakeBatches(const std::vector<size_t>& lengths,
                               size_t tokens);

// The longest valid UTF-8 that `text` stands for: itself when it is valid
// (then `*repaired` is not touched), else a view of `*repaired`.
absl::string_view ValidText(absl::string_view text, std::string* repaired);

// Working memory that is kept from call to call: taking it from the system
// anew would cost a short text more than its arithmetic. Safe from many
// threads.
template <typename Scratch>
class ScratchPool {
 public:
  // Hands out a scratch and takes it back when destroyed.
  class Lease {
   public:
    explicit Lease(ScratchPool* pool) : pool_(pool) {
      const std::lock_guard<std::mutex> lock(pool_->mutex_);
      if (pool_->free_.empty()) {
        scratch_ = std::make_unique<Scratch>();
      } else {
        scratch_ = std::move(pool_->free_.back());
        pool_->free_.pop_back();
      }
    }
    ~Lease() {
      const std::lock_guard<std::mutex> lock(pool_->mutex_);
      pool_->free_.push_back(std::move(scratch_));
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Scratch* operator->() const { return scratch_.get(); }
    Scratch& operator*() const { return *scratch_; }

   private:
    ScratchPool* pool_;
    std::unique_ptr<Scratch> scratch_;
  };

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Scratch>> free_;  // guarded by mutex_
};

// At least `size` elements, not cleared.
template <typename T>
T* AtLeast(size_t size, std::vector<T>* v) {
  if (v->size() < size) v->resize(size);
  return v->data();
}

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_ENCODER_BATCH_H_
