#include "audit/list.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "audit/validate.h"
#include "base/grpc_status.h"
#include "base/hash.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

// Half of what gRPC takes in one message.
constexpr size_t kMaxPageBytes = 2 << 20;

int PageSize(int asked) { return asked > 0 ? asked : kDefaultPageSize; }

// A token is the key of the next row, in hexadecimal.
absl::StatusOr<std::string> KeyOfToken(absl::string_view token,
                                       absl::string_view prefix) {
  absl::StatusOr<std::string> key = FromHex(token);
  if (!key.ok() || key->size() < prefix.size() ||
      key->compare(0, prefix.size(), prefix.data(), prefix.size()) != 0) {
    return InvalidRequest(
        "page_token: not one that this list gave, want next_page_token");
  }
  return key;
}

absl::Status Damaged(absl::string_view what) {
  absl::Status status = absl::DataLossError(what);
  SetErrorReason("RECORD_DAMAGED", &status);
  return status;
}

}  // namespace

absl::StatusOr<v1::ListRecordsResponse> ListRecords(
    const v1::ListRecordsRequest& request, const Ledger& ledger) {
  RETURN_IF_ERROR(ValidatePageSize(request.page_size()));
  const bool all = request.collection().empty();
  const LedgerTable table = all ? kLedgerRecords : kLedgerCollections;
  const std::string prefix = all ? "" : CollectionPrefix(request.collection());
  const std::unique_ptr<KvIterator> it = ledger.kv()->Iterate(table, prefix);
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(const std::string key,
                     KeyOfToken(request.page_token(), prefix));
    it->Seek(key);
  }
  v1::ListRecordsResponse response;
  size_t bytes = 0;
  for (; it->Valid(); it->Next()) {
    if (response.records_size() >= PageSize(request.page_size()) ||
        bytes > kMaxPageBytes) {
      response.set_next_page_token(Hex(it->key()));
      break;
    }
    ASSIGN_OR_RETURN(const uint64_t sequence,
                     ParseSequence(it->key().substr(prefix.size())));
    absl::StatusOr<StoredRecord> stored = ledger.Read(sequence);
    if (absl::IsNotFound(stored.status())) {
      return Damaged(absl::StrCat("record ", sequence, " is missing"));
    }
    RETURN_IF_ERROR(stored.status());
    bytes += stored->record.ByteSizeLong();
    *response.add_records() = std::move(stored->record);
  }
  RETURN_IF_ERROR(it->status());
  return response;
}

absl::StatusOr<v1::ListAnswersCitingResponse> ListAnswersCiting(
    const v1::ListAnswersCitingRequest& request, const Ledger& ledger) {
  RETURN_IF_ERROR(ValidateCiting(request));
  const std::string prefix =
      CitingPrefix(request.collection(), request.document(), request.version());
  const std::unique_ptr<KvIterator> it =
      ledger.kv()->Iterate(kLedgerCiting, prefix);
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(const std::string key,
                     KeyOfToken(request.page_token(), prefix));
    it->Seek(key);
  }
  v1::ListAnswersCitingResponse response;
  for (; it->Valid(); it->Next()) {
    if (response.entries_size() >= PageSize(request.page_size())) {
      response.set_next_page_token(Hex(it->key()));
      break;
    }
    const absl::string_view value = it->value();
    if (!response.add_entries()->ParseFromArray(
            value.data(), static_cast<int>(value.size()))) {
      return Damaged("an entry of the index of citing answers is no Entry");
    }
  }
  RETURN_IF_ERROR(it->status());
  return response;
}

}  // namespace footnote
