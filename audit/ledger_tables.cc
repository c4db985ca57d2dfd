#include "audit/ledger_tables.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/grpc_status.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

constexpr size_t kIdBytes = 10;
constexpr size_t kTimeBytes = 8;

void PutVarint(uint64_t value, std::string* out) {
  for (; value >= 0x80; value >>= 7) {
    out->push_back(static_cast<char>(value | 0x80));
  }
  out->push_back(static_cast<char>(value));
}

absl::StatusOr<uint64_t> TakeVarint(absl::string_view* bytes) {
  uint64_t value = 0;
  for (int shift = 0; shift < 64 && !bytes->empty(); shift += 7) {
    const uint8_t byte = static_cast<uint8_t>((*bytes)[0]);
    bytes->remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  return LedgerDamaged("an entry of the index of citing answers is cut short");
}

}  // namespace

std::vector<std::string> LedgerTables() {
  return {"meta",        "records",  "requests", "citing",
          "collections", "subjects", "events"};
}

absl::Status LedgerDamaged(absl::string_view what) {
  absl::Status status =
      absl::DataLossError(absl::StrCat("answer records: ", what));
  SetErrorReason("RECORD_DAMAGED", &status);
  return status;
}

void AppendNumber(uint64_t number, int bytes, std::string* out) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>(number >> shift & 0xFF));
  }
}

std::string SequenceKey(uint64_t sequence) {
  std::string key;
  AppendNumber(sequence, 8, &key);
  return key;
}

absl::StatusOr<uint64_t> ParseSequence(absl::string_view bytes) {
  if (bytes.size() != 8) {
    return LedgerDamaged(
        absl::StrCat("a sequence of ", bytes.size(), " bytes, want 8"));
  }
  uint64_t sequence = 0;
  for (const char byte : bytes) {
    sequence = sequence << 8 | static_cast<uint8_t>(byte);
  }
  return sequence;
}

std::string CitingPrefix(absl::string_view collection,
                         absl::string_view document, uint32_t version) {
  std::string prefix = absl::StrCat(collection, absl::string_view("\0", 1),
                                    document, absl::string_view("\0", 1));
  if (version > 0) AppendNumber(version, 4, &prefix);
  return prefix;
}

std::string CollectionPrefix(absl::string_view collection) {
  return absl::StrCat(collection, absl::string_view("\0", 1));
}

std::string SubjectPrefix(uint32_t key) {
  std::string prefix;
  AppendNumber(key, 4, &prefix);
  return prefix;
}

void AppendCitingKey(absl::string_view collection, absl::string_view document,
                     uint32_t version, uint64_t sequence, std::string* key) {
  key->append(collection.data(), collection.size());
  key->push_back('\0');
  key->append(document.data(), document.size());
  key->push_back('\0');
  AppendNumber(version, 4, key);
  AppendNumber(sequence, 8, key);
}

void AppendCitingHead(int64_t time_us, absl::string_view nonce,
                      absl::string_view tenant, std::string* value) {
  AppendNumber(static_cast<uint64_t>(time_us), 8, value);
  value->append(nonce.data(), std::min(nonce.size(), kIdBytes));
  PutVarint(tenant.size(), value);
  value->append(tenant.data(), tenant.size());
}

void AppendCitingSpan(uint64_t begin, uint64_t end, uint64_t begin_code_point,
                      uint64_t end_code_point, std::string* value) {
  PutVarint(begin, value);
  PutVarint(end - begin, value);
  PutVarint(begin_code_point, value);
  PutVarint(end_code_point - begin_code_point, value);
}

absl::StatusOr<CitingValue> DecodeCiting(absl::string_view bytes) {
  if (bytes.size() < kTimeBytes + kIdBytes) {
    return LedgerDamaged(
        "an entry of the index of citing answers is cut short");
  }
  CitingValue value;
  ASSIGN_OR_RETURN(const uint64_t time,
                   ParseSequence(bytes.substr(0, kTimeBytes)));
  value.time_us = static_cast<int64_t>(time);
  value.id_bytes = std::string(bytes.substr(kTimeBytes, kIdBytes));
  bytes.remove_prefix(kTimeBytes + kIdBytes);
  ASSIGN_OR_RETURN(const uint64_t tenant, TakeVarint(&bytes));
  if (tenant > bytes.size()) {
    return LedgerDamaged(
        "an entry of the index of citing answers is cut short");
  }
  value.tenant = std::string(bytes.substr(0, tenant));
  bytes.remove_prefix(tenant);
  while (!bytes.empty()) {
    v1::Span span;
    ASSIGN_OR_RETURN(const uint64_t begin, TakeVarint(&bytes));
    ASSIGN_OR_RETURN(const uint64_t length, TakeVarint(&bytes));
    ASSIGN_OR_RETURN(const uint64_t code_point, TakeVarint(&bytes));
    ASSIGN_OR_RETURN(const uint64_t code_points, TakeVarint(&bytes));
    span.set_begin(begin);
    span.set_end(begin + length);
    span.set_begin_code_point(code_point);
    span.set_end_code_point(code_point + code_points);
    value.spans.push_back(span);
  }
  return value;
}

}  // namespace footnote
