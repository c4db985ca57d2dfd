#include "audit/record_rows.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "proto/footnote/v1/audit.pb.h"

namespace footnote {
namespace {

// The fields of one message in protobuf's wire form, in the order in which
// they stand.
class Fields {
 public:
  explicit Fields(absl::string_view bytes) : bytes_(bytes) {}

  // False at the end, and where the bytes are no message.
  bool Next() {
    if (bytes_.empty()) return false;
    uint64_t tag = 0;
    if (!TakeVarint(&tag)) return Break();
    number_ = static_cast<int>(tag >> 3);
    if (number_ == 0) return Break();
    value_ = 0;
    text_ = {};
    switch (tag & 7) {
      case 0:
        return TakeVarint(&value_) || Break();
      case 1:
        return Take(8) || Break();
      case 2: {
        uint64_t length = 0;
        return (TakeVarint(&length) && Take(length)) || Break();
      }
      case 5:
        return Take(4) || Break();
      default:
        return Break();
    }
  }
  bool broken() const { return broken_; }

  int number() const { return number_; }
  uint64_t value() const { return value_; }
  absl::string_view text() const { return text_; }

 private:
  bool Break() {
    broken_ = true;
    return false;
  }
  bool Take(uint64_t length) {
    if (length > bytes_.size()) return false;
    text_ = bytes_.substr(0, length);
    bytes_.remove_prefix(length);
    return true;
  }
  bool TakeVarint(uint64_t* value) {
    *value = 0;
    for (int shift = 0; shift < 64 && !bytes_.empty(); shift += 7) {
      const uint8_t byte = static_cast<uint8_t>(bytes_[0]);
      bytes_.remove_prefix(1);
      *value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }

  absl::string_view bytes_;
  int number_ = 0;
  uint64_t value_ = 0;
  absl::string_view text_;
  bool broken_ = false;
};

}  // namespace

bool RecordRows::Cited::SameVersion(const Cited& other) const {
  return version == other.version && document == other.document &&
         collection == other.collection;
}

bool RecordRows::ReadSpan(absl::string_view span, Cited* cited) {
  Fields fields(span);
  while (fields.Next()) {
    switch (fields.number()) {
      case v1::Span::kBeginFieldNumber:
        cited->begin = fields.value();
        break;
      case v1::Span::kEndFieldNumber:
        cited->end = fields.value();
        break;
      case v1::Span::kBeginCodePointFieldNumber:
        cited->begin_code_point = fields.value();
        break;
      case v1::Span::kEndCodePointFieldNumber:
        cited->end_code_point = fields.value();
        break;
    }
  }
  return !fields.broken();
}

bool RecordRows::ReadVersion(absl::string_view version, Cited* cited) {
  Fields fields(version);
  while (fields.Next()) {
    switch (fields.number()) {
      case v1::DocumentVersion::kCollectionFieldNumber:
        cited->collection = fields.text();
        break;
      case v1::DocumentVersion::kDocumentFieldNumber:
        cited->document = fields.text();
        break;
      case v1::DocumentVersion::kVersionFieldNumber:
        cited->version = fields.value();
        break;
    }
  }
  return !fields.broken();
}

bool RecordRows::ReadSource(absl::string_view source) {
  cited_.emplace_back();
  Fields fields(source);
  while (fields.Next()) {
    if (fields.number() == v1::SourceSpan::kSourceFieldNumber) {
      if (!ReadVersion(fields.text(), &cited_.back())) return false;
    } else if (fields.number() == v1::SourceSpan::kSpanFieldNumber) {
      if (!ReadSpan(fields.text(), &cited_.back())) return false;
    }
  }
  return !fields.broken();
}

bool RecordRows::ReadCitation(absl::string_view citation) {
  Fields fields(citation);
  while (fields.Next()) {
    if (fields.number() != v1::Citation::kSourcesFieldNumber) continue;
    if (!ReadSource(fields.text())) return false;
  }
  return !fields.broken();
}

bool RecordRows::ReadAnswer(absl::string_view answer) {
  Fields fields(answer);
  while (fields.Next()) {
    if (fields.number() == v1::Answer::kCollectionFieldNumber) {
      collection_ = fields.text();
    } else if (fields.number() == v1::Answer::kCitationsFieldNumber) {
      if (!ReadCitation(fields.text())) return false;
    }
  }
  return !fields.broken();
}

bool RecordRows::ReadBody(absl::string_view body) {
  tenant_ = {};
  collection_ = {};
  cited_.clear();
  Fields fields(body);
  while (fields.Next()) {
    if (fields.number() == v1::AnswerRecord::kTenantFieldNumber) {
      tenant_ = fields.text();
    } else if (fields.number() == v1::AnswerRecord::kAnswerFieldNumber) {
      if (!ReadAnswer(fields.text())) return false;
    }
  }
  return !fields.broken();
}

// One row for each cited version, with all of its spans.
void RecordRows::ShowCited(const RecordHead& head, Show show) {
  const auto version = [](const Cited& cited) {
    return std::tie(cited.collection, cited.document, cited.version);
  };
  if (cited_.size() > 1) {
    std::stable_sort(cited_.begin(), cited_.end(),
                     [&](const Cited& a, const Cited& b) {
                       return version(a) < version(b);
                     });
  }
  for (size_t i = 0; i < cited_.size();) {
    const Cited& first = cited_[i];
    key_.clear();
    AppendCitingKey(first.collection, first.document,
                    static_cast<uint32_t>(first.version), head.sequence, &key_);
    value_.clear();
    AppendCitingHead(head.time_us, head.nonce, tenant_, &value_);
    for (; i < cited_.size() && cited_[i].SameVersion(first); ++i) {
      AppendCitingSpan(cited_[i].begin, cited_[i].end,
                       cited_[i].begin_code_point, cited_[i].end_code_point,
                       &value_);
    }
    show(kLedgerCiting, key_, value_);
  }
}

absl::Status RecordRows::Of(const RecordOutline& record, Show show) {
  const RecordHead& head = record.head;
  if (record.first_key != 0) {
    key_.clear();
    AppendNumber(record.first_key, 4, &key_);
    AppendNumber(head.sequence, 8, &key_);
    show(kLedgerSubjects, key_, "");
  }
  if (head.kind == RecordKind::kEvent) {
    key_.clear();
    AppendNumber(head.sequence, 8, &key_);
    show(kLedgerEvents, key_, "");
  }
  if (head.kind != RecordKind::kAnswer) return absl::OkStatus();
  if (!ReadBody(record.body)) {
    return LedgerDamaged(absl::StrCat("the body of record ", head.sequence,
                                      " is no AnswerRecord"));
  }
  key_.assign(collection_.data(), collection_.size());
  key_.push_back('\0');
  AppendNumber(head.sequence, 8, &key_);
  show(kLedgerCollections, key_, "");
  ShowCited(head, show);
  return absl::OkStatus();
}

}  // namespace footnote
