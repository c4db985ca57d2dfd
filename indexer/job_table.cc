#include "indexer/job_table.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/hash.h"
#include "base/status_macros.h"
#include "storage/store_tables.h"
#include "text/analyzer.h"

namespace footnote {
namespace {

// Hashes fields so that no two different lists of fields read alike.
class FieldHash {
 public:
  void Add(absl::string_view field) {
    const uint64_t size = field.size();
    stream_.Update(
        absl::string_view(reinterpret_cast<const char*>(&size), sizeof(size)));
    stream_.Update(field);
  }

  template <typename Pairs>
  void AddPairs(const Pairs& pairs) {
    Add(absl::StrCat(pairs.size()));
    for (const auto& pair : pairs) {
      Add(pair.first);
      Add(pair.second);
    }
  }

  void AddAll(const std::vector<std::string>& fields) {
    Add(absl::StrCat(fields.size()));
    for (const std::string& field : fields) Add(field);
  }

  std::string Finish() { return stream_.Finish(); }

 private:
  Sha256Stream stream_;
};

std::string Key(absl::string_view collection, absl::string_view document) {
  std::string key = "fingerprint/";
  absl::StrAppend(&key, collection, absl::string_view("\0", 1), document);
  return key;
}

}  // namespace

std::string HowIndexed(absl::string_view encoder_hash) {
  return absl::StrCat("extractor ", kExtractorVersion, " analyzer ",
                      kAnalyzerVersion, " encoder ", encoder_hash);
}

std::string SourceHash(const SourceFile& file, absl::string_view sha256,
                       absl::string_view how) {
  FieldHash hash;
  hash.Add(how);
  hash.Add(file.path);
  hash.Add(file.language);
  hash.Add(file.title);
  hash.AddPairs(file.metadata);
  hash.AddAll(file.labels);
  hash.Add(file.media_type);
  hash.Add(sha256);
  return hash.Finish();
}

std::string ContentHash(const PreparedDocument& document,
                        absl::string_view how) {
  const VersionRecord& record = document.record;
  FieldHash hash;
  hash.Add(how);
  hash.Add(record.sha256);
  hash.Add(record.source);
  hash.Add(record.language);
  hash.Add(record.title);
  hash.Add(record.media_type);
  hash.AddPairs(record.metadata);
  hash.AddAll(record.labels);
  for (const Heading& heading : record.headings) {
    hash.Add(absl::StrCat(heading.begin, " ", heading.level));
  }
  hash.Add(document.locator);
  hash.Add(
      absl::string_view(reinterpret_cast<const char*>(document.vector.data()),
                        document.vector.size() * sizeof(float)));
  return hash.Finish();
}

absl::StatusOr<Fingerprint> ReadFingerprint(const Kv& kv,
                                            absl::string_view collection,
                                            absl::string_view document,
                                            uint32_t version) {
  absl::StatusOr<std::string> value =
      kv.Get(kTableJobs, Key(collection, document));
  if (absl::IsNotFound(value.status())) return Fingerprint();
  RETURN_IF_ERROR(value.status());
  uint32_t stored;
  if (value->size() < sizeof(stored) + kSha256Bytes) return Fingerprint();
  std::memcpy(&stored, value->data(), sizeof(stored));
  if (stored != version) return Fingerprint();
  Fingerprint out;
  out.content = value->substr(sizeof(stored), kSha256Bytes);
  out.source = value->substr(sizeof(stored) + kSha256Bytes);
  return out;
}

void AppendFingerprint(absl::string_view collection, absl::string_view document,
                       uint32_t version, const Fingerprint& fingerprint,
                       KvBatch* batch) {
  const std::string value =
      absl::StrCat(absl::string_view(reinterpret_cast<const char*>(&version),
                                     sizeof(version)),
                   fingerprint.content, fingerprint.source);
  batch->Put(kTableJobs, Key(collection, document), value);
}

void AppendForgetFingerprint(absl::string_view collection,
                             absl::string_view document, KvBatch* batch) {
  batch->Delete(kTableJobs, Key(collection, document));
}

}  // namespace footnote
