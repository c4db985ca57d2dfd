#include "storage/manifest.h"

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "storage/record_codec.h"
#include "storage/store_tables.h"

namespace footnote {
namespace {

constexpr uint64_t kManifestVersion = 1;

absl::Status Damaged(const char* what) {
  return absl::DataLossError(absl::StrCat("manifest: ", what));
}

}  // namespace

std::string EncodeManifest(const Manifest& manifest) {
  std::string bytes;
  RecordWriter writer(&bytes);
  writer.Number(kManifestVersion);
  writer.Bytes(manifest.collection);
  writer.Number(manifest.generation);
  writer.Number(manifest.analyzer_version);
  writer.Bytes(manifest.encoder_hash);
  writer.Number(manifest.dimension);
  writer.Number(manifest.documents);
  writer.Number(manifest.passages);
  for (const uint64_t length : manifest.total_length) writer.Number(length);
  writer.Signed(manifest.created_us);
  writer.Number(manifest.segments.size());
  for (const ManifestSegment& segment : manifest.segments) {
    writer.Bytes(segment.name);
    writer.Number(segment.file_bytes);
    writer.Number(segment.documents);
    writer.Number(segment.passages);
    writer.Number(segment.deleted_passages);
    writer.Number(segment.deleted_documents.size());
    uint32_t next = 0;
    for (const uint32_t document : segment.deleted_documents) {
      writer.Number(document - next);
      next = document + 1;
    }
  }
  return bytes;
}

absl::StatusOr<Manifest> DecodeManifest(absl::string_view bytes) {
  RecordReader reader(bytes);
  if (reader.Number() > kManifestVersion && reader.ok()) {
    return absl::UnimplementedError(
        "manifest: it was written by a newer release");
  }
  Manifest manifest;
  manifest.collection = reader.String();
  manifest.generation = reader.Number();
  manifest.analyzer_version =
      static_cast<uint32_t>(reader.NumberUpTo(0xffffffff));
  manifest.encoder_hash = reader.String();
  manifest.dimension = static_cast<uint32_t>(reader.NumberUpTo(0xffffffff));
  manifest.documents = reader.Number();
  manifest.passages = reader.Number();
  for (uint64_t& length : manifest.total_length) length = reader.Number();
  manifest.created_us = reader.Signed();
  for (uint64_t left = reader.Count(); left > 0 && reader.ok(); --left) {
    ManifestSegment segment;
    segment.name = reader.String();
    segment.file_bytes = reader.Number();
    segment.documents = static_cast<uint32_t>(reader.NumberUpTo(0xffffffff));
    segment.passages =
        static_cast<uint32_t>(reader.NumberUpTo(kMaxSegmentPassages));
    segment.deleted_passages =
        static_cast<uint32_t>(reader.NumberUpTo(segment.passages));
    uint64_t next = 0;
    for (uint64_t deleted = reader.Count(); deleted > 0; --deleted) {
      next += reader.NumberUpTo(segment.documents);
      if (next >= segment.documents) {
        return Damaged("a deleted document is not in its segment");
      }
      segment.deleted_documents.push_back(static_cast<uint32_t>(next++));
    }
    if (segment.name.empty() || segment.name.find('/') != std::string::npos) {
      return Damaged("the name of a segment is damaged");
    }
    manifest.segments.push_back(std::move(segment));
  }
  if (!reader.done() || manifest.collection.empty()) {
    return Damaged("it is damaged");
  }
  return manifest;
}

absl::StatusOr<Manifest> ReadManifest(const Kv& kv,
                                      absl::string_view collection) {
  const absl::StatusOr<std::string> bytes = kv.Get(kTableManifests, collection);
  if (absl::IsNotFound(bytes.status())) {
    Manifest empty;
    empty.collection = std::string(collection);
    return empty;
  }
  RETURN_IF_ERROR(bytes.status());
  return DecodeManifest(*bytes);
}

void AppendManifest(const Manifest& manifest, KvBatch* batch) {
  batch->Put(kTableManifests, manifest.collection, EncodeManifest(manifest));
}

void AppendDropManifest(absl::string_view collection, KvBatch* batch) {
  batch->Delete(kTableManifests, collection);
}

absl::StatusOr<std::vector<std::string>> ListCollections(const Kv& kv) {
  std::vector<std::string> names;
  auto it = kv.Iterate(kTableManifests, "");
  for (; it->Valid(); it->Next()) names.emplace_back(it->key());
  RETURN_IF_ERROR(it->status());
  return names;
}

}  // namespace footnote
