#include "audit/ledger_tables.h"

#include <map>

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

std::string SequenceKey(uint64_t sequence) {
  std::string key(8, '\0');
  for (int i = 7; i >= 0; --i) {
    key[i] = static_cast<char>(sequence & 0xFF);
    sequence >>= 8;
  }
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
  if (version > 0) absl::StrAppend(&prefix, SequenceKey(version).substr(4));
  return prefix;
}

std::string CollectionPrefix(absl::string_view collection) {
  return absl::StrCat(collection, absl::string_view("\0", 1));
}

std::string SubjectPrefix(uint32_t key) { return SequenceKey(key).substr(4); }

std::string EncodeCiting(const CitingValue& value) {
  std::string bytes = SequenceKey(static_cast<uint64_t>(value.time_us));
  absl::StrAppend(&bytes,
                  absl::string_view(value.id_bytes).substr(0, kIdBytes));
  PutVarint(value.tenant.size(), &bytes);
  absl::StrAppend(&bytes, value.tenant);
  for (const v1::Span& span : value.spans) {
    PutVarint(span.begin(), &bytes);
    PutVarint(span.end() - span.begin(), &bytes);
    PutVarint(span.begin_code_point(), &bytes);
    PutVarint(span.end_code_point() - span.begin_code_point(), &bytes);
  }
  return bytes;
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

std::vector<std::pair<std::string, std::vector<v1::Span>>> CitedSpans(
    const v1::Answer& answer) {
  std::map<std::string, std::vector<v1::Span>> spans;
  for (const v1::Citation& citation : answer.citations()) {
    for (const v1::SourceSpan& source : citation.sources()) {
      spans[CitingPrefix(source.source().collection(),
                         source.source().document(), source.source().version())]
          .push_back(source.span());
    }
  }
  return {spans.begin(), spans.end()};
}

}  // namespace footnote
