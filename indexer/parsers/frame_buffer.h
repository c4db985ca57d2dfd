#ifndef FOOTNOTE_INDEXER_PARSERS_FRAME_BUFFER_H_
#define FOOTNOTE_INDEXER_PARSERS_FRAME_BUFFER_H_

#include <string.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>

namespace footnote {

// What has come through a socket or a pipe in pieces and is given out in
// frames. Memory that is given out is not set to zero first. One thread.
class FrameBuffer {
 public:
  // Takes at least `least` bytes of memory at once, when it takes any.
  explicit FrameBuffer(size_t least) : least_(least) {}

  // What is here and not taken yet.
  const char* data() const { return bytes_.get() + begin_; }
  size_t size() const { return end_ - begin_; }

  // Has room for `bytes` from data() on. What was taken is gone then.
  void Reserve(size_t bytes) {
    if (begin_ == end_) begin_ = end_ = 0;
    if (capacity_ - begin_ >= bytes) return;
    const size_t kept = size();
    if (capacity_ < bytes) {
      const size_t capacity = std::max(bytes, least_);
      std::unique_ptr<char[]> larger(new char[capacity]);
      std::copy_n(data(), kept, larger.get());
      bytes_ = std::move(larger);
      capacity_ = capacity;
    } else {
      memmove(bytes_.get(), data(), kept);
    }
    begin_ = 0;
    end_ = kept;
  }

  // Where more may be put, and how much; then Came says how much was.
  char* free() { return bytes_.get() + end_; }
  size_t free_size() const { return capacity_ - end_; }
  void Came(size_t bytes) { end_ += bytes; }

  // The next bytes, until Reserve.
  // REQUIRES: bytes <= size()
  const char* Take(size_t bytes) {
    const char* const taken = data();
    begin_ += bytes;
    return taken;
  }

  // Gives its memory back where that is more and all was taken.
  void KeepAtMost(size_t bytes) {
    if (capacity_ <= bytes || size() > 0) return;
    bytes_.reset();
    capacity_ = begin_ = end_ = 0;
  }

 private:
  const size_t least_;
  std::unique_ptr<char[]> bytes_;
  size_t capacity_ = 0;
  size_t begin_ = 0;
  size_t end_ = 0;
};

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_PARSERS_FRAME_BUFFER_H_
