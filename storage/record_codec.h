#ifndef FOOTNOTE_STORAGE_RECORD_CODEC_H_
#define FOOTNOTE_STORAGE_RECORD_CODEC_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace footnote {

// Numbers and strings in a row of bytes: how records and keys are stored.

// Appends fields to a string.
class RecordWriter {
 public:
  // `out` must outlive this object.
  explicit RecordWriter(std::string* out) : out_(out) {}

  void Number(uint64_t value);          // varint
  void Signed(int64_t value);           // zigzag varint
  void Bytes(absl::string_view value);  // length, then bytes

 private:
  std::string* const out_;
};

// Takes fields from bytes, in the order in which they were written. Any bytes
// are safe: what is missing or too long is zero or empty, and ok() is false
// from then on.
class RecordReader {
 public:
  explicit RecordReader(absl::string_view bytes) : left_(bytes) {}

  uint64_t Number();
  int64_t Signed();
  // A number that must be at most `limit`.
  uint64_t NumberUpTo(uint64_t limit);
  // A count of things of which each takes a byte at least.
  uint64_t Count() { return NumberUpTo(left_.size()); }
  // The view lives as long as the bytes.
  absl::string_view Bytes();
  std::string String() { return std::string(Bytes()); }

  bool ok() const { return ok_; }
  // Everything was taken, without an error.
  bool done() const { return ok_ && left_.empty(); }

 private:
  void Fail();
  absl::string_view left_;
  bool ok_ = true;
};

// Appends a part of a key: two bytes of length, most significant first, then
// the bytes. Keys made of equal parts share their prefix exactly.
// REQUIRES: part.size() <= 65,535
void AppendKeyPart(absl::string_view part, std::string* key);
// Appends a number so that keys sort by it.
void AppendKeyNumber(uint32_t number, std::string* key);

// Takes a part or a number off the front of `key`; false when it is too short.
bool TakeKeyPart(absl::string_view* key, std::string* part);
bool TakeKeyNumber(absl::string_view* key, uint32_t* number);

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_RECORD_CODEC_H_
