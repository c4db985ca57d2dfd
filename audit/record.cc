#include "audit/record.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/grpc_status.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

constexpr absl::string_view kMagic = "FNAR";
constexpr uint8_t kFormatVersion = 2;
constexpr size_t kSequenceOffset = 8;
constexpr size_t kTimeOffset = 16;
constexpr size_t kNonceOffset = 24;
constexpr size_t kHeadBytes = kNonceOffset + kRecordNonceBytes;
constexpr char kDigits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr int kIdCharacters = 26;

void PutFixed(uint64_t value, int bytes, std::string* out) {
  for (int i = 0; i < bytes; ++i) {
    out->push_back(static_cast<char>(value >> (8 * i) & 0xFF));
  }
}

uint64_t GetFixed(absl::string_view bytes, size_t offset, int count) {
  uint64_t value = 0;
  for (int i = 0; i < count; ++i) {
    value |= static_cast<uint64_t>(static_cast<uint8_t>(bytes[offset + i]))
             << (8 * i);
  }
  return value;
}

absl::Status Damaged(absl::string_view what) {
  absl::Status status =
      absl::DataLossError(absl::StrCat("answer record: ", what));
  SetErrorReason("RECORD_DAMAGED", &status);
  return status;
}

// Reads a record's bytes from the front.
class Reader {
 public:
  explicit Reader(absl::string_view bytes) : bytes_(bytes) {}

  absl::StatusOr<uint64_t> Number(int count) {
    ASSIGN_OR_RETURN(const absl::string_view bytes, Take(count));
    return GetFixed(bytes, 0, count);
  }
  absl::StatusOr<absl::string_view> Take(uint64_t count) {
    if (count > bytes_.size()) return Damaged("it is cut short");
    const absl::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }
  bool empty() const { return bytes_.empty(); }

 private:
  absl::string_view bytes_;
};

absl::StatusOr<SealedSection> ReadSection(Reader* reader) {
  SealedSection section;
  ASSIGN_OR_RETURN(const uint64_t keys, reader->Number(2));
  for (uint64_t i = 0; i < keys; ++i) {
    ASSIGN_OR_RETURN(const uint64_t key, reader->Number(4));
    section.keys.push_back(static_cast<uint32_t>(key));
  }
  ASSIGN_OR_RETURN(const absl::string_view commitment,
                   reader->Take(kCommitmentBytes));
  ASSIGN_OR_RETURN(const uint64_t bytes, reader->Number(4));
  ASSIGN_OR_RETURN(const absl::string_view sealed, reader->Take(bytes));
  section.commitment = std::string(commitment);
  section.sealed = std::string(sealed);
  return section;
}

}  // namespace

std::string EncodeRecord(const RecordParts& parts) {
  std::string bytes(kMagic);
  PutFixed(kFormatVersion, 1, &bytes);
  PutFixed(static_cast<uint8_t>(parts.kind), 1, &bytes);
  PutFixed(parts.sections.size(), 2, &bytes);
  PutFixed(parts.sequence, 8, &bytes);
  PutFixed(static_cast<uint64_t>(parts.time_us), 8, &bytes);
  absl::StrAppend(&bytes, parts.nonce);
  PutFixed(parts.body.size(), 4, &bytes);
  absl::StrAppend(&bytes, parts.body);
  for (const SealedSection& section : parts.sections) {
    PutFixed(section.keys.size(), 2, &bytes);
    for (const uint32_t key : section.keys) PutFixed(key, 4, &bytes);
    absl::StrAppend(&bytes, section.commitment);
    PutFixed(section.sealed.size(), 4, &bytes);
    absl::StrAppend(&bytes, section.sealed);
  }
  return bytes;
}

void StampRecord(uint64_t sequence, int64_t time_us, std::string* bytes) {
  std::string stamp;
  PutFixed(sequence, 8, &stamp);
  PutFixed(static_cast<uint64_t>(time_us), 8, &stamp);
  bytes->replace(kSequenceOffset, stamp.size(), stamp);
}

absl::StatusOr<RecordHead> DecodeHead(absl::string_view bytes) {
  if (bytes.size() < kHeadBytes) {
    return Damaged(
        absl::StrCat(bytes.size(), " bytes, want at least ", kHeadBytes));
  }
  if (bytes.substr(0, 4) != kMagic) return Damaged("its magic is missing");
  const uint64_t version = GetFixed(bytes, 4, 1);
  if (version != kFormatVersion) {
    return absl::UnimplementedError(absl::StrCat(
        "answer record: format ", version, ", want ", kFormatVersion));
  }
  const uint64_t kind = GetFixed(bytes, 5, 1);
  if (kind < 1 || kind > 3) {
    return Damaged(absl::StrCat("of kind ", kind, ", want 1 to 3"));
  }
  RecordHead head;
  head.kind = static_cast<RecordKind>(kind);
  head.sequence = GetFixed(bytes, kSequenceOffset, 8);
  head.time_us = static_cast<int64_t>(GetFixed(bytes, kTimeOffset, 8));
  head.nonce = bytes.substr(kNonceOffset, kRecordNonceBytes);
  return head;
}

absl::StatusOr<RecordParts> DecodeRecord(absl::string_view bytes) {
  ASSIGN_OR_RETURN(const RecordHead head, DecodeHead(bytes));
  RecordParts parts;
  parts.kind = head.kind;
  parts.sequence = head.sequence;
  parts.time_us = head.time_us;
  parts.nonce = std::string(head.nonce);
  const uint64_t sections = GetFixed(bytes, 6, 2);
  if (sections > kMaxSections) {
    return Damaged(
        absl::StrCat(sections, " sections, want at most ", kMaxSections));
  }
  Reader reader(bytes.substr(kHeadBytes));
  ASSIGN_OR_RETURN(const uint64_t length, reader.Number(4));
  ASSIGN_OR_RETURN(const absl::string_view body, reader.Take(length));
  parts.body = std::string(body);
  for (uint64_t i = 0; i < sections; ++i) {
    ASSIGN_OR_RETURN(SealedSection section, ReadSection(&reader));
    parts.sections.push_back(std::move(section));
  }
  if (!reader.empty()) return Damaged("there are bytes behind its end");
  return parts;
}

absl::StatusOr<RecordOutline> OutlineRecord(absl::string_view bytes) {
  RecordOutline outline;
  ASSIGN_OR_RETURN(outline.head, DecodeHead(bytes));
  const uint64_t sections = GetFixed(bytes, 6, 2);
  if (sections > kMaxSections) {
    return Damaged(
        absl::StrCat(sections, " sections, want at most ", kMaxSections));
  }
  Reader reader(bytes.substr(kHeadBytes));
  ASSIGN_OR_RETURN(const uint64_t length, reader.Number(4));
  ASSIGN_OR_RETURN(outline.body, reader.Take(length));
  for (uint64_t i = 0; i < sections; ++i) {
    ASSIGN_OR_RETURN(const uint64_t count, reader.Number(2));
    ASSIGN_OR_RETURN(const absl::string_view keys, reader.Take(4 * count));
    for (uint64_t k = 0; k < count; ++k) {
      const uint32_t key = static_cast<uint32_t>(GetFixed(keys, 4 * k, 4));
      if (i == 0 && k == 0) outline.first_key = key;
      outline.largest_key = std::max(outline.largest_key, key);
    }
    RETURN_IF_ERROR(reader.Take(kCommitmentBytes).status());
    ASSIGN_OR_RETURN(const uint64_t sealed, reader.Number(4));
    RETURN_IF_ERROR(reader.Take(sealed).status());
  }
  if (!reader.empty()) return Damaged("there are bytes behind its end");
  return outline;
}

std::string AnswerId(uint64_t sequence, absl::string_view nonce) {
  unsigned __int128 value = sequence & 0xFFFFFFFFFFFF;
  for (const char byte : nonce.substr(0, 10)) {
    value = value << 8 | static_cast<uint8_t>(byte);
  }
  std::string id(kIdCharacters, '0');
  for (int i = kIdCharacters - 1; i >= 0; --i, value >>= 5) {
    id[i] = kDigits[static_cast<int>(value & 31)];
  }
  return id;
}

uint64_t SequenceOfAnswerId(absl::string_view id) {
  if (id.size() != kIdCharacters) return 0;
  unsigned __int128 value = 0;
  for (const char c : id) {
    const size_t digit = absl::string_view(kDigits).find(c);
    if (digit == absl::string_view::npos) return 0;
    value = value << 5 | digit;
  }
  return static_cast<uint64_t>(value >> 80) & 0xFFFFFFFFFFFF;
}

}  // namespace footnote
