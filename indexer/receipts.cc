#include "indexer/receipts.h"

namespace footnote {

uint64_t Receipts::Announce(const std::string& document,
                            const std::string& revision) {
  const std::lock_guard<std::mutex> lock(mutex_);
  File& file = files_[next_];
  file.document = document;
  file.revision = revision;
  return next_++;
}

void Receipts::OnPart(uint64_t number) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = files_.find(number);
  if (found != files_.end()) ++found->second.parts;
}

bool Receipts::OnPartDone(uint64_t number) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = files_.find(number);
  if (found == files_.end()) return false;
  --found->second.parts;
  return Advance(found);
}

bool Receipts::OnWhole(uint64_t number) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = files_.find(number);
  if (found == files_.end()) return false;
  found->second.whole = true;
  return Advance(found);
}

void Receipts::OnKept(uint64_t number, uint64_t bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = files_.find(number);
  if (found != files_.end()) found->second.kept = bytes;
}

bool Receipts::Advance(std::map<uint64_t, File>::iterator file) {
  if (!file->second.whole || file->second.parts > 0) return false;
  file->second.done = true;
  const bool kept = file->second.kept > 0;
  while (!files_.empty() && files_.begin()->second.done) {
    done_ = files_.begin()->first + 1;
    files_.erase(files_.begin());
  }
  return kept;
}

v1::IngestAck Receipts::Ack() const {
  v1::IngestAck ack;
  const std::lock_guard<std::mutex> lock(mutex_);
  // A call that ends before it announces a file takes nothing back.
  if (next_ == before_.files()) return before_;
  ack.set_files(done_);
  const auto next = files_.find(done_);
  if (next == files_.end()) return ack;
  ack.set_bytes(next->second.kept);
  ack.set_document(next->second.document);
  ack.set_revision(next->second.revision);
  return ack;
}

absl::Status Receipts::Tell(
    const std::function<absl::Status(const v1::IngestAck&)>& say) const {
  const std::lock_guard<std::mutex> lock(tell_mutex_);
  return say(Ack());
}

}  // namespace footnote
