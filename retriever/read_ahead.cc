#include "retriever/read_ahead.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "base/log.h"
#include "base/metrics.h"
#include "base/priority.h"
#include "base/status_macros.h"
#include "proto/footnote/v1/types.pb.h"
#include "storage/document_store.h"
#include "storage/generation.h"
#include "storage/segment_reader.h"
#include "text/language.h"

namespace footnote {
namespace {

void TellLeft(size_t passages) {
  SetGauge("reading_ahead", "passages", static_cast<double>(passages));
}

uint64_t LivePassages(const Generation& generation) {
  uint64_t count = 0;
  for (const LiveSegment& segment : generation.segments) {
    count += segment.live_count;
  }
  return count;
}

}  // namespace

ReadAhead::ReadAhead(Store* store, Listener listener, uint64_t most_passages)
    : store_(store),
      listener_(std::move(listener)),
      most_passages_(most_passages),
      due_(Clock::now()) {
  TellLeft(1);
  watcher_ = store_->AddWatcher([this](const auto&) {
    const std::lock_guard<std::mutex> lock(mutex_);
    TellLeft(1);
    is_due_ = true;
    due_ =
        std::max<Clock::time_point>(Clock::now() + kSettled, begun_ + kApart);
    changed_.notify_all();
  });
  thread_ = std::thread([this] { Run(); });
}

ReadAhead::~ReadAhead() {
  store_->RemoveWatcher(watcher_);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
  TellLeft(0);
}

void ReadAhead::WaitUntilIdle() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return !is_due_ && !is_reading_; });
}

bool ReadAhead::IsOutdated() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return is_stopping_ || is_due_;
}

void ReadAhead::Run() {
  WorkInBackground();
  std::unique_lock<std::mutex> lock(mutex_);
  while (!is_stopping_) {
    if (!is_due_) {
      changed_.wait(lock);
      continue;
    }
    if (Clock::now() < due_) {
      changed_.wait_until(lock, due_);
      continue;
    }
    is_due_ = false;
    is_reading_ = true;
    begun_ = Clock::now();
    lock.unlock();
    const absl::StatusOr<bool> complete = ReadAll();
    if (!complete.ok()) {
      Log(Severity::kWarning, "what may be found can't be read ahead",
          {{"reason", std::string(complete.status().message())}});
    } else if (*complete) {
      listener_.end();
    }
    lock.lock();
    is_reading_ = false;
    if (!is_due_) TellLeft(0);
    changed_.notify_all();
  }
}

absl::StatusOr<bool> ReadAhead::ReadAll() {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, store_->Collections());
  std::vector<std::pair<uint64_t, std::string>> collections;
  size_t left = 0;
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(const std::shared_ptr<const Generation> generation,
                     store_->Current(name));
    const uint64_t passages = LivePassages(*generation);
    if (passages == 0 || passages > most_passages_) continue;
    collections.emplace_back(passages, name);
    left += passages;
  }
  std::sort(collections.begin(), collections.end());
  for (const auto& collection : collections) {
    ASSIGN_OR_RETURN(const std::vector<v1::Passage> passages,
                     PassagesOf(collection.second));
    for (const v1::Passage& passage : passages) {
      if (IsOutdated()) return false;
      YieldToSearches();
      const absl::StatusOr<bool> wanted =
          listener_.hear(passage, [this] { return IsOutdated(); });
      if (absl::IsCancelled(wanted.status())) return false;
      RETURN_IF_ERROR(wanted.status());
      if (!*wanted) return true;
      left -= std::min<size_t>(left, 1);
      if (left > 0 && left % 16 == 0) TellLeft(left);
    }
  }
  return true;
}

absl::StatusOr<std::vector<v1::Passage>> ReadAhead::PassagesOf(
    const std::string& collection) const {
  std::vector<v1::Passage> passages;
  ASSIGN_OR_RETURN(const std::shared_ptr<const Generation> generation,
                   store_->Current(collection));
  if (LivePassages(*generation) > most_passages_) return passages;
  for (const LiveSegment& segment : generation->segments) {
    const SegmentReader& reader = *segment.reader;
    for (uint32_t p = 0; p < reader.passages().size(); ++p) {
      if (!segment.IsLive(p)) continue;
      const PassageRow& row = reader.passages()[p];
      const DocumentRow& document = reader.Document(row);
      const VersionRef version = {collection,
                                  std::string(reader.DocumentId(document)),
                                  document.version};
      absl::StatusOr<std::string> text =
          store_->documents()->ReadText(version, row.begin, row.end);
      // Erased meanwhile. What is damaged is told to who finds it, and does not
      // keep the others from being heard.
      if (!text.ok()) continue;
      v1::Passage passage;
      *passage.mutable_text() = *std::move(text);
      passage.set_language(
          std::string(LanguageCode(static_cast<Language>(row.language))));
      passages.push_back(std::move(passage));
    }
  }
  return passages;
}

}  // namespace footnote
