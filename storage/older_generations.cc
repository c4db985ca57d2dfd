#include "storage/older_generations.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "storage/record_codec.h"
#include "storage/store_tables.h"

namespace footnote {
namespace {

constexpr uint64_t kOlderVersion = 1;

// Rows of kTableMeta: older releases leave them alone.
constexpr char kOlderPrefix[] = "older/";

std::string OlderKey(absl::string_view collection, uint64_t generation) {
  std::string key = kOlderPrefix;
  AppendKeyPart(collection, &key);
  AppendKeyNumber(static_cast<uint32_t>(generation >> 32), &key);
  AppendKeyNumber(static_cast<uint32_t>(generation), &key);
  return key;
}

}  // namespace

std::string EncodeOlder(const OlderGeneration& older) {
  std::string bytes;
  RecordWriter writer(&bytes);
  writer.Number(kOlderVersion);
  writer.Signed(older.replaced_us);
  writer.Number(older.erased);
  writer.Bytes(EncodeManifest(older.manifest));
  return bytes;
}

absl::StatusOr<OlderGeneration> DecodeOlder(absl::string_view bytes) {
  RecordReader reader(bytes);
  if (reader.Number() > kOlderVersion && reader.ok()) {
    return absl::UnimplementedError(
        "older generation: it was written by a newer release");
  }
  OlderGeneration older;
  older.replaced_us = reader.Signed();
  older.erased = reader.Number();
  const absl::string_view manifest = reader.Bytes();
  if (!reader.done()) {
    return absl::DataLossError("older generation: it is damaged");
  }
  ASSIGN_OR_RETURN(older.manifest, DecodeManifest(manifest));
  return older;
}

absl::StatusOr<OlderGeneration> ReadOlder(const Kv& kv,
                                          absl::string_view collection,
                                          uint64_t generation) {
  const absl::StatusOr<std::string> bytes =
      kv.Get(kTableMeta, OlderKey(collection, generation));
  if (absl::IsNotFound(bytes.status())) {
    return absl::NotFoundError(absl::StrCat("collection ", collection,
                                            ": generation ", generation,
                                            " is not kept"));
  }
  RETURN_IF_ERROR(bytes.status());
  return DecodeOlder(*bytes);
}

bool OlderGenerations::Entry::Lists(const std::string& segment) const {
  return std::any_of(segments.begin(), segments.end(),
                     [&](const Segment& s) { return s.name == segment; });
}

OlderGenerations::Entry OlderGenerations::EntryOf(const OlderGeneration& older,
                                                  uint64_t row_bytes) {
  Entry entry;
  entry.generation = older.manifest.generation;
  entry.created_us = older.manifest.created_us;
  entry.replaced_us = older.replaced_us;
  entry.row_bytes = row_bytes;
  for (const ManifestSegment& segment : older.manifest.segments) {
    entry.segments.push_back({segment.name, segment.file_bytes});
  }
  return entry;
}

void OlderGenerations::Kept::Add(Entry entry) {
  for (const Segment& segment : entry.segments) {
    Use& use = uses[segment.name];
    ++use.entries;
    use.file_bytes = segment.file_bytes;
  }
  row_bytes += entry.row_bytes;
  const auto at = std::upper_bound(entries.begin(), entries.end(), entry,
                                   [](const Entry& a, const Entry& b) {
                                     return a.generation < b.generation;
                                   });
  entries.insert(at, std::move(entry));
}

OlderGenerations::Entry OlderGenerations::Kept::Remove(
    size_t index, std::vector<std::string>* freed) {
  Entry entry = std::move(entries[index]);
  entries.erase(entries.begin() + static_cast<ptrdiff_t>(index));
  for (const Segment& segment : entry.segments) {
    const auto use = uses.find(segment.name);
    if (--use->second.entries > 0) continue;
    freed->push_back(segment.name);
    uses.erase(use);
  }
  row_bytes -= entry.row_bytes;
  return entry;
}

uint64_t OlderGenerations::Kept::Bytes(
    const std::set<std::string>& shared) const {
  uint64_t bytes = row_bytes;
  for (const auto& use : uses) {
    if (shared.count(use.first) == 0) bytes += use.second.file_bytes;
  }
  return bytes;
}

absl::Status OlderGenerations::Load(std::vector<std::string>* unreadable) {
  const auto it = kv_->Iterate(kTableMeta, kOlderPrefix);
  for (; it->Valid(); it->Next()) {
    const absl::StatusOr<OlderGeneration> older = DecodeOlder(it->value());
    if (older.ok()) {
      kept_[older->manifest.collection].Add(
          EntryOf(*older, it->value().size()));
    } else {
      unreadable->emplace_back(it->key());
    }
  }
  return it->status();
}

void OlderGenerations::Add(const std::string& collection, Entry entry) {
  changes_.push_back({collection, true, entry});
  kept_[collection].Add(std::move(entry));
}

void OlderGenerations::Remove(const std::string& collection, size_t index) {
  changes_.push_back(
      {collection, false, kept_[collection].Remove(index, &freed_)});
}

void OlderGenerations::DropIncomplete(
    const std::function<bool(const std::string&)>& is_there, KvBatch* batch) {
  for (auto& collection : kept_) {
    Kept& kept = collection.second;
    for (size_t i = kept.entries.size(); i-- > 0;) {
      const std::vector<Segment>& segments = kept.entries[i].segments;
      if (std::all_of(segments.begin(), segments.end(),
                      [&](const Segment& s) { return is_there(s.name); })) {
        continue;
      }
      batch->Delete(kTableMeta,
                    OlderKey(collection.first, kept.entries[i].generation));
      Remove(collection.first, i);
    }
  }
}

void OlderGenerations::Put(const OlderGeneration& older, KvBatch* batch) {
  const std::string& collection = older.manifest.collection;
  Drop(collection, older.manifest.generation, batch);
  const std::string bytes = EncodeOlder(older);
  batch->Put(kTableMeta, OlderKey(collection, older.manifest.generation),
             bytes);
  Add(collection, EntryOf(older, bytes.size()));
}

void OlderGenerations::Drop(const std::string& collection, uint64_t generation,
                            KvBatch* batch) {
  Kept& kept = kept_[collection];
  for (size_t i = kept.entries.size(); i-- > 0;) {
    if (kept.entries[i].generation != generation) continue;
    batch->Delete(kTableMeta, OlderKey(collection, generation));
    Remove(collection, i);
  }
}

void OlderGenerations::Trim(const std::string& collection,
                            const KeepPolicy& policy,
                            const std::set<std::string>& shared, int64_t now_us,
                            KvBatch* batch) {
  Kept& kept = kept_[collection];
  const int64_t oldest_us = now_us - policy.seconds * 1000000;
  while (!kept.entries.empty() &&
         (policy.seconds <= 0 || kept.entries.size() > policy.generations ||
          kept.entries.front().replaced_us < oldest_us ||
          kept.Bytes(shared) > policy.bytes)) {
    batch->Delete(kTableMeta,
                  OlderKey(collection, kept.entries.front().generation));
    Remove(collection, 0);
  }
}

std::vector<std::string> OlderGenerations::TakeFreed() {
  changes_.clear();
  std::vector<std::string> freed;
  freed.swap(freed_);
  return freed;
}

void OlderGenerations::Undo() {
  std::vector<std::string> ignored;
  for (; !changes_.empty(); changes_.pop_back()) {
    Change& change = changes_.back();
    Kept& kept = kept_[change.collection];
    if (!change.added) {
      kept.Add(std::move(change.entry));
      continue;
    }
    for (size_t i = kept.entries.size(); i-- > 0;) {
      if (kept.entries[i].generation == change.entry.generation) {
        kept.Remove(i, &ignored);
      }
    }
  }
  freed_.clear();
}

bool OlderGenerations::Lists(const std::string& collection,
                             const std::string& segment) const {
  const auto kept = kept_.find(collection);
  return kept != kept_.end() && kept->second.uses.count(segment) != 0;
}

std::vector<uint64_t> OlderGenerations::Listing(
    const std::string& collection, const std::string& segment) const {
  std::vector<uint64_t> generations;
  const auto kept = kept_.find(collection);
  if (kept == kept_.end()) return generations;
  for (const Entry& entry : kept->second.entries) {
    if (entry.Lists(segment)) generations.push_back(entry.generation);
  }
  return generations;
}

std::set<std::string> OlderGenerations::Segments(
    const std::string& collection) const {
  std::set<std::string> segments;
  const auto kept = kept_.find(collection);
  if (kept == kept_.end()) return segments;
  for (const auto& use : kept->second.uses) segments.insert(use.first);
  return segments;
}

std::vector<std::string> OlderGenerations::Collections() const {
  std::vector<std::string> collections;
  for (const auto& kept : kept_) {
    if (!kept.second.entries.empty()) collections.push_back(kept.first);
  }
  return collections;
}

OlderGenerations::Summary OlderGenerations::Summarize(
    const std::string& collection, const std::set<std::string>& shared) const {
  Summary summary;
  const auto found = kept_.find(collection);
  if (found == kept_.end() || found->second.entries.empty()) return summary;
  const Kept& kept = found->second;
  summary.generations = kept.entries.size();
  summary.oldest = kept.entries.front().generation;
  summary.oldest_created_us = kept.entries.front().created_us;
  summary.bytes = kept.Bytes(shared);
  return summary;
}

}  // namespace footnote
