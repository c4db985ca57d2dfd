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
#include "storage/generation.h"
#include "storage/manifest.h"
#include "storage/segment_reader.h"

namespace footnote {
namespace {

void TellLeft(size_t passages) {
  SetGauge("reading_ahead", "passages", static_cast<double>(passages));
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

bool ReadAhead::IsStopping() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return is_stopping_;
}

void ReadAhead::Run() {
  WorkInBackground();
  bool was_failing = false;
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
    absl::Status failed;
    if (ReadAll(&failed)) listener_.end();
    if (!failed.ok() && !was_failing) {
      Log(Severity::kWarning, "not all that may be found can be read ahead",
          {{"reason", std::string(failed.message())}});
    }
    was_failing = !failed.ok();
    lock.lock();
    is_reading_ = false;
    if (!is_due_) TellLeft(0);
    changed_.notify_all();
  }
}

bool ReadAhead::ReadAll(absl::Status* failed) {
  const absl::StatusOr<std::vector<std::string>> names = store_->Collections();
  failed->Update(names.status());
  if (!names.ok()) return false;
  std::vector<std::pair<uint64_t, std::string>> collections;
  size_t left = 0;
  for (const std::string& name : *names) {
    // Opening their segments would read most of a large store from the disk.
    const absl::StatusOr<Manifest> manifest = ReadManifest(*store_->kv(), name);
    failed->Update(manifest.status());
    if (!manifest.ok()) continue;
    const uint64_t passages = manifest->passages;
    if (passages == 0 || passages > most_passages_) continue;
    collections.emplace_back(passages, name);
    left += passages;
  }
  std::sort(collections.begin(), collections.end());
  for (const auto& collection : collections) {
    const auto places = PlacesOf(collection.second);
    failed->Update(places.status());
    if (!places.ok()) continue;
    for (const Place& place : *places) {
      if (IsStopping()) return false;
      YieldToSearches();
      const absl::StatusOr<bool> wanted = Hear(place);
      if (absl::IsCancelled(wanted.status())) return false;
      failed->Update(wanted.status());
      if (wanted.ok() && !*wanted) return true;
      left -= std::min<size_t>(left, 1);
      if (left > 0 && left % 16 == 0) TellLeft(left);
    }
  }
  return true;
}

absl::StatusOr<std::vector<ReadAhead::Place>> ReadAhead::PlacesOf(
    const std::string& collection) const {
  std::vector<Place> places;
  ASSIGN_OR_RETURN(const std::shared_ptr<const Generation> generation,
                   store_->Current(collection));
  if (generation->manifest.passages > most_passages_) return places;
  for (const LiveSegment& segment : generation->segments) {
    const SegmentReader& reader = *segment.reader;
    for (uint32_t p = 0; p < reader.passages().size(); ++p) {
      if (!segment.IsLive(p)) continue;
      const PassageRow& row = reader.passages()[p];
      const DocumentRow& document = reader.Document(row);
      places.push_back({{collection, std::string(reader.DocumentId(document)),
                         document.version},
                        row.begin,
                        row.end,
                        static_cast<Language>(row.language)});
    }
  }
  return places;
}

absl::StatusOr<bool> ReadAhead::Hear(const Place& place) {
  absl::StatusOr<std::string> text =
      store_->documents()->ReadText(place.version, place.begin, place.end);
  // Erased meanwhile. What is damaged is told to who finds it.
  if (!text.ok()) return true;
  v1::Passage passage;
  passage.mutable_source()->set_collection(place.version.collection);
  *passage.mutable_text() = *std::move(text);
  passage.set_language(std::string(LanguageCode(place.language)));
  return listener_.hear(passage, [this] { return IsStopping(); });
}

}  // namespace footnote
