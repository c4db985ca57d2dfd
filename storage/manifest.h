#ifndef FOOTNOTE_STORAGE_MANIFEST_H_
#define FOOTNOTE_STORAGE_MANIFEST_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/kv.h"
#include "storage/segment_format.h"

namespace footnote {

// One segment in a generation.
struct ManifestSegment {
  std::string name;  // file in STORE/segments
  uint64_t file_bytes = 0;
  uint32_t documents = 0;
  uint32_t passages = 0;
  // Indexes of documents that search must not see, sorted.
  std::vector<uint32_t> deleted_documents;
  // Passages of those documents.
  uint32_t deleted_passages = 0;
};

// What a search of one collection sees: the list of segments of a generation.
// Plain data; the generation of a collection that holds nothing is 0.
struct Manifest {
  std::string collection;
  uint64_t generation = 0;
  std::vector<ManifestSegment> segments;
  // Of all segments; 0 and empty while there are none. A commit that brings
  // segments made otherwise is refused.
  uint32_t analyzer_version = 0;
  std::string encoder_hash;  // 32 raw bytes; empty: no vectors
  uint32_t dimension = 0;
  // Live totals, deleted documents left out, for BM25: passages, and the sum
  // of their lengths by group.
  uint64_t documents = 0;
  uint64_t passages = 0;
  std::array<uint64_t, kLengthGroups> total_length = {};
  int64_t created_us = 0;
};

// Bytes of a manifest and back. Decode of any bytes is safe.
//   DataLoss       cut short or senseless
//   Unimplemented  written by a newer release
std::string EncodeManifest(const Manifest& manifest);
absl::StatusOr<Manifest> DecodeManifest(absl::string_view bytes);

// The current manifest of a collection; generation 0 when it has none.
absl::StatusOr<Manifest> ReadManifest(const Kv& kv,
                                      absl::string_view collection);
// Adds to `batch` what makes `manifest` the current one of its collection.
void AppendManifest(const Manifest& manifest, KvBatch* batch);
// Adds to `batch` what forgets a collection's manifest.
void AppendDropManifest(absl::string_view collection, KvBatch* batch);
// Collections that have a manifest, in byte order.
absl::StatusOr<std::vector<std::string>> ListCollections(const Kv& kv);

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_MANIFEST_H_
