#include "storage/document_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "storage/locator_pieces.h"
#include "storage/record_codec.h"
#include "storage/store_tables.h"

namespace footnote {
namespace {

constexpr size_t kMaxNameBytes = 1024;
constexpr int kDefaultPageSize = 100;
constexpr int kMaxPageSize = 1000;
constexpr uint64_t kRecordVersion = 1;
// Chunks of a long text go down in batches of about this size.
constexpr size_t kBatchBytes = 4 << 20;
// Where a document leaves bytes.
constexpr int kErasedTables[] = {kTableTexts, kTableLocators, kTableVersions,
                                 kTableDocuments};

// What kTableDocuments holds.
struct Newest {
  uint32_t version = 0;
  VersionState state = VersionState::kLive;
};

std::string EncodeNewest(const Newest& newest) {
  std::string bytes;
  RecordWriter writer(&bytes);
  writer.Number(kRecordVersion);
  writer.Number(newest.version);
  writer.Number(static_cast<uint64_t>(newest.state));
  return bytes;
}

absl::StatusOr<Newest> DecodeNewest(absl::string_view bytes) {
  RecordReader reader(bytes);
  reader.NumberUpTo(kRecordVersion);
  Newest newest;
  newest.version = static_cast<uint32_t>(reader.NumberUpTo(0xffffffff));
  newest.state = static_cast<VersionState>(reader.NumberUpTo(4));
  if (!reader.done()) {
    return absl::DataLossError("table documents: a record is damaged");
  }
  return newest;
}

// Whatever the record says of `state` and `ended_us`.
std::string EncodeRecord(const VersionRecord& record, VersionState state,
                         int64_t ended_us) {
  std::string bytes;
  RecordWriter writer(&bytes);
  writer.Number(kRecordVersion);
  writer.Number(static_cast<uint64_t>(state));
  writer.Bytes(record.sha256);
  writer.Number(record.bytes);
  writer.Number(record.code_points);
  writer.Bytes(record.language);
  writer.Bytes(record.title);
  writer.Bytes(record.media_type);
  writer.Bytes(record.source);
  writer.Number(record.source_bytes);
  writer.Bytes(record.source_sha256);
  writer.Number(record.metadata.size());
  for (const auto& pair : record.metadata) {
    writer.Bytes(pair.first);
    writer.Bytes(pair.second);
  }
  writer.Number(record.labels.size());
  for (const std::string& label : record.labels) writer.Bytes(label);
  writer.Number(record.headings.size());
  for (const Heading& heading : record.headings) {
    writer.Number(heading.begin);
    writer.Number(heading.level);
    writer.Bytes(heading.text);
  }
  writer.Number(record.passages);
  writer.Number(record.analyzer_version);
  writer.Bytes(record.encoder_hash);
  writer.Signed(record.ingested_us);
  writer.Signed(ended_us);
  writer.Bytes(record.job);
  return bytes;
}

std::string EncodeRecord(const VersionRecord& record) {
  return EncodeRecord(record, record.state, record.ended_us);
}

// The names come from the key.
absl::StatusOr<VersionRecord> DecodeRecord(const VersionRef& ref,
                                           absl::string_view bytes) {
  RecordReader reader(bytes);
  if (reader.Number() > kRecordVersion) {
    return absl::UnimplementedError(
        absl::StrCat("document ", ref.document, "@", ref.version,
                     ": its record was written by a newer release"));
  }
  VersionRecord record;
  record.collection = ref.collection;
  record.document = ref.document;
  record.version = ref.version;
  record.state = static_cast<VersionState>(reader.NumberUpTo(4));
  record.sha256 = reader.String();
  record.bytes = reader.Number();
  record.code_points = reader.Number();
  record.language = reader.String();
  record.title = reader.String();
  record.media_type = reader.String();
  record.source = reader.String();
  record.source_bytes = reader.Number();
  record.source_sha256 = reader.String();
  for (uint64_t left = reader.Count(); left > 0; --left) {
    std::string key = reader.String();
    record.metadata.emplace_back(std::move(key), reader.String());
  }
  for (uint64_t left = reader.Count(); left > 0; --left) {
    record.labels.push_back(reader.String());
  }
  for (uint64_t left = reader.Count(); left > 0; --left) {
    Heading heading;
    heading.begin = reader.Number();
    heading.level = static_cast<uint32_t>(reader.Number());
    heading.text = reader.String();
    record.headings.push_back(std::move(heading));
  }
  record.passages = static_cast<uint32_t>(reader.Number());
  record.analyzer_version = static_cast<uint32_t>(reader.Number());
  record.encoder_hash = reader.String();
  record.ingested_us = reader.Signed();
  record.ended_us = reader.Signed();
  record.job = reader.String();
  if (!reader.done()) {
    return absl::DataLossError(absl::StrCat("document ", ref.document, "@",
                                            ref.version,
                                            ": its record is damaged"));
  }
  return record;
}

absl::Status CheckName(absl::string_view thing, absl::string_view name) {
  if (name.empty() || name.size() > kMaxNameBytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        thing, " of ", name.size(), " bytes, want 1 to ", kMaxNameBytes));
  }
  return absl::OkStatus();
}

absl::Status CheckRef(const DocumentRef& ref) {
  RETURN_IF_ERROR(CheckName("collection name", ref.collection));
  return CheckName("document id", ref.document);
}

DocumentRef DocumentOf(const VersionRef& ref) {
  return {ref.collection, ref.document};
}

std::string Key(const DocumentRef& ref) {
  std::string key;
  AppendKeyPart(ref.collection, &key);
  // Last and therefore bare: documents sort by their ids.
  key += ref.document;
  return key;
}

std::string VersionsKey(const DocumentRef& ref) {
  std::string key;
  AppendKeyPart(ref.collection, &key);
  AppendKeyPart(ref.document, &key);
  return key;
}

std::string Key(const VersionRef& ref) {
  std::string key = VersionsKey(DocumentOf(ref));
  AppendKeyNumber(ref.version, &key);
  return key;
}

std::string ChunkKey(const std::string& version_key, uint32_t chunk) {
  std::string key = version_key;
  AppendKeyNumber(chunk, &key);
  return key;
}

std::string CollectionKey(absl::string_view collection) {
  std::string key;
  AppendKeyPart(collection, &key);
  return key;
}

absl::StatusOr<Newest> GetNewest(const Kv& kv, const DocumentRef& ref) {
  RETURN_IF_ERROR(CheckRef(ref));
  absl::StatusOr<std::string> bytes = kv.Get(kTableDocuments, Key(ref));
  if (absl::IsNotFound(bytes.status())) {
    return absl::NotFoundError(absl::StrCat("document ", ref.document,
                                            " in collection ", ref.collection,
                                            ": not found"));
  }
  RETURN_IF_ERROR(bytes.status());
  return DecodeNewest(*bytes);
}

// Writes `bytes` in chunks; full batches go to the database at once.
absl::Status WriteChunks(Kv* kv, int table, const std::string& version_key,
                         absl::string_view bytes, KvBatch* batch) {
  uint32_t chunk = 0;
  for (; !bytes.empty(); ++chunk) {
    const absl::string_view part = bytes.substr(0, DocumentStore::kChunkBytes);
    batch->Put(table, ChunkKey(version_key, chunk), part);
    bytes.remove_prefix(part.size());
    if (batch->bytes() >= kBatchBytes) {
      RETURN_IF_ERROR(kv->Write(std::move(*batch), /*sync=*/false));
      *batch = KvBatch();
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::string_view VersionStateName(VersionState state) {
  switch (state) {
    case VersionState::kLive:
      return "LIVE";
    case VersionState::kSuperseded:
      return "SUPERSEDED";
    case VersionState::kDeleted:
      return "DELETED";
    case VersionState::kErased:
      return "ERASED";
  }
  return "UNKNOWN";
}

DocumentStore::DocumentStore(Kv* kv) : kv_(kv) {}

absl::StatusOr<uint32_t> DocumentStore::NextVersion(
    const DocumentRef& document) const {
  const absl::StatusOr<Newest> newest = GetNewest(*kv_, document);
  if (absl::IsNotFound(newest.status())) return 1;
  RETURN_IF_ERROR(newest.status());
  return newest->version + 1;
}

absl::Status DocumentStore::WriteText(const VersionRef& version,
                                      absl::string_view text,
                                      absl::string_view locator) {
  KvBatch batch;
  RETURN_IF_ERROR(AppendText(version, text, locator, &batch));
  return kv_->Write(std::move(batch), /*sync=*/false);
}

absl::Status DocumentStore::AppendText(const VersionRef& version,
                                       absl::string_view text,
                                       absl::string_view locator,
                                       KvBatch* batch) {
  RETURN_IF_ERROR(CheckRef(DocumentOf(version)));
  const std::string key = Key(version);
  const absl::StatusOr<std::string> before = kv_->Get(kTablePending, key);
  if (!before.ok() && !absl::IsNotFound(before.status())) {
    return before.status();
  }
  // The mark comes first, so that whatever follows is found again.
  std::string mark;
  RecordWriter(&mark).Number(text.size());
  batch->Put(kTablePending, key, mark);
  // Not without need: RocksDB works out the ranges deleted in memory anew at
  // the first read after each, and searches read these tables.
  if (before.ok()) {
    batch->DeletePrefix(kTableTexts, key);
    batch->DeletePrefix(kTableLocators, key);
  }
  RETURN_IF_ERROR(WriteChunks(kv_, kTableTexts, key, text, batch));
  return WriteChunks(kv_, kTableLocators, key, locator, batch);
}

absl::Status DocumentStore::AppendVersion(const VersionRecord& record,
                                          KvBatch* batch) const {
  const VersionRef ref = record.ref();
  const DocumentRef document = DocumentOf(ref);
  RETURN_IF_ERROR(CheckRef(document));
  if (record.version == 0 || record.sha256.size() != 32) {
    return absl::InvalidArgumentError(
        absl::StrCat("document ", record.document, ": version ", record.version,
                     " with a hash of ", record.sha256.size(),
                     " bytes, want a version from 1 and 32 bytes"));
  }
  absl::StatusOr<std::string> mark = kv_->Get(kTablePending, Key(ref));
  const absl::StatusOr<Newest> newest = GetNewest(*kv_, document);
  if (newest.ok() && newest->version >= record.version) {
    return absl::AlreadyExistsError(
        absl::StrCat("document ", record.document, ": version ", record.version,
                     ", want more than ", newest->version));
  }
  if (!newest.ok() && !absl::IsNotFound(newest.status())) {
    return newest.status();
  }
  if (!mark.ok() && !absl::IsNotFound(mark.status())) return mark.status();
  if (!mark.ok() || RecordReader(*mark).Number() != record.bytes) {
    return absl::FailedPreconditionError(
        absl::StrCat("document ", record.document, "@", record.version,
                     ": no text of ", record.bytes, " bytes was written"));
  }
  if (newest.ok() && newest->state == VersionState::kLive) {
    ASSIGN_OR_RETURN(
        VersionRecord before,
        GetVersion({ref.collection, ref.document, newest->version}));
    before.state = VersionState::kSuperseded;
    before.ended_us = record.ingested_us;
    batch->Put(kTableVersions, Key(before.ref()), EncodeRecord(before));
  }
  batch->Put(kTableVersions, Key(ref),
             EncodeRecord(record, VersionState::kLive, /*ended_us=*/0));
  batch->Put(kTableDocuments, Key(document),
             EncodeNewest({record.version, VersionState::kLive}));
  batch->Delete(kTablePending, Key(ref));
  return absl::OkStatus();
}

absl::Status DocumentStore::AppendDelete(const DocumentRef& document,
                                         int64_t now_us, KvBatch* batch) const {
  ASSIGN_OR_RETURN(const Newest newest, GetNewest(*kv_, document));
  if (newest.state != VersionState::kLive) {
    return absl::NotFoundError(
        absl::StrCat("document ", document.document, " in collection ",
                     document.collection, ": deleted before"));
  }
  ASSIGN_OR_RETURN(const std::vector<VersionRecord> versions,
                   ListVersions(document));
  for (VersionRecord record : versions) {
    if (record.state == VersionState::kErased ||
        record.state == VersionState::kDeleted) {
      continue;
    }
    if (record.ended_us == 0) record.ended_us = now_us;
    record.state = VersionState::kDeleted;
    batch->Put(kTableVersions, Key(record.ref()), EncodeRecord(record));
  }
  batch->Put(kTableDocuments, Key(document),
             EncodeNewest({newest.version, VersionState::kDeleted}));
  return absl::OkStatus();
}

absl::Status DocumentStore::AppendErase(const DocumentRef& document,
                                        KvBatch* batch) const {
  ASSIGN_OR_RETURN(const Newest newest, GetNewest(*kv_, document));
  if (newest.state == VersionState::kLive) {
    return absl::FailedPreconditionError(
        absl::StrCat("document ", document.document, " in collection ",
                     document.collection, ": it is live, delete it first"));
  }
  ASSIGN_OR_RETURN(const std::vector<VersionRecord> versions,
                   ListVersions(document));
  for (const VersionRecord& record : versions) {
    VersionRecord rest;
    rest.state = VersionState::kErased;
    rest.sha256 = record.sha256;
    rest.bytes = record.bytes;
    rest.code_points = record.code_points;
    rest.language = record.language;
    rest.media_type = record.media_type;
    rest.passages = record.passages;
    rest.analyzer_version = record.analyzer_version;
    rest.encoder_hash = record.encoder_hash;
    rest.ingested_us = record.ingested_us;
    rest.ended_us = record.ended_us;
    batch->Put(kTableVersions, Key(record.ref()), EncodeRecord(rest));
  }
  const std::string prefix = VersionsKey(document);
  batch->DeletePrefix(kTableTexts, prefix);
  batch->DeletePrefix(kTableLocators, prefix);
  batch->Put(kTableDocuments, Key(document),
             EncodeNewest({newest.version, VersionState::kErased}));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> DocumentStore::FilesOf(
    absl::string_view collection) {
  return kv_->FilesOf(kErasedTables, CollectionKey(collection));
}

absl::Status DocumentStore::CompactErased(absl::string_view collection) {
  const std::string prefix = CollectionKey(collection);
  for (const int table : kErasedTables) {
    RETURN_IF_ERROR(kv_->CompactPrefix(table, prefix));
  }
  return absl::OkStatus();
}

absl::Status DocumentStore::CheckErased(const DocumentRef& document) const {
  ASSIGN_OR_RETURN(const std::vector<VersionRecord> versions,
                   ListVersions(document));
  for (const VersionRecord& record : versions) {
    if (record.state != VersionState::kErased) continue;
    for (const int table : {kTableTexts, kTableLocators}) {
      if (!kv_->Iterate(table, Key(record.ref()))->Valid()) continue;
      return absl::InternalError(
          absl::StrCat("document ", document.document, "@", record.version,
                       ": it was erased, and table ", StoreTables()[table],
                       " holds a row of it"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<VersionRecord> DocumentStore::GetVersion(
    const VersionRef& version) const {
  RETURN_IF_ERROR(CheckRef(DocumentOf(version)));
  const absl::StatusOr<std::string> bytes =
      kv_->Get(kTableVersions, Key(version));
  if (absl::IsNotFound(bytes.status())) {
    return absl::NotFoundError(absl::StrCat("document ", version.document, "@",
                                            version.version, " in collection ",
                                            version.collection, ": not found"));
  }
  RETURN_IF_ERROR(bytes.status());
  return DecodeRecord(version, *bytes);
}

absl::StatusOr<VersionRecord> DocumentStore::GetLive(
    const DocumentRef& document) const {
  ASSIGN_OR_RETURN(const Newest newest, GetNewest(*kv_, document));
  if (newest.state != VersionState::kLive) {
    return absl::NotFoundError(
        absl::StrCat("document ", document.document, " in collection ",
                     document.collection, ": it was deleted"));
  }
  return GetVersion({document.collection, document.document, newest.version});
}

absl::StatusOr<std::vector<VersionRecord>> DocumentStore::ListVersions(
    const DocumentRef& document) const {
  RETURN_IF_ERROR(CheckRef(document));
  const std::string prefix = VersionsKey(document);
  std::vector<VersionRecord> records;
  auto it = kv_->Iterate(kTableVersions, prefix);
  for (; it->Valid(); it->Next()) {
    absl::string_view rest = it->key().substr(prefix.size());
    VersionRef ref = {document.collection, document.document, 0};
    if (!TakeKeyNumber(&rest, &ref.version)) {
      return absl::DataLossError("table versions: a key is damaged");
    }
    ASSIGN_OR_RETURN(VersionRecord record, DecodeRecord(ref, it->value()));
    records.push_back(std::move(record));
  }
  RETURN_IF_ERROR(it->status());
  return records;
}

absl::StatusOr<DocumentPage> DocumentStore::ListDocuments(
    absl::string_view collection, int page_size, absl::string_view page_token,
    absl::string_view id_prefix) const {
  RETURN_IF_ERROR(CheckName("collection name", collection));
  if (page_size < 0 || page_size > kMaxPageSize) {
    return absl::InvalidArgumentError(
        absl::StrCat("page size ", page_size, ", want 0 to ", kMaxPageSize));
  }
  if (page_size == 0) page_size = kDefaultPageSize;
  // The token is the id of the last document shown, behind a letter that says
  // so.
  if (!page_token.empty() &&
      (page_token[0] != 'd' || page_token.size() > kMaxNameBytes + 1 ||
       page_token.size() < 2)) {
    return absl::InvalidArgumentError(
        "page_token: not one that this list gave, want next_page_token");
  }
  const std::string prefix = CollectionKey(collection);
  auto it = kv_->Iterate(kTableDocuments, absl::StrCat(prefix, id_prefix));
  if (!page_token.empty()) {
    std::string after = absl::StrCat(prefix, page_token.substr(1));
    after.push_back('\0');
    it->Seek(after);
  }
  DocumentPage page;
  for (; it->Valid(); it->Next()) {
    ASSIGN_OR_RETURN(const Newest newest, DecodeNewest(it->value()));
    if (newest.state != VersionState::kLive) continue;
    if (page.documents.size() == static_cast<size_t>(page_size)) {
      page.next_page_token = absl::StrCat("d", page.documents.back().document);
      break;
    }
    ASSIGN_OR_RETURN(VersionRecord record,
                     GetVersion({std::string(collection),
                                 std::string(it->key().substr(prefix.size())),
                                 newest.version}));
    page.documents.push_back(std::move(record));
  }
  RETURN_IF_ERROR(it->status());
  return page;
}

absl::StatusOr<std::vector<DocumentRef>> DocumentStore::ListDeleted(
    absl::string_view collection) const {
  const std::string prefix = CollectionKey(collection);
  std::vector<DocumentRef> deleted;
  auto it = kv_->Iterate(kTableDocuments, prefix);
  for (; it->Valid(); it->Next()) {
    ASSIGN_OR_RETURN(const Newest newest, DecodeNewest(it->value()));
    if (newest.state != VersionState::kDeleted) continue;
    deleted.push_back({std::string(collection),
                       std::string(it->key().substr(prefix.size()))});
  }
  RETURN_IF_ERROR(it->status());
  return deleted;
}

absl::StatusOr<std::string> DocumentStore::ReadText(const VersionRef& version,
                                                    uint64_t begin,
                                                    uint64_t end) const {
  ASSIGN_OR_RETURN(const VersionRecord record, GetVersion(version));
  if (record.state == VersionState::kErased) {
    return absl::FailedPreconditionError(
        absl::StrCat("document ", version.document, "@", version.version,
                     ": its text was erased"));
  }
  if (end < begin || end > record.bytes) {
    return absl::OutOfRangeError(absl::StrCat(
        "document ", version.document, "@", version.version, ": bytes [", begin,
        ", ", end, "), want a part of [0, ", record.bytes, ")"));
  }
  std::string text;
  if (begin == end) return text;
  const std::string version_key = Key(version);
  std::vector<std::string> keys;
  const uint64_t first = begin / kChunkBytes;
  for (uint64_t chunk = first; chunk * kChunkBytes < end; ++chunk) {
    keys.push_back(ChunkKey(version_key, static_cast<uint32_t>(chunk)));
  }
  text.reserve(end - begin);
  // A few at a time, so that a long text is in memory once, not twice.
  constexpr size_t kChunksAtOnce = 64;
  for (size_t at = 0; at < keys.size(); at += kChunksAtOnce) {
    const auto part = absl::MakeConstSpan(keys).subspan(at, kChunksAtOnce);
    ASSIGN_OR_RETURN(const auto chunks, kv_->MultiGet(kTableTexts, part));
    for (size_t i = 0; i < chunks.size(); ++i) {
      const uint64_t chunk_begin = (first + at + i) * kChunkBytes;
      const uint64_t want =
          std::min<uint64_t>(kChunkBytes, record.bytes - chunk_begin);
      if (!chunks[i].has_value() || chunks[i]->size() != want) {
        return absl::DataLossError(
            absl::StrCat("document ", version.document, "@", version.version,
                         ": text at byte ", chunk_begin, ": ",
                         chunks[i].has_value() ? chunks[i]->size() : 0,
                         " bytes, want ", want));
      }
      const uint64_t from = begin > chunk_begin ? begin - chunk_begin : 0;
      const uint64_t to = std::min(end - chunk_begin, want);
      text.append(*chunks[i], from, to - from);
    }
  }
  return text;
}

absl::StatusOr<std::string> DocumentStore::ReadAll(
    const VersionRef& version) const {
  ASSIGN_OR_RETURN(const VersionRecord record, GetVersion(version));
  return ReadText(version, 0, record.bytes);
}

absl::StatusOr<std::string> DocumentStore::ReadLocator(
    const VersionRef& version) const {
  ASSIGN_OR_RETURN(const VersionRecord record, GetVersion(version));
  if (record.state == VersionState::kErased) {
    return absl::FailedPreconditionError(
        absl::StrCat("document ", version.document, "@", version.version,
                     ": its text was erased"));
  }
  std::string locator;
  RETURN_IF_ERROR(
      ReadLocatorPieces(*kv_, version, [&locator](absl::string_view piece) {
        locator.append(piece.data(), piece.size());
        return true;
      }));
  return locator;
}

absl::Status ReadLocatorPieces(
    const Kv& kv, const VersionRef& version,
    const std::function<bool(absl::string_view)>& visit) {
  const auto it = kv.Iterate(kTableLocators, Key(version));
  while (it->Valid() && visit(it->value())) it->Next();
  return it->status();
}

absl::Status DocumentStore::RemoveAbandoned() {
  KvBatch batch;
  auto it = kv_->Iterate(kTablePending, "");
  for (; it->Valid(); it->Next()) {
    batch.DeletePrefix(kTableTexts, it->key());
    batch.DeletePrefix(kTableLocators, it->key());
    batch.Delete(kTablePending, it->key());
  }
  RETURN_IF_ERROR(it->status());
  if (batch.size() == 0) return absl::OkStatus();
  return kv_->Write(std::move(batch), /*sync=*/true);
}

}  // namespace footnote
