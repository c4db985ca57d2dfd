#include "indexer/validate.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/grpc_status.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "indexer/prepare.h"
#include "text/language.h"

namespace footnote {
namespace {

constexpr size_t kMaxCollectionBytes = 63;
constexpr size_t kMaxJobBytes = 128;
constexpr size_t kMaxFailureBytes = 4096;
constexpr size_t kMaxPathBytes = 4096;
constexpr size_t kMaxTitleBytes = 4096;
constexpr size_t kMaxKeyBytes = 128;
constexpr size_t kMaxValueBytes = 4096;
constexpr int kMaxEntries = 1000;
constexpr int kMaxSpans = 1000;
constexpr size_t kMaxChunkBytes = 1 << 20;

absl::Status Invalid(absl::string_view message) {
  absl::Status status = absl::InvalidArgumentError(message);
  SetErrorReason("INVALID_REQUEST", &status);
  return status;
}

absl::Status CheckText(absl::string_view field, absl::string_view value,
                       size_t max_bytes) {
  if (value.size() > max_bytes) {
    return Invalid(absl::StrCat(field, ": ", value.size(),
                                " bytes, want at most ", max_bytes));
  }
  if (!IsValidUtf8(value)) {
    return Invalid(absl::StrCat(field, ": not UTF-8, want UTF-8"));
  }
  return absl::OkStatus();
}

absl::Status CheckJob(absl::string_view field, absl::string_view job) {
  bool good = !job.empty() && job.size() <= kMaxJobBytes;
  for (char c : job) {
    good &= absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' ||
            c == '-' || c == '.' || c == ':';
  }
  if (good) return absl::OkStatus();
  return Invalid(absl::StrCat(field, ": \"", job, "\", want 1 to ",
                              kMaxJobBytes,
                              " letters, digits, '_', '-', '.' or ':'"));
}

absl::Status CheckOrder(uint64_t begin, uint64_t end) {
  if (begin <= end) return absl::OkStatus();
  return Invalid(absl::StrCat("begin: ", begin, ", want at most end, ", end));
}

absl::Status CheckPageSize(int page_size) {
  if (page_size >= 0) return absl::OkStatus();
  return Invalid(absl::StrCat("page_size: ", page_size, ", want 0 to 1000"));
}

absl::Status CheckKey(absl::string_view key) {
  bool good = !key.empty() && key.size() <= kMaxKeyBytes;
  for (char c : key) {
    good &= absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' ||
            c == '-' || c == '.';
  }
  if (good) return absl::OkStatus();
  return Invalid(absl::StrCat("metadata key: \"", key, "\", want 1 to ",
                              kMaxKeyBytes,
                              " letters, digits, '_', '-' or '.'"));
}

}  // namespace

absl::Status ValidateCollection(absl::string_view collection) {
  bool good = !collection.empty() && collection.size() <= kMaxCollectionBytes &&
              collection[0] != '_' && collection[0] != '-';
  for (char c : collection) {
    good &= absl::ascii_islower(static_cast<unsigned char>(c)) ||
            absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '_' ||
            c == '-';
  }
  if (good) return absl::OkStatus();
  return Invalid(absl::StrCat("collection: \"", collection,
                              "\", want 1 to 63 of a-z, 0-9, '_' and '-', "
                              "beginning with a letter or digit"));
}

absl::Status ValidateDocument(absl::string_view document) {
  const absl::Status status = CheckDocumentId(document);
  return status.ok() ? status : Invalid(status.message());
}

absl::Status ValidateStart(const v1::IngestStart& start) {
  RETURN_IF_ERROR(ValidateCollection(start.collection()));
  if (start.resume() && (!start.resumable() || start.request_id().empty())) {
    return Invalid(
        "resume: without resumable or request_id, want both of the job that "
        "goes on");
  }
  return start.request_id().empty()
             ? absl::OkStatus()
             : CheckJob("request_id", start.request_id());
}

absl::Status ValidateFile(const v1::IngestFile& file) {
  RETURN_IF_ERROR(ValidateDocument(file.document()));
  RETURN_IF_ERROR(CheckText("path", file.path(), kMaxPathBytes));
  RETURN_IF_ERROR(CheckText("failure", file.failure(), kMaxFailureBytes));
  RETURN_IF_ERROR(CheckText("title", file.title(), kMaxTitleBytes));
  if (!ParseLanguage(file.language()).ok()) {
    return Invalid(absl::StrCat("language: \"", file.language(),
                                "\", want an ISO 639-1 code of the 23 "
                                "languages, or none"));
  }
  if (file.metadata_size() > kMaxEntries ||
      file.access_labels_size() > kMaxEntries) {
    return Invalid(absl::StrCat(
        "metadata and access_labels: ", file.metadata_size(), " and ",
        file.access_labels_size(), ", want at most ", kMaxEntries, " each"));
  }
  for (const v1::Metadata& entry : file.metadata()) {
    RETURN_IF_ERROR(CheckKey(entry.key()));
    RETURN_IF_ERROR(CheckText("metadata value", entry.value(), kMaxValueBytes));
  }
  for (const std::string& label : file.access_labels()) {
    if (label.empty()) {
      return Invalid("access_labels: an empty label, want 1 byte or more");
    }
    RETURN_IF_ERROR(CheckText("access_labels", label, kMaxKeyBytes));
  }
  return absl::OkStatus();
}

absl::Status ValidateChunk(const v1::IngestChunk& chunk) {
  if (chunk.data().size() <= kMaxChunkBytes) return absl::OkStatus();
  return Invalid(absl::StrCat("chunk: ", chunk.data().size(),
                              " bytes, want at most ", kMaxChunkBytes));
}

absl::Status Validate(const v1::DeleteDocumentRequest& request) {
  RETURN_IF_ERROR(ValidateCollection(request.collection()));
  return ValidateDocument(request.document());
}

absl::Status Validate(const v1::DeleteDocumentsRequest& request) {
  constexpr int kMost = 10000;
  RETURN_IF_ERROR(ValidateCollection(request.collection()));
  if (request.documents_size() == 0 || request.documents_size() > kMost) {
    return Invalid(absl::StrCat("documents: ", request.documents_size(),
                                " ids, want 1 to ", kMost));
  }
  for (const std::string& document : request.documents()) {
    RETURN_IF_ERROR(ValidateDocument(document));
  }
  return absl::OkStatus();
}

absl::Status Validate(const v1::GetDocumentRequest& request) {
  RETURN_IF_ERROR(ValidateCollection(request.collection()));
  return ValidateDocument(request.document());
}

absl::Status Validate(const v1::ListDocumentsRequest& request) {
  RETURN_IF_ERROR(ValidateCollection(request.collection()));
  return CheckPageSize(request.page_size());
}

absl::Status Validate(const v1::ReadTextRequest& request) {
  RETURN_IF_ERROR(ValidateCollection(request.collection()));
  RETURN_IF_ERROR(ValidateDocument(request.document()));
  return request.end() == 0 ? absl::OkStatus()
                            : CheckOrder(request.begin(), request.end());
}

absl::Status Validate(const v1::LocateSpansRequest& request) {
  RETURN_IF_ERROR(ValidateCollection(request.collection()));
  if (request.spans().empty() || request.spans_size() > kMaxSpans) {
    return Invalid(absl::StrCat("spans: ", request.spans_size(), ", want 1 to ",
                                kMaxSpans));
  }
  for (const v1::VersionSpan& span : request.spans()) {
    RETURN_IF_ERROR(ValidateDocument(span.document()));
    RETURN_IF_ERROR(CheckOrder(span.begin(), span.end()));
  }
  return absl::OkStatus();
}

absl::Status Validate(const v1::GetStatsRequest& request) {
  return request.collection().empty()
             ? absl::OkStatus()
             : ValidateCollection(request.collection());
}

absl::Status Validate(const v1::GetIngestJobRequest& request) {
  RETURN_IF_ERROR(ValidateCollection(request.collection()));
  return CheckJob("job", request.job());
}

absl::Status Validate(const v1::ListIngestJobsRequest& request) {
  return ValidateCollection(request.collection());
}

absl::Status Validate(const v1::ListIngestFilesRequest& request) {
  RETURN_IF_ERROR(ValidateCollection(request.collection()));
  RETURN_IF_ERROR(CheckJob("job", request.job()));
  return CheckPageSize(request.page_size());
}

absl::Status Validate(const v1::ListPurgesRequest& request) {
  if (!request.document().empty()) {
    RETURN_IF_ERROR(ValidateDocument(request.document()));
  }
  return request.collection().empty()
             ? absl::OkStatus()
             : ValidateCollection(request.collection());
}

absl::Status Validate(const v1::ListDuplicatesRequest& request) {
  RETURN_IF_ERROR(ValidateCollection(request.collection()));
  if (!request.document().empty()) {
    RETURN_IF_ERROR(ValidateDocument(request.document()));
  }
  return CheckPageSize(request.page_size());
}

absl::Status Validate(const v1::GetCollectionRequest& request) {
  return ValidateCollection(request.collection());
}

absl::Status Validate(const v1::CollectionSettings& settings) {
  // So that a time before it is a time.
  constexpr int64_t kMostSeconds = int64_t{1000} * 366 * 86400;
  RETURN_IF_ERROR(ValidateCollection(settings.collection()));
  if (settings.retention_seconds() < 0 ||
      settings.retention_seconds() > kMostSeconds) {
    return Invalid(
        absl::StrCat("retention_seconds: ", settings.retention_seconds(),
                     ", want 0 to ", kMostSeconds));
  }
  if (settings.keep_seconds() < -1 || settings.keep_seconds() > kMostSeconds) {
    return Invalid(absl::StrCat("keep_seconds: ", settings.keep_seconds(),
                                ", want -1 to ", kMostSeconds));
  }
  return absl::OkStatus();
}

absl::Status Validate(const v1::ExpireDocumentsRequest& request) {
  return ValidateCollection(request.collection());
}

absl::Status Validate(const v1::CancelIngestJobRequest& request) {
  RETURN_IF_ERROR(ValidateCollection(request.collection()));
  return CheckJob("job", request.job());
}

}  // namespace footnote
