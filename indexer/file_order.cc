#include "indexer/file_order.h"

#include <algorithm>

namespace footnote {

uint64_t FileOrder::Begin(const std::string& file) {
  const std::lock_guard<std::mutex> lock(mutex_);
  files_[file].places.push_back(++last_);
  return last_;
}

void FileOrder::End(const std::string& file, uint64_t place) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = files_.find(file);
  if (found == files_.end()) return;
  std::vector<uint64_t>& places = found->second.places;
  const bool was_first = places.front() == place;
  places.erase(std::remove(places.begin(), places.end(), place), places.end());
  if (places.empty()) {
    files_.erase(found);
    return;
  }
  if (!was_first) return;
  // Nobody earlier is left who could hold them.
  auto& documents = found->second.documents;
  for (auto it = documents.begin(); it != documents.end();) {
    if (it->second.last <= places.front()) {
      documents.erase(it++);
    } else {
      ++it;
    }
  }
}

void FileOrder::Came(const std::string& file, uint64_t place,
                     const std::string& document) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = files_.find(file);
  if (found == files_.end() || found->second.places.front() >= place) return;
  Place& of_document = found->second.documents[document];
  of_document.before = of_document.last;
  of_document.last = std::max(of_document.last, place);
}

void FileOrder::Failed(const std::string& document) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (auto& file : files_) {
    const auto found = file.second.documents.find(document);
    if (found == file.second.documents.end()) continue;
    found->second = {found->second.before, 0};
  }
}

bool FileOrder::ComesLate(const std::string& file, uint64_t place,
                          const std::string& document) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = files_.find(file);
  if (found == files_.end()) return false;
  const auto last = found->second.documents.find(document);
  return last != found->second.documents.end() && last->second.last > place;
}

}  // namespace footnote
