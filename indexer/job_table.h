// What the indexer remembers of a document beside its version: enough to see
// that nothing has changed.
#ifndef FOOTNOTE_INDEXER_JOB_TABLE_H_
#define FOOTNOTE_INDEXER_JOB_TABLE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "indexer/prepare.h"
#include "indexer/source_file.h"
#include "storage/kv.h"

namespace footnote {

// Everything that a document's index was made from, as two hashes. Equal
// hashes mean that indexing again would change nothing.
struct Fingerprint {
  // Of the file's bytes and what its sender said; empty for a document that
  // is one of several in its file.
  std::string source;
  // Of the canonical text and all that is stored beside it.
  std::string content;
};

// `how` names the versions that index and vectors depend on: see HowIndexed.
// `sha256`: that of the file's bytes.
std::string SourceHash(const SourceFile& file, absl::string_view sha256,
                       absl::string_view how);
std::string ContentHash(const PreparedDocument& document,
                        absl::string_view how);

// Versions of extractor and analyser, and the encoder's hash (empty: none).
std::string HowIndexed(absl::string_view encoder_hash);

// The fingerprint of the version `version`, as AppendFingerprint left it;
// empty hashes when there is none or it is of another version.
absl::StatusOr<Fingerprint> ReadFingerprint(const Kv& kv,
                                            absl::string_view collection,
                                            absl::string_view document,
                                            uint32_t version);
void AppendFingerprint(absl::string_view collection, absl::string_view document,
                       uint32_t version, const Fingerprint& fingerprint,
                       KvBatch* batch);
void AppendForgetFingerprint(absl::string_view collection,
                             absl::string_view document, KvBatch* batch);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_JOB_TABLE_H_
