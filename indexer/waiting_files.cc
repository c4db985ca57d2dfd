#include "indexer/waiting_files.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace footnote {
namespace {

// Less takes no thread long, whatever it is.
constexpr size_t kLargeBytes = 256 << 10;

}  // namespace

void WaitingFiles::Push(SourceFile file) {
  bytes_ += file.bytes.size();
  files_.push_back(std::move(file));
}

SourceFile WaitingFiles::Pop() {
  SourceFile file = std::move(files_.front());
  files_.pop_front();
  bytes_ -= file.bytes.size();
  return file;
}

void WaitingFiles::Close() {
  closed_ = true;
  // Of each file the largest of its document that still comes, itself among
  // them.
  std::vector<std::pair<size_t, SourceFile>> order(files_.size());
  absl::flat_hash_map<std::string, size_t> largest;
  for (size_t i = files_.size(); i-- > 0;) {
    size_t& most = largest[files_[i].document];
    most = std::max(most, files_[i].bytes.size());
    order[i].first = most < kLargeBytes ? 0 : most;
    order[i].second = std::move(files_[i]);
  }
  std::stable_sort(
      order.begin(), order.end(),
      [](const auto& a, const auto& b) { return a.first > b.first; });
  for (size_t i = 0; i < order.size(); ++i) {
    files_[i] = std::move(order[i].second);
  }
}

void WaitingFiles::Clear() {
  files_.clear();
  bytes_ = 0;
}

}  // namespace footnote
