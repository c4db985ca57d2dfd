#include "indexer/waiting_files.h"

#include <utility>

namespace footnote {
namespace {

// Less takes no thread long, whatever it is.
constexpr size_t kLargeBytes = 256 << 10;

bool IsLarge(const SourceFile& file) {
  return file.bytes.size() >= kLargeBytes;
}

}  // namespace

void WaitingFiles::Push(SourceFile file) {
  bytes_ += file.bytes.size();
  large_ += IsLarge(file);
  files_.push_back(std::move(file));
}

SourceFile WaitingFiles::Pop() {
  const auto next = files_.begin() + static_cast<std::ptrdiff_t>(Next());
  SourceFile file = std::move(*next);
  files_.erase(next);
  bytes_ -= file.bytes.size();
  large_ -= IsLarge(file);
  return file;
}

void WaitingFiles::Clear() {
  files_.clear();
  bytes_ = 0;
  large_ = 0;
}

size_t WaitingFiles::Next() const {
  if (!closed_ || large_ == 0) return 0;
  size_t largest = 0;
  for (size_t i = 1; i < files_.size(); ++i) {
    if (files_[i].bytes.size() > files_[largest].bytes.size()) largest = i;
  }
  for (size_t i = 0; i < largest; ++i) {
    if (files_[i].document == files_[largest].document) return 0;
  }
  return largest;
}

}  // namespace footnote
