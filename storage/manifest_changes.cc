#include "storage/manifest_changes.h"

#include <string.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"

namespace footnote {
namespace {

void AddLengths(absl::Span<const PassageRow> passages, int64_t sign,
                Manifest* manifest) {
  for (const PassageRow& passage : passages) {
    for (int g = 0; g < kLengthGroups; ++g) {
      manifest->total_length[g] += sign * passage.length[g];
    }
  }
}

std::string EncoderHash(const SegmentInfo& info) {
  const char* bytes = reinterpret_cast<const char*>(info.encoder_hash);
  const std::string hash(bytes, sizeof(info.encoder_hash));
  const bool none = hash.find_first_not_of('\0') == std::string::npos;
  return none ? std::string() : hash;
}

}  // namespace

void MarkDeleted(const SegmentReader& reader, uint32_t d,
                 ManifestSegment* entry, Manifest* manifest) {
  std::vector<uint32_t>& deleted = entry->deleted_documents;
  const auto at = std::lower_bound(deleted.begin(), deleted.end(), d);
  if (at != deleted.end() && *at == d) return;
  deleted.insert(at, d);
  const DocumentRow& row = reader.documents()[d];
  entry->deleted_passages += row.passage_count;
  --manifest->documents;
  manifest->passages -= row.passage_count;
  AddLengths(reader.Passages(row), -1, manifest);
}

bool IsHidden(const ManifestSegment& entry, uint32_t d) {
  return std::binary_search(entry.deleted_documents.begin(),
                            entry.deleted_documents.end(), d);
}

absl::Status AddSegment(const SegmentReader& reader, Manifest* manifest) {
  const SegmentInfo& info = reader.info();
  const std::string hash = EncoderHash(info);
  if (manifest->segments.empty()) {
    manifest->analyzer_version = info.analyzer_version;
    manifest->encoder_hash = hash;
    manifest->dimension = info.dimension;
  }
  const char* differs = nullptr;
  if (manifest->analyzer_version != info.analyzer_version) {
    differs = "analyser version";
  }
  if (manifest->encoder_hash != hash) differs = "encoder";
  // Without vectors it fits beside any.
  if (manifest->dimension == 0) manifest->dimension = info.dimension;
  if (differs == nullptr && info.dimension != 0 &&
      manifest->dimension != info.dimension) {
    return absl::InvalidArgumentError(absl::StrCat(
        "vectors: ", info.dimension, " numbers, want ", manifest->dimension,
        ", as collection \"", manifest->collection, "\" has"));
  }
  if (differs != nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("segment ", reader.name(), ": its ", differs,
                     " is not that of collection ", manifest->collection));
  }
  ManifestSegment entry;
  entry.name = reader.name();
  entry.file_bytes = reader.file_bytes();
  entry.documents = reader.document_count();
  entry.passages = reader.passage_count();
  manifest->documents += entry.documents;
  manifest->passages += entry.passages;
  for (int g = 0; g < kLengthGroups; ++g) {
    manifest->total_length[g] += info.total_length[g];
  }
  manifest->segments.push_back(std::move(entry));
  return absl::OkStatus();
}

uint64_t ReplaceSegment(const SegmentReader& before,
                        absl::Span<const uint32_t> dropped,
                        const SegmentReader* rewritten, Manifest* manifest) {
  std::vector<ManifestSegment>& segments = manifest->segments;
  const auto at = std::find_if(segments.begin(), segments.end(),
                               [&](const ManifestSegment& segment) {
                                 return segment.name == before.name();
                               });
  if (at == segments.end()) return 0;
  const std::vector<uint32_t> hidden = at->deleted_documents;
  uint64_t shown = 0;
  for (const uint32_t d : dropped) {
    if (std::binary_search(hidden.begin(), hidden.end(), d)) continue;
    MarkDeleted(before, d, &*at, manifest);
    ++shown;
  }
  if (rewritten == nullptr) {
    segments.erase(at);
    return shown;
  }
  ManifestSegment entry;
  entry.name = rewritten->name();
  entry.file_bytes = rewritten->file_bytes();
  entry.documents = rewritten->document_count();
  entry.passages = rewritten->passage_count();
  for (const uint32_t d : hidden) {
    const DocumentRow& row = before.documents()[d];
    const absl::optional<uint32_t> moved =
        rewritten->FindDocument(before.DocumentId(row), row.version);
    if (!moved.has_value()) continue;
    entry.deleted_documents.push_back(*moved);
    entry.deleted_passages += row.passage_count;
  }
  std::sort(entry.deleted_documents.begin(), entry.deleted_documents.end());
  *at = std::move(entry);
  return shown;
}

absl::Status CheckSegments(
    const std::vector<std::shared_ptr<const SegmentReader>>& readers,
    absl::Span<const VersionRecord> versions) {
  std::map<absl::string_view, const VersionRecord*> expected;
  for (const VersionRecord& record : versions) {
    expected[record.document] = &record;
  }
  for (const auto& reader : readers) {
    for (const DocumentRow& row : reader->documents()) {
      const absl::string_view id = reader->DocumentId(row);
      const auto found = expected.find(id);
      if (found == expected.end() || found->second == nullptr ||
          found->second->version != row.version ||
          memcmp(found->second->sha256.data(), row.sha256,
                 sizeof(row.sha256)) != 0) {
        return absl::InvalidArgumentError(absl::StrCat(
            "segment ", reader->name(), ": document ", id, "@", row.version,
            " is not a version of this commit, or there twice"));
      }
      found->second = nullptr;
    }
  }
  for (const auto& entry : expected) {
    if (entry.second != nullptr && entry.second->passages != 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "document ", entry.first, ": it has ", entry.second->passages,
          " passages and is in no segment of the commit"));
    }
  }
  return absl::OkStatus();
}

}  // namespace footnote
