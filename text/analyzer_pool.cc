#include "text/analyzer_pool.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace footnote {

AnalyzerPool::AnalyzerPool(size_t most)
    : most_(most > 0 ? most
                     : std::max(1u, std::thread::hardware_concurrency())) {}

AnalyzerPool::Lease::Lease(AnalyzerPool* pool) : pool_(pool) {
  {
    const std::lock_guard<std::mutex> lock(pool->mutex_);
    if (!pool->free_.empty()) {
      analyzer_ = std::move(pool->free_.back());
      pool->free_.pop_back();
    }
  }
  if (analyzer_ == nullptr) analyzer_ = std::make_unique<Analyzer>();
}

AnalyzerPool::Lease::~Lease() {
  const std::lock_guard<std::mutex> lock(pool_->mutex_);
  if (pool_->free_.size() < pool_->most_) {
    pool_->free_.push_back(std::move(analyzer_));
  }
}

size_t AnalyzerPool::size() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return free_.size();
}

}  // namespace footnote
