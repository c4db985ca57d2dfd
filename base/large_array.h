#ifndef FOOTNOTE_BASE_LARGE_ARRAY_H_
#define FOOTNOTE_BASE_LARGE_ARRAY_H_

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <type_traits>

namespace footnote {

// The size of the pages of AskForLargePages.
constexpr size_t kLargePageBytes = size_t{2} << 20;

// Asks for large pages where memory from `begin` on has not been touched yet.
// Who reads all over a large array waits less for the tables of its pages. A
// whole page is taken at the first touch.
void AskForLargePages(void* begin, size_t bytes);

// Memory for `bytes` bytes on large pages, if they are many and the system has
// such; to free(). Its contents are any. Never null.
void* AllocateLarge(size_t bytes);

// An array of plain values, which are any at first, in such memory.
template <typename T>
class LargeArray {
  static_assert(std::is_trivial_v<T>, "values are not constructed");

 public:
  explicit LargeArray(size_t size)
      : values_(static_cast<T*>(AllocateLarge(size * sizeof(T)))),
        size_(size) {}

  T* data() const { return values_.get(); }
  size_t size() const { return size_; }
  T& operator[](size_t i) const { return values_.get()[i]; }
  T* begin() const { return values_.get(); }
  T* end() const { return values_.get() + size_; }

 private:
  struct Free {
    void operator()(T* values) const { std::free(values); }
  };
  std::unique_ptr<T, Free> values_;
  size_t size_;
};

}  // namespace footnote

#endif  // FOOTNOTE_BASE_LARGE_ARRAY_H_
