#ifndef FOOTNOTE_AUDIT_KEYRING_H_
#define FOOTNOTE_AUDIT_KEYRING_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "audit/crypto/sign.h"
#include "audit/master_key.h"

namespace footnote {

// Stored: never renumber.
enum class KeyKind : uint8_t {
  // Of one who asks: tenant and principal.
  kSubject = 1,
  // Of a document: collection and document.
  kDocument = 2,
  // The log's own, which signs. Always number 0.
  kSigning = 3,
  // Its bytes are overwritten.
  kDestroyed = 4,
  // The log used it, and an older file was put in this one's place.
  kLost = 5,
};

// The keys of everything that can be erased: one file of rows, each a key that
// the master key wraps (docs/formats/keyring.md). A key has a number for ever.
// What is destroyed is overwritten where it stood, so a backup of the records
// made before says nothing without a backup of this file from before.
//
// Safe from many threads; one process at a time opens a file.
class Keyring {
 public:
  // Of a row; that of the signing key is the first.
  static constexpr size_t kRowBytes = 128;

  // Opens `path`; makes it, with a new signing key, when it is missing or
  // empty. After a kill it is whole or not there.
  //   DataLoss            the signing key's row is damaged (nothing but zeros
  //                       is damage too), or another master key
  //   FailedPrecondition  another process holds it: of another store, perhaps
  //   and the errors of `master`
  static absl::StatusOr<std::unique_ptr<Keyring>> Open(const std::string& path,
                                                       MasterKeySource* master);
  ~Keyring();
  Keyring(const Keyring&) = delete;
  Keyring& operator=(const Keyring&) = delete;

  const SigningKey& signing_key() const { return *signing_key_; }

  struct Key {
    uint32_t number = 0;
    std::string bytes;
  };
  // The key of a subject (tenant, principal) or a document (collection,
  // document); a new one where there is none. A new one is not on disk before
  // Sync.
  absl::StatusOr<Key> FindOrAdd(KeyKind kind, absl::string_view scope,
                                absl::string_view name);
  //   NotFound  there is none
  absl::StatusOr<uint32_t> Find(KeyKind kind, absl::string_view scope,
                                absl::string_view name) const;
  //   NotFound  it was destroyed
  //   DataLoss  there is no such key, it is lost, or its row is damaged
  absl::StatusOr<std::string> Get(uint32_t number) const;
  bool IsDestroyed(uint32_t number) const;

  // Makes new keys durable, and at the first call what a process before may
  // have left that was not. Free where there is nothing. After an error it is
  // written anew by the next call.
  absl::Status Sync();

  // Keys below `size` were given before: those that are missing are lost, and
  // their numbers are never given to others. Durable.
  absl::Status KeepNumbers(uint32_t size);

  // Overwrites a key, durably. Again: nothing to do.
  absl::Status Destroy(uint32_t number);
  // The same for as long as this object lives: the file stays as it is.
  void Forget(uint32_t number);

  // 16 bytes that stand for `name` and that only the master key's holder can
  // compute.
  std::string Tag(absl::string_view kind, absl::string_view scope,
                  absl::string_view name) const;

  // Writes the file as it is now to the new file `path`, readable by its owner
  // only. Durable.
  //   AlreadyExists  `path` exists
  absl::Status CopyTo(const std::string& path) const;

  // Checks every row; one line for each that is damaged.
  std::vector<std::string> Check() const;

  uint32_t size() const;

 private:
  Keyring(std::string path, int file) : path_(std::move(path)), file_(file) {}
  static absl::Status Make(const std::string& path, absl::string_view master);
  absl::Status Load();
  absl::StatusOr<Key> Add(KeyKind kind, const std::string& tag);
  absl::StatusOr<std::string> Unwrap(const std::string& row) const;
  void SetDestroyed(uint32_t number, std::string row);

  const std::string path_;
  const int file_;
  std::string master_;
  std::unique_ptr<SigningKey> signing_key_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::vector<std::string> rows_;
  std::unordered_map<std::string, uint32_t> numbers_;  // by tag
  // Rows from here on may not be durable; rows_.size() where all are.
  size_t unsynced_ = 0;
  // Syncing them failed: the system may have dropped what they were.
  bool wants_rewrite_ = false;
};

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_KEYRING_H_
