// Whether what comes in is what the store has.
#ifndef FOOTNOTE_INDEXER_KNOWN_DOCUMENTS_H_
#define FOOTNOTE_INDEXER_KNOWN_DOCUMENTS_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "indexer/job_table.h"
#include "indexer/parsers/scan_reader.h"
#include "indexer/prepare.h"
#include "indexer/source_file.h"
#include "storage/store.h"

namespace footnote {

// Compares files and documents with the live versions of a collection, by the
// fingerprints that those were stored with. A document that came in with
// another encoder, and was given the vectors of this one since, is the same as
// one that comes in with this one. Safe from many threads.
class KnownDocuments {
 public:
  // `encoder_hash` is raw; empty: the documents get no vectors. `store` must
  // outlive this.
  KnownDocuments(Store* store, std::string collection, std::string encoder_hash,
                 const OcrOptions& ocr);

  // What they are stored with: of a file, whose bytes have the hash `sha256`,
  // and of a document that was read.
  std::string HashOf(const SourceFile& file, const std::string& sha256) const;
  std::string HashOf(const PreparedDocument& document) const;

  // The live version that was read of the same file, in the same way; nullopt
  // where there is none. `hash` is HashOf's.
  absl::StatusOr<absl::optional<VersionRecord>> SameSource(
      const SourceFile& file, const std::string& sha256,
      const std::string& hash) const;
  // The live version that has the same text, and all that is beside it.
  absl::StatusOr<absl::optional<VersionRecord>> SameContent(
      const PreparedDocument& document, const std::string& hash) const;

  // Notes that `live` is what the file with the hash `source` reads as, unless
  // that is empty: the file is not to be read again for what has changed around
  // it, the languages of scans, say. Unsynced.
  absl::Status RenewSource(const VersionRecord& live,
                           const std::string& source) const;

 private:
  // `part` is compared with `hash`, which `hash_of` makes for other `how`s.
  absl::StatusOr<absl::optional<VersionRecord>> FindSame(
      const std::string& document, const std::string& hash,
      std::string Fingerprint::*part,
      const std::function<std::string(const std::string& how)>& hash_of) const;
  bool HasVectorsSince(const VersionRecord& live) const;
  std::string HashOf(const SourceFile& file, const std::string& sha256,
                     const std::string& how) const;

  Store* const store_;
  const std::string collection_;
  const std::string encoder_hash_;
  const std::string how_;
  // What scanned pages are read with, beside `how_`; empty: they are not.
  std::string ocr_;
};

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_KNOWN_DOCUMENTS_H_
