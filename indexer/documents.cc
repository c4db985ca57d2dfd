#include "indexer/documents.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/grpc_status.h"
#include "base/hash.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "indexer/collections.h"
#include "indexer/job_table.h"
#include "storage/location.h"
#include "storage/locator.h"
#include "text/analyzer.h"

namespace footnote {
namespace {

constexpr uint64_t kMaxReadBytes = 4 << 20;
constexpr int kDefaultPage = 100;
constexpr int kMaxPage = 1000;

absl::Status WithReason(absl::Status status, absl::string_view reason) {
  SetErrorReason(reason, &status);
  return status;
}

absl::Status CheckCollection(Store* store, const std::string& collection) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, store->Collections());
  if (std::find(names.begin(), names.end(), collection) != names.end()) {
    return absl::OkStatus();
  }
  return WithReason(
      absl::NotFoundError(absl::StrCat("collection \"", collection,
                                       "\": not found, want one that holds "
                                       "documents")),
      "COLLECTION_NOT_FOUND");
}

std::string PercentEncode(absl::string_view id) {
  std::string out;
  for (char c : id) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if ((byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
        (byte >= 'A' && byte <= 'Z') || std::strchr("-_.~", byte) != nullptr) {
      out.push_back(c);
    } else {
      absl::StrAppend(&out, "%", absl::Hex(byte, absl::kZeroPad2));
    }
  }
  return out;
}

v1::Document::State StateOf(VersionState state) {
  switch (state) {
    case VersionState::kLive:
      return v1::Document::LIVE;
    case VersionState::kSuperseded:
      return v1::Document::SUPERSEDED;
    case VersionState::kDeleted:
      return v1::Document::DELETED;
    case VersionState::kErased:
      return v1::Document::ERASED;
  }
  return v1::Document::STATE_UNSPECIFIED;
}

void FillVersion(const VersionRecord& record, v1::DocumentVersion* out) {
  out->set_collection(record.collection);
  out->set_document(record.document);
  out->set_version(record.version);
  out->set_sha256(record.sha256);
}

v1::Document ToProto(const VersionRecord& record) {
  v1::Document out;
  out.set_name(absl::StrCat("collections/", record.collection, "/documents/",
                            PercentEncode(record.document), "/versions/",
                            record.version));
  FillVersion(record, out.mutable_version());
  out.set_state(StateOf(record.state));
  out.set_title(record.title);
  out.set_language(record.language);
  out.set_media_type(record.media_type);
  out.set_path(record.source);
  for (const auto& entry : record.metadata) {
    v1::Metadata* metadata = out.add_metadata();
    metadata->set_key(entry.first);
    metadata->set_value(entry.second);
  }
  for (const std::string& label : record.labels) out.add_access_labels(label);
  out.set_text_bytes(record.bytes);
  out.set_text_code_points(record.code_points);
  out.set_passages(record.passages);
  out.set_time_us(record.ingested_us);
  return out;
}

// The record of `version`, or with 0 that of the newest, deleted ones too.
absl::StatusOr<VersionRecord> FindVersion(Store* store,
                                          const std::string& collection,
                                          const std::string& document,
                                          uint32_t version) {
  // Another process may have written it a moment ago.
  RETURN_IF_ERROR(store->Refresh());
  RETURN_IF_ERROR(CheckCollection(store, collection));
  const DocumentStore& documents = *store->documents();
  ASSIGN_OR_RETURN(std::vector<VersionRecord> versions,
                   documents.ListVersions({collection, document}));
  if (versions.empty()) {
    return WithReason(absl::NotFoundError(absl::StrCat(
                          "document \"", document,
                          "\": not found in collection ", collection)),
                      "DOCUMENT_NOT_FOUND");
  }
  if (version == 0) return std::move(versions.back());
  for (VersionRecord& record : versions) {
    if (record.version == version) return std::move(record);
  }
  return WithReason(absl::NotFoundError(absl::StrCat(
                        "document \"", document, "\": version ", version,
                        " not found, want 1 to ", versions.back().version)),
                    "VERSION_NOT_FOUND");
}

// A document's id and a version's number, 0 for the newest that is live.
using VersionKey = std::pair<std::string, uint32_t>;

// What tells where bytes of a version's text lay; no locator where nothing
// does.
struct Original {
  Locator locator;
  std::string media_type;
  uint64_t bytes = 0;
};

// Of the version for its bytes [begin, end).
absl::StatusOr<Original> ReadOriginal(const DocumentStore& documents,
                                      const std::string& collection,
                                      const VersionKey& key, uint64_t begin,
                                      uint64_t end) {
  const absl::StatusOr<VersionRecord> record =
      key.second == 0
          ? documents.GetLive({collection, key.first})
          : documents.GetVersion({collection, key.first, key.second});
  if (absl::IsNotFound(record.status())) return Original();
  RETURN_IF_ERROR(record.status());
  if (record->state == VersionState::kErased) return Original();
  const absl::StatusOr<std::string> encoded =
      documents.ReadLocator(record->ref());
  // It may have been erased just now.
  if (!encoded.ok()) return Original();
  absl::StatusOr<Locator> locator = Locator::Decode(*encoded, begin, end);
  return Original{locator.ok() ? *std::move(locator) : Locator(),
                  record->media_type, record->bytes};
}

// Code points in bytes [begin, end) of a stored text.
absl::StatusOr<uint64_t> CountStored(const DocumentStore& documents,
                                     const VersionRef& version, uint64_t begin,
                                     uint64_t end) {
  uint64_t count = 0;
  while (begin < end) {
    const uint64_t step = std::min(end, begin + kMaxReadBytes);
    ASSIGN_OR_RETURN(const std::string text,
                     documents.ReadText(version, begin, step));
    count += CountCodePoints(text);
    begin = step;
  }
  return count;
}

// True when byte `offset` begins a code point or is the end of the text.
absl::StatusOr<bool> IsBorder(const DocumentStore& documents,
                              const VersionRecord& record, uint64_t offset) {
  if (offset == 0 || offset >= record.bytes) return true;
  ASSIGN_OR_RETURN(const std::string byte,
                   documents.ReadText(record.ref(), offset, offset + 1));
  return (static_cast<unsigned char>(byte[0]) & 0xc0) != 0x80;
}

void AddCollectionStats(const Generation& generation, v1::Stats* stats) {
  const Manifest& manifest = generation.manifest;
  stats->set_collections(stats->collections() + 1);
  stats->set_documents(stats->documents() + manifest.documents);
  stats->set_passages(stats->passages() + manifest.passages);
  stats->set_segments(stats->segments() + generation.segments.size());
  stats->set_generation(std::max(stats->generation(), generation.number()));
  for (const ManifestSegment& segment : manifest.segments) {
    stats->set_segment_bytes(stats->segment_bytes() + segment.file_bytes);
  }
  uint64_t by_language[kLanguageCount] = {};
  uint64_t vectors = 0;
  uint64_t text_bytes = 0;
  for (const LiveSegment& segment : generation.segments) {
    const absl::Span<const PassageRow> passages = segment.reader->passages();
    for (uint32_t i = 0; i < passages.size(); ++i) {
      if (!segment.IsLive(i)) continue;
      ++by_language[std::min<int>(passages[i].language, kLanguageCount - 1)];
      vectors += passages[i].first_vector != kNoVector;
      text_bytes += passages[i].end - passages[i].begin;
    }
  }
  stats->set_vectors(stats->vectors() + vectors);
  stats->set_text_bytes(stats->text_bytes() + text_bytes);
  for (int i = 0; i < kLanguageCount; ++i) {
    if (by_language[i] == 0) continue;
    const std::string code(LanguageCode(static_cast<Language>(i)));
    (*stats->mutable_passages_by_language())[code] += by_language[i];
  }
}

}  // namespace

absl::StatusOr<v1::Document> GetDocument(
    Store* store, const v1::GetDocumentRequest& request) {
  ASSIGN_OR_RETURN(const VersionRecord record,
                   FindVersion(store, request.collection(), request.document(),
                               request.version()));
  return ToProto(record);
}

absl::StatusOr<v1::ListDocumentsResponse> ListDocuments(
    Store* store, const v1::ListDocumentsRequest& request) {
  RETURN_IF_ERROR(store->Refresh());
  RETURN_IF_ERROR(CheckCollection(store, request.collection()));
  const int wanted = request.page_size() == 0
                         ? kDefaultPage
                         : std::min(request.page_size(), kMaxPage);
  v1::ListDocumentsResponse out;
  absl::StatusOr<DocumentPage> page = store->documents()->ListDocuments(
      request.collection(), wanted, request.page_token(),
      request.document_prefix());
  if (absl::IsInvalidArgument(page.status())) {
    return WithReason(page.status(), "INVALID_REQUEST");
  }
  RETURN_IF_ERROR(page.status());
  for (const VersionRecord& record : page->documents) {
    *out.add_documents() = ToProto(record);
  }
  out.set_next_page_token(std::move(page->next_page_token));
  return out;
}

absl::StatusOr<v1::ReadTextResponse> ReadText(
    Store* store, const v1::ReadTextRequest& request) {
  ASSIGN_OR_RETURN(const VersionRecord record,
                   FindVersion(store, request.collection(), request.document(),
                               request.version()));
  if (record.state == VersionState::kErased) {
    return WithReason(
        absl::FailedPreconditionError(absl::StrCat(
            "document \"", record.document, "\": version ", record.version,
            " was erased, want one whose bytes are kept")),
        "SOURCE_ERASED");
  }
  if (request.begin() > record.bytes || request.end() > record.bytes) {
    return absl::OutOfRangeError(
        absl::StrCat("span: [", request.begin(), ", ", request.end(),
                     "), want within [0, ", record.bytes, ")"));
  }
  const DocumentStore& documents = *store->documents();
  uint64_t end = request.end() == 0 ? record.bytes : request.end();
  end = std::min(end, request.begin() + kMaxReadBytes);
  for (const uint64_t offset : {request.begin(), request.end()}) {
    ASSIGN_OR_RETURN(const bool border, IsBorder(documents, record, offset));
    if (border) continue;
    return WithReason(
        absl::InvalidArgumentError(absl::StrCat(
            "span: byte ", offset, " is inside a code point, want its begin")),
        "INVALID_REQUEST");
  }
  for (int back = 0; back < 3; ++back) {
    ASSIGN_OR_RETURN(const bool border, IsBorder(documents, record, end));
    if (border) break;
    --end;
  }
  v1::ReadTextResponse out;
  ASSIGN_OR_RETURN(*out.mutable_text(),
                   documents.ReadText(record.ref(), request.begin(), end));
  ASSIGN_OR_RETURN(const uint64_t before,
                   CountStored(documents, record.ref(), 0, request.begin()));
  FillVersion(record, out.mutable_version());
  out.mutable_span()->set_begin(request.begin());
  out.mutable_span()->set_end(end);
  out.mutable_span()->set_begin_code_point(before);
  out.mutable_span()->set_end_code_point(before + CountCodePoints(out.text()));
  out.set_end_of_text(end == record.bytes);
  return out;
}

absl::StatusOr<v1::LocateSpansResponse> LocateSpans(
    Store* store, const v1::LocateSpansRequest& request) {
  RETURN_IF_ERROR(store->Refresh());
  RETURN_IF_ERROR(CheckCollection(store, request.collection()));
  const DocumentStore& documents = *store->documents();
  v1::LocateSpansResponse out;
  std::map<VersionKey, std::vector<int>> by_version;
  for (int i = 0; i < request.spans_size(); ++i) {
    const v1::VersionSpan& span = request.spans(i);
    by_version[{span.document(), span.version()}].push_back(i);
    out.add_locations();
  }
  for (const auto& version : by_version) {
    uint64_t begin = std::numeric_limits<uint64_t>::max();
    uint64_t end = 0;
    for (const int i : version.second) {
      begin = std::min<uint64_t>(begin, request.spans(i).begin());
      end = std::max<uint64_t>(end, request.spans(i).end());
    }
    ASSIGN_OR_RETURN(const Original original,
                     ReadOriginal(documents, request.collection(),
                                  version.first, begin, end));
    if (original.locator.empty()) continue;
    if (end > original.bytes) {
      return absl::OutOfRangeError(absl::StrCat(
          "span: ends at byte ", end, " of document \"", version.first.first,
          "\", want within [0, ", original.bytes, ")"));
    }
    for (const int i : version.second) {
      *out.mutable_locations(i) =
          LocationIn(original.locator, original.media_type,
                     request.spans(i).begin(), request.spans(i).end());
    }
  }
  return out;
}

absl::StatusOr<v1::DeleteDocumentResponse> DeleteDocument(
    Store* store, DocumentClaims* claims, const AnnBuilder& ann_builder,
    const v1::DeleteDocumentRequest& request) {
  const std::string& collection = request.collection();
  const std::string& document = request.document();
  RETURN_IF_ERROR(CheckMayDelete(*store->kv(), collection));
  ASSIGN_OR_RETURN(const VersionRecord newest,
                   FindVersion(store, collection, document, 0));
  const bool deleted_before = newest.state == VersionState::kDeleted ||
                              newest.state == VersionState::kErased;
  if (newest.state == VersionState::kErased ||
      (deleted_before && !request.purge())) {
    return WithReason(
        absl::NotFoundError(absl::StrCat("document \"", document,
                                         "\": deleted before, want one that "
                                         "is there")),
        "DOCUMENT_NOT_FOUND");
  }
  if (!claims->Wait(collection, document, absl::Seconds(60))) {
    return WithReason(
        absl::UnavailableError(absl::StrCat("document \"", document,
                                            "\": being ingested, want to try "
                                            "again later")),
        "INDEXER_BUSY");
  }
  v1::DeleteDocumentResponse out;
  // It may have been set while this waited.
  absl::Status status = CheckMayDelete(*store->kv(), collection);
  if (status.ok() && !deleted_before) {
    KvBatch forget;
    AppendForgetFingerprint(collection, document, &forget);
    Commit commit;
    commit.collection = collection;
    commit.deleted_documents.push_back(document);
    commit.also = &forget;
    status = store->Apply(commit).status();
  }
  if (status.ok() && request.purge()) {
    status = store->Erase(collection, document, ann_builder);
  }
  claims->Release(collection, document);
  RETURN_IF_ERROR(status);
  ASSIGN_OR_RETURN(const std::shared_ptr<const Generation> generation,
                   store->Current(collection));
  out.set_versions(newest.version);
  out.set_generation(generation->number());
  return out;
}

absl::StatusOr<v1::DeleteDocumentsResponse> DeleteDocuments(
    Store* store, DocumentClaims* claims,
    const v1::DeleteDocumentsRequest& request) {
  const std::string& collection = request.collection();
  RETURN_IF_ERROR(store->Refresh());
  RETURN_IF_ERROR(CheckCollection(store, collection));
  RETURN_IF_ERROR(CheckMayDelete(*store->kv(), collection));
  // In one order, so that two calls do not wait for each other.
  const std::set<std::string> wanted(request.documents().begin(),
                                     request.documents().end());
  v1::DeleteDocumentsResponse out;
  std::vector<std::string> claimed;
  Commit commit;
  commit.collection = collection;
  KvBatch forget;
  absl::Status status;
  for (const std::string& document : wanted) {
    if (!claims->Wait(collection, document, absl::Seconds(60))) {
      status = WithReason(
          absl::UnavailableError(absl::StrCat("document \"", document,
                                              "\": being ingested, want to try "
                                              "again later")),
          "INDEXER_BUSY");
      break;
    }
    claimed.push_back(document);
    status = store->documents()->GetLive({collection, document}).status();
    if (absl::IsNotFound(status)) {
      out.set_not_found(out.not_found() + 1);
      status = absl::OkStatus();
      continue;
    }
    if (!status.ok()) break;
    AppendForgetFingerprint(collection, document, &forget);
    commit.deleted_documents.push_back(document);
  }
  commit.also = &forget;
  if (status.ok()) status = CheckMayDelete(*store->kv(), collection);
  if (status.ok() && !commit.deleted_documents.empty()) {
    status = store->Apply(commit).status();
  }
  for (const std::string& document : claimed) {
    claims->Release(collection, document);
  }
  RETURN_IF_ERROR(status);
  ASSIGN_OR_RETURN(const std::shared_ptr<const Generation> generation,
                   store->Current(collection));
  out.set_deleted(static_cast<uint32_t>(commit.deleted_documents.size()));
  out.set_generation(generation->number());
  return out;
}

absl::StatusOr<v1::ListDuplicatesResponse> ListDuplicates(
    Store* store, const v1::ListDuplicatesRequest& request) {
  constexpr size_t kMostMembers = 1000;
  RETURN_IF_ERROR(store->Refresh());
  const std::string& collection = request.collection();
  RETURN_IF_ERROR(CheckCollection(store, collection));
  const DuplicateTable& table = store->duplicates();
  std::vector<uint64_t> groups;
  v1::ListDuplicatesResponse out;
  if (!request.document().empty()) {
    RETURN_IF_ERROR(
        FindVersion(store, collection, request.document(), 0).status());
    ASSIGN_OR_RETURN(const uint64_t group,
                     table.GroupOf(collection, request.document()));
    if (group != 0) groups.push_back(group);
  } else {
    uint64_t after = 0;
    if (!request.page_token().empty() &&
        !absl::SimpleHexAtoi(request.page_token(), &after)) {
      return WithReason(
          absl::InvalidArgumentError(
              "page_token: not one that this list gave, want next_page_token"),
          "INVALID_REQUEST");
    }
    const size_t wanted = static_cast<size_t>(
        request.page_size() == 0 ? kDefaultPage
                                 : std::min(request.page_size(), kMaxPage));
    ASSIGN_OR_RETURN(groups, table.Groups(collection, after, wanted));
    if (groups.size() == wanted) {
      out.set_next_page_token(absl::StrCat(absl::Hex(groups.back())));
    }
  }
  for (const uint64_t group : groups) {
    ASSIGN_OR_RETURN(const std::vector<DuplicateMember> members,
                     table.Members(collection, group, kMostMembers));
    // It may have gone since it was listed.
    if (members.size() < 2) continue;
    v1::DuplicateGroup* const added = out.add_groups();
    for (const DuplicateMember& member : members) {
      v1::DuplicateGroup::Member* const one = added->add_members();
      one->set_document(member.document);
      one->set_similarity(member.similarity);
    }
  }
  return out;
}

absl::StatusOr<v1::Stats> GetStats(Store* store,
                                   const v1::GetStatsRequest& request) {
  RETURN_IF_ERROR(store->Refresh());
  v1::Stats stats;
  stats.set_analyzer_version(kAnalyzerVersion);
  std::vector<std::string> collections;
  if (request.collection().empty()) {
    ASSIGN_OR_RETURN(collections, store->Collections());
  } else {
    RETURN_IF_ERROR(CheckCollection(store, request.collection()));
    collections.push_back(request.collection());
  }
  for (const std::string& collection : collections) {
    ASSIGN_OR_RETURN(const std::shared_ptr<const Generation> generation,
                     store->Current(collection));
    AddCollectionStats(*generation, &stats);
  }
  return stats;
}

}  // namespace footnote
