#include "storage/record_codec.h"

namespace footnote {

void RecordWriter::Number(uint64_t value) {
  for (; value >= 0x80; value >>= 7) {
    out_->push_back(static_cast<char>(value | 0x80));
  }
  out_->push_back(static_cast<char>(value));
}

void RecordWriter::Signed(int64_t value) {
  Number(static_cast<uint64_t>(value) << 1 ^
         static_cast<uint64_t>(value >> 63));
}

void RecordWriter::Bytes(absl::string_view value) {
  Number(value.size());
  out_->append(value.data(), value.size());
}

void RecordReader::Fail() {
  ok_ = false;
  left_ = absl::string_view();
}

uint64_t RecordReader::Number() {
  uint64_t value = 0;
  for (int shift = 0; shift < 64 && !left_.empty(); shift += 7) {
    const uint8_t byte = static_cast<uint8_t>(left_[0]);
    left_.remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  Fail();
  return 0;
}

int64_t RecordReader::Signed() {
  const uint64_t value = Number();
  return static_cast<int64_t>(value >> 1 ^ (~(value & 1) + 1));
}

uint64_t RecordReader::NumberUpTo(uint64_t limit) {
  const uint64_t value = Number();
  if (value <= limit) return value;
  Fail();
  return 0;
}

absl::string_view RecordReader::Bytes() {
  const uint64_t size = Number();
  if (size > left_.size()) {
    Fail();
    return absl::string_view();
  }
  const absl::string_view value = left_.substr(0, size);
  left_.remove_prefix(size);
  return value;
}

void AppendKeyPart(absl::string_view part, std::string* key) {
  key->push_back(static_cast<char>(part.size() >> 8));
  key->push_back(static_cast<char>(part.size()));
  key->append(part.data(), part.size());
}

void AppendKeyNumber(uint32_t number, std::string* key) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    key->push_back(static_cast<char>(number >> shift));
  }
}

bool TakeKeyPart(absl::string_view* key, std::string* part) {
  if (key->size() < 2) return false;
  const size_t size =
      static_cast<uint8_t>((*key)[0]) << 8 | static_cast<uint8_t>((*key)[1]);
  if (key->size() - 2 < size) return false;
  part->assign(key->data() + 2, size);
  key->remove_prefix(2 + size);
  return true;
}

bool TakeKeyNumber(absl::string_view* key, uint32_t* number) {
  if (key->size() < 4) return false;
  *number = 0;
  for (int i = 0; i < 4; ++i) {
    *number = *number << 8 | static_cast<uint8_t>((*key)[i]);
  }
  key->remove_prefix(4);
  return true;
}

}  // namespace footnote
