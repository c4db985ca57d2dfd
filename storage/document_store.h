#ifndef FOOTNOTE_STORAGE_DOCUMENT_STORE_H_
#define FOOTNOTE_STORAGE_DOCUMENT_STORE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/kv.h"

namespace footnote {

// A document's name: the collection, and the id that the caller gave. Any
// bytes but empty; at most 1,024 each.
struct DocumentRef {
  std::string collection;
  std::string document;
};

// One version of a document: 1, 2, 3…
struct VersionRef {
  std::string collection;
  std::string document;
  uint32_t version = 0;
};

inline bool operator==(const VersionRef& a, const VersionRef& b) {
  return a.version == b.version && a.document == b.document &&
         a.collection == b.collection;
}

// Stored: never renumber.
enum class VersionState : uint8_t {
  // Search finds it.
  kLive = 1,
  // A newer version took its place; its text can still be read.
  kSuperseded = 2,
  // The document was deleted: search and lists hide it from that commit on;
  // the bytes are still there, so that citations can be verified.
  kDeleted = 3,
  // The bytes are gone from every file; hash, length and times remain.
  kErased = 4,
};

// "LIVE", "SUPERSEDED", "DELETED", "ERASED".
absl::string_view VersionStateName(VersionState state);

struct Heading {
  uint64_t begin = 0;  // byte of the canonical text
  uint32_t level = 1;
  std::string text;
};

// What is known of a version, beside its text.
struct VersionRecord {
  std::string collection;
  std::string document;
  uint32_t version = 0;
  VersionState state = VersionState::kLive;
  std::string sha256;  // of the canonical text; 32 raw bytes
  uint64_t bytes = 0;
  uint64_t code_points = 0;
  std::string language;  // ISO 639-1; "und" when unknown
  std::string title;
  std::string media_type;
  std::string source;  // path or address of the original
  uint64_t source_bytes = 0;
  std::string source_sha256;  // of the original; empty when unknown
  std::vector<std::pair<std::string, std::string>> metadata;
  std::vector<std::string> labels;
  std::vector<Heading> headings;
  uint32_t passages = 0;
  uint32_t analyzer_version = 0;
  std::string encoder_hash;  // 32 raw bytes; empty: no vectors
  int64_t ingested_us = 0;   // Unix time
  int64_t ended_us = 0;      // when it left kLive; 0 while live
  // Name of the ingestion that brought it, "" when none.
  std::string job;

  VersionRef ref() const { return {collection, document, version}; }
};

struct DocumentPage {
  // The newest version of each document that is live, by document id.
  std::vector<VersionRecord> documents;
  // Give it to the next call; empty on the last page.
  std::string next_page_token;
};

// Documents with their versions, canonical texts and locators.
//
// A version arrives in two steps. WriteText (AppendText for several at once)
// puts the bytes down, which nobody sees. AppendVersion then adds, to a batch
// of the caller's, everything that makes it visible; one batch may hold many
// documents and a new generation of the index, and is written synced. A text
// whose batch never came is removed at the next start (RemoveAbandoned).
//
// Safe from many threads, but two threads must not write the same document at
// once (Store::Commit sees to it). Errors: as of Kv, and NotFound,
// InvalidArgument (a name empty or over 1,024 bytes) everywhere.
class DocumentStore {
 public:
  // Bytes of a text that are stored as one value.
  static constexpr uint64_t kChunkBytes = 64 << 10;

  // `kv` has the tables of StoreTables() (store_tables.h); it must outlive
  // this object.
  explicit DocumentStore(Kv* kv);

  // The number that the document's next version gets: 1 for a new document.
  // Numbers are never used again, not after erasure either.
  absl::StatusOr<uint32_t> NextVersion(const DocumentRef& document) const;

  // Stores the canonical text and the locator (opaque; may be empty) of a
  // version that no record names yet. Unsynced: the batch that follows makes
  // it durable. Overwrites what an earlier attempt left.
  absl::Status WriteText(const VersionRef& version, absl::string_view text,
                         absl::string_view locator);
  // The same, but what is left goes to `batch` for the caller to write, with
  // that of other versions: small texts take less time so. What the batch holds
  // already and the parts of a long text are written at once.
  absl::Status AppendText(const VersionRef& version, absl::string_view text,
                          absl::string_view locator, KvBatch* batch);

  // Adds to `batch` what makes the version visible as the document's newest;
  // a version that was live becomes kSuperseded.
  //   FailedPrecondition  the text was not written, or has another length
  //   AlreadyExists       the version has a record
  absl::Status AppendVersion(const VersionRecord& record, KvBatch* batch) const;

  // Adds to `batch` what hides the document: its live version becomes
  // kDeleted, superseded ones too.
  //   NotFound  no such document, or it was deleted before
  absl::Status AppendDelete(const DocumentRef& document, int64_t now_us,
                            KvBatch* batch) const;

  // Adds to `batch` what removes text, locator, title, source, metadata,
  // labels and headings of every version of a deleted document and marks them
  // kErased. The bytes leave the files at the next CompactErased.
  //   FailedPrecondition  the document is live
  absl::Status AppendErase(const DocumentRef& document, KvBatch* batch) const;
  // The database's files that may hold bytes of erased texts of the collection.
  absl::StatusOr<std::vector<std::string>> FilesOf(
      absl::string_view collection);
  // Rewrites the files that hold bytes of erased texts of the collection.
  absl::Status CompactErased(absl::string_view collection);
  // No text and no locator is left of the document's erased versions.
  //   Internal  something is (says what)
  absl::Status CheckErased(const DocumentRef& document) const;

  // The record of a version in any state.
  absl::StatusOr<VersionRecord> GetVersion(const VersionRef& version) const;
  // The record of the live version.
  //   NotFound  none, or deleted (the message says which)
  absl::StatusOr<VersionRecord> GetLive(const DocumentRef& document) const;
  // Every version, oldest first; empty for an unknown document.
  absl::StatusOr<std::vector<VersionRecord>> ListVersions(
      const DocumentRef& document) const;

  // Live documents of a collection whose ids begin with `id_prefix`, in the
  // order of their ids, at most `page_size` (1 to 1,000; 0: 100).
  //   InvalidArgument  a page token that this method did not give
  absl::StatusOr<DocumentPage> ListDocuments(
      absl::string_view collection, int page_size, absl::string_view page_token,
      absl::string_view id_prefix = "") const;
  // Documents that are deleted and not yet erased.
  absl::StatusOr<std::vector<DocumentRef>> ListDeleted(
      absl::string_view collection) const;

  // Bytes [begin, end) of the canonical text of a version in any state but
  // kErased. Reads only the chunks that it needs, so the beginning of a text
  // of 200 MB costs what a small text does.
  //   NotFound         no such version
  //   FailedPrecondition  it was erased
  //   OutOfRange       end < begin, or beyond the text
  //   DataLoss         a chunk is missing or has another length
  absl::StatusOr<std::string> ReadText(const VersionRef& version,
                                       uint64_t begin, uint64_t end) const;
  // The whole text. Its hash is not checked; the caller who wants proof does.
  absl::StatusOr<std::string> ReadAll(const VersionRef& version) const;
  // The locator as it was written.
  absl::StatusOr<std::string> ReadLocator(const VersionRef& version) const;

  // Removes texts that were written and never committed. For a primary, at
  // start, before anything is written.
  absl::Status RemoveAbandoned();

 private:
  Kv* const kv_;
};

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_DOCUMENT_STORE_H_
