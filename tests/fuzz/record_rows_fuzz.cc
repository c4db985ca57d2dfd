// Any bytes as the body of a record: refused, or read without leaving them; and
// a body that protobuf wrote has the rows that its message asks for.
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "audit/ledger_tables.h"
#include "audit/record_rows.h"
#include "proto/footnote/v1/audit.pb.h"

namespace footnote {
namespace {

constexpr uint64_t kSequence = 7;

using Span = std::tuple<uint64_t, uint64_t, uint64_t, uint64_t>;
// Key -> the spans in its value; none for the other tables.
using Rows = std::map<std::pair<LedgerTable, std::string>, std::vector<Span>>;

void Require(bool condition) {
  if (!condition) abort();
}

Span SpanOf(const v1::Span& span) {
  return Span(span.begin(), span.end(), span.begin_code_point(),
              span.end_code_point());
}

RecordOutline Outline(absl::string_view body) {
  RecordOutline outline;
  outline.head.kind = RecordKind::kAnswer;
  outline.head.sequence = kSequence;
  outline.head.time_us = 1;
  outline.head.nonce = "0123456789abcdef";
  outline.body = body;
  return outline;
}

// The rows as the message says them.
Rows Wanted(const v1::AnswerRecord& record) {
  const std::string sequence = SequenceKey(kSequence);
  Rows rows;
  rows[{kLedgerCollections,
        CollectionPrefix(record.answer().collection()) + sequence}];
  for (const v1::Citation& citation : record.answer().citations()) {
    for (const v1::SourceSpan& source : citation.sources()) {
      const v1::DocumentVersion& version = source.source();
      rows[{kLedgerCiting,
            absl::StrCat(
                CitingPrefix(version.collection(), version.document(), 0),
                SequenceKey(version.version()).substr(4), sequence)}]
          .push_back(SpanOf(source.span()));
    }
  }
  return rows;
}

Rows Shown(const std::string& body, absl::string_view tenant) {
  Rows rows;
  RecordRows maker;
  Require(maker
              .Of(Outline(body),
                  [&](LedgerTable table, absl::string_view key,
                      absl::string_view value) {
                    std::vector<Span>& spans = rows[{table, std::string(key)}];
                    if (table != kLedgerCiting) return;
                    const auto citing = DecodeCiting(value);
                    Require(citing.ok() && citing->tenant == tenant);
                    for (const v1::Span& span : citing->spans) {
                      spans.push_back(SpanOf(span));
                    }
                  })
              .ok());
  return rows;
}

// A zero byte parts the fields of keys; no record has one there.
bool HasZero(const v1::AnswerRecord& record) {
  std::string all = record.answer().collection();
  for (const v1::Citation& citation : record.answer().citations()) {
    for (const v1::SourceSpan& source : citation.sources()) {
      absl::StrAppend(&all, source.source().collection(),
                      source.source().document());
    }
  }
  return all.find('\0') != std::string::npos;
}

void Fuzz(absl::string_view bytes) {
  size_t read = 0;
  RecordRows()
      .Of(Outline(bytes),
          [&](LedgerTable, absl::string_view key, absl::string_view value) {
            for (const char c : key) read += static_cast<uint8_t>(c);
            for (const char c : value) read += static_cast<uint8_t>(c);
          })
      .IgnoreError();
  v1::AnswerRecord record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return;
  }
  if (HasZero(record)) return;
  record.DiscardUnknownFields();
  Require(Shown(record.SerializeAsString(), record.tenant()) == Wanted(record));
}

}  // namespace
}  // namespace footnote

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  footnote::Fuzz({reinterpret_cast<const char*>(data), size});
  return 0;
}
