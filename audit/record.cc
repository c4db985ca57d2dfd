#include "audit/record.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "absl/strings/str_cat.h"
#include "base/grpc_status.h"
#include "base/hash.h"

namespace footnote {
namespace {

constexpr absl::string_view kMagic = "FNAR";
constexpr uint32_t kFormatVersion = 1;
// magic, version, sequence, time, previous hash, length of the body
constexpr size_t kHeaderBytes = 4 + 4 + 8 + 8 + kSha256Bytes + 8;

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

// Equal messages give equal bytes within one release; what is hashed is what
// is stored, so a later release need not reproduce them.
std::string Serialize(const v1::AnswerRecord& record) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    record.SerializeToCodedStream(&coded);
  }
  return bytes;
}

}  // namespace

const char kNoRecordSha256[32] = {};

std::string EncodeRecord(uint64_t sequence, int64_t time_us,
                         absl::string_view previous_sha256,
                         const v1::AnswerRecord& record) {
  v1::AnswerRecord stored = record;
  stored.mutable_answer()->clear_receipt();
  const std::string body = Serialize(stored);
  std::string bytes(kMagic);
  PutFixed(kFormatVersion, 4, &bytes);
  PutFixed(sequence, 8, &bytes);
  PutFixed(static_cast<uint64_t>(time_us), 8, &bytes);
  absl::StrAppend(&bytes, previous_sha256);
  PutFixed(body.size(), 8, &bytes);
  absl::StrAppend(&bytes, body);
  absl::StrAppend(&bytes, Sha256(bytes));
  return bytes;
}

absl::StatusOr<StoredRecord> DecodeRecord(absl::string_view bytes) {
  if (bytes.size() < kHeaderBytes + kSha256Bytes) {
    return Damaged(absl::StrCat(bytes.size(), " bytes, want at least ",
                                kHeaderBytes + kSha256Bytes));
  }
  if (bytes.substr(0, 4) != kMagic) return Damaged("its magic is missing");
  const uint64_t version = GetFixed(bytes, 4, 4);
  if (version > kFormatVersion) {
    return absl::UnimplementedError(
        absl::StrCat("answer record: format ", version,
                     " of a newer release, want at most ", kFormatVersion));
  }
  const absl::string_view hashed = bytes.substr(0, bytes.size() - kSha256Bytes);
  const absl::string_view hash = bytes.substr(hashed.size());
  const std::string computed = Sha256(hashed);
  if (computed != hash) {
    return Damaged(absl::StrCat("its bytes have SHA-256 ", Hex(computed),
                                ", want ", Hex(hash)));
  }
  StoredRecord stored;
  stored.sequence = GetFixed(bytes, 8, 8);
  stored.time_us = static_cast<int64_t>(GetFixed(bytes, 16, 8));
  stored.previous_sha256 = std::string(bytes.substr(24, kSha256Bytes));
  stored.sha256 = std::string(hash);
  const absl::string_view body = hashed.substr(kHeaderBytes);
  if (body.size() != GetFixed(bytes, kHeaderBytes - 8, 8) ||
      !stored.record.ParseFromArray(body.data(),
                                    static_cast<int>(body.size()))) {
    return Damaged("its body is no AnswerRecord");
  }
  v1::Answer* answer = stored.record.mutable_answer();
  v1::Receipt* receipt = answer->mutable_receipt();
  receipt->set_answer_id(answer->id());
  receipt->set_sequence(stored.sequence);
  receipt->set_record_sha256(stored.sha256);
  receipt->set_previous_sha256(stored.previous_sha256);
  receipt->set_time_us(stored.time_us);
  return stored;
}

}  // namespace footnote
