#ifndef FOOTNOTE_STORAGE_BLOCK_LIST_H_
#define FOOTNOTE_STORAGE_BLOCK_LIST_H_

#include <algorithm>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <vector>

namespace footnote {

// Plain values, one behind the other in blocks that stay where they are: what
// grows is not copied. Blocks are of 128 bytes, doubling to 256 KiB.
template <typename T>
class BlockList {
  static_assert(std::is_trivially_copyable_v<T>, "values are copied as bytes");

 public:
  void Add(const T& value) {
    if (next_ == end_) Grow();
    *next_++ = value;
  }

  // Calls each(begin, end) for the values of each block, in their order.
  template <typename Each>
  void ForEachBlock(Each each) const {
    for (const Block& block : blocks_) {
      const T* const begin = block.values.get();
      each(begin, &block == &blocks_.back() ? next_ : begin + block.size);
    }
  }

  size_t size() const { return room_ - (end_ - next_); }
  // The memory that is held.
  size_t bytes() const { return room_ * sizeof(T); }

  void Clear() {
    blocks_.clear();
    next_ = end_ = nullptr;
    room_ = 0;
  }

 private:
  struct Block {
    // Not initialised: what is not used is not touched.
    std::unique_ptr<T[]> values;
    size_t size;
  };
  static constexpr size_t kFirstBytes = 128;
  static constexpr size_t kMostDoublings = 11;

  void Grow() {
    const size_t size = (kFirstBytes / sizeof(T))
                        << std::min(blocks_.size(), kMostDoublings);
    blocks_.push_back({std::unique_ptr<T[]>(new T[size]), size});
    next_ = blocks_.back().values.get();
    end_ = next_ + size;
    room_ += size;
  }

  std::vector<Block> blocks_;
  T* next_ = nullptr;
  T* end_ = nullptr;
  size_t room_ = 0;
};

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_BLOCK_LIST_H_
